"""Identifiers of products: asin, isbn, gtin, sku."""

import re

from ingest.identifiers import checks, labels
from ingest.identifiers.kind import LOOSE, Kind, Labelled, Way, param, shape, value

_PRODUCT_PAGE = (
    r"/(?:dp(?:/product)?|gp/product(?:/glance)?|gp/aw/d|gp/offer-listing|product-reviews|o/ASIN|exec/obidos/ASIN|d|asin"
    r"|gp/aod/ajax|skucentral/asin|abis/listing/edit)/"
)
_ASIN = r"(?:[Bb](?=[A-Za-z]{0,8}[0-9])[0-9A-Za-z]{9}|[0-9]{9}[0-9Xx])"
_IN_PATH = re.compile(rf"(?i:{_PRODUCT_PAGE})(?P<v>{_ASIN})(?![0-9A-Za-z])")
_IN_QUERY = param("(?:parent|child|item|product|page)?_?asins?(?:in|list)?|creativeASIN|mpd", _ASIN)

ASIN = Kind(
    name="asin",
    shapes=((shape("B", r"0[0-9A-Z]{8}"), checks.asin),),
    weak=(
        (
            shape(
                "[Bb]",
                r"0(?=[0-9a-f]{0,7}[g-z])(?=[a-z]{0,7}[0-9])[0-9a-z]{8}",
                r"(?![0-9A-Za-z_]|[-/.+=:][0-9A-Za-z])",
                before="0-9A-Za-z_/+.=:#?&-",
            ),
            checks.asin,
        ),
    ),
    links=((_IN_PATH, checks.asin), (_IN_QUERY, checks.asin)),
    labelled=(Labelled(words=labels.ASIN, ways=(Way(value=value(_ASIN), normal=checks.asin),)),),
    columns=("asin1", "asin2", "asin3", "product asin"),
    bare=checks.asin,
    shares=True,
    found=(
        ("(ASIN B0BVPF2QMV, unsere", "B0BVPF2QMV"),
        ("B084475P3B (Händler", "B084475P3B"),
        ("asin: b0bvpf2qmv", "B0BVPF2QMV"),
        ("商品B0BVPF2QMVについて", "B0BVPF2QMV"),
        ("https://www.shop.example/X/dp/B0DLXQ7GM7/ref=sr_1_3", "B0DLXQ7GM7"),
        ("https://www.shop.example/gp/product/3556284634?th=1", "3556284634"),
        ("https://shop.example/inventory?asin=B0DLXQ7GM7&ref=xx", "B0DLXQ7GM7"),
        ("www.shop.example/dp/b0dlxq7gm7", "B0DLXQ7GM7"),
        ("b0dlxq7gm7 ist gesperrt", "B0DLXQ7GM7"),
        ("hi, B0dlxq7gm7 blocked again", "B0DLXQ7GM7"),
        ("商品b0dlxq7gm7无法购买", "B0DLXQ7GM7"),
    ),
    not_found=(
        "BESTELLUNG um BESTELLUNG",
        "das B0 des Codes",
        "lot B4417A2026",
        "o.gif?u=b0a1c2d3e4f5061728394a5b6c7d8e9f",
        "https://shop.example/o.gif?u=B0A1C2D3E4",
        "Seriennummer B0A1C2D3E4",
        "das b0a1c2d3e4 da",
        "b0xenstopp die",
        "x-b0dlxq7gm7 und b0dlxq7gm7-xl",
        "batch b0dlxq7gm7",
        "<b0dlxq7gm7@mail.shop.example>",
        "data:b0dlxq7gm7==",
        "<B0A1C2D3E4@mail.shop.example>",
    ),
)

ISBN = Kind(
    name="isbn",
    shapes=(
        (
            shape("9", r"7[89][ -]?(?:\d[ -]?){9}\d", r"(?![0-9-]|[ ]\d)", before="0-9A-Za-z_.,+-"),
            checks.isbn13,
        ),
    ),
    links=((_IN_PATH, checks.isbn13), (_IN_QUERY, checks.isbn13)),
    labelled=(
        Labelled(
            words=labels.ISBN,
            ways=(Way(value=value(r"(?:97[89][ \n-]?)?(?:\d[ \n-]?){9}[\dXx]"), normal=checks.isbn13),),
        ),
    ),
    bare=checks.isbn13,
    shares=True,
    found=(
        ("der ISBN 3-556-28463-4 ist", "9783556284636"),
        ("ISBN-13: 978-3-556-28463-6", "9783556284636"),
        ("https://www.shop.example/gp/product/3556284634?th=1", "9783556284636"),
    ),
    not_found=("ISBN 3-556-28463-5", "https://shop.example/dp/B0DLXQ7GM7", "Tel. 978 3556 28463"),
)

GTIN = Kind(
    name="gtin",
    links=((param("ean|gtin|upc", r"\d{8,14}"), checks.gtin),),
    labelled=(
        Labelled(
            words=labels.GTIN,
            ways=(
                Way(value=value(r"\d(?:[ \n-]?\d){7,13}", r"(?![ -]?\d|[A-Za-z])"), normal=checks.gtin, gap=LOOSE),
                Way(value=value(r"\d{8,14}"), normal=checks.gtin, gap=LOOSE),
            ),
        ),
    ),
    columns=("external_product_id", "product-id", "ean/upc", "ean/gtin", "gtin/ean", "upc/ean"),
    bare=checks.gtin,
    shares=True,
    found=(
        ("EAN auf der Packung: 4 004891 678863. Die", "4004891678863"),
        ("UPC  0 40590 65153 4", "040590651534"),
        ("il codice EAN è 8033697156226, l'ho", "8033697156226"),
        ("barkod (EAN): 8693982943117. CE", "8693982943117"),
        ("EAN4004891678863", "4004891678863"),
        ("EAN 4 004891\n678863", "4004891678863"),
        ("4004891678863 (EAN) fehlt", "4004891678863"),
        ("4 004891 678863 (EAN) fehlt", "4004891678863"),
        ("Menge 12 0 40590 65153 4 (UPC)", "040590651534"),
        ("4 004891 678863 (codice EAN)", "4004891678863"),
        ("EAN 8032415596566", "8032415596566"),
        ("EAN-8 96385074", "96385074"),
        ("EAN 8: 96385074", "96385074"),
        ("EAN-13 8032415596566", "8032415596566"),
    ),
    not_found=("EAN 4004891678865 ist verdruckt", "die Zahl 4004891678863 allein", "EAN 0000000000000"),
)

_LETTER = r"[^\W_\u3000-\u9fff\uac00-\ud7af]"  # of a script that puts blanks between words

# A slash is part of it (RM/PAST-FRENO/22), but not before another one that begins alike (KW-1/KW-2) or an ASIN; a
# wrapped line may end at a hyphen.
_SKU = (
    rf"(?=(?P<alike>{_LETTER}.)){_LETTER}"
    rf"(?:{_LETTER}|[.+_]|/(?!(?P=alike)|B0[0-9A-Z]{{8}}(?![0-9A-Z]))|-(?:\n(?=[0-9]|[A-Z][0-9A-Z]))?){{1,39}}+"
)

SKU = Kind(
    name="sku",
    links=((param("(?:m|seller_?|merchant_?)?sku", r"[0-9A-Za-z][\w./+-]{1,39}"), checks.sku),),
    labelled=(
        Labelled(
            words=labels.SKU,
            ways=(
                Way(
                    value=value(_SKU, ""),
                    normal=checks.sku,
                    glued=False,
                ),
                Way(
                    value=value(r"[a-z]{2,20}(?:-[a-z]{2,20}){2,5}", r"(?![\w.-])"),
                    normal=checks.sku_of_words,
                    gap=re.compile(r"[ \t]{0,2}+[:=][ \t]{0,3}+[\"'„“«]?+"),
                    glued=False,
                ),
            ),
        ),
    ),
    columns=("item_sku", "seller-sku", "mfn-sku", "lagernummer sku", "merchant-sku"),
    bare=checks.sku,
    found=(
        ("unsere SKU KW-DUFT-220-LAV) nicht", "KW-DUFT-220-LAV"),
        ("(SKU :\nBD-LAMPE-RAPHIA, ASIN", "BD-LAMPE-RAPHIA"),
        ("SKU RM/PAST-FRENO/22. il", "RM/PAST-FRENO/22"),
        ("Mi SKU es MF-CEP-02. Cuánto", "MF-CEP-02"),
        ("kodumuz (SKU): YO-YAPBOZ-60, barkod", "YO-YAPBOZ-60"),
        ("SKU  WS-SÄGE-21", "WS-SÄGE-21"),
        ("> SKU KW-DUFT-\n> 220-LAV ist", "KW-DUFT-220-LAV"),
        ("KW-DUFT-220 (SKU) fehlt", "KW-DUFT-220"),
        ("Seller SKU: hut.filz.blau", "hut.filz.blau"),
        ("sku hut_filz_blau fehlt", "hut_filz_blau"),
        ("SKU: hut-filz-blau fehlt", "hut-filz-blau"),
        ("SKU del vendedor: tl-manta-gris", "tl-manta-gris"),
        ("référence vendeur : TAB-NOYER.40/60", "TAB-NOYER.40/60"),
        ("Réf. vendeur TAB-40", "TAB-40"),
        ("Händler-Artikelnummer: TAB-40", "TAB-40"),
        ("Artikelnummer des Verkäufers: TAB-40", "TAB-40"),
        ("codice articolo venditore: TAB-40", "TAB-40"),
        ("referencia del vendedor: TAB-40", "TAB-40"),
        ("artikelnummer van de verkoper: TAB-40", "TAB-40"),
        ("numer artykułu sprzedawcy: TAB-40", "TAB-40"),
        ("säljarens artikelnummer TAB-40", "TAB-40"),
        ("satıcı ürün kodu: TAB-40", "TAB-40"),
        ("卖家商品编号：TAB-40", "TAB-40"),
    ),
    not_found=(
        "die SKU nicht gefunden",
        "SKU error-code",
        "SKU und ASIN",
        "SKU 11.12.2026",
        "von der SKU 25 Stück",
        "SKU: 14,99 EUR",
        "SKU end-of-life",
        "SKU: out-of-stock",
        "SKU hut-filz-blau",
        "the SKU is out-of-stock",
        "SKU shop.muster.com",
        "SKU e.g. this",
        "SKU liste.final.xlsx",
        "SKU fehlt...und dann",
    ),
)
