"""Every mail that leaves is signed by DKIM, and comes from a signed address that its bounces go back to."""

from functools import partial
from pathlib import Path

import dkim

from cases.reference import Role, find_address
from responder.dkim import load_signer
from tests.dkim_keys import openssl, publish
from tests.service import AGENT, SELLER, Service, answer, mail, number_of, parsed, sent_to, wait_until
from tests.sink import Sink


def _play(service: Service, sink: Sink) -> None:
    """A conversation in which each kind of our mails is sent."""
    service.send(mail("Wo ist mein Geld? Ärger!", "Meine Erstattung zu 302-1234567-7654321 fehlt seit einer Woche."))
    acknowledgement = sent_to(sink, SELLER)[0]
    relay = sent_to(sink, AGENT)[0]
    for count, text in enumerate(
        ("#nonsense", "It is on its way, as you can see. Größe: 3 €\n.\n..\n", "#close"), start=3
    ):
        reply, to = answer(relay, text, sender=AGENT)
        service.send(reply, sender=AGENT, to=[to])
        wait_until(partial(_settled, service, count))
    reply, to = answer(acknowledgement, "It has not come.", sender=SELLER)
    service.send(reply, to=[to])
    wait_until(lambda: _settled(service, 7))
    due = service.case(number_of(acknowledgement))["next_due"]
    service.run("run-due", "--at", due["at"])
    wait_until(lambda: _settled(service, 8))


def _settled(service: Service, mails: int) -> bool:
    sent = service.deliveries()
    return len(sent) >= mails and all(one["state"] == "sent" for one in sent)


def test_all_kinds_of_mail_verify_at_the_other_end_and_name_their_case_in_the_envelope(
    tmp_path: Path, sink: Sink
) -> None:
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", tmp_path / "dkim.pem")
    key = {"CASEPOST_DELIVERY__DKIM_SELECTOR": "s1", "CASEPOST_DELIVERY__DKIM_KEY_FILE": str(tmp_path / "dkim.pem")}
    dns = publish(load_signer("s1", tmp_path / "dkim.pem"), "casepost.example")
    with Service(tmp_path, sink, environ=key) as service:
        _play(service, sink)
        kinds = {one["kind"] for one in service.deliveries()}
        keyring = service.app.store.keyring
    assert kinds >= {"acknowledgement", "agent_mail", "answer", "reopened", "agent_report", "agent_reminder"}
    for sunk in sink.mails:
        assert dkim.verify(sunk.content, dnsfunc=dns), sunk.content.decode()
        signed = find_address(keyring, sunk.envelope_from)
        assert signed is not None
        assert signed.role is (Role.AGENT if sunk.envelope_to == (AGENT,) else Role.SELLER)
        assert parsed(sunk)["From"].addresses[0].addr_spec == sunk.envelope_from
