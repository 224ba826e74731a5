"""Threat 31, a reply that is lost: the sender never saw our 250 and sends the mail again (RFC 5321 section 4.5.3.2.6).

Fifty times, over every way in at once: one case, one acknowledgement, and each copy is on record as a duplicate.
"""

import random
import subprocess
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from store.ledger_tables import mails
from store.tables import dispositions
from tests.service import QUEUE, ROOT, Service, free_port, wait_until
from tests.sink import Sink
from tests.soak.postmen import Door, Posted, post, write_mail

_BY_SMTP, _BY_LMTP, _BY_PIPE = 24, 22, 4
_COPIES = _BY_SMTP + _BY_LMTP + _BY_PIPE


def _outcomes(service: Service) -> list[str]:
    with service.app.store.cases.read() as connection:
        return sorted(connection.execute(sa.select(dispositions.c.outcome)).scalars())


def _send_at_once(sends: Sequence[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=send) for send in sends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def _ingest(service: Service, mail: Posted) -> None:
    words = ["--config", str(service.folder / "casepost.toml"), "ingest", "--recipient", QUEUE, "--sender", mail.seller]
    subprocess.run([*service.program, *words], input=mail.raw, check=True, cwd=ROOT, timeout=60)


@pytest.mark.parametrize("in_between", [False, True], ids=["before it is read", "while it is answered"])
def test_31_fifty_copies_over_all_ways_in_are_one_case_and_one_acknowledgement(
    tmp_path: Path, sink: Sink, in_between: bool
) -> None:
    lmtp = free_port()
    environ = {"CASEPOST_LMTP__LISTEN": f"127.0.0.1:{lmtp}", "CASEPOST_SMTP__MAX_CONNECTIONS_PER_ADDRESS": "100"}
    mail, chance = write_mail(1, salt=31), random.Random(31)
    with Service(tmp_path, sink, environ=environ) as service:
        doors = [Door(port=service.port, lmtp=False)] * _BY_SMTP + [Door(port=lmtp, lmtp=True)] * _BY_LMTP
        sends: list[Callable[[], object]] = [partial(post, mail, door, drop=chance.random() < 0.8) for door in doors]
        sends += [lambda: _ingest(service, mail)] * _BY_PIPE
        chance.shuffle(sends)
        if in_between:
            post(mail, doors[0])
            wait_until(service.cases)
        _send_at_once(sends)
        # Whoever hung up at once may have been gone before the dot was read: then there was no copy.
        wait_until(lambda: _is_all_decided(service))
        outcomes = _outcomes(service)
        assert outcomes.count("created") == 1
        assert outcomes.count("duplicate") == len(outcomes) - 1 >= _COPIES // 2
        (case,) = service.cases()
        wait_until(lambda: [one["kind"] for one in service.deliveries() if one["state"] == "sent"])
        said = [event["what"] for event in service.case(case["number"])["events"]]
        assert len([what for what in said if "duplicate seen" in what]) == len(outcomes) - 1
    letters = [one for one in sink.mails if one.envelope_to == (mail.seller,)]
    assert len(letters) == 1


def _is_all_decided(service: Service) -> bool:
    with service.app.store.ledger_database.read() as connection:
        return set(connection.execute(sa.select(mails.c.state)).scalars()) == {"done"}
