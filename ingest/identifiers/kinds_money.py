"""Identifiers of money and taxes: iban, vat_id, invoice_number."""

import re
from functools import partial

from ingest.identifiers import checks_money as checks
from ingest.identifiers import labels
from ingest.identifiers.kind import Kind, Labelled, Way, shape, value

_EU_VAT = (
    r"ATU\d{8}|BE[01]\d{9}|BG\d{9,10}|CHE\d{9}|CY\d{8}[A-Z]|CZ\d{8,10}|DE\d{9}|DK\d{8}|EE\d{9}|EL\d{9}|ES[0-9A-Z]\d{7}[0-9A-Z]"
    r"|EU\d{9}|FI\d{8}|FR[0-9A-Z]{2}\d{9}|GB\d{9}|HR\d{11}|HU\d{8}|IE\d[0-9A-Z+*]\d{5}[A-Z]{1,2}|IT\d{11}|LT\d{9}|LT\d{12}"
    r"|LU\d{8}|LV\d{11}|MT\d{8}|NL\d{9}B\d{2}|NO\d{9}MVA|PL\d{10}|PT\d{9}|RO\d{4,10}|SE\d{12}|SI\d{8}|SK\d{10}|XI\d{9}"
)
_BETWEEN = r"[ ./\n-]{0,2}"


def _spaced(pattern: str) -> str:
    """The VAT patterns with blanks, dots or hyphens allowed between any two characters."""

    def expand(match: "re.Match[str]") -> str:
        item, low, high = match[1], int(match[2] or 1), int(match[3] or match[2] or 1)
        again = f"(?:{_BETWEEN}{item}){{0,{high - low}}}" if high > low else ""
        return _BETWEEN.join([item] * low) + again + _BETWEEN

    choices = (re.sub(r"(\[[^\]]+\]|\\d|[A-Z])(?:\{(\d+)(?:,(\d+))?\})?", expand, one) for one in pattern.split("|"))
    return "|".join(choice.removesuffix(_BETWEEN) for choice in choices)


_VAT = _spaced(_EU_VAT)
# All behind the first letter: a search for a set of letters is far quicker than one for a choice of words.
_VAT_REST = "|".join(f"(?<={one[0]}){one[1:]}" for one in _VAT.split("|"))
_SWISS_TAX = r"(?:[ ]?(?:MWST|TVA|IVA|TPV)(?![A-Za-z]))?"
_FULL = Way(value=value(rf"(?i:(?:{_VAT}){_SWISS_TAX})"), normal=checks.vat_id)
_VAT_END = r"(?![0-9A-Za-z]|[ .-]\d)"


def _iban_rest() -> str:
    """All of an IBAN behind its first letter, by the lengths of the countries, so that what follows is left alone."""
    by_length: dict[int, list[str]] = {}
    for country, length in checks.IBAN_LENGTH.items():
        by_length.setdefault(length, []).append(country)
    return (
        "(?:"
        + "|".join(
            f"[A-Z](?<={'|'.join(countries)}){_IN_IBAN}\\d{_IN_IBAN}\\d(?:{_IN_IBAN}[0-9A-Z]){{{length - 4}}}"
            for length, countries in sorted(by_length.items())
        )
        + ")"
    )


_IN_IBAN = r"(?:[ \t]{0,2}+[.-]?+\n?+[ \t]{0,2}+)"
_IBAN_REST = _iban_rest()

IBAN = Kind(
    name="iban",
    shapes=((shape("[A-Z]", _IBAN_REST), checks.iban),),
    labelled=(Labelled(words=labels.IBAN, ways=(Way(value=value(f"(?i:[A-Z]{_IBAN_REST})"), normal=checks.iban),)),),
    bare=checks.iban,
    found=(
        ("IBAN: DE88 7015 0000 5514 1711 65", "DE88701500005514171165"),
        ("(IBAN GB07NWBK60161398011666, account", "GB07NWBK60161398011666"),
        ("Konto PL 69 1140 1238 0457 1863 1656 5993. NIP", "PL69114012380457186316565993"),
        ("ist DE73 3704 0044 5211 2775 74. Bitte NICHT", "DE73370400445211277574"),
        ("iban de88-7015-0000-5514-1711-65", "DE88701500005514171165"),
        ("IBAN DE88 7015 0000\n5514 1711 65", "DE88701500005514171165"),
    ),
    not_found=("DE12 3456 7890 1234 5678 90", "DE88 7015 0000 5514 1711", "DE88 **** **** 65"),
)

VAT_ID = Kind(
    name="vat_id",
    shapes=((shape("[A-Z]", f"(?:{_VAT_REST}){_SWISS_TAX}", _VAT_END, before="0-9A-Za-z."), checks.vat_id),),
    labelled=(
        Labelled(words=labels.VAT, ways=(_FULL,)),
        Labelled(
            words=labels.VAT_PL,
            ways=(
                _FULL,
                Way(value=value(r"\d(?:[ -]?\d){9}", r"(?![ -]?\d)"), normal=partial(checks.national_vat, "PL")),
            ),
        ),
        Labelled(
            words=labels.VAT_IT,
            ways=(_FULL, Way(value=value(r"\d(?:[ .]?\d){10}"), normal=partial(checks.national_vat, "IT"))),
        ),
        Labelled(
            words=labels.VAT_ES,
            ways=(
                _FULL,
                Way(
                    value=value(r"[A-Za-z0-9][ -]?\d(?:[ .]?\d){6}[ -]?[A-Za-z0-9]"),
                    normal=partial(checks.national_vat, "ES"),
                ),
            ),
        ),
        Labelled(
            words=labels.VAT_NL,
            ways=(
                _FULL,
                Way(
                    value=value(r"\d(?:[ .]?\d){8}[ .]?[Bb][ .]?\d\d"),
                    normal=partial(checks.national_vat, "NL"),
                ),
            ),
        ),
    ),
    bare=checks.vat_id,
    found=(
        ("USt-IdNr. DE 179 944 161 wird", "DE179944161"),
        ("FR 53 941807869 est rejeté", "FR53941807869"),
        ("NIF-IVA ES-B17610031 está", "ESB17610031"),
        ("nummer is NL 8142.68.821.B01. Wilt", "NL814268821B01"),
        ("SE 553336-5267 01 godkänns", "SE553336526701"),
        ("NIP 885-245-21-45", "PL8852452145"),
        ("CHE-107.787.577 MWST", "CHE107787577MWST"),
        ("ust-idnr. de179944161", "DE179944161"),
        ("USt-IdNr. DE 179\n> 944 161", "DE179944161"),
    ),
    not_found=("WEEE-Reg.-Nr. DE 12345678", "LUCID DE4417731020887", "DE 179 944 162 wird", "CHE-107.787.578 MWST"),
)

_NUMBER = (
    r"(?:[A-Z]{1,4} (?=\d{1,12}[/-]\d|\d{5}))?(?=[A-Z0-9._/\n-]{0,30}\d{2})"
    r"[A-Z0-9](?:[A-Z0-9]|[._/](?=[A-Z0-9])|-\n?(?=[A-Z0-9])){2,34}"
)
_INVOICE = value(_NUMBER, r"(?![0-9A-Za-z_]|[.,:]\d)")
# Up to a few words in small letters: "Rechnung hat die Nr. LR-88214".
_WORDS_BETWEEN = re.compile(r"[^\d\n.;!?:A-Z_\x1a]{0,16}(?:(?:[Nn][Rr]|[Nn][Oo]|[Nn][°º])\.?)?[\s:#.\"'»“”)]{0,4}")

# "INV" in it says what it is: INV-2026-0012, GB-XYZ-INV-2026-0088173, 2026-INV-00918.
_SAYS_INVOICE = shape(
    "[0-9A-Z]",
    r"(?:(?<=I)NV|[0-9A-Z]{0,7}[-/](?:[0-9A-Z]{1,8}[-/]){0,3}INV)(?:(?=[0-9])|[-/](?=[0-9A-Z]))"
    r"[0-9A-Z]{1,14}(?:[-/][0-9A-Z]{1,14}){0,4}+",
    r"(?![0-9A-Za-z_]|[-/]\w|\.[0-9])",
    before="0-9A-Za-z/.-",
)

INVOICE_NUMBER = Kind(
    name="invoice_number",
    weak=((_SAYS_INVOICE, checks.invoice_number_said),),
    labelled=(
        Labelled(words=labels.INVOICE_NUMBER, ways=(Way(value=_INVOICE, normal=checks.invoice_number_sure),)),
        Labelled(
            words=labels.INVOICE,
            ways=(
                Way(value=_INVOICE, normal=checks.invoice_number, glued=False),
                Way(value=_INVOICE, normal=checks.invoice_number, gap=_WORDS_BETWEEN, glued=False, folded=False),
            ),
        ),
    ),
    columns=("invoice-number", "belegnummer", "invoice-no"),
    bare=checks.invoice_number_sure,
    found=(
        ("die Einkaufsrechnung RE-2026-10873 unseres", "RE-2026-10873"),
        ("Rechnung hat die Nr. LR-88214, Lieferant", "LR-88214"),
        ("Rechnung RE-2026-\n10873 vom", "RE-2026-10873"),
        ("facture fournisseur n° F2026-0457 disponibles", "F2026-0457"),
        ("la fattura FT-2026/1182 come", "FT-2026/1182"),
        ("de facturen 2026-INV-00918 en", "2026-INV-00918"),
        ("Rechnung_RE-2026-10873.pdf", "RE-2026-10873"),
        ("invoice number HS-2024-118; the", "HS-2024-118"),
        ("Rechnungsnummer 20261087 vom", "20261087"),
        ("faktura nr FV 123/11/2026 z", "FV 123/11/2026"),
        ("siehe INV-2026-0471, Anhang", "INV-2026-0471"),
        ("(IT-KLM-INV-2026-0044170)", "IT-KLM-INV-2026-0044170"),
        ("le document INV/2026/0471.", "INV/2026/0471"),
        ("2026-INV-00471 jest", "2026-INV-00471"),
        ("INV00471 och", "INV00471"),
        ("附件INV-2026-0471已上传", "INV-2026-0471"),
    ),
    not_found=(
        "Rechnung vom 12.11.2026",
        "invoice 2026-11-03",
        "Rechnungen hab ich 3x hochgeladen",
        "Rechnung über 4500 EUR",
        "Rechnung 20261112",
        "Rechnungsnummer 12.11.2026",
        "INV-2026 Ordner",
        "INVENTUR-2026-11",
        "INV 12",
        "INVALID-2026-001",
        "SKU INV-2026-0471",
        "KINV-2026-0471",
    ),
)
