"""Read a year's figures of petitions from one index, without the petitions themselves."""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_index(
        "ix_petition_figures",
        "petition",
        ["created_at", "status", "unit", "answered_at", "due_on", "solved"],
    )
    op.drop_index("ix_petition_created_at", "petition")


def downgrade() -> None:
    op.create_index("ix_petition_created_at", "petition", ["created_at"])
    op.drop_index("ix_petition_figures", "petition")
