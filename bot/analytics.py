"""Figures about all who ask and nobody in particular: counted with each turn, read by the day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.conversation import Action
from bot.db import insert_into
from bot.models import CountKind, DailyCount, Feedback, MissedQuestion
from knowledge.columns import table_of
from knowledge.hours import ZONE

#: In public figures fewer than this are not shown: a small number may be one person.
SMALL: Final = 5
#: PostgreSQL's advisory lock of the counts; any number nobody else locks.
_LOCK: Final = 7_116_109
MOST_DAYS: Final = 366
TOP: Final = 20


@dataclass(frozen=True, slots=True)
class Counted:
    """What the figures need of one turn."""

    at: datetime
    channel: str
    province: str
    action: str
    code: str


async def count_turns(session: AsyncSession, turns: Sequence[Counted]) -> None:
    """Count turns, first in the transaction that records them.

    Everybody counts in the same few rows, and several turns may share a transaction, so on PostgreSQL
    processes take turns here: one that comes later holds nothing yet that another could wait for.
    """
    if not turns:
        return
    if session.get_bind().dialect.name == "postgresql":
        await session.exec(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))  # type: ignore[call-overload]
    times = Counter(row for turn in turns for row in _rows(turn))
    insert = insert_into(session, DailyCount)
    statement = insert.on_conflict_do_update(
        index_elements=["kind", "day", "key", "action"],
        set_={"times": table_of(DailyCount).c.times + insert.excluded.times},
    )
    rows = [
        {"kind": kind, "day": day, "key": key, "action": action, "times": count}
        for (kind, day, key, action), count in times.items()
    ]
    await session.exec(statement, params=rows)


def _rows(turn: Counted) -> Iterator[tuple[CountKind, date, str, str]]:
    local = turn.at.astimezone(ZONE)
    keys = [
        (CountKind.ALL, ""),
        (CountKind.CHANNEL, turn.channel),
        (CountKind.HOUR, f"{local.hour:02}"),
    ]
    if turn.province:
        keys.append((CountKind.PROVINCE, turn.province))
    if turn.code and turn.action == Action.ANSWER:
        keys.append((CountKind.TOPIC, turn.code))
    for kind, key in keys:
        yield kind, local.date(), key, turn.action


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of some days; each number is of questions."""

    since: date
    until: date
    """The last day, which counts."""
    days: Mapping[date, Mapping[str, int]] = field(default_factory=dict)
    """Every day in turn → action → times."""
    channels: Mapping[str, int] = field(default_factory=dict)
    hours: Mapping[str, int] = field(default_factory=dict)
    provinces: Mapping[str, int] = field(default_factory=dict)
    topics: Mapping[str, int] = field(default_factory=dict)
    """The procedures answered most, at most TOP."""
    helpful: int = 0
    unhelpful: int = 0

    @property
    def total(self) -> int:
        """All questions."""
        return sum(sum(actions.values()) for actions in self.days.values())

    def of(self, action: str) -> int:
        """Questions that ended in `action`."""
        return sum(actions.get(action, 0) for actions in self.days.values())

    def public(self) -> Figures:
        """The same without any number under SMALL; sums are of what is left, so none can be inferred."""
        return Figures(
            self.since,
            self.until,
            {day: _enough(actions) for day, actions in self.days.items()},
            _enough(self.channels),
            _enough(self.hours),
            _enough(self.provinces),
            _enough(self.topics),
            self.helpful if self.helpful >= SMALL else 0,
            self.unhelpful if self.unhelpful >= SMALL else 0,
        )


def _enough(counts: Mapping[str, int]) -> dict[str, int]:
    return {key: times for key, times in counts.items() if times >= SMALL}


async def read_figures(session: AsyncSession, since: date, until: date) -> Figures:
    """Return the figures from `since` to `until`, at most MOST_DAYS days."""
    since = max(since, until - timedelta(days=MOST_DAYS - 1))
    days: dict[date, dict[str, int]] = {
        since + timedelta(days=n): {} for n in range((until - since).days + 1)
    }
    query = select(col(DailyCount.day), DailyCount.action, DailyCount.times).where(
        DailyCount.kind == CountKind.ALL, col(DailyCount.day).between(since, until)
    )
    for day, action, times in await session.exec(query):
        days[day][action] = times
    hours = await _by(session, CountKind.HOUR, since, until)
    topics = await _by(session, CountKind.TOPIC, since, until, limit=TOP)
    helpful = await _satisfaction(session, since, until)
    return Figures(
        since,
        until,
        days,
        await _by(session, CountKind.CHANNEL, since, until),
        {f"{hour:02}": hours.get(f"{hour:02}", 0) for hour in range(24)},
        await _by(session, CountKind.PROVINCE, since, until),
        topics,
        helpful.get(True, 0),
        helpful.get(False, 0),
    )


async def _by(
    session: AsyncSession, kind: CountKind, since: date, until: date, limit: int = 100
) -> dict[str, int]:
    times = func.sum(DailyCount.times)
    query = (
        select(DailyCount.key, times)
        .where(DailyCount.kind == kind, col(DailyCount.day).between(since, until))
        .group_by(DailyCount.key)
        .order_by(times.desc(), DailyCount.key)
        .limit(limit)
    )
    return {key: int(total) for key, total in await session.exec(query)}


async def _satisfaction(session: AsyncSession, since: date, until: date) -> dict[bool, int]:
    first = datetime.combine(since, time(), ZONE).astimezone(UTC)
    end = datetime.combine(until + timedelta(days=1), time(), ZONE).astimezone(UTC)
    counts: dict[bool, int] = defaultdict(int)
    query = select(Feedback.helpful, func.count()).where(Feedback.at >= first, Feedback.at < end)
    for helpful, times in await session.exec(query.group_by(col(Feedback.helpful))):
        counts[bool(helpful)] = times
    return counts


async def read_missed(session: AsyncSession, *, limit: int = TOP) -> Sequence[tuple[str, int]]:
    """Return the open missed questions asked most: masked words, and how often."""
    query = (
        select(MissedQuestion.question, MissedQuestion.times)
        .where(MissedQuestion.status == "open")
        .order_by(col(MissedQuestion.times).desc(), col(MissedQuestion.last_at).desc())
        .limit(limit)
    )
    return (await session.exec(query)).all()
