"""Tables of the ledger: every mail that was promised, with its raw bytes. No key into the case tables.

On SQLite they are a file of their own, so that taking in and working on cases have a writer each.
"""

import sqlalchemy as sa

from store.columns import BigId, Indexed, Instant, Json, Text

metadata = sa.MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s"})

# One row a mail with all its envelope recipients. States: new -> working -> done | quarantined; docs/architecture.md.
mails = sa.Table(
    "mails",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("peer", sa.String(64), nullable=False),
    sa.Column("helo", Text, nullable=False),
    sa.Column("trusted", sa.Boolean, nullable=False),
    sa.Column("sender", Text),
    sa.Column("recipients", Json, nullable=False),
    sa.Column("source_key", sa.String(200), unique=True),
    sa.Column("raw_sha256", sa.String(64), nullable=False),
    sa.Column("raw_size", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("next_try_at", Instant, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("last_error", Text, nullable=False),
    sa.Column("lease_holder", sa.String(100)),
    sa.Column("lease_until", Instant),
    sa.Column("outcome", sa.String(16)),
    sa.Column("reason", Text, nullable=False),
    sa.Column("done_at", Instant),
    sa.Column("replaces_id", BigId),
    sa.Index(None, "state", "next_try_at"),
)

# Where the raw bytes are: in the row, or under a location that only store/raw.py can read.
raws = sa.Table(
    "raws",
    metadata,
    sa.Column("ledger_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("content", sa.LargeBinary),
    sa.Column("location", sa.String(200)),
    sa.Index(
        "ix_raws_location",
        "location",
        sqlite_where=sa.text("location IS NOT NULL"),
        postgresql_where=sa.text("location IS NOT NULL"),
    ),
)

# Large bytes in pieces, for `location`s that begin with rows:; see store/blob_rows.py.
raw_pieces = sa.Table(
    "raw_pieces",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kept_at", Instant, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

# One row a mailbox that is fetched by IMAP: how far it was read, by whom, and how that goes; see store/mailboxes.py.
# UIDs hold under one UIDVALIDITY only (RFC 3501 section 2.3.1.1). Up to archive_uid the mails lay there before us.
mailboxes = sa.Table(
    "mailboxes",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("name", Indexed, nullable=False, unique=True),
    sa.Column("uidvalidity", sa.BigInteger),
    sa.Column("taken_uid", sa.BigInteger, nullable=False),
    sa.Column("settled_uid", sa.BigInteger, nullable=False),
    sa.Column("archive_uid", sa.BigInteger, nullable=False),
    sa.Column("added_at", Instant, nullable=False),
    sa.Column("fetched_at", Instant),
    sa.Column("mail_at", Instant),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("failing_since", Instant),
    sa.Column("trouble", sa.String(16), nullable=False),
    sa.Column("says", Text, nullable=False),
    sa.Column("lease_holder", sa.String(100)),
    sa.Column("lease_until", Instant),
)

# Mails that were seen in a mailbox and not taken: too large, or not given out by the server. They stay where they are.
left_mails = sa.Table(
    "left_mails",
    metadata,
    sa.Column("mailbox_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("uidvalidity", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("uid", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("reason", Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_try_at", Instant),
)
