"""ISO-2022-JP (RFC 1468) and what is sent under its name: half-width kana, NEC and IBM rows (cp50220, cp50221)."""

import re

from ingest.read.defects import Defects

_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\$\([@BDOPQ]|\([BJIH]|&@\x1b\$B)")
_CODECS = ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_jp_2004")


def is_iso_2022_jp(data: bytes) -> bool:
    """Whether 7-bit octets switch to Japanese characters: nothing else sends these escapes."""
    return b"\x1b" in data and data.isascii() and _ESCAPE.search(data) is not None


def decode_iso_2022_jp(data: bytes, defects: Defects) -> str:
    """The text; rows beyond JIS X 0208 (Outlook's circled digits and company marks) are read as Windows writes them."""
    for codec in _CODECS:
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    defects.add("text is not all iso-2022-jp")
    return _by_hand(data)


def _by_hand(data: bytes) -> str:
    out: list[str] = []
    mode, start = b"\x1b(B", 0
    for match in _ESCAPE.finditer(data):
        out.append(_segment(data[start : match.start()], mode))
        mode, start = match[0], match.end()
    out.append(_segment(data[start:], mode))
    return "".join(out)


def _segment(octets: bytes, mode: bytes) -> str:
    if mode in (b"\x1b(B", b"\x1b(J", b"\x1b(H"):
        return octets.decode("ascii", "replace")
    if mode == b"\x1b(I":
        return bytes(octet | 0x80 if 0x21 <= octet <= 0x5F else octet for octet in octets).decode("cp932", "replace")
    if mode == b"\x1b$(D":
        triples = (b"\x8f" + bytes(one | 0x80 for one in octets[at : at + 2]) for at in range(0, len(octets), 2))
        return b"".join(triples).decode("euc_jp", "replace")
    return b"".join(_to_shift_jis(octets)).decode("cp932", "replace")


def _to_shift_jis(octets: bytes) -> list[bytes]:
    """JIS X 0208 pairs as Shift_JIS, where row 13 and the IBM rows have a place; what is no pair stays."""
    out: list[bytes] = []
    at = 0
    while at < len(octets):
        first, second = octets[at], octets[at + 1] if at + 1 < len(octets) else 0
        if not (0x21 <= first <= 0x7E and 0x21 <= second <= 0x7E):
            out.append(octets[at : at + 1])
            at += 1
            continue
        lead = ((first - 0x21) >> 1) + 0x81
        trail = second + 0x7E if first % 2 == 0 else second + (0x20 if second >= 0x60 else 0x1F)
        out.append(bytes((lead + 0x40 if lead > 0x9F else lead, trail)))
        at += 2
    return out
