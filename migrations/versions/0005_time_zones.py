"""time zones."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_person_time_zone", "person", ["time_zone"])


def downgrade() -> None:
    op.drop_index("ix_person_time_zone", "person")
