"""`python -m tests.letters FOLDER`: pictures of every letter, to be looked at: light, dark, and on a phone.

Into FOLDER go LANGUAGE/LOOK/LETTER.png, LANGUAGE/LETTER.txt, and of each language and look a sheet with all letters
side by side, LANGUAGE-LOOK.png. Ends with 1 when a letter is wider than its window or a media query did not hold.
"""

import argparse
import io
import sys
from itertools import groupby
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.letters.browser import COMMAND, Browser, Look
from tests.letters.made import MadeLetter, make_letters

LOOKS = (Look(name="light", width=700), Look(name="dark", width=700, dark=True), Look(name="phone", width=360))
SHEET_WIDTH = 3600
_GAP, _HEAD = 16, 36


def main() -> int:
    """Take the pictures and say what is wrong with them."""
    arguments = argparse.ArgumentParser(prog="python -m tests.letters", description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--language", action="append", default=[], help="only this one; may be repeated")
    arguments.add_argument("--name", action="append", default=[], help="only this template; may be repeated")
    options = arguments.parse_args()
    if not COMMAND:
        sys.stderr.write("There is no chromium; it is a package of Debian's.\n")
        return 1
    letters = list(make_letters(tuple(options.language), tuple(options.name)))
    faults = take_pictures(letters, options.folder)
    sys.stdout.write("".join(f"{fault}\n" for fault in faults))
    sys.stdout.write(f"{len(letters)} letters, {len(letters) * len(LOOKS)} pictures in {options.folder}\n")
    return 1 if faults or not letters else 0


def take_pictures(letters: list[MadeLetter], folder: Path) -> list[str]:
    """Write the pictures, texts and sheets; what is wrong, a line each."""
    faults: list[str] = []
    with Browser() as browser:
        for language, group in groupby(letters, key=lambda one: one.language):
            of_language = list(group)
            for look in LOOKS:
                place = folder / language / look.name
                place.mkdir(parents=True, exist_ok=True)
                pictures = []
                for letter in of_language:
                    shot = browser.take(letter.rendered.html, look)
                    (place / f"{letter.title}.png").write_bytes(shot.png)
                    pictures.append((letter.title, Image.open(io.BytesIO(shot.png)).convert("RGB")))
                    where = f"{language}/{letter.title}, {look.name}"
                    if shot.width > look.width:
                        faults.append(f"{where}: {shot.width} pixels wide, the window has {look.width}")
                    if (shot.narrow, shot.dark) != (look.width <= 480, look.dark):
                        faults.append(f"{where}: a media query did not hold")
                make_sheet(pictures).save(folder / f"{language}-{look.name}.png")
            for letter in of_language:
                words = f"Subject: {letter.rendered.subject}\n\n{letter.rendered.text}"
                (folder / language / f"{letter.title}.txt").write_text(words, encoding="utf-8")
    return faults


def make_sheet(pictures: list[tuple[str, Image.Image]]) -> Image.Image:
    """The pictures side by side with their titles, as many in a row as fit."""
    width = pictures[0][1].width + _GAP
    columns = max(1, SHEET_WIDTH // width)
    rows = [pictures[at : at + columns] for at in range(0, len(pictures), columns)]
    heights = [max(picture.height for _, picture in row) + _HEAD + _GAP for row in rows]
    sheet = Image.new("RGB", (width * min(columns, len(pictures)), sum(heights)), "#7a7f87")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=22)
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for at, (title, picture) in enumerate(row):
            draw.text((at * width + _GAP // 2, top + 4), title, fill="white", font=font)
            sheet.paste(picture, (at * width + _GAP // 2, top + _HEAD))
        top += height
    return sheet


if __name__ == "__main__":
    sys.exit(main())
