"""People by the hundred thousand who asked for one topic, and an announcement planned for all of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from bot.broadcast.audience import plan
from bot.db import Database
from bot.models import Announcement, AnnouncementStatus, Run
from knowledge.columns import utc_now

#: In one transaction.
_TOGETHER: Final = 100_000
_SERIES: Final = {
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
    " SELECT i FROM n)",
    "postgresql": "generate_series(CAST(:first AS int), CAST(:last AS int)) AS n(i)",
}
#: 32 hex digits, later ones after earlier, as new_person_id makes them.
_ID: Final = {
    "sqlite": "printf('%012x%020x', i, i * 2654435761 % 4294967296)",
    "postgresql": "lpad(to_hex(i), 12, '0') || lpad(to_hex(i * 2654435761 % 4294967296), 20, '0')",
}


async def gather(
    database: Database, count: int, *, topic: str = "storms", daily: bool = False
) -> None:
    """Make `count` people on Telegram who asked for a topic, everywhere; `daily`: once a day."""
    engine = database.writer.dialect.name
    series, person = _SERIES[engine], _ID[engine]
    statements = (
        f"INSERT INTO person (id, created_at) SELECT {person}, :now FROM {series}",
        (
            "INSERT INTO contact (channel, address, person_id, last_seen_at, suppressed_why)"
            f" SELECT 'telegram', CAST(100000 + i AS text), {person}, :now, '' FROM {series}"
        ),
        (
            "INSERT INTO subscription (person_id, topic, province_code, commune_code,"
            f" consent_text_version, consented_at, source, daily) SELECT {person}, :topic, '', '', '1', :now,"
            f" 'telegram', {str(daily).upper()} FROM {series}"
        ),
    )
    for first in range(0, count, _TOGETHER):
        given: dict[str, Any] = {"first": first, "last": min(first + _TOGETHER, count) - 1}
        async with database.writer.begin() as connection:
            for statement in statements:
                now: Any = utc_now()
                if engine == "sqlite":
                    now = now.strftime("%Y-%m-%d %H:%M:%S.%f")
                names = {"now": now, "topic": topic, **given}
                used = {name: value for name, value in names.items() if f":{name}" in statement}
                await connection.execute(text(statement), used)


async def new_run(
    database: Database, *, topic: str = "storms", digest_at: datetime | None = None
) -> int:
    """Return the id of a run that waits to be planned; urgent, so that no night stops it.

    Urgent messages go further ahead of the limit than bulk does: replies are delayed no less by them.
    With `digest_at` it is kept for that digest for those who want one a day.
    """
    async with database.write() as session:
        one = Announcement(
            text="Bão số 5 vào bờ đêm nay, bà con chằng chống nhà cửa và theo dõi tin tiếp theo.",
            topic=topic, urgent=True, status=AnnouncementStatus.SENDING,
        )  # fmt: skip
        session.add(one)
        await session.flush()
        run = Run(announcement_id=one.id or 0, fire_time=utc_now(), digest_at=digest_at)
        session.add(run)
        await session.flush()
        return run.id or 0


async def planned_run(database: Database, *, topic: str = "storms") -> int:
    """Return the id of a run with its deliveries, due now."""
    run_id = await new_run(database, topic=topic)
    await plan(database, run_id, ("telegram",), due_at=utc_now())
    return run_id
