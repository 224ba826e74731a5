"""Where templates are found: an administrator's folder, saved revisions, the shipped ones, in each language in turn."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_LAYOUT = "_layout.html"
_SETTLE_SECONDS = 0.5  # an editor that empties a file before it writes would else send half a mail


class TemplateMissing(LookupError):
    """No such template in any of the languages, or a name that can be none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """One template as it is written, with the frame of its HTML part; `path` is for messages to people."""

    name: str
    language: str
    source: str
    layout: str
    path: str


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: tuple[int, int, int]
    text: str


class Templates:
    """Looks templates up; a changed file holds from one second later.

    `saved(name, language)` gives a revision saved by console or command, or None; it stands between the folders.
    `clock` gives Unix seconds, to be compared with the files' own times.
    """

    def __init__(
        self,
        *,
        shipped: Path,
        own: Path | None = None,
        saved: Callable[[str, str], str | None] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._shipped = shipped
        self._own = own
        self._saved = saved
        self._clock = clock
        self._kept: dict[Path, _Kept] = {}

    def find(self, name: str, languages: Sequence[str]) -> Template:
        """The template in the first language that has it; TemplateMissing if none has."""
        if _NAME.fullmatch(name):
            for language in filter(_LANGUAGE.fullmatch, languages):
                found = self._find_in(name, language)
                if found:
                    return found
        raise TemplateMissing(f"no template {name!r} in {', '.join(languages) or 'no language'}")

    def languages(self, name: str) -> list[str]:
        """The languages with a file of that name, sorted."""
        if not _NAME.fullmatch(name):
            return []
        found = {path.parent.name for folder in self._folders() for path in folder.glob(f"*/{name}.md")}
        return sorted(filter(_LANGUAGE.fullmatch, found))

    def names(self) -> list[str]:
        """The names of all templates that have a file in any language, sorted."""
        found = {path.stem for folder in self._folders() for path in folder.glob("*/*.md")}
        return sorted(filter(_NAME.fullmatch, found))

    def _folders(self) -> list[Path]:
        return [folder for folder in (self._own, self._shipped) if folder]

    def _find_in(self, name: str, language: str) -> Template | None:
        file = Path(language) / f"{name}.md"
        if self._own and (source := self._read(self._own / file)) is not None:
            return self._make(name, language, source, str(self._own / file))
        if self._saved and (source := self._saved(name, language)) is not None:
            return self._make(name, language, source, f"{language}/{name} (saved)")
        if (source := self._read(self._shipped / file)) is not None:
            return self._make(name, language, source, str(self._shipped / file))
        return None

    def _make(self, name: str, language: str, source: str, path: str) -> Template:
        layouts = (self._read(folder / _LAYOUT) for folder in self._folders())
        layout = next((text for text in layouts if text is not None), None)
        if layout is None:
            raise TemplateMissing(f"{self._shipped / _LAYOUT} is missing")
        return Template(name=name, language=language, source=source, layout=layout, path=path)

    def _read(self, path: Path) -> str | None:
        """The file's text, None if there is no such file; a file just being written still has its former text."""
        kept = self._kept.get(path)
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if kept and (kept.stamp == stamp or 0 <= self._clock() - status.st_mtime < _SETTLE_SECONDS):
                return kept.text
            text = path.read_text(encoding="utf-8-sig", errors="replace")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            self._kept.pop(path, None)
            return None
        self._kept[path] = _Kept(stamp, text)
        return text


def shipped_folder() -> Path:
    """The templates that come with the program: inside the installed package, else the checkout's folder."""
    root = Path(__file__).resolve().parent.parent
    installed = root / "casepost" / "templates"
    return installed if installed.is_dir() else root / "templates"
