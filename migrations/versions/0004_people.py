"""Know who we may write to: a person, each address of theirs, and the code that joins two."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        _person(),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suppressed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suppressed_why", sa.String(), nullable=False),
        sa.UniqueConstraint("channel", "address"),
    )
    op.create_index("ix_contact_person_id", "contact", ["person_id"])
    op.create_table(
        "link_code",
        sa.Column("code_hash", sa.String(), primary_key=True),
        _person(),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_link_code_expires_at", "link_code", ["expires_at"])


def _person() -> sa.Column[str]:
    return sa.Column(
        "person_id", sa.String(), sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False
    )


def downgrade() -> None:
    op.drop_table("link_code")
    op.drop_table("contact")
    op.drop_table("person")
