"""Links of an HTML mail say where they lead, behind the wrappers of mail scanners, and no more than a person reads."""

import pytest

from ingest.identifiers.search import find_identifiers
from ingest.read.defects import Defects
from ingest.read.html import html_to_text
from ingest.read.html_links import WRAPPERS, Wrapper, decode_wrapped


def read(html: str) -> str:
    return html_to_text(html, Defects())


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            "<a href='https://shop.example/dp/B0ABCDEFGH'>this product</a>.",
            "this product <https://shop.example/dp/B0ABCDEFGH>.",
        ),
        (
            "<a href='https://shop.example/dp/B0ABCDEFGH'>https://shop.example/dp/B0ABCDEFGH</a>",
            "https://shop.example/dp/B0ABCDEFGH",
        ),
        ("<a href='https://www.shop.example/a/'>shop.example/a</a>", "shop.example/a"),
        ("<a href='http://Danke.Max'>Danke.Max</a>", "Danke.Max"),
        ("<a href='https://shop.example/dp/B1?a=1&amp;b=2'>x</a>", "x <https://shop.example/dp/B1?a=1&b=2>"),
        (
            "<a href='https://shop.example/dp/B1?utm_source=mail&ref_=pe_1&th=1'>x</a>",
            "x <https://shop.example/dp/B1?th=1>",
        ),
        (
            "<a href='https://shop.example/a'>x</a> <a href='https://shop.example/a'>y</a>",
            "x <https://shop.example/a> y",
        ),
        ("<div><a href='https://shop.example/a'><div>Button</div></a></div>", "Button <https://shop.example/a>"),
        ("<a href='https://user:pw@shop.example/a'>x</a>", "x <https://shop.example/a>"),
        ("<a href='https://shop.example/'>our shop</a>", "our shop"),
        ("<a href='https://shop.example/a'></a>x", "x"),
        ("<a href='https://shop.example/a'><img src='cid:x'></a>x", "x"),
        ("<a href='https://shop.example/a' style='display:none'>GONE</a>x", "x"),
        ("Please <a href='mailto:a@b.example?subject=x'>write</a>", "Please write <a@b.example>"),
        ("<p><a href='mailto:a@b.example'>Jane</a></p>", "Jane"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<a href='mailto:a@b.example'>A &lt;a@b.example&gt;</a>", "A <a@b.example>"),
        ("<a href='tel:+4912345'>call</a> <a href='#top'>top</a> <a href='javascript:x()'>js</a>", "call top js"),
        ("<a href='https://list.example/unsubscribe?u=1'>Unsubscribe</a>", "Unsubscribe"),
        ("<a href='https://click.mail.example/?x=1'>Offer</a>", "Offer"),
        ("<a href='https://www.facebook.com/shop'>Facebook</a>", "Facebook"),
        (f"<a href='https://shop.example/{'a' * 400}'>x</a>", "x"),
        ("<a href='https://[bad'>x</a>", "x"),
        ("<a href='https://shop.example/a b\nc'>x</a>", "x <https://shop.example/abc>"),
        (
            (
                "<a href='https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fshop.example%2Fdp%2FB1&amp;data=0'>"
                "https://shop.example/dp/B1</a>"
            ),
            "https://shop.example/dp/B1",
        ),
        (
            "<a href='https://nam02.safelinks.protection.outlook.com/?url=x' originalsrc='https://shop.example/dp/B1'>x</a>",
            "x <https://shop.example/dp/B1>",
        ),
    ],
)
def test_links_say_where_they_lead_unless_the_words_do(html: str, expected: str) -> None:
    assert read(html) == expected


@pytest.mark.parametrize("wrapper", WRAPPERS, ids=lambda wrapper: wrapper.place.pattern[:40])
def test_each_wrapper_gives_the_real_address(wrapper: Wrapper) -> None:
    assert wrapper.place.match(wrapper.example.partition("://")[2])
    assert decode_wrapped(wrapper.example) == "https://shop.example/dp/B0ABCDEFGH"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__shop.example_dp_B0-3Fa-3Db&d=DwMF",
            "https://shop.example/dp/B0?a=b",
        ),
        ("https://urldefense.com/v3/__https://shop.example/dp/B0__;!!abc$", "https://shop.example/dp/B0"),
        ("https://urldefense.com/v3/__https://shop.example/*b__;Iw!!abc$", "https://shop.example/#b"),
        ("https://urldefense.com/v3/__https://shop.example/**Ab__;w6Q!!abc$", "https://shop.example/äb"),
        ("https://secure-web.cisco.com/1a2b/https%3A%2F%2Fshop.example%2Fdp%2FB0", "https://shop.example/dp/B0"),
        (
            (
                "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Furldefense.com%2Fv3%2F__https%3A%2F%2F"
                "shop.example%2Fdp%2FB0__%3B!!x&data=1"
            ),
            "https://shop.example/dp/B0",
        ),
        (
            "https://eur01.safelinks.protection.outlook.com/?data=1",
            "https://eur01.safelinks.protection.outlook.com/?data=1",
        ),
        ("https://www.google.com/url?q=javascript:x()", "https://www.google.com/url?q=javascript:x()"),
        ("https://shop.example/?url=https://other.example/", "https://shop.example/?url=https://other.example/"),
        ("", ""),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_other_wrappers_and_what_is_none(url: str, expected: str) -> None:
    assert decode_wrapped(url) == expected


def test_an_identifier_behind_the_words_of_a_link_is_found() -> None:
    text = read("Bitte <a href='https://www.shop.example/dp/B0BVPF2QMV/ref=sr_1_1?qid=1'>dieses Produkt</a> prüfen")
    assert [(one.kind, one.value) for one in find_identifiers(text)] == [("asin", "B0BVPF2QMV")]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<a href='https://shop.example/dp/B0ABCDEFGH'>B0ABCDEFGH</a>", "B0ABCDEFGH"),
        ("<a href='https://shop.example/dp/B0ABCDEFGH'>ASIN B0ABCDEFGH</a>", "ASIN B0ABCDEFGH"),
        (
            "<a href='https://drive.example/d/1AbCdEfGhIjKlMnOpQrStUvWxYz012345'>photos</a>",
            "photos <https://drive.example/d/1AbCdEfGhIjKlMnOpQrStUvWxYz012345>",
        ),
        ("Sent with <a href='https://proton.me/mail/home'>Proton Mail</a>", "Sent with Proton Mail"),
        ("<a href='https://notproton.me/a'>x</a>", "x <https://notproton.me/a>"),
    ],
)
def test_a_link_adds_only_what_is_new(html: str, expected: str) -> None:
    assert read(html) == expected


def test_a_newsletter_of_coded_links_is_not_swamped_and_its_product_links_stay() -> None:
    coded = "".join(f"<a href='https://shop.example/c/{n}AbCdEfGhIjKlMnOpQrStUvWxYz'>offer</a> " for n in range(20))
    product = "<a href='https://shop.example/Soy-Candle-220g-Lavender-handmade-in-Lohne/dp/B0BVPF2QMV?ref=x'>candle</a>"
    text = read(coded + product)
    assert text.endswith("candle <https://shop.example/Soy-Candle-220g-Lavender-handmade-in-Lohne/dp/B0BVPF2QMV>")
    assert text.count("<") == 1
