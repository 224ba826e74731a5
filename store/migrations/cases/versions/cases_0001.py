"""Keys, people, cases, participants and messages."""

import sqlalchemy as sa
from alembic import op

from store import columns

revision = "cases_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_leases()
    _make_pauses()
    _make_queues()
    _make_seals()
    _make_signing_keys()
    _make_users()
    _make_cases()
    _make_user_addresses()
    _make_user_queues()
    _make_events()
    _make_links()
    _make_participants()
    _make_messages()


def _make_leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("until", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )


def _make_pauses() -> None:
    op.create_table(
        "pauses",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("until", columns.Instant(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", columns.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_pauses"),
    )


def _make_queues() -> None:
    op.create_table(
        "queues",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("name", columns.Text(), nullable=False),
        sa.Column("address", columns.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("country", sa.String(length=8), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("hours", columns.Text(), nullable=False),
        sa.Column("closing_days", columns.Json, nullable=False),
        sa.Column("topics", columns.Json, nullable=False),
        sa.Column("lead", columns.Text(), nullable=False),
        sa.Column("reminders", columns.Json, nullable=False),
        sa.Column("removed_at", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_queues"),
        sa.UniqueConstraint("address", name="uq_queues_address"),
        sa.UniqueConstraint("name", name="uq_queues_name"),
    )


def _make_seals() -> None:
    op.create_table(
        "seals",
        sa.Column("position", columns.BigId, autoincrement=False, nullable=False),
        sa.Column("event_id", columns.BigId, nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_seals"),
        sa.UniqueConstraint("event_id", name="uq_seals_event_id"),
    )


def _make_signing_keys() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("revoked_at", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_signing_keys"),
    )


def _make_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("name", columns.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("delegate_id", columns.BigId, nullable=True),
        sa.Column("away_until", columns.Instant(), nullable=True),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("removed_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["delegate_id"], ["users.id"], name="fk_users_delegate_id"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )


def _make_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("subject", columns.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("queue_id", columns.BigId, nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("requester_name", columns.Text(), nullable=False),
        sa.Column("requester_address", columns.Text(), nullable=False),
        sa.Column("requester_key", columns.Text(), nullable=False),
        sa.Column("assignee_id", columns.BigId, nullable=True),
        sa.Column("missing", columns.Json, nullable=False),
        sa.Column("tags", columns.Json, nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("waiting_since", columns.Instant(), nullable=True),
        sa.Column("first_answer_at", columns.Instant(), nullable=True),
        sa.Column("closed_at", columns.Instant(), nullable=True),
        sa.Column("merged_into_id", columns.BigId, nullable=True),
        sa.Column("legal_hold", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["users.id"], name="fk_cases_assignee_id"),
        sa.ForeignKeyConstraint(["merged_into_id"], ["cases.id"], name="fk_cases_merged_into_id"),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name="fk_cases_queue_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("number", name="uq_cases_number"),
    )
    op.create_index("ix_cases_queue_id_status", "cases", ["queue_id", "status"], unique=False)
    op.create_index("ix_cases_requester_key", "cases", ["requester_key"], unique=False)
    op.create_index("ix_cases_status_updated_at", "cases", ["status", "updated_at"], unique=False)


def _make_user_addresses() -> None:
    op.create_table(
        "user_addresses",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("user_id", columns.BigId, nullable=False),
        sa.Column("address", columns.Text(), nullable=False),
        sa.Column("address_key", columns.Text(), nullable=False),
        sa.Column("passed_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_addresses_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_user_addresses"),
        sa.UniqueConstraint("address_key", name="uq_user_addresses_address_key"),
    )
    op.create_index("ix_user_addresses_user_id", "user_addresses", ["user_id"], unique=False)


def _make_user_queues() -> None:
    op.create_table(
        "user_queues",
        sa.Column("user_id", columns.BigId, nullable=False),
        sa.Column("queue_id", columns.BigId, nullable=False),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name="fk_user_queues_queue_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_queues_user_id"),
        sa.PrimaryKeyConstraint("user_id", "queue_id", name="pk_user_queues"),
    )
    op.create_index("ix_user_queues_queue_id", "user_queues", ["queue_id"], unique=False)


def _make_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("case_id", columns.BigId, nullable=True),
        sa.Column("message_id", columns.BigId, nullable=True),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("actor", columns.Text(), nullable=False),
        sa.Column("what", columns.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_events_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_case_id", "events", ["case_id"], unique=False)
    op.create_index(
        "ix_events_unsealed",
        "events",
        ["id"],
        unique=False,
        sqlite_where=sa.text("sealed = 0"),
        postgresql_where=sa.text("sealed = false"),
    )


def _make_links() -> None:
    op.create_table(
        "links",
        sa.Column("case_id", columns.BigId, nullable=False),
        sa.Column("other_case_id", columns.BigId, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_links_case_id"),
        sa.ForeignKeyConstraint(["other_case_id"], ["cases.id"], name="fk_links_other_case_id"),
        sa.PrimaryKeyConstraint("case_id", "other_case_id", name="pk_links"),
    )
    op.create_index("ix_links_other_case_id", "links", ["other_case_id"], unique=False)


def _make_participants() -> None:
    op.create_table(
        "participants",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("case_id", columns.BigId, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("name", columns.Text(), nullable=False),
        sa.Column("address", columns.Text(), nullable=False),
        sa.Column("address_key", columns.Text(), nullable=False),
        sa.Column("reply_address", columns.Text(), nullable=False),
        sa.Column("joined_at", columns.Instant(), nullable=False),
        sa.Column("joined_by", columns.Text(), nullable=False),
        sa.Column("left_at", columns.Instant(), nullable=True),
        sa.Column("hold_reason", columns.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_participants_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_participants"),
        sa.UniqueConstraint("case_id", "address_key", name="uq_participants_case_id_address_key"),
    )
    op.create_index("ix_participants_address_key", "participants", ["address_key"], unique=False)


def _make_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", columns.BigId, nullable=False),
        sa.Column("case_id", columns.BigId, nullable=False),
        sa.Column("origin_case_id", columns.BigId, nullable=False),
        sa.Column("ledger_id", columns.BigId, nullable=True),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("participant_id", columns.BigId, nullable=True),
        sa.Column("user_id", columns.BigId, nullable=True),
        sa.Column("rfc_message_id", columns.Text(), nullable=True),
        sa.Column("from_name", columns.Text(), nullable=False),
        sa.Column("from_address", columns.Text(), nullable=False),
        sa.Column("to", columns.Json, nullable=False),
        sa.Column("cc", columns.Json, nullable=False),
        sa.Column("subject", columns.Text(), nullable=False),
        sa.Column("text", columns.Text(), nullable=False),
        sa.Column("reply_text", columns.Text(), nullable=False),
        sa.Column("html", columns.Text(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("authentication", sa.String(length=8), nullable=False),
        sa.Column("unconfirmed", sa.Boolean(), nullable=False),
        sa.Column("why", columns.Json, nullable=False),
        sa.Column("defects", columns.Json, nullable=False),
        sa.Column("reader_version", sa.Integer(), nullable=True),
        sa.Column("references", columns.Json, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_messages_case_id"),
        sa.ForeignKeyConstraint(["origin_case_id"], ["cases.id"], name="fk_messages_origin_case_id"),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name="fk_messages_participant_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_messages_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("ledger_id", name="uq_messages_ledger_id"),
    )
    op.create_index("ix_messages_case_id", "messages", ["case_id"], unique=False)
