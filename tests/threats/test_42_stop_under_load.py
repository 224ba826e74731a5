"""Threat 42, a stop under load: SIGTERM ends what is under way within thirty seconds, and nothing is lost or doubled.

Who connects meanwhile is told 421 or finds nobody, and comes again, as mail servers do.
"""

import smtplib
import time
from contextlib import closing
from pathlib import Path

from tests.service import QUEUE, SELLER, Service, wait_until
from tests.sink import Sink
from tests.soak.rounds import Round, open_nodes, play

_MOST_SECONDS = 30.0


def test_42_stopped_again_and_again_under_load_loses_and_doubles_nothing(tmp_path: Path, sink: Sink) -> None:
    with open_nodes(tmp_path, sink) as nodes:
        report = play(nodes, sink, Round(faults={"terminate": 1}, every=0.4, rate=15.0, seed=42, throws=3))
    assert report.thrown["terminate"] == 3
    assert report.books.faults == ()
    assert report.books.kept_whole == report.books.promises > 10


def test_42_a_mail_under_way_is_taken_before_the_end_and_nobody_else_is(tmp_path: Path, sink: Sink) -> None:
    with Service(tmp_path, sink) as service:
        assert service.process is not None
        with closing(_client(service)) as under_way, closing(_client(service)) as idle:
            under_way.ehlo()
            under_way.mail(SELLER)
            under_way.rcpt(QUEUE)
            assert under_way.docmd("DATA")[0] == 354
            began = time.monotonic()
            service.process.terminate()
            assert idle.getreply()[0] == 421
            under_way.send(b"Subject: On its way\r\n\r\nMy order is lost.\r\n.\r\n")
            assert under_way.getreply()[0] == 250
        assert service.process.wait(_MOST_SECONDS) == 0
        assert time.monotonic() - began < _MOST_SECONDS
        service.start()
        (case,) = wait_until(service.cases)
        assert case["subject"] == "On its way"


def _client(service: Service) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", service.port, timeout=30)
