"""The whole way of a message: Telegram's webhook into our ASGI application, the reply out to Telegram."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from starlette.applications import Starlette

from bot import messages as say
from bot.channels import Outgoing
from bot.channels.running import running
from bot.channels.telegram import Telegram
from bot.channels.webhooks import Webhooks
from bot.conversation import Action, Card, Reply
from bot.db import Database, migrate
from bot.messages.attachments import SENT
from bot.people import find_contact
from bot.sandbox.telegram import FakeTelegram
from bot.settings import Settings
from tests.bot.channels.platform import ODD_WORDS
from tests.bot.channels.test_intake import dialogue_of, rows, until, until_done
from tests.bot.channels.test_telegram import served, shown

AN = "11"
GROUP = -5
SECRET = "a-secret-of-the-webhook"


@dataclass
class Town:
    """Telegram, the assistant behind its webhook, and what the webhook answered."""

    fake: FakeTelegram
    channel: Telegram
    database: Database
    client: httpx.AsyncClient
    statuses: list[int] = field(default_factory=list)

    async def deliver(self, body: bytes, headers: Mapping[str, str]) -> int:
        for _ in range(5):  # a busy machine may answer 503, "come again", and Telegram does
            answer = await self.client.post(
                "/webhook/telegram", content=body, headers=dict(headers)
            )
            if answer.status_code != 503:
                break
        self.statuses.append(answer.status_code)
        return answer.status_code

    async def group(self, **content: Any) -> None:
        """Let someone write in a group we are in."""
        self.fake.chat(GROUP, "supergroup")
        message = self.fake.message(GROUP, **content)
        await self.fake.tell({"message": {**message, "from": {"id": 11, "is_bot": False}}})


@pytest_asyncio.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    fake = FakeTelegram()
    fake.webhook_url, fake.webhook_secret = "https://motcua.example/webhook/telegram", SECRET
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/town.db")
    await migrate(database)
    app = Starlette()
    app.add_middleware(Webhooks)
    async with served(fake) as address:
        settings = Settings(
            _env_file=None,
            telegram_token=SecretStr(fake.token),
            telegram_secret=SecretStr(SECRET),
            telegram_base_url=address,
        )
        channel = Telegram(settings)
        transport = httpx.ASGITransport(app)
        async with (
            running([channel], await dialogue_of(database)) as app.state.intake,
            httpx.AsyncClient(transport=transport, base_url="http://motcua") as client,
        ):
            town = Town(fake, channel, database, client)
            fake.deliver = town.deliver
            await until(lambda: bool(channel.me.username))
            yield town
    await database.close()


async def test_a_webhook_is_answered_and_the_menu_told_though_nothing_is_fetched(
    town: Town,
) -> None:
    await town.fake.says(AN, "cảm ơn")
    await until_done(town.database, 1)

    assert shown(town.fake)[0].endswith(say.THANKS)
    assert town.statuses == [200]
    assert town.fake.webhook_url  # polling would have deleted it
    assert town.fake.commands


async def test_a_webhook_with_another_secret_is_refused_and_leaves_nothing(town: Town) -> None:
    town.fake.webhook_secret = SECRET + "x"
    await town.fake.says(AN, "cảm ơn")
    town.fake.webhook_secret = ""
    await town.fake.says(AN, "cảm ơn")

    assert town.statuses == [403, 403]
    assert await rows(town.database) == []


async def test_an_update_that_comes_again_is_answered_once(town: Town) -> None:
    id_ = await town.fake.tell({"message": town.fake.message(11, text="cảm ơn")})
    town.fake._update_ids = id_ - 1
    await town.fake.tell({"message": town.fake.message(11, text="cảm ơn")})
    await until_done(town.database, 1)

    assert len(shown(town.fake)) == 1
    assert town.statuses == [200, 200]


async def test_an_edited_message_is_answered_as_it_now_reads(town: Town) -> None:
    message = town.fake.message(11, text="cảm ơn")
    await town.fake.tell({"message": message})
    await town.fake.tell({"edited_message": {**message, "text": "tạm biệt", "edit_date": 1}})
    await until_done(town.database, 2)

    assert [one.rpartition("\n\n")[2] for one in shown(town.fake)] == [say.THANKS, say.GOODBYE]


@pytest.mark.parametrize("text", ODD_WORDS.values(), ids=ODD_WORDS)
async def test_odd_words_are_answered_within_what_telegram_takes(text: str, town: Town) -> None:
    await town.fake.says(AN, text)
    if text.strip("\0"):  # a text of nothing is no text
        await until_done(town.database, 1)
        assert len(shown(town.fake)) >= 1

    assert town.statuses == [200]
    assert town.fake.refused == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"photo": [{"file_id": "p", "file_unique_id": "p", "width": 9, "height": 9}]}, "photo"),
        ({"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}}, "voice"),
        ({"sticker": {"file_id": "s", "file_unique_id": "s", "emoji": "🙂"}}, "sticker"),
        ({"document": {"file_id": "d", "file_unique_id": "d"}}, "file"),
        ({"contact": {"phone_number": "0900000000", "first_name": "An"}}, "contact"),
    ],
)
async def test_what_comes_without_a_word_is_answered_and_never_downloaded(
    content: dict[str, Any], kind: str, town: Town
) -> None:
    await town.fake.tell({"message": town.fake.message(11, **content)})
    await until_done(town.database, 1)

    assert shown(town.fake)[0].endswith(SENT[kind])
    assert town.fake.refused == []  # getFile would be: there is no such file


async def test_in_a_group_who_speaks_to_us_is_answered_with_a_quote_and_nobody_else(
    town: Town,
) -> None:
    await town.group(text="trời hôm nay đẹp")
    await town.group(text=f"@{town.fake.username} cảm ơn")
    await until_done(town.database, 1)

    [sent] = town.fake.sent
    assert sent["chat_id"] == str(GROUP)
    assert "message_id" in sent["reply_parameters"]
    assert shown(town.fake, str(GROUP))[0].endswith(say.THANKS)


async def test_in_a_group_every_part_and_every_answer_to_a_press_stays_in_its_topic(
    town: Town,
) -> None:
    await town.group(text=f"@{town.fake.username} /start")
    await until_done(town.database, 1)
    greeting = town.fake.chats[GROUP].messages[town.fake.sent[0]["message_id"]]
    data = greeting["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    press = {"id": "p", "from": {"id": 11}, "message": greeting, "data": data}
    await town.fake.tell({"callback_query": press})
    await until_done(town.database, 2)

    quoted = [json.loads(one["reply_parameters"])["message_id"] for one in town.fake.sent]
    assert quoted[1:] == [greeting["message_id"]] * (len(quoted) - 1)
    assert len(quoted) > 1


async def test_a_group_that_moved_is_answered_where_it_is_now(town: Town) -> None:
    town.fake.chat(GROUP, "group").moved_to = -1005
    town.fake.chat(-1005, "supergroup")
    await town.group(text=f"@{town.fake.username} cảm ơn")
    await until_done(town.database, 1)

    assert len(shown(town.fake, "-1005")) == 1


async def test_whoever_blocks_us_is_written_to_no_more(town: Town) -> None:
    town.fake.chat(11).blocked = True
    await town.fake.says(AN, "cảm ơn")
    [row] = await until_done(town.database, 1)

    assert row.reason == "suppressed"
    async with town.database.read() as session:
        contact = await find_contact(session, "telegram", AN)
    assert contact is not None
    assert contact.suppressed_at is not None


async def test_in_any_other_chat_suggestions_are_shown_and_nothing_is_stored(town: Town) -> None:
    person = {"id": 11, "is_bot": False, "first_name": "An"}
    query = {"id": "q1", "from": person, "query": "khai sinh", "offset": ""}
    await town.fake.tell({"inline_query": query})
    await until(lambda: "q1" in town.fake.suggested)

    card = Card("Đăng ký khai sinh", lead=("Miễn phí.",), code="1.001193", source="Nguồn: …")
    await town.channel.suggest("q2", [Reply(Action.ANSWER, cards=(card,))] * 1)
    [article] = town.fake.suggested["q2"]
    assert (article["id"], article["title"]) == ("1.001193", "Đăng ký khai sinh")
    assert article["input_message_content"]["message_text"].startswith(
        "Đăng ký khai sinh\nMiễn phí."
    )
    assert await rows(town.database) == []


async def test_a_message_is_taken_back_while_telegram_lets_us(town: Town) -> None:
    id_ = await town.channel.send(AN, Outgoing("Nhầm rồi ạ."))

    assert await town.channel.recall(AN, id_)
    assert shown(town.fake) == []
    assert await town.channel.recall(AN, id_), "it is gone, whoever asked for it"


async def test_everything_goes_through_the_proxy_where_there_is_one() -> None:
    asked: list[str] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.split(b" ")[1].decode())
        body = b'{"ok": true, "result": {"message_id": 1, "date": 1, "chat": {"id": 11, "type": "private"}}}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = Settings(
        _env_file=None,
        telegram_token=SecretStr("1:a"),
        telegram_base_url="http://telegram.invalid",
        telegram_proxy=f"http://127.0.0.1:{port}",
    )
    channel = Telegram(settings)
    await channel.send(AN, Outgoing("Chào."))
    await channel.close()
    server.close()

    assert asked == ["http://telegram.invalid/bot1:a/sendMessage"]
