"""What is past its time is deleted in batches, what is not stays, and a report says how much went."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert
from sqlmodel import func, select

from bot.db import Database
from bot.models import Chat, RetentionRun, Turn
from bot.privacy import retention

NOW = datetime(2026, 11, 21, 19, tzinfo=UTC)


async def _turns(database: Database, count: int, at: datetime) -> None:
    row = {"channel": "web", "who": "w", "at": at, "question": "q", "action": "answer",
           "facet": "", "codes": [], "ms": 1.0}  # fmt: skip
    async with database.write() as session:
        await session.exec(insert(Turn), params=[row] * count)


async def test_old_turns_go_and_new_ones_stay(database: Database) -> None:
    await _turns(database, retention.BATCH + 5, NOW - timedelta(days=366))
    await _turns(database, 7, NOW - timedelta(days=364))
    async with database.write() as session:
        session.add(Chat(channel="web", address="a", expires_at=NOW - timedelta(hours=1)))
        session.add(Chat(channel="web", address="b", expires_at=NOW + timedelta(hours=1)))
    expected = {"turn": retention.BATCH + 5, "chat": 1}
    assert await retention.due(database, now=NOW) == expected

    report = await retention.run(database, now=NOW)

    assert report.counts == expected
    assert await retention.due(database, now=NOW) == {}
    async with database.read() as session:
        assert (await session.exec(select(func.count()).select_from(Turn))).one() == 7
        assert (await session.exec(select(Chat.address))).all() == ["b"]
        assert (await session.exec(select(RetentionRun.counts))).one() == expected
