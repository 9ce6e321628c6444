"""An assistant killed at a random moment: what the platform was told we have is answered once."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Mapping
from itertools import groupby

import httpx
import pytest
from sqlmodel import select

from bot import messages as say
from bot.channels.intake import MOST_IN_FLIGHT
from bot.db import Database
from bot.models import Accepted, Stage, Turn
from bot.sandbox import Scripted
from bot.sandbox.telegram import FakeTelegram
from tests.bot.channels import answering
from tests.bot.channels.test_telegram import served

PEOPLE = 15
SAID = ("chào", "cảm ơn", "tạm biệt")
HEARD = (say.HELLO, say.THANKS, say.GOODBYE)
PATIENCE = 90.0


class Assistant:
    """The assistant in a process of its own."""

    def __init__(self, database: Database, fake: FakeTelegram, platform: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._given = (database.url, platform, fake.token, fake.webhook_secret, self.port)
        self._process = answering.start(*self._given)

    def is_killed(self) -> None:
        self._process.kill()
        self._process.join()

    def starts_again(self) -> None:
        self._process = answering.start(*self._given)


def replies(fake: FakeTelegram, person: int) -> list[str]:
    return [one.text for one in fake.chat(person).bubbles if not one.mine]


async def until_all_are_answered(database: Database) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            async with database.read() as session:
                stages = (await session.exec(select(Accepted.stage))).all()
            if len(stages) == PEOPLE * len(SAID) and set(stages) == {Stage.DONE}:
                return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("secret", ["a-secret", ""], ids=["webhook", "polling"])
async def test_what_was_stored_is_answered_once_and_in_order(
    database: Database, secret: str
) -> None:
    fake = FakeTelegram()
    if secret:
        fake.webhook_url, fake.webhook_secret = "https://motcua.example", secret
    async with served(fake) as platform, httpx.AsyncClient(timeout=10) as client:
        assistant = Assistant(database, fake, platform)
        address = f"http://127.0.0.1:{assistant.port}/webhook/telegram"

        async def deliver(body: bytes, headers: Mapping[str, str]) -> int:
            """Until it is taken, and then once more: an answer may have been lost on its way."""
            taken = 0
            while taken < 2:
                try:
                    answer = await client.post(address, content=body, headers=dict(headers))
                    taken += answer.status_code == 200
                except httpx.HTTPError:
                    await asyncio.sleep(0.05)
            return 200

        async def citizen(person: int) -> None:
            for text in SAID:
                await fake.says(str(person), text)

        fake.deliver = deliver
        fake.script.next("sendMessage", *(Scripted("", status=500),) * 2)
        talking = asyncio.gather(*(citizen(person) for person in range(1, PEOPLE + 1)))
        reached = random.randrange(1, PEOPLE * len(SAID) // 2)
        async with asyncio.timeout(PATIENCE):
            while len(fake.sent) < reached:  # noqa: ASYNC110 - a platform tells nobody
                await asyncio.sleep(0.005)
        assistant.is_killed()
        assistant.starts_again()
        async with asyncio.timeout(PATIENCE):
            await talking
        await until_all_are_answered(database)
        assistant.is_killed()

    for person in range(1, PEOPLE + 1):
        once = [text for text, _ in groupby(replies(fake, person))]
        assert [one.rpartition("\n\n")[2] for one in once] == [
            heard.rpartition("\n\n")[2] for heard in HEARD
        ]
    assert len(fake.sent) - PEOPLE * len(SAID) <= MOST_IN_FLIGHT
    async with database.read() as session:
        assert len((await session.exec(select(Turn.id))).all()) == PEOPLE * len(SAID)
        assert set((await session.exec(select(Accepted.reason))).all()) == {""}
