"""The survey through the whole dialogue: drafts survive, a kiosk keeps nothing, limits are said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import func, select

from bot.conversation import Message
from bot.dialogue import Dialogue, State
from bot.dialogue.memory import forget_expired
from bot.messages import surveys as words
from bot.models import SurveyDraft, SurveySource
from bot.surveys import MOST_AN_HOUR
from tests.bot.dialogue.conftest import START, Clock, say
from tests.bot.surveys.filling import filled, send

ANSWERS = ("/khaosat implied-29302", "bỏ qua", "1", "4", "4", "4", "4", "4")

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def drafts(forms: Dialogue, chat: str) -> int:
    async with forms.sources.database.read() as session:
        query = select(func.count()).where(SurveyDraft.address == chat)
        return (await session.exec(query)).one()


async def test_a_survey_outlives_the_conversation(forms: Dialogue, clock: Clock, chat: str) -> None:
    await say(forms, "telegram", chat, *ANSWERS[:5])
    clock.now = START + timedelta(days=3)
    await forget_expired(forms.sources.database, clock.now)
    hello = await say(forms, "telegram", chat, "xin chào")
    back = await say(forms, "telegram", chat, "tiếp tục khảo sát")

    assert hello.cards[-1].title == words.RESUME_TITLE
    assert back.text == words.QUESTIONS["conduct"]


async def test_one_nobody_finishes_is_forgotten(forms: Dialogue, clock: Clock, chat: str) -> None:
    await say(forms, "telegram", chat, *ANSWERS[:5])
    await forget_expired(forms.sources.database, START + timedelta(days=31))

    assert await drafts(forms, chat) == 0
    gone = await say(forms, "telegram", chat, "xin chào", "huỷ khảo sát")
    assert gone.text == words.NO_DRAFT


async def test_a_kiosk_that_is_wiped_keeps_no_half_survey(
    forms: Dialogue, clock: Clock, chat: str
) -> None:
    await say(forms, "kiosk", chat, *ANSWERS)
    assert await drafts(forms, chat) == 1
    await forms.forget(Message("kiosk", chat, ""))

    assert await drafts(forms, chat) == 0


async def test_a_stuffed_page_waits_and_keeps_its_form(
    forms: Dialogue, clock: Clock, chat: str
) -> None:
    for n in range(MOST_AN_HOUR[SurveySource.PAGE]):
        await send(forms.sources.database, filled("web", f"{chat}-{n}"), START)
    busy = await say(forms, "web", chat, *ANSWERS, "bỏ qua", "đồng ý")
    clock.now = START + timedelta(hours=2)
    later = await say(forms, "web", chat, "đồng ý")

    assert (busy.text, later.text) == (words.FILED["busy"], words.FILED["taken"])


async def test_a_trial_question_opens_no_survey(forms: Dialogue, clock: Clock) -> None:
    reply = await forms.answer_fresh(Message("web", "trial", "khảo sát"), State())

    assert reply.text == words.NOT_KEPT
    assert await drafts(forms, "trial") == 0
