"""What figures keep of petitions that are erased or past their time: how many there were, of nobody."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import CountKind, DailyCount, Petition, PetitionStatus
from knowledge.hours import ZONE

RECEIVED: Final = "received"
ANSWERED: Final = "answered"
IN_TIME: Final = "in_time"
DECLINED: Final = "declined"
SOLVED: Final = "solved"
NOT_SOLVED: Final = "not_solved"
_JUDGED: Final = {True: SOLVED, False: NOT_SOLVED}


async def keep_petitions(session: AsyncSession, which: ColumnElement[bool]) -> None:
    """Count the petitions that are about to be deleted, in the same transaction.

    By the Vietnamese day they came in and the unit; an answer still owed goes with its petition.
    """
    query = select(
        Petition.created_at,
        Petition.unit,
        Petition.status,
        Petition.answered_at,
        Petition.due_on,
        Petition.solved,
    ).where(which)  # type: ignore[call-overload]
    counts: Counter[tuple[date, str, str]] = Counter()
    for created_at, unit, status, answered_at, due_on, solved in await session.exec(query):
        day = created_at.astimezone(ZONE).date()
        ends = [RECEIVED]
        if answered_at is not None:
            in_time = answered_at.date() <= due_on
            ends += [ANSWERED, IN_TIME] if in_time else [ANSWERED]
        if status == PetitionStatus.DECLINED:
            ends.append(DECLINED)
        if solved is not None:
            ends.append(_JUDGED[solved])
        counts.update((day, unit, end) for end in ends)
    for (day, unit, end), times in sorted(counts.items()):  # in one order: nobody waits in a ring
        row = await session.get(
            DailyCount, (CountKind.PETITION, day, unit, end), with_for_update=True
        )
        row = row or DailyCount(kind=CountKind.PETITION, day=day, key=unit, action=end)
        row.times += times
        session.add(row)
    await session.flush()
