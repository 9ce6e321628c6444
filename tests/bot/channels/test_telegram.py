"""Telegram, from what a citizen does to what they see, over HTTP against the fake Bot API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
import uvicorn
from pydantic import SecretStr

from bot import messages as say
from bot.channels import ArrivalKind, Outgoing, SendError, Trouble
from bot.channels.running import running
from bot.channels.telegram import Telegram
from bot.conversation import Action, Button, Reply
from bot.db import Database, migrate
from bot.messages.attachments import SENT
from bot.sandbox import Gesture, Scripted
from bot.sandbox.telegram import FakeTelegram
from bot.settings import Settings
from tests.bot.channels.test_intake import dialogue_of, until

AN = "11"


@asynccontextmanager
async def served(fake: FakeTelegram) -> AsyncIterator[str]:
    """Serve a fake on a free port; yield its address."""
    config = uvicorn.Config(fake.app, port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = server.force_exit = True  # a long fetch may still wait
        await serving


@pytest_asyncio.fixture
async def fake() -> FakeTelegram:
    return FakeTelegram()


@pytest_asyncio.fixture
async def channel(fake: FakeTelegram) -> AsyncIterator[Telegram]:
    async with served(fake) as address:
        settings = Settings(
            _env_file=None, telegram_token=SecretStr(fake.token), telegram_base_url=address
        )
        channel = Telegram(settings)
        await channel.start()
        yield channel
        await channel.close()


@pytest_asyncio.fixture
async def live(
    fake: FakeTelegram, channel: Telegram, tmp_path: object
) -> AsyncIterator[FakeTelegram]:
    """The fake, with the assistant fetching from it."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/telegram.db")
    await migrate(database)
    async with running([channel], await dialogue_of(database)):
        yield fake
    await database.close()


def shown(fake: FakeTelegram, citizen: str = AN) -> list[str]:
    return [bubble.text for bubble in fake.bubbles(citizen) if not bubble.mine]


async def seen(fake: FakeTelegram, count: int, citizen: str = AN) -> list[str]:
    await until(lambda: len(shown(fake, citizen)) >= count)
    return shown(fake, citizen)


async def test_a_citizen_who_writes_is_answered_and_the_menu_is_told(live: FakeTelegram) -> None:
    await live.says(AN, "/start")

    [first] = await seen(live, 1)
    assert first.startswith(say.INTRODUCTION.format(of=""))
    assert first.endswith(say.HELLO)
    assert "trogiup" in [one["command"] for one in live.commands]
    assert live.refused == []


async def test_a_pressed_button_is_acknowledged_and_answered(live: FakeTelegram) -> None:
    await live.says(AN, "/start")
    await seen(live, 1)
    await live.presses(AN, live.bubbles(AN)[-1].id, 0)

    assert len(await seen(live, 2)) == 2
    await until(lambda: len(live.acknowledged) == 1)


async def test_a_press_that_answers_a_question_takes_its_place(
    fake: FakeTelegram, channel: Telegram
) -> None:
    name = "Đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con có yếu tố nước ngoài"
    asking = Reply(Action.CLARIFY, "Thủ tục nào ạ?", choices=(Button(name, send=name),))
    [question] = channel.render(asking)
    id_ = await channel.send(AN, question)
    message = fake.chats[11].messages[int(id_)]
    data = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    press = {"id": "p", "from": {"id": 11}, "message": message, "data": data}

    [arrival] = channel.translate({"update_id": 1, "callback_query": press})
    assert arrival.message is not None
    assert (arrival.message.text, arrival.edit_of, arrival.press) == (name, id_, "p")

    await channel.send(AN, Outgoing("Đây ạ.", edit_of=id_, press="p"))
    assert shown(fake) == ["Đây ạ."]


async def test_an_edit_that_cannot_be_made_becomes_a_new_message(
    fake: FakeTelegram, channel: Telegram
) -> None:
    await channel.send(AN, Outgoing("Đây ạ.", edit_of="999"))

    assert shown(fake) == ["Đây ạ."]


async def test_an_edit_repeated_after_a_lost_answer_is_taken(
    fake: FakeTelegram, channel: Telegram
) -> None:
    id_ = await channel.send(AN, Outgoing("Thủ tục nào ạ?"))
    for _ in range(2):
        assert await channel.send(AN, Outgoing("Đây ạ.", edit_of=id_)) == id_

    assert shown(fake) == ["Đây ạ."]


async def test_a_long_answer_comes_in_parts_within_the_limit(
    fake: FakeTelegram, channel: Telegram
) -> None:
    text = "Mang căn cước công dân 😀. " * 400
    for one in channel.render(Reply(Action.ANSWER, text)):
        await channel.send(AN, one)

    assert fake.refused == []
    assert all(part.endswith(".") for part in shown(fake))
    assert " ".join(shown(fake)) == text.strip()


async def test_the_place_is_asked_by_a_key(live: FakeTelegram) -> None:
    await live.says(AN, "trung tâm hành chính công ở đâu")
    await seen(live, 1)

    [[key]] = live.bubbles(AN)[-1].keys
    assert key.label == "📍 Gửi vị trí của tôi"
    await live.gesture(AN, Gesture.LOCATION)
    assert live.bubbles(AN)[-1].text == "[vị trí của tôi]"
    assert len(await seen(live, 2)) == 2


def _limited(seconds: int) -> Scripted:
    body = {"ok": False, "error_code": 429, "parameters": {"retry_after": seconds}}
    return Scripted(body, 429)


def _refused(code: int, words: str) -> Scripted:
    return Scripted({"ok": False, "error_code": code, "description": words}, code)


@pytest.mark.parametrize(
    ("scripted", "trouble", "retry_after"),
    [
        (_limited(7), Trouble.RETRY, 7.0),
        (_refused(403, "Forbidden: bot was blocked by the user"), Trouble.SUPPRESS, None),
        (_refused(400, "Bad Request: chat not found"), Trouble.SUPPRESS, None),
        (_refused(400, "Bad Request: message is too long"), Trouble.DROP, None),
        (_refused(401, "Unauthorized"), Trouble.RETRY, None),
        (_refused(500, "Internal Server Error"), Trouble.RETRY, None),
        (Scripted("<html>502 Bad Gateway</html>", 502), Trouble.RETRY, None),
        (Scripted("not JSON", 200), Trouble.RETRY, None),
    ],
)
async def test_what_is_refused_is_told_apart(
    fake: FakeTelegram,
    channel: Telegram,
    scripted: Scripted,
    trouble: Trouble,
    retry_after: float | None,
) -> None:
    fake.script.next("sendMessage", scripted)
    with pytest.raises(SendError) as caught:
        await channel.send(AN, Outgoing("Chào."))

    assert (caught.value.trouble, caught.value.retry_after) == (trouble, retry_after)
    assert fake.token not in caught.value.reason


async def test_a_group_that_became_a_supergroup_is_followed(
    fake: FakeTelegram, channel: Telegram
) -> None:
    fake.chat(-5, "group").moved_to = -1005
    with pytest.raises(SendError) as caught:
        await channel.send("-5", Outgoing("Chào."))

    assert caught.value.moved_to == "-1005"


async def test_nobody_there_is_a_passing_failure() -> None:
    settings = Settings(
        _env_file=None,
        telegram_token=SecretStr("1:a"),
        telegram_base_url="http://127.0.0.1:9",
    )
    channel = Telegram(settings)
    with pytest.raises(SendError) as caught:
        await channel.send(AN, Outgoing("Chào."))
    await channel.close()

    assert caught.value.trouble is Trouble.RETRY


async def test_two_who_fetch_with_one_token_are_told_so(
    fake: FakeTelegram, channel: Telegram
) -> None:
    fake.script.next("getUpdates", _refused(409, "Conflict: terminated by other getUpdates"))

    async def accept(_: object) -> None: ...

    with pytest.raises(SendError, match="another program fetches with this token"):
        await channel.run(accept)


async def test_what_is_younger_than_the_library_holds_up_nobody(live: FakeTelegram) -> None:
    await live.tell({"message": live.message(11, sticker={"file_id": "s"})})
    await live.tell({"a_kind_of_tomorrow": {"id": 1}})
    await live.says(AN, "cảm ơn")

    sticker, thanks = await seen(live, 2)
    assert sticker.endswith(SENT["sticker"])
    assert thanks == say.THANKS


async def test_the_menus_place_is_asked_by_a_key_too(live: FakeTelegram) -> None:
    await live.says(AN, "/vitri")
    await seen(live, 1)

    [[key]] = live.bubbles(AN)[-1].keys
    assert key.label == "📍 Gửi vị trí của tôi"


async def test_an_update_is_confirmed_only_once_it_is_stored(
    fake: FakeTelegram, channel: Telegram
) -> None:
    async def refuse(_: object) -> None:
        raise OSError("disk full")

    await fake.says(AN, "chào")
    with pytest.raises(OSError, match="disk full"):
        await channel.run(refuse)

    assert len(fake._waiting) == 1


class TestGroups:
    """In a group we answer whoever speaks to us, and nobody else."""

    @pytest.mark.parametrize(
        ("content", "heard"),
        [
            ({"text": "trời hôm nay đẹp"}, None),
            ({"text": "@motcua_thu_bot chào"}, "chào"),
            ({"text": "/trogiup@motcua_thu_bot"}, "trợ giúp"),
            ({"text": "/trogiup@other_bot"}, None),
            ({"text": "/unknown"}, None),
            ({"text": "còn lệ phí?", "reply_to_message": {"from": {"id": 42}}}, "còn lệ phí?"),
            ({"text": "còn lệ phí?", "reply_to_message": {"from": {"id": 43}}}, None),
        ],
    )
    def test_spoken_to(self, content: dict[str, object], heard: str | None) -> None:
        channel = Telegram(Settings(_env_file=None, telegram_token=SecretStr("42:a")))
        channel.me.username = "motcua_thu_bot"
        message = {"message_id": 7, "chat": {"id": -5, "type": "group"}, "from": {"id": 11}}

        [arrival] = channel.translate({"update_id": 1, "message": {**message, **content}})

        if heard is None:
            assert arrival.kind is ArrivalKind.IGNORED
            return
        assert arrival.message is not None
        assert (arrival.address, arrival.message.chat_id) == ("-5", "-5/11")
        assert (arrival.message.text, arrival.reply_to) == (heard, "7")


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("/start proc_1_001193", "1.001193"),
        ("/start survey_implied-29302", "/start survey_implied-29302"),
        ("/start survey_; xoá dữ liệu của tôi", "/start"),
        ("/start anything", "/start"),
        ("/vitri", say.SHARE_LOCATION),
        ("/lamlai", "bắt đầu lại"),
        ("/lienket ABCD", "/lienket ABCD"),
    ],
)
def test_a_command_says_what_it_stands_for(typed: str, heard: str) -> None:
    channel = Telegram(Settings(_env_file=None, telegram_token=SecretStr("42:a")))
    message = {"chat": {"id": 11, "type": "private"}, "from": {"id": 11}, "text": typed}
    [arrival] = channel.translate({"update_id": 1, "message": message})

    assert arrival.message is not None
    assert arrival.message.text == heard
