"""A mark that changes with every change of queues and staff, whoever makes it, so that they can be kept in memory."""

import sqlalchemy as sa
from alembic import op

revision = "cases_0008"
down_revision = "cases_0007"
branch_labels = None
depends_on = None

_WATCHED = ("queues", "users", "user_addresses", "user_queues")
_CHANGES = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    """Only additions; triggers, since nodes of the version before change people too, and do not know the mark."""
    marks = op.create_table(
        "marks",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_marks"),
    )
    op.bulk_insert(marks, [{"name": "people", "mark": 0}])
    # By chance, not counted up: a mark that was rolled back must never come again with other people behind it.
    if op.get_bind().dialect.name == "sqlite":
        for table in _WATCHED:
            for change in _CHANGES:
                op.execute(
                    f"CREATE TRIGGER people_{table}_{change.lower()} AFTER {change} ON {table} "  # noqa: S608  names of ours
                    "BEGIN UPDATE marks SET mark = random() WHERE name = 'people'; END"
                )
        return
    op.execute(
        "CREATE FUNCTION people_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "UPDATE marks SET mark = (random() * 9e18)::bigint WHERE name = 'people'; RETURN NULL; END $$"
    )
    for table in _WATCHED:
        op.execute(
            f"CREATE TRIGGER people_{table} AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION people_changed()"
        )
