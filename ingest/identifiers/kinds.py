"""All kinds of identifiers: one record a kind. To add one, add a record; the tests walk the examples.

A pattern's group `v` is the value as it was spelled, `normal` makes the normal form of it or refuses it. The order
matters: what one kind has taken, later kinds do not see (the digits of an IBAN are no phone number).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ingest.identifiers import checks
from ingest.identifiers.labels import LABELS, labelled


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of identifier. `columns` are headings under which a table holds bare values of it."""

    name: str
    patterns: tuple[tuple[re.Pattern[str], Callable[[str], str | None]], ...]
    columns: tuple[str, ...] = ()
    bare: Callable[[str], str | None] | None = None
    shares: bool = False
    found: tuple[tuple[str, str], ...] = ()
    not_found: tuple[str, ...] = ()


_START = r"(?<![0-9A-Za-z])"
_END = r"(?![0-9A-Za-z])"


def _plain(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{_START}(?P<v>{pattern}){_END}")


_PRODUCT_URL = re.compile(
    r"/(?:dp|gp/product|gp/aw/d|product-reviews|o/ASIN|exec/obidos/ASIN|d)/(?P<v>B[0-9A-Z]{9}|[0-9]{9}[0-9X])(?![0-9A-Za-z])"
)
_EU_VAT = (
    r"ATU\d{8}|BE[01]\d{9}|BG\d{9,10}|CY\d{8}[A-Z]|CZ\d{8,10}|DE\d{9}|DK\d{8}|EE\d{9}|EL\d{9}|ES[0-9A-Z]\d{7}[0-9A-Z]|FI\d{8}"
    r"|FR[0-9A-Z]{2}\d{9}|GB\d{9}|HR\d{11}|HU\d{8}|IE\d[0-9A-Z]\d{5}[A-Z]{1,2}|IT\d{11}|LT\d{9}|LU\d{8}|LV\d{11}|MT\d{8}"
    r"|NL\d{9}B\d{2}|PL\d{10}|PT\d{9}|RO\d{4,10}|SE\d{12}|SI\d{8}|SK\d{10}|XI\d{9}"
)


def _spaced(pattern: str) -> str:
    """The VAT patterns with one blank, dot or hyphen allowed between any two characters."""

    def expand(match: "re.Match[str]") -> str:
        item, low, high = match[1], int(match[2] or 1), int(match[3] or match[2] or 1)
        if low == high:
            return "[ .-]{0,2}".join([item] * low) + "[ .-]{0,2}"
        return "[ .-]{0,2}".join([item] * low) + f"(?:[ .-]{{0,2}}{item}){{0,{high - low}}}"

    choices = (re.sub(r"(\[[^\]]+\]|\\d|[A-Z])(?:\{(\d+)(?:,(\d+))?\})?", expand, one) for one in pattern.split("|"))
    return "|".join(choice.removesuffix("[ .-]{0,2}") for choice in choices)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="order_id",
        patterns=(
            (
                re.compile(
                    r"(?<![0-9A-Za-z-])(?P<v>(?:\d{3}|[DS]01)(?:\s{0,2}-\s{0,3}\d{7}\s{0,2}-\s{0,3}|[ ]\d{7}[ ])\d{7})"
                    r"(?![0-9A-Za-z]|-\d)"
                ),
                checks.order_id,
            ),
            (labelled(LABELS["order"], r"\d{17}(?!\d)"), checks.order_id),
        ),
        found=(
            ("order 305-3346857-1806074 is lost", "305-3346857-1806074"),
            ("vom 04.11. (306-5881519-\n6979264) aus", "306-5881519-6979264"),
            ("Nr. 303\u20131907821\u20134666629 kam", "303-1907821-4666629"),
            ("302\u00a04910928\u00a01951803, da fehlt", "302-4910928-1951803"),
            ("n. 403 - 0940415 - 8970848, il cliente", "403-0940415-8970848"),
            ("注文番号 １７１−８６０２４５６−３３６４６４８ の", "171-8602456-3364648"),
            ("注文番号171-8602456-3364648の", "171-8602456-3364648"),
            ("the e-book was D01-2210457-6630982.", "D01-2210457-6630982"),
            ("die Bestellnummer: 30483749511132638\nbekommen", "304-8374951-1132638"),
        ),
        not_found=(
            "Auftrag 302-12345-67890",
            "Lieferschein 2026-1103-0087",
            "Tel. 05921-5550177-12",
            "Timestamp 17936965641231263",
            "1302-4910928-1951803",
            "302-4910928-19518031",
        ),
    ),
    Kind(
        name="fba_shipment_id",
        patterns=((re.compile(_START + r"(?P<v>FBA\d[0-9A-Z]{7,9})(?:U\d{6})?" + _END), checks.as_is),),
        found=(
            ("Sendung FBA15SN1Q27XL (Zielort", "FBA15SN1Q27XL"),
            ("货件FBA15TW21VJLJ少收", "FBA15TW21VJLJ"),
            ("box FBA15SN1Q27XLU000012", "FBA15SN1Q27XL"),
        ),
        not_found=("FBA Sendung", "FBALAGER2026X", "FBA12"),
    ),
    Kind(
        name="fnsku",
        patterns=((_plain(r"X00[0-9A-Z]{7}"), checks.as_is),),
        found=(("FNSKU: X00GG033RP", "X00GG033RP"), ("FNSKU 为 X00F28HSVW，", "X00F28HSVW")),
        not_found=("X00", "X00GG033RPX", "0X00GG033RP"),
    ),
    Kind(
        name="asin",
        patterns=(
            (_PRODUCT_URL, checks.asin),
            (_plain(r"B0[0-9A-Z]{8}"), checks.asin),
            (labelled(r"(?i:(?<![A-Za-z])ASINs?)", r"(?i:B[0-9A-Z]{9}|\d{9}[0-9X])" + _END), checks.asin),
        ),
        columns=("asin", "asin1", "parent asin", "child asin"),
        bare=checks.asin,
        shares=True,
        found=(
            ("(ASIN B0BVPF2QMV, unsere", "B0BVPF2QMV"),
            ("B084475P3B (Händler", "B084475P3B"),
            ("asin: b0bvpf2qmv", "B0BVPF2QMV"),
            ("https://www.shop.example/X/dp/B0DLXQ7GM7/ref=sr_1_3", "B0DLXQ7GM7"),
            ("https://www.shop.example/gp/product/3556284634?th=1", "3556284634"),
        ),
        not_found=(
            "BESTELLUNG um BESTELLUNG",
            "das B0 des Codes",
            "lot B4417A2026",
            "o.gif?u=b0a1c2d3e4f5061728394a5b6c7d8e9f",
        ),
    ),
    Kind(
        name="isbn",
        patterns=(
            (_PRODUCT_URL, checks.isbn13),
            (
                labelled(r"(?i:(?<![A-Za-z])ISBN(?:[- ]?1[03])?)", r"(?:97[89][ -]?)?(?:\d[ -]?){9}[\dX]" + _END),
                checks.isbn13,
            ),
            (re.compile(r"(?<![\d-])(?P<v>97[89][ -]?(?:\d[ -]?){9}\d)(?![\d-])"), checks.isbn13),
        ),
        columns=("isbn", "isbn-10", "isbn-13"),
        bare=checks.isbn13,
        shares=True,
        found=(
            ("der ISBN 3-556-28463-4 ist", "9783556284636"),
            ("ISBN-13: 978-3-556-28463-6", "9783556284636"),
            ("/gp/product/3556284634?th=1", "9783556284636"),
        ),
        not_found=("ISBN 3-556-28463-5", "/dp/B0DLXQ7GM7"),
    ),
    Kind(
        name="iban",
        patterns=((re.compile(_START + r"(?P<v>[A-Z]{2} ?\d{2}(?: ?[0-9A-Z]){11,30})" + _END), checks.iban),),
        found=(
            ("IBAN: DE88 7015 0000 5514 1711 65", "DE88701500005514171165"),
            ("(IBAN GB07NWBK60161398011666, account", "GB07NWBK60161398011666"),
            ("Konto PL 69 1140 1238 0457 1863 1656 5993. NIP", "PL69114012380457186316565993"),
            ("ist DE73 3704 0044 5211 2775 74. Bitte NICHT", "DE73370400445211277574"),
        ),
        not_found=("DE12 3456 7890 1234 5678 90", "DE88 7015 0000 5514 1711"),
    ),
    Kind(
        name="tracking_number",
        patterns=(
            (re.compile(_START + r"(?P<v>1Z(?:[ -]?[0-9A-Z]){16})" + _END), checks.ups),
            (re.compile(_START + r"(?P<v>[A-Z]{2}(?:\s?\d){9}\s?[A-Z]{2})" + _END), checks.s10),
            (_plain(r"TB[ABCM]\d{12}"), checks.as_is),
            (_plain(r"JJ?[DV][A-Z]{0,2}\d{16,20}"), checks.as_is),
            (re.compile(r"(?<![\d-])(?P<v>00(?:[ ]?\d){18})(?![ ]?\d)"), checks.sscc),
            (re.compile(r"(?<![\d-])(?P<v>9[1-5](?:[ ]?\d){20})(?![ ]?\d)"), checks.sscc),
            (
                labelled(LABELS["tracking"], r"(?:[A-Z]{1,4}\d{8,20}[A-Z]{0,2}|\d{3,22}(?:[ ]\d{2,22}){0,7})" + _END),
                lambda text: checks.labelled_tracking(text) if len(checks.compact(text)) >= 10 else None,
            ),
        ),
        columns=("tracking number", "tracking-number", "tracking", "sendungsnummer", "trackingnummer"),
        bare=checks.labelled_tracking,
        found=(
            ("Sendungsnummer lautet 0034 3732 6614 8884 9194.", "00343732661488849194"),
            ("Leitnummer 1Z8X1NM30106458425,\nUnterschrift", "1Z8X1NM30106458425"),
            ("Tracking: 1Z 0F7 9W7 01 7682 8137.", "1Z0F79W70176828137"),
            ("Eingetragen ist RR874191763DE, richtig", "RR874191763DE"),
            ("Le suivi EE\n922 061 598 FR n'affiche", "EE922061598FR"),
            ("Seguimiento:\nTBA940486547071.", "TBA940486547071"),
            ("物流单号（UPS）：1Z68EEL60198534530，", "1Z68EEL60198534530"),
            ("Paketnummer: 01234567890123", "01234567890123"),
        ),
        not_found=("1Z999AA10123456785", "RR874191764DE", "tracking since 12.11.2026", "Serial number HW-88120034417"),
    ),
    Kind(
        name="vat_id",
        patterns=(
            (re.compile(f"(?<![0-9A-Za-z.])(?P<v>{_spaced(_EU_VAT)})(?![0-9A-Za-z]|[ .-]\\d)"), checks.vat_id),
            (
                labelled(r"(?<![A-Za-z])NIP", r"\d(?:[ -]?\d){9}(?![ -]?\d)"),
                partial(checks.national_vat, "PL"),
            ),
            (
                labelled(r"(?i:(?<![A-Za-z])p\.? ?iva|partita iva)", r"\d{11}(?!\d)"),
                partial(checks.national_vat, "IT"),
            ),
            (
                labelled(r"(?<![A-Za-z])(?:CIF|NIF|N\.I\.F\.|C\.I\.F\.)", r"[A-Z0-9][ -]?\d{7}[ -]?[A-Z0-9]" + _END),
                partial(checks.national_vat, "ES"),
            ),
        ),
        found=(
            ("USt-IdNr. DE 179 944 161 wird", "DE179944161"),
            ("FR 53 941807869 est rejeté", "FR53941807869"),
            ("NIF-IVA ES-B17610031 está", "ESB17610031"),
            ("nummer is NL 8142.68.821.B01. Wilt", "NL814268821B01"),
            ("SE 553336-5267 01 godkänns", "SE553336526701"),
            ("NIP 885-245-21-45", "PL8852452145"),
        ),
        not_found=("WEEE-Reg.-Nr. DE 12345678", "LUCID DE4417731020887", "DE 179 944 162 wird"),
    ),
    Kind(
        name="gtin",
        patterns=((labelled(LABELS["gtin"], r"\d(?:[ -]?\d){7,13}(?![ -]?\d)", gap=r"[^\d\n]{0,30}"), checks.gtin),),
        columns=("ean", "gtin", "upc", "barcode", "ean/upc", "ean-code", "external_product_id", "product-id", "barkod"),
        bare=checks.gtin,
        found=(
            ("EAN auf der Packung: 4 004891 678863. Die", "4004891678863"),
            ("UPC  0 40590 65153 4", "040590651534"),
            ("il codice EAN è 8033697156226, l'ho", "8033697156226"),
            ("barkod (EAN): 8693982943117. CE", "8693982943117"),
        ),
        not_found=("EAN 4004891678865 ist verdruckt", "die Zahl 4004891678863 allein", "EAN 0000000000000"),
    ),
    Kind(
        name="seller_id",
        patterns=(
            (labelled(LABELS["seller"], r"A[0-9A-Z]{9,19}" + _END), checks.seller_id),
            (
                re.compile(r"[?&](?:seller|merchant|merchantID|me)=(?P<v>A[0-9A-Z]{9,19})(?![0-9A-Za-z])"),
                checks.seller_id,
            ),
        ),
        found=(
            ("(Händler-ID AQH4D1B5WR4BVZ) ist", "AQH4D1B5WR4BVZ"),
            ("(merchant token ARLSWGSWH0VMQ) was", "ARLSWGSWH0VMQ"),
            ("sp?ie=UTF8&seller=AQR1WLQG98T23&is", "AQR1WLQG98T23"),
            ("卖家编号（Seller ID）是AHT8TJG24NZ04N，", "AHT8TJG24NZ04N"),
            ("identifiant vendeur : A5ML3FWQQ0M6S.", "A5ML3FWQQ0M6S"),
        ),
        not_found=("Seller ID ABSENDERANGABE", "AQH4D1B5WR4BVZ allein"),
    ),
    Kind(
        name="external_case_id",
        patterns=((labelled(LABELS["case"], r"\d{9,12}(?![\d]|[-/.]\d)"), checks.as_is),),
        columns=("case id", "case-id", "fallnummer"),
        bare=lambda text: text if re.fullmatch(r"\d{9,12}", text) else None,
        found=(
            ("Fallnummer 12542003071.", "12542003071"),
            ("(case ID 1086314703, then", "1086314703"),
            ("in case 1114343958 (case", "1114343958"),
            ("numéro\nde dossier 17350424408, fermé", "17350424408"),
            ("case ID：14531064892，客服", "14531064892"),
            ("citando ID caso 1753427238.", "1753427238"),
            ("unter Angabe der Fall-ID 1172597128 innerhalb", "1172597128"),
        ),
        not_found=(
            "Fall [CP-4304630562]",
            "pro number 4471002938",
            "FeedSubmissionId: 183520020014",
            "case number is [CP-4821773099]",
        ),
    ),
    Kind(
        name="error_code",
        patterns=((labelled(LABELS["error"], r"(?:\d{4,6}|0x[0-9A-Fa-f]{8})(?![0-9A-Za-z]|[.,/:-]\d)"), checks.as_is),),
        columns=(
            "error-code",
            "error code",
            "errorcode",
            "fehlercode",
            "fehler",
            "code erreur",
            "codice errore",
            "foutcode",
        ),
        bare=lambda text: text if re.fullmatch(r"\d{4,6}", text) else None,
        found=(
            ("Fehler 8541 bei ASIN", "8541"),
            ("(Fehlercode 5665)", "5665"),
            ("with\nerror code 7013, no", "7013"),
            ("« Erreur 4012 : le numéro", "4012"),
            ("Código de error: 3110", "3110"),
            ("Błąd 8572, kod", "8572"),
            ("“Hata kodu: 90117” veriyor", "90117"),
            ("「エラー 5461」と", "5461"),
            ("提示错误代码6024。", "6024"),
            ("der Fehler\n8566, den", "8566"),
        ),
        not_found=(
            "errors in 3 of 8541 rows",
            "Im Fehlerfall melden Sie sich, 3 von 12",
            "Fehler 2026-11-03",
            "error 12",
        ),
    ),
    Kind(
        name="sku",
        patterns=((labelled(LABELS["sku"], r"[^\W_][\w./+-]{1,39}"), checks.sku),),
        columns=(
            "sku",
            "msku",
            "seller-sku",
            "seller sku",
            "merchant sku",
            "händler-sku",
            "item_sku",
            "item-sku",
            "mfn-sku",
        ),
        bare=checks.sku,
        found=(
            ("unsere SKU KW-DUFT-220-LAV) nicht", "KW-DUFT-220-LAV"),
            ("(SKU :\nBD-LAMPE-RAPHIA, ASIN", "BD-LAMPE-RAPHIA"),
            ("SKU RM/PAST-FRENO/22. il", "RM/PAST-FRENO/22"),
            ("Mi SKU es MF-CEP-02. Cuánto", "MF-CEP-02"),
            ("kodumuz (SKU): YO-YAPBOZ-60, barkod", "YO-YAPBOZ-60"),
            ("SKU  WS-SÄGE-21", "WS-SÄGE-21"),
        ),
        not_found=("die SKU nicht gefunden", "SKU error-code", "SKU und ASIN", "SKU 11.12.2026"),
    ),
    Kind(
        name="invoice_number",
        patterns=(
            (
                labelled(
                    LABELS["invoice"],
                    r"(?=[A-Z0-9/-]{0,20}\d{2})[A-Z0-9](?:[A-Z0-9]|[/-](?=[A-Z0-9])){3,23}" + _END,
                    gap=r"[^\d\n.;!?A-Z]{0,16}(?:(?:Nr|No|nº|n°|N°|nr|no)\.?)?[\s:#]{0,3}",
                ),
                checks.invoice_number,
            ),
        ),
        columns=("invoice", "invoice number", "invoice-number", "rechnungsnummer"),
        bare=checks.invoice_number,
        found=(
            ("die Einkaufsrechnung RE-2026-10873 unseres", "RE-2026-10873"),
            ("Rechnung hat die Nr. LR-88214, Lieferant", "LR-88214"),
            ("facture fournisseur n° F2026-0457 disponibles", "F2026-0457"),
            ("la fattura FT-2026/1182 come", "FT-2026/1182"),
            ("de facturen 2026-INV-00918 en", "2026-INV-00918"),
            ("invoice number HS-2024-118; the", "HS-2024-118"),
        ),
        not_found=(
            "Rechnung vom 12.11.2026",
            "invoice 2026-11-03",
            "Rechnungen hab ich 3x hochgeladen",
            "Rechnung über 4500 EUR",
        ),
    ),
)
