"""Talking with an official through the bot: opened within office hours, a message kept outside them."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import people, threads
from bot.conversation import Action, Reply
from bot.dialogue import places, scope
from bot.dialogue.centres import centres_of, moment
from bot.dialogue.question import Question
from bot.messages import threads as words
from bot.models import Thread, ThreadStatus
from knowledge.hours import Hours, next_opening, office_week, state_at
from knowledge.text import fold, normalise

#: The form that asks where the citizen is.
WHERE = "thread"
_END = re.compile(
    r"^/?(?:ket thuc|thoat|dung noi chuyen|xong roi cam on)(?: (?:a|nhe|em|anh|chi))*\W*$"
)
_BACK = re.compile(r"^tra loi can bo so (\d{1,18})\W*$")
#: Where nobody has entered a centre's hours: the common office week.
_USUAL = Hours(schedules=(office_week(),))


async def go_on(question: Question) -> Reply | None:
    """Pass the message on while a talk is live; None otherwise."""
    if question.state.form == WHERE:
        return await _placed(question)
    if not question.state.thread or not question.keeps:
        return None
    urgent = scope.urgent(question)
    async with question.sources.database.write() as session:
        thread = await session.get(Thread, question.state.thread, with_for_update=True)
        if thread is None or not _is_here(thread, question) or thread.status is ThreadStatus.CLOSED:
            question.state = replace(question.state, thread=0)
            return None
        ends = _END.match(question.folded)
        if ends:
            await threads.end(session, thread, by="citizen", now=question.now)
        elif question.message.text.strip():
            await threads.say(session, thread, text=question.message.text, now=question.now)
        left = thread.status is ThreadStatus.LEFT
    if ends or left:
        question.state = replace(question.state, thread=0)
    if urgent is not None:
        return urgent
    if not question.message.text.strip():
        return Reply(Action.OTHER, words.WORDS_ONLY)
    said = words.ENDED if ends else words.LEFT if left else words.PASSED_ON
    return Reply(Action.OTHER, said)


async def begin(question: Question) -> Reply | None:
    """Open a talk, or go back to one; None when no official is asked for, or there is none."""
    back = _BACK.match(fold(normalise(question.text)))
    if not question.keeps or not (back or scope.wants_human(question)):
        return None
    if back:
        return await _back(question, int(back[1]))
    async with question.sources.database.read() as session:
        if not await threads.is_staffed(session):
            return None  # the general advice follows
    if question.message.in_group:
        return Reply(Action.OTHER, words.NOT_IN_GROUP)
    places.remember(question, question.text)
    if not question.state.commune_code and not question.state.province_code:
        question.state = replace(question.state, form=WHERE, choices=(), asked="")
        return Reply(Action.OTHER, words.WHERE)
    return await _open(question)


async def _placed(question: Question) -> Reply | None:
    """Take the answer to "where are you", whatever it is, and open the talk."""
    question.state = replace(question.state, form="")
    found = question.published.places.resolve(question.text).best
    if found is not None:
        commune = found.code if len(found.code) == 5 else ""
        question.state = replace(
            question.state, province_code=found.province_code, commune_code=commune
        )
    return await _open(question)


async def _open(question: Question) -> Reply:
    known = centres_of(question)
    centre = known[0].centre if known else None
    hours = centre.hours if centre is not None and centre.hours.known else _USUAL
    calendar, province = question.published.calendar, question.state.province_code
    is_open = bool(state_at(hours, question.now, calendar, province).is_open)
    name = centre.name if centre is not None else words.THE_CENTRE
    async with question.sources.database.write() as session:
        thread = await _new(session, question, name, is_open=is_open)
    question.state = replace(question.state, thread=thread.id or 0, form="", choices=(), asked="")
    if is_open:
        return Reply(Action.OTHER, words.WAITING.format(centre=name))
    opens = next_opening(hours, question.now, calendar, province)
    when = moment(opens) if opens else words.SOME_DAY
    return Reply(Action.OTHER, words.AFTER_HOURS.format(centre=name, opens=when))


async def _new(session: AsyncSession, question: Question, centre: str, *, is_open: bool) -> Thread:
    message = question.message
    contact = await people.heard_from(session, message.channel, message.chat_id, now=question.now)
    thread = Thread(
        person_id=contact.person_id,
        channel=message.channel,
        address=message.chat_id,
        status=ThreadStatus.WAITING if is_open else ThreadStatus.LEFT,
        centre=centre,
        unit_code=question.state.commune_code,
        province_code=question.state.province_code,
        topic=question.state.topic,
        opened_at=question.now,
        last_at=question.now,
    )
    session.add(thread)
    await session.flush()
    return thread


async def _back(question: Question, thread_id: int) -> Reply:
    async with question.sources.database.read() as session:
        thread = await session.get(Thread, thread_id)
    gone = thread is None or thread.status is ThreadStatus.CLOSED
    if thread is None or gone or not _is_here(thread, question):
        return Reply(Action.OTHER, words.NOT_YOURS)
    question.state = replace(question.state, thread=thread_id, choices=(), asked="")
    return Reply(Action.OTHER, words.GO_ON)


def _is_here(thread: Thread, question: Question) -> bool:
    message = question.message
    return (thread.channel, thread.address) == (message.channel, message.chat_id)
