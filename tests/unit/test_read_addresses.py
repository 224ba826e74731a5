"""One strict author or none: no spelling makes somebody else's mail ours to believe."""

import pytest

from cases.mail import Address
from ingest.read import read
from ingest.read.addresses import find_author, parse_address_list
from ingest.read.defects import Defects

AMBIGUOUS = [
    "alice@good.example <bob@evil.example>",
    "<alice@good.example>@evil.example",
    "<alice@good.example> <bob@evil.example>",
    "alice@good.example)bob@evil.example",
    "alice@good.example, bob@evil.example",
    "alice@good.example\x00@evil.example",
    "friends: alice@good.example;",
    "alice@good.example\n <bob@evil.example>",
    '"alice@good.example"@evil.example',
    "=?utf-8?q?alice=40good.example?=@evil.example",
    "alice@good.example (comment) <bob@evil.example>",
    "(alice@good.example) bob",
    "alice@good.example@evil.example",
    "alice@good.example;bob@evil.example",
    "Alice <alice@good.example",
    "<@evil.example:alice@good.example>",
    "alice@[127.0.0.1]",
    "alice@good.example\ufffd",
    "",
]


@pytest.mark.parametrize("value", AMBIGUOUS)
def test_a_from_that_readers_could_understand_differently_has_no_author(value: str) -> None:
    defects = Defects()
    assert find_author((value,), defects) is None
    assert defects.all()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("jan@shop.example", Address(address="jan@shop.example")),
        ("Jan Petersen <Jan@Shop.Example>", Address(name="Jan Petersen", address="Jan@shop.example")),
        (
            '"Accounts @ Fernhill" <a@fernhill.example>',
            Address(name="Accounts @ Fernhill", address="a@fernhill.example"),
        ),
        ('"alice@good.example" <bob@evil.example>', Address(name="alice@good.example", address="bob@evil.example")),
        ("=?utf-8?Q?Nadine_Kr=C3=BCger?= <n@shop.example>", Address(name="Nadine Krüger", address="n@shop.example")),
        ("J. Smith <j.smith@shop.example>", Address(name="J. Smith", address="j.smith@shop.example")),
        ("jan@shop.example (Jan)", Address(name="Jan", address="jan@shop.example")),
        ("鈴木 健一 <suzuki@shop.example>", Address(name="鈴木 健一", address="suzuki@shop.example")),
        ("support+token_1-2=3@shop.example", Address(address="support+token_1-2=3@shop.example")),
    ],
)
def test_exactly_one_mailbox_is_the_author(value: str, expected: Address) -> None:
    assert find_author((value,), Defects()) == expected


def test_two_from_fields_have_no_author_even_when_they_are_equal() -> None:
    assert find_author(("a@b.example", "a@b.example"), Defects()) is None


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("a@x.example, B <b@y.example>", ["a@x.example", "b@y.example"]),
        ('"Last, First" <c@z.example>; d@z.example', ["c@z.example", "d@z.example"]),
        ("undisclosed-recipients:;", []),
        ("team: a@x.example, b@x.example;", ["a@x.example", "b@x.example"]),
        ("a@x.example, a@x.example", ["a@x.example"]),
        ("nobody", []),
        ("Mail Delivery System <Mailer-Daemon@MX.example>", ["Mailer-Daemon@mx.example"]),
    ],
)
def test_lists_for_display_are_forgiving(value: str, addresses: list[str]) -> None:
    assert [one.address for one in parse_address_list((value,), Defects())] == addresses


@pytest.mark.parametrize("control", ["\x00", "\r", "\x0b", "\x7f"])
def test_a_control_character_anywhere_in_from_voids_the_author(control: str) -> None:
    for value in (
        f"alice@good.example{control}x",
        f"alice{control}@good.example",
        f"{control}Alice <alice@good.example>",
    ):
        mail = read(f"From: {value}\r\nSubject: x\r\n\r\nhello".encode())
        assert mail.author is None
