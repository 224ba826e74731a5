"""Ids that mails refer to, what was sent unasked, proved authors, templates of a reply, bounces of a participant."""

import sqlalchemy as sa
from alembic import op

from store import columns

revision = "cases_0004"
down_revision = "cases_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only additions, so that nodes of the version before go on beside."""
    op.add_column("messages", sa.Column("authentication_detail", columns.Text(), nullable=False, server_default=""))
    op.add_column("participants", sa.Column("soft_bounces", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("planned_replies", sa.Column("template", sa.String(length=64), nullable=False, server_default=""))
    op.create_table(
        "referred_ids",
        sa.Column("rfc_message_id", columns.Indexed(), nullable=False),
        sa.Column("case_id", columns.BigId, nullable=False),
        sa.Column("message_id", columns.BigId, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_referred_ids_case_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_referred_ids_message_id"),
        sa.PrimaryKeyConstraint("message_id", "rfc_message_id", name="pk_referred_ids"),
    )
    op.create_index("ix_referred_ids_rfc_message_id", "referred_ids", ["rfc_message_id"], unique=False)
    op.create_table(
        "sendings",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("address_key", columns.Indexed(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("case_id", columns.BigId, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("subject_key", columns.Indexed(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_sendings_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sendings"),
    )
    op.create_index("ix_sendings_address_key_at", "sendings", ["address_key", "at"], unique=False)
    op.create_index("ix_sendings_at", "sendings", ["at"], unique=False)
