"""The one place that wires real things together: from a configuration to a store, a desk, a way out."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from casepost.config import AgentsNeed, Config, IdentityCheck, Queue, Reminders, parse_listen
from casepost.node import find_node_name
from cases import model
from cases.limits import Limits
from cases.mail import Part
from cases.transfer import decode_part
from store.clock import Clock, real_clock
from store.seeding import QueueSeed
from store.store import Store, open_store, seed_store
from store.wake import Waker

if TYPE_CHECKING:
    from ingest.files.picture_pool import PicturePool
    from ingest.imap.mailbox import Mailbox
    from ingest.look_over import Eyes, LookOver
    from ingest.read.pool import ReaderPool
    from ingest.read.rules import ReadingRules
    from ingest.take_in import CheckIdentity, Policy, Reader, ScanFiles, TakeIn
    from ingest.virus import Clamd
    from responder.delivery import Delivery
    from responder.due import Due
    from responder.letters import Desk
    from responder.templates import Templates
    from responder.transport import Transport
    from store.retention import Retention


@dataclass(frozen=True)
class App:
    """A configured casepost. What is slow to import or to open is so only when it is first used."""

    config: Config
    environ: Mapping[str, str]
    clock: Clock = real_clock

    @cached_property
    def store(self) -> Store:
        """The store, opened, migrated and seeded."""
        os.umask(0o077)
        store = open_store(
            self.config.data_dir, self.config.database_url, blob_url=self.config.blob_url, clock=self.clock
        )
        seed_store(store, self.seeds(), _reminders(self.config.reminders), clock=self.clock)
        return store

    def seeds(self) -> list[QueueSeed]:
        """The queues as the configuration names them."""
        return [_seed(queue) for queue in self.config.queues]

    def close(self) -> None:
        """Close what was opened."""
        if "store" in self.__dict__:
            self.store.close()

    @cached_property
    def node(self) -> str:
        """The name of this node on leases."""
        return find_node_name(self.config.data_dir)

    def holder(self, role: str) -> str:
        """This process's name on the leases it takes."""
        return f"{self.node}:{role}:{os.getpid()}"

    @property
    def waker(self) -> Waker:
        """Wakes this machine's worker."""
        return Waker(self.config.data_dir)

    @cached_property
    def templates(self) -> "Templates":
        """The templates, an administrator's own before the shipped ones."""
        from responder.templates import Templates, shipped_folder
        from store.revisions import SavedTemplates

        saved = SavedTemplates(self.store.cases)
        return Templates(shipped=shipped_folder(), own=self.config.templates_dir, saved=saved)

    @property
    def reading_rules(self) -> "ReadingRules":
        """What this installation adds to the reader's rules."""
        from ingest.identifiers.own_kinds import OwnKind
        from ingest.read.rules import ReadingRules

        own = tuple(
            OwnKind(name=identifier.name, labels=identifier.label, pattern=identifier.pattern)
            for identifier in self.config.identifiers
        )
        return ReadingRules(own_kinds=own, topics_dir=self.config.reading.topics_dir)

    def readers(self, size: int = 1) -> "ReaderPool":
        """Children that read mails by this installation's rules; to be closed."""
        from ingest.read.pool import ReaderPool

        return ReaderPool(size=size, rules=self.reading_rules)

    def eyes(self, size: int = 1) -> "PicturePool":
        """Children that look at pictures; to be closed."""
        from ingest.files.picture_pool import PicturePool

        return PicturePool(size=size, own_kinds=self.reading_rules.own_kinds)

    def take_in(self, reader: "Reader", *, role: str) -> "TakeIn":
        """The shell that works on mails of the ledger."""
        from ingest.take_in import TakeIn

        return TakeIn(
            ledger=self.store.ledger,
            cases=self.store.cases,
            keyring=self.store.keyring,
            reader=reader,
            holder=self.holder(role),
            check_identity=self._check_identity(),
            scan=self._scan(),
            policy=self._policy(),
        )

    def _check_identity(self) -> "CheckIdentity":
        from ingest.identity.check import Checker
        from ingest.identity.facts import Rules
        from ingest.take_in import checks_by

        given = self.config.identity
        rules = Rules(
            check_on=given.check is IdentityCheck.AUTO,
            authserv_id=self.config.smtp.authserv_id,
            forwarders=given.forwarders,
            arc_sealers=given.arc_sealers,
            relay_domains=given.relay_domains,
            nameservers=given.nameservers,
        )
        return checks_by(Checker(rules))

    def _scan(self) -> "ScanFiles":
        from ingest.take_in import nobody_scans, scans_by

        clamd = self.clamd()
        return scans_by(clamd) if clamd is not None else nobody_scans

    def clamd(self) -> "Clamd | None":
        """The virus scanner of `[junk] clamd`, None without one."""
        from ingest.virus import Clamd

        listen = parse_listen(self.config.junk.clamd)
        return Clamd(path=listen.path, host=listen.host, port=listen.port) if listen is not None else None

    def _policy(self) -> "Policy":
        from ingest.take_in import Policy

        identity = self.config.identity
        return Policy(
            templates=self.templates.own_names,
            agents_need_pass=identity.agents_need is AgentsNeed.TOKEN_AND_PASS,
            agent_signatures=self.config.delivery.agent_signatures,
            relay_domains=frozenset(identity.relay_domains),
            relays_find_spam=self.config.junk.believe_relays,
        )

    def look_over(self, eyes: "Eyes", *, role: str) -> "LookOver":
        """The shell that looks at pictures."""
        from ingest.look_over import LookOver

        return LookOver(ledger=self.store.ledger, cases=self.store.cases, eyes=eyes, holder=self.holder(role))

    def due(self, *, role: str) -> "Due":
        """The shell that writes what is due."""
        from responder.due import Due

        return Due(
            cases=self.store.cases,
            blobs=self.store.blobs,
            desk=self.desk,
            holder=self.holder(role),
            limits=self._limits(),
            hold=self.config.delivery.hold,
            sign=self.sign,
        )

    @property
    def desk(self) -> "Desk":
        """What letters are written with."""
        from responder.letters import Desk

        return Desk(
            keyring=self.store.keyring,
            templates=self.templates,
            load_parts=self.load_parts,
            links={link.kind: link.url for link in self.config.links},
        )

    @cached_property
    def sign(self) -> Callable[[bytes], bytes]:
        """Signs a mail by the key of `[delivery]`; without one a mail stays as it is."""
        from responder.due import leave_unsigned

        delivery = self.config.delivery
        if delivery.dkim_key_file is None:
            return leave_unsigned
        from responder.dkim import load_signer

        return load_signer(delivery.dkim_selector, delivery.dkim_key_file).sign

    def delivery(self, transport: "Transport", *, role: str) -> "Delivery":
        """The shell that hands the outbox over."""
        from responder.delivery import Delivery

        return Delivery(
            cases=self.store.cases,
            blobs=self.store.blobs,
            transport=transport,
            holder=self.holder(role),
            way=self.config.delivery.url or "outbox",
            per_minute=self.config.delivery.per_minute,
        )

    def transport(self) -> "Transport":
        """The way out: a maildir in data_dir, or the SMTP server of `[delivery] url`."""
        from responder.transport import MaildirTransport, SmtpTransport, parse_delivery_url

        delivery = self.config.delivery
        if not delivery.url:
            return MaildirTransport(self.config.data_dir / "outbox")
        password = self.environ.get(delivery.password_env, "") if delivery.password_env else ""
        return SmtpTransport(parse_delivery_url(delivery.url), password=password)

    def mailboxes(self) -> "list[Mailbox]":
        """The mailboxes of `[[imap]]`, with what opens them."""
        from ingest.imap.mailbox import make_mailbox

        return [
            make_mailbox(
                given.url,
                password=self.environ.get(given.password_env, ""),
                token_command=given.oauth_token_command,
                after=given.after,
                recipient=given.recipient,
                quiet_after=given.quiet_after,
            )
            for given in self.config.imap
        ]

    @property
    def retention(self) -> "Retention":
        """How long things are kept."""
        from cases.hours import parse_delay
        from store.retention import Retention

        given = self.config.retention
        return Retention(closed=parse_delay(given.closed_after), junk=parse_delay(given.junk_after))

    def load_parts(self, ledger_id: int, parts: Sequence[Part]) -> list[bytes]:
        """The contents of attachments: ranges of their raw mail, decoded."""
        raw = self.store.ledger.load(ledger_id)
        return [decode_part(raw[part.offset : part.offset + part.length], part) for part in parts]

    def _limits(self) -> Limits:
        given = self.config.limits
        return Limits(
            per_address_hour=given.per_address_hour,
            per_address_day=given.per_address_day,
            unproved_hour=given.unproved_hour,
            same_subject_hours=given.same_subject_hours,
            robot_pair_day=given.robot_pair_day,
        )


def _reminders(given: Reminders) -> model.Reminders:
    return model.Reminders(
        agent_after=given.agent_after,
        escalate_after=given.escalate_after,
        seller_after=given.seller_after,
        close_after=given.close_after,
        clock=given.clock.value,
    )


def _seed(queue: Queue) -> QueueSeed:
    return QueueSeed(
        queue=model.Queue(
            id=0,
            name=queue.name,
            address=queue.address,
            language=queue.language,
            country=queue.country,
            timezone=queue.timezone,
            hours=queue.hours,
            closing_days=tuple(day.isoformat() for day in queue.closing_days),
            topics=queue.topics,
            lead=queue.lead,
        ),
        agents=queue.agents,
        reminders=_reminders(queue.reminders),
    )
