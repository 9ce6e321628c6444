"""The satisfaction index: how many answered, how satisfied they were, and how far that can be trusted.

The unit is the person, not the question: five answers of one person hang together, and counted apart
they would make the interval too narrow. A person's score is the mean of the questions they answered;
who scores 4 or more is satisfied.

Intervals hold at 95 %: Student's t for the mean score, Wilson's for the satisfied share (it stays within
0 and 1 and is right for few answers too, where the common normal interval is not).

Fewer than ENOUGH answers say nothing reliable and may point at somebody; they are not shown, and what
is left out of a table is never so little that it could be told from the table's sums.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

from sqlalchemy import case
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import Aspect, SurveyAnswer, SurveySource

#: Fewest answers of a group that is shown.
ENOUGH: Final = 10
#: A person's score from which they count as satisfied: "hài lòng" on the whole.
SATISFIED: Final = 4.0
LOWEST, HIGHEST = 1.0, 5.0
#: Standard normal quantile of a 95 % interval.
_Z: Final = 1.959964
_TAIL: Final = 0.975

Key = TypeVar("Key", bound=Hashable)
_NOTHING: Final = ((0.0, 0),) * len(Aspect)


@dataclass(frozen=True, slots=True)
class Measure:
    """Sums over a group of answers; measures add."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0
    satisfied: int = 0
    aspects: tuple[tuple[float, int], ...] = _NOTHING
    """For each Aspect: sum of scores, and how many gave one."""

    def __add__(self, other: Measure) -> Measure:
        pairs = zip(self.aspects, other.aspects, strict=True)
        return Measure(
            self.n + other.n,
            self.total + other.total,
            self.squares + other.squares,
            self.satisfied + other.satisfied,
            tuple((a + c, b + d) for (a, b), (c, d) in pairs),
        )

    @property
    def is_enough(self) -> bool:
        """Whether the group is large enough to be shown."""
        return self.n >= ENOUGH

    @property
    def mean(self) -> float:
        """Mean score, from 1 to 5."""
        return self.total / self.n

    @property
    def mean_interval(self) -> tuple[float, float]:
        """95 % interval of the mean, by Student's t; needs two answers."""
        from scipy.special import stdtrit  # a twelfth of every start, for a page few open

        spread = max(0.0, self.squares - self.total**2 / self.n) / (self.n - 1)
        half = float(stdtrit(self.n - 1, _TAIL)) * math.sqrt(spread / self.n)
        return max(LOWEST, self.mean - half), min(HIGHEST, self.mean + half)

    @property
    def share(self) -> float:
        """Share of satisfied people, from 0 to 1."""
        return self.satisfied / self.n

    @property
    def share_interval(self) -> tuple[float, float]:
        """95 % interval of the share, by Wilson."""
        return wilson(self.satisfied, self.n)

    def of(self, aspect: Aspect) -> float | None:
        """Return the mean of one question; None where fewer than ENOUGH answered it."""
        total, count = self.aspects[list(Aspect).index(aspect)]
        return total / count if count >= ENOUGH else None


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % score interval of a share (E. B. Wilson, 1927); `n` is positive."""
    share = hits / n
    scale = 1 + _Z**2 / n
    middle = (share + _Z**2 / (2 * n)) / scale
    half = _Z / scale * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def enough(groups: Mapping[Key, Measure]) -> dict[Key, Measure]:
    """Return the groups large enough to be shown, in the order given.

    Where so few are left out that they could be told from a sum over all, the smallest group shown
    is left out with them.
    """
    shown = {key: one for key, one in groups.items() if one.is_enough}
    hidden = sum(one.n for key, one in groups.items() if key not in shown)
    while shown and 0 < hidden < ENOUGH:
        smallest = min(shown, key=lambda key: shown[key].n)
        hidden += shown.pop(smallest).n
    return shown


@dataclass(frozen=True, slots=True)
class Filters:
    """Which answers count; "" and None do not filter."""

    centre: str = ""
    field: str | None = None
    since: date | None = None
    """First day of the first month of visits."""
    until: date | None = None
    """First day of the last month, which counts."""
    source: SurveySource = SurveySource.ACCOUNT


@dataclass(frozen=True, slots=True)
class Cell:
    """The answers about one centre, field and month."""

    centre: str
    field: str
    month: date
    measure: Measure


@dataclass(frozen=True, slots=True)
class Survey:
    """What was answered, and the names of the centres."""

    cells: Sequence[Cell] = ()
    centres: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> Measure:
        """All answers together."""
        return sum((cell.measure for cell in self.cells), Measure())

    def name_of(self, centre: str) -> str:
        """Return the name of a centre, with its key where another has the same name."""
        name = self.centres[centre]
        alone = sum(other == name for other in self.centres.values()) == 1
        return name if alone else f"{name} ({centre})"

    def by(self, key: Callable[[Cell], Key]) -> dict[Key, Measure]:
        """Return the answers by what `key` gives for a cell, in order of first appearance."""
        groups: dict[Key, Measure] = defaultdict(Measure)
        for cell in self.cells:
            groups[key(cell)] += cell.measure
        return dict(groups)


async def read(session: AsyncSession, filters: Filters) -> Survey:
    """Return the answers that match, summed by the database."""
    sums = [
        part
        for aspect in Aspect
        for score in (getattr(SurveyAnswer, aspect.value),)
        for part in (func.coalesce(func.sum(score), 0), func.count(score))
    ]
    score = col(SurveyAnswer.score)
    query = (
        select(  # type: ignore[call-overload]  # more columns than the stubs foresee
            SurveyAnswer.centre,
            func.max(SurveyAnswer.centre_name),
            SurveyAnswer.field,
            SurveyAnswer.month,
            func.count(),
            func.sum(score),
            func.sum(score * score),
            func.sum(case((score >= SATISFIED, 1), else_=0)),
            *sums,
        )
        .where(*_conditions(filters))
        .group_by(SurveyAnswer.centre, SurveyAnswer.field, SurveyAnswer.month)
        .order_by(SurveyAnswer.month, SurveyAnswer.centre, SurveyAnswer.field)
    )
    cells, names = [], {}
    for centre, name, of, month, n, total, squares, satisfied, *rest in await session.exec(query):
        pairs = tuple((float(a), int(b)) for a, b in zip(rest[::2], rest[1::2], strict=True))
        measure = Measure(n, float(total), float(squares), int(satisfied), pairs)
        cells.append(Cell(centre, of, month, measure))
        names[centre] = name
    return Survey(cells, names)


async def choices(session: AsyncSession) -> tuple[dict[str, str], list[str]]:
    """Return the centres (key → name) and the fields that were ever answered about."""
    name = func.max(SurveyAnswer.centre_name)
    centres = select(SurveyAnswer.centre, name).group_by(SurveyAnswer.centre).order_by(name)
    fields = select(SurveyAnswer.field).distinct().order_by(SurveyAnswer.field)
    return dict((await session.exec(centres)).all()), list(await session.exec(fields))


async def comments(session: AsyncSession, filters: Filters, *, limit: int) -> Sequence[str]:
    """Return the newest remarks (masked) of the answers that match."""
    query = (
        select(SurveyAnswer.comment)
        .where(SurveyAnswer.comment != "", *_conditions(filters))
        .order_by(col(SurveyAnswer.id).desc())
        .limit(limit)
    )
    return (await session.exec(query)).all()


def _conditions(filters: Filters) -> list[bool]:
    found = [SurveyAnswer.source == filters.source]
    if filters.centre:
        found.append(SurveyAnswer.centre == filters.centre)
    if filters.field is not None:
        found.append(SurveyAnswer.field == filters.field)
    if filters.since is not None:
        found.append(SurveyAnswer.month >= filters.since)
    if filters.until is not None:
        found.append(SurveyAnswer.month <= filters.until)
    return found
