"""What a program sends with that only has the library: python -m tests.bench.broadcast.plain URL COUNT

Prints the CPU seconds COUNT messages took; nothing is claimed, marked or paced.
"""

from __future__ import annotations

import argparse
import asyncio
import time

import uvloop
from telegram import Bot

from bot.broadcast.sending import SLOTS
from tests.bot.broadcast.working import TOKEN


async def _main(address: str, count: int) -> None:
    numbers = iter(range(count))
    async with Bot(TOKEN, base_url=f"{address}/bot") as bot:

        async def slot() -> None:
            for number in numbers:
                await bot.send_message(str(900_000_000 + number), "Bão số 5 vào bờ đêm nay.")

        began = time.process_time()
        await asyncio.gather(*(slot() for _ in range(SLOTS)))
        print(time.process_time() - began)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("count", type=int)
    given = parser.parse_args()
    uvloop.run(_main(given.address, given.count))
