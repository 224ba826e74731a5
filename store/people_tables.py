"""Tables of keys, queues and staff. `metadata` holds these and all tables of `store.tables`."""

import sqlalchemy as sa

from store.columns import BigId, Instant, Json, Text

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

# `mark` is another one after each change of what `name` stands for; triggers see to it.
marks = sa.Table(
    "marks",
    metadata,
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("mark", sa.BigInteger, nullable=False),
)

signing_keys = sa.Table(
    "signing_keys",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
)

queues = sa.Table(
    "queues",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("name", Text, nullable=False, unique=True),
    sa.Column("address", Text, nullable=False, unique=True),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("country", sa.String(8), nullable=False),
    sa.Column("timezone", sa.String(64), nullable=False),
    sa.Column("hours", Text, nullable=False),
    sa.Column("closing_days", Json, nullable=False),
    sa.Column("topics", Json, nullable=False),
    sa.Column("lead", Text, nullable=False),
    sa.Column("reminders", Json, nullable=False),
    sa.Column("removed_at", Instant),
)

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("name", Text, nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("delegate_id", BigId, sa.ForeignKey("users.id")),
    sa.Column("away_until", Instant),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("removed_at", Instant),
)

# `address_key` is the address folded for comparison; the first address of a user is the one written to.
user_addresses = sa.Table(
    "user_addresses",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("user_id", BigId, sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("address", Text, nullable=False),
    sa.Column("address_key", Text, nullable=False, unique=True),
    sa.Column("passed_at", Instant),
)

user_queues = sa.Table(
    "user_queues",
    metadata,
    sa.Column("user_id", BigId, sa.ForeignKey("users.id"), primary_key=True),
    sa.Column("queue_id", BigId, sa.ForeignKey("queues.id"), primary_key=True, index=True),
)
