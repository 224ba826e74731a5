"""Names and addresses that look like somebody else's: what a person reads first in a mail, and anybody can type.

A warning proves nothing against anybody. It says that the name is no reason to believe who wrote.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cases.address import domain_of, fold_address, strip_tag
from cases.mail import Address

# The reader takes such characters out of a name and leaves this defect, so that they are still told of.
DIRECTION_DEFECT = "From: characters that turn the reading direction were left out of the name"


class NameWarning(StrEnum):
    """What is odd about a name or address, the worst first."""

    DIRECTION = "name_direction"
    HIDDEN = "name_hidden"
    MIXED = "name_mixed"
    ADDRESS = "name_address"
    DOMAIN = "domain_lookalike"
    OURS = "name_ours"
    SELLER = "name_seller"


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownNames:
    """Who a name could pretend to be: our queues, our staff, and sellers who write from other addresses.

    `queues` and `staff` have a name and all addresses each; `sellers` are looked up by the name in question.
    """

    queues: tuple[Address, ...] = ()
    staff: tuple[Address, ...] = ()
    sellers: tuple[Address, ...] = ()


NOBODY_KNOWN = KnownNames()

_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Joiners within Persian or Indic words and emoji, and marks beside Hebrew or Arabic, are how those are written.
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2064\ufeff\U000e0000-\U000e007f]"
    "|(?<=[A-Za-z\u00c0-\u052f])[\u200c-\u200f]|[\u200c-\u200f](?=[A-Za-z\u00c0-\u052f])"
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'@]+\s?(?:@|[(\[]\s?at\s?[)\]])\s?[^\s<>()\[\],;:\"'@]+", re.IGNORECASE)
_AT = re.compile(r"\s?(?:@|[(\[]\s?at\s?[)\]])\s?", re.IGNORECASE)
_URL = re.compile(r"[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?<![\w.-])(?:www\.[a-z0-9.-]{1,200}|(?:[a-z0-9-]{1,63}\.){1,4}"
    r"(?:com|net|org|info|biz|shop|store|online|app|example|test|de|at|ch|fr|it|es|nl|be|pl|se|dk|eu|uk|io|co|us|cn|jp|tr))"
    r"(?![\w-])",
    re.IGNORECASE,
)
# What an organisation calls those who answer its mail. A name of nothing but such words claims to be ours.
_DESK_WORDS = frozenset(
    {"admin", "administrator", "care", "customer", "desk", "help", "helpdesk", "kundendienst", "kundenservice"}
    | {"kundenbetreuung", "mailer", "noreply", "official", "postmaster", "reply", "security", "seller", "sellers"}
    | {"service", "servicedesk", "staff", "support", "system", "team", "verification", "webmaster"}
)
_FILLERS = frozenset({"and", "center", "centre", "das", "der", "die", "for", "from", "fur", "no", "of", "our", "the"})
_COMMON_LABELS = frozenset({"mail", "email", "mx", "smtp", "www", "example", "test", "office", "home", "shop", "co"})
_MIN_NAME = 8
# Letters of other scripts, and digits, that are drawn like Latin ones (Unicode TS 39, the common part of it).
_DRAWN_ALIKE = (
    "аa вb гr еe кk мm нh оo пn рp сc тt уy хx ьb зe іi їi јj ѕs ԁd ԛq ԝw һh ӏl ɑa ɡg ıi "
    "αa βb γy εe ζz ηn ιi κk μm νv οo ρp τt υu χx ωw 0o 1l 3e 5s |l"
)
_SKELETON = str.maketrans({pair[0]: pair[1] for pair in _DRAWN_ALIKE.split()})


def find_name_warning(name: str, address: str, known: KnownNames = NOBODY_KNOWN) -> NameWarning | None:
    """The worst that is odd about a display name and the address it stands before; None for an honest one.

    `name` and `address` as the reader gives them. Bounded: the first 500 characters of a name are looked at.
    """
    shown = unicodedata.normalize("NFKC", name[:500])
    own = fold_address(address)
    found = [
        (NameWarning.DIRECTION, bool(_DIRECTION.search(name))),
        (NameWarning.HIDDEN, bool(_HIDDEN.search(name))),
        (NameWarning.MIXED, any(map(_is_mixed, _WORD.findall(shown)))),
        (NameWarning.ADDRESS, _names_an_address(shown, own)),
        (NameWarning.DOMAIN, _is_lookalike(own, known)),
        (NameWarning.OURS, not _is_ours(own, known) and _claims_ours(shown, own, known)),
        (NameWarning.SELLER, _is_sellers(shown, own, known.sellers)),
    ]
    return next((warning for warning, hit in found if hit), None)


def ascii_address(address: str) -> str:
    """The address with its domain as it goes over the wire: two domains that look alike do not there."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def shorten_address(address: str, width: int) -> str:
    """At most `width` characters with the end whole: whose domain it is stands there."""
    first = width // 4
    return address if len(address) <= width else f"{address[:first]}...{address[first + 3 - width :]}"


def _names_an_address(shown: str, own: str) -> bool:
    for found in _ADDRESS.findall(shown):
        if fold_address(_AT.sub("@", found)).strip(".'\"") != own:
            return True
    without = _ADDRESS.sub(" ", shown)
    if _URL.search(without):
        return True
    domains = [one.casefold().strip(".") for one in _DOMAIN.findall(without)]
    return any(not _is_within(domain_of(own), one) for one in domains)


def _is_within(domain: str, other: str) -> bool:
    other = other.removeprefix("www.")
    return domain == other or domain.endswith(f".{other}")


def _is_mixed(word: str) -> bool:
    """Letters of Latin and of a script with the same shapes side by side, as nobody writes."""
    scripts = {_script(letter) for letter in word if letter.isalpha()}
    return len(scripts & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}) > 1


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _is_lookalike(own: str, known: KnownNames) -> bool:
    """An address that reads as another: by letters of other scripts, also in A-labels, or as one of our domains."""
    local, _, domain = own.rpartition("@")
    if _is_mixed(local) or any(map(_is_foreign_label, domain.split("."))):
        return True
    ours = {domain_of(one.address) for one in (*known.queues, *known.staff)}
    return domain not in ours and _skeleton(_decode_domain(domain)) in {_skeleton(one) for one in ours}


def _is_foreign_label(label: str) -> bool:
    shown = _decode_label(label)
    if shown.isascii():
        return label.startswith("xn--")  # what cannot be decoded is shown by nobody as it is meant
    others = any(_script(letter) != "LATIN" for letter in shown if letter.isalpha())
    return _is_mixed(shown) or (others and _skeleton(shown).isascii())


def _decode_domain(domain: str) -> str:
    return ".".join(map(_decode_label, domain.split(".")))


def _decode_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _skeleton(text: str) -> str:
    """The text as the eye takes it: without accents, in Latin letters where others are drawn alike."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(one for one in plain if not unicodedata.combining(one)).translate(_SKELETON)


def _is_ours(own: str, known: KnownNames) -> bool:
    return strip_tag(own) in {strip_tag(one.address) for one in (*known.queues, *known.staff)}


def _claims_ours(shown: str, own: str, known: KnownNames) -> bool:
    """The name of a colleague, the name of our domain, or nothing but what a support desk is called."""
    name = " ".join(_skeleton(shown).split())
    if not name:
        return False
    if _is_telling(name) and name in {" ".join(_skeleton(one.name).split()) for one in known.staff}:
        return True
    words = {word for word in re.split(r"[\W_]+", name) if word}
    labels = set(_labels(one.address for one in known.queues)) - set(_labels([own]))
    queues = {word for one in known.queues for word in re.split(r"[\W_]+", _skeleton(one.name))}
    desk = {_skeleton(word) for word in _DESK_WORDS} | queues | labels
    return bool(words & labels) or (bool(words & desk) and words <= desk | {_skeleton(one) for one in _FILLERS})


def _labels(addresses: Iterable[str]) -> list[str]:
    """What the domains of these addresses are called, without what many are."""
    labels = [label for one in addresses for label in domain_of(one).split(".")[:-1]]
    return [_skeleton(label) for label in labels if len(label) > 3 and label not in _COMMON_LABELS]


def _is_sellers(shown: str, own: str, sellers: Iterable[Address]) -> bool:
    name = " ".join(_skeleton(shown).split())
    return _is_telling(name) and any(
        " ".join(_skeleton(one.name).split()) == name and fold_address(one.address) != own for one in sellers
    )


def _is_telling(name: str) -> bool:
    """Whether a name is hardly anybody else's by chance; "Anna" is."""
    return len(name) >= _MIN_NAME or " " in name
