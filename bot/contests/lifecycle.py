"""The life of a contest at the desk: draft → in review → approved (open in its time) or stopped.

Each step is one transaction with its entry in the log of deeds. A step that may not be taken says why
in words for the official. What is approved never changes: everybody answers the same questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import audit
from bot.contests.entries import questions_of
from bot.messages import contests as words
from bot.models import Contest, ContestQuestion, ContestStatus

FEWEST_CHOICES, MOST_CHOICES = 2, 6
MOST_QUESTIONS: Final = 60
#: Longest text of each part, in characters; a question and its choices must fit into one chat message.
LONGEST: Final = {
    "title": 150, "rules": 3_000, "prizes": 1_000, "text": 500, "choice": 150,
    "explanation": 1_000, "source": 500,
}  # fmt: skip
#: A contest that stays open longer is a mistake in the year.
LONGEST_OPEN: Final = timedelta(days=184)


class ContestError(ValueError):
    """A step that may not be taken; the words are for the official."""


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does it, from where, when."""

    login: str
    where: str
    now: datetime


def wrong_with(contest: Contest, questions: Sequence[ContestQuestion], now: datetime) -> list[str]:
    """Return what keeps a contest from being opened, a sentence each."""
    wrong = wrong_settings(contest)
    if contest.closes_at <= now:
        wrong.append(words.CLOSES_PAST)
    if not questions:
        wrong.append(words.NO_QUESTIONS)
    for number, question in enumerate(questions, 1):
        wrong += [
            words.IN_QUESTION.format(number=number, why=why) for why in wrong_question(question)
        ]
    texts = [" ".join(question.text.lower().split()) for question in questions]
    if len(set(texts)) < len(texts):
        wrong.append(words.SAME_QUESTIONS)
    return wrong


def wrong_settings(contest: Contest) -> list[str]:
    """Return what is wrong with title, rules and dates."""
    wrong = []
    if not contest.title:
        wrong.append(words.NO_TITLE)
    if not contest.rules:
        wrong.append(words.NO_RULES)
    if contest.closes_at <= contest.opens_at:
        wrong.append(words.CLOSES_FIRST)
    elif contest.closes_at - contest.opens_at > LONGEST_OPEN:
        wrong.append(words.TOO_LONG_OPEN)
    return wrong


def wrong_question(question: ContestQuestion) -> list[str]:
    """Return what is wrong with one question."""
    wrong = []
    if not question.text:
        wrong.append(words.NO_TEXT)
    choices = question.choices
    if not FEWEST_CHOICES <= len(choices) <= MOST_CHOICES:
        wrong.append(words.CHOICES_COUNT.format(least=FEWEST_CHOICES, most=MOST_CHOICES))
    different = {" ".join(choice.lower().split()) for choice in choices}
    if len(different) < len(choices) or "" in different:
        wrong.append(words.SAME_CHOICES)
    if not 0 <= question.right_choice < len(choices):
        wrong.append(words.NO_RIGHT)
    if not question.explanation:
        wrong.append(words.NO_EXPLANATION)
    if not question.source:
        wrong.append(words.NO_SOURCE)
    lengths = [(question.text, "text"), (question.explanation, "explanation"),
               (question.source, "source"), *((choice, "choice") for choice in choices)]  # fmt: skip
    wrong += [
        words.TOO_LONG.format(part=words.PARTS[part], limit=LONGEST[part])
        for part in dict.fromkeys(part for text, part in lengths if len(text) > LONGEST[part])
    ]
    return wrong


async def save(session: AsyncSession, contest: Contest, doer: Doer) -> Contest:
    """Store a new or changed draft.

    Raises:
        ContestError: it is a draft no more.
    """
    _must_be(contest, ContestStatus.DRAFT)
    contest.author = doer.login
    session.add(contest)
    await session.flush()
    await _log(session, contest, doer, "contest.save")
    return contest


async def put_question(
    session: AsyncSession, contest: Contest, question: ContestQuestion, doer: Doer
) -> None:
    """Add or change a question of a draft.

    Raises:
        ContestError: the contest is a draft no more, or has enough questions.
    """
    _must_be(contest, ContestStatus.DRAFT)
    if question.id is None:
        questions = await questions_of(session, question.contest_id)
        if len(questions) >= MOST_QUESTIONS:
            raise ContestError(words.TOO_MANY_QUESTIONS.format(most=MOST_QUESTIONS))
        question.position = max((one.position for one in questions), default=0) + 1
    session.add(question)
    contest.author = doer.login
    session.add(contest)
    await _log(session, contest, doer, "contest.question", after={"text": question.text})


async def drop_question(
    session: AsyncSession, contest: Contest, question: ContestQuestion, doer: Doer
) -> None:
    """Take a question out of a draft.

    Raises:
        ContestError: the contest is a draft no more.
    """
    _must_be(contest, ContestStatus.DRAFT)
    await session.delete(question)
    await _log(session, contest, doer, "contest.drop_question", after={"text": question.text})


async def take_in(
    session: AsyncSession, contest: Contest, questions: Sequence[ContestQuestion], doer: Doer
) -> None:
    """Add the questions of a file, all of them or none.

    Raises:
        ContestError: the contest is a draft no more, or would have too many questions.
    """
    _must_be(contest, ContestStatus.DRAFT)
    known = await questions_of(session, contest.id or 0)
    if len(known) + len(questions) > MOST_QUESTIONS:
        raise ContestError(words.TOO_MANY_QUESTIONS.format(most=MOST_QUESTIONS))
    start = max((one.position for one in known), default=0) + 1
    for position, question in enumerate(questions, start):
        question.position = position
        session.add(question)
    contest.author = doer.login
    session.add(contest)
    await _log(session, contest, doer, "contest.import", after={"questions": len(questions)})


async def submit(session: AsyncSession, contest: Contest, doer: Doer) -> None:
    """Hand a draft to an approver.

    Raises:
        ContestError: it is no draft, or something is missing.
    """
    _must_be(contest, ContestStatus.DRAFT)
    await _must_be_whole(session, contest, doer)
    contest.status, contest.author, contest.note = ContestStatus.IN_REVIEW, doer.login, ""
    session.add(contest)
    await _log(session, contest, doer, "contest.submit")


async def approve(
    session: AsyncSession, contest: Contest, doer: Doer, *, second_person: bool
) -> None:
    """Let a contest open in its time.

    Raises:
        ContestError: it is not in review, something is missing, or its author approves it although
            there is a second person.
    """
    _must_be(contest, ContestStatus.IN_REVIEW)
    await _must_be_whole(session, contest, doer)
    if second_person and contest.author == doer.login:
        raise ContestError(words.SECOND_PERSON)
    contest.status, contest.approver = ContestStatus.APPROVED, doer.login
    session.add(contest)
    await _log(session, contest, doer, "contest.approve")


async def send_back(session: AsyncSession, contest: Contest, doer: Doer, *, reason: str) -> None:
    """Return a contest to its author; an approved one only while it has not opened.

    Raises:
        ContestError: it is open, over or a draft, or no reason is given.
    """
    early = contest.status is ContestStatus.APPROVED and doer.now < contest.opens_at
    if contest.status is not ContestStatus.IN_REVIEW and not early:
        raise ContestError(words.NOT_NOW.format(status=words.STATUSES[contest.status]))
    contest.note, contest.status = _reason(reason), ContestStatus.DRAFT
    contest.approver = ""
    session.add(contest)
    await _log(session, contest, doer, "contest.send_back", reason=reason)


async def stop(session: AsyncSession, contest: Contest, doer: Doer, *, reason: str) -> None:
    """End an open contest at once; what was answered stays.

    Raises:
        ContestError: it is not open, or no reason is given.
    """
    if not contest.is_open(doer.now):
        raise ContestError(words.NOT_OPEN)
    contest.note, contest.status = _reason(reason), ContestStatus.STOPPED
    contest.closes_at = doer.now
    session.add(contest)
    await _log(session, contest, doer, "contest.stop", reason=reason)


async def discard(session: AsyncSession, contest: Contest, doer: Doer) -> None:
    """Delete a draft with its questions.

    Raises:
        ContestError: it is a draft no more.
    """
    _must_be(contest, ContestStatus.DRAFT)
    gone = delete(ContestQuestion).where(col(ContestQuestion.contest_id) == contest.id)
    await session.exec(gone)
    await session.delete(contest)
    await _log(session, contest, doer, "contest.discard")


async def lock(session: AsyncSession, contest_id: int) -> Contest | None:
    """Return a contest for whoever changes it."""
    query = select(Contest).where(Contest.id == contest_id).with_for_update()
    return (await session.exec(query)).first()


def _must_be(contest: Contest, status: ContestStatus) -> None:
    if contest.status is not status:
        raise ContestError(words.NOT_NOW.format(status=words.STATUSES[contest.status]))


async def _must_be_whole(session: AsyncSession, contest: Contest, doer: Doer) -> None:
    wrong = wrong_with(contest, await questions_of(session, contest.id or 0), doer.now)
    if wrong:
        raise ContestError(" ".join(wrong))


def _reason(reason: str) -> str:
    if not reason.strip():
        raise ContestError(words.NO_REASON)
    return reason.strip()


async def _log(
    session: AsyncSession, contest: Contest, doer: Doer, action: str, *,
    after: dict[str, Any] | None = None, reason: str = "",
) -> None:  # fmt: skip
    await audit.write(
        session, actor=doer.login, action=action, subject=f"contest:{contest.id}",
        after=after or {"title": contest.title, "status": contest.status},
        reason=reason, where=doer.where, now=doer.now,
    )  # fmt: skip
