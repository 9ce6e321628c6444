"""The platforms and their citizens: faithful fakes in this process, the assistant in another.

A citizen's words leave as a signed webhook over HTTP; the reply comes back as a call of the platform's
API, over HTTP too. Nothing is shared with the assistant but the network.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import uvicorn

from bot.sandbox import Deliver, Fake
from bot.sandbox.serving import create
from bot.sandbox.telegram import FakeTelegram
from bot.sandbox.zalo_bot import FakeZaloBot
from bot.sandbox.zalo_oa import FakeZaloOA
from tests.conftest import ROOT

#: So fast that no platform's own limit is what is measured.
UNLIMITED = 1_000_000
SECRET = "secret-of-the-webhook"
#: Seconds until a platform gives up on a webhook's answer; Zalo waits two.
PLATFORM_WAITS = 30.0
#: Seconds until a reply that has not come is called lost.
PATIENCE = 300.0


class Heard(list[dict[str, Any]]):
    """Takes the place of a fake's list of messages: tells of each and keeps none."""

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self._tell = tell

    def append(self, body: dict[str, Any]) -> None:
        self._tell(body)


@dataclass(slots=True)
class Told:
    """What one citizen was told, and when."""

    texts: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    next: asyncio.Event = field(default_factory=asyncio.Event)


class Town:
    """The fakes, what their citizens heard, and the way to the assistant's webhooks."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self.telegram = FakeTelegram()
        self.zalo_oa = FakeZaloOA()
        self.zalo_bot = FakeZaloBot()
        self.fakes: dict[str, Fake] = {
            one.name: one for one in (self.telegram, self.zalo_oa, self.zalo_bot)
        }
        self.told: defaultdict[tuple[str, str], Told] = defaultdict(Told)
        self.again = 0
        """Webhooks that were not answered 200 and came again, as platforms do it."""
        self.accepted: list[float] = []
        """Seconds until each webhook's 200."""
        self.telegram.sent = Heard(
            lambda body: self._hear("telegram", str(body["chat_id"]), body["text"])
        )
        self.zalo_oa.sent = Heard(
            lambda body: self._hear(
                "zalo_oa", body["recipient"]["user_id"], body["message"].get("text", "")
            )
        )
        self.zalo_bot.sent = Heard(
            lambda body: self._hear("zalo_bot", body["chat_id"], body["text"])
        )
        self.zalo_oa.per_minute = self.zalo_bot.free_people = UNLIMITED

    def _hear(self, channel: str, citizen: str, text: str) -> None:
        told = self.told[channel, citizen]
        told.texts.append(text)
        told.at.append(time.perf_counter())
        told.next.set()

    async def ask(self, channel: str, citizen: str, text: str) -> float:
        """Let a citizen write; return the seconds until the first message of the reply."""
        told = self.told[channel, citizen]
        told.next.clear()
        started = time.perf_counter()
        await self.fakes[channel].says(citizen, text)
        async with asyncio.timeout(PATIENCE):
            await told.next.wait()
        return time.perf_counter() - started

    async def hears(self, channel: str, citizen: str, count: int) -> None:
        """Return once a citizen was told `count` messages."""
        told = self.told[channel, citizen]
        async with asyncio.timeout(PATIENCE):
            while len(told.texts) < count:
                told.next.clear()
                await told.next.wait()

    async def is_told(self, channel: str, citizen: str, words: str) -> None:
        """Return once a citizen was told `words`."""
        told = self.told[channel, citizen]
        async with asyncio.timeout(PATIENCE):
            while not any(words in text for text in told.texts):
                told.next.clear()
                await told.next.wait()

    def forget(self) -> None:
        """Empty every chat, so that a long run is not slowed by this process's own memory."""
        self.told.clear()
        self.accepted.clear()
        self.telegram.chats.clear()
        self.zalo_bot.citizens.clear()
        self.zalo_oa.citizens.clear()

    def settings(self, address: str) -> dict[str, str]:
        """Return the environment that leads an assistant here."""
        oa = self.zalo_oa
        return {
            "MOTCUA_TELEGRAM_TOKEN": self.telegram.token,
            "MOTCUA_TELEGRAM_SECRET": SECRET,
            "MOTCUA_TELEGRAM_BASE_URL": f"{address}/telegram",
            "MOTCUA_TELEGRAM_PER_SECOND": str(UNLIMITED),
            "MOTCUA_ZALO_OA_APP_ID": oa.app_id,
            "MOTCUA_ZALO_OA_ID": oa.oa_id,
            "MOTCUA_ZALO_OA_APP_SECRET": oa.app_secret,
            "MOTCUA_ZALO_OA_SECRET": oa.oa_secret,
            "MOTCUA_ZALO_OA_API_URL": f"{address}/zalo_oa",
            "MOTCUA_ZALO_OA_AUTH_URL": f"{address}/zalo_oa",
            "MOTCUA_ZALO_OA_PER_MINUTE": str(UNLIMITED * 60),
            "MOTCUA_ZALO_BOT_TOKEN": self.zalo_bot.token,
            "MOTCUA_ZALO_BOT_WEBHOOK_SECRET": SECRET,
            "MOTCUA_ZALO_BOT_API_URL": f"{address}/zalo_bot",
            "MOTCUA_ZALO_BOT_PER_SECOND": str(UNLIMITED),
            "MOTCUA_ZALO_BOT_PER_MONTH": "0",
        }

    def connect(self, app: str) -> None:
        """Send webhooks to the assistant at `app` from now on."""
        for name, fake in self.fakes.items():
            fake.deliver = self._posting(f"{app}/webhook/{name}")
        for bot in (self.telegram, self.zalo_bot):
            bot.webhook_url, bot.webhook_secret = f"{app}/webhook", SECRET

    def _posting(self, url: str) -> Deliver:
        async def deliver(body: bytes, headers: Mapping[str, str]) -> int:
            """Post until it is taken, as every platform does, only sooner."""
            pause = 0.05
            while True:
                started = time.perf_counter()
                status = await self._post(url, body, headers)
                if status == 200:
                    self.accepted.append(time.perf_counter() - started)
                    return status
                self.again += 1
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)

        return deliver

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        try:
            async with self._session.post(url, data=body, headers=dict(headers)) as answer:
                return answer.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0


@asynccontextmanager
async def open_town(connections: int = 64) -> AsyncIterator[tuple[Town, str]]:
    """Serve the fakes on a free port; yield them and their address."""
    waits = aiohttp.ClientTimeout(total=PLATFORM_WAITS)
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(timeout=waits, connector=connector) as session:
        town = Town(session)
        config = uvicorn.Config(
            create(list(town.fakes.values())),
            port=0,
            log_level="error",
            date_header=False,
            lifespan="off",
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield town, f"http://127.0.0.1:{port}"
        server.should_exit = server.force_exit = True
        await serving


class Assistant:
    """`motcua run`, or only `motcua web`, in a process of its own, on a folder of its own."""

    def __init__(self, folder: Path, environment: Mapping[str, str], command: str = "run") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._command = command
        self._folder = folder
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("MOTCUA_")},
            "MOTCUA_DATA_DIR": str(folder),
            "MOTCUA_PORT": str(self.port),
            "MOTCUA_LOG_LEVEL": "ERROR",
            "PYTHONPATH": str(ROOT),
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._measured: psutil.Process | None = None

    async def start(self) -> float:
        """Start it; return the seconds until /readyz says 200."""
        started = time.perf_counter()
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - it returns at once
                [sys.executable, "-m", "bot", self._command], cwd=ROOT, env=self.environment,
                stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        self._measured = psutil.Process(self._process.pid)
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(f"{self.address}/readyz") as answer:
                        if answer.status == 200:
                            return time.perf_counter() - started
                except aiohttp.ClientError:
                    pass
                if self._process.poll() is not None:
                    raise SystemExit("the assistant did not start")
                await asyncio.sleep(0.02)

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def cpu(self) -> float:
        """Return the CPU seconds it has used."""
        assert self._measured is not None
        times = self._measured.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> float:
        """Return the MB it holds."""
        assert self._measured is not None
        return float(self._measured.memory_info().rss) / 1e6

    def kill(self) -> None:
        """End it without a word."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    async def command(self, *words: str, given: str = "") -> None:
        """Run another `motcua` command on the same folder."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words, cwd=ROOT, env=self.environment,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        await process.communicate(given.encode())
        if process.returncode:
            raise SystemExit(f"motcua {' '.join(words)} failed")
