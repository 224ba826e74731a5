"""What keeps mail honest and people's data within bounds: junk lists, redactions, holds, retention."""

import sqlalchemy as sa
from alembic import op

from store import columns

revision = "cases_0007"
down_revision = "cases_0006"
branch_labels = None
depends_on = None
oldest = "cases_0007"


def upgrade() -> None:
    """Only additions, so that nodes of the version before go on beside."""
    op.add_column("cases_schema", sa.Column("oldest", sa.String(length=32), nullable=True))
    op.add_column("cases_schema", sa.Column("since", columns.Instant(), nullable=True))
    located = sa.text("location IS NOT NULL")
    op.create_index("ix_outbox_location", "outbox", ["location"], sqlite_where=located, postgresql_where=located)
    for table, key in (("cases", "id"), ("messages", "id"), ("dispositions", "ledger_id"), ("outbox", "id")):
        op.add_column(table, sa.Column("vouched", sa.Boolean(), nullable=False, server_default=sa.false()))
        op.create_index(
            f"ix_{table}_not_vouched",
            table,
            [key],
            sqlite_where=sa.text("vouched = 0"),
            postgresql_where=sa.text("vouched = false"),
        )
    op.create_table(
        "vouchers",
        sa.Column("position", columns.BigId, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("row_id", columns.BigId, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_vouchers"),
    )
    op.create_index("ix_vouchers_kind_row_id_position", "vouchers", ["kind", "row_id", "position"])
    op.create_table(
        "withdrawn",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("row_id", columns.BigId, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_withdrawn"),
    )
    op.create_table(
        "alarms",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("since", columns.Instant(), nullable=False),
        sa.Column("seen_at", columns.Instant(), nullable=False),
        sa.Column("told_at", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_alarms"),
    )
    op.add_column("parts", sa.Column("verdict", columns.Text(), nullable=False, server_default=""))
    op.create_table(
        "junk",
        sa.Column("ledger_id", columns.BigId, autoincrement=False, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("author", columns.Text(), nullable=False),
        sa.Column("subject", columns.Text(), nullable=False),
        sa.Column("reason", columns.Text(), nullable=False),
        sa.Column("rescued_at", columns.Instant(), nullable=True),
        sa.Column("rescued_by", columns.Text(), nullable=True),
        sa.PrimaryKeyConstraint("ledger_id", name="pk_junk"),
    )
    op.create_table(
        "junk_rules",
        sa.Column("pattern", columns.Indexed(), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("added_at", columns.Instant(), nullable=False),
        sa.Column("added_by", columns.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pattern", name="pk_junk_rules"),
    )
