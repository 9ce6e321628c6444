"""Rows to broadcast with: people, what they asked for, an announcement and its run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import Announcement, Run, Subscription, Topic
from bot.people import heard_from
from knowledge.models import AdminUnit

#: Ten in the morning in Vietnam.
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PROVINCE, COMMUNE, OTHER_COMMUNE, OTHER_PROVINCE = "82", "28615", "28616", "91"


async def add_units(session: AsyncSession) -> None:
    """Two communes of one province, and another province."""
    for code, province in ((PROVINCE, PROVINCE), (OTHER_PROVINCE, OTHER_PROVINCE),
                           (COMMUNE, PROVINCE), (OTHER_COMMUNE, PROVINCE)):  # fmt: skip
        kind = "province" if len(code) == 2 else "commune"
        session.add(
            AdminUnit(code=code, kind=kind, name=code, province_code=province, table_version="1")
        )
    await session.flush()


async def subscribe(
    session: AsyncSession,
    address: str,
    *,
    topic: Topic = Topic.STORMS,
    province: str = "",
    commune: str = "",
    channel: str = "telegram",
    now: datetime = NOW - timedelta(days=1),
) -> str:
    """Return the person at `address`, who asked for `topic` at the place."""
    contact = await heard_from(session, channel, address, now=now)
    session.add(
        Subscription(
            person_id=contact.person_id,
            topic=topic,
            province_code=province,
            commune_code=commune,
            consent_text_version="1",
            consented_at=now,
            source=channel,
        )
    )
    await session.flush()
    return contact.person_id


async def add_run(session: AsyncSession, announcement: Announcement, at: datetime = NOW) -> int:
    """Return the id of a new run of `announcement`."""
    session.add(announcement)
    await session.flush()
    assert announcement.id is not None
    run = Run(announcement_id=announcement.id, fire_time=at)
    session.add(run)
    await session.flush()
    assert run.id is not None
    return run.id
