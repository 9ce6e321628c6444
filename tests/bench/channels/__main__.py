"""`python -m tests.bench.channels`: throughput, delay, 10,000 people at once, memory, cold start."""

from __future__ import annotations

import argparse
import asyncio
import gzip
import itertools
import json
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import uvloop

from knowledge.importing.starter import DATA
from tests.bench.channels import crossing, killing
from tests.bench.channels.town import Assistant, Town, open_town

CHANNELS = ("telegram", "zalo_oa", "zalo_bot")
#: Targets.
PER_SECOND, P99_MS, COLD_SECONDS, FIRST_LOAD_KB = 200.0, 150.0, 3.0, 10.0
#: Citizens who wait for their reply at the same time when throughput is measured.
AT_ONCE = 200
#: Citizens among whom a run's messages are shared: most have written before, as in life.
POPULATION = 1_000
#: Messages a second when the delay is measured.
STEADY = 50


def questions() -> list[str]:
    """Return what citizens ask: the golden questions, in an order that is always the same."""
    lines = (DATA / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    found = [str(json.loads(line)["q"]) for line in lines]
    random.Random(6).shuffle(found)
    return found


async def throughput(town: Town, assistant: Assistant, channel: str, count: int) -> bool:
    """Let citizens ask as fast as they are answered."""
    asked = zip(itertools.cycle(questions()), range(count), strict=False)
    cpu, started = assistant.cpu(), time.perf_counter()

    async def citizens() -> None:
        for text, number in asked:
            await town.ask(channel, str(1_000_000 + number % POPULATION), text)

    await asyncio.gather(*(citizens() for _ in range(AT_ONCE)))
    seconds, cpu = time.perf_counter() - started, assistant.cpu() - cpu
    per_core = count / cpu
    print(
        f"{channel:9} {count} messages in {seconds:5.1f} s: {count / seconds:4.0f}/s by the clock; "
        f"{cpu / count * 1_000:.2f} ms of CPU a message = {per_core:4.0f}/s on one whole core"
    )
    return per_core >= PER_SECOND


async def delay(town: Town, assistant: Assistant, channel: str, seconds: int) -> bool:
    """Let STEADY citizens a second ask, however fast they are answered."""
    town.accepted.clear()
    asked = zip(itertools.cycle(questions()), range(STEADY * seconds), strict=False)
    start = time.perf_counter() + 0.1
    late: list[float] = []

    async def citizen(text: str, number: int) -> float:
        due = start + number / STEADY
        await asyncio.sleep(due - time.perf_counter())
        late.append(time.perf_counter() - due)
        return await town.ask(channel, str(1_000_000 + number % POPULATION), text)

    times = await asyncio.gather(*(citizen(text, number) for text, number in asked))
    p50, p99 = _at(times, 50), _at(times, 99)
    print(
        f"{channel:9} at {STEADY}/s: reply p50 {p50:4.0f} ms, p99 {p99:4.0f} ms; "
        f"webhook's 200 p99 {_at(town.accepted, 99):4.0f} ms (asked late by p99 {_at(late, 99):.0f} ms)"
    )
    return p99 <= P99_MS


async def soak(town: Town, assistant: Assistant, count: int) -> bool:
    """Let citizens ask for long; memory may not grow once everything has been used once."""
    held: list[float] = []
    block = max(1_000, count // 10)
    for first in range(0, count, block):
        numbers = iter(range(first, min(first + block, count)))
        texts = itertools.cycle(questions())

        async def citizens(numbers: Iterable[int] = numbers, texts: Any = texts) -> None:
            for number in numbers:
                channel = CHANNELS[number % len(CHANNELS)]
                await town.ask(channel, str(3_000_000 + number // 10), next(texts))

        await asyncio.gather(*(citizens() for _ in range(AT_ONCE)))
        town.forget()
        held.append(assistant.memory())
    print("memory    " + " → ".join(f"{mb:.0f}" for mb in held) + f" MB over {count} messages")
    half = len(held) // 2
    return not half or statistics.median(held[half:]) <= statistics.median(held[:half]) * 1.1 + 10


async def cold_start(folder: Path, environment: dict[str, str]) -> bool:
    """Start on what is there already, as after every update."""
    times = []
    for _ in range(3):
        assistant = Assistant(folder, environment)
        times.append(await assistant.start())
        assistant.kill()
    print(f"cold start to /readyz: {statistics.median(times):.1f} s (median of 3)")
    return statistics.median(times) <= COLD_SECONDS


def first_load(assistant: Assistant) -> bool:
    """Weigh what another site's visitor downloads for the widget."""
    size = 0
    for path in ("/widget.js", "/static/chat.js"):
        with urlopen(assistant.address + path, timeout=30) as answer:
            size += len(gzip.compress(answer.read()))
    print(f"widget, first load: {size / 1_024:.1f} KB gzip")
    return size <= FIRST_LOAD_KB * 1_024


async def measure(given: argparse.Namespace) -> list[str]:
    """Run what is asked for; return the names of the figures that were missed."""
    missed: list[str] = []
    folder = Path(tempfile.mkdtemp(prefix="motcua-channels-"))
    async with open_town() as (town, address):
        environment = {**town.settings(address), "MOTCUA_DATABASE_URL": given.database or ""}
        assistant = Assistant(folder, environment)
        await assistant.command(
            "zalo",
            "token",
            "set",
            given=f"{town.zalo_oa.access_token} {town.zalo_oa.refresh_token}",
        )
        print(f"first start ever, with its knowledge to load: {await assistant.start():.1f} s")
        town.connect(assistant.address)
        parts = _parts(given, town, assistant, folder, environment)
        for name, part in parts:
            if given.only and name.split()[0] not in given.only:
                continue
            if not await part():
                missed.append(name)
            town.forget()
        assistant.kill()
    shutil.rmtree(folder)
    return missed


def _parts(
    given: argparse.Namespace,
    town: Town,
    assistant: Assistant,
    folder: Path,
    environment: dict[str, str],
) -> list[tuple[str, Callable[[], Coroutine[Any, Any, bool]]]]:
    async def load() -> bool:
        return await asyncio.to_thread(first_load, assistant)

    async def start() -> bool:
        assistant.kill()
        met = await cold_start(folder, environment)
        await assistant.start()
        return met

    return [
        *(
            (f"throughput {name}", lambda name=name: throughput(town, assistant, name, given.count))
            for name in given.channels
        ),
        *(
            (f"delay {name}", lambda name=name: delay(town, assistant, name, given.seconds))
            for name in given.channels
        ),
        ("crossing", lambda: crossing.together(town, assistant, given.people)),
        ("kills", lambda: killing.killed(town, assistant, given.kills)),
        ("memory", lambda: soak(town, assistant, given.messages)),
        ("widget", load),
        ("start", start),
    ]  # fmt: skip


def main() -> int:
    """Return how many figures were missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.channels", description=__doc__)
    parser.add_argument("--channels", nargs="*", default=CHANNELS, choices=CHANNELS)
    parser.add_argument("--only", nargs="*", help="throughput, delay, crossing, kills, …")
    parser.add_argument("--count", type=int, default=2_000, help="messages of the throughput")
    parser.add_argument("--seconds", type=int, default=20, help="how long the delay is measured")
    parser.add_argument("--people", type=int, default=10_000, help="citizens at once")
    parser.add_argument("--kills", type=int, default=10, help="how often the assistant is killed")
    parser.add_argument("--messages", type=int, default=10_000, help="of the soak; 1000000 = all")
    parser.add_argument("--database", default="", help="PostgreSQL instead of SQLite")
    missed = uvloop.run(measure(parser.parse_args()))
    print(f"missed: {', '.join(missed)}" if missed else "every figure met")
    return len(missed)


def _at(seconds: Sequence[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100)[percent - 1] * 1_000


if __name__ == "__main__":
    raise SystemExit(main())
