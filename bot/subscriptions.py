"""What a person asked to be told of: taken with their consent, ended at once when they say so.

Whether they are told at once or once a day is a wish too. What they subscribe to later follows the one
that holds for their others: of the same topic, else of all; where these differ they are told at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Delete
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import (
    Announcement,
    DossierWatch,
    Gathered,
    ProcedureFollow,
    Run,
    Subscription,
    Topic,
)

#: More than anyone reads; beyond it somebody plays with us.
MOST_PER_PERSON = 50


class TooManyError(ValueError):
    """A person already follows as much as one may."""


async def subscribe(
    session: AsyncSession,
    person_id: str,
    topic: Topic,
    *,
    province_code: str = "",
    commune_code: str = "",
    consent: str,
    source: str,
    now: datetime,
    daily: bool | None = None,
) -> bool:
    """Tell a person of a topic in a place from now on; False when that was so already.

    `consent` is the version of the text they agreed to. Empty codes mean everywhere. Without `daily` it
    comes at once or with the daily digest as the person's others do.

    Raises:
        TooManyError: the person has MOST_PER_PERSON already.
    """
    query = select(Subscription).where(
        Subscription.person_id == person_id,
        Subscription.topic == topic,
        Subscription.province_code == province_code,
        Subscription.commune_code == commune_code,
    )
    row = (await session.exec(query)).first()
    if row is not None and row.ended_at is None:
        return False
    others = await subscriptions_of(session, person_id)
    if len(others) >= MOST_PER_PERSON:
        raise TooManyError(person_id)
    if row is None:
        row = Subscription(
            person_id=person_id,
            topic=topic,
            province_code=province_code,
            commune_code=commune_code,
            consent_text_version=consent,
            consented_at=now,
            source=source,
        )
    _agree(row, consent=consent, source=source, now=now)
    if daily is None:
        daily = are_daily([one for one in others if one.topic == topic] or others)
    row.daily = daily
    session.add(row)
    return True


def are_daily(wishes: Sequence[Subscription]) -> bool:
    """Whether all of these, and there are some, come with the daily digest."""
    return bool(wishes) and all(one.daily for one in wishes)


async def set_daily(
    session: AsyncSession,
    person_id: str,
    *,
    daily: bool,
    topic: Topic | None = None,
    now: datetime,
) -> tuple[int, int]:
    """Gather what a person is told of into one message a day, or tell it at once: all, or a topic.

    Returns:
        how many subscriptions that is about, and how many of them it changed.
    """
    mine = [one for one in await subscriptions_of(session, person_id) if topic in (None, one.topic)]
    changed = [one for one in mine if one.daily != daily]
    for one in mine:
        one.daily, one.daily_said_at = daily, now
        session.add(one)
    return len(mine), len(changed)


async def awaits_digest(session: AsyncSession, person_id: str, *, now: datetime) -> bool:
    """Whether something gathered for a person has yet to come with a digest."""
    query = (
        select(Gathered.run_id)
        .join(Run, col(Run.id) == Gathered.run_id)
        .where(
            Gathered.person_id == person_id,
            col(Gathered.digest_run_id).is_(None),
            col(Run.digest_at) > now,
        )
    )
    return (await session.exec(query.limit(1))).first() is not None


async def follow(
    session: AsyncSession, person_id: str, code: str, *, consent: str, source: str, now: datetime
) -> bool:
    """Tell a person when a procedure changes; False when they follow it already.

    Raises:
        TooManyError: the person follows MOST_PER_PERSON already.
    """
    row = await session.get(ProcedureFollow, (person_id, code))
    if row is not None and row.ended_at is None:
        return False
    if len(await follows_of(session, person_id)) >= MOST_PER_PERSON:
        raise TooManyError(person_id)
    if row is None:
        row = ProcedureFollow(
            person_id=person_id,
            code=code,
            consent_text_version=consent,
            consented_at=now,
            source=source,
        )
    _agree(row, consent=consent, source=source, now=now)
    session.add(row)
    return True


def _agree(
    row: Subscription | ProcedureFollow, *, consent: str, source: str, now: datetime
) -> None:
    """Put down to what they agreed, where and when; what had ended begins again."""
    row.consent_text_version, row.consented_at, row.source = consent, now, source
    row.ended_at = None


async def stop(
    session: AsyncSession, person_id: str, *, topic: Topic | None = None, now: datetime
) -> int:
    """End what a person is told of, on every channel: all of it, or one topic; return how much it was."""
    ended = update(Subscription).where(
        col(Subscription.person_id) == person_id, col(Subscription.ended_at).is_(None)
    )
    if topic is not None:
        ended = ended.where(col(Subscription.topic) == topic)
    count = (await session.exec(ended.values(ended_at=now))).rowcount
    await session.exec(_waits_for_digest(person_id, topic))
    if topic is None:
        unfollowed = update(ProcedureFollow).where(
            col(ProcedureFollow.person_id) == person_id, col(ProcedureFollow.ended_at).is_(None)
        )
        count += (await session.exec(unfollowed.values(ended_at=now))).rowcount
        unwatched = update(DossierWatch).where(
            col(DossierWatch.person_id) == person_id, col(DossierWatch.ended_at).is_(None)
        )
        count += (await session.exec(unwatched.values(ended_at=now))).rowcount
    return count


def _waits_for_digest(person_id: str, topic: Topic | None) -> Delete:
    """Return the statement that drops what waits for a person's next digest: all, or of a topic."""
    runs = select(Run.id).join(Announcement, col(Announcement.id) == Run.announcement_id)
    if topic is not None:
        runs = runs.where(Announcement.topic == topic)
    return delete(Gathered).where(
        col(Gathered.digest_run_id).is_(None),
        col(Gathered.person_id) == person_id,
        col(Gathered.run_id).in_(runs),
    )


async def unfollow(session: AsyncSession, person_id: str, code: str, *, now: datetime) -> bool:
    """End following one procedure; False when it was not followed."""
    ended = update(ProcedureFollow).where(
        col(ProcedureFollow.person_id) == person_id,
        col(ProcedureFollow.code) == code,
        col(ProcedureFollow.ended_at).is_(None),
    )
    return (await session.exec(ended.values(ended_at=now))).rowcount == 1


async def subscriptions_of(session: AsyncSession, person_id: str) -> Sequence[Subscription]:
    """Return the topics a person is told of now, oldest first."""
    query = (
        select(Subscription)
        .where(Subscription.person_id == person_id, col(Subscription.ended_at).is_(None))
        .order_by(col(Subscription.id))
    )
    return (await session.exec(query)).all()


async def follows_of(session: AsyncSession, person_id: str) -> Sequence[ProcedureFollow]:
    """Return the procedures a person follows now, oldest first."""
    query = (
        select(ProcedureFollow)
        .where(ProcedureFollow.person_id == person_id, col(ProcedureFollow.ended_at).is_(None))
        .order_by(col(ProcedureFollow.consented_at), col(ProcedureFollow.code))
    )
    return (await session.exec(query)).all()
