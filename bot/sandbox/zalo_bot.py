"""The Zalo Bot platform on this machine: one update at a time, `ok: false` inside HTTP 200."""

from __future__ import annotations

import asyncio
import json
import secrets
import unicodedata
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import Bubble, Counter, Dated, Deliver, Gesture, Script
from knowledge.columns import utc_now

MAX_TEXT: Final = 2_000
FREE_PEOPLE: Final = 50
FREE_MESSAGES: Final = 3_000


class RefusalError(Exception):
    """The platform's number and words for what it does not take."""

    def __init__(self, code: int, words: str) -> None:
        """Take `error_code` and `description`."""
        super().__init__(words)
        self.code = code


@dataclass(slots=True)
class Citizen:
    """Someone who writes to the bot."""

    id: str
    name: str = ""
    blocked: bool = False
    bubbles: list[Bubble] = field(default_factory=list)


class FakeZaloBot:
    """One bot with its people; `app` is the ASGI application."""

    name = "zalo_bot"
    title = "Zalo Bot"
    gestures = (Gesture.STICKER,)

    def __init__(
        self,
        *,
        token: str = "",
        deliver: Deliver | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Make up a token that is not given."""
        self.token = token or f"12345:{secrets.token_urlsafe(16)}"
        self.deliver = deliver
        self.script = Script()
        self.citizens: dict[str, Citizen] = {}
        self.free_people = FREE_PEOPLE
        self.free_messages = FREE_MESSAGES
        self.webhook_url = ""
        self.webhook_secret = ""
        self.sent: list[dict[str, Any]] = []
        self.refused: list[int] = []
        self._now = now
        self._message_id = Counter()
        self._waiting: deque[dict[str, Any]] = deque()
        self._written = asyncio.Event()
        self.app = Starlette(
            routes=[Route("/bot{token}/{method}", self._call, methods=["POST"])],
            middleware=[Middleware(Dated, now=now)],
        )

    def citizen(self, id_: str, name: str = "") -> Citizen:
        """Return the citizen of an id."""
        return self.citizens.setdefault(id_, Citizen(id_, name))

    async def says(self, id_: str, text: str) -> None:
        """Let a citizen type."""
        await self._acts(id_, "message.text.received", {"text": text}, shown=text)

    async def sends_sticker(self, id_: str) -> None:
        """Let a citizen send a sticker."""
        sticker = {"sticker": "5bf2a2f5dfb036ee6fa1"}
        await self._acts(id_, "message.sticker.received", sticker, shown="[sticker]")

    def settings(self, base: str, webhook: str) -> dict[str, Any]:
        """Return the settings with which the assistant talks to this bot, its webhook set."""
        self.webhook_url, self.webhook_secret = webhook, secrets.token_urlsafe(16)
        return {
            "zalo_bot_token": SecretStr(self.token),
            "zalo_bot_webhook_secret": SecretStr(self.webhook_secret),
            "zalo_bot_api_url": base,
        }

    def bubbles(self, citizen: str) -> Sequence[Bubble]:
        """Return a citizen's chat, oldest first."""
        return self.citizen(citizen).bubbles

    async def presses(self, citizen: str, bubble: str, index: int) -> None:
        """Do nothing: this platform has no buttons."""

    async def gesture(self, citizen: str, gesture: Gesture) -> None:  # noqa: ARG002 - it has one
        """Let a citizen send a sticker."""
        await self.sends_sticker(citizen)

    async def tick(self) -> None:
        """Do nothing: this platform tells everything once."""

    async def _acts(self, id_: str, event: str, message: dict[str, Any], *, shown: str) -> None:
        citizen = self.citizen(id_)
        bubble = Bubble(self._message_id(), self._now(), mine=True, text=shown)
        citizen.bubbles.append(bubble)
        person = {"id": id_, "display_name": citizen.name, "is_bot": False}
        told = {
            "message_id": bubble.id,
            "date": int(self._now().timestamp() * 1_000),
            "from": person,
            "chat": {"id": id_, "chat_type": "PRIVATE"},
            **message,
        }
        await self.tell({"event_name": event, "message": told})

    async def tell(self, update: dict[str, Any]) -> None:
        """Deliver an update to the webhook, or keep it for getUpdates where none is set."""
        if not self.webhook_url or self.deliver is None:
            self._waiting.append(update)
            self._written.set()
            return
        body = json.dumps({"ok": True, "result": update}, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Bot-Api-Secret-Token": self.webhook_secret,
        }
        await self.deliver(body, headers)

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        scripted = self.script.take(method)
        if scripted is not None:
            await asyncio.sleep(scripted.delay)
            if isinstance(scripted.body, str):
                return Response(scripted.body, scripted.status)
            return JSONResponse(scripted.body, scripted.status)
        try:
            self._authorise(request.path_params["token"])
            result = await self._take(method, await _read(request))
        except RefusalError as refusal:
            self.refused.append(refusal.code)
            return JSONResponse(
                {"ok": False, "error_code": refusal.code, "description": str(refusal)}
            )
        return JSONResponse({"ok": True, "result": result})

    def _authorise(self, token: str) -> None:
        if token != self.token:
            raise RefusalError(401, "Unauthorized")

    async def _take(self, method: str, body: dict[str, Any]) -> Any:
        if method == "getUpdates":
            return await self._next_update(body)
        takers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getMe": self._take_me,
            "setWebhook": self._take_set,
            "getWebhookInfo": self._take_info,
            "deleteWebhook": self._take_delete,
            "sendMessage": self._take_text,
            "sendPhoto": self._take_photo,
            "sendChatAction": self._take_action,
        }
        if method not in takers:
            raise RefusalError(404, "Not Found")
        return takers[method](body)

    async def _next_update(self, body: dict[str, Any]) -> Any:
        if "offset" in body:
            raise RefusalError(400, "Bad Request: offset is not supported")
        if self.webhook_url:
            raise RefusalError(409, "Conflict: webhook is active")
        if not self._waiting:
            self._written.clear()
            try:
                async with asyncio.timeout(float(body.get("timeout", 30))):
                    await self._written.wait()
            except TimeoutError:
                raise RefusalError(408, "Request timeout") from None
        return self._waiting.popleft()

    def _take_me(self, _: dict[str, Any]) -> Any:
        return {"id": "12345", "account_name": "bot.motcua", "account_type": "BASIC"}

    def _take_set(self, body: dict[str, Any]) -> Any:
        url, secret = body.get("url"), body.get("secret_token")
        if not isinstance(url, str) or not url.startswith(("https://", "http://127.0.0.1")):
            raise RefusalError(400, "Bad Request: url must be HTTPS")
        if not isinstance(secret, str) or not 8 <= len(secret) <= 256:
            raise RefusalError(400, "Bad Request: secret_token must have 8 to 256 characters")
        self.webhook_url, self.webhook_secret = url, secret
        return self._take_info({})

    def _take_info(self, _: dict[str, Any]) -> Any:
        return {"url": self.webhook_url, "updated_at": int(self._now().timestamp() * 1_000)}

    def _take_delete(self, _: dict[str, Any]) -> Any:
        self.webhook_url = self.webhook_secret = ""
        return self._take_info({})

    def _take_text(self, body: dict[str, Any]) -> Any:
        return self._show(body, body.get("text"), {"chat_id", "text"})

    def _take_photo(self, body: dict[str, Any]) -> Any:
        if not str(body.get("photo", "")).startswith("https://"):
            raise RefusalError(400, "Bad Request: photo must be a URL")
        return self._show(body, body.get("caption") or "🖼", {"chat_id", "photo", "caption"})

    def _take_action(self, body: dict[str, Any]) -> Any:
        if body.get("action") not in ("typing", "upload_photo"):
            raise RefusalError(400, "Bad Request: action is invalid")
        return True

    def _show(self, body: dict[str, Any], text: Any, fields: set[str]) -> Any:
        if body.keys() - fields:
            raise RefusalError(400, f"Bad Request: unknown field {min(body.keys() - fields)}")
        if not isinstance(text, str) or not text.strip():
            raise RefusalError(400, "Bad Request: text is empty")
        if len(text.encode("utf-16-le")) // 2 > MAX_TEXT:
            raise RefusalError(400, f"Bad Request: text is longer than {MAX_TEXT}")
        if not unicodedata.is_normalized("NFC", text):
            raise RefusalError(400, "Bad Request: text is not NFC")
        citizen = self.citizens.get(str(body.get("chat_id")))
        if citizen is None:
            raise RefusalError(400, "Bad Request: chat not found")
        if citizen.blocked:
            raise RefusalError(403, "Forbidden: bot was blocked by the user")
        if len(self.sent) >= self.free_messages or len(self.citizens) > self.free_people:
            raise RefusalError(429, "Too Many Requests: free quota is used up")
        self.sent.append(body)
        bubble = Bubble(self._message_id(), self._now(), mine=False, text=text)
        citizen.bubbles.append(bubble)
        return {"message_id": bubble.id, "date": int(self._now().timestamp() * 1_000)}


async def _read(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        raise RefusalError(400, "Bad Request: body is not JSON") from None
    if not isinstance(body, dict):
        raise RefusalError(400, "Bad Request: body is not an object")
    return body
