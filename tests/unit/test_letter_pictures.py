"""A letter as a reader sees it: in the browser the frame is dark where that is wanted, and fits a phone."""

from pathlib import Path

import pytest
from PIL import Image

from tests.letters.__main__ import LOOKS, take_pictures
from tests.letters.browser import COMMAND, Browser, Look
from tests.letters.made import make_letters

pytestmark = pytest.mark.skipif(not COMMAND, reason="needs chromium, a package of Debian's")


PHONE = Look(name="phone", width=360)
FOR_PHONES = "<meta name='viewport' content='width=device-width, initial-scale=1'>"


def open_picture(file: Path) -> Image.Image:
    with Image.open(file) as picture:
        return picture.convert("RGB")


def test_a_letter_is_pictured_light_dark_and_on_a_phone(tmp_path: Path) -> None:
    letters = list(make_letters(("en",), ("agent_mail",)))
    assert take_pictures(letters, tmp_path) == []
    pictures = {look: open_picture(tmp_path / "en" / look.name / "agent_mail.png") for look in LOOKS}
    assert [picture.width for picture in pictures.values()] == [look.width for look in LOOKS]
    assert [picture.getpixel((1, 1)) for picture in pictures.values()] == [(255,) * 3, (22, 24, 28), (255,) * 3]
    assert open_picture(tmp_path / "en-light.png").width > 2 * 700
    assert "CP-4821773099" in (tmp_path / "en" / "agent_mail.txt").read_text()


def test_a_letter_that_does_not_fit_a_phone_is_found() -> None:
    with Browser() as browser:
        fits = browser.take(f"{FOR_PHONES}<p>x", PHONE)
        wide = browser.take(f"{FOR_PHONES}<body style='margin: 0'><p style='width: 900px'>x", PHONE)
        made_for_desks = browser.take("<p>x", PHONE)
    assert (fits.width, fits.narrow) == (360, True)
    assert (wide.width, wide.narrow) == (900, True)
    assert not made_for_desks.narrow
