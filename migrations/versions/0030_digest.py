"""Let people have their announcements gathered into one message a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

_AUDIENCE = ["topic", "person_id", "province_code", "commune_code"]
_LIVING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.add_column(
        "subscription", sa.Column("daily", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("subscription", sa.Column("daily_said_at", sa.DateTime(timezone=True)))
    _index_audience([*_AUDIENCE, "daily"])
    op.add_column("announcement", sa.Column("digest_on", sa.Date()))
    op.create_index("ix_announcement_digest_on", "announcement", ["digest_on"], unique=True)
    op.add_column("announcement", sa.Column("recalled_at", sa.DateTime(timezone=True)))
    op.add_column("run", sa.Column("digest_at", sa.DateTime(timezone=True)))
    op.add_column("run", sa.Column("gathered", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "gathered",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("digest_run_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "person_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_gathered_digest", "gathered", ["digest_run_id", "person_id"])


def _index_audience(columns: list[str]) -> None:
    """Index anew what planning reads, so that it still needs nothing but the index."""
    op.drop_index("ix_subscription_audience", "subscription")
    op.create_index(
        "ix_subscription_audience", "subscription", columns,
        sqlite_where=_LIVING, postgresql_where=_LIVING,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("gathered")
    op.drop_column("run", "gathered")
    op.drop_column("run", "digest_at")
    op.drop_column("announcement", "recalled_at")
    op.drop_index("ix_announcement_digest_on", "announcement")
    op.drop_column("announcement", "digest_on")
    _index_audience(_AUDIENCE)
    op.drop_column("subscription", "daily_said_at")
    op.drop_column("subscription", "daily")
