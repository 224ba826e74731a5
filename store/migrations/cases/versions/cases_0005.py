"""Revisions of templates that were saved by command or console."""

import sqlalchemy as sa
from alembic import op

from store import columns

revision = "cases_0005"
down_revision = "cases_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only additions, so that nodes of the version before go on beside."""
    op.create_table(
        "template_revisions",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("source", columns.Text(), nullable=True),
        sa.Column("author", columns.Text(), nullable=False),
        sa.Column("reason", columns.Text(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_template_revisions"),
    )
    op.create_index("ix_template_revisions_name_language", "template_revisions", ["name", "language"], unique=False)
