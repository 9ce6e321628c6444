"""Petitions in the chat: opening the form, looking one up, saying whether the answer solved it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import attempts, petitions
from bot.conversation import Action, Button, Reply
from bot.dialogue import kiosk, petition_form
from bot.dialogue.centres import long_day
from bot.dialogue.question import Question
from bot.messages import petitions as words
from bot.models import OWED, Petition, PetitionStatus
from bot.people import find_contact
from bot.privacy import mask
from bot.receipts import ALPHABET, is_secret, looks_like_code, read_code
from knowledge.hours import Calendar
from knowledge.text import fold, normalise

_WANT = (
    r"(?:(?:toi|tui|em|minh|con|chau|cho toi|cho em|toi co)(?: \w+)? )?"
    r"(?:(?:muon|can|xin|dinh|phai|co the|duoc) )*(?:(?:gui|lam|viet|nop|de lai|tao) )?(?:(?:mot|1|cai|don|loi) )*"
)
_TRIGGER = re.compile(
    rf"^/?{_WANT}(?:phan anh(?: va| hay| hoac|,)? ?kien nghi|phan anh|kien nghi|/?pakn)"
    r"(?: (?:kien nghi|hien truong|y kien|o day|duoc khong|nhe|a|voi|giup|gium))*"
    r"\s*(?:[:,]\s*(.+)|(?:ve|viec|rang|la) (.+))?\W*$",
    re.DOTALL,
)
#: A question about the procedure of petitions, not a wish to send one.
_ABOUT = re.compile(r"\b(?:thu tuc|o dau|the nao|bao lau|la gi|cach (?:gui|nop)|can gi|quy dinh)\b")
_SOLVED = re.compile(r"^(da|chua) (?:duoc )?giai quyet\b")
_SECRET = re.compile(rf"(?<!\w)([{ALPHABET}]{{8}})(?!\w)")


async def begin(question: Question) -> Reply | None:
    """Open the form, or tell the way of a complaint or denunciation; None for anything else."""
    way = petitions.other_way(question.text)
    if way is not None and not _ABOUT.search(question.folded):
        return petition_form.other_law(way)
    found = _TRIGGER.match(question.folded.strip())
    if found is None or (_ABOUT.search(question.folded) and not (found[1] or found[2])):
        return None
    return _elsewhere(question) or await petition_form.begin(question, _told(question, found))


async def look_up(question: Question) -> Reply | None:
    """Show a petition by its receipt code, close or reopen it; None without such a code."""
    if not looks_like_code(petitions.PREFIX, question.text):
        return None
    return _elsewhere(question) or await _by_code(question, question.text)


def _elsewhere(question: Question) -> Reply | None:
    """Say where to do it instead, where others read along; None where only the citizen does."""
    if question.message.in_group:
        return Reply(Action.OTHER, words.NOT_IN_GROUP)
    return kiosk.on_phone(question)


def _told(question: Question, found: re.Match[str]) -> str:
    """Return what the citizen said happened, with its accents; "" when too little."""
    group = 1 if found[1] else 2
    if not found[group]:
        return ""
    stripped = question.text.strip()
    start, end = found.span(group)
    told = mask(stripped[start:end].strip())
    return told[:1].upper() + told[1:] if len(told.split()) > 3 else ""


async def _by_code(question: Question, text: str) -> Reply:
    code = read_code(petitions.PREFIX, text)
    if code is None:
        return Reply(Action.OTHER, words.WRONG_CODE)
    if not question.keeps:
        return Reply(Action.OTHER, words.NOT_KEPT)
    rest = text.upper().replace(code, " ").replace(code.replace("-", ""), " ")
    secret = _SECRET.search(rest)
    petition = await _open(question, code, secret[1] if secret else "")
    if isinstance(petition, Reply):
        return petition
    said = _SOLVED.match(fold(normalise(text)))
    if said:
        return await _solved(question, petition, solved=said[1] == "da")
    return Reply(
        Action.OTHER, "\n".join(_status(question, petition)), choices=_asks(question, petition)
    )


async def _open(question: Question, code: str, secret: str) -> Petition | Reply:
    """Return a petition to whoever sent it or knows its secret; the same refusal for all others."""
    message = question.message
    chat = f"chat:{message.channel}:{message.chat_id}"
    async with question.sources.database.read() as session:
        contact = await find_contact(session, message.channel, message.chat_id)
        petition = await _petition(session, code)
    if petition is not None and contact is not None and petition.person_id == contact.person_id:
        return petition
    async with question.sources.database.write() as session:
        if not await attempts.may_try(session, chat, f"petition:{code}", now=question.now):
            return Reply(Action.OTHER, words.TOO_OFTEN)
    if not await is_secret(secret, petition.secret_hash if petition else "") or petition is None:
        return Reply(Action.OTHER, words.NOT_YOURS)
    async with question.sources.database.write() as session:
        await attempts.succeeded(session, chat, f"petition:{code}")
    return petition


async def _petition(session: AsyncSession, code: str) -> Petition | None:
    return (await session.exec(select(Petition).where(Petition.code == code))).first()


def _status(question: Question, petition: Petition) -> list[str]:
    status = words.STATUSES[petition.status]
    lines = [words.STATUS.format(code=petition.code, status=status)]
    if petition.status not in OWED:
        if petition.answer:
            lines.append(words.STATUS_ANSWER.format(answer=petition.answer))
        return lines
    if petition.unit:
        lines.append(words.STATUS_UNIT.format(unit=petition.unit))
    lines.append(words.STATUS_DUE.format(due=long_day(petition.due_on)))
    late = days_late(petition, question)
    if late:
        lines.append(words.STATUS_OVERDUE.format(days=late))
    return lines


def days_late(petition: Petition, question: Question) -> int:
    """Return how many working days an owed answer is late."""
    calendar: Calendar = question.published.calendar
    if petition.due_on >= question.today:
        return 0
    start = petition.due_on + timedelta(days=1)
    return calendar.working_days(start, question.today, petition.province_code)


def _asks(question: Question, petition: Petition) -> tuple[Button, ...]:
    if petition.status is not PetitionStatus.ANSWERED:
        return ()
    choices = (
        Button(words.SOLVED, send=words.SAY_SOLVED.format(code=petition.code)),
        Button(words.NOT_SOLVED, send=words.SAY_NOT_SOLVED.format(code=petition.code)),
    )
    question.state = replace(
        question.state, choices=tuple(choice.send for choice in choices), asked=petition.code
    )
    return choices


async def _solved(question: Question, petition: Petition, *, solved: bool) -> Reply:
    async with question.sources.database.write() as session:
        kept = await session.get(Petition, petition.id, with_for_update=True)
        assert kept is not None
        done = await petitions.judge_solved(
            session,
            kept,
            solved=solved,
            calendar=question.published.calendar,
            days=question.sources.settings.petition_days,
            now=question.now,
        )
    question.state = replace(question.state, choices=(), asked="")
    if not done:
        status = words.STATUSES[kept.status]
        return Reply(Action.OTHER, words.NOT_ASKED.format(code=kept.code, status=status))
    if solved:
        return Reply(Action.OTHER, words.CLOSED.format(code=kept.code))
    return Reply(Action.OTHER, words.REOPENED.format(code=kept.code, due=long_day(kept.due_on)))
