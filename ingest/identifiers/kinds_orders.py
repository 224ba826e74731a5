"""Identifiers of orders and of shipments to the warehouse: order_id, fba_shipment_id, fnsku."""

import re

from ingest.identifiers import checks, labels
from ingest.identifiers.kind import Kind, Labelled, Way, param, shape, value

# A wrapped line may end at a hyphen or a blank of a value.
_HYPHEN = r"[ \t]{0,2}+\n?+[ \t]{0,2}+[-._/][ \t]{0,2}+\n?+[ \t]{0,3}+"
_BLANK = r"[ \t]{1,2}+\n?+[ \t]{0,2}+|\n[ \t]{0,2}+"
_SEP = f"(?:{_HYPHEN}|{_BLANK})"

ORDER_ID = Kind(
    name="order_id",
    shapes=(
        (
            shape(
                "[0-9DdSs]",
                rf"(?:(?<=[0-9])\d\d|(?<=[DdSs])01){_SEP}\d{{7}}{_SEP}\d{{7}}",
                r"(?![0-9A-Za-z]|-\d)",
                before="0-9A-Za-z-",
            ),
            checks.order_id,
        ),
    ),
    links=(
        (
            re.compile(r"(?<![0-9A-Za-z-])(?P<v>(?:\d{3}|[DdSs]01)-\d{7}-\d{7})(?![0-9A-Za-z]|-\d)"),
            checks.order_id,
        ),
        (param("order(?:_?id|s)?|amazonOrderId|purchaseId", r"\d{17}"), checks.order_id),
    ),
    labelled=(
        Labelled(
            words=labels.ORDER,
            ways=(
                Way(
                    value=value(r"(?:\d{3}|[DdSs]01)[\s._/-]{0,3}+\d{7}[\s._/-]{0,3}+\d{7}", r"(?![0-9A-Za-z]|-\d)"),
                    normal=checks.order_id,
                ),
            ),
        ),
    ),
    columns=("order id", "amazon-order-id", "order-id", "merchant order id"),
    bare=checks.order_id,
    found=(
        ("order 305-3346857-1806074 is lost", "305-3346857-1806074"),
        ("vom 04.11. (306-5881519-\n6979264) aus", "306-5881519-6979264"),
        ("> Nr. 306-5881519-\n> 6979264 aus", "306-5881519-6979264"),
        ("Nr. 303\u20131907821\u20134666629 kam", "303-1907821-4666629"),
        ("302\u00a04910928\u00a01951803, da fehlt", "302-4910928-1951803"),
        ("n. 403 - 0940415 - 8970848, il cliente", "403-0940415-8970848"),
        ("注文番号 １７１−８６０２４５６−３３６４６４８ の", "171-8602456-3364648"),
        ("注文番号171-8602456-3364648の", "171-8602456-3364648"),
        ("the e-book was D01-2210457-6630982.", "D01-2210457-6630982"),
        ("die Bestellnummer: 30483749511132638\nbekommen", "304-8374951-1132638"),
        ("Bestellnummer302-4910928-1951803 fehlt", "302-4910928-1951803"),
        ("zamówienie 302.4910928.1951803 nie", "302-4910928-1951803"),
        ("302 4910928 1951803 (Bestellnummer)", "302-4910928-1951803"),
        ("30249109281951803 (numer zamówienia)", "302-4910928-1951803"),
        ("https://shop.example/orders-v3/order/302-4910928-1951803?x=1", "302-4910928-1951803"),
        ("https://shop.example/h?orderId%3D302%2D4910928%2D1951803", "302-4910928-1951803"),
    ),
    not_found=(
        "Auftrag 302-12345-67890",
        "Lieferschein 2026-1103-0087",
        "Tel. 05921-5550177-12",
        "Timestamp 17936965641231263",
        "1302-4910928-1951803",
        "302-4910928-19518031",
        "<302-4910928-1951803@mail.shop.example>",
    ),
)

FBA_SHIPMENT_ID = Kind(
    name="fba_shipment_id",
    shapes=(
        (
            shape("[Ff]", r"[Bb][Aa]\d[0-9A-Za-z]{7,11}?", r"(?=(?:[- ]?[Uu]\d{6})?(?![0-9A-Za-z]))"),
            checks.fba_shipment,
        ),
    ),
    links=(
        (re.compile(r"(?<![0-9A-Za-z])(?P<v>FBA\d[0-9A-Z]{7,11}?)(?=(?:U\d{6})?(?![0-9A-Za-z]))"), checks.fba_shipment),
    ),
    columns=("shipment id", "shipment-id", "fba shipment id"),
    bare=checks.fba_shipment_bare,
    found=(
        ("Sendung FBA15SN1Q27XL (Zielort", "FBA15SN1Q27XL"),
        ("货件FBA15TW21VJLJ少收", "FBA15TW21VJLJ"),
        ("box FBA15SN1Q27XLU000012", "FBA15SN1Q27XL"),
        ("Karton FBA15SN1Q27XL-U000012", "FBA15SN1Q27XL"),
        ("shipment fba15sn1q27xl is", "FBA15SN1Q27XL"),
        ("https://shop.example/fba/inbound?shipmentId=FBA15SN1Q27XL&x=1", "FBA15SN1Q27XL"),
    ),
    not_found=("FBA Sendung", "FBALAGER2026X", "FBA12", "FBA2026BESTAND", "FBA20261112001", "XFBA15SN1Q27XL"),
)

FNSKU = Kind(
    name="fnsku",
    shapes=((shape("X", r"00[0-9A-Z]{7}"), checks.as_is),),
    links=((param("fnsku", r"X00[0-9A-Z]{7}"), checks.as_is),),
    labelled=(Labelled(words=labels.FNSKU, ways=(Way(value=value(r"[Xx]00[0-9A-Za-z]{7}"), normal=checks.upper),)),),
    bare=checks.fnsku,
    found=(
        ("FNSKU: X00GG033RP", "X00GG033RP"),
        ("FNSKU 为 X00F28HSVW，", "X00F28HSVW"),
        ("fnsku x00gg033rp", "X00GG033RP"),
        ("X00GG033RP/X00F28HSV", "X00GG033RP"),
    ),
    not_found=("X00", "X00GG033RPX", "0X00GG033RP", "x00gg033rp allein", "0x00112233"),
)
