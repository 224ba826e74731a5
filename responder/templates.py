"""Where templates are found: an administrator's folder, saved revisions, the shipped ones, in each language in turn."""

import logging
import re
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from responder.sandbox import MAX_SOURCE_CHARACTERS

_log = logging.getLogger(__name__)

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_LAYOUT = "_layout.html"
_SETTLE_SECONDS = 0.5  # an editor that empties a file before it writes would else send half a mail


class TemplateMissing(LookupError):
    """No such template in any of the languages, or a name that can be none."""


def is_template_name(name: str, language: str) -> bool:
    """Whether a template can be called so: both are parts of a path."""
    return _NAME.fullmatch(name) is not None and _LANGUAGE.fullmatch(language) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """One template as it is written, with the frame of its HTML part; `path` is for messages to people.

    `otherwise` stands behind it: the next in the order of looking, for when this one cannot be rendered.
    """

    name: str
    language: str
    source: str
    layout: str
    path: str
    otherwise: "Template | None" = None


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: tuple[int, int, int]
    text: str


class Saved(Protocol):
    """Revisions that were saved by command or console."""

    def find(self, name: str, language: str) -> Sequence[str]:
        """The newest source, and older ones that stand behind it; nothing where the shipped template holds."""

    def list(self) -> Sequence[tuple[str, str]]:
        """(name, language) of all that are saved."""


class Templates:
    """Looks templates up; a changed file holds from one second later.

    `saved` are revisions of console and command; they stand between the folders.
    `clock` gives Unix seconds, to be compared with the files' own times.
    """

    def __init__(
        self,
        *,
        shipped: Path,
        own: Path | None = None,
        saved: Saved | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._shipped = shipped
        self._own = own
        self._saved = saved
        self._clock = clock
        self._kept: dict[Path, _Kept] = {}

    def find(self, name: str, languages: Sequence[str]) -> Template:
        """The template in the first language that has it, all others behind it; TemplateMissing if none has."""
        found = None
        wanted = [one for one in languages if _LANGUAGE.fullmatch(one)] if _NAME.fullmatch(name) else []
        for one in reversed([one for language in wanted for one in self._find_in(name, language)]):
            found = replace(one, otherwise=found)
        if found is None:
            raise TemplateMissing(f"no template {name!r} in {', '.join(languages) or 'no language'}")
        return found

    def languages(self, name: str) -> list[str]:
        """The languages with a file of that name, sorted."""
        if not _NAME.fullmatch(name):
            return []
        found = {path.parent.name for path in self._own.glob(f"*/{name}.md")} if self._own else set()
        found |= {language for one, language in self._list_shipped if one == name}
        found |= {language for one, language in self._list_saved() if one == name}
        return sorted(filter(_LANGUAGE.fullmatch, found))

    def names(self) -> list[str]:
        """The names of all templates that have a file in any language, sorted."""
        found = {path.stem for path in self._own.glob("*/*.md")} if self._own else set()
        found |= {name for name, _ in (*self._list_shipped, *self._list_saved())}
        return sorted(filter(_NAME.fullmatch, found))

    def place_of(self, name: str, language: str) -> str:
        """Where the template of this language is that holds: "own", "saved" or "shipped"; "" when there is none."""
        file = Path(language) / f"{name}.md"
        if self._own and self._read(self._own / file) is not None:
            return "own"
        if (name, language) in self._list_saved():
            return "saved"
        return "shipped" if self._read(self._shipped / file) is not None else ""

    def find_shipped(self, name: str, language: str) -> str | None:
        """The wording that came with the program, None when it has none of that name."""
        return self._read(self._shipped / language / f"{name}.md") if is_template_name(name, language) else None

    def own_names(self) -> frozenset[str]:
        """The names that are the administrator's own, which an agent sends by name: all but the shipped ones."""
        return frozenset(self.names()) - {name for name, _ in self._list_shipped}

    @cached_property
    def _list_shipped(self) -> frozenset[tuple[str, str]]:
        """Looked at once: what came with the program stays as it is while it runs."""
        return frozenset((path.stem, path.parent.name) for path in self._shipped.glob("*/*.md"))

    def _list_saved(self) -> Sequence[tuple[str, str]]:
        return self._saved.list() if self._saved else ()

    def _folders(self) -> list[Path]:
        return [folder for folder in (self._own, self._shipped) if folder]

    def _find_in(self, name: str, language: str) -> Iterator[Template]:
        """The template of one language wherever it is, each with the administrator's frame and with the shipped one."""
        for source, path in self._sources(name, language):
            layouts = [text for folder in self._folders() if (text := self._read(folder / _LAYOUT)) is not None]
            if not layouts:
                raise TemplateMissing(f"{self._shipped / _LAYOUT} is missing")
            for layout in dict.fromkeys(layouts):
                yield Template(name=name, language=language, source=source, layout=layout, path=path)

    def _sources(self, name: str, language: str) -> Iterator[tuple[str, str]]:
        file = Path(language) / f"{name}.md"
        if self._own and (source := self._read(self._own / file)) is not None:
            yield source, str(self._own / file)
        for source in self._saved.find(name, language) if self._saved else ():
            yield source, f"{language}/{name} (saved)"
        if (source := self._read(self._shipped / file)) is not None:
            yield source, str(self._shipped / file)

    def _read(self, path: Path) -> str | None:
        """The file's text, None if there is no such file; a file just being written still has its former text.

        No more is read than shows that it is too long. What cannot be read is logged, and the next one is used.
        """
        kept = self._kept.get(path)
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if kept and (kept.stamp == stamp or 0 <= self._clock() - status.st_mtime < _SETTLE_SECONDS):
                return kept.text
            if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for, for ever
                return None
            with path.open(encoding="utf-8-sig", errors="replace") as file:
                text = file.read(MAX_SOURCE_CHARACTERS + 1)
        except (FileNotFoundError, NotADirectoryError):
            self._kept.pop(path, None)
            return None
        except OSError as error:
            _log.error("template %s cannot be read: %s", path, error.strerror)
            return None
        self._kept[path] = _Kept(stamp, text)
        return text


def shipped_folder() -> Path:
    """The templates that come with the program: inside the installed package, else the checkout's folder."""
    root = Path(__file__).resolve().parent.parent
    installed = root / "casepost" / "templates"
    return installed if installed.is_dir() else root / "templates"
