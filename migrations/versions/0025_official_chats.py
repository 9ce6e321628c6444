"""Let an official work in their own Telegram or Zalo chat, linked by a code made at the desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "official_chat",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("official_id", sa.Integer(), sa.ForeignKey("official.id"), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.UniqueConstraint("channel", "address"),
    )
    op.create_index("ix_official_chat_official_id", "official_chat", ["official_id"])
    op.create_index("ix_official_chat_expires_at", "official_chat", ["expires_at"])
    op.create_table(
        "official_chat_code",
        sa.Column("code_hash", sa.String(), primary_key=True),
        sa.Column("official_id", sa.Integer(), sa.ForeignKey("official.id"), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
    )
    op.create_index("ix_official_chat_code_official_id", "official_chat_code", ["official_id"])
    op.create_index("ix_official_chat_code_expires_at", "official_chat_code", ["expires_at"])


def downgrade() -> None:
    op.drop_table("official_chat_code")
    op.drop_table("official_chat")
