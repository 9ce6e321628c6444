"""Let officials find, schedule and gate revisions; keep who wrote each golden question.

What the desk lists and filters by stands in columns, so that a page need not read 6,000 contents.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

BATCH = 500


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default=default)


def _flag(name: str, *, default: bool) -> sa.Column[bool]:
    value = sa.true() if default else sa.false()
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=value)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    for column in (
        _moment("publish_at"),
        _moment("expires_at"),
        _text("gate_reason"),
        _text("title"),
        _text("folded"),
        _text("levels"),
        _flag("is_unsure", default=False),
    ):
        op.add_column("revision", column)
    op.create_index("ix_revision_publish_at", "revision", ["publish_at"])
    op.create_index("ix_revision_expires_at", "revision", ["expires_at"])
    for named in (_text("origin", "editor"), _text("author"), _flag("active", default=True)):
        op.add_column("golden_question", named)
    op.add_column(
        "golden_question",
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default="2026-01-01 00:00:00",
        ),
    )
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """Read each stored content once; a line of SQL cannot take diacritics off."""
    table = sa.table(
        "revision",
        *(sa.column(name) for name in ("id", "title", "folded", "levels", "is_unsure")),
        sa.column("content", sa.Text()),
    )
    last = 0
    while rows := connection.execute(
        sa.select(table.c.id, sa.cast(table.c.content, sa.Text()))
        .where(table.c.id > last)
        .order_by(table.c.id)
        .limit(BATCH)
    ).all():
        connection.execute(
            sa.update(table)
            .where(table.c.id == sa.bindparam("at"))
            .values(
                {
                    name: sa.bindparam(f"new_{name}")
                    for name in ("title", "folded", "levels", "is_unsure")
                }
            ),
            [{"at": key, **_outline(json.loads(content))} for key, content in rows],
        )
        last = rows[-1][0]


def _outline(content: dict[str, Any]) -> dict[str, Any]:
    title, common = content.get("title", ""), content.get("common_name", "")
    facts = [*(content.get("fees") or ()), *(content.get("processing_times") or ())]
    sure = [fact.get("confidence", "medium") for fact in facts]
    sure.append(content.get("dossier_confidence", "medium"))
    return {
        "new_title": common or title,
        "new_folded": _folded(f"{title} {common}"),
        "new_levels": " ".join(content.get("levels", ())),
        "new_is_unsure": bool({"low", "none"} & set(sure)),
    }


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).split())


def downgrade() -> None:
    for name in ("created_at", "active", "author", "origin"):
        op.drop_column("golden_question", name)
    op.drop_index("ix_revision_expires_at", "revision")
    op.drop_index("ix_revision_publish_at", "revision")
    for name in (
        "is_unsure",
        "levels",
        "folded",
        "title",
        "gate_reason",
        "expires_at",
        "publish_at",
    ):
        op.drop_column("revision", name)
