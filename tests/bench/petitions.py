"""100,000 petitions at the officials' desk: how long a page of the list takes, filter by filter."""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlmodel import insert

from bot.db import Database, migrate
from bot.models import Petition, PetitionKind, PetitionStatus
from bot.petitions import listing

COUNT = 100_000
ASKED = 40
TODAY = date(2026, 11, 23)
UNITS = [f"Trung tâm số {n}" for n in range(120)]


def rows() -> list[dict[str, object]]:
    """Petitions of four years; a few per cent are still owed."""
    draw = random.Random(9)
    start = datetime(2022, 11, 23, tzinfo=UTC)
    found: list[dict[str, object]] = []
    for n in range(COUNT):
        at = start + timedelta(minutes=21 * n)
        old = n < COUNT * 0.95
        status = draw.choice(list(PetitionStatus)) if not old else PetitionStatus.CLOSED
        found.append(
            Petition(
                code=f"PA-{n:08}", secret_hash="", channel="web", status=status,
                kind=draw.choice(list(PetitionKind)), text="Hồ sơ nộp đã lâu chưa có kết quả. " * 8,
                consent_version="1", fingerprint=str(n), unit=draw.choice(UNITS), place="Xã Hòa Long",
                assignee=draw.choice(["lan", "minh", "hoa"]), due_on=at.date() + timedelta(days=21),
                created_at=at, answered_at=at + timedelta(days=9) if old else None,
            ).model_dump(exclude={"id"})
        )  # fmt: skip
    return found


FILTERS = {
    "all": listing.Filters(),
    "owed": listing.Filters(owed=True),
    "overdue": listing.Filters(overdue=True),
    "one unit": listing.Filters(unit=UNITS[7]),
    "one unit, reopened": listing.Filters(unit=UNITS[7], status=PetitionStatus.REOPENED),
    "one kind, owed": listing.Filters(owed=True, kind=PetitionKind.FEE),
    "nobody's": listing.Filters(assignee="nobody"),
    "by code": listing.Filters(code="PA-00000500"),
}


async def main() -> None:
    """Print p50 and p95 of the desk's queries: the page, the units and the year's figures."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}")
        await migrate(database)
        made = rows()
        for at in range(0, COUNT, 5_000):
            async with database.write() as session:
                await session.exec(insert(Petition), params=made[at : at + 5_000])
        whole: list[float] = []
        for name, filters in FILTERS.items():
            times = [await _page(database, filters, deep=n % 2 == 1) for n in range(ASKED)]
            whole += times
            print(f"{name:22} p50 {_at(times, 50):6.1f} ms  p95 {_at(times, 95):6.1f} ms")
        print(f"{'desk list':22} p50 {_at(whole, 50):6.1f} ms  p95 {_at(whole, 95):6.1f} ms")
        await database.close()


async def _page(database: Database, filters: listing.Filters, *, deep: bool) -> float:
    started = time.perf_counter()
    async with database.read() as session:
        before = COUNT // 2 if deep else None
        await listing.page_of(session, filters, today=TODAY, before=before)
        await listing.units(session)
        await listing.figures(
            session, since=TODAY.replace(month=1, day=1), until=TODAY, today=TODAY
        )
    return (time.perf_counter() - started) * 1_000


def _at(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


if __name__ == "__main__":
    asyncio.run(main())
