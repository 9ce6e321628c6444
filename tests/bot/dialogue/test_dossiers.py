"""Asking for a dossier through the whole dialogue: both codes, no group, no kiosk, nothing of it kept."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlmodel import col, delete, select

from bot import dossiers
from bot.conversation import Message, Reply
from bot.dialogue import Dialogue
from bot.dossiers import Standing
from bot.messages import dossiers as words
from bot.messages import kiosk
from bot.models import Attempt, DossierLoad, DossierWatch, MissedQuestion, Notice, Turn
from bot.privacy.register import HOLDINGS
from bot.settings import Settings
from bot.wiring.knowledge import open_dialogue, prepare
from tests.bot.dossiers.making import CODE, NOW, OTHER, line, loaded

TYPED = "h58 16 261110 0012"
SECRET = "7kx-4913"


class Breaking:
    """A system with a fault nobody thought of."""

    async def find(self, code: str, secret: str) -> Standing | None:
        raise RuntimeError

    async def look_again(self, handle: str) -> Standing | None:
        raise RuntimeError


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Dialogue]:
    settings = Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("dossiers"))
    database = await prepare(settings)
    yield await open_dialogue(settings, database)
    await database.close()


@pytest_asyncio.fixture(loop_scope="module")
async def dialogue(made: Dialogue) -> Dialogue:
    made._now = lambda: NOW
    async with made.sources.database.write() as session:
        await session.exec(delete(DossierLoad))
        await session.exec(delete(Attempt))
        await session.exec(delete(Turn))
    return made


@pytest.fixture
def chat() -> str:
    return uuid4().hex


async def load(dialogue: Dialogue, *lines: str, hours: int = 0) -> None:
    names = dialogue.sources.pseudonyms
    at = NOW + timedelta(hours=hours)
    await loaded(dialogue.sources.database, *lines, names=names, now=at)


async def say(dialogue: Dialogue, chat: str, *texts: str, on: str = "telegram") -> Reply:
    for text in texts:
        reply = await dialogue.reply_to(Message(on, chat, text, introduced=True))
    return reply


async def recorded(dialogue: Dialogue) -> list[str]:
    async with dialogue.sources.database.read() as session:
        return list((await session.exec(select(Turn.question).order_by(col(Turn.id)))).all())


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "text",
    [
        "hồ sơ của tôi tới đâu rồi",
        "tra cứu hồ sơ",
        "mã số hồ sơ ở đâu",
        "ho so cua em xong chua",
        "kiểm tra giúp em tình trạng hồ sơ với",
    ],
)
async def test_without_a_source_it_says_where_the_code_is_and_where_to_look(
    dialogue: Dialogue, chat: str, text: str
) -> None:
    reply = (await say(dialogue, chat, text)).plain()

    assert words.WHERE_CODE in reply
    assert words.PORTAL in reply
    assert words.NOT_MINE in reply
    assert words.ASK_BOTH not in reply


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "text", ["xem hồ sơ khai sinh cần gì", "bị trả lại do hồ sơ thiếu giấy tờ", "hồ sơ trễ hẹn rồi"]
)
async def test_other_questions_about_dossiers_are_not_taken(
    dialogue: Dialogue, chat: str, text: str
) -> None:
    reply = await say(dialogue, chat, text)

    assert words.HOW_TITLE not in reply.plain()


@pytest.mark.asyncio(loop_scope="module")
async def test_a_code_is_checked_even_where_nothing_can_be_told(
    dialogue: Dialogue, chat: str
) -> None:
    right = await say(dialogue, chat, CODE)
    wrong = await say(dialogue, chat, "tra hồ sơ H58.16-261310-0012")

    assert right.cards[0].lead[0] == words.CODE_RIGHT
    assert wrong.cards[0].lead[0] == words.WRONG.format(why=words.BAD_DAY)


@pytest.mark.asyncio(loop_scope="module")
async def test_code_then_secret_tell_where_it_stands(dialogue: Dialogue, chat: str) -> None:
    await load(dialogue, line())
    first = await say(dialogue, chat, "hồ sơ của tôi tới đâu rồi")
    second = await say(dialogue, chat, TYPED)
    third = await say(dialogue, chat, SECRET)

    assert first.cards[0].lead[0] == words.ASK_BOTH
    assert second.text == words.ASK_SECOND
    card = third.cards[0]
    assert card.title == "Hồ sơ đuôi 0012: đang xử lý"
    assert card.lead[0] == "Hẹn trả: thứ Hai 30/11/2026."
    assert "Theo dữ liệu cơ quan cập nhật 20/11/2026." in card.lead
    assert CODE not in third.plain()


@pytest.mark.asyncio(loop_scope="module")
async def test_both_in_one_message(dialogue: Dialogue, chat: str) -> None:
    await load(dialogue, line("chờ bổ sung", asked="Giấy chứng sinh"))
    reply = await say(dialogue, chat, f"mã {TYPED} mã tra cứu là {SECRET} nhé")

    assert reply.cards[0].lead[0] == "Cần bổ sung: Giấy chứng sinh"
    assert reply.cards[0].sections[0].title == words.RULE


@pytest.mark.asyncio(loop_scope="module")
async def test_a_late_dossier_brings_the_rule_and_a_petition(dialogue: Dialogue, chat: str) -> None:
    await load(dialogue, line(due="13/11/2026"))
    reply = await say(dialogue, chat, f"{TYPED} {SECRET}")

    assert "quá 6 ngày làm việc" in reply.cards[0].lead[0]
    assert "quyền yêu cầu" in reply.cards[0].sections[0].title
    assert reply.follow_ups[0].send.startswith("Gửi phản ánh: Hồ sơ của tôi quá ngày hẹn")


@pytest.mark.asyncio(loop_scope="module")
async def test_wrong_code_and_wrong_secret_are_answered_alike_and_guessing_ends(
    dialogue: Dialogue, chat: str
) -> None:
    await load(dialogue, line())
    said = [(await say(dialogue, chat, f"{CODE} WRONG{n}")).text for n in range(2)]
    said += [(await say(dialogue, chat, f"{OTHER} 7KX4913")).text for n in range(3)]
    last = await say(dialogue, chat, f"{CODE} {SECRET}")

    assert set(said) == {words.NOT_FOUND}
    assert last.text == words.TOO_OFTEN


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("channel", "address", "why"),
    [("telegram", "-100", words.NOT_IN_GROUP), ("kiosk", "kiosk-1", kiosk.ON_PHONE_HOW)],
)
async def test_where_others_read_no_secret_is_asked_for_or_taken(
    dialogue: Dialogue, channel: str, address: str, why: str
) -> None:
    await load(dialogue, line())
    asked = await say(dialogue, address, "hồ sơ của tôi tới đâu rồi", on=channel)
    given = await say(dialogue, address, f"{CODE} {SECRET}", on=channel)

    assert why in asked.plain()
    assert words.ASK_BOTH not in asked.plain()
    assert given.plain() == (kiosk.NO_NUMBERS if channel == "kiosk" else why)


@pytest.mark.asyncio(loop_scope="module")
async def test_watching_and_stopping(dialogue: Dialogue, chat: str) -> None:
    await load(dialogue, line())
    shown = await say(dialogue, chat, f"{CODE} {SECRET}")
    agreed = await say(dialogue, chat, "1")
    again = await say(dialogue, chat, f"{CODE} {SECRET}", words.SEND_WATCH)
    listed = await say(dialogue, chat, "tôi đang nhận gì")
    await load(dialogue, line("đã có kết quả"), hours=1)
    later = NOW + timedelta(hours=2)
    await dossiers.tell_changes(dialogue.sources.database, None, now=later)
    stopped = await say(dialogue, chat, "DỪNG")

    assert (shown.text, shown.choices[0].send) == (words.CONSENT, words.SEND_WATCH)
    assert agreed.text == words.WATCHING.format(ending="0012", days=90)
    assert again.text == words.WATCHING_ALREADY.format(ending="0012")
    assert "khi hồ sơ đuôi 0012 thay đổi" in listed.text
    assert stopped.text.startswith("Đã dừng mọi tin (1 mục)")
    async with dialogue.sources.database.read() as session:
        told = (await session.exec(select(Notice).where(Notice.address == chat))).all()
        rows = (await session.exec(select(DossierWatch))).all()
    assert len(told) == 1
    assert CODE not in repr(rows)


@pytest.mark.asyncio(loop_scope="module")
async def test_stopping_one_is_enough_and_a_page_cannot_watch(
    dialogue: Dialogue, chat: str
) -> None:
    await load(dialogue, line())
    await say(dialogue, chat, f"{CODE} {SECRET}", words.SEND_WATCH)
    stopped = await say(dialogue, chat, "thôi theo dõi hồ sơ")
    none = await say(dialogue, chat, "dừng theo dõi hồ sơ này")
    blind = await say(dialogue, chat, words.SEND_WATCH)
    on_page = await say(dialogue, chat, f"{CODE} {SECRET}", on="web")

    assert stopped.text == words.UNWATCHED.format(count=1)
    assert none.text == words.NOTHING_WATCHED
    assert blind.text == words.LOOK_FIRST
    assert on_page.choices == ()


@pytest.mark.asyncio(loop_scope="module")
async def test_the_talk_may_turn_to_something_else(dialogue: Dialogue, chat: str) -> None:
    await load(dialogue, line())
    other = await say(dialogue, chat, CODE, "đăng ký khai sinh cần giấy tờ gì")
    late = await say(dialogue, chat, "7KX4913")

    assert other.cards[0].code == "1.001193"
    assert "Hồ sơ đuôi" not in late.plain()


@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_of_code_or_secret_is_kept_anywhere(
    dialogue: Dialogue,
    chat: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await load(dialogue, line())
    caplog.set_level(logging.INFO)
    await say(dialogue, chat, CODE, "7kx 4913", f"{TYPED} sai99999", f"xem {CODE} 7KX4913 giùm tôi")
    await say(dialogue, chat, "H58.16-261110-001", "pa-7kq3-xn4c acdefhjk")
    await say(dialogue, chat, CODE, "KHÔNGCÓSỐ")

    dialogue.sources.dossiers = Breaking()
    await say(dialogue, chat, OTHER, "7KX4913", f"{OTHER} 7KX4913", "bắt đầu lại")
    dialogue.sources.dossiers = None

    kept = await recorded(dialogue)
    assert kept == [
        "[mã]", "[mã]", "[mã] [mã] [mã] [mã] [mã]", "xem [mã] [mã] giùm tôi",
        "[mã]", "[mã]", "[mã]", "[mã]", "[mã]", "[mã]", "[mã]", "bắt đầu lại",
    ]  # fmt: skip
    async with dialogue.sources.database.read() as session:
        missed = (await session.exec(select(MissedQuestion.question))).all()
    written = caplog.text + repr(missed) + _dump(dialogue)
    for part in (CODE, OTHER, "261110", "7KX4913", "7kx", "sai99999", "acdefhjk", "KHÔNGCÓSỐ"):
        assert part not in written, part


def _dump(dialogue: Dialogue) -> str:
    path = str(dialogue.sources.settings.data_dir / "motcua.db")
    with sqlite3.connect(path) as connection:
        return "\n".join(
            repr(row)
            for holding in HOLDINGS
            for row in connection.execute(f'SELECT * FROM "{holding.table}"')
        )
