"""Threat 43, open relay: only the addresses of our queues are taken, whatever form a relay address has."""

import pytest

from casepost.edge import Directory
from store.store import Store
from tests.edge import MAIL, Edge
from tests.loop_thread import LoopThread
from tests.office import Office

FORMS = (
    # percent hack, bang path, source route: how mail was once passed on (RFC 5321 appendix F)
    "victim%elsewhere.example@casepost.example",
    "support%elsewhere.example@casepost.example",
    "victim%elsewhere.example@",
    "victim%elsewhere.example",
    "victim%elsewhere.example@[127.0.0.1]",
    "victim%elsewhere.example%casepost.example@casepost.example",
    "support+x%elsewhere.example@elsewhere.example",
    "elsewhere.example!victim",
    "elsewhere.example!victim@casepost.example",
    "elsewhere.example!support@casepost.example",
    "casepost.example!elsewhere.example!victim@casepost.example",
    "@casepost.example:victim@elsewhere.example",
    "@elsewhere.example:support@casepost.example",
    "@a,@b:support@casepost.example",
    "@casepost.example,@elsewhere.example:victim@elsewhere.example",
    "@[127.0.0.1]:victim@elsewhere.example",
    # two at signs, quoting
    "support@casepost.example@elsewhere.example",
    "victim@elsewhere.example@casepost.example",
    "victim@elsewhere.example@[127.0.0.1]",
    '"support"@casepost.example',
    '"victim@elsewhere.example"@casepost.example',
    '"victim@elsewhere.example"',
    '"victim%elsewhere.example"@casepost.example',
    '"elsewhere.example!victim"@casepost.example',
    '"support+x y"@casepost.example',
    '"support\\@casepost.example"@elsewhere.example',
    "support\\@casepost.example@elsewhere.example",
    "support@casepost.example>,<victim@elsewhere.example",
    "support@casepost.example,victim@elsewhere.example",
    "support@casepost.example;victim@elsewhere.example",
    "support@casepost.example victim@elsewhere.example",
    "<support@casepost.example>",
    # hosts
    "support@[127.0.0.1]",
    "support@[IPv6:::1]",
    "support@127.0.0.1",
    "support@2130706433",
    "support@localhost",
    "support@casepost.example.",
    "support@casepost.example..",
    "support@.casepost.example",
    "support@casepost..example",
    "support@sub.casepost.example",
    "support@casepost.example.elsewhere.example",
    "support@casepostxexample",
    "support@casepost。example",
    "support@-casepost.example",
    # local parts
    "nobody@casepost.example",
    "victim@elsewhere.example",
    ".support@casepost.example",
    "support.@casepost.example",
    "support+a..b@casepost.example",
    "support+a,b@casepost.example",
    "support+a:b@casepost.example",
    "support+(c)@casepost.example",
    "support@casepost.example(c)",
    "support+\u202e@casepost.example",
    "support+\u00a0@casepost.example",
    "suppo\u200brt@casepost.example",
    "ѕupport@casepost.example",
    "support+" + "x" * 600 + "@casepost.example",
    "support",
    "support@",
    "@casepost.example",
    "@",
    "",
    " ",
    # programs and files, as sendmail took them
    "|/bin/sh@casepost.example",
    '"|/bin/sh"',
    "/etc/passwd",
    ":include:/etc/passwd@casepost.example",
    "mailto:support@casepost.example",
    "support@casepost.example SIZE=1",
)
OCTETS = (
    b"support\x00@casepost.example",
    b"support@casepost.example\x00@elsewhere.example",
    b"sup\rport@casepost.example",
    b"support@casepost.example\n",
    b"support@casepost.example\tvictim@elsewhere.example",
    b"support\xff@casepost.example",
    b"support\xc0\xaf@casepost.example",
)


@pytest.fixture
def ours(thread: LoopThread, office: Office) -> Edge:
    store: Store = office.store
    return Edge(thread, directory=Directory(store.cases))


def test_43_no_form_of_an_address_gets_mail_passed_on_or_taken_for_somebody_else(ours: Edge) -> None:
    refused = {}
    forms = [form.encode() for form in FORMS] + list(OCTETS)
    assert len(forms) >= 60
    for form in forms:
        with ours.raw() as peer:
            peer.ask(b"EHLO x\r\n")
            peer.ask(b"MAIL FROM:<a@example.com>\r\n")
            refused[form] = peer.ask(b"RCPT TO:<" + form + b">\r\n")
            assert peer.ask(b"DATA\r\n")[:3] in ("500", "503")
    assert {form: reply for form, reply in refused.items() if reply[:3] not in ("550", "555", "500", "501")} == {}
    assert ours.house.taken == []
    ours.drain()


def test_43_our_own_addresses_are_taken_beside_all_those(ours: Edge) -> None:
    own = ["support@casepost.example", "SUPPORT@CASEPOST.EXAMPLE", "support+anything@casepost.example"]
    own += ["returns+x=y@casepost.example", "Returns@Casepost.Example"]
    with ours.raw() as peer:
        peer.ask(b"EHLO x\r\n")
        peer.ask(b"MAIL FROM:<a@example.com>\r\n")
        for address in own:
            assert peer.ask(f"RCPT TO:<{address}>\r\n".encode()) == "250 2.1.5 Ok"
            assert peer.ask(b"RCPT TO:<victim@elsewhere.example>\r\n") == "550 5.1.1 No such address here"
        assert peer.ask(b"DATA\r\n").startswith("354")
        assert peer.ask(MAIL + b".\r\n").startswith("250 2.0.0")
    (taken,) = ours.house.taken
    assert [address.lower() for address in taken.recipients] == [
        "support@casepost.example",
        "support+anything@casepost.example",
        "returns+x=y@casepost.example",
        "returns@casepost.example",
    ]
    ours.drain()
