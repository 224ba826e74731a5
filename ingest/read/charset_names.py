"""What charset names in mail mean: the label on the left is what mail says, the codec on the right what is meant.

A name in a mail is never handed to `bytes.decode` as it stands: Python also knows codecs that run transforms
(rot13, zlib, unicode_escape). Wider relatives are taken where senders label with the narrower name: Outlook says
gb2312 and writes GBK, says ks_c_5601-1987 and writes cp949.
"""

_CODECS = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8", "utf-8-sig", "utf8mb4", "cp65001", "utf"), "utf-8"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "gb-2312", "gb-2312-80", "gb2312-80", "x-gbk"), "gb18030"),
    **dict.fromkeys(("cp936", "ms936", "windows-936", "chinese", "euc-cn", "x-euc-cn", "csgb2312"), "gb18030"),
    **dict.fromkeys(("iso-ir-58", "gb18030-2000", "x-mac-chinesesimp", "gb", "gb13000", "csgbk"), "gb18030"),
    **dict.fromkeys(("hz-gb-2312", "hz", "hz-gb"), "hz"),
    **dict.fromkeys(("ks-c-5601-1987", "ks-c-5601", "ks-c-5601-1989", "ksc5601", "ksc-5601", "euc-kr"), "cp949"),
    **dict.fromkeys(("cp949", "korean", "windows-949", "uhc", "x-windows-949", "euckr", "x-euc-kr"), "cp949"),
    **dict.fromkeys(("iso-ir-149", "x-mac-korean", "ks-x-1001", "ms949", "cseuckr", "ksc5636"), "cp949"),
    **dict.fromkeys(("johab", "x-johab"), "johab"),
    **dict.fromkeys(("big5", "big-5", "x-big5", "cp950", "windows-950", "csbig5", "cn-big5", "big5-eten"), "big5hkscs"),
    **dict.fromkeys(("big5-hkscs", "big5hkscs", "x-mac-chinesetrad", "big5-tw"), "big5hkscs"),
    **dict.fromkeys(("shift-jis", "shiftjis", "sjis", "x-sjis", "cp932", "ms-kanji", "ms932", "windows-932"), "cp932"),
    **dict.fromkeys(("windows-31j", "shift-jis-2004", "csshiftjis", "x-mac-japanese", "x-shift-jis"), "cp932"),
    **dict.fromkeys(("euc-jp", "x-euc-jp", "eucjp", "x-euc", "cseucpkdfmtjapanese", "eucjp-ms", "euc"), "euc_jp"),
    **dict.fromkeys(("iso-2022-jp", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-3"), "iso2022_jp"),
    **dict.fromkeys(("iso-2022-jp-2004", "iso-2022-jp-ms", "iso-2022-jp-ext", "cp50220", "cp50221"), "iso2022_jp"),
    **dict.fromkeys(("csiso2022jp", "cp50222", "windows-50220", "windows-50221", "jis", "iso2022-jp"), "iso2022_jp"),
    **dict.fromkeys(("iso-2022-kr", "csiso2022kr"), "iso2022_kr"),
    **dict.fromkeys(("koi8-r", "koi8r", "koi8", "cskoi8r", "koi"), "koi8_r"),
    **dict.fromkeys(("koi8-u", "koi8u", "koi8-ru"), "koi8_u"),
    **dict.fromkeys(("tis-620", "windows-874", "iso-8859-11", "cp874", "dos-874", "tis620", "x-mac-thai"), "cp874"),
    **dict.fromkeys(("iso-8859-9", "iso8859-9", "latin5", "latin-5", "windows-1254", "cp1254", "turkish"), "cp1254"),
    **{f"iso-8859-{n}": f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"iso8859-{n}": f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **dict.fromkeys(("latin2", "latin-2", "l2"), "iso8859_2"),
    **dict.fromkeys(("latin9", "latin-9", "latin0", "l9"), "iso8859_15"),
    **dict.fromkeys(("greek", "elot-928", "ecma-118"), "iso8859_7"),
    **dict.fromkeys(("cyrillic", "iso-ir-144"), "iso8859_5"),
    **dict.fromkeys(("hebrew", "iso-8859-8-i", "iso-8859-8-e", "logical", "visual"), "iso8859_8"),
    **dict.fromkeys(("arabic", "iso-8859-6-i", "iso-8859-6-e", "asmo-708", "ecma-114"), "iso8859_6"),
    **{f"windows-{n}": f"cp{n}" for n in (1250, 1251, 1253, 1255, 1256, 1257, 1258)},
    **{f"win-{n}": f"cp{n}" for n in (1250, 1251, 1253, 1255, 1256, 1257, 1258)},
    **{f"x-cp{n}": f"cp{n}" for n in (1250, 1251, 1253, 1255, 1256, 1257, 1258)},
    **{f"cp{n}": f"cp{n}" for n in (437, 850, 852, 855, 858, 862, 866, 1250, 1251, 1253, 1255, 1256, 1257, 1258)},
    **{f"ibm{n}": f"cp{n}" for n in (437, 850, 852, 855, 857, 858, 862, 866)},
    **dict.fromkeys(("cp857", "dos-857"), "cp857"),
    **dict.fromkeys(("win1251", "windows1251", "cp-1251", "1251"), "cp1251"),
    **dict.fromkeys(("utf-16", "utf16", "unicode", "ucs-2", "iso-10646-ucs-2", "csunicode", "unicodefffe"), "utf-16"),
    **dict.fromkeys(("utf-32", "utf32", "ucs-4"), "utf-32"),
    **{f"utf-{n}{end}": f"utf-{n}-{end}" for n in (16, 32) for end in ("le", "be")},
    **dict.fromkeys(("utf-7", "utf7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7", "csunicode11utf7"), "utf-7"),
    **dict.fromkeys(
        ("macintosh", "mac", "x-mac-roman", "mac-roman", "macroman", "x-macroman", "csmacintosh"), "mac_roman"
    ),
    **dict.fromkeys(("x-mac-ce", "x-mac-centraleurroman", "x-mac-latin2"), "mac_latin2"),
    **{f"x-mac-{name}": f"mac_{name}" for name in ("cyrillic", "greek", "turkish", "croatian", "romanian")},
    **dict.fromkeys(("x-mac-icelandic", "x-mac-iceland"), "mac_iceland"),
    **dict.fromkeys(("x-mac-ukrainian",), "mac_cyrillic"),
}
_WESTERN = frozenset(
    (
        *("", "us-ascii", "ascii", "ansi-x3.4-1968", "iso-8859-1", "iso8859-1", "latin1", "latin-1", "windows-1252"),
        *("cp1252", "x-ansi", "ansi", "iso-8859-1-windows-3.1-latin-1", "default", "none", "8bit", "unknown", "us"),
        *("iso-8859-12", "l1", "iso-ir-100", "cp819", "ibm819", "iso8859", "iso-8859", "csisolatin1", "win-1252"),
        *("iso-ir-6", "iso646-us", "7bit", "unknown-8bit", "x-unknown", "x-user-defined", "binary", "ansi-x3.110-1983"),
    )
)
# Windows charsets that hold all of an ISO one and use the octets 0x80-0x9F, which no text in the ISO one has.
WINDOWS_RELATIVE = {
    "iso8859_7": "cp1253",
    "iso8859_8": "cp1255",
    "iso8859_13": "cp1257",
    "iso8859_15": "cp1252",
    "iso8859_2": "cp1250",
}
WIDE = frozenset(("gb18030", "cp949", "johab", "big5hkscs", "cp932", "euc_jp"))
"""Codecs of one or two octets a character, whose text hardly ever is valid UTF-8 by chance."""


def find_codec(label: str) -> str | None:
    """The Python codec for a charset name: "" for ASCII, Latin-1 and nothing said, None for a name not on the list."""
    name = label.strip(" \t\"';,").lower().replace("_", "-")
    if name in _WESTERN:
        return ""
    codec = _CODECS.get(name)
    if codec is None and name.startswith("charset="):
        return find_codec(name[len("charset=") :])
    return codec if codec is not None else _CODECS.get(name.removeprefix("x-").removeprefix("cs"))
