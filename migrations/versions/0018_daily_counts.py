"""Count questions by the day, so that figures of a million turns are read from a few hundred rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

#: Day, hour and first code of a turn, in Vietnam's time.
_PARTS = {
    "sqlite": (
        "date(at, '+7 hours')",
        "strftime('%H', at, '+7 hours')",
        "json_extract(codes, '$[0]')",
    ),
    "postgresql": (
        "(at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date",
        "to_char(at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'HH24')",
        "codes->>0",
    ),
}


def upgrade() -> None:
    op.create_table(
        "daily_count",
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("action", sa.String(), primary_key=True),
        sa.Column("times", sa.Integer(), nullable=False),
    )
    day, hour, code = _PARTS[op.get_bind().dialect.name]
    for kind, key, only in (
        ("all", "''", ""),
        ("channel", "channel", ""),
        ("hour", hour, ""),
        ("topic", code, f"WHERE action = 'answer' AND {code} IS NOT NULL"),
    ):
        op.execute(
            "INSERT INTO daily_count (kind, day, key, action, times)"  # noqa: S608 - constants
            f" SELECT '{kind}', {day}, {key}, action, count(*) FROM turn {only}"
            " GROUP BY 2, 3, 4"
        )


def downgrade() -> None:
    op.drop_table("daily_count")
