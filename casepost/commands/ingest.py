"""`casepost ingest`: one mail on standard input, for the pipe transport of a mail server.

The exit codes are those of sysexits.h, which mail servers act on: 75 makes them try again, 65 and 67 make them
return the mail. A fault of the configuration is 75 too: it is mended while the mail waits. So is what takes too
long, since Postfix returns a mail whose program it has to end. Nothing is ever written to standard output but the
JSON that was asked for: a mail server would put it into the bounce.
"""

import os
import sys
import threading
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from pathlib import Path
from typing import NoReturn

import click

from casepost.app import App
from casepost.commands.common import config_option, json_option, open_app, print_json
from casepost.config import ConfigError
from cases.arrival import Arrival, Channel
from cases.errors import PermanentError
from store.failpoints import Step, reach
from store.people import find_queue, load_queues

EX_DATAERR, EX_NOUSER, EX_TEMPFAIL = 65, 67, 75
DEADLINE_SECONDS = 300.0  # a third of what Postfix gives a program (pipe(8), command_time_limit)


class PipeCommand(click.Command):
    """A command that tells a mail server to try again when it was called wrongly, fails or hangs."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments; what is wrong with them is said, and the mail stays in the mail server's queue."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.show()
            ctx.exit(EX_TEMPFAIL)

    def invoke(self, ctx: click.Context) -> object:
        """Run it; a fault of whatever kind ends in one plain line, and the mail stays in the mail server's queue."""
        deadline = threading.Timer(DEADLINE_SECONDS, _give_up)
        deadline.daemon = True
        deadline.start()
        try:
            return super().invoke(ctx)
        except click.exceptions.Exit:
            raise
        except Exception as error:  # noqa: BLE001  any doubt is "try again": the mail server keeps the mail
            return _fail(ctx, f"not taken, try again: {_plain(error)}", EX_TEMPFAIL)
        finally:
            deadline.cancel()


@click.command(cls=PipeCommand)
@click.option("--recipient", "recipients", multiple=True, required=True, help="An envelope recipient; may be repeated.")
@click.option("--sender", default=None, help='The envelope sender; "" is the null sender [From].')
@json_option
@config_option
def ingest(recipients: tuple[str, ...], sender: str | None, as_json: bool, config_file: Path | None) -> None:
    """Take in one mail from standard input.

    Exits 0 once the mail is durable, else as sysexits.h says.
    """
    ctx = click.get_current_context()
    try:
        app = open_app(config_file)
    except ConfigError as error:
        _fail(ctx, str(error), EX_TEMPFAIL)
    try:
        document = _take(app, sys.stdin.buffer.read(), recipients, sender, wait=as_json)
    except _Refused as refused:
        _fail(ctx, str(refused), refused.code)
    if as_json:
        print_json(document)


class _Refused(PermanentError):
    """The mail is not for us, or no mail."""

    def __init__(self, reason: str, code: int) -> None:
        super().__init__(reason)
        self.code = code


def _take(
    app: App, raw: bytes, recipients: tuple[str, ...], sender: str | None, *, wait: bool
) -> dict[str, object] | None:
    if len(raw) > app.config.smtp.max_message_bytes:
        raise _Refused(f"the mail is larger than {app.config.smtp.max_message_bytes} octets", EX_DATAERR)
    if not raw.strip():
        raise _Refused("nothing on standard input: this is not a mail", EX_DATAERR)
    with app.store.cases.read() as connection:
        queues = load_queues(connection)
    for recipient in recipients:
        if find_queue(queues, recipient) is None:
            raise _Refused(f"no queue has the address {recipient}", EX_NOUSER)
    arrival = Arrival(
        raw=raw,
        channel=Channel.PIPE,
        sender=sender if sender is not None else _from_header(raw),
        recipients=recipients,
        received_at=app.clock(),
        trusted=True,
    )
    reach(Step.MAIL_ACCEPTED)
    (ledger_id,) = app.store.ledger.add([arrival])
    reach(Step.LEDGER_COMMITTED)
    if not wait:
        reach(Step.MAIL_PROMISED)
        app.waker.wake()
        return None
    from casepost.work import wait_for_disposition
    from store.views import show_disposition

    applied = wait_for_disposition(app, ledger_id)
    with app.store.cases.read() as connection:
        return show_disposition(connection, applied)


def _from_header(raw: bytes) -> str | None:
    head = BytesHeaderParser().parsebytes(raw[:65536])
    return parseaddr(str(head.get("From", "")))[1] or None


def _fail(ctx: click.Context, reason: str, code: int) -> NoReturn:
    click.echo(f"casepost ingest: {reason}", err=True)
    ctx.exit(code)


def _give_up() -> None:
    """End the program at once, whatever it hangs in: a lock, a disk, a database that does not answer."""
    os.write(2, b"casepost ingest: not taken in time, try again\n")
    os._exit(EX_TEMPFAIL)


def _plain(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
