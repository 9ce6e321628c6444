"""Keep what a platform was told we have, until it is answered once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from knowledge.columns import Json

revision = "0015"
down_revision = "0014"

_OPEN = sa.text("stage <> 'done'")


def upgrade() -> None:
    op.create_table(
        "accepted",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("message", Json(), nullable=False),
        sa.Column("reply", Json(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.UniqueConstraint("channel", "key"),
    )
    op.create_index("ix_accepted_done_at", "accepted", ["done_at"])
    for name, columns in (
        ("ix_accepted_person", ["channel", "address", "id"]),
        ("ix_accepted_due", ["due_at"]),
    ):
        op.create_index(name, "accepted", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_table("accepted")
