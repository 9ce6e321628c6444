"""The fake refuses what Zalo refuses, and tells what Zalo tells, again and again where need be."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot.sandbox.zalo_oa import RETRIES, FakeZaloOA
from tests.bot.channels.zalo_oa.conftest import Clock

CS = "/v3.0/oa/message/cs"


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))


@pytest_asyncio.fixture
async def fake(clock: Clock) -> FakeZaloOA:
    made = FakeZaloOA(now=clock)
    await made.says("84", "Xin chào")
    return made


@pytest_asyncio.fixture
async def client(fake: FakeZaloOA) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(fake.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://zalo") as made:
        yield made


async def _post(
    client: httpx.AsyncClient, fake: FakeZaloOA, message: Any, **headers: str
) -> dict[str, Any]:
    body = {"recipient": {"user_id": "84"}, "message": message}
    answer = await client.post(
        CS, json=body, headers=headers or {"access_token": fake.access_token}
    )
    assert answer.status_code == 200  # Zalo's errors are inside
    found: dict[str, Any] = answer.json()
    return found


def _buttons(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"text": "a", "attachment": {"type": "template", "payload": {"buttons": list(buttons)}}}


QUERY = {"title": "Một", "type": "oa.query.hide", "payload": "một"}


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"text": ""},
        {"text": 1},
        {"text": "a" * 2_001},
        {"text": "e\u0302"},
        {"text": "a", "quote": "b"},
        {"attachment": {"type": "file", "payload": {}}},
        {"attachment": {"type": "template", "payload": {"template_type": "media"}}},
        _buttons(*[QUERY] * 6),
        _buttons(),
        _buttons({**QUERY, "title": "a" * 101}),
        _buttons({**QUERY, "payload": "a" * 1_001}),
        _buttons({**QUERY, "type": "oa.open.app"}),
    ],
)
async def test_what_zalo_does_not_take_is_a_bad_parameter(
    message: Any, client: httpx.AsyncClient, fake: FakeZaloOA
) -> None:
    assert (await _post(client, fake, message))["error"] == -201
    assert fake.sent == []


async def test_buttons_may_be_no_part_of_v3(client: httpx.AsyncClient, fake: FakeZaloOA) -> None:
    assert (await _post(client, fake, _buttons(QUERY)))["error"] == 0
    fake.takes_buttons = False

    assert (await _post(client, fake, _buttons(QUERY)))["error"] == -201


async def test_the_token_travels_in_its_own_header(
    client: httpx.AsyncClient, fake: FakeZaloOA
) -> None:
    bearer = {"Authorization": f"Bearer {fake.access_token}"}

    assert (await _post(client, fake, {"text": "a"}, **bearer))["error"] == -216


async def test_an_access_token_ends_after_25_hours(
    client: httpx.AsyncClient, fake: FakeZaloOA, clock: Clock
) -> None:
    clock.forward(hours=25)

    assert (await _post(client, fake, {"text": "a"}))["error"] == -220


async def test_a_refresh_token_works_once(client: httpx.AsyncClient, fake: FakeZaloOA) -> None:
    form = {
        "refresh_token": fake.refresh_token,
        "app_id": fake.app_id,
        "grant_type": "refresh_token",
    }
    secret = {"secret_key": fake.app_secret}

    answers = [
        (await client.post("/v4/oa/access_token", data=form, headers=secret)).json()
        for _ in range(2)
    ]

    assert answers[0]["refresh_token"] == fake.refresh_token
    assert answers[1]["error"] == -14020


async def test_a_restricted_account_is_refused(client: httpx.AsyncClient, fake: FakeZaloOA) -> None:
    fake.citizen("84").restricted = True

    assert (await _post(client, fake, {"text": "a"}))["error"] == -244


async def test_an_uploaded_picture_is_good_for_seven_days(
    client: httpx.AsyncClient, fake: FakeZaloOA, clock: Clock
) -> None:
    fake._access[fake.access_token] += timedelta(days=9)
    token = {"access_token": fake.access_token}
    png = ("a.png", b"\x89PNG", "image/png")
    uploaded = (
        await client.post("/v2.0/oa/upload/image", files={"file": png}, headers=token)
    ).json()
    element = {"media_type": "image", "attachment_id": uploaded["data"]["attachment_id"]}
    payload = {"template_type": "media", "elements": [element]}
    message = {"attachment": {"type": "template", "payload": payload}}

    assert (await _post(client, fake, message))["error"] == 0
    clock.forward(days=7, minutes=1)
    assert (await _post(client, fake, message))["error"] == -201


async def test_a_webhook_that_is_not_answered_comes_again_on_zalos_schedule(
    fake: FakeZaloOA, clock: Clock
) -> None:
    told: list[tuple[str, Mapping[str, str]]] = []

    async def refuse(body: bytes, headers: Mapping[str, str]) -> int:
        told.append((json.loads(body)["message"]["msg_id"], headers))
        return 503

    fake.deliver = refuse
    await fake.says("84", "Có ai không")
    for wait in RETRIES:
        clock.forward(seconds=wait.total_seconds() - 1)
        await fake.retry()
        clock.forward(seconds=1)
        await fake.retry()
    clock.forward(days=1)
    await fake.retry()

    assert [headers.get("num_retry") for _, headers in told] == [None, "1", "2", "3", "4", "5"]
    assert len({(msg_id, headers["X-ZEvent-Signature"]) for msg_id, headers in told}) == 1
