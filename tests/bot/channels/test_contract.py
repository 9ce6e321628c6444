"""Every platform keeps the channel contract: what comes in is proved, read, and never an error."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.channels import ArrivalKind, Channel, ForgedError
from bot.channels.splitting import length
from bot.channels.webhooks import MOST_BYTES, Webhooks
from bot.channels.wire import arrival_to_json
from bot.conversation import Action, AttachmentKind, Button, Card, Reply
from bot.db import Database
from bot.settings import Settings
from bot.wiring.platforms import PLATFORMS
from knowledge.columns import utc_now

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
MISSING = object()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=4,
)


@cache
def opened(name: str) -> Channel:
    """One of each is enough: reading keeps no state."""
    channel = PLATFORMS[name](CONFIGURED, Database("sqlite+aiosqlite://"))
    assert channel is not None
    return channel


@cache
def recorded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def body_of(path: Path) -> dict[str, Any]:
    body: dict[str, Any] = recorded(path)["body"]
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
    arrivals = opened(path.parent.name).translate(body_of(path))

    assert [arrival.kind for arrival in arrivals] == [ArrivalKind(recorded(path)["kind"])]
    again = opened(path.parent.name).translate(body_of(path))
    assert [arrival.key for arrival in again] == [arrival.key for arrival in arrivals]


#: What a citizen may send on every platform that has it, by the name of its payload.
SENT = {
    "image": AttachmentKind.PHOTO,
    "photo": AttachmentKind.PHOTO,
    "voice": AttachmentKind.VOICE,
    "sticker": AttachmentKind.STICKER,
    "video": AttachmentKind.VIDEO,
    "file": AttachmentKind.FILE,
    "business_card": AttachmentKind.CONTACT,
    "contact": AttachmentKind.CONTACT,
}


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_platform_has_its_payloads_recorded(name: str) -> None:
    found = {path.stem for path in RECORDED if path.parent.name == name}

    assert {"text", "voice", "sticker"} <= found
    assert found & {"image", "photo"}


@pytest.mark.parametrize(
    "path",
    [path for path in RECORDED if path.stem in SENT],
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_what_is_sent_besides_words_is_known_for_what_it_is(path: Path) -> None:
    (arrival,) = opened(path.parent.name).translate(body_of(path))

    assert arrival.message is not None
    assert {one.kind for one in arrival.message.attachments} == {SENT[path.stem]}


def paths(tree: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    found = []
    for key, value in items:
        found.append((*at, key))
        if isinstance(value, dict | list):
            found += paths(value, (*at, key))
    return found


#: In place of each part of each payload: every type JSON has, and what is odd of it.
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1 << 70, 0.5, math.inf, math.nan, "", " ", "\0", "\ud800", "\u202e",
    "9" * 400, "😀" * 5_000, [], [[]], [None], [1, "a"], {}, {"id": None}, {"": {}}, [{"a": [{}]}],
)  # fmt: skip


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_part_missing_or_of_another_type_is_never_an_error(path: Path) -> None:
    """Every part of every payload, once left out and once as each odd value."""
    whole = json.dumps(body_of(path))
    for at in paths(body_of(path)):
        for odd in (MISSING, *ODD):
            broken = json.loads(whole)
            parent: Any = broken
            for key in at[:-1]:
                parent = parent[key]
            if odd is MISSING:
                del parent[at[-1]]
            else:
                parent[at[-1]] = odd
            for arrival in opened(path.parent.name).translate(broken):
                assert len(arrival.address) <= 128
                stored = json.dumps(arrival_to_json(arrival), ensure_ascii=False)
                assert "\\u0000" not in stored
                (stored + arrival.key + arrival.address).encode()  # half a character cannot be


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(PLATFORMS)), st.dictionaries(st.text(max_size=10), JSON, max_size=4))
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
BOT = {"X-Bot-Api-Secret-Token": "zalo-bot-secret"}


def signed(body: bytes, *, moment: datetime) -> dict[str, str]:
    """Return the header with which Zalo signs for its Official Account."""
    timestamp = str(int(moment.timestamp() * 1_000)).encode()
    mac = hashlib.sha256(b"4200" + body + timestamp + b"oa-secret").hexdigest()
    return {"X-ZEvent-Signature": f"mac={mac}"}


def zalo(moment: datetime, **event: Any) -> bytes:
    told = {"timestamp": str(int(moment.timestamp() * 1_000)), **event}
    return json.dumps(told, ensure_ascii=False).encode()


def test_a_webhook_of_zalo_oa_is_proved_and_grows_old(client: TestClient, intake: Intake) -> None:
    now = utc_now()
    said = {"event_name": "user_send_text", "sender": {"id": "84"}, "message": {"text": "chào"}}
    fresh, old = zalo(now, **said), zalo(now - timedelta(hours=4), **said)

    def post(body: bytes, headers: dict[str, str]) -> int:
        return client.post("/webhook/zalo_oa", content=body, headers=headers).status_code

    assert post(fresh, signed(fresh, moment=now)) == 200
    assert post(old, signed(old, moment=now - timedelta(hours=4))) == 403
    assert post(fresh, signed(old, moment=now)) == 403
    assert post(b"[" * 200_000, {"X-ZEvent-Signature": "mac=0"}) == 403
    assert post(b"x" * (10 << 20), {}) == 413
    assert len(intake.accepted) == 1


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
        ("telegram", {"X-Telegram-Bot-Api-Secret-Token": "telegram-secreT"}, b"{}", 403),
        ("telegram", GENUINE, b'{"update_id": 1, "poll_of_some_new_kind": {}}', 200),
        ("zalo_bot", BOT, b'{"ok": true, "result": {"event_name": "message.new.kind"}}', 200),
        ("zalo_bot", BOT, b"not JSON", 200),
        ("zalo_bot", BOT, b"x" * (10 << 20), 413),
        ("zalo_bot", {}, b"{}", 403),
        ("zalo_bot", GENUINE, b"{}", 403),
        ("zalo_oa", {}, b'{"event_name": "follow"}', 403),
        ("zalo_oa", GENUINE | BOT, b'{"event_name": "follow", "timestamp": "1"}', 403),
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
