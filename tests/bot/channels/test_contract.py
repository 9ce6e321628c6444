"""Every platform keeps the channel contract: what comes in is proved, read, and never an error."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.app import PLATFORMS
from bot.channels import ArrivalKind, Channel, ForgedError
from bot.channels.splitting import length
from bot.channels.webhooks import MOST_BYTES, Webhooks
from bot.conversation import Action, Button, Card, Reply
from bot.db import Database
from bot.settings import Settings

PAYLOADS = Path(__file__).parent / "payloads"
#: Settings with which every platform opens.
CONFIGURED = Settings(
    _env_file=None,
    telegram_token=SecretStr("42:secret"),
    telegram_secret=SecretStr("telegram-secret"),
    zalo_oa_app_id="4200",
    zalo_oa_id="4300",
    zalo_oa_app_secret=SecretStr("app-secret"),
    zalo_oa_secret=SecretStr("oa-secret"),
    zalo_bot_token=SecretStr("42:secret"),
    zalo_bot_webhook_secret=SecretStr("zalo-bot-secret"),
)
RECORDED = sorted(PAYLOADS.glob("*/*.json"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def opened(name: str) -> Channel:
    channel = PLATFORMS[name](CONFIGURED, Database("sqlite+aiosqlite://"))
    assert channel is not None
    return channel


def body_of(path: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["body"]
    return body


@pytest.mark.parametrize("name", PLATFORMS)
def test_without_settings_a_platform_is_off(name: str) -> None:
    assert PLATFORMS[name](Settings(_env_file=None), Database("sqlite+aiosqlite://")) is None


@pytest.mark.parametrize("name", PLATFORMS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-telegram-bot-api-secret-token": "telegram-secreT"},
        {"x-bot-api-secret-token": "zalo-bot-secreT"},
        {"x-zevent-signature": "mac=" + "0" * 64},
        {"x-telegram-bot-api-secret-token": "đ", "x-bot-api-secret-token": "đ"},
    ],
)
def test_a_forged_webhook_is_refused(name: str, headers: dict[str, str]) -> None:
    with pytest.raises(ForgedError):
        opened(name).verify(headers, b'{"update_id": 1, "timestamp": "1795248000000"}')


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_recorded_payload_is_read_as_what_it_is(path: Path) -> None:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    arrivals = opened(path.parent.name).translate(recorded["body"])

    assert [arrival.kind for arrival in arrivals] == [ArrivalKind(recorded["kind"])]
    again = opened(path.parent.name).translate(recorded["body"])
    assert [arrival.key for arrival in again] == [arrival.key for arrival in arrivals]


def paths(tree: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    found = []
    for key, value in items:
        found.append((*at, key))
        if isinstance(value, dict | list):
            found += paths(value, (*at, key))
    return found


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(RECORDED), st.data())
def test_a_part_missing_or_of_another_type_is_never_an_error(path: Path, data: Any) -> None:
    broken = copy.deepcopy(body_of(path))
    at = data.draw(st.sampled_from(paths(broken)))
    parent: Any = broken
    for key in at[:-1]:
        parent = parent[key]
    if data.draw(st.booleans()):
        del parent[at[-1]]
    else:
        parent[at[-1]] = data.draw(JSON)

    opened(path.parent.name).translate(broken)


@pytest.mark.parametrize("name", PLATFORMS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(payload=st.dictionaries(st.text(max_size=10), JSON))
def test_any_object_is_read_without_an_error(name: str, payload: dict[str, Any]) -> None:
    opened(name).translate(payload)


@pytest.mark.parametrize("name", PLATFORMS)
@pytest.mark.parametrize(
    "reply",
    [
        Reply(Action.OTHER, "Chào."),
        Reply(Action.OTHER, "😀" * 5_000),
        Reply(Action.OTHER, "\u202eĐảo chiều\u202c " * 900),
        Reply(Action.ANSWER, cards=(Card("Thủ tục", lead=("Một câu dài. " * 60,) * 20),)),
        Reply(
            Action.CLARIFY,
            "Thủ tục nào ạ?",
            choices=tuple(Button(f"Thủ tục {n} " * 9, send=f"Thủ tục {n} " * 9) for n in range(9)),
        ),
    ],
)
def test_a_reply_is_shown_within_what_the_platform_takes(name: str, reply: Reply) -> None:
    channel = opened(name)
    shown = channel.render(reply)

    assert shown
    for one in shown:
        assert 0 < length(one.text) <= channel.capabilities.text_limit
        assert sum(len(row) for row in one.buttons) <= channel.capabilities.buttons


class Intake:
    """Takes what the route hands it."""

    def __init__(self) -> None:
        self.channels = {name: opened(name) for name in PLATFORMS}
        self.accepted: list[Any] = []
        self.fails = False

    async def accept(self, channel: str, arrivals: list[Any]) -> None:
        if self.fails:
            raise OSError("disk full")
        self.accepted += arrivals


@pytest.fixture
def intake() -> Intake:
    return Intake()


@pytest.fixture
def client(intake: Intake) -> TestClient:
    app = Starlette()
    app.state.intake = intake
    app.add_middleware(Webhooks)
    return TestClient(app)


GENUINE = {"X-Telegram-Bot-Api-Secret-Token": "telegram-secret"}


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("telegram", GENUINE, b'{"update_id": 1}', 200),
        ("telegram", {}, b'{"update_id": 1}', 403),
        ("nobody", GENUINE, b"{}", 404),
        ("telegram", GENUINE, b"not JSON", 200),
        ("telegram", GENUINE, b"[1, 2]", 200),
        ("telegram", GENUINE, b"[" * 200_000, 200),
        ("telegram", GENUINE, b"\xff\xfe", 200),
        ("telegram", GENUINE, b"", 200),
        ("telegram", GENUINE, b"x" * (10 << 20), 413),
        ("telegram", GENUINE, b"x" * (MOST_BYTES + 1), 413),
    ],
)
def test_the_route_answers_each_as_documented(
    client: TestClient, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    assert client.post(f"/webhook/{path}", content=body, headers=headers).status_code == status


def test_what_cannot_be_stored_is_sent_again(client: TestClient, intake: Intake) -> None:
    intake.fails = True
    answer = client.post("/webhook/telegram", content=b'{"update_id": 1}', headers=GENUINE)

    assert answer.status_code == 503
    assert client.get("/webhook/telegram").status_code == 405
