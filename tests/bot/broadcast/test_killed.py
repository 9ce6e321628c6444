"""A worker killed at a random moment loses nobody, and repeats no more than was on its way.

What it was taking back, another takes back.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from bot.broadcast import recall, recalling
from bot.broadcast.audience import plan
from bot.broadcast.sending import SLOTS
from bot.broadcast.worker import AT_ONCE
from bot.db import Database
from bot.models import (
    Announcement,
    AnnouncementStatus,
    Delivery,
    DeliveryStatus,
    Recall,
    Run,
    RunStatus,
)
from knowledge.columns import utc_now
from tests.bot.broadcast.making import add_run, subscribe
from tests.conftest import ROOT

PEOPLE = 300


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[str]:
    """The address of a fake Telegram in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.fake_telegram", str(port)], cwd=ROOT
    )
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


def _worker(database: Database, platform: str, lease: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.bot.broadcast.working",
            database.url,
            platform,
            f"--lease={lease}",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def _counts(platform: str, what: str = "chats") -> Counter[str]:
    with urllib.request.urlopen(f"{platform}/counts", timeout=5) as answer:
        return Counter(json.load(answer)[what])


async def _reached(platform: str, count: int, what: str = "chats") -> None:
    """Return once the platform has heard so much."""
    while True:
        try:
            if (await asyncio.to_thread(_counts, platform, what)).total() >= count:
                return
        except OSError:  # it starts
            pass
        await asyncio.sleep(0.01)


async def test_a_killed_worker_loses_nobody(database: Database, platform: str) -> None:
    async with database.write() as session:
        for number in range(PEOPLE):
            await subscribe(session, f"{number + 1_000}")
        announcement = Announcement(
            text="Bão", topic="storms", urgent=True, status=AnnouncementStatus.SENDING
        )
        run_id = await add_run(session, announcement)
    await plan(database, run_id, ("telegram",), due_at=utc_now())

    worker = _worker(database, platform, lease=1.0)
    async with asyncio.timeout(120):
        await _reached(platform, random.randrange(1, PEOPLE * 3 // 4))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        second = _worker(database, platform, lease=1.0)
        while True:
            async with database.read() as session:
                run = (await session.exec(select(Run).where(Run.id == run_id))).one()
            if run.status is RunStatus.DONE:
                break
            await asyncio.sleep(0.2)
        second.kill()
        second.wait()

    counts = await asyncio.to_thread(_counts, platform)
    assert len(counts) == PEOPLE, "somebody was lost"
    assert sum(counts.values()) - PEOPLE <= SLOTS * AT_ONCE


async def test_what_a_killed_worker_took_back_another_goes_on_with(
    database: Database, platform: str
) -> None:
    async with database.write() as session:
        run_id = await add_run(session, Announcement(text="Nhầm", topic="storms"))
        run = await session.get_one(Run, run_id)
        run.status = RunStatus.DONE
        for number in range(PEOPLE):
            session.add(
                Delivery(
                    run_id=run_id, person_id=f"p{number}", channel="telegram", chunk=0,
                    address=str(1_000 + number), status=DeliveryStatus.DELIVERED, message_id="7",
                )
            )  # fmt: skip
        await recall.ask(session, run.announcement_id, by="lan", now=utc_now())

    worker = _worker(database, platform, lease=1.0)
    async with asyncio.timeout(120):
        await _reached(platform, random.randrange(1, PEOPLE * 3 // 4), "deleted")
        worker.kill()
        worker.wait()
        second = _worker(database, platform, lease=1.0)
        while True:
            async with database.read() as session:
                back = await session.get_one(Recall, run.announcement_id)
            if back.ended_at is not None:
                break
            await asyncio.sleep(0.2)
        second.kill()
        second.wait()

    deleted = await asyncio.to_thread(_counts, platform, "deleted")
    assert len(deleted) == PEOPLE, "somebody has it still"
    assert deleted.total() - PEOPLE <= recalling.PAGE
    assert (back.taken, back.refused, back.left) == (PEOPLE, 0, 0)
