"""Participants are found by their name: each mail to an agent asks whether a seller of that name is somebody else."""

from alembic import op

revision = "cases_0009"
down_revision = "cases_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only an addition. A hash on PostgreSQL: a b-tree there has no room for a name of more than 2,704 octets."""
    op.create_index("ix_participants_name", "participants", ["name"], postgresql_using="hash")
