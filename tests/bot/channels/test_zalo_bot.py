"""Zalo Bot: a secret in a header, one update at a time, and errors inside HTTP 200."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.channels import Arrival, ArrivalKind, ForgedError, Outgoing, SendError, Trouble
from bot.channels.zalo_bot import ATTACHMENTS, TEXT, ZaloBot, translate
from bot.conversation import Action, Attachment, AttachmentKind, Button, Message, Reply
from bot.sandbox import Scripted
from bot.sandbox.zalo_bot import FakeZaloBot
from bot.settings import Settings

SECRET = "một-bí-mật-dài"


def _bot(fake: FakeZaloBot, *, secret: str = "") -> ZaloBot:
    settings = Settings(
        _env_file=None,
        zalo_bot_token=SecretStr(fake.token),
        zalo_bot_webhook_secret=SecretStr(secret),
    )
    return ZaloBot(settings, transport=httpx.ASGITransport(fake.app))


@pytest_asyncio.fixture
async def fake() -> FakeZaloBot:
    return FakeZaloBot()


@pytest_asyncio.fixture
async def bot(fake: FakeZaloBot) -> AsyncIterator[ZaloBot]:
    made = _bot(fake)
    yield made
    await made.close()


def _update(event: str = TEXT, **message: Any) -> dict[str, Any]:
    """An update as Zalo documents it."""
    return {
        "ok": True,
        "result": {
            "event_name": event,
            "message": {
                "message_id": "2d758cb5e222177a4e35",
                "date": 1_795_402_800_000,
                "from": {"id": "6ede9afa66b88fe6d6a9", "display_name": "An", "is_bot": False},
                "chat": {"id": "6ede9afa66b88fe6d6a9", "chat_type": "PRIVATE"},
                **message,
            },
        },
    }


def test_the_secret_proves_a_webhook(fake: FakeZaloBot) -> None:
    _bot(fake, secret=SECRET).verify({"x-bot-api-secret-token": SECRET}, b"{}")


@pytest.mark.parametrize(
    "headers", [{}, {"X-Bot-Api-Secret-Token": "một"}, {"Authorization": SECRET}]
)
def test_another_secret_is_forged(headers: dict[str, str], fake: FakeZaloBot) -> None:
    with pytest.raises(ForgedError):
        _bot(fake, secret=SECRET).verify(headers, b"{}")


def test_without_a_secret_nothing_is_taken(bot: ZaloBot) -> None:
    with pytest.raises(ForgedError):
        bot.verify({"X-Bot-Api-Secret-Token": ""}, b"{}")


@pytest.mark.parametrize("update", [_update(text="Xin chào"), _update(text="Xin chào")["result"]])
def test_a_text_becomes_a_message_with_or_without_its_envelope(
    update: dict[str, Any], bot: ZaloBot
) -> None:
    (arrival,) = bot.translate(update)

    assert arrival.message == Message("zalo_bot", "6ede9afa66b88fe6d6a9", "Xin chào")
    assert (arrival.kind, arrival.key) == (ArrivalKind.MESSAGE, "2d758cb5e222177a4e35")
    assert arrival.at is not None


def test_a_photo_keeps_its_address_and_caption(bot: ZaloBot) -> None:
    event = "message.image.received"

    (arrival,) = bot.translate(_update(event, photo_url="https://z/1.jpg", caption="đường hỏng"))

    assert arrival.message is not None
    assert arrival.message.text == "đường hỏng"
    assert arrival.message.attachments == (Attachment(AttachmentKind.PHOTO, "https://z/1.jpg"),)


@pytest.mark.parametrize("event", [TEXT, *ATTACHMENTS])
def test_whatever_a_citizen_sends_becomes_a_message(event: str, bot: ZaloBot) -> None:
    (arrival,) = bot.translate(_update(event))

    assert arrival.kind is ArrivalKind.MESSAGE


@pytest.mark.parametrize(
    "update",
    [
        {},
        _update("message.pinned.received"),
        _update(TEXT, **{"text": "a", "from": {"id": "1", "is_bot": True}}),
        _update(text="a", message_id=""),
        _update(TEXT, **{"text": "a", "chat": {}, "from": None}),
    ],
)
def test_what_is_unknown_or_another_bots_is_ignored(update: dict[str, Any], bot: ZaloBot) -> None:
    (arrival,) = bot.translate(update)

    assert arrival.kind is ArrivalKind.IGNORED


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=9), inner, max_size=2),
    max_leaves=6,
)  # fmt: skip
_FIELDS = ("message_id", "date", "from", "chat", "text", "photo_url", "caption")


@hypothesis_settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["result", "event_name", "message"]), _JSON)
    | st.builds(_update, st.sampled_from([TEXT, *ATTACHMENTS])).flatmap(
        lambda update: st.dictionaries(st.sampled_from(_FIELDS), _JSON).map(
            lambda changed: {
                "result": {
                    **update["result"],
                    "message": {**update["result"]["message"], **changed},
                }
            }
        )
    )
)
def test_any_payload_gives_one_arrival_and_never_an_error(payload: dict[str, Any]) -> None:
    (arrival,) = translate(payload)

    assert 0 < len(arrival.key) <= 128


async def test_a_reply_reaches_the_citizen_with_its_choices_numbered(
    bot: ZaloBot, fake: FakeZaloBot
) -> None:
    fake.citizen("84")
    reply = Reply(Action.CLARIFY, "Việc nào?", choices=(Button("Mới", "a"), Button("Lại", "b")))

    for outgoing in bot.render(reply):
        await bot.send("84", outgoing)

    assert [one.text for one in fake.citizen("84").bubbles] == ["Việc nào?\n\n1. Mới\n2. Lại"]


async def test_a_picture_is_sent_by_its_address(bot: ZaloBot, fake: FakeZaloBot) -> None:
    fake.citizen("84")

    await bot.send_photo("84", "https://vidu.vn/so-do.png", "Sơ đồ")

    assert fake.sent == [
        {"chat_id": "84", "photo": "https://vidu.vn/so-do.png", "caption": "Sơ đồ"}
    ]


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (400, Trouble.DROP),
        (401, Trouble.REFRESH),
        (403, Trouble.SUPPRESS),
        (500, Trouble.RETRY),
        (-1, Trouble.RETRY),
    ],
)
async def test_a_refusal_inside_http_200_is_an_error(
    code: int, trouble: Trouble, bot: ZaloBot, fake: FakeZaloBot
) -> None:
    refusal = {"ok": False, "error_code": code, "description": "no"}
    fake.script.next("sendMessage", Scripted(refusal))

    with pytest.raises(SendError) as caught:
        await bot.send("84", Outgoing("Chào"))

    assert caught.value.trouble is trouble


async def test_too_many_requests_say_how_long_to_wait(bot: ZaloBot, fake: FakeZaloBot) -> None:
    refusal = {"ok": False, "error_code": 429, "parameters": {"retry_after": 7}}
    fake.script.next("sendMessage", Scripted(refusal), Scripted({"ok": False, "error_code": 429}))
    waits = []
    for _ in range(2):
        with pytest.raises(SendError) as caught:
            await bot.send("84", Outgoing("Chào"))
        waits.append(caught.value.retry_after)

    assert waits == [7.0, 60.0]


@pytest.mark.parametrize(
    "answer", [Scripted("<html>", status=502), Scripted([]), Scripted({"result": {}}), Scripted("")]
)
async def test_an_answer_that_says_nothing_is_tried_again(
    answer: Scripted, bot: ZaloBot, fake: FakeZaloBot
) -> None:
    fake.script.next("sendMessage", answer)

    with pytest.raises(SendError) as caught:
        await bot.send("84", Outgoing("Chào"))

    assert caught.value.trouble is Trouble.RETRY


async def test_a_wrong_token_is_not_told_to_anybody(fake: FakeZaloBot) -> None:
    bot = _bot(fake)
    fake.token = "another"

    with pytest.raises(SendError) as caught:
        await bot.send("84", Outgoing("Chào"))

    assert "12345:" not in str(caught.value)
    await bot.close()


class _Stored:
    """Keeps what is accepted, after failing as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.texts: list[str] = []
        self.done = asyncio.Event()

    async def __call__(self, arrivals: Sequence[Arrival]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("disk full")
        self.texts += [one.message.text for one in arrivals if one.message]
        if self.texts[-1:] == ["hai"]:
            self.done.set()


@pytest.mark.parametrize("failures", [0, 1])
async def test_polling_stores_each_update_before_it_asks_for_the_next(
    failures: int, bot: ZaloBot, fake: FakeZaloBot
) -> None:
    stored = _Stored(failures)
    nothing = {"ok": False, "error_code": 408, "description": "Request timeout"}
    fake.script.next("getUpdates", Scripted(nothing), Scripted({"ok": True, "result": {}}))
    running = asyncio.create_task(bot.run(stored))
    await fake.says("84", "một")
    await fake.says("84", "hai")

    await asyncio.wait_for(stored.done.wait(), 5)

    assert stored.texts == ["một", "hai"]
    running.cancel()


async def test_with_a_webhook_nothing_is_polled(fake: FakeZaloBot) -> None:
    bot = _bot(fake, secret=SECRET)

    await bot.run(_Stored())

    await bot.close()


async def test_polling_beside_a_webhook_is_refused(bot: ZaloBot) -> None:
    url = "https://vidu.vn/webhook/zalo_bot"
    await bot.call("setWebhook", {"url": url, "secret_token": "12345678"})

    with pytest.raises(SendError, match="409"):
        await bot.fetch()


async def test_a_webhook_carries_the_secret_it_was_set_with(fake: FakeZaloBot) -> None:
    told: list[tuple[bytes, dict[str, str]]] = []

    async def deliver(body: bytes, headers: Any) -> int:
        told.append((body, dict(headers)))
        return 200

    fake.deliver = deliver
    bot = _bot(fake, secret="12345678")
    await bot.call("setWebhook", {"url": "https://vidu.vn/w", "secret_token": "12345678"})
    await fake.says("84", "Xin chào")

    ((body, headers),) = told
    bot.verify(headers, body)
    (arrival,) = bot.translate(json.loads(body))
    assert arrival.message == Message("zalo_bot", "84", "Xin chào")
    await bot.close()
