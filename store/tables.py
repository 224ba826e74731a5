"""Tables of cases, participants, messages, planned replies, outbox and events.

Uniqueness that races decide lives in narrow tables (mail_keys, dispositions, known_ids), so that messages
and events can be split by month.
"""

import sqlalchemy as sa

from store.chain_tables import seals as seals  # noqa: PLC0414
from store.chain_tables import vouchers as vouchers  # noqa: PLC0414
from store.chain_tables import withdrawn as withdrawn  # noqa: PLC0414
from store.columns import BigId, Indexed, Instant, Json, Text
from store.junk_tables import junk as junk  # noqa: PLC0414
from store.junk_tables import junk_rules as junk_rules  # noqa: PLC0414
from store.people_tables import metadata as metadata  # noqa: PLC0414  with all tables known to it


def _case(name: str = "case_id", *, nullable: bool = False, index: bool = True) -> sa.Column[int]:
    return sa.Column(name, BigId, sa.ForeignKey("cases.id"), nullable=nullable, index=index)


cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("number", sa.String(10), nullable=False, unique=True),
    sa.Column("subject", Text, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("queue_id", BigId, sa.ForeignKey("queues.id"), nullable=False),
    sa.Column("topic", sa.String(32), nullable=False),
    sa.Column("priority", sa.String(16), nullable=False),
    sa.Column("language", sa.String(8)),
    sa.Column("requester_name", Text, nullable=False),
    sa.Column("requester_address", Text, nullable=False),
    sa.Column("requester_key", Indexed, nullable=False, index=True),
    sa.Column("assignee_id", BigId, sa.ForeignKey("users.id")),
    sa.Column("missing", Json, nullable=False),
    sa.Column("tags", Json, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Column("waiting_since", Instant),
    sa.Column("first_answer_at", Instant),
    sa.Column("closed_at", Instant),
    sa.Column("merged_into_id", BigId, sa.ForeignKey("cases.id")),
    sa.Column("legal_hold", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("vouched", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index(None, "status", "updated_at"),
    sa.Index(None, "queue_id", "status"),
)

# A participant sees what is said from `joined_at` on. `address` is who they are, `reply_address` where mail goes.
participants = sa.Table(
    "participants",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    _case(index=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("name", Text, nullable=False),
    sa.Column("address", Text, nullable=False),
    sa.Column("address_key", Indexed, nullable=False, index=True),
    sa.Column("reply_address", Text, nullable=False),
    sa.Column("joined_at", Instant, nullable=False),
    sa.Column("joined_by", Text, nullable=False),
    sa.Column("left_at", Instant),
    sa.Column("hold_reason", Text),
    sa.Column("soft_bounces", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("case_id", "address_key"),
    sa.Index(None, "name", postgresql_using="hash"),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    _case(),
    _case("origin_case_id", index=False),
    sa.Column("ledger_id", BigId, unique=True),
    sa.Column("direction", sa.String(16), nullable=False),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("participant_id", BigId, sa.ForeignKey("participants.id")),
    sa.Column("user_id", BigId, sa.ForeignKey("users.id")),
    sa.Column("rfc_message_id", Text),
    sa.Column("from_name", Text, nullable=False),
    sa.Column("from_address", Text, nullable=False),
    sa.Column("to", Json, nullable=False),
    sa.Column("cc", Json, nullable=False),
    sa.Column("subject", Text, nullable=False),
    sa.Column("text", Text, nullable=False),
    sa.Column("reply_text", Text, nullable=False),
    sa.Column("html", Text),
    sa.Column("language", sa.String(8)),
    sa.Column("authentication", sa.String(8), nullable=False),
    sa.Column("authentication_detail", Text, nullable=False, server_default=""),
    sa.Column("unconfirmed", sa.Boolean, nullable=False),
    sa.Column("why", Json, nullable=False),
    sa.Column("defects", Json, nullable=False),
    sa.Column("reader_version", sa.Integer),
    sa.Column("references", Json, nullable=False),
    sa.Column("vouched", sa.Boolean, nullable=False, server_default=sa.false()),
)

parts = sa.Table(
    "parts",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("message_id", BigId, sa.ForeignKey("messages.id"), nullable=False, index=True),
    sa.Column("path", sa.String(200), nullable=False),
    sa.Column("start", BigId, nullable=False),
    sa.Column("length", BigId, nullable=False),
    sa.Column("encoding", sa.String(32), nullable=False),
    sa.Column("inside", BigId),
    sa.Column("content_type", Text, nullable=False),
    sa.Column("charset", Text),
    sa.Column("filename", Text),
    sa.Column("content_id", Text),
    sa.Column("inline", sa.Boolean, nullable=False),
    sa.Column("attachment", sa.Boolean, nullable=False),
    sa.Column("size", BigId, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("reader_version", sa.Integer, nullable=False),
    sa.Column("verdict", Text, nullable=False, server_default=""),
)

identifiers = sa.Table(
    "identifiers",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    _case(),
    sa.Column("message_id", BigId, sa.ForeignKey("messages.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("value", Indexed, nullable=False),
    sa.Column("source", sa.String(16), nullable=False),
    # The file that was looked at, where text recognition saw it; NULL: it was read with the mail.
    sa.Column("path", sa.String(200)),
    sa.Column("reader_version", sa.Integer, nullable=False),
    sa.Index(None, "value", "kind"),
)

# Files of a message that can only be looked at. States: waiting -> working -> done | failed.
looks = sa.Table(
    "looks",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("message_id", BigId, sa.ForeignKey("messages.id"), nullable=False),
    sa.Column("path", sa.String(200), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("last_error", Text, nullable=False),
    sa.Column("lease_holder", sa.String(100)),
    sa.Column("lease_until", Instant),
    sa.UniqueConstraint("message_id", "path"),
    sa.Index(None, "state", "due_at"),
)

# What is taken out of a derived text and stays out when the mail is read again; `field` names the column or part.
redactions = sa.Table(
    "redactions",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("message_id", BigId, sa.ForeignKey("messages.id"), nullable=False, index=True),
    sa.Column("field", sa.String(64), nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("reason", Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

links = sa.Table(
    "links",
    metadata,
    _case(index=False),
    _case("other_case_id"),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.PrimaryKeyConstraint("case_id", "other_case_id"),
)

# Every Message-ID seen or made, to the message that has it; a foreign id may come twice, with other content.
known_ids = sa.Table(
    "known_ids",
    metadata,
    sa.Column("rfc_message_id", Indexed, nullable=False, index=True),
    sa.Column("message_id", BigId, sa.ForeignKey("messages.id"), nullable=False),
    _case(index=False),
    sa.PrimaryKeyConstraint("message_id"),
)

# Message-IDs that a message of a case refers to: what is answered may come later than its answer.
referred_ids = sa.Table(
    "referred_ids",
    metadata,
    sa.Column("rfc_message_id", Indexed, nullable=False, index=True),
    sa.Column("message_id", BigId, sa.ForeignKey("messages.id"), nullable=False),
    _case(index=False),
    sa.PrimaryKeyConstraint("message_id", "rfc_message_id"),
)

# Sameness of mails: the key is an HMAC over Message-ID, author and decoded content.
mail_keys = sa.Table(
    "mail_keys",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("ledger_id", BigId, nullable=False),
    sa.Column("strength", sa.Integer, nullable=False),
    _case(nullable=True, index=False),
    sa.Column("message_id", BigId, sa.ForeignKey("messages.id")),
)

# The one final word for each mail of the ledger.
dispositions = sa.Table(
    "dispositions",
    metadata,
    sa.Column("ledger_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    _case(nullable=True),
    sa.Column("message_id", BigId, sa.ForeignKey("messages.id")),
    sa.Column("reason", Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("vouched", sa.Boolean, nullable=False, server_default=sa.false()),
)

# States: waiting -> working -> done | cancelled | superseded, held until #send; docs/architecture.md draws them.
planned_replies = sa.Table(
    "planned_replies",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    _case(),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("cause_message_id", BigId, sa.ForeignKey("messages.id")),
    sa.Column("participant_id", BigId, sa.ForeignKey("participants.id")),
    sa.Column("user_id", BigId, sa.ForeignKey("users.id")),
    sa.Column("note", Text, nullable=False),
    sa.Column("template", sa.String(64), nullable=False, server_default=""),
    sa.Column("once_key", sa.String(120), nullable=False, unique=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("not_after", Instant),
    sa.Column("planned_at", Instant, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("last_error", Text, nullable=False),
    sa.Column("lease_holder", sa.String(100)),
    sa.Column("lease_until", Instant),
    sa.Index(None, "state", "due_at"),
)

# States: queued -> sending -> sent | failed | uncertain | held | superseded; docs/architecture.md draws them.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("planned_id", BigId, sa.ForeignKey("planned_replies.id"), unique=True),
    _case(),
    sa.Column("message_id", BigId, sa.ForeignKey("messages.id"), index=True),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("automatic", sa.Boolean, nullable=False),
    sa.Column("rfc_message_id", Text, nullable=False, unique=True),
    sa.Column("envelope_from", Text, nullable=False),
    sa.Column("envelope_to", Text, nullable=False),
    sa.Column("subject", Text, nullable=False),
    sa.Column("content", sa.LargeBinary),
    sa.Column("location", sa.String(200)),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("case_version", sa.Integer, nullable=False),
    sa.Column("not_after", Instant),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("in_data", sa.Boolean, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_try_at", Instant, nullable=False),
    sa.Column("last_error", Text, nullable=False),
    sa.Column("hold_reason", Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("sent_at", Instant),
    sa.Column("lease_holder", sa.String(100)),
    sa.Column("lease_until", Instant),
    sa.Column("vouched", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index(None, "state", "next_try_at"),
    sa.Index(None, "case_id", "envelope_to", "state"),
    sa.Index(
        "ix_outbox_location",
        "location",
        sqlite_where=sa.text("location IS NOT NULL"),
        postgresql_where=sa.text("location IS NOT NULL"),
    ),
)

# Automatic mail that went out, for the limits; `answered`: a mail by that address came within a minute.
sendings = sa.Table(
    "sendings",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("address_key", Indexed, nullable=False),
    sa.Column("kind", sa.String(24), nullable=False),
    _case(index=False),
    sa.Column("at", Instant, nullable=False, index=True),
    sa.Column("proved", sa.Boolean, nullable=False),
    sa.Column("subject_key", Indexed, nullable=False),
    sa.Column("answered", sa.Boolean, nullable=False),
    sa.Index(None, "address_key", "at"),
)

# Each time a case waits for an agent: for the first answer, then for a next one. Without an answer: only `ended_at`.
waits = sa.Table(
    "waits",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    _case(),
    sa.Column("queue_id", BigId, sa.ForeignKey("queues.id"), nullable=False),
    sa.Column("first", sa.Boolean, nullable=False),
    sa.Column("began_at", Instant, nullable=False),
    sa.Column("promised_at", Instant),
    sa.Column("answered_at", Instant),
    sa.Column("ended_at", Instant),
    sa.Index(None, "queue_id", "began_at"),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("outbox_id", BigId, sa.ForeignKey("outbox.id"), nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("result", sa.String(16), nullable=False),
    sa.Column("code", sa.Integer),
    sa.Column("response", Text, nullable=False),
)

# A way out of the machine that is down: nothing is tried over it before `until`.
pauses = sa.Table(
    "pauses",
    metadata,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("until", Instant, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("reason", Text, nullable=False),
)

# What waits too long, while it does: since when, when it was seen last, when people were told.
alarms = sa.Table(
    "alarms",
    metadata,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("since", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("told_at", Instant),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    _case(nullable=True),
    sa.Column("message_id", BigId),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", Text, nullable=False),
    sa.Column("what", Text, nullable=False),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("sealed", sa.Boolean, nullable=False),
    sa.Index(
        "ix_events_unsealed", "id", sqlite_where=sa.text("sealed = 0"), postgresql_where=sa.text("sealed = false")
    ),
)

# What is to be vouched for yet: few rows of many.
for _table, _key in ((cases, "id"), (messages, "id"), (dispositions, "ledger_id"), (outbox, "id")):
    sa.Index(
        f"ix_{_table.name}_not_vouched",
        _table.c[_key],
        sqlite_where=sa.text("vouched = 0"),
        postgresql_where=sa.text("vouched = false"),
    )

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("holder", sa.String(100), nullable=False),
    sa.Column("until", Instant, nullable=False),
)

# Every save of a template; `source` is NULL where the shipped one holds again. The newest row is what holds.
template_revisions = sa.Table(
    "template_revisions",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("language", sa.String(16), nullable=False),
    sa.Column("source", Text),
    sa.Column("author", Text, nullable=False),
    sa.Column("reason", Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index(None, "name", "language"),
)
