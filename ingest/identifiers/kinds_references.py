"""Identifiers that others have given: seller_id, external_case_id, error_code."""

import re

from ingest.identifiers import checks, labels
from ingest.identifiers.kind import Kind, Labelled, Way, param, shape, value

SELLER_ID = Kind(
    name="seller_id",
    weak=(
        (
            shape(
                "A", r"[0-9A-Z]{12,13}", r"(?![0-9A-Za-z_]|[-.+=][0-9A-Za-z]|/[0-9A-Za-z]{3})", before="0-9A-Za-z_/+.-"
            ),
            checks.seller_id_bare,
        ),
    ),
    links=((param("seller(?:_?id)?|merchant(?:_?id|_?token)?|me|m|smid", r"A[0-9A-Z]{9,19}"), checks.seller_id),),
    labelled=(
        Labelled(words=labels.SELLER, ways=(Way(value=value(r"[Aa][0-9A-Za-z]{9,19}"), normal=checks.seller_id),)),
    ),
    bare=checks.seller_id,
    found=(
        ("(Händler-ID AQH4D1B5WR4BVZ) ist", "AQH4D1B5WR4BVZ"),
        ("(merchant token ARLSWGSWH0VMQ) was", "ARLSWGSWH0VMQ"),
        ("https://shop.example/sp?ie=UTF8&seller=AQR1WLQG98T23&is", "AQR1WLQG98T23"),
        ("卖家编号（Seller ID）是AHT8TJG24NZ04N，", "AHT8TJG24NZ04N"),
        ("identifiant vendeur : A5ML3FWQQ0M6S.", "A5ML3FWQQ0M6S"),
        ("AQH4D1B5WR4BVZ allein", "AQH4D1B5WR4BVZ"),
        ("our account A2KX91MTR0PWZ was", "A2KX91MTR0PWZ"),
        ("Verkäuferkonto A2KX91MTR0PWZ ist", "A2KX91MTR0PWZ"),
        ("le compte vendeur A2KX91MTR0PWZ.", "A2KX91MTR0PWZ"),
        ("konto sprzedawcy A2KX91MTR0PWZ,", "A2KX91MTR0PWZ"),
        ("säljarkonto A2KX91MTR0PWZ", "A2KX91MTR0PWZ"),
        ("Muster GmbH (ID A2KX91MTR0PWZ)", "A2KX91MTR0PWZ"),
        ("店铺A2KX91MTR0PWZ被停用", "A2KX91MTR0PWZ"),
        ("verkopersaccount A2KX91MTR0PWZ/NL", "A2KX91MTR0PWZ"),
    ),
    not_found=(
        "Seller ID ABSENDERANGABE",
        "in A1PA6795UKMFR9 only",
        "the marketplace A2KX91MTR0PWZ is",
        "Marktplatz-ID: A2KX91MTR0PWZ",
        "Seriennummer A2KX91MTR0PWZ",
        "model A2KX91MTR0PWZ",
        "coupon A2KX91MTR0PWZ",
        "Transaktions-ID: A2KX91MTR0PWZ",
        "numéro de pièce A2KX91MTR0PWZ",
        "Artikelnummer A2KX91MTR0PWZ",
        "SKU A2KX91MTR0PWZ fehlt",
        "SKU;Menge\nA2KX91MTR0PWZ;3",
        "A2KX91MTR0PWZ-BLK",
        "tokens XA2KX91MTR0PWZ and A2KX91MTR0PWZ77",
        "parcel AE123456784DE",
        "queued as A35D0F1BC420E",
        "AM4PR05MB2017 with HTTP",
        "ABSENDERANGABE1",
        "A1234567890123",
        "https://shop.example/?marketplaceID=A1PA6795UKMFR9",
    ),
)

_CASE = value(r"\d{9,12}", r"(?![0-9A-Za-z]|[-.]\d|/\d(?!\d{8,11}(?!\d)))")

EXTERNAL_CASE_ID = Kind(
    name="external_case_id",
    links=((param("case_?id|caseNumber", r"\d{9,12}"), checks.as_is),),
    labelled=(Labelled(words=labels.CASE, ways=(Way(value=_CASE, normal=checks.as_is),)),),
    bare=checks.case_id,
    found=(
        ("Fallnummer 12542003071.", "12542003071"),
        ("(case ID 1086314703, then", "1086314703"),
        ("in case 1114343958 (case", "1114343958"),
        ("numéro\nde dossier 17350424408, fermé", "17350424408"),
        ("case ID：14531064892，客服", "14531064892"),
        ("citando ID caso 1753427238.", "1753427238"),
        ("unter Angabe der Fall-ID 1172597128 innerhalb", "1172597128"),
        ("1172597128 (case ID) again", "1172597128"),
        ("12542003071 numaralı vaka kapandı", "12542003071"),
    ),
    not_found=(
        "Fall [CP-4304630562]",
        "pro number 4471002938",
        "FeedSubmissionId: 183520020014",
        "case number is [CP-4821773099]",
        "case 22 pieces",
    ),
    shapes=(
        (
            shape("[0-9]", r"\d{8,11}[ ](?i:numaral[ıi]|no'?lu|nolu) (?i:vaka|talep)", "", before="0-9A-Za-z_.,-"),
            checks.case_before,
        ),
    ),
)

# A list may be without blanks (8541,8572), a decimal number is none.
_CODE_END = r"(?![0-9A-Za-z_]|[.:-]\d|[,/]\d(?!\d{3,5}(?!\d)))"
_DIGITS = Way(value=value(r"\d{4,6}|0[xX][0-9A-Fa-f]{4,8}", _CODE_END), normal=checks.error_code)
# Behind "error" a word with a number may be an article or a standard: capitals only, and the code right behind it.
_NO_CODE = r"(?!(?i:sku|msku|asin|ean|upc|case|fall|order|fba|inv|re|iso|utf|sha|rfc|win|cp)[-_]?\d)"
_WITH_LETTERS = Way(
    value=value(_NO_CODE + r"(?:[A-Z]{1,5}[-_]?|[A-Z][A-Za-z]{1,29}(?:_[A-Za-z]{1,20}){0,3}[-_])\d{3,6}", _CODE_END),
    normal=checks.as_is,
)
_WITH_HYPHEN = Way(
    value=value(_NO_CODE + r"[A-Z]{2,12}-\d{3,6}", _CODE_END),
    normal=checks.as_is,
    gap=re.compile(r"[ \t]{0,2}+[:=-]?+[ \t]{0,2}+\n?+[ \t]{0,2}+[\"'“”„«(\[]{0,2}+"),
)
_AFTER = (
    r"[\"'”“»]?(?:er)?(?:[ -](?i:fehler(?:meldung|code)?(?![a-zä])|error(?! (?:messages|rows|lines|s))(?![a-z])"
    r"|hatas[ıi]|hata(?![a-z])|kodlu hata|numaral[ıi] hata|nolu hata)"
    r"|(?:番の|番)?エラー|(?:号)?(?:错误|報錯|报错|錯誤))"
)

ERROR_CODE = Kind(
    name="error_code",
    shapes=((shape("[0-9]", rf"\d{{3,5}}{_AFTER}", "", before="0-9A-Za-z_.,/:-"), checks.error_before),),
    labelled=(
        Labelled(words=labels.ERROR_CODE, ways=(_DIGITS, _WITH_LETTERS)),
        Labelled(words=labels.ERROR, ways=(_DIGITS, _WITH_HYPHEN)),
    ),
    columns=("error-code", "errorcode", "fehler", "code erreur", "codice errore"),
    bare=checks.error_cell,
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
        ("90117 kodlu hata alıyorum", "90117"),
        ("error 0x80070057 again", "0x80070057"),
        ("Fehlercode: VERSAND-0533 im Report", "VERSAND-0533"),
        ("ERROR code=BadRequest-2210", "BadRequest-2210"),
        ("error QTX-207, again", "QTX-207"),
        ("Fehlermeldung: QTX-207", "QTX-207"),
        ("codice di errore QTX-207", "QTX-207"),
        ("kod błędu: QTX-207", "QTX-207"),
        ("错误代码：QTX-207", "QTX-207"),
        ("错误代码QTX-207", "QTX-207"),
        ("报错QTX-207，", "QTX-207"),
        ("Fehler-Code QTX-207", "QTX-207"),
        ("error code: MISSING_VALUE-8541", "MISSING_VALUE-8541"),
        ("error code INVALID_SKU-1022", "INVALID_SKU-1022"),
        ("エラーコード：QTX-207", "QTX-207"),
        ("Fehlercode;Zeile\nQTX-207;12", "QTX-207"),
    ),
    not_found=(
        "errors in 3 of 8541 rows",
        "Im Fehlerfall melden Sie sich, 3 von 12",
        "Fehler 2026-11-03",
        "error 12",
        "HTTP 404",
        "1000 Fehler",
        "Fehler bei 4500 Stück",
        "Fehlercode 0",
        "error with KW-220",
        "error SKU-220",
        "Fehler ISO-8859",
        "Fehler in KW-220",
        "Fehler bei der KW-220",
        "Fehlercode kommt bei KW-220",
    ),
)
