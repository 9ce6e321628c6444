"""What happens to a petition: forwarded, taken up, answered by two people, closed or reopened.

Each step checks that it may follow, leaves a line of history and, where the citizen should know, owes
them a notice. `remind_due` is for the scheduler.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import notices
from bot.conversation import Button
from bot.messages import petitions as words
from bot.models import OWED, AnswerStatus, Petition, PetitionAnswer, PetitionStatus
from bot.petitions.filing import note_event
from knowledge.content import Unit
from knowledge.deadlines import due_date
from knowledge.hours import ZONE, Calendar

#: Officials are reminded when no more working days than these are left.
REMIND_BEFORE: Final = 2
#: An answered petition that the citizen says nothing more about is closed after so long.
CLOSE_AFTER: Final = timedelta(days=30)


class StepError(Exception):
    """A step that may not be taken now; the sentence says why."""


async def forward(
    session: AsyncSession, petition: Petition, *, unit: str, actor: str, note: str, now: datetime
) -> None:
    """Send a petition to another unit.

    Raises:
        StepError: it is answered or closed, or no unit is named.
    """
    _must_be_owed(petition)
    if not unit.strip():
        raise StepError(words.DESK_NO_UNIT)
    petition.unit = unit.strip()
    petition.assignee = ""
    _move(session, petition, PetitionStatus.FORWARDED)
    note_event(session, petition, actor=actor, what="forwarded", note=_joined(unit, note), now=now)
    await _tell(session, petition, "forwarded", words.TOLD_FORWARDED.format(
        code=petition.code, unit=petition.unit), now=now)  # fmt: skip


async def assign(
    session: AsyncSession, petition: Petition, *, to: str, actor: str, now: datetime
) -> None:
    """Give a petition an owner, which takes it up.

    Raises:
        StepError: it is answered or closed.
    """
    _must_be_owed(petition)
    first = petition.status is not PetitionStatus.IN_PROGRESS
    petition.assignee = to.strip()
    _move(session, petition, PetitionStatus.IN_PROGRESS)
    note_event(session, petition, actor=actor, what="assigned", note=petition.assignee, now=now)
    if first:
        told = words.TOLD_IN_PROGRESS.format(code=petition.code)
        await _tell(session, petition, "in_progress", told, now=now)


def add_note(
    session: AsyncSession, petition: Petition, *, actor: str, note: str, now: datetime
) -> None:
    """Add an internal note; the citizen never sees it.

    Raises:
        StepError: the note is empty.
    """
    if not note.strip():
        raise StepError(words.DESK_EMPTY)
    note_event(session, petition, actor=actor, what="note", note=note.strip(), now=now)


async def propose(
    session: AsyncSession, petition: Petition, *, text: str, author: str, now: datetime
) -> PetitionAnswer:
    """Propose an answer for a second official to approve; it takes the place of an open proposal.

    Raises:
        StepError: no answer is owed, or the text is empty.
    """
    _must_be_owed(petition)
    if not text.strip():
        raise StepError(words.DESK_EMPTY)
    assert petition.id is not None
    for old in await open_answers(session, petition):
        old.status, old.why = AnswerStatus.RETURNED, words.DESK_REPLACED
        session.add(old)
    answer = PetitionAnswer(
        petition_id=petition.id, text=text.strip(), author=author, proposed_at=now
    )
    session.add(answer)
    note_event(session, petition, actor=author, what="proposed", now=now)
    await session.flush()
    return answer


async def approve(
    session: AsyncSession,
    petition: Petition,
    answer: PetitionAnswer,
    *,
    judge: str,
    now: datetime,
) -> None:
    """Approve an answer and owe it to the citizen.

    Raises:
        StepError: the judge wrote it, or it is not open any more.
    """
    _must_be_open(petition, answer)
    if judge == answer.author:
        raise StepError(words.DESK_SECOND_PERSON)
    answer.status, answer.judge, answer.judged_at = AnswerStatus.APPROVED, judge, now
    petition.answer, petition.answered_at, petition.solved = answer.text, now, None
    _move(session, petition, PetitionStatus.ANSWERED)
    session.add(answer)
    note_event(session, petition, actor=judge, what="answered", now=now)
    text = words.TOLD_ANSWERED.format(code=petition.code, answer=answer.text)
    choices = (
        Button(words.SOLVED, send=words.SAY_SOLVED.format(code=petition.code)),
        Button(words.NOT_SOLVED, send=words.SAY_NOT_SOLVED.format(code=petition.code)),
    )
    await _tell(session, petition, f"answered:{answer.id}", text, now=now, choices=choices)


async def give_back(
    session: AsyncSession,
    petition: Petition,
    answer: PetitionAnswer,
    *,
    judge: str,
    why: str,
    now: datetime,
) -> None:
    """Return a proposed answer to its author.

    Raises:
        StepError: it is not open any more, or no reason is given.
    """
    _must_be_open(petition, answer)
    if not why.strip():
        raise StepError(words.DESK_WHY)
    answer.status, answer.judge, answer.judged_at = AnswerStatus.RETURNED, judge, now
    answer.why = why.strip()
    session.add(answer)
    note_event(session, petition, actor=judge, what="returned", note=answer.why, now=now)


async def decline(
    session: AsyncSession, petition: Petition, *, why: str, actor: str, now: datetime
) -> None:
    """Tell the citizen that this is not ours to answer, and whose it is.

    Raises:
        StepError: it is answered or closed, or no reason is given.
    """
    _must_be_owed(petition)
    if not why.strip():
        raise StepError(words.DESK_WHY)
    petition.closed_at = now
    _move(session, petition, PetitionStatus.DECLINED)
    note_event(session, petition, actor=actor, what="declined", note=why.strip(), now=now)
    text = words.TOLD_DECLINED.format(code=petition.code, why=why.strip())
    await _tell(session, petition, "declined", text, now=now)


async def judge_solved(
    session: AsyncSession,
    petition: Petition,
    *,
    solved: bool,
    calendar: Calendar,
    days: int,
    now: datetime,
) -> bool:
    """Close or reopen an answered petition as the citizen says; False when nothing was asked."""
    if petition.status is not PetitionStatus.ANSWERED:
        return False
    petition.solved = solved
    if solved:
        petition.closed_at = now
        _move(session, petition, PetitionStatus.CLOSED)
    else:
        today = now.astimezone(ZONE).date()
        due = due_date(today, days, Unit.WORKING_DAY, calendar, petition.province_code)
        assert due is not None
        petition.due_on = due
        petition.reminded_at = petition.escalated_at = None
        petition.published = False
        _move(session, petition, PetitionStatus.REOPENED)
    what = "closed" if solved else "reopened"
    note_event(session, petition, actor="citizen", what=what, now=now)
    return True


@dataclass(frozen=True, slots=True)
class Reminder:
    """One petition officials must be told of."""

    petition: Petition
    overdue: bool


async def remind_due(
    session: AsyncSession, now: datetime, calendar: Calendar, *, limit: int = 500
) -> Sequence[Reminder]:
    """Mark petitions whose answer is nearly or over due, each once, and return them.

    The scheduler calls it on working mornings. What is overdue is escalated: it stands on top of the
    desk, and the history says since when.
    """
    today = now.astimezone(ZONE).date()
    horizon = today
    for _ in range(REMIND_BEFORE):
        horizon = calendar.next_working(horizon + timedelta(days=1))
    query = (
        select(Petition)
        .where(
            col(Petition.status).in_(OWED),
            col(Petition.due_on) <= horizon,
            col(Petition.escalated_at).is_(None),
        )
        .order_by(col(Petition.due_on), col(Petition.id))
        .limit(limit)
    )
    found: list[Reminder] = []
    for petition in (await session.exec(query)).all():
        overdue = petition.due_on < today
        if not overdue and petition.reminded_at is not None:
            continue
        if overdue:
            petition.escalated_at = now
        petition.reminded_at = petition.reminded_at or now
        session.add(petition)
        what = "escalated" if overdue else "reminded"
        note_event(session, petition, actor="system", what=what, now=now)
        found.append(Reminder(petition, overdue))
    return found


async def close_silent(session: AsyncSession, now: datetime, *, limit: int = 500) -> int:
    """Close answered petitions whose citizen has said nothing for a month; return how many."""
    query = (
        select(Petition)
        .where(
            Petition.status == PetitionStatus.ANSWERED,
            col(Petition.answered_at) <= now - CLOSE_AFTER,
        )
        .limit(limit)
    )
    silent = (await session.exec(query)).all()
    for petition in silent:
        petition.closed_at = now
        _move(session, petition, PetitionStatus.CLOSED)
        note_event(session, petition, actor="system", what="closed", now=now)
    return len(silent)


async def open_answers(session: AsyncSession, petition: Petition) -> Sequence[PetitionAnswer]:
    """Return the proposals nobody has judged."""
    query = select(PetitionAnswer).where(
        PetitionAnswer.petition_id == petition.id,
        PetitionAnswer.status == AnswerStatus.PROPOSED,
    )
    return (await session.exec(query)).all()


def _move(session: AsyncSession, petition: Petition, status: PetitionStatus) -> None:
    petition.status = status
    session.add(petition)


def _must_be_owed(petition: Petition) -> None:
    if petition.status not in OWED:
        raise StepError(words.DESK_NOT_OWED)


def _must_be_open(petition: Petition, answer: PetitionAnswer) -> None:
    _must_be_owed(petition)
    if answer.status is not AnswerStatus.PROPOSED or answer.petition_id != petition.id:
        raise StepError(words.DESK_JUDGED)


async def _tell(
    session: AsyncSession,
    petition: Petition,
    what: str,
    text: str,
    *,
    now: datetime,
    choices: Sequence[Button] = (),
) -> None:
    key = f"petition:{petition.id}:{what}:{now.timestamp():.0f}"
    await notices.tell(
        session, key=key, person_id=petition.person_id, text=text, now=now, choices=choices
    )


def _joined(unit: str, note: str) -> str:
    return f"{unit.strip()}: {note.strip()}" if note.strip() else unit.strip()
