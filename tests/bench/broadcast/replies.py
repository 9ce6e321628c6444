"""What a bulk send costs a citizen who asks meanwhile."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from bot.settings import Settings
from bot.wiring.knowledge import prepare
from tests.bench.broadcast import crowd
from tests.bench.broadcast.fleet import on_server
from tests.bench.channels.town import Assistant, Town, open_town
from tests.conftest import POSTGRES, ROOT

#: Milliseconds a bulk send may add to the reply of all but one in a hundred.
ADDED_MS = 100.0
#: Citizens who ask in a second, and those among whom they are.
A_SECOND, POPULATION = 4, 400
QUESTION = "đăng ký kết hôn cần giấy tờ gì"


async def replies(engine: str, per_second: float, seconds: int) -> bool:
    """Ask for so long without a bulk send, and as long under one that takes all of the limit.

    One process on SQLite; on PostgreSQL one that talks and one that sends.
    """
    async with open_town() as (town, address), _database(engine) as (folder, url):
        settings = Settings(_env_file=None, data_dir=folder, database_url=url)
        database = await prepare(settings)
        environment = {**town.settings(address), "MOTCUA_DATABASE_URL": url}
        environment["MOTCUA_TELEGRAM_PER_SECOND"] = str(per_second)
        environment |= {name: "" for name in environment if "ZALO" in name and "TOKEN" in name}
        assistant = Assistant(folder, environment, "web" if url else "run")
        await assistant.start()
        town.connect(assistant.address)
        worker = _worker(assistant) if url else None
        await crowd.gather(database, int(per_second * (seconds + 30)))
        await _ask(town, 10)  # what is used for the first time is slow
        alone = await _ask(town, seconds)
        heard = len(town.told)
        await crowd.planned_run(database)
        await asyncio.sleep(3)
        began, before = time.perf_counter(), len(town.told)
        under = await _ask(town, seconds)
        rate = (len(town.told) - before) / (time.perf_counter() - began)
        assert before > heard, "nothing is being sent"
        assistant.kill()
        if worker is not None:
            worker.kill()
            worker.wait()
        await database.close()
    return _told(engine, rate, alone, under)


def _told(engine: str, rate: float, alone: Sequence[float], under: Sequence[float]) -> bool:
    added = _at(under, 99) - _at(alone, 99)
    print(
        f"{engine}: {len(alone)} replies alone p50 {_at(alone, 50):.0f} ms, p99 {_at(alone, 99):.0f} ms;"
        f" under a bulk send of {rate:.0f}/s p50 {_at(under, 50):.0f} ms, p99 {_at(under, 99):.0f} ms:"
        f" p99 {added:+.0f} ms"
    )
    return added <= ADDED_MS


async def _ask(town: Town, seconds: int) -> list[float]:
    """Let A_SECOND citizens a second ask, however fast they are answered; return their seconds."""
    start = time.perf_counter() + 0.1

    async def citizen(number: int) -> float:
        await asyncio.sleep(start + number / A_SECOND - time.perf_counter())
        return await town.ask("telegram", str(9_000_000 + number % POPULATION), QUESTION)

    return await asyncio.gather(*(citizen(number) for number in range(A_SECOND * seconds)))


def _worker(assistant: Assistant) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "worker"], cwd=ROOT, env=assistant.environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@asynccontextmanager
async def _database(engine: str) -> AsyncIterator[tuple[Path, str]]:
    """Yield a data folder and the URL of a database; "" = SQLite in that folder."""
    folder, name = Path(tempfile.mkdtemp(prefix="motcua-replies-")), f"motcua_{uuid4().hex[:12]}"
    if engine == "postgres":
        await on_server(f'CREATE DATABASE "{name}"')
    try:
        yield folder, f"{POSTGRES}/{name}" if engine == "postgres" else ""
    finally:
        if engine == "postgres":
            await on_server(f'DROP DATABASE "{name}" WITH (FORCE)')
        shutil.rmtree(folder)


def _at(seconds: Sequence[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100)[percent - 1] * 1_000
