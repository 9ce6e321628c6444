"""Ask people after a visit how satisfied they were: forms being filled in, and answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "survey_draft",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_survey_draft_chat", "survey_draft", ["channel", "address"], unique=True)
    op.create_index("ix_survey_draft_expires_at", "survey_draft", ["expires_at"])
    op.create_table(
        "survey_answer",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("person_id", sa.String(), sa.ForeignKey("person.id", ondelete="CASCADE")),
        sa.Column("who", sa.String()),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("centre", sa.String(), nullable=False),
        sa.Column("centre_name", sa.String(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("access", sa.Integer(), nullable=False),
        sa.Column("forms", sa.Integer(), nullable=False),
        sa.Column("conduct", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Integer(), nullable=False),
        sa.Column("handling", sa.Integer()),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("consent_version", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint(
            "person_id", "period", "centre", "field", name="uq_survey_answer_person"
        ),
        sa.UniqueConstraint("who", "period", "centre", "field", name="uq_survey_answer_who"),
    )
    op.create_index("ix_survey_answer_month", "survey_answer", ["source", "month"])
    op.create_index("ix_survey_answer_at", "survey_answer", ["at"])


def downgrade() -> None:
    op.drop_table("survey_answer")
    op.drop_table("survey_draft")
