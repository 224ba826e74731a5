"""How long cases wait for an answer, for the figures."""

import sqlalchemy as sa
from alembic import op

from store import columns

revision = "cases_0006"
down_revision = "cases_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only additions, so that nodes of the version before go on beside."""
    op.create_table(
        "waits",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("case_id", columns.BigId, nullable=False),
        sa.Column("queue_id", columns.BigId, nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("began_at", columns.Instant(), nullable=False),
        sa.Column("promised_at", columns.Instant(), nullable=True),
        sa.Column("answered_at", columns.Instant(), nullable=True),
        sa.Column("ended_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_waits_case_id"),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name="fk_waits_queue_id"),
        sa.PrimaryKeyConstraint("id", name="pk_waits"),
    )
    op.create_index("ix_waits_case_id", "waits", ["case_id"], unique=False)
    op.create_index("ix_waits_queue_id_began_at", "waits", ["queue_id", "began_at"], unique=False)
