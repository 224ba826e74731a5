"""One spelling for what people, keyboards and programs spell differently, before identifiers are looked for."""

import unicodedata

_ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_BLANKS = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_FOLD = str.maketrans(
    {
        **dict.fromkeys(_ZERO_WIDTH),
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_BLANKS, " "),
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in "\uff0d"},
    }
)


def fold(text: str) -> str:
    """Text with ASCII digits and letters for full-width ones, one dash, one blank, no zero-width characters, NFC."""
    return unicodedata.normalize("NFC", text.translate(_FOLD))
