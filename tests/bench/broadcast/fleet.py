"""An installation to be hurt: its processes, a fake Telegram in another, and people who asked for news.

Every person asked for an announcement of their own group, so how often the platform heard a chat says
whether that person was lost, or told twice.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
from sqlalchemy import insert
from sqlmodel import col, func, or_, select

from bot.db import Database
from bot.models import (
    Announcement,
    AnnouncementStatus,
    Contact,
    Delivery,
    DeliveryStatus,
    Person,
    Run,
    RunStatus,
    Subscription,
    Topic,
)
from bot.models.people import new_person_id
from bot.settings import Settings
from bot.wiring.knowledge import prepare
from knowledge.columns import utc_now
from tests.bot.broadcast.working import TOKEN
from tests.conftest import POSTGRES, ROOT

SECRET = "secret-of-the-webhook"
#: Two digits stand for a province; each announcement is for one topic in one of them.
_GROUPS = [(topic, f"{number:02}") for number in range(100) for topic in Topic]


class Platform:
    """The fake Telegram, in a process of its own."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.address = f"http://127.0.0.1:{free_port()}"
        self._session = session
        port = self.address.rpartition(":")[2]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.fake_telegram", port], cwd=ROOT
        )

    async def started(self) -> None:
        """Return once it answers."""
        while True:
            try:
                await self.counts()
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
            else:
                return

    async def counts(self) -> Counter[str]:
        """Return how often each chat was written to."""
        return Counter((await self.told())["chats"])

    async def told(self) -> dict[str, Any]:
        """Return all it has counted."""
        async with self._session.get(f"{self.address}/counts") as answer:
            told: dict[str, Any] = await answer.json()
            return told

    async def arrivals(self, since: int = 0) -> dict[str, Any]:
        """Return the moments of its messages from number `since` on, and of the first of each text."""
        url = f"{self.address}/arrivals?from={since}"
        async with self._session.get(url) as answer:
            told: dict[str, Any] = await answer.json()
            return told

    async def plan(self, **plan: Any) -> None:
        """Say what goes wrong from now on."""
        async with self._session.post(f"{self.address}/plan", json=plan) as answer:
            answer.raise_for_status()

    def never_waits(self) -> bool:
        """Let it have a core whenever it wants one, as a machine of its own would; whether it may.

        Else what is measured is how late the fake itself is: up to 20 ms on a busy machine.
        """
        try:
            os.sched_setscheduler(self._process.pid, os.SCHED_RR, os.sched_param(1))
        except (OSError, AttributeError):  # not allowed, or no Linux
            return False
        return True

    def end(self) -> None:
        """Stop it."""
        self._process.kill()
        self._process.wait()


@dataclass(slots=True)
class Member:
    """One process of the installation: its words, and the module that takes them."""

    words: tuple[str, ...]
    module: str = "bot"
    process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process."""
        assert self.process is not None
        return self.process.pid


@dataclass(slots=True)
class Fleet:
    """The processes of one installation, its database and its platform."""

    database: Database
    platform: Platform
    port: int
    folder: Path
    environment: dict[str, str]
    members: list[Member]
    groups: Iterator[tuple[Topic, str]] = field(default_factory=lambda: iter(_GROUPS))
    numbers: Iterator[int] = field(default_factory=lambda: count(100_000))
    people: list[str] = field(default_factory=list)
    """Addresses of everybody an announcement was for."""

    def start(self, members: Collection[Member] | None = None) -> None:
        """Start processes, as a supervisor does at once."""
        for member in self.members if members is None else members:
            with (self.folder / "log").open("ab") as log:
                member.process = subprocess.Popen(
                    [sys.executable, "-m", member.module, *member.words], cwd=ROOT, env=self.environment,
                    stdout=subprocess.DEVNULL, stderr=log,
                )  # fmt: skip

    def supervise(self) -> int:
        """Start again whoever has ended by itself; return how many had."""
        ended = [one for one in self.members if one.process and one.process.poll() is not None]
        self.start(ended)
        return len(ended)

    def kill(self, members: Collection[Member] | None = None) -> None:
        """End processes without a word."""
        for member in self.members if members is None else members:
            if member.process is not None:
                member.process.send_signal(signal.SIGKILL)
        for member in self.members if members is None else members:
            if member.process is not None:
                member.process.wait()

    async def announce(self, people: int, *, text: str = "Bão số 5 vào bờ") -> int:
        """Make so many people, and an urgent announcement due now for them alone; return its id."""
        topic, province = next(self.groups)
        now = utc_now()
        rows = [(new_person_id(), str(number)) for number in islice(self.numbers, people)]
        async with self.database.write() as session:
            connection = await session.connection()
            await connection.execute(
                insert(Person), [{"id": id_, "created_at": now} for id_, _ in rows]
            )
            await connection.execute(
                insert(Contact),
                [
                    {"channel": "telegram", "address": address, "person_id": id_,
                     "last_seen_at": now, "suppressed_why": ""}
                    for id_, address in rows
                ],
            )  # fmt: skip
            await connection.execute(
                insert(Subscription),
                [
                    {"person_id": id_, "topic": topic, "province_code": province,
                     "commune_code": "", "consent_text_version": "1", "consented_at": now,
                     "source": "telegram"}
                    for id_, _ in rows
                ],
            )  # fmt: skip
            announcement = Announcement(
                text=f"{text} ({topic} {province})", topic=topic, places=[province], urgent=True,
                status=AnnouncementStatus.SCHEDULED, next_fire_at=now,
            )  # fmt: skip
            session.add(announcement)
            await session.flush()
            number = announcement.id
        self.people += [address for _, address in rows]
        return number or 0

    async def left(self) -> int:
        """Return how many people have not got what they asked for yet, as the database knows it."""
        final = (DeliveryStatus.DELIVERED, DeliveryStatus.PERMANENT, DeliveryStatus.SKIPPED)
        query = select(func.count()).select_from(Delivery).where(col(Delivery.status).in_(final))
        async with self.database.read() as session:
            return len(self.people) - (await session.exec(query)).one()

    async def done(self) -> bool:
        """Whether every announcement is done, and every run of it."""
        going = select(func.count()).select_from(Announcement).where(
            Announcement.status != AnnouncementStatus.DONE
        )  # fmt: skip
        runs = select(func.count()).select_from(Run).where(Run.status != RunStatus.DONE)
        async with self.database.read() as session:
            return not ((await session.exec(going)).one() or (await session.exec(runs)).one())

    async def finish(self, patience: float) -> float:
        """Return the seconds until all is done; only what a supervisor does is done meanwhile.

        Raises:
            TimeoutError: it was not.
        """
        began = time.monotonic()
        async with asyncio.timeout(patience):
            while not await self.done():
                self.supervise()
                await asyncio.sleep(0.5)
        return time.monotonic() - began

    async def in_hand(self, pids: Collection[int]) -> Sequence[str]:
        """Return the addresses whose delivery dead processes had taken and not written."""
        query = select(Delivery.address).where(
            Delivery.status == DeliveryStatus.SENDING,
            or_(*(col(Delivery.owner).contains(f":{pid}:") for pid in pids)),
        )
        async with self.database.read() as session:
            return (await session.exec(query)).all()

    async def cut(self) -> int:
        """End every connection to PostgreSQL but this one, as its restart does; return how many."""
        return int(
            await on_server(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()",
                self.database.url.rpartition("/")[2],
            )
        )


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def on_server(statement: str, name: str = "postgres") -> Any:
    """Run a statement on PostgreSQL and return its first value."""
    connection = await asyncpg.connect(f"{POSTGRES}/{name}")
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def open_fleet(
    engine: str, *, workers: int, per_second: float, web: bool = False
) -> AsyncIterator[Fleet]:
    """Yield an installation, not started: one process on SQLite, several on PostgreSQL."""
    folder, name = Path(tempfile.mkdtemp(prefix="motcua-")), f"motcua_bench_{uuid4().hex[:12]}"
    url = f"{POSTGRES}/{name}" if engine == "postgres" else ""
    if url:
        await on_server(f'CREATE DATABASE "{name}"')
    database = await prepare(Settings(_env_file=None, data_dir=folder, database_url=url))
    async with aiohttp.ClientSession() as session:
        platform = Platform(session)
        await platform.started()
        port = free_port()
        fleet = Fleet(
            database, platform, port, folder,
            {
                **{key: value for key, value in os.environ.items() if not key.startswith("MOTCUA_")},
                "MOTCUA_DATA_DIR": str(folder),
                "MOTCUA_DATABASE_URL": url,
                "MOTCUA_PORT": str(port),
                "MOTCUA_LOG_LEVEL": "WARNING",
                "MOTCUA_TELEGRAM_TOKEN": TOKEN,
                "MOTCUA_TELEGRAM_SECRET": SECRET,
                "MOTCUA_TELEGRAM_BASE_URL": platform.address,
                "MOTCUA_TELEGRAM_PER_SECOND": str(per_second),
                "PYTHONPATH": str(ROOT),
            },
            _members(engine, workers, web),
        )  # fmt: skip
        try:
            yield fleet
        finally:
            fleet.kill()
            platform.end()
            await database.close()
            if url:
                await on_server(f'DROP DATABASE "{name}" WITH (FORCE)')
            shutil.rmtree(folder)


def _members(engine: str, workers: int, web: bool) -> list[Member]:
    if engine == "sqlite":
        return [Member(("run",))]
    several = [Member(("scheduler",)), *(Member(("worker",)) for _ in range(workers))]
    return [*several, Member(("web",))] if web else several
