"""What would stop this installation from working, each with its mend. Each check is one function of `CHECKS`."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy.exc import SQLAlchemyError

from casepost.alarms import FREE_MAILS
from casepost.app import App
from casepost.config.example import write_value
from cases.address import fold_address
from cases.errors import CasepostError
from store.looks import count_waiting_looks
from store.mailbox_health import load_health
from store.people import agents_of, find_user, load_queues, load_reminders, load_users
from store.seeding import find_drift

_RENEW_BEFORE = timedelta(days=14)
_CLOCKS_APART = timedelta(seconds=5)


class Level(StrEnum):
    """How bad it is: a fault stops something that is configured, a notice is to be known."""

    OK = "ok"
    NOTICE = "notice"
    FAULT = "fault"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a check found, and what to do about it ("" when there is nothing to do)."""

    check: str
    level: Level
    says: str
    mend: str = ""


def examine(app: App) -> list[Finding]:
    """All checks in order; where the store does not open, those that need it are left out."""
    findings: list[Finding] = []
    for name, check in CHECKS:
        if name in _NEED_STORE and any(one.check == "store" and one.level is Level.FAULT for one in findings):
            continue
        try:
            found = [Finding(check=name, level=level, says=says, mend=mend) for level, says, mend in check(app)]
        except (CasepostError, OSError, SQLAlchemyError, ImportError) as error:
            says = str(error).split("\n", maxsplit=1)[0] or type(error).__name__
            findings.append(Finding(check=name, level=Level.FAULT, says=says, mend=_MENDS.get(name, "")))
            continue
        findings += found or [Finding(check=name, level=Level.OK, says=_OK[name])]
    return findings


_Said = tuple[Level, str, str]


def _check_folder(app: App) -> Iterator[_Said]:
    folder = app.config.data_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Level.FAULT, f"{folder} cannot be written", "give the folder to the user that casepost runs as"
    if folder.stat().st_mode & 0o077:
        yield Level.NOTICE, f"{folder} can be read by others on this machine", f"chmod 700 {folder}"
    free = shutil.disk_usage(folder).free
    if free < max(FREE_MAILS * app.config.smtp.max_message_bytes, app.config.smtp.min_free_bytes):
        yield Level.FAULT, f"only {free // 2**20} MB are free in {folder}", "make room: mail is refused when it is full"


def _check_store(app: App) -> Iterator[_Said]:
    with app.store.cases.read(), app.store.ledger_database.read():
        pass
    return iter(())


def _check_blobs(app: App) -> Iterator[_Said]:
    app.store.blobs.probe()
    return iter(())


def _check_clock(app: App) -> Iterator[_Said]:
    """Leases go by the database server's clock; what is due, and the dates of mails, go by this machine's."""
    ahead = app.store.cases.find_clock_difference()
    if abs(ahead) > _CLOCKS_APART:
        how = "ahead of" if ahead > timedelta() else "behind"
        says = f"this machine's clock is {abs(ahead).total_seconds():.0f} s {how} the database server's"
        yield Level.FAULT, says, "let both follow the same time servers: timedatectl set-ntp true"


def _check_staff(app: App) -> Iterator[_Said]:
    with app.store.cases.read() as connection:
        queues = {queue.name: queue for queue in load_queues(connection)}
        staff = {name: agents_of(connection, queue.id) for name, queue in queues.items()}
    for name, agents in staff.items():
        if not agents:
            yield (
                Level.FAULT,
                f"the queue {name} has no agents",
                f"casepost user add ADDRESS --role agent --queue {name}",
            )
    for given in app.config.queues:
        if given.name not in queues:
            yield Level.NOTICE, f"the queue {given.name} of the file is not in the store", "casepost serve makes it"
            continue
        there = {fold_address(address) for agent in staff[given.name] for address in agent.addresses}
        for address in given.agents:
            if fold_address(address) not in there:
                mend = f"casepost user add {address} --role agent --queue {given.name}, or take it out of the file"
                yield Level.NOTICE, f"{address} is an agent of {given.name} in the file and not in the store", mend


def _check_queues(app: App) -> Iterator[_Said]:
    """The rows hold where they differ from the file; of people the check of the staff speaks."""
    with app.store.cases.read() as connection:
        drifts = list(find_drift(connection, app.seeds()))
        led = [queue for queue in load_queues(connection) if queue.lead]
        leads = {queue.name: find_user(connection, queue.lead) for queue in led}
        reminders = {queue.name: load_reminders(connection, queue.id) for queue in led}
    for drift in drifts:
        kept = write_value(drift.kept)
        mend = f"casepost queue adopt {drift.queue}, or {drift.key} = {kept} in the file"
        says = f"{drift.key} of the queue {drift.queue} is {kept} in the store, which holds; the file differs"
        yield Level.NOTICE, says, mend
    for queue in led:
        lead = leads[queue.name]
        if lead is None or lead.role == "viewer":
            what = "is not on the staff" if lead is None else "is a viewer"
            mend = (
                f"name another lead in the file, then: casepost queue adopt {queue.name}; "
                f"or casepost user add {queue.lead} --role agent --queue {queue.name}"
            )
            yield Level.NOTICE, f"{queue.lead}, the lead of {queue.name}, {what}: its agents are told instead", mend
        if not reminders[queue.name].escalate_after:
            mend = f'escalate_after = "PT48H" in the file, or lead = "" and then: casepost queue adopt {queue.name}'
            yield Level.NOTICE, f"the lead of {queue.name} is never told: escalate_after is off", mend


def _check_delivery(app: App) -> Iterator[_Said]:
    delivery = app.config.delivery
    if not delivery.url:
        yield Level.NOTICE, "nothing leaves this machine: [delivery] url is empty", 'url = "smtp://127.0.0.1:25"'
    if delivery.hold:
        yield Level.NOTICE, "all mail is held: [delivery] hold", "hold = false, then casepost delivery release all"
    if delivery.password_env and not app.environ.get(delivery.password_env):
        mend = f"set {delivery.password_env} in the service's environment"
        yield Level.FAULT, f"{delivery.password_env} holds no password for the mail server", mend


def _check_dkim(app: App) -> Iterator[_Said]:
    delivery = app.config.delivery
    if delivery.dkim_key_file is None:
        if delivery.url:
            mend = "name a key and its selector: [delivery] dkim_key_file, dkim_selector"
            yield (
                Level.NOTICE,
                "mail leaves unsigned, which is right only where the mail server that takes it signs",
                mend,
            )
        return
    from responder.dkim import is_published, load_signer

    if delivery.dkim_key_file.stat().st_mode & 0o077:
        mend = f"chmod 600 {delivery.dkim_key_file}"
        yield Level.NOTICE, f"{delivery.dkim_key_file} can be read by others on this machine", mend
    signer = load_signer(delivery.dkim_selector, delivery.dkim_key_file)
    for domain in sorted({queue.address.rpartition("@")[2] for queue in app.config.queues}):
        name = f"{signer.selector}._domainkey.{domain}"
        mend = f'publish the TXT record {name}: "{signer.record}"'
        published = is_published(signer, domain)
        if published is None:
            yield Level.NOTICE, f"the DNS does not answer for {name}", "try again; or " + mend
        elif not published:
            yield Level.FAULT, f"{name} does not hold the key that mail is signed with", mend


def _check_templates(app: App) -> Iterator[_Said]:
    folder = app.config.templates_dir
    if folder is not None and not folder.is_dir():
        yield Level.FAULT, f"templates_dir {folder} is no folder", "make it, or take the key out of the file"


def _check_pictures(app: App) -> Iterator[_Said]:
    from ingest.files.picture_pool import can_look
    from ingest.files.tesseract import find_tesseract

    if not can_look():
        waiting = count_waiting_looks(app.store.cases)
        says = f"pictures are not read: text recognition is not installed ({waiting} wait to be looked at)"
        yield Level.NOTICE, says, "pip install 'casepost[ocr]'"
    elif find_tesseract() is None:
        says = "light text on dark pictures may be missed: tesseract, the second reader, is not installed"
        yield Level.NOTICE, says, "apt-get install tesseract-ocr"


def _check_certificate(app: App) -> Iterator[_Said]:
    smtp = app.config.smtp
    if smtp.tls_cert is None or smtp.tls_key is None:
        return
    from cryptography.x509 import load_pem_x509_certificate

    from ingest.smtp import Certificate

    Certificate(smtp.tls_cert, smtp.tls_key)
    left = load_pem_x509_certificate(smtp.tls_cert.read_bytes()).not_valid_after_utc - app.clock()
    mend = f"renew {smtp.tls_cert}; a new one holds without a restart"
    if left <= timedelta():
        yield Level.FAULT, f"the certificate in {smtp.tls_cert} has ended", mend
    elif left < _RENEW_BEFORE:
        yield Level.NOTICE, f"the certificate in {smtp.tls_cert} ends in {left.days} days", mend
    if smtp.tls_key.stat().st_mode & 0o077:
        yield Level.NOTICE, f"{smtp.tls_key} can be read by others on this machine", f"chmod 600 {smtp.tls_key}"


def _check_alarms(app: App) -> Iterator[_Said]:
    """Somebody has to hear of it when something waits too long."""
    if app.config.alarms.to:
        return
    with app.store.cases.read() as connection:
        if not any(user.role == "admin" for user in load_users(connection)):
            mend = "casepost user add ADDRESS --role admin, or [alarms] to"
            yield Level.NOTICE, "nobody is told by mail when something waits too long", mend


def _check_scanner(app: App) -> Iterator[_Said]:
    clamd = app.clamd()
    if clamd is not None:
        clamd.version()
    return iter(())


def _check_mailboxes(app: App) -> Iterator[_Said]:
    from ingest.imap.look import look_at

    mailboxes = app.mailboxes()
    for mailbox in mailboxes:
        for seen in look_at(mailbox):
            yield Level.FAULT if seen.is_fault else Level.NOTICE, seen.says, seen.mend
    for one in load_health(app.store.ledger_database, names=[mailbox.account.name for mailbox in mailboxes]):
        if one.left:
            mend = "look at them there; what is too large comes once [smtp] max_message_bytes allows it"
            yield Level.NOTICE, f"{one.name}: {one.left} mails stay there, the oldest: {one.left_reason}", mend


CHECKS: tuple[tuple[str, Callable[[App], Iterator[_Said]]], ...] = (
    ("folder", _check_folder),
    ("store", _check_store),
    ("blobs", _check_blobs),
    ("clock", _check_clock),
    ("staff", _check_staff),
    ("queues", _check_queues),
    ("delivery", _check_delivery),
    ("dkim", _check_dkim),
    ("templates", _check_templates),
    ("pictures", _check_pictures),
    ("certificate", _check_certificate),
    ("alarms", _check_alarms),
    ("scanner", _check_scanner),
    ("mailboxes", _check_mailboxes),
)
_OK = {
    "folder": "data_dir can be written, is closed to others and has room",
    "store": "ledger and cases open",
    "blobs": "large mails are kept and given back",
    "clock": "this machine and the database server have the same time",
    "staff": "each queue has agents, and the file and the store agree",
    "queues": "the file and the store say the same, and leads are on the staff",
    "delivery": "a way out is configured",
    "dkim": "mail is signed by a key that the DNS holds, or none leaves this machine",
    "templates": "the administrator's folder is there, or none is named",
    "pictures": "pictures are read by two readers",
    "certificate": "STARTTLS has a certificate that holds, or is not offered",
    "alarms": "somebody is told when something waits too long",
    "scanner": "ClamAV answers, or none is configured",
    "mailboxes": "each mailbox opens, or none is configured",
}
_NEED_STORE = ("mailboxes", "blobs", "clock", "alarms", "staff", "queues", "pictures")
_MENDS = {
    "folder": "name a folder that casepost may make and write: data_dir",
    "certificate": "correct [smtp] tls_cert and tls_key: a PEM file each, the key without a passphrase",
    "scanner": "start clamd, or correct [junk] clamd; files of mails that come meanwhile wait ten minutes for it",
    "store": "see database_url and data_dir; a newer casepost may have made it",
    "blobs": "see blob_url, and AWS_ENDPOINT_URL, AWS_REGION and the keys in the service's environment",
}
