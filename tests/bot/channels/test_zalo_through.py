"""The whole way of a message: Zalo's webhook in, the reply out to Zalo, whatever happens between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from bot import messages as say
from bot.channels import Channel
from bot.channels.intake import Intake
from bot.channels.webhooks import Webhooks
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_oa.tokens import put
from bot.db import Database, migrate
from bot.messages.attachments import SENT
from bot.people import find_contact
from bot.sandbox import Deliver
from bot.sandbox.zalo_bot import FakeZaloBot
from bot.sandbox.zalo_oa import FakeZaloOA
from bot.settings import Settings
from tests.bot.channels.platform import ODD_WORDS, Platform, arrival
from tests.bot.channels.test_intake import Clock, dialogue_of, rows, until, until_done


@dataclass
class Town:
    """Two platforms of Zalo's, the assistant between them, and a clock for all."""

    clock: Clock
    oa: FakeZaloOA
    bot: FakeZaloBot
    other: Platform
    intake: Intake
    statuses: list[int]
    database: Database

    def heard(self, citizen: str) -> list[str]:
        """What the assistant told a citizen on Zalo OA."""
        return [one.text for one in self.oa.bubbles(citizen) if not one.mine]


@pytest_asyncio.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/town.db")
    await migrate(database)
    clock = Clock()
    oa, bot, other = FakeZaloOA(now=clock), FakeZaloBot(now=clock), Platform()
    told = oa.settings("http://oa", "") | bot.settings("http://bot", "http://127.0.0.1/webhook")
    settings = Settings(_env_file=None).model_copy(update=told)
    await put(database, oa.app_id, refresh=oa.refresh_token, access=oa.access_token, now=clock.now)
    channels: list[Channel] = [
        ZaloOA(settings, database, now=clock, transport=httpx.ASGITransport(oa.app)),
        ZaloBot(settings, transport=httpx.ASGITransport(bot.app)),
        other,
    ]
    async with _open(database, channels, clock) as (intake, client):
        statuses: list[int] = []
        for fake in (oa, bot):
            fake.deliver = _posting(client, fake.name, statuses)
        yield Town(clock, oa, bot, other, intake, statuses, database)
    await database.close()


@asynccontextmanager
async def _open(
    database: Database, channels: Sequence[Channel], clock: Clock
) -> AsyncIterator[tuple[Intake, httpx.AsyncClient]]:
    dialogue = await dialogue_of(database)
    intake = Intake(dialogue, {one.name: one for one in channels}, now=clock)
    app = Starlette()
    app.add_middleware(Webhooks)
    app.state.intake = intake
    running = asyncio.create_task(intake.run())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://motcua"
    ) as client:
        yield intake, client
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await intake.close()
    for channel in channels:
        await channel.close()


def _posting(client: httpx.AsyncClient, channel: str, statuses: list[int]) -> Deliver:
    async def deliver(body: bytes, headers: Mapping[str, str]) -> int:
        for _ in range(5):  # a busy machine may answer 503, "come again", and platforms do
            answer = await client.post(f"/webhook/{channel}", content=body, headers=dict(headers))
            if answer.status_code != 503:
                break
        statuses.append(answer.status_code)
        return answer.status_code

    return deliver


async def test_what_a_citizen_writes_is_answered_on_both_platforms(town: Town) -> None:
    await town.oa.says("84", "cảm ơn")
    await town.bot.says("85", "cảm ơn")
    await until(lambda: len(town.oa.bubbles("84")) == len(town.bot.bubbles("85")) == 2)

    assert town.heard("84")[0].endswith(say.THANKS)
    assert town.bot.bubbles("85")[1].text.endswith(say.THANKS)
    assert town.statuses == [200, 200]


async def test_whoever_follows_is_greeted_and_whoever_leaves_is_left_alone(town: Town) -> None:
    await town.oa.follows("84")
    await until_done(town.database, 1)
    await town.oa.unfollows("84")
    await until_done(town.database, 2)

    assert len(town.heard("84")) == 1
    async with town.database.read() as session:
        contact = await find_contact(session, "zalo_oa", "84")
    assert contact is not None
    assert contact.suppressed_at == town.clock.now


async def test_a_webhook_that_comes_again_is_answered_once(town: Town) -> None:
    body, headers = town.oa.webhook(
        {
            "event_name": "user_send_text",
            "sender": {"id": "84"},
            "recipient": {"id": town.oa.oa_id},
            "message": {"msg_id": "m1", "text": "cảm ơn"},
        }
    )
    town.oa.citizen("84").last_seen = town.clock.now
    assert town.oa.deliver is not None
    for retry in range(3):
        await town.oa.deliver(body, {**headers, "num_retry": str(retry)})
    await until_done(town.database, 1)

    assert town.statuses == [200, 200, 200]
    assert len(town.heard("84")) == 1


async def test_forged_and_replayed_webhooks_are_refused_and_leave_nothing(town: Town) -> None:
    body, headers = town.oa.webhook({"event_name": "follow", "follower": {"id": "84"}})
    assert town.oa.deliver is not None
    assert town.bot.deliver is not None
    await town.oa.deliver(body + b" ", headers)
    await town.oa.deliver(body, {"X-ZEvent-Signature": "mac=0"})
    await town.bot.deliver(b"{}", {"X-Bot-Api-Secret-Token": "guessed"})
    town.clock.now += timedelta(hours=4)
    await town.oa.deliver(body, headers)

    assert town.statuses == [403, 403, 403, 403]
    assert await rows(town.database) == []


@pytest.mark.parametrize("text", ODD_WORDS.values(), ids=ODD_WORDS)
async def test_odd_words_are_answered_once_within_what_zalo_takes(text: str, town: Town) -> None:
    text = text.encode("utf-8", "replace").decode()  # the body is UTF-8
    await town.oa.says("84", text)
    await town.bot.says("85", text)
    await until_done(town.database, 2)

    assert len(town.heard("84")) >= 1
    assert town.bot.bubbles("85")[-1].mine is False
    assert town.oa.refused == town.bot.refused == []


async def test_a_sticker_a_photo_and_an_unknown_event_are_taken(town: Town) -> None:
    photo = {"attachments": [{"type": "image", "payload": {"url": "https://z/1.jpg"}}]}
    voice = {"attachments": [{"type": "audio", "payload": {"url": "https://z/1.aac"}}]}
    await town.oa.sends_sticker("84")
    await town.oa._acts("84", "user_send_image", photo, shown="[ảnh]")
    await town.oa._acts("84", "user_send_audio", voice, shown="[tin thoại]")
    await town.oa._acts("84", "user_reacts_in_some_new_way", {}, shown="?")
    await until_done(town.database, 3)

    assert town.statuses == [200] * 4
    heard = [text.rpartition("\n\n")[2] for text in town.heard("84")]
    assert heard == [SENT["sticker"], SENT["photo"], SENT["voice"]]


async def test_ids_that_differ_in_case_never_cross(town: Town) -> None:
    await town.oa.says("aBc", "cảm ơn")
    await town.oa.says("abc", "tạm biệt")
    await until_done(town.database, 2)

    assert town.heard("aBc")[0].endswith(say.THANKS)
    assert town.heard("abc")[0].endswith(say.GOODBYE)


async def test_a_token_spent_meanwhile_costs_the_citizen_nothing(town: Town) -> None:
    town.oa.expire_access()
    await town.oa.says("84", "cảm ơn")
    await until_done(town.database, 1)

    assert len(town.heard("84")) == 1
    assert len(town.oa.used_refresh_tokens) == 1


async def test_zalo_down_for_an_hour_slows_nobody_and_what_was_owed_is_sent_after(
    town: Town,
) -> None:
    town.oa.script.down = True
    await town.oa.says("84", "cảm ơn")
    await until(lambda: town.intake._gates["zalo_oa"].failures > 0)
    for number in range(20):
        await town.intake.accept("platform", [arrival("platform", str(number), "an", "cảm ơn")])
    await until(lambda: len(town.other.taken) == 20)
    assert town.heard("84") == []
    town.clock.now += timedelta(hours=1)
    town.oa.script.down = False
    await until_done(town.database, 21)

    assert len(town.heard("84")) == 1


async def test_what_is_owed_is_not_sent_after_the_window(town: Town) -> None:
    town.oa.script.down = True
    await town.oa.says("84", "cảm ơn")
    await until(lambda: town.intake._gates["zalo_oa"].failures > 0)
    town.clock.now += timedelta(hours=49)
    town.oa.script.down = False
    (row,) = await until_done(town.database, 1)

    assert row.reason == "expired"
    assert (town.heard("84"), town.oa.refused) == ([], [])
