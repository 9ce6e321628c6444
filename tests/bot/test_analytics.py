"""Figures are counted with each turn, by Vietnam's day, and small numbers stay private."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

from bot.analytics import Counted, Figures, count_turns, read_figures
from bot.conversation import Action
from bot.db import Database
from bot.models import Feedback

#: 00:30 of the 21st in Vietnam.
NIGHT = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
DAY = date(2026, 11, 21)


async def count(
    database: Database, action: Action, *, at: datetime = NIGHT, code: str = "1.1"
) -> None:
    async with database.write() as session:
        await count_turns(session, [Counted(at, "web", "01", action, code)])


async def figures(database: Database) -> Figures:
    async with database.read() as session:
        return await read_figures(session, DAY - timedelta(days=1), DAY)


async def test_turns_at_once_are_all_counted(database: Database) -> None:
    turns = [Action.ANSWER] * 12 + [Action.ABSTAIN] * 3 + [Action.CLARIFY] * 5
    await asyncio.gather(*(count(database, action) for action in turns))

    found = await figures(database)

    assert found.total == 20
    assert found.days == {
        DAY - timedelta(days=1): {},
        DAY: {"answer": 12, "abstain": 3, "clarify": 5},
    }
    assert found.channels == {"web": 20}
    assert found.provinces == {"01": 20}
    assert found.topics == {"1.1": 12}
    assert {hour: n for hour, n in found.hours.items() if n} == {"00": 20}
    assert len(found.hours) == 24


async def test_opinions_of_the_days_count(database: Database) -> None:
    async with database.write() as session:
        for number, helpful in enumerate([True, True, False]):
            session.add(Feedback(turn_id=number, channel="web", at=NIGHT, helpful=helpful))
        session.add(Feedback(turn_id=9, channel="web", at=NIGHT - timedelta(days=3), helpful=True))
    found = await figures(database)
    assert (found.helpful, found.unhelpful) == (2, 1)


async def test_numbers_under_five_are_not_public_and_cannot_be_inferred(database: Database) -> None:
    for action, times in ((Action.ANSWER, 7), (Action.ABSTAIN, 4)):
        for _ in range(times):
            await count(database, action)
    shown = (await figures(database)).public()
    assert shown.days[DAY] == {"answer": 7}
    assert shown.total == 7
    assert shown.topics == {"1.1": 7}


async def test_no_more_than_a_year_is_read(database: Database) -> None:
    async with database.read() as session:
        found = await read_figures(session, date(1, 1, 1), DAY)
    assert len(found.days) == 366
