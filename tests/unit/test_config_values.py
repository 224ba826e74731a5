"""casepost.toml: every value that no key takes, and the words it is refused with."""

from pathlib import Path

import pytest

from casepost.config import ConfigError, load

MAILBOX = '[[imap]]\nurl = "imaps://user@host/INBOX"\npassword_env = "PASS"\n'


@pytest.mark.parametrize(
    ("text", "key", "takes"),
    [
        ('data_dir = ""', "data_dir", "a folder"),
        ("data_dir = 5", "data_dir", "a folder"),
        ('data_dir = "a\\u0000b"', "data_dir", "no control characters"),
        ('database_url = "sqlite:///x.db"', "database_url", "postgresql+psycopg://"),
        ('database_url = "postgresql://user@host/db"', "database_url", "postgresql+psycopg://"),
        ('blob_url = "gs://bucket"', "blob_url", "s3://bucket/prefix"),
        ('blob_url = "s3:///prefix"', "blob_url", "s3://bucket/prefix"),
        ('public_url = "cases.example"', "public_url", "https://host"),
        ('public_url = "ftp://cases.example"', "public_url", "https://host"),
        ('public_url = "http://cases.example/?a=b"', "public_url", "query"),
        ('public_url = "http://cases.example:99999"', "public_url", "https://host"),
        ("templates_dir = []", "templates_dir", "a path"),
        ('closing_days = ["24.12.2026"]', "closing_days", "2026-12-24"),
        ("smtp = 1", "smtp", "a table"),
        ('[smtp]\nlisten = "2525"', "[smtp] listen", "host:port"),
        ('[smtp]\nlisten = ":2525"', "[smtp] listen", "host"),
        ('[smtp]\nlisten = "::1:2525"', "[smtp] listen", "brackets"),
        ('[smtp]\nlisten = "[::g]:2525"', "[smtp] listen", "[IPv6]:port"),
        ('[smtp]\nlisten = "127.0.0.1:70000"', "[smtp] listen", "65535"),
        ('[smtp]\nlisten = "unix:/run/x.sock"', "[smtp] listen", "[lmtp] only"),
        ("[smtp]\nlisten = 2525", "[smtp] listen", "host:port"),
        ("[smtp]\nmax_message_bytes = 1023", "[smtp] max_message_bytes", "from 1024"),
        ("[smtp]\nmax_message_bytes = 1e6", "[smtp] max_message_bytes", "whole number"),
        ('[smtp]\nmax_message_bytes = "35 MiB"', "[smtp] max_message_bytes", "whole number"),
        ("[smtp]\nprocesses = 0", "[smtp] processes", "from 1 to 64"),
        ("[smtp]\nprocesses = 65", "[smtp] processes", "from 1 to 64"),
        ("[smtp]\nprocesses = true", "[smtp] processes", "from 1 to 64"),
        ('[smtp]\ntls_cert = "c.pem"', "[smtp] tls_cert, tls_key", "both or neither"),
        ('[smtp]\ntls_key = "k.pem"', "[smtp] tls_cert, tls_key", "both or neither"),
        ('[smtp]\ntrusted_relays = "127.0.0.1"', "[smtp] trusted_relays", "a list of IP addresses"),
        ('[smtp]\ntrusted_relays = ["relay.example"]', "[smtp] trusted_relays", "IP addresses"),
        ('[smtp]\nauthserv_id = "mx one"', "[smtp] authserv_id", "one word"),
        ('[smtp]\nproxy_protocol_from = ["10.0.0.0/33"]', "[smtp] proxy_protocol_from", "networks"),
        ('[lmtp]\nlisten = "unix:run/x.sock"', "[lmtp] listen", "absolute"),
        (f'[lmtp]\nlisten = "unix:/{"x" * 108}"', "[lmtp] listen", "107 octets"),
        ('[web]\nlisten = "8080"', "[web] listen", "host:port"),
        ('[identity]\ncheck = "on"', "[identity] check", '"auto" or "off"'),
        ("[identity]\ncheck = true", "[identity] check", '"auto" or "off"'),
        ('[identity]\nagents_need = "pass"', "[identity] agents_need", '"token" or "token+pass"'),
        ('[identity]\nforwarders = ["no host"]', "[identity] forwarders", "host names"),
        ('[identity]\narc_sealers = ["-a.example"]', "[identity] arc_sealers", "domain names"),
        ('[identity]\nrelay_domains = ["x@a.example"]', "[identity] relay_domains", "domain names"),
        ("[limits]\nper_address_hour = -1", "[limits] per_address_hour", "from 0"),
        ("[limits]\nper_address_day = -1", "[limits] per_address_day", "from 0"),
        ("[limits]\nunproved_hour = 1.5", "[limits] unproved_hour", "from 0"),
        ("[limits]\nsame_subject_hours = -1", "[limits] same_subject_hours", "from 0"),
        ("[limits]\nrobot_pair_day = -3", "[limits] robot_pair_day", "from 0"),
        ("[imap]\nurl = 1", "imap", "[[imap]]"),
        ('[[imap]]\nurl = ""', "[[imap]] no. 1 url", "imaps://user@host/FOLDER"),
        ('[[imap]]\npassword_env = "PASS"', "[[imap]] no. 1 url", "imaps://user@host/FOLDER"),
        ('[[imap]]\npassword_env = "P"\nurl = "imaps://host/INBOX"', "[[imap]] no. 1 url", "user"),
        ('[[imap]]\npassword_env = "P"\nurl = "imaps://user@host"', "[[imap]] no. 1 url", "folder"),
        ('[[imap]]\npassword_env = "P"\nurl = "pop3://user@host/INBOX"', "[[imap]] no. 1 url", "imaps://"),
        (
            '[[imap]]\nurl = "imaps://user@host/INBOX"',
            "[[imap]] no. 1 password_env, oauth_token_command",
            "one of them",
        ),
        (MAILBOX + 'oauth_token_command = "x"', "[[imap]] no. 1 password_env, oauth_token_command", "one of them"),
        (MAILBOX + 'after = "keep"', "[[imap]] no. 1 after", '"move:FOLDER"'),
        (MAILBOX + 'after = "move:"', "[[imap]] no. 1 after", '"move:FOLDER"'),
        (MAILBOX + MAILBOX, "[[imap]] no. 2 url", "once"),
        ('[delivery]\nurl = "relay.example:25"', "[delivery] url", "smtp+starttls://"),
        ('[delivery]\nurl = "http://relay.example"', "[delivery] url", "smtps://"),
        ('[delivery]\nurl = "smtp://relay.example:0"', "[delivery] url", "port 0"),
        ('[delivery]\nurl = "smtp://relay.example/x"', "[delivery] url", "nothing follows the port"),
        ('[delivery]\nurl = "smtp://user@relay.example"', "[delivery] url", "over TLS only"),
        ('[delivery]\nhold = "no"', "[delivery] hold", "true or false"),
        ("[delivery]\nhold = 0", "[delivery] hold", "true or false"),
        ('[delivery]\npassword_env = "my-password"', "[delivery] password_env", "environment variable"),
        ('[delivery]\nurl = "smtps://host"\npassword_env = "PW"', "[delivery] password_env", "with a user"),
        ('[delivery]\ndkim_selector = "s1"', "[delivery] dkim_selector, dkim_key_file", "both or neither"),
        ('[delivery]\ndkim_key_file = "k"', "[delivery] dkim_selector, dkim_key_file", "both or neither"),
        ('[delivery]\ndkim_key_file = "k"\ndkim_selector = "a b"', "[delivery] dkim_selector", "DKIM selector"),
        ('queues = ["support"]', "queues", "[[queues]]"),
        ('[[queues]]\nname = ""', "[[queues]] no. 1 name", "40 at most"),
        ('[[queues]]\nname = "two words"', "[[queues]] no. 1 name", "letters, digits"),
        ('[[queues]]\naddress = "Support <s@x.example>"', "[[queues]] no. 1 address", "plain mail address"),
        ('[[queues]]\naddress = "support"', "[[queues]] no. 1 address", "plain mail address"),
        ('[[queues]]\naddress = "s@x_y.example"', "[[queues]] no. 1 address", "domain name"),
        ('[[queues]]\naddress = "s+a@x.example"', "[[queues]] no. 1 address", "no +"),
        ('[[queues]]\naddress = "büro@x.example"', "[[queues]] no. 1 address", "ASCII"),
        (f'[[queues]]\naddress = "{"a" * 21}@x.example"', "[[queues]] no. 1 address", "64 octets"),
        ('[[queues]]\nagents = ["ann"]', "[[queues]] no. 1 agents", "plain mail addresses"),
        ('[[queues]]\nagents = "ann@x.example"', "[[queues]] no. 1 agents", "a list of plain"),
        ('[[queues]]\nagents = ["Support@casepost.example"]', "[[queues]] no. 1 agents", "is a queue"),
        ('[[queues]]\nlead = "the boss"', "[[queues]] no. 1 lead", "plain mail address"),
        ('[[queues]]\nlanguage = "deu"', "[[queues]] no. 1 language", "two lower-case letters"),
        ('[[queues]]\nlanguage = "DE"', "[[queues]] no. 1 language", "two lower-case letters"),
        ('[[queues]]\ncountry = "Germany"', "[[queues]] no. 1 country", "ISO 3166"),
        ('[[queues]]\ncountry = "de"', "[[queues]] no. 1 country", "ISO 3166"),
        ('[[queues]]\ntimezone = "Europe"', "[[queues]] no. 1 timezone", "Europe/Berlin"),
        ('[[queues]]\ntimezone = ""', "[[queues]] no. 1 timezone", "Europe/Berlin"),
        ('[[queues]]\ntimezone = "../../etc/passwd"', "[[queues]] no. 1 timezone", "Europe/Berlin"),
        ('[[queues]]\nhours = "nine to five"', "[[queues]] no. 1 hours", "Mon-Fri 09:00-18:00"),
        ('[[queues]]\nhours = ""', "[[queues]] no. 1 hours", "24/7"),
        ('[[queues]]\ntopics = ["refunds"]', "[[queues]] no. 1 topics", "returns"),
        ('[[queues]]\nclosing_days = ["2026-02-30"]', "[[queues]] no. 1 closing_days", "a list of dates"),
        ('[[queues]]\n[[queues]]\naddress="b@x.example"', "[[queues]] no. 2 name", "no other queue"),
        (
            '[[queues]]\n[[queues]]\nname="B"\naddress="SUPPORT@casepost.example"',
            "[[queues]] no. 2 address",
            "no other",
        ),
        ('[reminders]\nagent_after = "24h"', "[reminders] agent_after", "PT24H"),
        ("[reminders]\nescalate_after = 48", "[reminders] escalate_after", "ISO 8601"),
        ('[reminders]\nseller_after = "P"', "[reminders] seller_after", "ISO 8601"),
        ('[reminders]\nclose_after = "P99999999999D"', "[reminders] close_after", "longer than the calendar"),
        ('[reminders]\nclock = "sun"', "[reminders] clock", '"business" or "wall"'),
    ],
)
def test_a_bad_value_is_refused_naming_file_key_and_what_it_takes(
    tmp_path: Path, text: str, key: str, takes: str
) -> None:
    file = tmp_path / "casepost.toml"
    file.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load(file, {})
    (problem,) = refused.value.problems
    assert problem.startswith((f"{file}: {key} = ", f"{file}: {key}: "))
    assert "takes " in problem
    assert takes in problem
