"""Talking with an official: within hours, outside them, back to the bot, and nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlmodel import col, select

from bot import officials, threads
from bot.channels.telling import Teller
from bot.conversation import Message, Reply
from bot.dialogue import Dialogue
from bot.messages import threads as words
from bot.models import Notice, Role, Thread, ThreadMessage, ThreadStatus
from bot.settings import Settings
from bot.wiring.knowledge import open_dialogue, prepare
from tests.conftest import NewFolder

MONDAY = datetime(2026, 11, 23, 3, tzinfo=UTC)  # 10:00 in Vietnam
SATURDAY = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(new_data_dir: NewFolder) -> AsyncIterator[Dialogue]:
    settings = Settings(_env_file=None, data_dir=new_data_dir())
    database = await prepare(settings)
    async with database.write() as session:
        await officials.add(
            session, login="lan", name="Chị Lan", roles=[Role.EDITOR],
            password_hash="", actor="test", now=MONDAY,
        )  # fmt: skip
    yield await open_dialogue(settings, database)
    await database.close()


@pytest.fixture
def dialogue(made: Dialogue) -> Dialogue:
    made._now = lambda: MONDAY
    return made


@pytest.fixture
def chat() -> str:
    return uuid4().hex


async def say(dialogue: Dialogue, chat: str, *texts: str) -> Reply:
    for text in texts:
        reply = await dialogue.reply_to(Message("web", chat, text))
    return reply


async def thread_of(dialogue: Dialogue, chat: str) -> Thread:
    async with dialogue.sources.database.read() as session:
        query = select(Thread).where(Thread.address == chat).order_by(col(Thread.id).desc())
        found = (await session.exec(query)).first()
    assert found is not None
    return found


async def said(dialogue: Dialogue, chat: str) -> list[tuple[str, str]]:
    thread = await thread_of(dialogue, chat)
    async with dialogue.sources.database.read() as session:
        query = select(ThreadMessage).where(ThreadMessage.thread_id == thread.id)
        found = (await session.exec(query.order_by(col(ThreadMessage.id)))).all()
    return [(one.by, one.text) for one in found]


@pytest.mark.asyncio(loop_scope="module")
async def test_within_hours_both_sides_talk_until_the_citizen_ends_it(
    dialogue: Dialogue, chat: str
) -> None:
    where = await say(dialogue, chat, "gặp cán bộ")
    opened = await say(dialogue, chat, "thị trấn Lai Vung")
    passed = await say(dialogue, chat, "hồ sơ của tôi, số 0912 345 678, thiếu gì ạ?")
    thread = await thread_of(dialogue, chat)
    async with dialogue.sources.database.write() as session:
        kept = await session.get(Thread, thread.id)
        assert kept is not None
        await threads.reply(
            session, kept, text="Thiếu tờ khai.", login="lan", name="Chị Lan", now=MONDAY
        )
    ended = await say(dialogue, chat, "kết thúc")
    bot = await say(dialogue, chat, "lệ phí đăng ký thường trú")

    assert "ở xã, phường nào" in where.text
    assert "xã Hòa Long" in opened.text
    assert passed.text == "Đã chuyển cho cán bộ."
    assert "Đã kết thúc" in ended.text
    assert bot.cards
    assert [by for by, _ in await said(dialogue, chat)] == ["citizen", "lan", "citizen"]
    assert (await said(dialogue, chat))[0][1] == "hồ sơ của tôi, số [số], thiếu gì ạ?"


@pytest.mark.asyncio(loop_scope="module")
async def test_in_a_group_nobody_is_put_through(dialogue: Dialogue) -> None:
    await dialogue.reply_to(Message("telegram", "-100", "xin chào"))
    reply = await dialogue.reply_to(Message("telegram", "-100", "gặp cán bộ"))
    said_next = await dialogue.reply_to(Message("telegram", "-100", "lệ phí đăng ký thường trú"))

    assert reply.text == words.NOT_IN_GROUP
    assert said_next.cards


@pytest.mark.asyncio(loop_scope="module")
async def test_outside_hours_one_message_is_kept_and_the_bot_goes_on(
    dialogue: Dialogue, chat: str
) -> None:
    dialogue._now = lambda: SATURDAY
    opened = await say(dialogue, chat, "gặp cán bộ", "xã Hòa Long, Đồng Tháp")
    left = await say(dialogue, chat, "làm sao sửa tên trong khai sinh")
    bot = await say(dialogue, chat, "lệ phí đăng ký thường trú")

    assert "ngoài giờ" in opened.text
    assert "thứ Hai 23/11/2026" in opened.text
    assert "giữ câu hỏi" in left.text
    assert bot.cards
    assert (await thread_of(dialogue, chat)).status is ThreadStatus.LEFT


@pytest.mark.asyncio(loop_scope="module")
async def test_an_answer_reaches_a_page_that_opens_later_and_the_citizen_answers_back(
    dialogue: Dialogue, chat: str
) -> None:
    shown: list[tuple[str, Reply]] = []

    class Page:
        listening = False

        def send(self, chat_id: str, reply: Reply) -> bool:
            if self.listening:
                shown.append((chat_id, reply))
            return self.listening

    dialogue._now = lambda: SATURDAY
    await say(dialogue, chat, "gặp cán bộ", "xã Hòa Long, Đồng Tháp", "xin hỏi giờ làm việc")
    thread, database = await thread_of(dialogue, chat), dialogue.sources.database
    async with database.write() as session:
        kept = await session.get(Thread, thread.id)
        assert kept is not None
        await threads.reply(session, kept, text="7 giờ 30.", login="lan", name="Lan", now=SATURDAY)
    page = Page()
    teller = Teller(database, {}, pages={"web": page}, now=lambda: SATURDAY)
    while await teller.tell_due():
        pass
    from bot import notices

    page.listening = True
    async with database.write() as session:
        await notices.wake(session, "web", chat, now=SATURDAY)
    await teller.tell_due()
    async with database.read() as session:
        status = (await session.exec(select(Notice.status).where(Notice.address == chat))).one()
    mine = [reply for chat_id, reply in shown if chat_id == chat]
    back = await say(dialogue, chat, mine[0].choices[0].send)
    stranger = await say(dialogue, uuid4().hex, mine[0].choices[0].send)

    assert [reply.text for reply in mine] == ["Cán bộ Lan: 7 giờ 30."]
    assert status == "sent"
    assert "viết đi" in back.text
    assert "không còn" in stranger.text


@pytest.mark.asyncio(loop_scope="module")
async def test_when_nobody_takes_it_the_question_is_kept_and_the_bot_comes_back(
    dialogue: Dialogue, chat: str
) -> None:
    await say(dialogue, chat, "gặp cán bộ", "xã Hòa Long, Đồng Tháp", "có ai không")
    async with dialogue.sources.database.write() as session:
        await threads.time_out(session, MONDAY + timedelta(minutes=16))
        await threads.time_out(session, MONDAY + timedelta(minutes=17))
    async with dialogue.sources.database.read() as session:
        told = (await session.exec(select(Notice.text).where(Notice.address == chat))).all()

    assert (await thread_of(dialogue, chat)).status is ThreadStatus.LEFT
    assert len(told) == 1
    assert "Chưa có cán bộ nào rảnh" in told[0]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_silent_talk_ends_by_itself(dialogue: Dialogue, chat: str) -> None:
    await say(dialogue, chat, "gặp cán bộ", "xã Hòa Long, Đồng Tháp", "xin chào")
    thread = await thread_of(dialogue, chat)
    async with dialogue.sources.database.write() as session:
        kept = await session.get(Thread, thread.id)
        assert kept is not None
        threads.take(session, kept, login="lan")
        with pytest.raises(threads.ThreadError, match="lan đang"):
            threads.take(session, kept, login="minh")
        await threads.time_out(session, MONDAY + timedelta(minutes=30))
        open_still = kept.status
        await threads.time_out(session, MONDAY + timedelta(minutes=61))
        closed = kept.status

    assert (open_still, closed) == (ThreadStatus.OPEN, ThreadStatus.CLOSED)
