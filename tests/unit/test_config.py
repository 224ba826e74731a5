"""casepost.toml: what is accepted, what is refused and in which words, what the environment overrides."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from casepost.config import AgentsNeed, Clock, Config, ConfigError, Listen, config_example, load, parse_listen
from tests.dkim_keys import write_ed25519

CONTRACT = tomllib.loads((Path(__file__).parent / "contract_keys.toml").read_text(encoding="utf-8"))

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes casepost.toml in a folder of its own."""

    def write_file(text: str) -> Path:
        file = tmp_path / "casepost.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write_file


def problems_of(file: Path, environ: dict[str, str] | None = None) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as refused:
        load(file, environ or {})
    return refused.value.problems


def one_problem_of(file: Path, environ: dict[str, str] | None = None) -> str:
    problems = problems_of(file, environ)
    assert len(problems) == 1, problems
    return problems[0]


def test_the_example_is_exactly_the_default_configuration(write: Write) -> None:
    example = write(config_example())
    empty = write("")
    assert load(example, {}) == load(empty, {})


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (table, key)
        for table, inner in CONTRACT.items()
        for key in (inner[0] if isinstance(inner, list) else inner if isinstance(inner, dict) else ("",))
    ],
)
def test_every_key_of_the_contract_is_in_the_example_with_its_default(table: str, key: str) -> None:
    uncommented = re.sub(r"^# (?=\[\[imap\]\]|\w+ = )", "", config_example(), flags=re.MULTILINE)
    assert "[[imap]]" in uncommented
    shown, agreed = tomllib.loads(uncommented)[table], CONTRACT[table]
    if isinstance(agreed, list):
        shown, agreed = shown[0], agreed[0]
    assert (shown[key], type(shown[key])) == (agreed[key], type(agreed[key])) if key else shown == agreed


def test_each_line_of_the_example_that_sets_a_key_says_what_it_is_for() -> None:
    lines = [line for line in config_example().splitlines() if re.match(r"(# )?\w+ = ", line)]
    assert len(lines) >= sum(len(table) for table in CONTRACT.values() if isinstance(table, dict))
    assert all(re.search(r" # \S.*\S$", line) for line in lines)


def test_without_any_file_all_is_default_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load(None, {})
    assert config.data_dir == tmp_path / "var"
    assert config.imap == ()
    assert [queue.address for queue in config.queues] == ["support@casepost.example"]


def test_the_file_is_the_option_then_the_variable_then_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("option", "variable", "casepost"):
        (tmp_path / f"{name}.toml").write_text(f'[smtp]\nauthserv_id = "{name}"\n', encoding="utf-8")
    named = {"CASEPOST_CONFIG": "variable.toml"}
    assert load(Path("option.toml"), named).smtp.authserv_id == "option"
    assert load(None, named).smtp.authserv_id == "variable"
    assert load(None, {"CASEPOST_CONFIG": ""}).smtp.authserv_id == "casepost"


def test_relative_paths_start_at_the_folder_of_the_file(write: Write, tmp_path: Path) -> None:
    write_ed25519(tmp_path / "dkim.pem")
    file = write(
        'data_dir = "data"\ntemplates_dir = "/etc/casepost/templates"\n'
        '[smtp]\ntls_cert = "tls/cert.pem"\ntls_key = "../key.pem"\n'
        '[delivery]\ndkim_selector = "s1"\ndkim_key_file = "dkim.pem"\n'
    )
    config = load(file, {})
    assert config.data_dir == tmp_path / "data"
    assert config.templates_dir == Path("/etc/casepost/templates")
    assert config.smtp.tls_cert == tmp_path / "tls/cert.pem"
    assert config.smtp.tls_key == tmp_path / "../key.pem"
    assert config.delivery.dkim_key_file == tmp_path / "dkim.pem"


def test_a_file_named_by_a_relative_path_still_gives_absolute_paths(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("")
    monkeypatch.chdir(tmp_path.parent)
    assert load(Path(tmp_path.name) / "casepost.toml", {}).data_dir == tmp_path / "var"


def test_a_full_configuration_is_read_as_written(write: Write) -> None:
    config = load(
        write(
            'public_url = "https://cases.example/"\ndatabase_url = "postgresql+psycopg://casepost@db/casepost"\n'
            'blob_url = "s3://mails/raw"\n'
            '[smtp]\nlisten = "[::1]:2525"\nprocesses = 2\ntrusted_relays = ["10.0.0.0/8", "2001:db8::1"]\n'
            '[lmtp]\nlisten = "unix:/run/casepost/lmtp.sock"\n'
            '[identity]\nagents_need = "token+pass"\nforwarders = ["mx.uni.example", "192.0.2.0/24"]\n'
            '[[imap]]\nurl = "imaps://me@firm.example@imap.firm.example/INBOX/Seller"\npassword_env = "IMAP_PW"\n'
            'after = "move:Done/2026"\n'
            '[[imap]]\nurl = "imap://other@host/INBOX"\noauth_token_command = "get-token --quiet"\nafter = "seen"\n'
            '[delivery]\nurl = "smtp+starttls://bob@relay.example:587"\npassword_env = "RELAY_PW"\nhold = true\n'
            '[[queues]]\nname = "returns"\naddress = "returns@Firm.Example"\nagents = ["Ann.Lee+x@Firm.example"]\n'
            'lead = "boss@firm.example"\nlanguage = "de"\ncountry = "DE-BY"\ntimezone = "America/Sao_Paulo"\n'
            'hours = "Mon-Fri 09:00-12:00,13:00-18:00; Sat 10:00-14:00"\ntopics = ["returns", "fba"]\n'
            'closing_days = ["2026-12-24", 2026-12-31]\n'
            '[reminders]\nagent_after = ""\nclose_after = "P1DT12H"\nclock = "wall"\n'
        ),
        {},
    )
    assert config.public_url == "https://cases.example"
    assert config.identity.agents_need is AgentsNeed.TOKEN_AND_PASS
    assert [mailbox.after for mailbox in config.imap] == ["move:Done/2026", "seen"]
    queue = config.queues[0]
    assert (queue.address, queue.agents) == ("returns@firm.example", ("Ann.Lee+x@firm.example",))
    assert queue.closing_days == (date(2026, 12, 24), date(2026, 12, 31))
    assert (config.reminders.agent_after, config.reminders.clock) == ("", Clock.WALL)


def test_closing_days_at_the_top_hold_for_queues_without_a_list_of_their_own(write: Write) -> None:
    file = write(
        'closing_days = ["2026-12-24"]\n'
        '[[queues]]\nname = "a"\naddress = "a@x.example"\n'
        '[[queues]]\nname = "b"\naddress = "b@x.example"\nclosing_days = []\n'
    )
    assert [queue.closing_days for queue in load(file, {}).queues] == [(date(2026, 12, 24),), ()]
    assert load(write(""), {"CASEPOST_CLOSING_DAYS": "2026-12-24"}).queues[0].closing_days == (date(2026, 12, 24),)


def test_a_queue_takes_from_the_top_each_reminder_that_it_does_not_have_itself(write: Write) -> None:
    file = write(
        '[reminders]\nagent_after = "PT2H"\nclock = "wall"\n'
        '[[queues]]\nname = "a"\naddress = "a@x.example"\n'
        '[[queues]]\nname = "b"\naddress = "b@x.example"\n[queues.reminders]\nagent_after = ""\n'
    )
    queues = load(file, {"CASEPOST_REMINDERS__CLOSE_AFTER": "P9D"}).queues
    assert [(one.reminders.agent_after, one.reminders.close_after) for one in queues] == [("PT2H", "P9D"), ("", "P9D")]
    assert {one.reminders.clock for one in queues} == {Clock.WALL}


@pytest.mark.parametrize(
    "text",
    [
        'agent_after = "PT24H"\nescalate_after = "P1D"\nseller_after = "P7D"\nclose_after = "P1D"',
        'agent_after = "P9D"\nseller_after = ""\nclose_after = "PT1H"',
    ],
)
def test_reminders_may_come_together_or_in_any_order(write: Write, text: str) -> None:
    load(write(f"[reminders]\n{text}\n"), {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[queues]]\nreminders = 1", "[[queues]] no. 1 reminders: takes a table"),
        ('[[queues]]\n[queues.reminders]\nagent = ""', "[[queues]] no. 1 [reminders] agent: no such key here"),
        ("[[queues]]\n[queues.reminders]\nagent_after = 1", "[[queues]] no. 1 [reminders] agent_after = 1: takes"),
    ],
)
def test_a_mistake_in_the_reminders_of_a_queue_is_refused_at_its_place(write: Write, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(words)):
        load(write(text + "\n"), {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('data_dri = "x"', 'data_dri: no such key here; did you mean "data_dir"?'),
        ('[smtp]\nlisen = "x"', '[smtp] lisen: no such key here; did you mean "listen"?'),
        ('[smtp]\npublic_url = "x"', "[smtp] public_url: no such key here; it stands at the top of the file"),
        ("hold = true", "hold: no such key here; it is a key of [delivery]"),
        ("[web]\nzzz = 1", "[web] zzz: no such key here; it takes listen"),
        ("[reminder]\nclock = 1", 'reminder: no such key here; did you mean "reminders"?'),
        ('[[queues]]\nmail = "x"', "[[queues]] no. 1 mail: no such key here"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_one(write: Write, text: str, words: str) -> None:
    file = write(text + "\n")
    assert one_problem_of(file).startswith(f"{file}: {words}")


def test_all_problems_of_a_file_are_named_at_once(write: Write) -> None:
    file = write('public_url = 1\ndata_dri = 1\n[smtp]\nprocesses = 0\n[[queues]]\nname = "!"\nhours = ""\n')
    assert len(problems_of(file, {"CASEPOST_WEB__LISTEN": "x", "CASEPOST_LMTP_LISTEN": "x"})) == 7
    with pytest.raises(ConfigError) as refused:
        load(file, {})
    assert str(refused.value).splitlines() == list(refused.value.problems)


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"[smtp]\nlisten = \n", 2),
        (b"[smtp]\n[smtp]\n", 2),
        (b'a = 1\n\n\nb = "never closed\n', 4),
        (b'data_dir = "\xff"\n', 1),
        (b'data_dir = "x"\n# b\xfcro\n', 2),
        (b"x = [1,\n\n", 1),
    ],
)
def test_a_syntax_error_names_file_and_line(tmp_path: Path, raw: bytes, line: int) -> None:
    file = tmp_path / "casepost.toml"
    file.write_bytes(raw)
    assert one_problem_of(file).startswith(f"{file}, line {line}: not ")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "casepost.toml"
    file.write_bytes(b'\xef\xbb\xbfdata_dir = "d"\r\n')
    assert load(file, {}).data_dir == tmp_path / "d"


def test_a_file_that_is_missing_or_a_folder_is_refused_by_name(tmp_path: Path) -> None:
    for file in (tmp_path / "none.toml", tmp_path):
        assert one_problem_of(file).startswith(f"{file}: cannot be read: ")


def test_deep_nesting_is_refused_not_crashed_on(write: Write) -> None:
    assert "too deeply" in one_problem_of(write("x = " + "[" * 100_000))


def test_a_password_in_an_address_is_refused_and_not_repeated(write: Write) -> None:
    for text in (
        '[delivery]\nurl = "smtps://user:s3cr/et@host:465"',
        '[[imap]]\npassword_env = "P"\nurl = "imaps://me@firm:s3cr/et@host/INBOX"',
        'database_url = "postgres://user:s3cr/et@host/db"',
    ):
        assert "s3cr" not in one_problem_of(write(text))


@pytest.mark.parametrize(
    ("variable", "text", "found"),
    [
        ("CASEPOST_DATA_DIR", "elsewhere", lambda config: config.data_dir.name == "elsewhere"),
        ("CASEPOST_SMTP__LISTEN", "0.0.0.0:25", lambda config: config.smtp.listen == "0.0.0.0:25"),
        ("CASEPOST_SMTP__LISTEN", "", lambda config: config.smtp.listen == ""),
        ("CASEPOST_SMTP__PROCESSES", "4", lambda config: config.smtp.processes == 4),
        ("CASEPOST_DELIVERY__HOLD", "true", lambda config: config.delivery.hold is True),
        ("CASEPOST_DELIVERY__HOLD", "0", lambda config: config.delivery.hold is False),
        ("CASEPOST_REMINDERS__CLOCK", "wall", lambda config: config.reminders.clock is Clock.WALL),
        (
            "CASEPOST_SMTP__TRUSTED_RELAYS",
            "10.0.0.1, 10.1.0.0/16",
            lambda config: config.smtp.trusted_relays == ("10.0.0.1", "10.1.0.0/16"),
        ),
        ("CASEPOST_SMTP__TRUSTED_RELAYS", '["::1"]', lambda config: config.smtp.trusted_relays == ("::1",)),
        ("CASEPOST_SMTP__TRUSTED_RELAYS", "", lambda config: config.smtp.trusted_relays == ()),
    ],
)
def test_the_environment_overrides_the_file(
    write: Write, variable: str, text: str, found: Callable[[Config], bool]
) -> None:
    file = write('data_dir = "d"\n[smtp]\nlisten = "127.0.0.1:1"\nprocesses = 3\n[delivery]\nhold = true\n')
    assert found(load(file, {variable: text, "HOME": "/nowhere"}))


def test_every_single_valued_key_of_the_contract_can_be_overridden(write: Write) -> None:
    keys = [("", key) for key, value in CONTRACT.items() if not isinstance(value, dict | list)]
    keys += [(table, key) for table, inner in CONTRACT.items() if isinstance(inner, dict) for key in inner]
    assert len(keys) > 30
    for table, key in keys:
        variable = f"CASEPOST_{table.upper()}__{key.upper()}" if table else f"CASEPOST_{key.upper()}"
        bad = "\x01"  # no key takes it: what is refused was read
        assert one_problem_of(write(""), {variable: bad}).startswith(f"environment: {variable} = ")


@pytest.mark.parametrize(
    ("variable", "text", "words"),
    [
        ("CASEPOST_SMTP__PROCESSES", "many", '= "many": takes a whole number from 1 to 64'),
        ("CASEPOST_DELIVERY__HOLD", "maybe", "takes true or false"),
        ("CASEPOST_SMTP__TRUSTED_RELAYS", "[1", "takes a list of IP addresses"),
        ("CASEPOST_SMTP_LISTEN", "x", "no such key; did you mean CASEPOST_SMTP__LISTEN?"),
        ("CASEPOST_DATADIR", "x", "no such key; did you mean CASEPOST_DATA_DIR?"),
        ("CASEPOST_QUEUES__NAME", "x", "no such key; lists of tables are set in the file only"),
        ("CASEPOST_IMAP", "x", "no such key; lists of tables are set in the file only"),
        ("CASEPOST_QQQQQQQQ", "x", "no such key; it takes CASEPOST_KEY or CASEPOST_TABLE__KEY"),
    ],
)
def test_a_bad_variable_is_refused_by_name(write: Write, variable: str, text: str, words: str) -> None:
    problem = one_problem_of(write(""), {variable: text})
    assert problem.startswith(f"environment: {variable}")
    assert words in problem


def test_variables_that_are_no_keys_are_let_alone(write: Write) -> None:
    file = write(
        '[[imap]]\nurl = "imap://u@h/INBOX"\npassword_env = "CASEPOST_MAILBOX_SECRET"\n'
        '[delivery]\nurl = "smtps://u@h"\npassword_env = "CASEPOST_RELAY_SECRET"\n'
    )
    environ = {
        "CASEPOST_CONFIG": "other.toml",
        "CASEPOST_FAILPOINT": "ledger.commit",
        "CASEPOST_FAIL_AT": "x",
        "CASEPOST_MAILBOX_SECRET": "s",
        "CASEPOST_RELAY_SECRET": "s",
    }
    assert load(file, environ).imap[0].password_env == "CASEPOST_MAILBOX_SECRET"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("127.0.0.1:2525", Listen(host="127.0.0.1", port=2525)),
        ("localhost:0", Listen(host="localhost", port=0)),
        ("[2001:DB8::1]:25", Listen(host="2001:db8::1", port=25)),
        ("unix:/run/casepost/lmtp.sock", Listen(path="/run/casepost/lmtp.sock")),
    ],
)
def test_a_listen_address_is_split(text: str, found: Listen | None) -> None:
    assert parse_listen(text) == found


def test_reading_the_configuration_loads_no_slow_library(write: Write) -> None:
    file = write("[smtp]\nprocesses = 2\n")
    script = (
        "import sys, pathlib, casepost.config\n"
        "casepost.config.load(pathlib.Path(sys.argv[1]), {})\n"
        "slow = {'click', 'rich', 'sqlalchemy', 'jinja2', 'holidays', 'asyncio', 'email', 'http'}\n"
        "print(sorted(slow & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(file)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout.strip() == "[]"
