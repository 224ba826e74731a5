"""Where a link leads: security wrappers undone, tracking left out, and only said where the shown words do not say it.

`decode_wrapped` is for any text: the same wrappers stand in plain text too.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

_MAX_URL = 4_000
_MAX_WRAPPED = 4
_LONGEST_SHOWN = 300
_FEW_PARAMETERS = 2
_AS_LONG_AS_A_NUMBER = 8
_NUMBER = re.compile(r"\d")
_FEW_HYPHENS = 3
_SCHEME = re.compile(r"\A(?:https?://|mailto:)", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>@,;:\"']{1,64}@[^\s<>@,;:\"'?&]{3,250}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrapper:
    """A service that puts its own address before the real one, which stands in a parameter of the query."""

    place: re.Pattern[str]
    parameters: tuple[str, ...]
    example: str


def _wrapper(place: str, parameters: str, example: str) -> Wrapper:
    return Wrapper(place=re.compile(place, re.IGNORECASE), parameters=tuple(parameters.split()), example=example)


# All examples lead to https://shop.example/dp/B0ABCDEFGH
WRAPPERS: tuple[Wrapper, ...] = (
    _wrapper(
        r"[\w.-]{0,60}safelinks\.protection\.(?:outlook|office365)\.(?:com|us|cn)/",
        "url",
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fshop.example%2Fdp%2FB0ABCDEFGH&data=05%7C02",
    ),
    _wrapper(
        r"(?:www\.)?google\.[a-z.]{2,6}/url\b",
        "q url",
        "https://www.google.com/url?q=https://shop.example/dp/B0ABCDEFGH&source=gmail&ust=1",
    ),
    _wrapper(
        r"urldefense(?:\.proofpoint)?\.com/v1/",
        "u",
        "https://urldefense.proofpoint.com/v1/url?u=https://shop.example/dp/B0ABCDEFGH&k=x",
    ),
    _wrapper(
        r"(?:linkprotect\.cudasvc\.com|[\w.-]{0,60}\.barracuda(?:networks)?\.com)/url",
        "a",
        "https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fshop.example%2fdp%2fB0ABCDEFGH&c=E",
    ),
    _wrapper(
        r"(?:l|lm)\.(?:facebook|instagram)\.com/l?\.?p?h?p?",
        "u",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fshop.example%2Fdp%2FB0ABCDEFGH&h=AT0",
    ),
    _wrapper(
        r"(?:deref-(?:gmx|web-02|mail|1und1)\.[a-z.]{2,10}|deref-[\w.-]{2,30})/mail/client/",
        "redirectUrl",
        "https://deref-gmx.net/mail/client/abc/dereferrer/?redirectUrl=https%3A%2F%2Fshop.example%2Fdp%2FB0ABCDEFGH",
    ),
    _wrapper(
        r"[\w.-]{1,60}/gp/r\.html",
        "U",
        "https://www.shop.example/gp/r.html?C=1&K=2&U=https%3A%2F%2Fshop.example%2Fdp%2FB0ABCDEFGH",
    ),
)
_PROOFPOINT_2 = re.compile(
    r"\Ahttps?://urldefense(?:\.proofpoint)?\.com/v2/url\?(?:.{0,2000}?&)?u=([^&]{1,2000})", re.I
)
_PROOFPOINT_3 = re.compile(
    r"\Ahttps?://urldefense(?:\.proofpoint)?\.(?:com|us)/v3/__(.{1,2000}?)__;([\w-]{0,400})", re.I
)
_IN_PATH = re.compile(
    r"\Ahttps?://(?:secure-web\.cisco\.com|protect\.checkpoint\.com)/.{0,600}?/(https?%3A%2F%2F\S+)", re.I
)
_RUNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

_TRACKING = re.compile(
    r"(?:utm_.*|gclid|dclid|fbclid|msclkid|mc_cid|mc_eid|mkt_tok|_hs\w+|vero_\w+|ref|ref_|ref_src|pf_rd_\w|pd_rd_\w+"
    r"|_encoding|trk\w*|cmpid|igshid|s_kwcid|spm|sprefix|crid|qid|sr|yclid|wt_mc)",
    re.IGNORECASE,
)
_KEY = re.compile(r"[A-Za-z0-9_=+/%.~]{20,}|[A-Za-z0-9_-]{40,}")
# A link nobody reads the address of: to be counted, to leave a list, to be seen by more people.
_NOISE = re.compile(
    r"unsubscri|un-subscri|opt-?out|abmeld|abbestell|desabonn|d%C3%A9sabonn|desinscri|disiscri|cancella-?iscri|uitschrij|afmelden"
    r"|wypisz|avregistrera|preference|list-?manage|manage-?subscription|view-?(?:in|this)-?(?:your-)?(?:browser|email)"
    r"|//(?:click|clicks|trk|track|tracking|email|links?|go|e|t)\d{0,3}\.|/(?:ls|wf|e|track|trk)/(?:click|c|open)\b|/CL0/"
    r"|sendgrid|mailchi\.mp|mandrillapp|sparkpost|awstrack|hubspotlinks"
    r"|//(?:[\w-]+\.)?(?:facebook|instagram|twitter|x|linkedin|xing|pinterest|youtube|tiktok|whatsapp|threads)\.[a-z]{2,3}/"
    # The mail programs and scanners that name themselves below a mail
    r"|//(?:[\w.-]{1,60}\.)?(?:aka\.ms|onelink\.me|apps\.apple\.com|play\.google\.com|proton\.me|protonmail\.com|tuta\.com"
    r"|tutanota\.com|mail\.yahoo\.com|yahoo\.(?:com|co\.\w\w)|gmx\.\w{2,3}|web\.de|t-online\.de|avast\.com|avg\.com|mail\.ru"
    r"|zoho\.com|superhuman\.com|sparkmailapp\.com|readdle\.com|canarymail\.io|bluemail\.me|edison\.tech|fairemail\.\w+"
    r"|k9mail\.app|thunderbird\.net|hey\.com|getmailspring\.com|getmailbird\.com|emclient\.com|mailvelope\.com|163\.com"
    r"|126\.com|qq\.com|office\.com|microsoft\.com|samsung\.com)(?:[/?#:]|\Z)",
    re.IGNORECASE,
)


def decode_wrapped(url: str) -> str:
    """The address behind a safe-link or redirect service (also one in another); `url` itself where there is none."""
    for _ in range(_MAX_WRAPPED):
        inner = _unwrap(url[:_MAX_URL]) if url[:4].lower() == "http" else None
        if inner is None or not _SCHEME.match(inner):
            return url
        url = inner
    return url


def _unwrap(url: str) -> str | None:
    if match := _PROOFPOINT_2.match(url):
        return unquote(match[1].replace("-", "%").replace("_", "/"))
    if match := _PROOFPOINT_3.match(url):
        return _fill_in(match[1], match[2])
    if match := _IN_PATH.match(url):
        return unquote(match[1])
    rest = url.partition("://")[2]
    wrapper = next((one for one in WRAPPERS if one.place.match(rest)), None)
    if wrapper is None:
        return None
    asked = parse_qs(rest.partition("?")[2].replace("&amp;", "&"), max_num_fields=None)
    return next((asked[name][0] for name in wrapper.parameters if name in asked), None)


def _fill_in(url: str, coded: str) -> str:
    """Proofpoint 3 takes characters out: "*" is the next one of `coded` (base64), "**B" the next three, and so on."""
    try:
        taken = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return url
    position = 0

    def next_ones(match: re.Match[str]) -> str:
        nonlocal position
        count = 1 if match[1] is None else _RUNS.index(match[1]) + 2
        position += count
        return taken[position - count : position]

    return re.sub(r"\*(?:\*([\w-]))?", next_ones, url, flags=re.ASCII)


def find_target(href: str, shown: str, *, is_one_of_many: bool = False) -> str | None:
    """What to say of a link besides its shown words: its address without tracking, or None where it adds nothing.

    A mail address is said where the words have none; a web address unless the words are that address, or it is noise.
    In a mail of many links (`is_one_of_many`) addresses that hold a key no person reads are noise, too; in a letter of
    few they are the shared file that it is about.
    """
    href = "".join(href[:_MAX_URL].split())
    if href[:7].lower() == "mailto:":
        address = unquote(href[7:].partition("?")[0])
        return address if _ADDRESS.match(address) and "@" not in shown else None
    if href[:4].lower() != "http":
        return None
    try:
        url = _clean(decode_wrapped(href))
    except ValueError:
        return None
    if is_one_of_many and (url.count("&") > _FEW_PARAMETERS or any(map(_is_key, urlsplit(url).path.split("/")))):
        return None
    if _is_said(url, shown) or len(url) > _LONGEST_SHOWN or _NOISE.search(url) or not url.isprintable():
        return None
    return url.replace("<", "%3C").replace(">", "%3E")


def _clean(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(url)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in asked if not _TRACKING.fullmatch(name) and not _is_key(value)]
    query = parts.query if len(kept) == len(asked) else urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, parts.fragment))


def _is_key(word: str) -> bool:
    """Whether a piece of an address is written for machines: long, letters and digits mixed, or coded."""
    if len(word) > 150:
        return True
    is_mixed = any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
    return is_mixed and word.count("-") <= _FEW_HYPHENS and bool(_KEY.fullmatch(word))


def _is_said(url: str, shown: str) -> bool:
    """Whether the words are the address. A mail program makes "Danke.Max" or a shop's bare name a link to it, too."""
    words = _bare("".join(shown.split()))
    address = _bare(url)
    if words and (words.endswith(address) or address in words):
        return True
    # "ASIN B0ABCDEFGH" that leads to /dp/B0ABCDEFGH, an order's number that leads to the order
    if any(
        len(word) >= _AS_LONG_AS_A_NUMBER and _bare(word) in address for word in shown.split() if _NUMBER.search(word)
    ):
        return True
    # The bare front page of a site says no more than the words of the link do.
    return "/" not in address and "?" not in address and address.partition(".")[0].lower() in shown.lower()


def _bare(url: str) -> str:
    address = unquote(re.sub(r"\A(?:https?://)?(?:www\.)?", "", url.strip("<>()[].,;").lower()))
    return address.partition("#")[0].rstrip("/")
