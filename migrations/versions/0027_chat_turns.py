"""Keep the least time between two messages to one chat across processes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    # What a crash of PostgreSQL would lose here is a second old: no log of it needs to be written.
    on_server = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "chat_turn",
        sa.Column("key", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("free_at", sa.Float(), nullable=False),
        prefixes=["UNLOGGED"] if on_server else [],
    )


def downgrade() -> None:
    op.drop_table("chat_turn")
