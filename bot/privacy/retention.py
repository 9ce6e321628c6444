"""Delete in time: each table's rows go when what they were kept for is over."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Table, and_, or_, tuple_
from sqlmodel import SQLModel, delete, func, select

from bot.db import Database
from bot.models import RetentionRun
from bot.privacy.counts import keep_petitions
from bot.privacy.register import HOLDINGS, Holding
from knowledge.hours import ZONE

#: Rows of one transaction: writers of replies wait for no more than this.
BATCH: Final = 2_000


async def run(database: Database, *, now: datetime) -> RetentionRun:
    """Delete what is past its time, keep and return the report of how much it was."""
    counts = {}
    for holding in HOLDINGS:
        if holding.keep is not None and (gone := await _delete(database, holding, now)):
            counts[holding.table] = gone
    report = RetentionRun(at=now, counts=counts)
    async with database.write() as session:
        session.add(report)
    return report


async def due(database: Database, *, now: datetime) -> dict[str, int]:
    """Return how many rows of each table the next run would delete."""
    counts = {}
    async with database.read() as session:
        for holding in HOLDINGS:
            if holding.keep is None:
                continue
            table, past = _past(holding, now)
            counts[holding.table] = (
                await session.exec(select(func.count()).select_from(table).where(past))
            ).one()
    return {table: count for table, count in counts.items() if count}


async def _delete(database: Database, holding: Holding, now: datetime) -> int:
    table, past = _past(holding, now)
    key = tuple_(*table.primary_key.columns)
    total = 0
    while True:
        async with database.write() as session:
            which = key.in_(select(*table.primary_key.columns).where(past).limit(BATCH))
            if holding.counted:  # the same rows must be counted and deleted
                rows = await session.exec(select(table.c.id).where(past).limit(BATCH))
                which = table.c.id.in_(rows.all())
                await keep_petitions(session, which)
            gone = await session.exec(delete(table).where(which))
        total += gone.rowcount
        if gone.rowcount < BATCH:
            return total


def _past(holding: Holding, now: datetime) -> tuple[Table, ColumnElement[bool]]:
    assert holding.keep is not None
    table = SQLModel.metadata.tables[holding.table]
    past = table.c[holding.since] <= now - holding.keep
    if holding.or_since:
        last = (now - holding.keep).astimezone(ZONE).date()
        past = or_(past, and_(table.c[holding.since].is_(None), table.c[holding.or_since] <= last))
    return table, past
