"""The first tables: what is known (revisions, places, centres, facts) and what was asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "admin_unit",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("table_version", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("ix_admin_unit_province_code", "admin_unit", ["province_code"])

    op.create_table(
        "alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code", "text"),
    )
    op.create_index("ix_alias_code", "alias", ["code"])

    op.create_table(
        "centre",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_centre_province_code", "centre", ["province_code"])
    op.create_index("ix_centre_unit_code", "centre", ["unit_code"])

    op.create_table(
        "chat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("state", JSON, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "address"),
    )
    op.create_index("ix_chat_expires_at", "chat", ["expires_at"])

    op.create_table(
        "field_switch",
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("field"),
    )
    op.create_table(
        "golden_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("codes", JSON, nullable=False),
        sa.Column("facet", sa.String(), nullable=False),
        sa.Column("in_scope", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("question"),
    )
    op.create_table(
        "knowledge_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "missed_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("folded"),
    )
    op.create_index("ix_missed_question_last_at", "missed_question", ["last_at"])
    op.create_index("ix_missed_question_status", "missed_question", ["status"])

    op.create_table(
        "procedure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("live_revision_id", sa.Integer(), nullable=True),
        sa.Column("superseded_by", sa.String(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code", "province_code"),
    )
    op.create_index("ix_procedure_code", "procedure", ["code"])
    op.create_index("ix_procedure_field", "procedure", ["field"])
    op.create_index("ix_procedure_live_revision_id", "procedure", ["live_revision_id"])
    op.create_index("ix_procedure_superseded_by", "procedure", ["superseded_by"])

    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("locality", sa.String(), nullable=False),
        sa.Column("locality_today", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("retrieved_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("facet", sa.String(), nullable=False),
        sa.Column("codes", JSON, nullable=False),
        sa.Column("p", sa.Float(), nullable=True),
        sa.Column("ms", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_turn_action", "turn", ["action"])
    op.create_index("ix_turn_at", "turn", ["at"])

    op.create_table(
        "unit_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("old_code", sa.String(), nullable=False),
        sa.Column("old_commune", sa.String(), nullable=False),
        sa.Column("old_district", sa.String(), nullable=False),
        sa.Column("old_province", sa.String(), nullable=False),
        sa.Column("new_code", sa.String(), nullable=False),
        sa.Column("divided", sa.Boolean(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("table_version", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_unit_change_new_code", "unit_change", ["new_code"])
    op.create_index("ix_unit_change_old_code", "unit_change", ["old_code"])

    op.create_table(
        "fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("ask", JSON, nullable=False),
        sa.Column("finding", JSON, nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["report.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_fact_kind", "fact", ["kind"])
    op.create_index("ix_fact_report_id", "fact", ["report_id"])

    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.CheckConstraint("number > 0", name="revision_number_is_positive"),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["procedure.id"],
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("procedure_id", "number"),
    )
    op.create_index("ix_revision_procedure_id", "revision", ["procedure_id"])
    op.create_index("ix_revision_status_procedure", "revision", ["status", "procedure_id"])

    _freeze_revisions()


def _freeze_revisions() -> None:
    """Hold in the database itself that a revision's content never changes once written."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER revision_is_immutable BEFORE UPDATE OF content, content_hash"
            " ON revision BEGIN SELECT RAISE(ABORT, 'a revision is immutable'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_revision_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'a revision is immutable'; END $$"
    )
    op.execute(
        "CREATE TRIGGER revision_is_immutable BEFORE UPDATE OF content, content_hash ON revision"
        " FOR EACH ROW EXECUTE FUNCTION refuse_revision_change()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP TRIGGER revision_is_immutable ON revision")
        op.execute("DROP FUNCTION refuse_revision_change")
    op.drop_index("ix_revision_status_procedure", "revision")
    op.drop_index("ix_revision_procedure_id", "revision")

    op.drop_table("revision")
    op.drop_index("ix_fact_report_id", "fact")
    op.drop_index("ix_fact_kind", "fact")

    op.drop_table("fact")
    op.drop_index("ix_unit_change_old_code", "unit_change")
    op.drop_index("ix_unit_change_new_code", "unit_change")

    op.drop_table("unit_change")
    op.drop_index("ix_turn_at", "turn")
    op.drop_index("ix_turn_action", "turn")

    op.drop_table("turn")
    op.drop_table("source")
    op.drop_table("report")
    op.drop_index("ix_procedure_superseded_by", "procedure")
    op.drop_index("ix_procedure_live_revision_id", "procedure")
    op.drop_index("ix_procedure_field", "procedure")
    op.drop_index("ix_procedure_code", "procedure")

    op.drop_table("procedure")
    op.drop_index("ix_missed_question_status", "missed_question")
    op.drop_index("ix_missed_question_last_at", "missed_question")

    op.drop_table("missed_question")
    op.drop_table("knowledge_version")
    op.drop_table("golden_question")
    op.drop_table("field_switch")
    op.drop_index("ix_chat_expires_at", "chat")

    op.drop_table("chat")
    op.drop_index("ix_centre_unit_code", "centre")
    op.drop_index("ix_centre_province_code", "centre")

    op.drop_table("centre")
    op.drop_index("ix_alias_code", "alias")

    op.drop_table("alias")
    op.drop_index("ix_admin_unit_province_code", "admin_unit")

    op.drop_table("admin_unit")
