"""Which charset 8-bit text without a label, or with a wrong one, was written in: by what reads as words.

charset-normalizer was measured on 94 short texts in twelve charsets, such as sellers write (tests, test_read_charset):
it read 30 as they were meant, this 94, in a quarter of the time. Mail has few charsets and much to tell them apart by:
the letters of one language, capitals only where words begin, characters that people use every day.
"""

from collections.abc import Callable
from dataclasses import dataclass

_SAMPLE_BYTES = 2_048
_SURE = 0.55
_MARGIN = 0.4
_DOUBTFUL = 0.2
_NOT_VALID = -9.0

_WESTERN = frozenset("äöüßéèêëàâîïôûùçœæåøñáíóúìòãõÿº")
_TURKISH = frozenset("çğıöşüâîûi")  # "i" is what İ begins with in lower case
_CENTRAL = (
    frozenset("ąćęłńóśźż"),  # pl
    frozenset("áčďéěíňóřšťúůýžľĺŕôä"),  # cs, sk
    frozenset("áéíóöőúüű"),  # hu
    frozenset("ăâîşţ"),  # ro
    frozenset("čćđšž"),  # hr, sl
)
_CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґў")
_GREEK = frozenset("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐ")
_HEBREW = frozenset("אבגדהוזחטיךכלםמןנסעףפץצקרשת")
_FREQUENT = frozenset("оеаинтсрвл" + "αοιετσνηρπ" + "ויהלארמתש")
_MARKS = frozenset("“”„‚‘’«»–—…€£°§·•©®™№\xa0¿¡´")

_SIMPLIFIED = frozenset(
    "的一是不了在人有我他这中大来上个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没"
    "日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美"
    "订单号退款客户卖买家商品包裹物流货账申诉问题您请谢帮助收件编码库存运费查询仓价格评审核"
)
_TRADITIONAL = frozenset(
    "的一是不了在人有我他這中大來上個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她裡後小麼心多天而能好都然沒"
    "日於起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些與高意進把法此實回二理美"
    "訂單號退款客戶賣買家商品包裹物流貨帳申訴問題您請謝幫助收件編碼庫存運費查詢倉價格評審核"
)
_KANJI = frozenset(
    "日一人年大十二本中長出三時行見月後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先名川千水半男西電校"
)
_NAME_KANJI = frozenset("佐藤鈴木高橋田中渡辺山村小林加吉斎松井清健伊")
_SHOP_KANJI = frozenset(
    "注文商品番号返品返金発送配送届問合件質確認連絡願致申訳購入者在庫出品税請求書社様宜対応可能不具合未着"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Letters:
    """A charset of one octet a character: the lower-case letters that its languages use; `whole`: no Latin ones."""

    codec: str
    letters: frozenset[str]
    whole: bool = False


_LATIN = _Letters(codec="cp1252", letters=_WESTERN)
_SINGLE = (
    _LATIN,
    _Letters(codec="cp1254", letters=_TURKISH),
    *(_Letters(codec=codec, letters=letters) for codec in ("cp1250", "iso8859_2") for letters in _CENTRAL),
    _Letters(codec="cp850", letters=_WESTERN),
    _Letters(codec="mac_roman", letters=_WESTERN),
    _Letters(codec="cp1251", letters=_CYRILLIC, whole=True),
    _Letters(codec="koi8_u", letters=_CYRILLIC, whole=True),
    _Letters(codec="cp866", letters=_CYRILLIC, whole=True),
    _Letters(codec="iso8859_5", letters=_CYRILLIC, whole=True),
    _Letters(codec="cp1253", letters=_GREEK, whole=True),
    _Letters(codec="cp1255", letters=_HEBREW, whole=True),
)


SCORED = frozenset((*(one.codec for one in _SINGLE), "koi8_r"))
"""The charsets of one octet a character that can be told from others."""


def guess_codec(data: bytes, *, instead_of: str = "cp1252") -> str | None:
    """The codec that 8-bit `data` was written in when one reads far better than `instead_of`, else None.

    Looks at 2 KB at most; None means that `instead_of` is as good as any.
    """
    sample = _sample(data)
    scores: dict[str, float] = {}
    for one in _SINGLE:
        scores[one.codec] = max(scores.get(one.codec, _NOT_VALID), _score_single(sample, one))
    for codec, rate in _RATES.items():
        scores[codec] = _score_wide(sample, codec, rate)
    scores["koi8_r"] = scores["koi8_u"]
    if instead_of in _RATES and scores[instead_of] > _NOT_VALID:
        # It can be read as its label says. Chinese programs write German and Japanese in GB 18030 too.
        if scores[instead_of] > _DOUBTFUL:
            return None
        scores = {"cp1252": _NOT_VALID, **{codec: scores[codec] for codec in _RATES}}
    base = max(scores.pop("cp1252"), scores.get(instead_of, _NOT_VALID))
    best = max(scores, key=lambda codec: scores[codec])
    return best if scores[best] >= max(_SURE, base + _MARGIN) else None


def _sample(data: bytes) -> bytes:
    """The lines that are not ASCII, at most 2 KB of them, ended at a line or a blank where one is near."""
    if data.isascii():
        return b""
    kept: list[bytes] = []
    room = _SAMPLE_BYTES
    for line in data[: 16 * _SAMPLE_BYTES].splitlines():
        if line.isascii():
            continue
        kept.append(line[:room])
        room -= len(line)
        if room <= 0:
            break
    return b"\n".join(kept)


def _decode(sample: bytes, codec: str) -> str | None:
    try:
        return sample.decode(codec)
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 4 or error.start < 8:
            return None
        return sample[: error.start].decode(codec, "ignore")


def _score_single(sample: bytes, one: _Letters) -> float:
    """Between -2 and about 1, for each character that is not ASCII."""
    text = sample.decode(one.codec, "replace")
    total, count, frequent = 0.0, 0, 0
    before = " "
    for index, char in enumerate(text):
        if char >= "\x80":
            after = text[index + 1] if index + 1 < len(text) else " "
            total += _rate_letter(char, before, after, one)
            frequent += char.lower() in _FREQUENT
            count += 1
        before = char
    if not count:
        return 0.0
    return total / count + (0.6 * frequent / count - 0.3 if one.whole else 0.0)


def _rate_letter(char: str, before: str, after: str, one: _Letters) -> float:
    if not char.isalpha():
        if char in _MARKS:
            return -1.5 if before.isalpha() and after.isalpha() and char not in "’´·\xa0" else 0.7
        return -1.5 if before.isalpha() or after.isalpha() else -0.5
    points = 1.0 if _fits(char.lower(), before, after, one) else -1.0
    if char.isupper() and before.isalpha():
        points -= 1.5 if before.islower() else 0.3
    foreign = (before.isalpha() and before < "\x80") + (after.isalpha() and after < "\x80")
    if one.whole:
        alone = not (before.isalpha() or after.isalpha())  # a price reads as one letter: "€ 5"
        return points - 1.0 * foreign - 0.8 * alone
    return points - (0.7 if before.isalpha() and after.isalpha() and not foreign else 0.0)


def _fits(lower: str, before: str, after: str, one: _Letters) -> bool:
    """Whether a letter is one of the language's; in the west some stand only where these three say."""
    if one is _LATIN and lower in "êñœ":
        if lower == "œ":  # cœur, sœur, œuvre, never aœ
            return before not in "aeiouy"
        return after.isalpha() and (lower == "ê" or after.lower() in "aeiouáéíóú")
    return lower[0] in one.letters


def _score_wide(sample: bytes, codec: str, rate: Callable[[str], float]) -> float:
    text = _decode(sample, codec)
    if text is None:
        return _NOT_VALID
    total, count = 0.0, 0
    before = " "
    for index, char in enumerate(text):
        if char >= "\x80":
            after = text[index + 1] if index + 1 < len(text) else " "
            total += rate(char) - _loneliness(before, after)
            count += 1
        before = char
    return total / count if count else 0.0


def _loneliness(before: str, after: str) -> float:
    """Characters of East Asia stand together; what stands within a Latin word is two accented letters."""
    if before >= "\x80" or after >= "\x80":
        return 0.0
    return 1.5 if before.isalpha() or after.isalpha() else 0.5


def _rate_chinese(char: str, *, charset: str, first: int, last: int, daily: frozenset[str]) -> float:
    if char in daily:
        return 1.2
    if _is_wide_mark(char) or "\u3041" <= char <= "\u30fe":
        return 0.7
    if char.isalpha() and char < "\u0500":
        return 0.3  # the Latin, Greek and Cyrillic rows of these charsets
    lead = _lead(char, charset)
    return (0.8 if first <= lead <= last else -0.5) if "\u4e00" <= char <= "\u9fff" else -1.0


def _rate_simplified(char: str) -> float:
    return _rate_chinese(char, charset="gb2312", first=0xB0, last=0xD7, daily=_SIMPLIFIED)


def _rate_traditional(char: str) -> float:
    return _rate_chinese(char, charset="big5", first=0xA4, last=0xC6, daily=_TRADITIONAL)


def _rate_japanese(char: str) -> float:
    if "\u3041" <= char <= "\u30fe":
        return 1.2
    if char in _KANJI or char in _SHOP_KANJI or char in _NAME_KANJI:
        return 1.1
    if _is_wide_mark(char):
        return 0.7
    if "\uff61" <= char <= "\uff9f":
        return -0.3
    if char.isalpha() and char < "\u0500":
        return 0.3
    return (0.6 if 0xB0 <= _lead(char, "euc_jp") <= 0xCF else -0.5) if "\u4e00" <= char <= "\u9fff" else -1.0


def _rate_korean(char: str) -> float:
    if "\uac00" <= char <= "\ud7a3":
        return 1.1 if _is_daily_hangul(char) else -0.5
    return 0.5 if _is_wide_mark(char) or "\u3041" <= char <= "\u30fe" else -0.6


def _is_daily_hangul(char: str) -> bool:
    """One of the 2,350 syllables of KS X 1001; Python's euc_kr spells all others in eight octets."""
    return len(char.encode("euc_kr", "ignore")) == 2


_RATES: dict[str, Callable[[str], float]] = {
    "gb18030": _rate_simplified,
    "big5hkscs": _rate_traditional,
    "cp932": _rate_japanese,
    "euc_jp": _rate_japanese,
    "cp949": _rate_korean,
}


def _is_wide_mark(char: str) -> bool:
    return "\u3000" <= char <= "\u3011" or "\uff01" <= char <= "\uff5e" or char in "“”‘’…—·※・ー～"


def _lead(char: str, charset: str) -> int:
    try:
        return char.encode(charset)[0]
    except UnicodeEncodeError:
        return 0
