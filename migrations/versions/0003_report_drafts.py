"""Keep what an imported report says as drafts, with the sentence each fact was read from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default="")


def upgrade() -> None:
    with op.batch_alter_table("report") as report:
        report.add_column(_text("content_hash"))
        report.add_column(sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("fact") as fact:
        fact.add_column(
            sa.Column("status", sa.String(), nullable=False, server_default="published")
        )
        fact.add_column(_text("sentence"))
        fact.add_column(sa.Column("position", sa.Integer(), nullable=True))
        fact.add_column(sa.Column("confidence", sa.Float(), nullable=True))
        fact.add_column(_text("parent_key"))
        fact.add_column(_text("relation"))
        fact.add_column(_text("duplicate_of"))
        fact.add_column(_text("note"))
    op.create_index("ix_report_content_hash", "report", ["content_hash"])


def downgrade() -> None:
    op.drop_index("ix_report_content_hash", "report")
    with op.batch_alter_table("fact") as fact:
        for name in (
            "note",
            "duplicate_of",
            "relation",
            "parent_key",
            "confidence",
            "position",
            "sentence",
            "status",
        ):
            fact.drop_column(name)
    with op.batch_alter_table("report") as report:
        report.drop_column("imported_at")
        report.drop_column("content_hash")
