"""The sandbox's page in a real browser: play two citizens, press a button, no error, no barrier."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Page, expect

from bot.sandbox.serving import create
from bot.sandbox.zalo_bot import FakeZaloBot
from bot.sandbox.zalo_oa import FakeZaloOA
from tests.browser.seeing import faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
]


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox() -> AsyncIterator[tuple[FakeZaloOA, str]]:
    """The page over two fakes; nobody answers, the test does."""
    fake = FakeZaloOA()
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    app = create([fake, FakeZaloBot()])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", date_header=False))
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    yield fake, f"http://127.0.0.1:{sock.getsockname()[1]}"
    server.should_exit = True
    await serving


async def _reply(fake: FakeZaloOA, base: str, citizen: str) -> None:
    button = {"title": "Khai sinh", "type": "oa.query.hide", "payload": "khai sinh"}
    payload = {"buttons": [button]}
    message = {"text": "Việc nào ạ?", "attachment": {"type": "template", "payload": payload}}
    async with httpx.AsyncClient(base_url=f"{base}/zalo_oa") as client:
        await client.post(
            "/v3.0/oa/message/cs",
            json={"recipient": {"user_id": citizen}, "message": message},
            headers={"access_token": fake.access_token},
        )


async def test_citizens_talk_each_in_their_own_chat(
    sandbox: tuple[FakeZaloOA, str], page: Page
) -> None:
    fake, base = sandbox
    await page.goto(f"{base}/")
    chat = page.get_by_role("log")
    await page.get_by_label("Tin nhắn").fill("đăng ký <b>gì</b>")
    await page.keyboard.press("Enter")
    await expect(chat).to_contain_text("đăng ký <b>gì</b>")
    await _reply(fake, base, "1001")
    await page.get_by_role("button", name="Khai sinh").click()
    await expect(chat.locator(".mine")).to_have_count(2)

    await page.get_by_role("button", name="Bác Tư").click()
    await expect(chat).to_contain_text("Chưa có tin nào")
    await page.get_by_role("button", name="Quan tâm", exact=True).click()
    await expect(chat).to_contain_text("Bác Tư quan tâm")

    assert [one.text for one in fake.bubbles("1001")] == [
        "đăng ký <b>gì</b>",
        "Việc nào ạ?",
        "khai sinh",
    ]
    assert await faults(page) == []
