"""The page of the sandbox: whoever plays citizen moves the fakes, and nobody from outside does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot.sandbox.serving import FAKES, HOST, choose, create
from bot.sandbox.zalo_bot import FakeZaloBot
from bot.sandbox.zalo_oa import FakeZaloOA
from bot.settings import Settings


@pytest.fixture
def fakes() -> tuple[FakeZaloOA, FakeZaloBot]:
    return FakeZaloOA(), FakeZaloBot()


@pytest_asyncio.fixture
async def page(fakes: tuple[FakeZaloOA, FakeZaloBot]) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create(fakes))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as made:
        yield made


async def _act(page: httpx.AsyncClient, **body: Any) -> int:
    told = {"platform": "zalo_oa", "citizen": "1001", **body}
    return (await page.post("/sandbox/act", json=told)).status_code


async def _chat(page: httpx.AsyncClient) -> list[dict[str, Any]]:
    state = await page.get("/sandbox/state?platform=zalo_oa&citizen=1001")
    bubbles: list[dict[str, Any]] = state.json()["bubbles"]
    return bubbles


def test_a_name_stands_for_its_platforms_once() -> None:
    assert [fake.name for fake in choose("zalo, ZALO_OA")] == ["zalo_oa", "zalo_bot"]


@pytest.mark.parametrize("names", ["", ",", "facebook", "zalo,viber"])
def test_an_unknown_name_is_refused(names: str) -> None:
    with pytest.raises(ValueError, match=r"facebook|viber|^$"):
        choose(names)


@pytest.mark.parametrize("name", FAKES)
def test_each_fake_tells_the_settings_that_lead_to_it(name: str) -> None:
    base = "http://127.0.0.1:1"
    for fake in choose(name):
        changed = fake.settings(base, "http://127.0.0.1:2/webhook")
        assert changed.keys() <= Settings.model_fields.keys()
        assert Settings.model_validate(changed)
        urls = [value for key, value in changed.items() if key.endswith("_url")]
        assert urls
        assert all(str(url).startswith(base) for url in urls)


async def test_what_a_citizen_does_is_shown(
    page: httpx.AsyncClient, fakes: tuple[FakeZaloOA, FakeZaloBot]
) -> None:
    for act in ("follow", "location", "sticker", "unfollow"):
        assert await _act(page, act=act) == 200
    assert await _act(page, act="say", text=" Xin chào ") == 200
    assert await _act(page, act="say", text=" ") == 200

    assert [(one["text"], one["note"]) for one in await _chat(page)] == [
        ("", "quan tâm"),
        ("[vị trí của tôi]", ""),
        ("[sticker]", ""),
        ("", "bỏ quan tâm"),
        ("Xin chào", ""),
    ]


async def test_a_button_is_pressed_by_its_place(
    page: httpx.AsyncClient, fakes: tuple[FakeZaloOA, FakeZaloBot]
) -> None:
    await _act(page, act="follow")
    buttons = [
        {"title": title, "type": "oa.query.hide", "payload": title} for title in ("Một", "Hai")
    ]
    message = {"text": "?", "attachment": {"type": "template", "payload": {"buttons": buttons}}}
    await page.post(
        "/zalo_oa/v3.0/oa/message/cs",
        json={"recipient": {"user_id": "1001"}, "message": message},
        headers={"access_token": fakes[0].access_token},
    )
    shown = (await _chat(page))[-1]
    assert [key["label"] for row in shown["keys"] for key in row] == ["Một", "Hai"]

    assert await _act(page, act="press", bubble=shown["id"], index=1) == 200

    assert (await _chat(page))[-1]["text"] == "Hai"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"platform": "viber", "act": "say", "text": "a"}, 404),
        ({"citizen": "../1", "act": "say", "text": "a"}, 404),
        ({"act": "press", "bubble": "?", "index": 0}, 404),
        ({"act": "press"}, 404),
        ({"act": "drop tables"}, 422),
        ({"act": "follow", "platform": "zalo_bot"}, 422),
    ],
)
async def test_what_the_page_would_not_send_is_refused(
    body: dict[str, Any], status: int, page: httpx.AsyncClient
) -> None:
    assert await _act(page, **body) == status


async def test_another_site_can_do_nothing(page: httpx.AsyncClient) -> None:
    form = await page.post("/sandbox/act", content="{}", headers={"Content-Type": "text/plain"})
    renamed = await page.get("/sandbox/platforms", headers={"Host": "evil.example"})

    assert (form.status_code, renamed.status_code) == (415, 400)


@pytest.mark.parametrize("path", ["", "page.js", "page.css"])
async def test_the_page_loads_nothing_from_outside(path: str, page: httpx.AsyncClient) -> None:
    answer = await page.get(f"/sandbox/{path}")

    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "//" not in answer.text.replace("// Plays", "")
