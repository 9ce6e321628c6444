"""Questions nobody could answer, put together by what they ask, so that an editor settles many at once."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from typing import Any, Final

import sqlalchemy
import structlog
from rapidfuzz import fuzz
from sqlalchemy import bindparam, func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database
from bot.models import MissedQuestion, MissedStatus
from knowledge.columns import table_of

#: Questions put into groups by one transaction.
AT_ONCE: Final = 1_000
#: Two questions this alike (0–100), word order aside, ask the same.
ALIKE: Final = 84.0
#: A word in more groups than this says little; it is looked up only for want of a rarer one.
COMMON: Final = 400
#: Groups compared letter by letter with one question.
COMPARED: Final = 12

_EMPTY: Final = frozenset((
    "a", "ah", "anh", "bao", "can", "chi", "cho", "co", "cua", "dau", "do", "duoc", "em", "gi",
    "hoi", "khong", "la", "lam", "minh", "muon", "nao", "nay", "nhe", "nhieu", "nhu", "o", "oi",
    "sao", "the", "thi", "thu", "toi", "tuc", "u", "va", "vay", "ve", "voi", "xin",
))  # fmt: skip

log = structlog.get_logger()


class Groups:
    """The groups there are, each known by its first question; finds the one a question belongs to."""

    def __init__(self, groups: Iterable[tuple[int, str]] = ()) -> None:
        self._ids: list[int] = []
        self._texts: list[str] = []
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for group_id, folded in groups:
            self.add(group_id, folded)

    def add(self, group_id: int, folded: str) -> None:
        """Begin a group with a question."""
        text = telling(folded)
        for word in set(text.split()):
            self._by_word[word].append(len(self._ids))
        self._ids.append(group_id)
        self._texts.append(text)

    def find(self, folded: str) -> int | None:
        """Return the group that asks the same, or None."""
        text = telling(folded)
        best, group = ALIKE, None
        for at in self._near(set(text.split())):
            score = fuzz.token_sort_ratio(text, self._texts[at])
            if score >= best:
                best, group = score, self._ids[at]
        return group

    def _near(self, words: set[str]) -> list[int]:
        """Return the groups that share the most telling words."""
        known = sorted((word for word in words if word in self._by_word), key=self._spread)
        rare = [word for word in known if self._spread(word) <= COMMON] or known[:1]
        weights: dict[int, float] = defaultdict(float)
        for word in rare:
            weight = math.log(1 + len(self._ids) / self._spread(word))
            for at in self._by_word[word][:COMMON]:
                weights[at] += weight
        return nlargest(COMPARED, weights, key=weights.__getitem__)

    def _spread(self, word: str) -> int:
        return len(self._by_word[word])


def telling(folded: str) -> str:
    """Return the words of a folded question that tell what it asks; all of them when none do."""
    words = [word.strip(".,;:!?\"'()") for word in folded.lower().split()]
    kept = [word for word in words if word and word not in _EMPTY]
    return " ".join(kept or words)


async def group_new(database: Database) -> int:
    """Put the questions that have no group yet into one; return how many there were."""
    async with database.read() as session:
        new = (
            await session.exec(
                select(col(MissedQuestion.id), MissedQuestion.folded)
                .where(col(MissedQuestion.group_id).is_(None))
                .order_by(col(MissedQuestion.id))
                .limit(AT_ONCE)
            )
        ).all()
        if not new:
            return 0
        first = (
            await session.exec(
                select(MissedQuestion.id, MissedQuestion.folded).where(
                    MissedQuestion.group_id == MissedQuestion.id
                )
            )
        ).all()
    found = await asyncio.to_thread(_grouped, first, new)
    async with database.write() as session:
        connection = await session.connection()
        table = table_of(MissedQuestion)
        await connection.execute(
            table.update()
            .where(table.c.id == bindparam("at"))
            .values(group_id=bindparam("of_group")),
            [{"at": question, "of_group": group} for question, group in found],
        )
    return len(new)


def _grouped(
    first: Sequence[tuple[int | None, str]], new: Sequence[tuple[int | None, str]]
) -> list[tuple[int, int]]:
    groups = Groups((group_id or 0, folded) for group_id, folded in first)
    found = []
    for question_id, folded in new:
        assert question_id is not None
        group = groups.find(folded)
        if group is None:
            groups.add(question_id, folded)
        found.append((question_id, group or question_id))
    return found


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask the same: how often, when last, and one of them."""

    id: int
    times: int
    last_at: datetime
    wordings: int
    question: str


async def open_groups(
    session: AsyncSession, *, newest: bool, limit: int, offset: int = 0
) -> list[Group]:
    """Return the groups still open, the most asked (or the latest) first."""
    times, last = func.sum(MissedQuestion.times), func.max(MissedQuestion.last_at)
    order: list[Any] = [last.desc(), times.desc()] if newest else [times.desc(), last.desc()]
    connection = await session.connection()
    rows = (
        await connection.execute(
            sqlalchemy.select(
                col(MissedQuestion.group_id), times, last, func.count(), func.min(MissedQuestion.id)
            )
            .where(
                col(MissedQuestion.status) == MissedStatus.OPEN,
                col(MissedQuestion.group_id).is_not(None),
            )
            .group_by(col(MissedQuestion.group_id))
            .order_by(*order, col(MissedQuestion.group_id))
            .offset(offset)
            .limit(limit)
        )
    ).all()
    ids = [first for _, _, _, _, first in rows]
    shown = await session.exec(
        select(MissedQuestion.id, MissedQuestion.question).where(col(MissedQuestion.id).in_(ids))
    )
    questions = dict(shown.all())
    return [
        Group(group_id or 0, int(count), at, wordings, questions.get(first, ""))
        for group_id, count, at, wordings, first in rows
    ]


async def questions_of(session: AsyncSession, group_id: int) -> Sequence[MissedQuestion]:
    """Return the questions of a group, the most asked first."""
    rows = await session.exec(
        select(MissedQuestion)
        .where(MissedQuestion.group_id == group_id)
        .order_by(col(MissedQuestion.times).desc(), col(MissedQuestion.id))
        .limit(100)
    )
    return rows.all()


async def settle(session: AsyncSession, group_id: int, status: MissedStatus) -> int:
    """Give every open question of a group its end; return how many there were."""
    done = await session.exec(
        update(MissedQuestion)
        .where(
            col(MissedQuestion.group_id) == group_id,
            col(MissedQuestion.status) == MissedStatus.OPEN,
        )
        .values(status=status)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)
