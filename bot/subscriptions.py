"""What a person asked to be told of: taken with their consent, ended at once when they say so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import DossierWatch, ProcedureFollow, Subscription, Topic

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
) -> bool:
    """Tell a person of a topic in a place from now on; False when that was so already.

    `consent` is the version of the text they agreed to. Empty codes mean everywhere.

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
    if len(await subscriptions_of(session, person_id)) >= MOST_PER_PERSON:
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
    session.add(row)
    return True


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
