"""One spelling for what people, keyboards and programs spell differently, before identifiers are looked for."""

import re
import unicodedata

_ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\ufe0f"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_BLANKS = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_FOLD = {
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(_ZERO_WIDTH, ""),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_BLANKS, " "),
    "\r": "\n",
}
_TO_FOLD = re.compile(f"[{_ZERO_WIDTH}{_DASHES}{_BLANKS}\uff01-\uff5e\r]")
_QUOTE_MARKS = re.compile(r"\n[ \t]{0,3}>[> \t|]{0,40}+")
_ESCAPED = re.compile(r"%(2[DdFf6Cc]|3[DdFfAa])")
_LATIN = {
    chr(code): unicodedata.normalize("NFD", chr(code))[0]
    for code in range(0xC0, 0x250)
    if len(unicodedata.normalize("NFD", chr(code))) > 1
}
_BARE = {**_LATIN, **dict(zip("ıłøđħŧ’´`", "ilodht'''", strict=True))}
_TO_BARE = re.compile(f"[{''.join(_BARE)}]")


def fold(text: str) -> str:
    """Text with ASCII digits and letters for full-width ones, one dash, one blank, no zero-width characters, NFC.

    The marks of quoted lines and the escapes that a link has for hyphen and slash are taken away too.
    """
    if not text.isascii():
        if _TO_FOLD.search(text):
            text = _TO_FOLD.sub(_fold_one, text.replace("\r\n", "\n"))
        text = unicodedata.normalize("NFC", text)
    elif "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if ">" in text:
        text = _QUOTE_MARKS.sub("\n", "\n" + text)[1:]
    if "%" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return text


def fold_words(text: str) -> str:
    """Small letters without accents, as long as the text, so that a place in one is the same place in the other."""
    if text.isascii():
        return text.lower()
    return _TO_BARE.sub(_bare_one, text.replace("\u0130", "I").lower())


def _fold_one(match: "re.Match[str]") -> str:
    return _FOLD[match[0]]


def _bare_one(match: "re.Match[str]") -> str:
    return _BARE[match[0]]
