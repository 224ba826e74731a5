"""`casepost import`: old mail from mbox files, maildirs, single files, folders of them, and mailboxes."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from casepost.app import App
from casepost.commands.common import config_option, json_option, open_app, print_json
from casepost.commands.mailbox_secret import find_mailbox
from casepost.plain import inert_line
from casepost.progress import Advance, progress
from cases.address import fold_address
from cases.arrival import Arrival, Channel
from cases.errors import PermanentError
from ingest.archive import ArchivedMail, ArchiveProblem, count_mails, mails_in
from store.people import find_queue, load_queues

if TYPE_CHECKING:
    from ingest.read.pool import ReaderPool

_BATCH = 50
_BATCH_OCTETS = 32 * 2**20
_PROBLEMS_SHOWN = 50


class NothingRead(PermanentError):
    """Not one mail could be read."""


@dataclass(kw_only=True, slots=True)
class Import:
    """What has been done so far; `ids` are those of mails that were new."""

    read: int = 0
    known: int = 0
    ids: list[int] = field(default_factory=list)
    problems: list[ArchiveProblem] = field(default_factory=list)


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--recipient", required=True, help="The queue's address that the mails were sent to, or a +tag of it.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Of a mailbox, only what came at this day or later, by the server's date.",
)
@click.option("--password-env", help="The variable with a mailbox's password, where no [[imap]] of the file has it.")
@json_option
@config_option
def import_mail(
    *,
    paths: tuple[str, ...],
    recipient: str,
    since: datetime | None,
    password_env: str | None,
    as_json: bool,
    config_file: Path | None,
) -> None:
    """Take in old mail from mbox files, maildirs, mails and mailboxes.

    Each PATH is one of these, a folder of them, or a mailbox such as imaps://user@host/FOLDER, where nothing is
    changed.

    Run again, it adds nothing twice. Mails older than 7 days are filed without an acknowledgement; newer ones are
    answered as if they had just come.
    """
    app = open_app(config_file)
    _check_recipient(app, recipient)
    done = Import()
    day = since.date() if since else None
    sources = [_open_source(app, path, since=day, password_env=password_env) for path in paths]
    # Where no worker runs the readers are loaded while mails come in: that takes as long as reading a hundred of them.
    with nullcontext() if app.waker.wake() else app.readers(2) as pool:
        with progress("Taking in", lambda: _count(paths)) as advance:
            for batch in _batches(sources, done, advance):
                _add(app, batch, recipient, done)
        left = _take_in(app, done.ids, pool)
    if as_json:
        print_json(
            {
                "read": done.read,
                "added": len(done.ids),
                "known": done.known,
                "problems": [{"where": one.where, "reason": one.reason} for one in done.problems],
            }
        )
    else:
        _report(done, left)
    if not done.read:
        raise NothingRead(f"no mail could be read in {inert_line(', '.join(paths))}")


def _check_recipient(app: App, recipient: str) -> None:
    with app.store.cases.read() as connection:
        queues = load_queues(connection)
    if find_queue(queues, recipient) is None:
        known = ", ".join(queue.address for queue in queues) or "none yet"
        raise click.BadParameter(f"no queue has the address {recipient}; there are: {known}", param_hint="--recipient")


def _open_source(
    app: App, path: str, *, since: date | None, password_env: str | None
) -> Iterable[ArchivedMail | ArchiveProblem]:
    """What `path` holds; a mailbox is opened when its first mail is asked for."""
    max_bytes = app.config.smtp.max_message_bytes
    if _is_mailbox(path):
        from ingest.imap.backfill import mails_in_mailbox

        account, secret = find_mailbox(app, path, password_env)
        return mails_in_mailbox(account, secret, since=since, max_bytes=max_bytes)
    if since is not None:
        raise click.BadParameter(f"it is for mailboxes, and {path!r} is none", param_hint="--since")
    return mails_in(Path(path), max_bytes=max_bytes)


def _is_mailbox(path: str) -> bool:
    return path.startswith(("imap://", "imaps://"))


def _count(paths: Sequence[str]) -> int | None:
    counts = [None if _is_mailbox(path) else count_mails(Path(path)) for path in paths]
    known = [one for one in counts if one is not None]
    return sum(known) if len(known) == len(counts) else None


def _batches(
    sources: Sequence[Iterable[ArchivedMail | ArchiveProblem]], done: Import, advance: Advance
) -> Iterator[list[ArchivedMail]]:
    """Mails in groups that one transaction takes; what is no mail is put on the list of problems."""
    batch: list[ArchivedMail] = []
    octets = 0
    for source in sources:
        for found in source:
            if isinstance(found, ArchiveProblem):
                done.problems.append(found)
            else:
                batch.append(found)
                octets += len(found.raw)
                if len(batch) == _BATCH or octets > _BATCH_OCTETS:
                    yield batch
                    batch, octets = [], 0
            advance()
    if batch:
        yield batch


def _add(app: App, batch: Sequence[ArchivedMail], recipient: str, done: Import) -> None:
    """Make the mails durable that are new; the unique key decides, even if two imports run at a time."""
    arrivals = {_source_key(recipient, mail.raw): mail for mail in batch}
    known = app.store.ledger.find_known(list(arrivals))
    now = app.clock()
    new = [
        Arrival(
            raw=mail.raw,
            channel=Channel.IMPORT,
            sender=None,
            recipients=(recipient,),
            received_at=now,
            trusted=True,
            source_key=key,
        )
        for key, mail in arrivals.items()
        if key not in known
    ]
    done.ids += app.store.ledger.add(new) if new else []
    done.read += len(batch)
    done.known += len(batch) - len(new)


def _source_key(recipient: str, raw: bytes) -> str:
    return "import:" + hashlib.sha256(fold_address(recipient).encode() + raw).hexdigest()


def _take_in(app: App, ids: Sequence[int], pool: "ReaderPool | None") -> int:
    """Leave the work to the worker if one runs, else do it here; how many mails are left for later."""
    if not ids or app.waker.wake():
        return 0
    from casepost.work import take_in_all

    with progress("Working on them", lambda: len(ids)) as advance:
        return take_in_all(app, ids, pool=pool, on_done=advance)


def _report(done: Import, left: int) -> None:
    click.echo(
        f"{done.read} mail{'s' if done.read != 1 else ''} read, {len(done.ids)} added, {done.known} known before"
    )
    if left:
        click.echo(f"{left} of them could not be worked on now; the next `casepost serve` or `run-due` does it.")
    if done.problems:
        count = len(done.problems)
        click.echo(f"{count} thing{'s' if count > 1 else ''} could not be read:", err=True)
    for one in done.problems[:_PROBLEMS_SHOWN]:
        click.echo(f"  {inert_line(one.where)}: {inert_line(one.reason)}", err=True)
    if len(done.problems) > _PROBLEMS_SHOWN:
        click.echo(f"  and {len(done.problems) - _PROBLEMS_SHOWN} more; --json lists all", err=True)
