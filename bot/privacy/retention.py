"""Delete in time: each table's rows go when what they were kept for is over."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Table, tuple_
from sqlmodel import SQLModel, delete, func, select

from bot.db import Database
from bot.models import RetentionRun
from bot.privacy.register import HOLDINGS, Holding

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
            batch = select(*table.primary_key.columns).where(past).limit(BATCH)
            gone = await session.exec(delete(table).where(key.in_(batch)))
        total += gone.rowcount
        if gone.rowcount < BATCH:
            return total


def _past(holding: Holding, now: datetime) -> tuple[Table, ColumnElement[bool]]:
    assert holding.keep is not None
    table = SQLModel.metadata.tables[holding.table]
    return table, table.c[holding.since] <= now - holding.keep
