"""django-helpdesk: what `manage.py get_email` does with a mail, in one process that stays, on Django's SQLite."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.mails import BenchMail
from bench.peers.peer import Taken, drive, environment, write_mails

_PINS = (
    "asgiref==3.13.0",
    "beautifulsoup4==4.15.0",
    "certifi==2026.10.19.post1",
    "charset-normalizer==3.5.3",
    "Django==5.2.19",
    "django-cleanup==9.0.0",
    "django-helpdesk==2.6.1",
    "django-model-utils==5.0.0",
    "djangorestframework==3.18.3",
    "email-reply-parser==0.5.12",
    "idna==3.20",
    "Markdown==3.11.3",
    "nh3==0.3.8",
    "oauthlib==4.0.1",
    "requests==2.34.2",
    "requests-oauthlib==2.0.0",
    "soupsieve==4.1.3",
    "sqlparse==0.6.1",
    "typing_extensions==4.16.0",
    "urllib3==2.8.0",
)


class DjangoHelpdesk:
    """A peer; see bench/peers/peer.py."""

    name = "django-helpdesk"

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "helpdesk"
        self._mails = folder / "helpdesk-mails"

    def __enter__(self) -> Self:
        self._python = environment("helpdesk", _PINS)
        self._folder.mkdir(parents=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Nothing of it runs between two runs."""

    def take(self, mails: Sequence[BenchMail]) -> Taken:
        """A ticket of each mail."""
        write_mails(self._mails, mails)
        return drive(self._python, "helpdesk_in_process", self._folder, self._mails).checked(self.name)
