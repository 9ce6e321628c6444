"""The channel of a Zalo Official Account: signed webhooks in, `cs` messages out."""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from bot import messages as say
from bot.channels import Accept, Arrival, Capabilities, ForgedError, Outgoing
from bot.channels.splitting import pieces
from bot.channels.zalo_oa.api import Api
from bot.channels.zalo_oa.broadcast import send_template, tracking_of
from bot.channels.zalo_oa.events import NAME, translate
from bot.conversation import Attachment, Button, Reply
from bot.db import Database
from bot.settings import Settings
from knowledge.columns import utc_now

__all__ = ["NAME", "Quota", "ZaloOA", "connect"]

TEXT_LIMIT: Final = 2_000
MAX_BUTTONS: Final = 5
MAX_TITLE_CHARS: Final = 100
MAX_PAYLOAD_CHARS: Final = 1_000
MAX_IMAGE_BYTES: Final = 1_000_000
#: Free to write to, and to be paid for, after the citizen's last word.
FREE_FOR: Final = timedelta(hours=48)
OPEN_FOR: Final = timedelta(days=7)
#: Clocks may differ by so much.
AHEAD: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Quota:
    """How many messages one person may still get; None = Zalo does not say."""

    replies: int | None
    promotions: int | None


class ZaloOA:
    """One Official Account."""

    name = NAME

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        now: Callable[[], datetime] = utc_now,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Take another `transport` to reach a fake without a socket."""
        self._settings = settings
        self._now = now
        ids = {"app": settings.zalo_oa_app_id, "oa": settings.zalo_oa_id}
        keys = {"app": settings.zalo_oa_app_secret, "oa": settings.zalo_oa_secret}
        key = keys[settings.zalo_oa_signs_secret].get_secret_value()
        self._signs = (ids[settings.zalo_oa_signs_id], key)
        self.api = Api(settings, database, now=now, transport=transport)
        self.capabilities = Capabilities(
            text_limit=TEXT_LIMIT,
            buttons=MAX_BUTTONS if settings.zalo_oa_buttons else 0,
            button_data_bytes=MAX_PAYLOAD_CHARS if settings.zalo_oa_buttons else 0,
            images=True,
            window=OPEN_FOR if settings.zalo_oa_billable else FREE_FOR,
            beyond_window=settings.zalo_oa_template_chars if settings.zalo_oa_template_id else 0,
        )

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise ForgedError unless Zalo signed `body`, and lately.

        The signature is sha256(id + body + timestamp + secret), plain and not HMAC; which id and
        which secret are settings. Its age is that of the event, and a retry comes up to two hours
        later, so the dedupe on the key stands before it.
        """
        given = _header(headers, "x-zevent-signature")
        timestamp = _timestamp(body)
        id_, secret = self._signs
        if not secret or not id_:
            raise ForgedError("no secret is set, so nothing can be verified")
        signed = b"".join((id_.encode(), body, timestamp.encode(), secret.encode()))
        expected = "mac=" + hashlib.sha256(signed).hexdigest()
        if not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
            raise ForgedError("the signature is not Zalo's")
        age = self._now().timestamp() - int(timestamp) / 1_000
        if not -AHEAD.total_seconds() <= age <= self._settings.zalo_oa_replay_minutes * 60:
            raise ForgedError("the webhook is too old: a replay")

    def translate(self, payload: Mapping[str, Any]) -> Sequence[Arrival]:
        """Return what a webhook tells; see `events`."""
        return translate(payload, oa_id=self._settings.zalo_oa_id)

    def render(self, reply: Reply) -> Sequence[Outgoing]:
        """Return the messages that show `reply`; see the function of this name."""
        return render(reply, with_buttons=bool(self.capabilities.buttons))

    async def send(self, address: str, outgoing: Outgoing) -> str:
        """Send one message and return its id: by `cs`, or beyond the window as the approved template.

        Raises:
            SendError: Zalo did not take it.
        """
        if outgoing.beyond_window:
            return await self._send_template(address, outgoing.text)
        message = await self._message(outgoing)
        body = {"recipient": {"user_id": address}, "message": message}
        data = await self.api.call("/v3.0/oa/message/cs", body)
        return str(data.get("message_id", ""))

    async def _send_template(self, address: str, text: str) -> str:
        """Send the words as the one blank of the template: a blank is one line."""
        line = " ".join(unicodedata.normalize("NFC", text).split())
        return await send_template(
            self.api,
            address,
            self._settings.zalo_oa_template_id,
            {self._settings.zalo_oa_template_blank: line},
            tracking_id=tracking_of(address, line),
        )

    async def recall(self, address: str, message_id: str) -> bool:  # noqa: ARG002 - the contract's
        """Return False: Zalo lets nobody take back a message."""
        return False

    async def download(self, attachment: Attachment, *, limit: int) -> bytes:
        """Return a photo or file the citizen sent.

        Raises:
            SendError: it is gone or refused.
            ValueError: it is longer than `limit` bytes, or has no address of Zalo's.
        """
        return await self.api.fetch(attachment.ref, limit=limit)

    async def upload(self, image: bytes) -> str:
        """Return the id of an uploaded PNG or JPEG; it is good for seven days.

        Raises:
            SendError: Zalo did not take it.
            ValueError: it is longer than a megabyte, or no such image.
        """
        kind = _image_kind(image)
        if len(image) > MAX_IMAGE_BYTES or not kind:
            raise ValueError("Zalo takes PNG and JPEG of at most 1 MB")
        file = (f"image.{kind}", image, f"image/{kind}")
        data = await self.api.call("/v2.0/oa/upload/image", file=file)
        return str(data.get("attachment_id", ""))

    async def quota(self, address: str) -> Quota:
        """Return what Zalo still lets us send to one person.

        Raises:
            SendError: Zalo did not say.
        """
        data = await self.api.call("/v3.0/oa/quota/message", {"user_id": address})
        promotion = data.get("promotion", {})
        return Quota(_left(data.get("cs"), "remain"), _left(promotion, "daily_remain"))

    async def refresh(self) -> None:
        """See that there is a good token: `send` has renewed a spent one already.

        Raises:
            SendError: there is none to be had.
        """
        await self.api.tokens.access()

    async def suggest(self, press: str, replies: Sequence[Reply]) -> None:
        """Do nothing: Zalo has no inline mode."""

    async def run(self, accept: Accept) -> None:
        """Do nothing: Zalo only tells, it is never asked."""

    async def start(self) -> None:
        """Do nothing: connections open when they are needed."""

    async def close(self) -> None:
        """Close connections; a new pair of tokens on its way is stored first."""
        await self.api.close()

    async def _message(self, outgoing: Outgoing) -> dict[str, Any]:
        message: dict[str, Any] = {}
        if outgoing.text:
            message["text"] = unicodedata.normalize("NFC", outgoing.text)
        payload: dict[str, Any] = {}
        if outgoing.image:
            uploaded = await self.upload(outgoing.image)
            elements = [{"media_type": "image", "attachment_id": uploaded}]
            payload |= {"template_type": "media", "elements": elements}
        buttons = [_as_sent(one) for row in outgoing.buttons for one in row]
        if buttons and self.capabilities.buttons:
            payload["buttons"] = buttons[:MAX_BUTTONS]
        if payload:
            message["attachment"] = {"type": "template", "payload": payload}
        return message


def connect(settings: Settings, database: Database) -> ZaloOA | None:
    """Return the account of the settings; None when there is none."""
    return ZaloOA(settings, database) if settings.zalo_oa_app_id else None


def render(reply: Reply, *, with_buttons: bool) -> Sequence[Outgoing]:
    """Return the messages that show `reply`; choices are numbered, and buttons where allowed."""
    parts = list(pieces(unicodedata.normalize("NFC", reply.plain()), TEXT_LIMIT))
    rows = tuple((one,) for one in _buttons(reply)) if with_buttons else ()
    return [
        Outgoing(part, buttons=rows if index == len(parts) else ())
        for index, part in enumerate(parts, 1)
    ]


def _buttons(reply: Reply) -> list[Button]:
    """Return the choices, or what to ask next; only those that fit, since the text has them all.

    Zalo has no button that shares where one is: pressing one would only ask the same again.
    """
    wanted = [*reply.choices, *reply.follow_ups]
    fitting = [one for one in wanted if _fits(one) and one.send != say.SHARE_LOCATION]
    return fitting[:MAX_BUTTONS]


def _fits(button: Button) -> bool:
    opens = button.url.startswith(("https://", "http://", "tel:"))
    return opens or 0 < len(button.send) <= MAX_PAYLOAD_CHARS


def _as_sent(button: Button) -> dict[str, Any]:
    title = unicodedata.normalize("NFC", button.label)[:MAX_TITLE_CHARS]
    if button.url.startswith("tel:"):
        code = "".join(filter(str.isdecimal, button.url))
        return {"title": title, "type": "oa.open.phone", "payload": {"phone_code": code}}
    if button.url:
        return {"title": title, "type": "oa.open.url", "payload": {"url": button.url}}
    return {"title": title, "type": "oa.query.hide", "payload": button.send}


def _header(headers: Mapping[str, str], name: str) -> str:
    """Return a header by its lower-case name, whatever kind of mapping holds it."""
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _timestamp(body: bytes) -> str:
    """Return the body's own timestamp, which is part of what is signed."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise ForgedError("the body is not JSON") from None
    value = payload.get("timestamp") if isinstance(payload, dict) else None
    text = str(value) if isinstance(value, int | str) else ""
    if not (text.isascii() and text.isdecimal()) or len(text) > 14:
        raise ForgedError("the body has no timestamp")
    return text


def _image_kind(image: bytes) -> str:
    if image.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "jpeg" if image.startswith(b"\xff\xd8\xff") else ""


def _left(found: object, field: str) -> int | None:
    value = found.get(field) if isinstance(found, Mapping) else None
    return value if isinstance(value, int) and value >= 0 else None
