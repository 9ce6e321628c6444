"""Keep uploaded files as jobs and their records as rows, so that an import survives a restart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "import_job",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_import_job_status", "import_job", ["status"])
    op.create_table(
        "import_row",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "job_id",
            sa.Integer(),
            sa.ForeignKey("import_job.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("record", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("hold", sa.String(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("problems", JSON, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=True),
        sa.Column("revision_id", sa.Integer(), nullable=True),
    )
    op.create_index("ix_import_row_list", "import_row", ["job_id", "outcome", "state", "id"])
    op.create_index("ix_import_row_code", "import_row", ["job_id", "code"])


def downgrade() -> None:
    op.drop_table("import_row")
    op.drop_table("import_job")
