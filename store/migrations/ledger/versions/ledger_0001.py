"""The ledger and its raw mails."""

import sqlalchemy as sa
from alembic import op

from store import columns

revision = "ledger_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_mails()
    _make_raws()


def _make_mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("received_at", columns.Instant(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("peer", sa.String(length=64), nullable=False),
        sa.Column("helo", columns.Text(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("sender", columns.Text(), nullable=True),
        sa.Column("recipients", columns.Json, nullable=False),
        sa.Column("source_key", sa.String(length=200), nullable=True),
        sa.Column("raw_sha256", sa.String(length=64), nullable=False),
        sa.Column("raw_size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("next_try_at", columns.Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", columns.Text(), nullable=False),
        sa.Column("lease_holder", sa.String(length=100), nullable=True),
        sa.Column("lease_until", columns.Instant(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("reason", columns.Text(), nullable=False),
        sa.Column("done_at", columns.Instant(), nullable=True),
        sa.Column("replaces_id", columns.BigId, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_key"),
    )
    op.create_index("ix_mails_state_next_try_at", "mails", ["state", "next_try_at"], unique=False)


def _make_raws() -> None:
    op.create_table(
        "raws",
        sa.Column("ledger_id", columns.BigId, autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("location", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("ledger_id"),
    )
