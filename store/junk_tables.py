"""Tables of mail that is set aside, and of whose mail is or never is. No foreign keys: the ledger is elsewhere."""

import sqlalchemy as sa

from store.columns import BigId, Indexed, Instant, Text
from store.people_tables import metadata

# Mail that is set aside; `rescued_at`: taken back, and decided again. `ledger_id` is no foreign key: see ledger_tables.
junk = sa.Table(
    "junk",
    metadata,
    sa.Column("ledger_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("author", Text, nullable=False),
    sa.Column("subject", Text, nullable=False),
    sa.Column("reason", Text, nullable=False),
    sa.Column("rescued_at", Instant),
    sa.Column("rescued_by", Text),
)

# Whose mail is junk or never is: a folded address, or "@domain" for a domain and all below it.
junk_rules = sa.Table(
    "junk_rules",
    metadata,
    sa.Column("pattern", Indexed, primary_key=True),
    sa.Column("blocks", sa.Boolean, nullable=False),
    sa.Column("added_at", Instant, nullable=False),
    sa.Column("added_by", Text, nullable=False),
)
