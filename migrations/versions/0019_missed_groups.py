"""Put missed questions into groups that ask the same, so that an editor settles many at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("missed_question", sa.Column("group_id", sa.Integer(), nullable=True))
    op.create_index("ix_missed_question_group_id", "missed_question", ["group_id"])
    op.create_index(
        "ix_missed_question_group",
        "missed_question",
        ["status", "group_id", "times", "last_at"],
    )


def downgrade() -> None:
    op.drop_index("ix_missed_question_group", "missed_question")
    op.drop_index("ix_missed_question_group_id", "missed_question")
    op.drop_column("missed_question", "group_id")
