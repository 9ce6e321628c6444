"""Let replies wait only for each other: keep when their own tokens are spent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column(
        "rate_limit", sa.Column("reply_tat", sa.Float(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    op.drop_column("rate_limit", "reply_tat")
