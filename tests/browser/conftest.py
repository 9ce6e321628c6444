"""A running assistant and a browser; the tests skip where Chromium is not installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

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
#: The admin of the running assistant.
OFFICIAL = "quantri"
PASSWORD = "bốn con ngựa ăn cỏ"


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
def address(
    tmp_path_factory: pytest.TempPathFactory, other_sites: tuple[str, str]
) -> Iterator[str]:
    """The address of `motcua run`, started as its user starts it, on an empty folder."""
    chromium()
    port = free_port()
    folder: Path = tmp_path_factory.mktemp("run")
    environment = {
        **os.environ,
        "MOTCUA_PORT": str(port),
        "MOTCUA_DATA_DIR": str(folder),
        "MOTCUA_RATE_LIMIT": "10000/minute",
        "MOTCUA_WIDGET_ORIGINS": other_sites[0],
    }
    subprocess.run(
        [sys.executable, "-m", "bot", "official", "add", OFFICIAL, "--password-stdin"],
        env=environment, input=f"{PASSWORD}\n".encode(), check=True, capture_output=True,
    )  # fmt: skip
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


@pytest_asyncio.fixture(
    loop_scope="session", params=[(320, 640), (1280, 800)], ids=["phone", "desktop"]
)
async def page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A page at phone and at desktop size; any error in its console fails the test."""
    width, height = request.param
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN")
    opened = await context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    # A request the test itself cuts off is reported too, and is no error of the page.
    opened.on(
        "console",
        lambda line: (
            errors.append(line.text)
            if line.type == "error" and "net::ERR_FAILED" not in line.text
            else None
        ),
    )
    yield opened
    await context.close()
    assert errors == []
