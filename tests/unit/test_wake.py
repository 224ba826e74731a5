"""Wake-ups say what they are about."""

import socket
from pathlib import Path

from store.wake import Call, Waker, WakeSocket, short_path


def test_a_wake_up_for_a_mail_is_told_from_any_other(tmp_path: Path) -> None:
    waker, worker = Waker(tmp_path), WakeSocket(tmp_path)
    assert waker.wake_for_mail()
    assert waker.wake()
    assert [worker.wait(5), worker.wait(5), worker.wait(0.01)] == [Call.MAIL, Call.ANYTHING, None]
    worker.close()


def test_what_is_not_understood_may_be_about_anything(tmp_path: Path) -> None:
    worker = WakeSocket(tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, short_path(tmp_path) as path:
        sender.sendto(b"something newer", path)
    assert worker.wait(5) is Call.ANYTHING
    worker.close()


def test_nobody_hears_where_no_worker_runs(tmp_path: Path) -> None:
    assert not Waker(tmp_path).wake_for_mail()
    assert not Waker(tmp_path).wake()
