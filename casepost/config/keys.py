"""Every key of casepost.toml: type, default, one line for people, what it takes and the check of its value.

This is the one list: the file is read by it, environment variables are named by it, the example is written from it.
Keys stand in the order in which the example shows them.
"""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

from casepost.config import checks
from casepost.config.key import DURATION, Key, number
from casepost.config.keys_watch import Alarms, Junk, Log, Retention


class IdentityCheck(StrEnum):
    """Whether SPF, DKIM and DMARC are looked at."""

    AUTO = "auto"
    OFF = "off"


class AgentsNeed(StrEnum):
    """What an agent's mail must prove before it is obeyed."""

    TOKEN = "token"  # noqa: S105 - a name, no secret
    TOKEN_AND_PASS = "token+pass"  # noqa: S105 - a name, no secret


class Clock(StrEnum):
    """Which time reminders count."""

    BUSINESS = "business"
    WALL = "wall"


_LISTEN = '"host:port", "[IPv6]:port" or "" for off'
_NETWORKS = "IP addresses or networks (10.0.0.0/8)"
_DOMAINS = "domain names in ASCII"
_VARIABLE = 'the name of an environment variable, or ""'


class Smtp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[smtp]"""

    listen: Annotated[str, Key('"" switches it off', _LISTEN, checks.listen_tcp)] = "127.0.0.1:2525"
    max_message_bytes: Annotated[int, number("35 MiB; larger: 552 5.3.4", 1024)] = 36700160
    tls_cert: Annotated[Path | None, Key("with tls_key: STARTTLS is offered")] = None
    tls_key: Annotated[Path | None, Key("the private key of tls_cert, PEM")] = None
    processes: Annotated[int, number("processes that share the port", 1, 64)] = 1
    trusted_relays: Annotated[
        tuple[str, ...],
        Key(
            "peers whose Authentication-Results are believed; no connection caps for them",
            _NETWORKS,
            checks.network,
        ),
    ] = ("127.0.0.1",)
    authserv_id: Annotated[
        str, Key('whose Authentication-Results, as the relays write it; "" believes none', "one word", checks.token)
    ] = ""
    proxy_protocol_from: Annotated[
        tuple[str, ...], Key("balancers that speak the PROXY protocol", _NETWORKS, checks.network)
    ] = ()
    max_connections: Annotated[int, number("open at once in each process; more: 421", 1)] = 1000
    max_connections_per_address: Annotated[
        int, number("of them from one IPv4 address or IPv6 /64; trusted_relays have no caps", 1)
    ] = 20
    max_connects_per_minute: Annotated[int, number("and connects of one of those in a minute", 1)] = 300
    min_free_bytes: Annotated[int, number("100 MiB; with less free in data_dir new mail is put off, 452", 0)] = (
        104857600
    )


class Lmtp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[lmtp]"""

    listen: Annotated[
        str,
        Key(
            '"127.0.0.1:2424" or "unix:/run/casepost/lmtp.sock"; "" is off',
            '"host:port", "[IPv6]:port", "unix:/path" or "" for off',
            checks.listen_any,
        ),
    ] = ""


class Web(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[web]"""

    listen: Annotated[str, Key('"" switches it off', _LISTEN, checks.listen_tcp)] = "127.0.0.1:8080"


class Identity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[identity]"""

    check: Annotated[
        IdentityCheck, Key('"auto": SPF, DKIM, DMARC, or the Authentication-Results of a trusted relay; "off"')
    ] = IdentityCheck.AUTO
    agents_need: Annotated[
        AgentsNeed, Key('"token": signed address, own From, no fail; "token+pass": an aligned pass too')
    ] = AgentsNeed.TOKEN
    forwarders: Annotated[
        tuple[str, ...],
        Key(
            "hosts that forward to us: their SPF result says nothing",
            "host names, IP addresses or networks",
            checks.host_or_network,
        ),
    ] = ()
    arc_sealers: Annotated[tuple[str, ...], Key("domains whose ARC seal is believed", _DOMAINS, checks.domain)] = ()
    relay_domains: Annotated[
        tuple[str, ...],
        Key("marketplaces' relay addresses: the whole address is the person", _DOMAINS, checks.domain),
    ] = ()
    nameservers: Annotated[
        tuple[str, ...],
        Key(
            "DNS servers that are asked; [] = those of the system",
            '"IP", "IP:port" or "[IPv6]:port"',
            checks.nameserver,
        ),
    ] = ()


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[limits]"""

    per_address_hour: Annotated[int, number("acknowledgements to one address in an hour; 0 = no limit", 0)] = 3
    per_address_day: Annotated[int, number("and in a day", 0)] = 10
    unproved_hour: Annotated[int, number("to senders without an aligned pass, in all, in an hour", 0)] = 2000
    same_subject_hours: Annotated[
        int, number("one in so many hours for an unproved address and subject without a new identifier", 0)
    ] = 24
    robot_pair_day: Annotated[
        int, number("any automatic mail in a day to an address that answers within a minute, every time", 0)
    ] = 3


class Imap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[[imap]]"""

    url: Annotated[
        str, Key("imaps://user@host/INBOX", "imaps://user@host/FOLDER or imap://user@host/FOLDER", checks.imap_url)
    ] = ""
    password_env: Annotated[
        str, Key("the environment variable that holds the password", _VARIABLE, checks.variable_name)
    ] = ""
    oauth_token_command: Annotated[str, Key("instead: a command that prints an OAuth 2 token")] = ""
    after: Annotated[
        str, Key('"move:FOLDER" | "seen" | "delete"', '"move:FOLDER", "seen" or "delete"', checks.after_import)
    ] = "move:Processed"
    recipient: Annotated[
        str,
        Key(
            "the queue's address for mail that names no queue; \"\" = the queue of url's user, else the first one",
            'a queue\'s address or a +tag of it, or ""',
            checks.optional_address,
        ),
    ] = ""
    quiet_after: Annotated[str, Key("an alarm when no mail has come for so long", DURATION, checks.duration)] = ""


class Delivery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[delivery]"""

    url: Annotated[
        str,
        Key(
            '"" = data_dir/outbox; smtp://host:25, smtp+starttls://user@host:587, smtps://user@host:465',
            '"" (a maildir in data_dir/outbox), smtp://host:25, smtp+starttls://user@host:587 or smtps://user@host:465',
            checks.delivery_url,
        ),
    ] = ""
    hold: Annotated[bool, Key("true: nothing leaves, all waits for `delivery release` (trial run)")] = False
    per_minute: Annotated[int, number("mails handed over in any minute, at most; 0 = no limit", 0)] = 0
    password_env: Annotated[
        str, Key("the environment variable that holds the password of url's user", _VARIABLE, checks.variable_name)
    ] = ""
    dkim_selector: Annotated[str, Key("with dkim_key_file: mail is signed", 'a DKIM selector, or ""', checks.word)] = ""
    dkim_key_file: Annotated[Path | None, Key("the private key of dkim_selector, PEM")] = None
    agent_signatures: Annotated[
        bool, Key("true: the signature block of an agent's mail goes to the seller with the answer")
    ] = False


_CLOSING = 'dates such as "2026-12-24"'


class Reminders(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[reminders]"""

    agent_after: Annotated[
        str, Key("the case waits for an agent: the agents are reminded", DURATION, checks.duration)
    ] = "PT24H"
    escalate_after: Annotated[
        str, Key("still waiting: the lead is told, the seller gets a status mail", DURATION, checks.duration)
    ] = "PT48H"
    seller_after: Annotated[
        str, Key("the case waits for the seller: the seller is reminded", DURATION, checks.duration)
    ] = "PT48H"
    close_after: Annotated[
        str, Key("still waiting: closed, with a mail that says how to reopen", DURATION, checks.duration)
    ] = "P7D"
    clock: Annotated[Clock, Key('"business" counts open hours\' days of the queue; "wall" counts plain time')] = (
        Clock.BUSINESS
    )


class Queue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[[queues]]: seeds the rows of the database; the console and `casepost user` change them afterwards."""

    name: Annotated[str, Key("as in #queue NAME", 'letters, digits, "-" and "_", 40 at most', checks.queue_name)] = (
        "support"
    )
    address: Annotated[
        str,
        Key(
            "mail to it and to any +tag of it is taken",
            f"a plain mail address, {checks.QUEUE_LOCAL_OCTETS} octets at most before the @",
            checks.queue_address,
        ),
    ] = "support@casepost.example"
    agents: Annotated[
        tuple[str, ...], Key("who is sent each seller's mail and may answer", "plain mail addresses", checks.address)
    ] = ("agent@casepost.example",)
    lead: Annotated[str, Key("who is told at escalation", 'a plain mail address, or ""', checks.optional_address)] = ""
    language: Annotated[
        str,
        Key(
            "used when a mail's own language has no template",
            'two lower-case letters (ISO 639-1) such as "en"',
            checks.language,
        ),
    ] = "en"
    country: Annotated[
        str,
        Key(
            'holidays: ISO 3166, "DE-BY" with subdivision',
            'an ISO 3166 code in capitals such as "DE" or "DE-BY"',
            checks.country,
        ),
    ] = "DE"
    timezone: Annotated[str, Key("of hours", 'a time zone such as "Europe/Berlin"', checks.timezone)] = "Europe/Berlin"
    hours: Annotated[
        str,
        Key(
            '"24/7" = always open; "Mon-Fri 09:00-12:00,13:00-18:00; Sat 10:00-14:00"',
            'open hours such as "Mon-Fri 09:00-18:00" or "24/7"',
            checks.hours,
        ),
    ] = "Mon-Fri 09:00-18:00"
    topics: Annotated[
        tuple[str, ...],
        Key('topics routed to it, e.g. ["returns", "fba"]', f"topics out of {', '.join(checks.TOPICS)}", checks.topic),
    ] = ()
    closing_days: Annotated[tuple[date, ...], Key('"2026-12-24", besides public holidays', _CLOSING)] = ()
    reminders: Annotated[Reminders, Key("key by key instead of [reminders], for this queue")] = Reminders()


class Reading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[reading]"""

    topics_dir: Annotated[
        Path | None, Key("an administrator's own topic words, LANGUAGE.toml; instead of the shipped file of that name")
    ] = None


class Identifier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[[identifiers]]"""

    name: Annotated[str, Key('how it is called in cases, such as "serial"')] = ""
    label: Annotated[
        tuple[str, ...], Key('words that stand before it, such as ["serial no", "Seriennummer"]; [] = none needed')
    ] = ()
    pattern: Annotated[str, Key('what it looks like, a regular expression of RE2: "HW-[0-9]{11}"')] = ""


class Link(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[[links]]"""

    kind: Annotated[str, Key('a kind of identifier, such as "order_id", or one of your own')] = ""
    url: Annotated[
        str,
        Key(
            'where it leads to: "https://sellercentral.example/orders/{value}"',
            "an https address with {value} in it once",
            checks.link,
        ),
    ] = ""


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration, checked; every path in it is absolute."""

    data_dir: Annotated[
        Path, Key("all that the embedded default keeps: database, large mails, local outbox", "a folder")
    ] = Path("var")
    database_url: Annotated[
        str,
        Key(
            '"" = SQLite in data_dir; "postgresql+psycopg://user@host/db" for several nodes',
            '"" (SQLite in data_dir) or postgresql+psycopg://user@host/db',
            checks.database_url,
        ),
    ] = ""
    blob_url: Annotated[
        str,
        Key(
            'large raw mails: "" = files with SQLite, else in PostgreSQL; "s3://bucket/prefix"',
            '"" or s3://bucket/prefix',
            checks.blob_url,
        ),
    ] = ""
    public_url: Annotated[
        str,
        Key(
            "where people reach the web pages; the links in mails begin with it",
            "https://host or http://host:port",
            checks.public_url,
        ),
    ] = "http://127.0.0.1:8080"
    templates_dir: Annotated[
        Path | None, Key("an administrator's own templates, LANGUAGE/NAME.md; before the shipped ones")
    ] = None
    closing_days: Annotated[
        tuple[date, ...], Key("for each queue that has no closing_days of its own", _CLOSING, shown=False)
    ] = ()

    smtp: Annotated[Smtp, Key("Mail in by SMTP.")] = Smtp()
    lmtp: Annotated[Lmtp, Key("Mail in by LMTP, from a mail server beside this one.")] = Lmtp()
    web: Annotated[Web, Key("Staff console, the sellers' pages and the API.")] = Web()
    log: Annotated[Log, Key("What the service writes on standard error.")] = Log()
    junk: Annotated[Junk, Key("What is neither answered nor shown to agents, and files that go to nobody.")] = Junk()
    retention: Annotated[Retention, Key('How long things are kept; ISO 8601 durations, "" keeps them for ever.')] = (
        Retention()
    )
    alarms: Annotated[
        Alarms, Key('Who is told when something waits too long; ISO 8601 durations, "" switches one off.')
    ] = Alarms()
    identity: Annotated[Identity, Key("Who wrote a mail, and what that proves.")] = Identity()
    limits: Annotated[
        Limits, Key("Acknowledgements; what is over a limit goes out at the next free slot, several in one mail.")
    ] = Limits()
    imap: Annotated[tuple[Imap, ...], Key("Mailboxes to fetch from, any number.")] = ()
    reading: Annotated[Reading, Key("How mails are understood.")] = Reading()
    identifiers: Annotated[
        tuple[Identifier, ...], Key("Identifiers of your own beside the built-in kinds, any number.")
    ] = ()
    links: Annotated[
        tuple[Link, ...], Key("Identifiers as links in the agents' mails, any number, one for a kind.")
    ] = ()
    delivery: Annotated[Delivery, Key("How mail goes out.")] = Delivery()
    queues: Annotated[tuple[Queue, ...], Key("Queues, any number: one address each.")] = (Queue(),)
    reminders: Annotated[Reminders, Key('ISO 8601 durations; "" switches one off; each is sent once for one wait.')] = (
        Reminders()
    )
