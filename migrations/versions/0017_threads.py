"""Talks between a citizen and an official; notices are found by their chat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "thread",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.String(), sa.ForeignKey("person.id", ondelete="CASCADE")),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_thread_person_id", "thread", ["person_id"])
    op.create_index("ix_thread_status_last", "thread", ["status", "last_at"])
    op.create_index("ix_thread_unit_code", "thread", ["unit_code"])
    op.create_table(
        "thread_message",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "thread_id",
            sa.Integer(),
            sa.ForeignKey("thread.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
    )
    op.create_index("ix_thread_message_thread_id", "thread_message", ["thread_id"])
    op.create_index("ix_notice_chat", "notice", ["channel", "address"])


def downgrade() -> None:
    op.drop_index("ix_notice_chat", "notice")
    op.drop_table("thread_message")
    op.drop_table("thread")
