"""People say “DỪNG” to the web while other processes send: nobody gets it over two seconds later.

python -m tests.bench.broadcast --only opt-out --engines postgres
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

import aiohttp

from tests.bench.broadcast.fleet import SECRET, Fleet, open_fleet

STOPPING = 150
PER_SECOND = 40.0
#: Seconds after which nobody who stopped may hear anything but the answer to it.
WITHIN = 2.0
PATIENCE = 240.0
#: What only the announcement says, and what only the answer to a stop says.
TOLD, STOPPED = "Bão số 5", "Đã dừng mọi tin"


async def stopped(fleet: Fleet, count: int, chance: random.Random) -> bool:
    """Let people stop while it is sent, and see what they heard afterwards."""
    await fleet.platform.plan(keep=True)
    await fleet.announce(count)
    fleet.start()
    await _first_heard(fleet)
    people = chance.sample(fleet.people, STOPPING)
    at: dict[str, float] = {}
    async with aiohttp.ClientSession() as session:
        for number, address in enumerate(people):
            await _say_stop(fleet, session, number, address)
            at[address] = time.time()
            await asyncio.sleep(chance.uniform(0, 0.4))
    await fleet.finish(PATIENCE)
    return _judge(fleet, at, (await fleet.platform.told())["kept"])


async def _first_heard(fleet: Fleet) -> None:
    """Wait until it is being sent and the web answers."""
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
        while not await fleet.platform.counts():  # noqa: ASYNC110 - the platform tells nobody
            await asyncio.sleep(0.2)
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{fleet.port}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.2)


async def _say_stop(fleet: Fleet, session: aiohttp.ClientSession, number: int, chat: str) -> None:
    """Bring a citizen's word as Telegram's webhook does."""
    message = {
        "message_id": number + 1, "date": int(time.time()), "text": "DỪNG",
        "chat": {"id": int(chat), "type": "private"},
        "from": {"id": int(chat), "is_bot": False, "first_name": "Dân"},
    }  # fmt: skip
    async with session.post(
        f"http://127.0.0.1:{fleet.port}/webhook/telegram",
        json={"update_id": number + 1, "message": message},
        headers={"X-Telegram-Bot-Api-Secret-Token": SECRET},
    ) as answer:
        answer.raise_for_status()


def _judge(fleet: Fleet, at: dict[str, float], kept: list[list[Any]]) -> bool:
    """Measure from when the citizen's word was taken; the fake and we share one clock."""
    late = [
        seconds - at[chat]
        for chat, seconds, text in kept
        if chat in at and TOLD in text and seconds > at[chat]
    ]
    answered = [
        seconds - at[chat] for chat, seconds, text in kept if chat in at and STOPPED in text
    ]
    got = {chat for chat, _, text in kept if TOLD in text}
    spared = len(at.keys() - got)
    lost = len(set(fleet.people) - at.keys() - got)
    print(
        f"{fleet.database.writer.dialect.name}: {len(at)} of {len(fleet.people)} people stopped while it was "
        f"sent: {spared} were spared, {len(late)} got it after their word was taken (the latest "
        f"{max(late, default=0):.2f} s after); {len(answered)} were answered, within "
        f"{max(answered, default=0):.2f} s; {lost} others lost"
    )
    return not lost and max(late, default=0) <= WITHIN and spared > 0


async def opt_out(engine: str, seconds: int, *, workers: int, seed: int) -> bool:
    """Run one installation through it, while it sends for so long."""
    async with open_fleet(engine, workers=workers, per_second=PER_SECOND, web=True) as fleet:
        return await stopped(fleet, int(PER_SECOND * seconds), random.Random(seed))
