"""How long the page's API takes to answer, over HTTP to `motcua run`: `python -m tests.bench.web`."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import uvloop

from tests.bench.channels.__main__ import questions
from tests.bench.channels.town import Assistant

#: Questions a second of the second measurement.
STEADY = 50


async def one_by_one(session: aiohttp.ClientSession, url: str, count: int) -> list[float]:
    """Ask one question after the other, each in a conversation of its own."""
    return [await _ask(session, url, text) for text in (questions() * count)[:count]]


async def steadily(session: aiohttp.ClientSession, url: str, seconds: int) -> list[float]:
    """Ask STEADY questions a second, however long the answers take."""
    start = time.perf_counter() + 0.1

    async def later(number: int, text: str) -> float:
        await asyncio.sleep(start + number / STEADY - time.perf_counter())
        return await _ask(session, url, text)

    count = STEADY * seconds
    texts = (questions() * (count // 200 + 1))[:count]
    return await asyncio.gather(*(later(number, text) for number, text in enumerate(texts)))


async def _ask(session: aiohttp.ClientSession, url: str, text: str) -> float:
    started = time.perf_counter()
    async with session.post(url, json={"text": text}) as answer:
        await answer.read()
        assert answer.status == 200, answer.status
    return time.perf_counter() - started


async def measure(count: int, seconds: int) -> None:
    """Print p50 and p99 in milliseconds, and what each question costs of a core."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-web-"))
    assistant = Assistant(folder, {"MOTCUA_RATE_LIMIT": "1000000/minute"})
    await assistant.start()
    url = f"{assistant.address}/api/v1/messages"
    async with aiohttp.ClientSession() as session:
        await one_by_one(session, url, 50)  # what is only slow the first time
        for name, work in (
            ("one by one", one_by_one(session, url, count)),
            (f"{STEADY} a second", steadily(session, url, seconds)),
        ):
            cpu = assistant.cpu()
            times = await work
            cpu = (assistant.cpu() - cpu) / len(times) * 1_000
            print(
                f"POST /api/v1/messages, {name}: p50 {_at(times, 50):.0f} ms, "
                f"p99 {_at(times, 99):.0f} ms, {cpu:.1f} ms of CPU a question"
            )
    assistant.kill()
    shutil.rmtree(folder)


def _at(seconds: Sequence[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100)[percent - 1] * 1_000


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.web", description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="questions one by one")
    parser.add_argument("--seconds", type=int, default=20, help=f"of {STEADY} questions a second")
    given = parser.parse_args()
    uvloop.run(measure(given.count, given.seconds))
