"""Threat 42: a backup of yesterday is restored. What left since does not leave again by itself."""

import shutil
from collections import Counter
from pathlib import Path

from tests.seen import wait_until_quiet
from tests.service import Service, mail, parsed, wait_until
from tests.sink import Sink


def _ids(sink: Sink) -> Counter[str]:
    return Counter(str(parsed(sunk)["Message-ID"]) for sunk in list(sink.mails))


def test_42_no_mail_marked_sent_elsewhere_is_repeated_after_a_restore(tmp_path: Path, sink: Sink) -> None:
    with Service(tmp_path, sink) as service:
        for number in range(3):
            service.send(mail(f"Sent {number}", "Hello", sender=f"a{number}@shop.example"))
        sink.wait_for(6)
        sink.data_reply = "451 4.3.0 later"
        for number in range(3):
            service.send(mail(f"Waits {number}", "Hello", sender=f"b{number}@shop.example"))
        wait_until(lambda: sum(one["state"] == "queued" for one in service.deliveries()) == 6)
        made = service.run("backup", str(tmp_path / "yesterday.tar"))
        assert made.returncode == 0, made.stderr
        sink.data_reply = ""
        service.run("delivery", "retry", "all")
        service.send(mail("Since then", "Hello", sender="c@shop.example"))
        sink.wait_for(14)
        wait_until_quiet(service)
        service.stop()
        service.app.close()
        shutil.move(tmp_path / "var", tmp_path / "lost")
        restored = service.run("restore", str(tmp_path / "yesterday.tar"))
        assert restored.returncode == 0, restored.stderr
        before = _ids(sink)
        assert set(before.values()) == {1}
        service.start()
        service.send(mail("A new day", "Hello", sender="d@shop.example"))
        sink.wait_for(16)
        after = _ids(sink)
        assert set(after.values()) == {1}
        assert len(after) == len(before) + 2
        verified = service.run("verify")
        assert verified.returncode == 0, verified.stdout
        listed = service.run("delivery", "list")
        assert str(listed.stdout).count("restored from a backup of") >= 6
