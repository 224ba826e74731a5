"""What is read out of mails, planned replies, the outbox."""

import sqlalchemy as sa
from alembic import op

from store import columns

revision = "cases_0002"
down_revision = "cases_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_dispositions()
    _make_identifiers()
    _make_known_ids()
    _make_mail_keys()
    _make_parts()
    _make_planned_replies()
    _make_redactions()
    _make_outbox()
    _make_attempts()


def _make_dispositions() -> None:
    op.create_table(
        "dispositions",
        sa.Column("ledger_id", columns.BigId, autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("case_id", columns.BigId, nullable=True),
        sa.Column("message_id", columns.BigId, nullable=True),
        sa.Column("reason", columns.Text(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_dispositions_case_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_dispositions_message_id"),
        sa.PrimaryKeyConstraint("ledger_id", name="pk_dispositions"),
    )
    op.create_index("ix_dispositions_case_id", "dispositions", ["case_id"], unique=False)


def _make_identifiers() -> None:
    op.create_table(
        "identifiers",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("case_id", columns.BigId, nullable=False),
        sa.Column("message_id", columns.BigId, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value", columns.Text(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("reader_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_identifiers_case_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_identifiers_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_identifiers"),
    )
    op.create_index("ix_identifiers_case_id", "identifiers", ["case_id"], unique=False)
    op.create_index("ix_identifiers_message_id", "identifiers", ["message_id"], unique=False)
    op.create_index("ix_identifiers_value_kind", "identifiers", ["value", "kind"], unique=False)


def _make_known_ids() -> None:
    op.create_table(
        "known_ids",
        sa.Column("rfc_message_id", columns.Text(), nullable=False),
        sa.Column("message_id", columns.BigId, nullable=False),
        sa.Column("case_id", columns.BigId, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_known_ids_case_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_known_ids_message_id"),
        sa.PrimaryKeyConstraint("message_id", name="pk_known_ids"),
    )
    op.create_index("ix_known_ids_rfc_message_id", "known_ids", ["rfc_message_id"], unique=False)


def _make_mail_keys() -> None:
    op.create_table(
        "mail_keys",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("ledger_id", columns.BigId, nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("case_id", columns.BigId, nullable=True),
        sa.Column("message_id", columns.BigId, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_mail_keys_case_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_mail_keys_message_id"),
        sa.PrimaryKeyConstraint("key", name="pk_mail_keys"),
    )


def _make_parts() -> None:
    op.create_table(
        "parts",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("message_id", columns.BigId, nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("start", columns.BigId, nullable=False),
        sa.Column("length", columns.BigId, nullable=False),
        sa.Column("encoding", sa.String(length=32), nullable=False),
        sa.Column("content_type", columns.Text(), nullable=False),
        sa.Column("charset", columns.Text(), nullable=True),
        sa.Column("filename", columns.Text(), nullable=True),
        sa.Column("content_id", columns.Text(), nullable=True),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.Column("attachment", sa.Boolean(), nullable=False),
        sa.Column("size", columns.BigId, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reader_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_parts_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_parts"),
    )
    op.create_index("ix_parts_message_id", "parts", ["message_id"], unique=False)


def _make_planned_replies() -> None:
    op.create_table(
        "planned_replies",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("case_id", columns.BigId, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("cause_message_id", columns.BigId, nullable=True),
        sa.Column("participant_id", columns.BigId, nullable=True),
        sa.Column("user_id", columns.BigId, nullable=True),
        sa.Column("note", columns.Text(), nullable=False),
        sa.Column("once_key", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", columns.Instant(), nullable=False),
        sa.Column("not_after", columns.Instant(), nullable=True),
        sa.Column("planned_at", columns.Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", columns.Text(), nullable=False),
        sa.Column("lease_holder", sa.String(length=100), nullable=True),
        sa.Column("lease_until", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_planned_replies_case_id"),
        sa.ForeignKeyConstraint(["cause_message_id"], ["messages.id"], name="fk_planned_replies_cause_message_id"),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name="fk_planned_replies_participant_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_planned_replies_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_planned_replies"),
        sa.UniqueConstraint("once_key", name="uq_planned_replies_once_key"),
    )
    op.create_index("ix_planned_replies_case_id", "planned_replies", ["case_id"], unique=False)
    op.create_index("ix_planned_replies_state_due_at", "planned_replies", ["state", "due_at"], unique=False)


def _make_redactions() -> None:
    op.create_table(
        "redactions",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("message_id", columns.BigId, nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("reason", columns.Text(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_redactions_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_redactions"),
    )
    op.create_index("ix_redactions_message_id", "redactions", ["message_id"], unique=False)


def _make_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("planned_id", columns.BigId, nullable=True),
        sa.Column("case_id", columns.BigId, nullable=False),
        sa.Column("message_id", columns.BigId, nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("rfc_message_id", columns.Text(), nullable=False),
        sa.Column("envelope_from", columns.Text(), nullable=False),
        sa.Column("envelope_to", columns.Text(), nullable=False),
        sa.Column("subject", columns.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("location", sa.String(length=200), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("not_after", columns.Instant(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("in_data", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", columns.Instant(), nullable=False),
        sa.Column("last_error", columns.Text(), nullable=False),
        sa.Column("hold_reason", columns.Text(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("sent_at", columns.Instant(), nullable=True),
        sa.Column("lease_holder", sa.String(length=100), nullable=True),
        sa.Column("lease_until", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_outbox_case_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_outbox_message_id"),
        sa.ForeignKeyConstraint(["planned_id"], ["planned_replies.id"], name="fk_outbox_planned_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("planned_id", name="uq_outbox_planned_id"),
        sa.UniqueConstraint("rfc_message_id", name="uq_outbox_rfc_message_id"),
    )
    op.create_index("ix_outbox_case_id", "outbox", ["case_id"], unique=False)
    op.create_index("ix_outbox_case_id_envelope_to_state", "outbox", ["case_id", "envelope_to", "state"], unique=False)
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"], unique=False)
    op.create_index("ix_outbox_state_next_try_at", "outbox", ["state", "next_try_at"], unique=False)


def _make_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("outbox_id", columns.BigId, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("response", columns.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_attempts_outbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
    op.create_index("ix_attempts_outbox_id", "attempts", ["outbox_id"], unique=False)
