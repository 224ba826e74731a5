"""What a kind of identifier is: shapes that speak for themselves, forms in links, values behind labels, columns."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Normal = Callable[[str], str | None]
"""Makes the normal form of a spelling, or gives None where it is no value of the kind."""

Shapes = tuple[tuple[re.Pattern[str], Normal], ...]
"""Patterns with the value in group `v`, and what makes its normal form."""

START = r"(?<![0-9A-Za-z_])"
END = r"(?![0-9A-Za-z_])"

# Between label and value: punctuation, one line break, small words of all languages. Bounded, so it stays linear.
_SIGNS = r"(?:\s{0,2}:\s{1,40}+)?+(?:(?!\n[ \t]*+\n)(?:[^\w,;!?\x1a]|_)){0,24}+"
_SMALL_WORDS = (
    r"(?:(?:nr|no|nos|num|nummer|number|numero|code|kod|codice|codigo)(?=[0-9])|(?:"
    r"nr|no|nos|n|num|nums|id|ids|nummer|number|numbers|numero|numer|numery|numarasi|nu|code|codes|kod|kody|kodu|kodzie"
    r"|kodem|codice|codigo"
    # Of these the verbs and articles of "the code is", "der Code lautet"; never those of an amount: has, for, in.
    r"|lautet|lauten|heisst|ist|is|was|war|were|sind|are|es|e|era|est|etait|sont|son|sono|ar|jest|sa|to|olan|olarak"
    r"|lyder|luidt|brzmi|of|the|an|von|vom|der|die|das|den|dem|le|la|les|il|lo|el|de|het|som|called|below|following"
    r"|folgende|folgender|seguente|siguiente|suivant|suivante|volgende|mon|notre|nostro|nuestro|unsere|unser|our|your|my"
    r"|ons|onze|nasz|nasze|wie|here|hier|qui|ici|now|jetzt|als|as|also|auch|affiche|affichee|angezeigte|displayed|shown"
    r"|visualizzato|mostrado|weergegeven"
    r"|(?:with|mit|con|avec|met|o|med)"
    r"(?= (?:(?:the|dem|der|il|le|el|la|de) )?(?:code|codice|codigo|kod|numm|numb|numero|id))"
    r"|ups|dhl|dpd|gls|fedex|usps|hermes|brt|sda|seur|correos|inpost|postnl|postnord|colissimo|chronopost|evri|tnt|sf|aras"
    r")(?![a-z0-9_/+]|-[a-z0-9]))"
    r"|[是為为的はのが「]|です|番号|号码|编号|分别|分別|各自|如下|それぞれ|以下"
)
_ASIDE = r"(?:,[^,.;:!?0-9\n\x1a]{1,40},)?+"  # "the SKU, which is the point, is …"
# A full stop and a blank end the sentence, unless the label is shortened: "Nr. 8541".
_NO_NEW_SENTENCE = (
    r"(?:(?<=n[ro])|(?<=num)|(?<=[ _\n]n)|(?<=zam)|(?<=cde)|(?<=ref)|(?<=err)|(?<=id)|(?<=st)|(?<=fv)"
    r"|(?<=[a-z]\.[a-z])|(?!\.\s))"
)
TIGHT = re.compile(
    rf"{_NO_NEW_SENTENCE}{_ASIDE}{_SIGNS}(?:(?:{_SMALL_WORDS}){_SIGNS}){{0,4}}+(?:(?<=\n)\d{{1,2}}[.)][ \t]{{1,4}}+)?+"
)
LOOSE = re.compile(r"(?:\s{0,2}:\s{1,40}+)?+(?:(?!\n[ \t]*+\n)[^0-9\x1a]){0,40}+")
"""Only for values that carry a check digit: any words up to the first digit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way in which a value (group `v`, matched where the gap ends) stands behind a label.

    `glued`: digits may follow the label without anything between. `folded`: the gap is read in small letters.
    """

    value: re.Pattern[str]
    normal: Normal
    gap: re.Pattern[str] = TIGHT
    glued: bool = True
    folded: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled:
    """The words of one table of labels, and the ways in which a value may stand behind them, tried in turn."""

    words: Mapping[str, str]
    ways: tuple[Way, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of identifier.

    `shapes` are values that need no label, `weak` those that any other kind's label or column takes first, `links` the
    forms in links; `columns` are headings, besides the labels, under which a table holds bare values. `shares`: what it
    has taken, a kind that shares too may take again.
    """

    name: str
    shapes: Shapes = ()
    weak: Shapes = ()
    links: Shapes = ()
    labelled: tuple[Labelled, ...] = ()
    columns: tuple[str, ...] = ()
    bare: Normal | None = None
    shares: bool = False
    found: tuple[tuple[str, str], ...] = ()
    not_found: tuple[str, ...] = ()


def value(pattern: str, end: str = END) -> re.Pattern[str]:
    """A pattern of a value behind a label: group `v`, not followed by another letter or digit."""
    return re.compile(f"(?P<v>{pattern}){end}")


def shape(first: str, rest: str, end: str = END, before: str = "0-9A-Za-z_") -> re.Pattern[str]:
    """A pattern of a value without label. `first` is its first character: the search skips to that quickly."""
    return re.compile(f"(?P<v>{first}(?<![{before}].){rest}){end}")


def param(names: str, pattern: str) -> re.Pattern[str]:
    """A pattern of a value in a parameter of a link."""
    return re.compile(rf"[?&#;](?i:{names})=(?P<v>{pattern})(?![0-9A-Za-z])")
