"""The calendar of this instance: the public one under the days an editor entered."""

from __future__ import annotations

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.hours import Calendar, Override, OverrideKind
from knowledge.models import CalendarDay


async def read_calendar(session: AsyncSession) -> Calendar:
    """Return the calendar with the stored days over it."""
    rows = await session.exec(select(CalendarDay))
    return Calendar.load(
        Override(
            day=row.day,
            kind=OverrideKind(row.kind),
            name=row.name,
            province_code=row.province_code,
            like=row.like,
            verified=row.verified,
            source=row.source,
        )
        for row in rows
    )


async def set_day(session: AsyncSession, day: Override) -> None:
    """Store one day, in place of what was entered for it before."""
    await session.merge(CalendarDay(**day.model_dump()))
