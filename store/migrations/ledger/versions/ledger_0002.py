"""Mailboxes that are fetched, and large mails in rows of their own."""

import sqlalchemy as sa
from alembic import op

from store import columns

revision = "ledger_0002"
down_revision = "ledger_0001"
branch_labels = None
depends_on = None
oldest = "ledger_0002"


def upgrade() -> None:
    """Only additions, so that nodes of the version before go on beside."""
    op.add_column("ledger_schema", sa.Column("oldest", sa.String(length=32), nullable=True))
    op.add_column("ledger_schema", sa.Column("since", columns.Instant(), nullable=True))
    _make_pieces()
    _make_mailboxes()


def _make_pieces() -> None:
    op.create_table(
        "raw_pieces",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kept_at", columns.Instant(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", "number"),
    )
    located = sa.text("location IS NOT NULL")
    op.create_index("ix_raws_location", "raws", ["location"], sqlite_where=located, postgresql_where=located)


def _make_mailboxes() -> None:
    op.create_table(
        "mailboxes",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("name", columns.Indexed(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("taken_uid", sa.BigInteger(), nullable=False),
        sa.Column("settled_uid", sa.BigInteger(), nullable=False),
        sa.Column("archive_uid", sa.BigInteger(), nullable=False),
        sa.Column("added_at", columns.Instant(), nullable=False),
        sa.Column("fetched_at", columns.Instant(), nullable=True),
        sa.Column("mail_at", columns.Instant(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", columns.Instant(), nullable=True),
        sa.Column("trouble", sa.String(length=16), nullable=False),
        sa.Column("says", columns.Text(), nullable=False),
        sa.Column("lease_holder", sa.String(length=100), nullable=True),
        sa.Column("lease_until", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "left_mails",
        sa.Column("mailbox_id", columns.BigId, autoincrement=False, nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", columns.Instant(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("reason", columns.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("mailbox_id", "uidvalidity", "uid"),
    )
