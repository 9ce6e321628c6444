"""A running assistant and a browser; the tests skip where Chromium is not installed."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from bot.admin.access import COOKIE
from bot.db import Database
from bot.settings import Settings
from tests.browser.desks import fill
from tests.browser.seeing import DESKTOP, PHONE

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STARTS_WITHIN = 60.0
#: What Chromium reports of requests that a test cuts off or means to be refused.
EXPECTED = ("net::ERR_FAILED", "status of 401", "status of 409", "status of 422")


def chromium() -> str:
    """The path of the distribution's Chromium; skips without one."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("Chromium is not installed")
    return found


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def other_sites() -> tuple[str, str]:
    """Two more origins: one that may show the widget, one that may not."""
    return f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the running assistant keeps its data."""
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="session")
def address(folder: Path, other_sites: tuple[str, str]) -> Iterator[str]:
    """The address of `motcua run`, started as its user starts it, on an empty folder."""
    chromium()
    port = free_port()
    environment = {
        **os.environ,
        "MOTCUA_PORT": str(port),
        "MOTCUA_DATA_DIR": str(folder),
        "MOTCUA_RATE_LIMIT": "10000/minute",
        "MOTCUA_WIDGET_ORIGINS": other_sites[0],
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], env=environment, stdout=log, stderr=log
        )
        try:
            yield _ready(f"http://127.0.0.1:{port}", process, folder / "log")
        finally:
            process.terminate()
            process.wait(timeout=20)


def _ready(base: str, process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"{base}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return base
        except (URLError, OSError):
            time.sleep(0.1)  # the server is starting; there is nothing else to wait on
    pytest.fail(f"motcua run did not become ready:\n{log.read_text(encoding='utf-8')}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Headless Chromium."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        await started.close()


@pytest.fixture(scope="session")
def tokens(address: str, folder: Path) -> dict[str, str]:
    """Sessions of the officials, by login; every desk has something to show."""
    return asyncio.run(_filled(folder))


async def _filled(folder: Path) -> dict[str, str]:
    database = Database(Settings(_env_file=None, data_dir=folder).url)
    try:
        return await fill(database)
    finally:
        await database.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A page on a phone (`sized` asks for others); any error in its console fails the test."""
    async with watched(browser, getattr(request, "param", PHONE)) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def sit(
    browser: Browser, address: str, tokens: dict[str, str]
) -> AsyncIterator[Callable[[str], Awaitable[Page]]]:
    """Opens a page at the desk of an official who is signed in, by login."""
    async with AsyncExitStack() as stack:

        async def opened(login: str) -> Page:
            page = await stack.enter_async_context(watched(browser, DESKTOP))
            await page.context.add_cookies(
                [{"name": COOKIE, "value": tokens[login], "url": f"{address}/admin"}]
            )
            return page

        yield opened


@asynccontextmanager
async def watched(browser: Browser, size: tuple[int, int]) -> AsyncIterator[Page]:
    """A page of its own; any error in its console fails the test when it is closed."""
    width, height = size
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN")
    opened = await context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    yield opened
    await context.close()
    assert [one for one in errors if not any(known in one for known in EXPECTED)] == []
