"""A contest through the whole dialogue: on two devices, over its closing time, and afterwards."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlmodel import delete

from bot.contests import entries
from bot.conversation import Message, Reply
from bot.dialogue import Dialogue, State
from bot.messages import contests as words
from bot.messages import surveys
from bot.models import Contest, ContestEntry, ContestQuestion, ContestStatus
from tests.bot.contests.making import NOW, RIGHT, held
from tests.bot.dialogue import conftest
from tests.bot.dialogue.conftest import Clock

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def dialogue(forms: Dialogue, clock: Clock) -> Dialogue:
    async with forms.sources.database.write() as session:
        for table in (ContestEntry, ContestQuestion, Contest):
            await session.exec(delete(table))
    return forms


async def say(dialogue: Dialogue, chat: str, *texts: str, channel: str = "telegram") -> Reply:
    return await conftest.say(dialogue, channel, chat, *texts)


def at(dialogue: Dialogue, **later: float) -> None:
    assert isinstance(dialogue._now, Clock)
    dialogue._now.now = NOW + timedelta(**later)


async def test_nothing_open_says_so_and_what_is_coming(dialogue: Dialogue, chat: str) -> None:
    nothing = await say(dialogue, chat, "xin chào", "thi tìm hiểu")
    await held(
        dialogue.sources.database,
        opens_at=NOW + timedelta(days=2),
        closes_at=NOW + timedelta(days=3),
    )
    await held(dialogue.sources.database, title="Còn nháp", status=ContestStatus.DRAFT)
    coming = await say(dialogue, chat, "thi tìm hiểu")

    assert nothing.text == words.NONE_OPEN
    assert "Sắp tới: Hội thi mẫu, mở lúc 10 giờ thứ Hai 23/11/2026." in coming.text
    assert "Còn nháp" not in coming.text


async def test_an_entry_goes_on_across_linked_channels_and_counts_each_answer_once(
    dialogue: Dialogue, chat: str
) -> None:
    await held(dialogue.sources.database)
    await say(dialogue, chat, "xin chào", "thi tìm hiểu", "Hai Máy")
    code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", (await say(dialogue, chat, "liên kết kênh")).text)
    assert code is not None
    await say(dialogue, chat, code[0], channel="zalo_oa")
    there = await say(dialogue, chat, "thi tìm hiểu", channel="zalo_oa")
    await say(dialogue, chat, "tiếp tục thi", "1")
    late = await say(dialogue, chat, "3", channel="zalo_oa")

    assert there.text.startswith("Câu 1/3.")
    assert late.text.startswith(f"{words.ANSWERED_ELSEWHERE}\nCâu 2/3.")


async def test_a_contest_that_closes_in_the_middle_says_so(dialogue: Dialogue, chat: str) -> None:
    await held(dialogue.sources.database, closes_at=NOW + timedelta(hours=1))
    await say(dialogue, chat, "xin chào", "thi tìm hiểu", "Đến Muộn", "2", "2")
    at(dialogue, hours=2)
    closed = await say(dialogue, chat, "2")
    after = await say(dialogue, chat, "kết quả hội thi")

    assert "đã đóng lúc" in closed.text
    assert words.UNFINISHED in after.text


async def test_an_entry_left_unfinished_is_mentioned_another_day(
    dialogue: Dialogue, chat: str
) -> None:
    await held(dialogue.sources.database)
    await say(dialogue, chat, "xin chào", "thi tìm hiểu", "Mai Làm", "2")
    at(dialogue, days=3)
    hello = await say(dialogue, chat, "xin chào")
    back = await say(dialogue, chat, "tiếp tục thi")

    assert hello.cards[-1].title == words.RESUME_TITLE
    assert back.text.startswith("Câu 2/3.")


async def test_answers_and_places_are_told_when_it_is_over(dialogue: Dialogue, chat: str) -> None:
    await held(dialogue.sources.database)
    open_ = ("xin chào", "thi tìm hiểu")
    await say(dialogue, chat, *open_, "Giỏi", "2", "2", "2")
    await say(dialogue, f"{chat}b", *open_, "Bằng nhau", "2", "2", "2")
    last = await say(dialogue, f"{chat}c", *open_, "Cố gắng", "1", "2", "1")
    at(dialogue, days=8)
    mine = await say(dialogue, f"{chat}c", "xin chào", "kết quả hội thi")
    answers = await say(dialogue, f"{chat}c", "đáp án hội thi")

    assert RIGHT not in last.plain()
    assert "Đúng 1/3 câu, thời gian tính 0 giây." in mine.text
    assert "Hạng 3 trong 3 bài được xếp hạng." in mine.text
    assert [line[:2] for line in mine.cards[0].lead] == ["1.", "1.", "3."]
    assert answers.plain().count(f"Đáp án: {RIGHT}") == 3
    assert "Giải thích bí mật" in answers.plain()
    assert "Nguồn: Luật Hộ tịch" in answers.plain()


async def test_a_contest_without_prizes_may_show_scores_at_once(
    dialogue: Dialogue, chat: str
) -> None:
    await held(dialogue.sources.database, shows_scores=True)
    done = await say(dialogue, chat, "xin chào", "thi tìm hiểu", "Nhanh Nhẹn", "2", "2", "1")

    assert "Đúng 2/3 câu" in done.text
    assert "Giải thích bí mật" not in done.plain()


async def test_of_several_open_contests_one_is_chosen(dialogue: Dialogue, chat: str) -> None:
    await held(dialogue.sources.database, title="Thi một")
    second = await held(
        dialogue.sources.database, title="Thi hai", closes_at=NOW + timedelta(days=9)
    )
    which = await say(dialogue, chat, "xin chào", "hội thi")
    chosen = await say(dialogue, chat, "2")
    linked = await say(dialogue, f"{chat}w", f"/hoithi {second.id}", channel="web")

    assert [one.label for one in which.choices] == ["Thi một", "Thi hai"]
    assert chosen.cards[0].title == linked.cards[0].title == "Thi hai"


async def test_time_stops_counting_while_the_citizen_is_away(dialogue: Dialogue, chat: str) -> None:
    contest = await held(dialogue.sources.database, questions=2)
    await say(dialogue, chat, "xin chào", "thi tìm hiểu", "Đi Chợ", "dừng lại")
    at(dialogue, hours=5)
    await say(dialogue, chat, "tiếp tục thi", "2")
    at(dialogue, hours=5, seconds=40)
    await say(dialogue, chat, "2")

    async with dialogue.sources.database.read() as session:
        placed = await entries.ranking(session, contest)
    assert [one.entry.seconds for one in placed] == [120 + 25]


async def test_in_a_group_nobody_enters_and_nobody_answers_a_survey(dialogue: Dialogue) -> None:
    await held(dialogue.sources.database)
    said = [await say(dialogue, "-100/7", text) for text in ("xin chào", "hội thi", "khảo sát")]

    assert [one.text for one in said[1:]] == [words.NOT_IN_GROUP, surveys.NOT_IN_GROUP]


async def test_a_trial_question_opens_no_contest(dialogue: Dialogue) -> None:
    await held(dialogue.sources.database)
    reply = await dialogue.answer_fresh(Message("web", "trial", "hội thi"), State())

    assert reply.text == words.NOT_KEPT
