"""Identifiers of parcels: tracking_number. Shapes with a carrier's own form need no label, bare digits do."""

from ingest.identifiers import checks_parcels as checks
from ingest.identifiers import labels
from ingest.identifiers.kind import Kind, Labelled, Way, param, shape, value

_GAP = r"(?:[ \t.-]{0,2}+\n?+[ \t]{0,2}+)"
_S10 = rf"[A-Z][ \t]?(?:{_GAP}\d){{9}}{_GAP}[A-Z]{{2}}"
_GROUPS = r"\d{2,30}(?:[ -]{1,2}\d{2,30}|[ -]?\n\d{2,30}){0,8}"
_END = r"(?![0-9A-Za-z_]|[.,/:-]\d)"
_FORMS = (
    Way(value=value(rf"(?i:1Z(?:{_GAP}[0-9A-Z]){{16}})"), normal=checks.ups),
    Way(value=value(rf"(?i:[A-Z]{_S10})"), normal=checks.labelled_s10),
    Way(value=value(rf"(?i:JJ?[DV][A-Z]{{0,2}})(?:{_GAP}\d){{16,20}}"), normal=checks.tracking),
    Way(value=value(rf"(?i:[0-9][A-Z])(?:{_GAP}\d){{11}}"), normal=checks.tracking),
    Way(value=value(rf"(?i:3S(?:{_GAP}[A-Z]){{4}})(?:{_GAP}\d){{6,10}}"), normal=checks.tracking),
    Way(value=value(rf"(?:{_GROUPS})[A-Z]?", _END), normal=checks.labelled_tracking),
    Way(value=value(r"(?:[A-Za-z]{1,6}-?|SF |YT |LP |H )\d{8,24}[A-Za-z]{0,3}", _END), normal=checks.labelled_tracking),
    Way(value=value(r"[0-9A-Za-z]{10,30}", _END), normal=checks.labelled_tracking),
)
_LONG = (
    *_FORMS[:5],
    Way(
        value=value(r"\d{12,24}[A-Z]?|\d{4}(?:[ -]\d{4}){2,5}(?:[ -]\d{1,3})?", _END + r"(?![ -]\d)"),
        normal=checks.carrier_tracking,
    ),
)

TRACKING_NUMBER = Kind(
    name="tracking_number",
    shapes=(
        (shape("1", rf"[Zz](?:{_GAP}[0-9A-Za-z]){{16}}"), checks.ups),
        (shape("[A-Z]", _S10), checks.s10),
        (shape("T", r"B[ABCM](?:[ -]?\d){12}"), checks.tracking),
        (shape("J", rf"J?[DV][A-Z]{{0,2}}(?:{_GAP}\d){{16,20}}"), checks.tracking),
        (shape("0", rf"0(?:{_GAP}\d){{18}}", r"(?![0-9A-Za-z]|[ ]?\d)", before="0-9A-Za-z_-"), checks.sscc),
        (shape("9", rf"[1-5](?:{_GAP}\d){{20}}", r"(?![0-9A-Za-z]|[ ]?\d)", before="0-9A-Za-z_-"), checks.sscc),
        (shape("S", r"F\d{12,13}"), checks.tracking),
        (shape("Y", r"T\d{16}"), checks.tracking),
        (shape("H", r"\d{19}"), checks.tracking),
        (shape("3", r"S[A-Z]{4}\d{6,10}"), checks.tracking),
        (shape("[68]", r"[ACGHJKLMQRTUVWX](?:[ ]?\d){11}"), checks.tracking),
    ),
    links=(
        (
            param(
                r"(?:in)?tracknums?|track(?:ing)?(?:_?(?:id|number|no|nr|code|numbers|ref|nums?))?|piececode|idc|consignment"
                r"|parcel(?:_?(?:no|number|id|nr))?|match|cn|awb|shipmentnumber|barcode|trknbr|codigo|envio|spedizione"
                r"|sendungsnummer|paketnummer|q?t?labels1?|tlabels|nums|number",
                r"[0-9A-Za-z]{10,30}",
            ),
            checks.labelled_tracking,
        ),
    ),
    labelled=(
        Labelled(words=labels.TRACKING, ways=_FORMS),
        Labelled(words=labels.CARRIER, ways=_LONG),
    ),
    columns=("tracking-number", "tracking_number", "carrier tracking", "trackingid", "parcel", "paket"),
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
        ("伝票番号は1234-5678-9012です", "123456789012"),
        ("tracking 3SABCD1234567 says", "3SABCD1234567"),
        ("suivi 6A 123 456 789 01.", "6A12345678901"),
        ("https://track.example/?idc=00340434161094042557&lang=de", "00340434161094042557"),
        ("DHL 123456789012 ist weg", "123456789012"),
        ("3107 5444 8871 (FedEx tracking number)", "310754448871"),
        ("2 Pakete: 3107 5444 8871 (tracking number)", "310754448871"),
        ("0034 3732 6614 8884 9194 (Sendungsnummer) fehlt", "00343732661488849194"),
        ("3107 5444 8871 (numéro de suivi)", "310754448871"),
        ("3107 5444 8871 (n° de suivi FedEx)", "310754448871"),
        ("3107 5444 8871 [Sendungsnummer FedEx]", "310754448871"),
        ("3107-5444-8871（快递单号）", "310754448871"),
    ),
    not_found=(
        "1Z999AA10123456785",
        "RR874191764DE",
        "tracking since 12.11.2026",
        "Serial number HW-88120034417",
        "DHL 0228 4333112",
        "https://shop.example/?utm_id=00340434161094042557",
    ),
)
