"""Take in petitions and owe their answers: drafts, photos, history, routes, notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "petition_draft",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_petition_draft_chat", "petition_draft", ["channel", "address"], unique=True)
    op.create_index("ix_petition_draft_expires_at", "petition_draft", ["expires_at"])
    op.create_table(
        "petition",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False, unique=True),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("procedure_code", sa.String(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("happened", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date()),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("consent_version", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False, unique=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("rude", sa.Boolean(), nullable=False),
        sa.Column("duplicate_of", sa.Integer(), sa.ForeignKey("petition.id", ondelete="SET NULL")),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("assignee", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True)),
        sa.Column("escalated_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("solved", sa.Boolean()),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("public_text", sa.String(), nullable=False),
        sa.Column("public_answer", sa.String(), nullable=False),
    )
    op.create_index("ix_petition_assignee_id", "petition", ["assignee", "id"])
    op.create_index("ix_petition_commune_id", "petition", ["commune_code", "id"])
    op.create_index("ix_petition_created_at", "petition", ["created_at"])
    op.create_index("ix_petition_duplicate_of", "petition", ["duplicate_of"])
    op.create_index("ix_petition_field", "petition", ["field"])
    op.create_index("ix_petition_person_id", "petition", ["person_id"])
    op.create_index("ix_petition_province_id", "petition", ["province_code", "id"])
    op.create_index("ix_petition_published_id", "petition", ["published", "id"])
    op.create_index("ix_petition_status_due", "petition", ["status", "due_on"])
    op.create_index("ix_petition_status_id", "petition", ["status", "id"])
    op.create_index("ix_petition_unit_id", "petition", ["unit", "id"])
    op.create_table(
        "petition_photo",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("draft_id", sa.Integer(), sa.ForeignKey("petition_draft.id", ondelete="CASCADE")),
        sa.Column("petition_id", sa.Integer(), sa.ForeignKey("petition.id", ondelete="CASCADE")),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_petition_photo_draft_id", "petition_photo", ["draft_id"])
    op.create_index("ix_petition_photo_petition_id", "petition_photo", ["petition_id"])
    op.create_table(
        "petition_event",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "petition_id",
            sa.Integer(),
            sa.ForeignKey("petition.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
    )
    op.create_index("ix_petition_event_petition_id", "petition_event", ["petition_id"])
    op.create_table(
        "petition_answer",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "petition_id",
            sa.Integer(),
            sa.ForeignKey("petition.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judge", sa.String(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True)),
        sa.Column("why", sa.String(), nullable=False),
    )
    op.create_index("ix_petition_answer_petition_id", "petition_answer", ["petition_id"])
    op.create_table(
        "petition_route",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("commune_code", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
    )
    op.create_index(
        "ix_petition_route_key",
        "petition_route",
        ["province_code", "commune_code", "field"],
        unique=True,
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        sa.Column("person_id", sa.String(), sa.ForeignKey("person.id", ondelete="CASCADE")),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("choices", JSON, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("error", sa.String(), nullable=False),
    )
    op.create_index("ix_notice_person_id", "notice", ["person_id"])
    op.create_index("ix_notice_queue", "notice", ["status", "due_at", "id"])
    op.create_table(
        "attempt",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_attempt_until", "attempt", ["until"])


def downgrade() -> None:
    op.drop_table("attempt")
    op.drop_table("notice")
    op.drop_table("petition_route")
    op.drop_table("petition_answer")
    op.drop_table("petition_event")
    op.drop_table("petition_photo")
    op.drop_table("petition")
    op.drop_table("petition_draft")
