"""Identifiers and topics of an installation's own: from the configuration to what a mail is read as."""

from pathlib import Path
from typing import Any

import pytest

from casepost.app import App
from casepost.config import ConfigError, load
from cases.mail import Mail
from ingest.read.reader import read
from tests.command_line import CONFIG, Run, arrival

SERIAL = '[[identifiers]]\nname = "serial"\nlabel = ["serial no", "Seriennummer"]\npattern = "HW-[0-9]{11}"\n'
MAIL = b"From: a@b.example\r\nSubject: Heizung\r\n\r\nDie Seriennummer ist HW-88120034417, Knurrhahn kaputt.\r\n"


def refused(file: Path) -> str:
    with pytest.raises(ConfigError) as error:
        load(file, {})
    return str(error.value)


@pytest.fixture
def own(folder: Path) -> Path:
    """The installation with an identifier and a topic word of its own."""
    (folder / "topics").mkdir()
    (folder / "topics" / "de.toml").write_text('[topics.returns]\n"3" = ["knurrhahn"]\n')
    file = folder / "casepost.toml"
    file.write_text(CONFIG.replace("[smtp]", '[reading]\ntopics_dir = "topics"\n[smtp]') + SERIAL)
    return file


def parsed(run: Run, folder: Path, *options: object) -> Any:
    (folder / "mail.eml").write_bytes(MAIL)
    return run("parse", folder / "mail.eml", *options).json


def test_parse_reads_by_the_rules_of_the_installation(folder: Path, own: Path, run: Run) -> None:
    document = parsed(run, folder, "--config", own)
    assert {"kind": "serial", "value": "HW-88120034417", "source": "body"} in document["identifiers"]
    assert document["topic"] == "returns"


def test_the_service_reads_by_the_same_rules(own: Path, app: App) -> None:
    rules = app.reading_rules
    mail: Mail = read(MAIL, rules=rules)
    assert [one.kind for one in mail.identifiers] == ["serial"]
    with app.readers() as readers:
        assert readers.read(MAIL).identifiers == mail.identifiers
    (ledger_id,) = app.store.ledger.add([arrival(app, MAIL, "support@casepost.example")])
    with app.readers() as readers:
        app.take_in(readers, role="test").take_in_one(ledger_id, now=app.clock())
    assert app.store.ledger.find(ledger_id) is not None


def test_a_changed_topic_file_holds_for_the_next_mail_and_a_wrong_one_is_a_defect(own: Path, app: App) -> None:
    file = own.parent / "topics" / "de.toml"
    assert read(MAIL, rules=app.reading_rules).topic == "returns"
    file.write_text('[topics.payments]\n"3" = ["knurrhahn"]\n')
    assert read(MAIL, rules=app.reading_rules).topic == "payments"
    file.write_text('[topics.nonsense]\n"3" = ["knurrhahn"]\n')
    mail = read(MAIL, rules=app.reading_rules)
    assert any("de.toml" in defect and "shipped words" in defect for defect in mail.defects)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (SERIAL.replace("HW-[0-9]{11}", "HW-["), "is no regular expression"),
        (SERIAL.replace("HW-[0-9]{11}", "(?=HW)"), "RE2 has no look-ahead"),
        (SERIAL.replace('"serial"', '"asin"'), "is a kind that casepost has already"),
        (SERIAL.replace('"serial"', '"Serial No"'), "small letters"),
        (SERIAL + SERIAL, "is there twice"),
        ('[[identifiers]]\nname = "serial"\n', "is empty"),
        ('[reading]\ntopics_dir = "nowhere"\n', "is no folder"),
    ],
)
def test_a_wrong_rule_is_refused_at_the_start_and_says_what_to_do(tmp_path: Path, wrong: str, said: str) -> None:
    file = tmp_path / "casepost.toml"
    file.write_text(wrong)
    words = refused(file)
    assert said in words
    assert str(file) in words


def test_a_wrong_topic_file_is_named_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics" / "de.toml").write_text('[topics.nonsense]\n"1" = ["x"]\n')
    file = tmp_path / "casepost.toml"
    file.write_text('[reading]\ntopics_dir = "topics"\n')
    words = refused(file)
    assert "de.toml" in words
    assert "nonsense" in words
