"""One strict author or none: no spelling makes somebody else's mail ours to believe."""

import pytest

from cases.mail import Address
from ingest.read.addresses import find_author, parse_address_list
from ingest.read.defects import Defects
from ingest.read.reader import read

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
    "alice@good.example\u200b",
    "al\u00adice@good.example",
    "alice@good.example\u202e",
    "alice\u00a0@good.example",
    "alice@good.example\u0085",
    "alice @good.example",
    "alice@ good.example",
    "Alice alice@good.example",
    "<<alice@good.example>>",
    "alice@good.example>",
    "alice@good..example",
    ".alice@good.example",
    "alice@-good.example",
    '"ali\\"ce"@good.example',
    "Smith, Alice <alice@good.example>",
    "a" * 65 + "@good.example",
    "alice@" + "g" * 250 + ".example",
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
        ("jan@MU\u0308LLER.example", Address(address="jan@müller.example")),
        ("j\u00fcrgen@b\u00fccher.example", Address(address="jürgen@bücher.example")),
        ("=?utf-8?q?a?= =?utf-8?q?_b?= <c@d.example>", Address(name="a b", address="c@d.example")),
        ('"=?utf-8?Q?M=C3=BCller=2C_Jan?=" <c@d.example>', Address(name="Müller, Jan", address="c@d.example")),
        ('"Jan \\"JP\\" Petersen" <c@d.example>', Address(name='Jan "JP" Petersen', address="c@d.example")),
        ('"" <c@d.example>', Address(address="c@d.example")),
        ("<c@d.example>", Address(address="c@d.example")),
        ('"jan petersen"@d.example', Address(address='"jan petersen"@d.example')),
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
        ("team:;, a@x.example", ["a@x.example"]),
        ("A <a@x.example> B <b@y.example>", ["b@y.example"]),
        ("Pete(A wonderful chap) <pete(his account)@silly.example(his host)>", ["pete@silly.example"]),
        ("a@x.example,,;, b@y.example,", ["a@x.example", "b@y.example"]),
        ('"a@x.example, Inc." <b@y.example>', ["b@y.example"]),
        ("Last, First <c@z.example>", ["c@z.example"]),
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


FORMS = {
    "an at sign in a name without quotes": b"From: alice@good.example <bob@evil.example>",
    "an address in angle brackets before another": b"From: <alice@good.example>@evil.example",
    "a stray parenthesis": b"From: alice@good.example)bob@evil.example",
    "a list": b"From: alice@good.example, bob@evil.example",
    "a list of one and nothing": b"From: alice@good.example,",
    "a NUL": b"From: alice@good.example\x00@evil.example",
    "a group": b"From: team: alice@good.example;",
    "a fold between two": b"From: alice@good.example\r\n <bob@evil.example>",
    "a fold with a bare LF": b"From: alice@good.example\n bob@evil.example",
    "a quoted local part": b'From: "alice@good.example"@evil.example',
    "an encoded local part": b"From: =?utf-8?q?alice=40good.example?=@evil.example",
    "an encoded end of line": b"From: =?utf-8?q?alice=40good.example=0D=0A?= <bob@evil.example>, x@evil.example",
    "a route": b"From: <@evil.example:alice@good.example>",
    "two fields": b"From: alice@good.example\r\nFrom: bob@evil.example",
    "two fields, one at the end": b"From: alice@good.example\r\nTo: x@y.example\r\nX: y\r\nfrom: alice@good.example",
    "two fields, one with a blank before its colon": b"From: alice@good.example\r\nFrom : bob@evil.example",
    "a blank before the colon": b"From : alice@good.example",
    "a TAB before the colon": b"FROM\t: Alice <alice@good.example>",
    "an empty first field": b"From:\r\nFrom: alice@good.example",
    "a bare CR": b"From: alice@good.example\rFrom: bob@evil.example",
    "a field in a fold": b"X: y\r\n From: alice@good.example",
    "an at sign within a character of GBK": b"From: b\x81@evil.example <alice@good.example>\r\n"
    b"Content-Type: text/plain; charset=gbk",
    "brackets within characters of ISO-2022-JP": b"From: \x1b$B<b@o\x1b(B <alice@good.example>",
    "a comment": b"From: alice@good.example (x) <bob@evil.example>",
}


@pytest.mark.parametrize("header", FORMS.values(), ids=FORMS.keys())
def test_a_mail_with_an_ambiguous_author_is_nobodys(header: bytes) -> None:
    mail = read(header + b"\r\nSubject: x\r\n\r\nhello")
    assert mail.author is None
    assert mail.text == "hello"
    assert any("From" in defect for defect in mail.defects)


@pytest.mark.parametrize("value", ["alice@good.example", "Alice <alice@good.example>"])
def test_who_a_from_with_a_blank_before_its_colon_names_is_still_shown(value: str) -> None:
    """RFC 5322 section 4.5 has the blank in obsolete syntax; many readers, and signers, see no From there at all."""
    mail = read(f"From : {value}\r\nSubject: x\r\n\r\nhello".encode())
    assert mail.sender is not None
    assert (mail.author, mail.sender.address) == (None, "alice@good.example")
    assert "blank before the colon of a header field, or none" in mail.defects


@pytest.mark.parametrize("name", ["Subject", "Message-ID", "Date", "To"])
def test_any_single_field_given_twice_is_named(name: str) -> None:
    mail = read(f"From: a@b.example\r\n{name}: <1@x.example>\r\nX: y\r\n{name} : <2@x.example>\r\n\r\nhello".encode())
    assert f"{name.title()}: given more than once, the first counts" in mail.defects


@pytest.mark.parametrize(
    ("codec", "name"), [("gbk", "张三"), ("cp932", "鈴木 健一"), ("euc_kr", "김철수"), ("cp1252", "Jörg")]
)
def test_a_raw_name_in_an_old_charset_does_not_hide_the_author(codec: str, name: str) -> None:
    raw = b"From: " + name.encode(codec) + b" <a@b.example>\r\nContent-Type: text/plain; charset="
    mail = read(raw + codec.replace("cp932", "shift_jis").encode() + b"\r\n\r\nhello")
    assert mail.author == Address(name=name, address="a@b.example")


def test_base64_that_is_none_in_a_name_does_not_hide_the_mail() -> None:
    """email.header raises HeaderParseError on it, through mail-parser."""
    mail = read(b"From: =?utf-8?B?AAAAA?= <a@b.example>\r\nSubject: x\r\n\r\nhello")
    assert mail.author is not None
    assert (mail.author.address, mail.text) == ("a@b.example", "hello")
