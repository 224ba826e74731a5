"""`casepost doctor` about signing: whether the key is closed to others, and whether the DNS holds its other half."""

from pathlib import Path
from typing import Any

import pytest

import responder.dkim
from responder.dkim import load_signer
from tests.command_line import CONFIG, Run
from tests.dkim_keys import write_ed25519

_DELIVERY = '[delivery]\nurl = "smtp://127.0.0.1:25"\n'
_KEY = 'dkim_selector = "s1"\ndkim_key_file = "key.pem"\n'


def said(run: Run) -> list[Any]:
    return [(one["level"], one["says"], one["mend"]) for one in run("doctor", "--json").json if one["check"] == "dkim"]


@pytest.fixture
def key(folder: Path) -> Path:
    """A key that the configuration names."""
    (folder / "casepost.toml").write_text(CONFIG.replace("[[queues]]", _DELIVERY + _KEY + "[[queues]]", 1))
    path = write_ed25519(folder / "key.pem")
    path.chmod(0o600)
    return path


def answers(monkeypatch: pytest.MonkeyPatch, published: bool | None) -> None:
    monkeypatch.setattr(responder.dkim, "is_published", lambda _signer, _domain: published)


def test_where_no_mail_leaves_nothing_has_to_be_signed(run: Run) -> None:
    ((level, _, mend),) = said(run)
    assert (level, mend) == ("ok", "")


def test_mail_that_leaves_unsigned_is_named(folder: Path, run: Run) -> None:
    (folder / "casepost.toml").write_text(CONFIG.replace("[[queues]]", _DELIVERY + "[[queues]]", 1))
    ((level, says, mend),) = said(run)
    assert level == "notice"
    assert "unsigned" in says
    assert "dkim_key_file" in mend


@pytest.mark.usefixtures("key")
def test_a_key_that_the_dns_holds_is_well(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, True)
    assert [level for level, _, _ in said(run)] == ["ok"]


def test_a_key_that_the_dns_does_not_hold_is_a_fault_with_the_record_to_publish(
    key: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, False)
    ((level, says, mend),) = said(run)
    assert level == "fault"
    assert says.startswith("s1._domainkey.casepost.example ")
    assert mend == f'publish the TXT record s1._domainkey.casepost.example: "{load_signer("s1", key).record}"'


@pytest.mark.usefixtures("key")
def test_a_dns_that_does_not_answer_proves_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, None)
    ((level, says, _),) = said(run)
    assert (level, "does not answer" in says) == ("notice", True)


def test_a_key_that_others_can_read_is_named(key: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    key.chmod(0o644)
    answers(monkeypatch, True)
    assert [(level, mend) for level, _, mend in said(run)] == [("notice", f"chmod 600 {key}")]
