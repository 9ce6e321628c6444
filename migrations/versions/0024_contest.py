"""Hold contests about procedures and reform: questions with sources, one entry a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0024"
down_revision = "0023"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "contest",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("prizes", sa.String(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ranks_pages", sa.Boolean(), nullable=False),
        sa.Column("shows_scores", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_contest_status_closes", "contest", ["status", "closes_at"])
    op.create_table(
        "contest_question",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "contest_id",
            sa.Integer(),
            sa.ForeignKey("contest.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("choices", JSON, nullable=False),
        sa.Column("right_choice", sa.Integer(), nullable=False),
        sa.Column("explanation", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
    )
    op.create_index("ix_contest_question_contest_id", "contest_question", ["contest_id"])
    op.create_table(
        "contest_entry",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "contest_id",
            sa.Integer(),
            sa.ForeignKey("contest.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "person_id",
            sa.String(),
            sa.ForeignKey("person.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("nickname", sa.String(), nullable=False),
        sa.Column("nickname_key", sa.String(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), unique=True),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.UniqueConstraint("person_id", "contest_id", name="uq_contest_entry_person"),
        sa.UniqueConstraint("who", "contest_id", name="uq_contest_entry_who"),
        sa.UniqueConstraint("nickname_key", "contest_id", name="uq_contest_entry_nickname"),
    )
    op.create_index("ix_contest_entry_ranking", "contest_entry", ["contest_id", "score", "seconds"])
    op.create_index("ix_contest_entry_started_at", "contest_entry", ["started_at"])


def downgrade() -> None:
    op.drop_table("contest_entry")
    op.drop_table("contest_question")
    op.drop_table("contest")
