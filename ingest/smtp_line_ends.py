"""What stands at the line ends of a piece of a mail, found by whole arrays of octets at once.

Each octet of each mail passes here. `bytes.count` and `bytes.replace` take five times as long over the same piece.
"""

from dataclasses import dataclass

import numpy as np

_LF, _CR, _DOT = b"\n\r."


@dataclass(frozen=True, kw_only=True, slots=True)
class LineEnds:
    """`bare`: there is a CR or an LF alone; `dotted`: a line begins with a dot."""

    bare: bool
    dotted: bool


def look_at_line_ends(piece: bytes) -> LineEnds:
    """What stands at the line ends of a piece that begins and ends with a whole line end, or within a line."""
    if not piece:
        return LineEnds(bare=False, dotted=False)
    octets = np.frombuffer(piece, dtype=np.uint8)
    lf, cr = octets == _LF, octets == _CR
    bare = lf[0] or cr[-1] or (cr[:-1] != lf[1:]).any()
    return LineEnds(bare=bool(bare), dotted=bool((lf[:-1] & (octets[1:] == _DOT)).any()))
