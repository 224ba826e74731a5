"""Children that look at pictures: few, large, at a low priority, and gone when there is nothing to look at."""

import functools
import math

import msgspec

from cases.mail import Identifier
from ingest.child import ChildLimits
from ingest.child_pool import ChildPool
from ingest.files import rapid
from ingest.files.sight import Look, Seen
from ingest.files.tesseract import find_tesseract
from ingest.identifiers.own_kinds import OwnKind

_NICENESS = 10
_RECYCLE_AFTER = 50
_BEGIN_NO_PAGE_AFTER = 0.5  # of the time: a page takes some of it

_encode = msgspec.msgpack.Encoder().encode


class PicturePool(ChildPool[Seen]):
    """`size` children that look at pictures; `seconds` of wall and processor time and `memory_bytes` for one."""

    def __init__(
        self,
        *,
        size: int = 1,
        seconds: float = 20.0,
        memory_bytes: int = 3 * 2**30,
        own_kinds: tuple[OwnKind, ...] = (),
    ) -> None:
        super().__init__(
            functools.partial(_answer, own_kinds),
            Seen,
            name="pictures",
            size=size,
            seconds=seconds,
            limits=ChildLimits(cpu_seconds=math.ceil(seconds), memory_bytes=memory_bytes, niceness=_NICENESS),
            recycle_after=_RECYCLE_AFTER,
        )
        self._tesseract = find_tesseract()
        self._enough = seconds * _BEGIN_NO_PAGE_AFTER

    def look(self, raw: bytes, path: str, *, language: str | None, known: tuple[Identifier, ...] = ()) -> Seen:
        """What the file of the mail shows. Raises ReaderFailed; the next call is served."""
        question = Look(
            raw=raw,
            path=path,
            language=language,
            known=tuple(sorted({(one.kind, one.value) for one in known})),
            tesseract=self._tesseract,
            seconds=self._enough,
        )
        return self.ask(_encode(question))


def can_look() -> bool:
    """Whether pictures can be read here: the `ocr` extra is installed."""
    return rapid.is_installed()


_decode = msgspec.msgpack.Decoder(Look).decode


def _answer(own_kinds: tuple[OwnKind, ...], question: bytes, _how: bytes) -> Seen:
    from ingest.files.look import look  # in the child: it needs the ocr extra

    return look(_decode(question), own_kinds)
