"""Let citizens see and erase their turns: a pseudonym on each, tickets, proofs and the nightly report."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def _moment(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    with op.batch_alter_table("turn") as turn:
        turn.add_column(sa.Column("who", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_turn_who", "turn", ["who"])
    op.create_table(
        "data_ticket",
        sa.Column("code_hash", sa.String(), primary_key=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        _moment("expires_at"),
    )
    op.create_index("ix_data_ticket_expires_at", "data_ticket", ["expires_at"])
    op.create_table(
        "erasure",
        sa.Column("receipt", sa.String(), primary_key=True),
        _moment("at"),
        sa.Column("counts", JSON, nullable=False),
    )
    op.create_table(
        "retention_run",
        sa.Column("id", sa.Integer(), primary_key=True),
        _moment("at"),
        sa.Column("counts", JSON, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("retention_run")
    op.drop_table("erasure")
    op.drop_table("data_ticket")
    op.drop_index("ix_turn_who", "turn")
    with op.batch_alter_table("turn") as turn:
        turn.drop_column("who")
