"""Tables of the two hash chains: of events, and of what rows say. No keys: what they tell of may be gone."""

import sqlalchemy as sa

from store.columns import BigId
from store.people_tables import metadata

# The hash chain: hash = SHA-256(previous hash + commitment), commitment = SHA-256(salt + event).
seals = sa.Table(
    "seals",
    metadata,
    sa.Column("position", BigId, primary_key=True, autoincrement=False),
    sa.Column("event_id", BigId, nullable=False, unique=True),
    sa.Column("commitment", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)

# What is on record of a row as it was when it was vouched for, in a chain of its own whose end is an event: see
# store/vouchers.py. An empty digest: the row was taken away. An erased salt leaves the chain whole.
vouchers = sa.Table(
    "vouchers",
    metadata,
    sa.Column("position", BigId, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("row_id", BigId, nullable=False),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Index(None, "kind", "row_id", "position"),
)

# Rows that the program has taken away, until that is vouched for.
withdrawn = sa.Table(
    "withdrawn",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("row_id", BigId, nullable=False),
)
