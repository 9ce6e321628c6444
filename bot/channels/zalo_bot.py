"""The channel of Zalo Bot: for pilots and staff, free for 50 people and 3,000 messages a month.

The platform has no buttons, so choices are numbered; it takes pictures only by address. Its errors
come as `ok: false` at HTTP 200. `getUpdates` hands out one update and forgets it, so what is fetched
is stored before the next one is asked for; where nothing may be lost, use the webhook.
"""

from __future__ import annotations

import asyncio
import hmac
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import structlog

from bot.channels import (
    Accept,
    Arrival,
    ArrivalKind,
    Capabilities,
    ForgedError,
    Outgoing,
    SendError,
    Trouble,
)
from bot.channels.http import SILENCE, Http
from bot.channels.reading import id_of, mapping_of, text_of
from bot.channels.splitting import pieces
from bot.conversation import Attachment, AttachmentKind, Message, Reply
from bot.db import Database
from bot.settings import Settings

NAME: Final = "zalo_bot"
TEXT_LIMIT: Final = 2_000
MAX_TEXT_CHARS: Final = 20_000
#: Seconds the platform holds a getUpdates open when nobody writes.
POLL_FOR: Final = 30
#: Seconds after a refusal for too many requests that names no time.
RATE_WAIT: Final = 60.0

_EVENT = "message.{}.received"
ATTACHMENTS: Final[Mapping[str, AttachmentKind]] = {
    _EVENT.format("image"): AttachmentKind.PHOTO,
    _EVENT.format("sticker"): AttachmentKind.STICKER,
    _EVENT.format("voice"): AttachmentKind.VOICE,
    _EVENT.format("unsupported"): AttachmentKind.FILE,
}
TEXT: Final = _EVENT.format("text")
#: `error_code` of `ok: false`, named as HTTP names them; others are tried again a few times.
TROUBLES: Final[Mapping[int, Trouble]] = {
    400: Trouble.DROP,
    401: Trouble.REFRESH,
    403: Trouble.SUPPRESS,
    404: Trouble.DROP,
    413: Trouble.DROP,
}
#: What an empty getUpdates says.
NOTHING_NEW: Final = 408

log = structlog.get_logger()


class ZaloBot:
    """One bot."""

    name = NAME
    capabilities = Capabilities(text_limit=TEXT_LIMIT)

    def __init__(
        self, settings: Settings, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """Take another `transport` to reach a fake without a socket."""
        token = settings.zalo_bot_token.get_secret_value()
        self._secret = settings.zalo_bot_webhook_secret.get_secret_value()
        self._http = Http(f"{settings.zalo_bot_api_url}/bot{token}/", transport)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:  # noqa: ARG002 - the contract's
        """Raise ForgedError unless the request carries the secret given to setWebhook."""
        given = next((v for k, v in headers.items() if k.lower() == "x-bot-api-secret-token"), "")
        known = hmac.compare_digest(given.encode("utf-8", "replace"), self._secret.encode())
        if not self._secret or not known:
            raise ForgedError("the secret token is not ours")

    def translate(self, payload: Mapping[str, Any]) -> Sequence[Arrival]:
        """Return the one arrival of an update, with or without its envelope."""
        return translate(payload)

    def render(self, reply: Reply) -> Sequence[Outgoing]:
        """Return the messages that show `reply`; its choices are numbered."""
        text = unicodedata.normalize("NFC", reply.plain())
        return [Outgoing(part) for part in pieces(text, TEXT_LIMIT)]

    async def send(self, address: str, outgoing: Outgoing) -> str:
        """Send one message and return its id.

        Raises:
            SendError: Zalo did not take it.
        """
        text = unicodedata.normalize("NFC", outgoing.text)
        result = await self.call("sendMessage", {"chat_id": address, "text": text})
        return id_of(mapping_of(result).get("message_id"))

    async def send_photo(self, address: str, url: str, caption: str = "") -> str:
        """Send the picture at a public address and return the message's id.

        Raises:
            SendError: Zalo did not take it.
        """
        body = {"chat_id": address, "photo": url, "caption": unicodedata.normalize("NFC", caption)}
        return id_of(mapping_of(await self.call("sendPhoto", body)).get("message_id"))

    async def recall(self, address: str, message_id: str) -> bool:  # noqa: ARG002 - the contract's
        """Return False: Zalo lets no bot take back a message."""
        return False

    async def download(self, attachment: Attachment, *, limit: int) -> bytes:
        """Return a photo the citizen sent.

        Raises:
            SendError: it is gone or refused.
            ValueError: it is longer than `limit` bytes.
        """
        return await self._http.download(attachment.ref, limit=limit, named="zalo bot")

    async def refresh(self) -> None:
        """Do nothing: the token of a bot does not end; a wrong one is the operator's to mend."""

    async def suggest(self, press: str, replies: Sequence[Reply]) -> None:
        """Do nothing: Zalo has no inline mode."""

    async def start(self) -> None:
        """Do nothing: connections open when they are needed."""

    async def run(self, accept: Accept) -> None:
        """Fetch updates, one at a time, where no webhook is set up.

        Raises:
            SendError: Zalo refuses to give them.
        """
        while not self._secret:
            update = await self.fetch()
            if update is not None:
                await _until_stored(accept, self.translate(update))

    async def close(self) -> None:
        """Close connections."""
        await self._http.close()

    async def fetch(self) -> Mapping[str, Any] | None:
        """Return the next update, or None when nobody wrote for a while.

        Raises:
            SendError: Zalo refuses to give it.
        """
        try:
            found = await self.call("getUpdates", {"timeout": POLL_FOR}, silence=POLL_FOR + 10)
        except SendError as error:
            if error.reason.startswith(f"zalo bot {NOTHING_NEW}"):
                return None
            raise
        return found if isinstance(found, Mapping) and found else None

    async def call(self, method: str, body: Mapping[str, Any], *, silence: float = SILENCE) -> Any:
        """Call a method of the Bot API and return its `result`; it may be silent for so many seconds.

        Raises:
            SendError: Zalo said no, or nothing; the token, part of the address, is never in it.
        """
        try:
            answer = await self._http.post(method, json=dict(body), silence=silence)
        except httpx.HTTPError as error:
            raise SendError(f"zalo bot: {type(error).__name__}", Trouble.RETRY) from None
        try:
            envelope = answer.json()
        except ValueError:
            envelope = None
        if not isinstance(envelope, Mapping):
            raise SendError(f"zalo bot HTTP {answer.status_code}", Trouble.RETRY)
        if envelope.get("ok") is not True:
            raise _refusal(envelope, answer.status_code)
        return envelope.get("result")


def connect(settings: Settings, _: Database) -> ZaloBot | None:
    """Return the bot of the settings; None when there is none."""
    return ZaloBot(settings) if settings.zalo_bot_token.get_secret_value() else None


def translate(payload: Mapping[str, Any]) -> Sequence[Arrival]:
    """Return the one arrival of an update; what is unknown or broken is ignored."""
    inner = payload.get("result")
    update = inner if isinstance(inner, Mapping) else payload
    event = text_of(update.get("event_name"))
    message = mapping_of(update.get("message"))
    sender = mapping_of(message.get("from"))
    address = id_of(mapping_of(message.get("chat")).get("id")) or id_of(sender.get("id"))
    key = id_of(message.get("message_id"))
    at = _moment(message.get("date"))
    known = event == TEXT or event in ATTACHMENTS
    if not (known and address and key) or sender.get("is_bot") is True:
        return (Arrival(ArrivalKind.IGNORED, key or "-", address, at=at),)
    text = text_of(message.get("text")) or text_of(message.get("caption"))
    said = Message(NAME, address, text[:MAX_TEXT_CHARS], attachments=_attachments(event, message))
    return (Arrival(ArrivalKind.MESSAGE, key, address, said, at),)


def _refusal(envelope: Mapping[str, Any], status: int) -> SendError:
    given = envelope.get("error_code")
    code = given if isinstance(given, int) else status
    reason = f"zalo bot {code}: {str(envelope.get('description', ''))[:200]}"
    if code != 429:
        return SendError(reason, TROUBLES.get(code, Trouble.RETRY))
    wait = mapping_of(envelope.get("parameters")).get("retry_after")
    seconds = float(wait) if isinstance(wait, int | float) and wait > 0 else RATE_WAIT
    return SendError(reason, Trouble.RETRY, retry_after=seconds)


async def _until_stored(accept: Accept, arrivals: Sequence[Arrival]) -> None:
    """Store what Zalo has already forgotten; a database that fails now may answer the next second."""
    pause = 0.5
    while True:
        try:
            return await accept(arrivals)
        except Exception:
            log.exception("update not stored, will be tried again", channel=NAME)
        await asyncio.sleep(pause)
        pause = min(pause * 2, 30.0)


def _attachments(event: str, message: Mapping[str, Any]) -> tuple[Attachment, ...]:
    kind = ATTACHMENTS.get(event)
    if kind is None:
        return ()
    url = text_of(message.get("photo_url")) if kind is AttachmentKind.PHOTO else ""
    return (Attachment(kind, url[:2_000]),)


def _moment(value: object) -> datetime | None:
    """Return the moment of milliseconds."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**14:
        return None
    return datetime.fromtimestamp(value / 1_000, UTC)
