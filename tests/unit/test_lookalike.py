"""Names and addresses that look like somebody else's, and honest ones that must not be warned of."""

import pytest

from cases.lookalike import KnownNames, NameWarning, ascii_address, find_name_warning, shorten_address
from cases.mail import Address

KNOWN = KnownNames(
    queues=(
        Address(name="support", address="support@casepost.example"),
        Address(name="returns", address="returns@casepost.example"),
    ),
    staff=(
        Address(name="Ada Lovelace", address="ada@office.example"),
        Address(name="rita", address="rita@office.example"),
    ),
    sellers=(Address(name="Anna Schmidt", address="anna@schmidt.example"),),
)
EVIL = "x@evil.example"


@pytest.mark.parametrize(
    ("name", "address", "expected"),
    [
        ("Jan \u202egpj.exe", EVIL, NameWarning.DIRECTION),
        ("Jan \u2066support\u2069", EVIL, NameWarning.DIRECTION),
        ("Sup\u200bport", EVIL, NameWarning.HIDDEN),
        ("Supp\u00adort", EVIL, NameWarning.HIDDEN),
        ("Support\u200d", EVIL, NameWarning.HIDDEN),
        ("P\u0430ypal", EVIL, NameWarning.MIXED),  # a Cyrillic a
        ("\u0391da", EVIL, NameWarning.MIXED),  # a Greek A
        ("support@market", EVIL, NameWarning.ADDRESS),
        ("support@casepost.example", EVIL, NameWarning.ADDRESS),
        ("support (at) casepost.example", EVIL, NameWarning.ADDRESS),
        (
            "\uff53\uff55\uff50\uff50\uff4f\uff52\uff54\uff20\uff4d\uff41\uff52\uff4b\uff45\uff54",
            EVIL,
            NameWarning.ADDRESS,
        ),
        ("https://casepost.example/login", EVIL, NameWarning.ADDRESS),
        ("www.casepost.example", EVIL, NameWarning.ADDRESS),
        ("casepost.example", EVIL, NameWarning.ADDRESS),
        ("Jan", "jan@xn--80ak6aa92e.com", NameWarning.DOMAIN),  # Cyrillic letters that read "apple"
        ("Jan", "jan@\u0430pple.example", NameWarning.DOMAIN),
        ("Jan", "j\u0430n@petersen.example", NameWarning.DOMAIN),
        ("Jan", "jan@casep0st.example", NameWarning.DOMAIN),
        ("Support", EVIL, NameWarning.OURS),
        ("Returns", EVIL, NameWarning.OURS),
        ("Casepost", EVIL, NameWarning.OURS),
        ("CASEP0ST Billing", EVIL, NameWarning.OURS),
        ("The Customer Service Team", EVIL, NameWarning.OURS),
        ("Kundenservice", EVIL, NameWarning.OURS),
        ("\u0405\u0423\u0420\u0420\u041e\u0420\u0422"[:1] + "UPPORT", EVIL, NameWarning.MIXED),
        ("ada  LOVELACE", EVIL, NameWarning.OURS),
        ("Ad\u00e1 Lovelace", EVIL, NameWarning.OURS),
        ("Anna Schmidt", EVIL, NameWarning.SELLER),
        ("ANNA SCHMIDT", EVIL, NameWarning.SELLER),
    ],
)
def test_a_name_or_address_that_pretends_is_warned_of(name: str, address: str, expected: NameWarning) -> None:
    assert find_name_warning(name, address, KNOWN) is expected


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("", EVIL),
        ("Jan Petersen", "jan@petersen.example"),
        ("jan@petersen.example", "Jan@Petersen.example"),
        ("Petersen Support", "help@petersen.example"),
        ("petersen.de", "jan@petersen.de"),
        ("www.petersen.de", "jan@mail.petersen.de"),
        ("M\u00fcller GmbH & Co. KG", "m@m\u00fcller.example"),
        ("M\u00fcller", "m@xn--mller-kva.example"),
        ("\u0418\u0432\u0430\u043d \u041f\u0435\u0442\u0440\u043e\u0432", "i@petrov.example"),
        ("OOO \u0420\u043e\u043c\u0430\u0448\u043a\u0430 Trade", "r@romashka.example"),
        ("Nguy\u1ec5n V\u0103n An", "an@nguyen.example"),
        ("\u674e\u96f7", "l@lei.example"),
        ("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "a@reza.example"),  # Persian joins with U+200C
        ("\U0001f469\u200d\U0001f4bb Anna", "anna@it.example"),
        ("Dr. med. J.Smith", "j@smith.example"),
        ("Schmidt, Anna (Einkauf)", "a@schmidt.example"),
        ("Anna Schmidt", "anna@schmidt.example"),
        ("Anna", "a@other.example"),
        ("Rita", "rita@other.example"),  # half of the world has that name
        ("Ada Lovelace", "ada@office.example"),
        ("Support", "support+tag@casepost.example"),
        ("x.com", "a@x.com"),
        ("The", EVIL),
    ],
)
def test_an_honest_name_is_left_alone(name: str, address: str) -> None:
    assert find_name_warning(name, address, KNOWN) is None


def test_a_name_of_any_length_is_looked_at_in_no_time() -> None:
    assert find_name_warning("a@" * 100_000, EVIL, KNOWN) is NameWarning.ADDRESS
    assert find_name_warning("a. " * 100_000, EVIL, KNOWN) is None


def test_an_address_is_written_out_as_it_goes_over_the_wire() -> None:
    assert ascii_address("jan@\u0430pple.example") == "jan@xn--pple-43d.example"
    assert ascii_address("jan@petersen.example") == "jan@petersen.example"
    assert ascii_address("jan@" + "\u00e4" * 70 + ".example") == "jan@" + "\u00e4" * 70 + ".example"


def test_a_long_address_is_shortened_so_that_its_domain_stays() -> None:
    shortened = shorten_address("support.casepost.example." + "x" * 60 + "@evil.example", 40)
    assert len(shortened) == 40
    assert shortened.endswith("@evil.example")
    assert shorten_address(EVIL, 40) == EVIL
