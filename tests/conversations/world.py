"""Many conversations at once, on one office."""

import random
import tempfile
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from cases.address import fold_address
from cases.model import Reminders
from cases.reference import Role, SignedAddress, make_address
from ingest.take_in import Policy
from store.seeding import QueueSeed
from store.store import open_store, seed_store
from store.tables import cases, participants
from tests.casework import NOW, SUPPORT
from tests.conversations.player import Player, Score
from tests.conversations.talk import RELAY_DOMAINS, Conversation
from tests.office import Office


def play(count: int, *, seed: int, destroyed: frozenset[str] = frozenset(), read_each: int = 20) -> Score:
    """Play `count` conversations in a new store; the same seed gives the same ones."""
    # In memory where there is such a folder: nothing here is about disks.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        return _play(Path(folder), count, seed=seed, destroyed=destroyed, read_each=read_each)


def _play(folder: Path, count: int, *, seed: int, destroyed: frozenset[str], read_each: int) -> Score:
    store = open_store(folder / "var", "", clock=lambda: NOW)
    try:
        seed_store(store, [QueueSeed(queue=SUPPORT, agents=())], Reminders(), clock=lambda: NOW)
        office = Office(store, policy=Policy(relay_domains=RELAY_DOMAINS))
        player = Player(office, read_each=read_each)
        chance = random.Random(seed)
        talks = {
            family: Conversation(
                chance=random.Random(chance.getrandbits(64)),
                keyring=store.keyring,
                sign=lambda number, address: sign(office, number, address),
                family=family,
                at=NOW + timedelta(minutes=chance.randrange(60 * 24 * 60)),
                destroyed=destroyed,
            ).play()
            for family in range(count)
        }
        return player.play(talks)
    finally:
        store.close()


def sign(office: Office, number: str, address: str) -> str:
    """The signed address of a case for one who takes part; of nobody, for one who should and does not."""
    found = office.rows(
        sa.select(participants.c.id)
        .join(cases, cases.c.id == participants.c.case_id)
        .where(cases.c.number == number, participants.c.address_key == fold_address(address))
    )
    signed = SignedAddress(role=Role.SELLER, number=number, subject_id=found[0].id if found else 0)
    return make_address(office.store.keyring, SUPPORT.address, signed)
