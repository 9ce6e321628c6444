"""Entering a contest: one entry a person, one answer a question, whatever is pressed twice."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, bindparam, case, exists
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import people
from bot.contests import PREFIX, nicknames, scoring
from bot.contests.nicknames import Bad
from bot.conversation import ANSWER_ONLY
from bot.models import Contact, Contest, ContestEntry, ContestQuestion, ContestStatus
from bot.receipts import Seal, new_code

# Written once, as every conversation that begins asks: building a statement costs more than running it.
_OPEN: Final = (
    select(Contest)
    .where(
        Contest.status == ContestStatus.APPROVED,
        Contest.opens_at <= bindparam("now"),
        Contest.closes_at > bindparam("now"),
    )
    .order_by(col(Contest.closes_at), col(Contest.id))
)


@dataclass(frozen=True, slots=True)
class Who:
    """The citizen at an address: its pseudonyms, the present one first, and the person, if known."""

    channel: str
    address: str
    names: Sequence[str]


class Outcome(StrEnum):
    """What became of an answer."""

    TAKEN = "taken"
    FINISHED = "finished"
    STALE = "stale"
    """The question had been answered already, here or on another device."""
    CLOSED = "closed"


async def open_now(session: AsyncSession, now: datetime) -> Sequence[Contest]:
    """Return the contests that take answers, the first to close first."""
    return (await session.exec(_OPEN, params={"now": now})).all()


async def shown(session: AsyncSession, now: datetime, *, limit: int) -> Sequence[Contest]:
    """Return every contest the public may know of, the latest first."""
    query = (
        select(Contest)
        .where(col(Contest.status).in_((ContestStatus.APPROVED, ContestStatus.STOPPED)))
        .order_by(col(Contest.opens_at).desc(), col(Contest.id).desc())
        .limit(limit)
    )
    found = await session.exec(query)
    return [one for one in found if one.status is ContestStatus.APPROVED or one.opens_at <= now]


async def questions_of(session: AsyncSession, contest_id: int) -> Sequence[ContestQuestion]:
    """Return the questions as the editors see them."""
    query = select(ContestQuestion).where(ContestQuestion.contest_id == contest_id)
    ordered = query.order_by(col(ContestQuestion.position), col(ContestQuestion.id))
    return (await session.exec(ordered)).all()


async def entry_of(
    session: AsyncSession, contest_id: int, who: Who, *, lock: bool = False
) -> ContestEntry | None:
    """Return the entry of a citizen, made on any channel they have linked; `lock` it to change it."""
    contact = await people.find_contact(session, who.channel, who.address)
    person = contact.person_id if contact else "-"
    mine = or_(col(ContestEntry.who).in_(who.names), col(ContestEntry.person_id) == person)
    query = select(ContestEntry).where(mine, ContestEntry.contest_id == contest_id)
    query = query.order_by(col(ContestEntry.id)).limit(1)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.exec(query)).first()


async def enter(
    session: AsyncSession, contest: Contest, who: Who, nickname: str, *, now: datetime
) -> ContestEntry | Bad:
    """Return the citizen's entry, made now if there is none, or what is wrong with the nickname."""
    assert contest.id is not None
    contact = await people.heard_from(session, who.channel, who.address, now=now)
    found = await entry_of(session, contest.id, who)
    if found is not None:
        return found
    nickname = nicknames.tidy(nickname)
    wrong = nicknames.check(nickname)
    if wrong is not None:
        return wrong
    entry = ContestEntry(
        contest_id=contest.id,
        person_id=contact.person_id,
        who=who.names[0],
        nickname=nickname,
        nickname_key=nicknames.key_of(nickname),
        seed=secrets.randbits(31),
        asked_at=now,
        started_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(entry)
            await session.flush()
    except IntegrityError:
        return await entry_of(session, contest.id, who) or Bad.TAKEN
    return entry


async def answer(
    session: AsyncSession,
    contest: Contest,
    who: Who,
    *,
    position: int,
    choice: int,
    seal: Seal,
    now: datetime,
) -> tuple[Outcome, ContestEntry | None]:
    """Store the answer to the question at `position`; the last one finishes the entry with `seal`.

    The entry is locked, so that of two devices one answers; a question is answered once.
    """
    assert contest.id is not None
    if not contest.is_open(now):
        return Outcome.CLOSED, None
    entry = await entry_of(session, contest.id, who, lock=True)
    if entry is None or entry.finished_at is not None or len(entry.answers) != position:
        return Outcome.STALE, entry
    questions = await questions_of(session, contest.id)
    asked = scoring.order_of(questions, entry.seed)[position]
    seconds = scoring.counted(now - entry.asked_at)
    given = {"question": asked.id, "choice": choice, "seconds": seconds}
    entry.answers = [*entry.answers, given]
    entry.asked_at = now
    session.add(entry)
    if len(entry.answers) < len(questions):
        return Outcome.TAKEN, entry
    entry.finished_at = now
    entry.score = scoring.score_of(entry.answers, questions)
    entry.seconds = sum(one["seconds"] for one in entry.answers)
    entry.code, entry.secret_hash = new_code(PREFIX), seal.stored
    return Outcome.FINISHED, entry


async def by_code(session: AsyncSession, code: str) -> ContestEntry | None:
    """Return the entry of a receipt code."""
    return (await session.exec(select(ContestEntry).where(ContestEntry.code == code))).first()


async def ranking(
    session: AsyncSession, contest: Contest, *, limit: int | None = None
) -> list[scoring.Placed]:
    """Return the best finished entries that are ranked, with their places; all of them without `limit`."""
    best_first = (
        select(ContestEntry)
        .where(*_ranked(contest))
        .order_by(
            col(ContestEntry.score).desc(),
            col(ContestEntry.seconds),
            col(ContestEntry.nickname_key),
        )
    )
    return scoring.places((await session.exec(best_first.limit(limit))).all())


async def place_of(
    session: AsyncSession, contest: Contest, entry: ContestEntry
) -> tuple[int, int] | None:
    """Return the place of a finished entry and of how many, or None when it is not ranked."""
    mine = select(ContestEntry.id).where(ContestEntry.id == entry.id, *_ranked(contest))
    if (await session.exec(mine)).first() is None:
        return None
    faster = and_(col(ContestEntry.score) == entry.score, col(ContestEntry.seconds) < entry.seconds)
    better = or_(col(ContestEntry.score) > entry.score, faster)
    count = select(func.count(), func.count(case((better, 1)))).where(*_ranked(contest))
    ranked, before = (await session.exec(count)).one()
    return before + 1, ranked


def _ranked(contest: Contest) -> list[ColumnElement[bool]]:
    """Return which entries have a place.

    Browsers' sessions without an account have none unless the contest takes them in: anybody may open
    a hundred of them. One that is linked to a messenger counts from then on.
    """
    done = [
        col(ContestEntry.contest_id) == contest.id,
        col(ContestEntry.finished_at).is_not(None),
    ]
    return done if contest.ranks_pages else [*done, _HAS_ACCOUNT]


#: Whether the person of an entry can be reached by a messenger, and is not only a browser's session.
_HAS_ACCOUNT: Final = (
    exists()
    .where(
        col(Contact.person_id) == col(ContestEntry.person_id),
        col(Contact.channel).not_in(tuple(ANSWER_ONLY)),
    )
    .correlate(ContestEntry)
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many take part."""

    started: int = 0
    finished: int = 0
    ranked: int = 0
    mean: float | None = None
    """Mean score of the finished ones."""


async def counts(session: AsyncSession, contest_id: int) -> Counts:
    """Return how many have begun and finished, and how they did."""
    whole = select(
        func.count(),
        func.count(col(ContestEntry.finished_at)),
        func.sum(ContestEntry.score),
    ).where(ContestEntry.contest_id == contest_id)
    started, finished, score = (await session.exec(whole)).one()
    accounts = select(func.count()).where(
        ContestEntry.contest_id == contest_id,
        col(ContestEntry.finished_at).is_not(None),
        _HAS_ACCOUNT,
    )
    ranked = (await session.exec(accounts)).one()
    return Counts(started, finished, ranked, float(score) / finished if finished else None)
