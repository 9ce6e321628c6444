"""The golden questions and the publish gate: what would be answered if a change went live.

Every question has a known right answer. They are asked of the Index as it is and as it would be;
a question that was right and would be wrong holds the change back until somebody gives a reason.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.content import Content
from knowledge.matching import Action, Finding, Index
from knowledge.models import GoldenQuestion, Origin
from knowledge.published import Library, Phrases, Published, Reading, trial
from knowledge.publishing import content_hash, dump

#: Where the questions stand that come with the program.
FILE: Final = "golden.jsonl"
#: Verdicts remembered; one is asked for when a change is submitted and again when it is approved.
REMEMBERED: Final = 32


@dataclass(frozen=True, slots=True)
class Golden:
    """A question whose right answer is known."""

    question: str
    codes: frozenset[str]
    """Any of these is right; none when the right answer is that we do not know."""

    @property
    def in_scope(self) -> bool:
        """Whether there is something to answer."""
        return bool(self.codes)


@dataclass(frozen=True, slots=True)
class Answered:
    """What one question gets: right when the procedure is told or among those offered."""

    golden: Golden
    right: bool
    action: Action
    codes: tuple[str, ...]
    """What is told or offered, best first."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the golden questions fare before and after a change."""

    version: int
    """Of the knowledge they were asked of; another publication makes this verdict old."""
    questions: str
    """Digest of the questions asked."""
    before: tuple[Answered, ...]
    after: tuple[Answered, ...]

    @property
    def broke(self) -> tuple[tuple[Answered, Answered], ...]:
        """The questions that were right and would be wrong, as answered before and after."""
        return tuple(pair for pair in self._pairs() if pair[0].right and not pair[1].right)

    @property
    def mended(self) -> tuple[tuple[Answered, Answered], ...]:
        """The questions that were wrong and would be right."""
        return tuple(pair for pair in self._pairs() if pair[1].right and not pair[0].right)

    @property
    def passed(self) -> bool:
        """Whether nothing broke."""
        return not self.broke

    def _pairs(self) -> zip[tuple[Answered, Answered]]:
        return zip(self.before, self.after, strict=True)


def ask(
    index: Index, questions: Sequence[Golden], superseded: Mapping[str, str] | None = None
) -> tuple[Answered, ...]:
    """Return what each question gets from `index`; a code that replaced a right one is right."""
    return tuple(
        _judge(golden, index.search(golden.question), superseded or {}) for golden in questions
    )


def _judge(golden: Golden, finding: Finding, superseded: Mapping[str, str]) -> Answered:
    told = _told(finding)
    if not golden.in_scope:
        return Answered(golden, finding.action is not Action.ANSWER, finding.action, told)
    todays = {_todays(code, superseded) for code in golden.codes}
    return Answered(golden, bool((golden.codes | todays) & set(told)), finding.action, told)


def _todays(code: str, superseded: Mapping[str, str]) -> str:
    """Return the code that `code` has become by one replacement after another."""
    seen: set[str] = set()
    while code in superseded and code not in seen:
        seen.add(code)
        code = superseded[code]
    return code


def _told(finding: Finding) -> tuple[str, ...]:
    """Return the codes a citizen would read in the reply."""
    if finding.parts:
        return tuple(code for part in finding.parts for code in _told(part))
    if finding.action is Action.ANSWER:
        return (finding.hits[0].code,)
    return tuple(hit.code for hit in finding.offered) if finding.action is Action.CLARIFY else ()


class Gate:
    """Asks before anything goes live; what has been asked of one version is remembered."""

    def __init__(self, read: Reading, library: Library) -> None:
        self._read = read
        self._library = library
        self._asked: OrderedDict[str, tuple[Answered, ...]] = OrderedDict()
        self._asking = asyncio.Lock()

    async def verdict(
        self, contents: Sequence[Content], phrases: Mapping[str, Phrases] | None = None
    ) -> Verdict:
        """Return what would happen to the golden questions if `contents` were live.

        `phrases` are the wordings a code would have; others keep theirs.
        """
        phrases = phrases or {}
        published = self._library.current
        async with self._read() as session:
            questions = await active(session)
        key = _key(published, questions)
        change = [content_hash(dump(content)) for content in contents]
        change_key = f"{key}:{_digest([change, sorted(phrases.items())])}"
        async with self._asking:
            before = await self._ask(key, published, questions)
            after = self._asked.get(change_key)
            if after is None:
                would_be = await asyncio.to_thread(trial, published, contents, phrases)
                after = await self._ask(change_key, would_be, questions)
        return Verdict(published.version, key.partition(":")[2], before, after)

    def went_live(self, verdict: Verdict) -> None:
        """Remember that a change of which `verdict` speaks is live: what was after is before now."""
        if self._library.current.version == verdict.version + 1:
            self._asked[f"{verdict.version + 1}:{verdict.questions}"] = verdict.after

    async def now(self) -> tuple[Answered, ...]:
        """Return how the golden questions fare with what is live."""
        published = self._library.current
        async with self._read() as session:
            questions = await active(session)
        async with self._asking:
            return await self._ask(_key(published, questions), published, questions)

    async def _ask(
        self, key: str, published: Published, questions: Sequence[Golden]
    ) -> tuple[Answered, ...]:
        if key not in self._asked:
            self._asked[key] = await asyncio.to_thread(
                ask, published.index, questions, published.superseded
            )
            if len(self._asked) > REMEMBERED:
                self._asked.popitem(last=False)
        self._asked.move_to_end(key)
        return self._asked[key]


def _key(published: Published, questions: Sequence[Golden]) -> str:
    """Return what the answers depend on: "version:digest of the questions"."""
    return f"{published.version}:{_digest([(g.question, sorted(g.codes)) for g in questions])}"


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()


async def active(session: AsyncSession) -> list[Golden]:
    """Return the golden questions that count, oldest first."""
    rows = await session.exec(
        select(GoldenQuestion.question, GoldenQuestion.codes)
        .where(col(GoldenQuestion.active).is_(True))
        .order_by(col(GoldenQuestion.id))
    )
    return [Golden(question, frozenset(codes)) for question, codes in rows]


async def load(session: AsyncSession, data_dir: Path) -> bool:
    """Add the questions of our file that are not known; no answer changes by it, so return False.

    Those an editor has taken out or changed stay as they are.
    """
    known = set(await session.exec(select(GoldenQuestion.question)))
    path = data_dir / FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for line in lines:
        fields = json.loads(line)
        if fields["q"] not in known:
            known.add(fields["q"])
            session.add(
                GoldenQuestion(
                    question=fields["q"],
                    codes=fields["codes"],
                    facet=fields["facet"] or "",
                    in_scope=fields["scope"] == "in",
                    origin=Origin.STARTER,
                )
            )
    return False
