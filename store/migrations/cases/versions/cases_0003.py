"""Files within a part, files that are looked at later, and in which file an identifier was seen."""

import sqlalchemy as sa
from alembic import op

from store import columns

revision = "cases_0003"
down_revision = "cases_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only additions, so that nodes of the version before go on beside."""
    op.add_column("parts", sa.Column("inside", columns.BigId, nullable=True))
    op.add_column("identifiers", sa.Column("path", sa.String(length=200), nullable=True))
    op.create_table(
        "looks",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("message_id", columns.BigId, nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", columns.Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", columns.Text(), nullable=False),
        sa.Column("lease_holder", sa.String(length=100), nullable=True),
        sa.Column("lease_until", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_looks_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_looks"),
        sa.UniqueConstraint("message_id", "path", name="uq_looks_message_id_path"),
    )
    op.create_index("ix_looks_state_due_at", "looks", ["state", "due_at"], unique=False)
