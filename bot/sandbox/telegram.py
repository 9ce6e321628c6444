"""Telegram's Bot API on this machine: refuses what the Bot API refuses, in its words."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox import HERE, Bubble, Deliver, Gesture, Key, Script
from knowledge.columns import utc_now

TEXT_LIMIT: Final = 4_096
CAPTION_LIMIT: Final = 1_024
DATA_BYTES: Final = 64
MAX_BUTTONS: Final = 100
#: Bodies of files are taken up to here.
MAX_FILE: Final = 10 << 20
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
#: What stands in the chat for what is no text; not every machine has a font for signs.
SHOWN: Final = {
    "location": "[vị trí của tôi]",
    "sticker": "[sticker]",
    "photo": "[ảnh]",
    "voice": "[tin thoại]",
}
PLACE: Final = {"latitude": HERE[0], "longitude": HERE[1]}


class RefusalError(Exception):
    """The Bot API's number and words for what it does not take."""

    def __init__(self, code: int, words: str, **parameters: int) -> None:
        """Take `error_code`, `description` and `parameters` (retry_after, migrate_to_chat_id)."""
        super().__init__(words)
        self.code = code
        self.parameters = parameters


@dataclass(slots=True)
class Chat:
    """A private chat with one citizen, or a group."""

    id: int
    kind: str = "private"
    blocked: bool = False
    moved_to: int = 0
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    bubbles: list[Bubble] = field(default_factory=list)


class FakeTelegram:
    """One bot with its chats; `app` is the ASGI application, the other attributes its state."""

    name = "telegram"
    title = "Telegram"
    gestures: Sequence[Gesture] = (Gesture.LOCATION, Gesture.STICKER)
    username = "motcua_thu_bot"

    def __init__(
        self,
        *,
        token: str = "",
        strangers: bool = True,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Make up a token that is not given; without `strangers`, unknown chats are refused."""
        self.token = token or f"4200000000:{secrets.token_urlsafe(26)}"
        self.id = int(self.token.partition(":")[0])
        self.deliver: Deliver | None = None
        self.app: ASGIApp = _app(self._serve)
        self.script = Script()
        self.chats: dict[int, Chat] = {}
        self.sent: list[dict[str, Any]] = []
        """Every message taken, oldest first: the method's own fields and `message_id`."""
        self.acknowledged: list[str] = []
        self.suggested: dict[str, list[dict[str, Any]]] = {}
        self.commands: list[dict[str, str]] = []
        self.files: dict[str, bytes] = {}
        self.refused: list[tuple[str, int, str]] = []
        self.webhook_url = ""
        self.webhook_secret = ""
        self._strangers = strangers
        self._now = now
        self._ids = 0
        self._update_ids = int(now().timestamp())
        self._waiting: dict[int, dict[str, Any]] = {}
        self._written = asyncio.Event()
        self._fetching = 0
        self._methods: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getMe": lambda _: self._me(),
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _: {"url": self.webhook_url, "has_custom_certificate": False,
                                         "pending_update_count": len(self._waiting)},
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "editMessageText": self._edit,
            "deleteMessage": self._delete,
            "answerCallbackQuery": self._acknowledge,
            "answerInlineQuery": self._suggest,
            "setMyCommands": self._set_commands,
            "sendChatAction": lambda body: self._chat(body) is not None,
            "getFile": self._get_file,
        }  # fmt: skip

    # --- The server ------------------------------------------------------------------------------

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; plain ASGI, as a benchmark sends thousands a second."""
        if scope["type"] != "http":
            return
        method = scope["path"].rpartition("/")[2]
        scripted = self.script.take(method)
        if scripted is not None:
            await asyncio.sleep(scripted.delay)
            raw = scripted.body
            body = raw.encode() if isinstance(raw, str) else json.dumps(raw).encode()
            await _answer(send, scripted.status, body)
            return
        try:
            if f"/file/bot{self.token}/" in scope["path"]:
                await _answer(send, 200, self.files.get(method, b""), b"application/octet-stream")
                return
            self._authorise(scope["path"], method)
            result = await self._take(method, await _fields(scope, receive))
        except RefusalError as refusal:
            self.refused.append((method, refusal.code, str(refusal)))
            told: dict[str, Any] = {
                "ok": False, "error_code": refusal.code, "description": str(refusal),
            }  # fmt: skip
            if refusal.parameters:
                told["parameters"] = refusal.parameters
            await _answer(send, refusal.code, json.dumps(told).encode())
            return
        await _answer(send, 200, json.dumps({"ok": True, "result": result}).encode())

    def _authorise(self, path: str, method: str) -> None:
        if not path.endswith(f"/bot{self.token}/{method}"):
            raise RefusalError(401, "Unauthorized")

    async def _take(self, method: str, body: dict[str, Any]) -> Any:
        if method == "getUpdates":
            return await self._updates(body)
        take = self._methods.get(method)
        if take is None:
            raise RefusalError(404, "Not Found")
        return take(body)

    async def _updates(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook_url:
            raise RefusalError(
                409, "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )  # fmt: skip
        self._fetching += 1
        mine = self._fetching
        self._written.set()  # whoever fetched before is turned away
        offset = int(body.get("offset") or 0)
        self._waiting = {id_: one for id_, one in self._waiting.items() if id_ >= offset}
        if not self._waiting:
            self._written = asyncio.Event()
            try:
                async with asyncio.timeout(min(float(body.get("timeout") or 0), 50.0)):
                    await self._written.wait()
            except TimeoutError:
                return []
        if mine != self._fetching:
            raise RefusalError(
                409, "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )  # fmt: skip
        return list(self._waiting.values())[:100]

    # --- What the bot does -----------------------------------------------------------------------

    def _me(self) -> dict[str, Any]:
        return {
            "id": self.id, "is_bot": True, "first_name": "motcua", "username": self.username,
            "can_join_groups": True, "can_read_all_group_messages": False,
            "supports_inline_queries": True,
        }  # fmt: skip

    def _set_webhook(self, body: dict[str, Any]) -> bool:
        url, secret = str(body.get("url", "")), str(body.get("secret_token", ""))
        if url and not url.startswith(("https://", "http://127.0.0.1")):
            raise _bad("bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not _SECRET.fullmatch(secret):
            raise _bad("secret token contains unallowed characters")
        self.webhook_url, self.webhook_secret = url, secret
        return True

    def _delete_webhook(self, _body: dict[str, Any]) -> bool:
        self.webhook_url = self.webhook_secret = ""
        return True

    def _send_message(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._post(body, _text(body, "text", TEXT_LIMIT, needed=True))

    def _send_photo(self, body: dict[str, Any]) -> dict[str, Any]:
        if not body.get("photo"):
            raise _bad("there is no photo in the request")
        return self._post(body, _text(body, "caption", CAPTION_LIMIT, needed=False), image=True)

    def _post(self, body: dict[str, Any], text: str, *, image: bool = False) -> dict[str, Any]:
        chat = self._chat(body)
        markup = _markup(body, chat)
        self._ids += 1
        message: dict[str, Any] = {
            "message_id": self._ids,
            "date": int(self._now().timestamp()),
            "chat": {"id": chat.id, "type": chat.kind},
            "text": text,
        }
        if "inline_keyboard" in markup:
            message["reply_markup"] = markup
        self.sent.append({**body, "message_id": self._ids})
        chat.messages[self._ids] = message
        chat.bubbles.append(self._bubble(message, markup, image=image))
        return message

    def _edit(self, body: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(body)
        message = chat.messages.get(_integer(body, "message_id"))
        if message is None:
            raise _bad("message to edit not found")
        text, markup = _text(body, "text", TEXT_LIMIT, needed=True), _markup(body, chat)
        if (text, markup) == (message["text"], message.get("reply_markup", {})):
            raise _bad(
                "message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message"
            )
        message.pop("reply_markup", None)
        message["text"] = text
        if markup:
            message["reply_markup"] = markup
        self.sent.append({**body, "edited": True})
        shown = self._bubble(message, markup)
        chat.bubbles = [shown if one.id == shown.id else one for one in chat.bubbles]
        return message

    def _delete(self, body: dict[str, Any]) -> bool:
        chat, id_ = self._chat(body), _integer(body, "message_id")
        if chat.messages.pop(id_, None) is None:
            raise _bad("message to delete not found")
        chat.bubbles = [one for one in chat.bubbles if one.id != str(id_)]
        return True

    def _acknowledge(self, body: dict[str, Any]) -> bool:
        id_ = str(body.get("callback_query_id", ""))
        if not id_ or id_ in self.acknowledged:
            raise _bad("query is too old and response timeout expired or query ID is invalid")
        self.acknowledged.append(id_)
        return True

    def _suggest(self, body: dict[str, Any]) -> bool:
        results = _json(body, "results")
        if not isinstance(results, list) or len(results) > 50:
            raise _bad("RESULTS_TOO_MUCH")
        ids = [str(one.get("id", "")) for one in results]
        if len(set(ids)) != len(ids) or not all(1 <= len(id_.encode()) <= 64 for id_ in ids):
            raise _bad("RESULT_ID_INVALID")
        for one in results:
            _text(one.get("input_message_content", {}), "message_text", TEXT_LIMIT, needed=True)
            if not one.get("title"):
                raise _bad("can't parse inline query result: field title is not found")
        self.suggested[str(body.get("inline_query_id"))] = results
        return True

    def _set_commands(self, body: dict[str, Any]) -> bool:
        commands = _json(body, "commands")
        if not isinstance(commands, list) or len(commands) > 100:
            raise _bad("can't parse BotCommands")
        for one in commands:
            if not _COMMAND.fullmatch(one.get("command", "")):
                raise _bad("BOT_COMMAND_INVALID")
            if not 1 <= len(one.get("description", "")) <= 256:
                raise _bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands = commands
        return True

    def _get_file(self, body: dict[str, Any]) -> dict[str, Any]:
        id_ = str(body.get("file_id", ""))
        if id_ not in self.files:
            raise _bad("invalid file_id")
        return {"file_id": id_, "file_unique_id": id_, "file_size": len(self.files[id_]),
                "file_path": f"photos/{id_}"}  # fmt: skip

    def _chat(self, body: Mapping[str, Any]) -> Chat:
        id_ = _integer(body, "chat_id")
        chat = self.chats.get(id_)
        if chat is None:
            if not self._strangers:
                raise _bad("chat not found")
            chat = self.chat(id_)
        if chat.blocked:
            raise RefusalError(403, "Forbidden: bot was blocked by the user")
        if chat.moved_to:
            raise RefusalError(
                400, "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.moved_to,
            )  # fmt: skip
        return chat

    def _bubble(
        self, message: dict[str, Any], markup: Mapping[str, Any], *, image: bool = False
    ) -> Bubble:
        rows = markup.get("inline_keyboard", markup.get("keyboard", []))
        keys = tuple(
            tuple(
                Key(one["text"], one.get("callback_data", "") or one["text"], one.get("url", ""))
                for one in row
            )
            for row in rows
        )
        text, id_ = message["text"], str(message["message_id"])
        return Bubble(id_, self._now(), mine=False, text=text, keys=keys, image=image)

    # --- What citizens do ------------------------------------------------------------------------

    def chat(self, id_: int, kind: str = "private") -> Chat:
        """Return the chat of an id, new if need be."""
        return self.chats.setdefault(id_, Chat(id_, kind))

    def settings(self, base: str, webhook: str) -> dict[str, Any]:
        """Return the settings that lead the assistant here; it fetches, as on a laptop."""
        del webhook
        return {"telegram_token": self.token, "telegram_base_url": base}

    def bubbles(self, citizen: str) -> Sequence[Bubble]:
        """Return a citizen's chat, oldest first."""
        return self.chat(int(citizen)).bubbles

    async def says(self, citizen: str, text: str) -> None:
        """Let a citizen write in their private chat."""
        await self.tell({"message": self.message(int(citizen), text=text)})

    async def presses(self, citizen: str, bubble: str, index: int) -> None:
        """Let a citizen press a button; a key that shares the location shares it.

        Raises:
            LookupError: there is no such button.
        """
        chat = self.chat(int(citizen))
        message = chat.messages[int(bubble)]
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [one for row in rows for one in row]
        if not buttons:  # the key under the text field
            await self.tell({"message": self.message(chat.id, location=PLACE)})
            return
        query = {
            "id": secrets.token_hex(8),
            "from": _person(chat.id),
            "message": message,
            "chat_instance": "1",
            "data": buttons[index]["callback_data"],
        }
        await self.tell({"callback_query": query})

    async def gesture(self, citizen: str, gesture: Gesture) -> None:
        """Let a citizen share where they are, or send a sticker."""
        sticker = {
            "file_id": "sticker", "file_unique_id": "sticker", "type": "regular", "width": 512,
            "height": 512, "is_animated": False, "is_video": False, "emoji": "🙂",
        }  # fmt: skip
        content = {"location": PLACE} if gesture is Gesture.LOCATION else {"sticker": sticker}
        await self.tell({"message": self.message(int(citizen), **content)})

    async def tick(self) -> None:
        """Deliver again what the webhook did not take."""
        if self.webhook_url:
            for update in list(self._waiting.values()):
                await self._deliver(update)

    def message(self, chat_id: int, **content: Any) -> dict[str, Any]:
        """Return a citizen's message as the Bot API shows it, and keep it in the chat."""
        chat = self.chat(chat_id)
        self._ids += 1
        shown = str(content.get("text") or next(filter(None, map(SHOWN.get, content)), "[tệp]"))
        chat.bubbles.append(Bubble(str(self._ids), self._now(), mine=True, text=shown))
        return {
            "message_id": self._ids,
            "date": int(self._now().timestamp()),
            "chat": {"id": chat.id, "type": chat.kind},
            "from": _person(chat_id),
            **content,
        }

    async def tell(self, update: dict[str, Any]) -> int:
        """Deliver an update to the webhook, or keep it for getUpdates; return its id."""
        self._update_ids += 1
        update = {"update_id": self._update_ids, **update}
        self._waiting[self._update_ids] = update
        self._written.set()
        if self.webhook_url:
            await self._deliver(update)
        return self._update_ids

    async def _deliver(self, update: dict[str, Any]) -> None:
        if self.deliver is None:
            return
        headers = {"Content-Type": "application/json"}
        if self.webhook_secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.webhook_secret
        try:
            status = await self.deliver(json.dumps(update).encode(), headers)
        except OSError:
            return  # delivered again at the next tick
        if status == 200:
            self._waiting.pop(update["update_id"], None)


def _app(serve: ASGIApp) -> ASGIApp:
    """Return a plain function: servers tell a method's protocol wrongly."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await serve(scope, receive, send)

    return app


def _person(id_: int) -> dict[str, Any]:
    return {"id": abs(id_), "is_bot": False, "first_name": "Dân", "language_code": "vi"}


def _bad(words: str) -> RefusalError:
    return RefusalError(400, f"Bad Request: {words}")


def _integer(body: Mapping[str, Any], name: str) -> int:
    try:
        return int(body.get(name, ""))
    except (TypeError, ValueError):
        raise _bad("chat_id is empty" if name == "chat_id" else f"{name} is invalid") from None


def _text(body: Mapping[str, Any], name: str, limit: int, *, needed: bool) -> str:
    text = str(body.get(name, ""))
    if needed and not text.strip():
        raise _bad("message text is empty")
    if len(text) > limit // 2 and len(text.encode("utf-16-le")) // 2 > limit:
        raise _bad("message is too long" if needed else "message caption is too long")
    if body.get("parse_mode") or body.get("entities"):
        raise _bad("this sandbox takes plain text only")
    return text


def _json(body: Mapping[str, Any], name: str) -> Any:
    raw = body.get(name)
    try:
        return json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        raise _bad(f"can't parse {name} JSON object") from None


def _markup(body: Mapping[str, Any], chat: Chat) -> dict[str, Any]:
    if "reply_markup" not in body:
        return {}
    markup = _json(body, "reply_markup")
    if not isinstance(markup, dict):
        raise _bad("object expected as reply markup")
    keys = [one for row in markup.get("keyboard", []) for one in row]
    if chat.kind != "private" and any(one.get("request_location") for one in keys):
        raise _bad("location can be requested in private chats only")
    buttons = [one for row in markup.get("inline_keyboard", []) for one in row]
    if len(buttons) > MAX_BUTTONS:
        raise _bad("reply markup is too long")
    for button in buttons:
        _check_button(button)
    return markup


def _check_button(button: Mapping[str, Any]) -> None:
    if not button.get("text"):
        raise _bad("text buttons are unallowed in the inline keyboard")
    data, url = button.get("callback_data"), button.get("url")
    if data is None and url is None:
        raise _bad("text buttons are unallowed in the inline keyboard")
    if data is not None and not 1 <= len(str(data).encode()) <= DATA_BYTES:
        raise _bad("BUTTON_DATA_INVALID")
    if url is not None and not str(url).startswith(("https://", "http://", "tg://")):
        raise _bad("inline keyboard button URL is invalid")


async def _fields(scope: Scope, receive: Receive) -> dict[str, Any]:
    """Return a method's fields from a form, JSON or the query."""
    kind = dict(scope["headers"]).get(b"content-type", b"")
    if kind.startswith(b"multipart/"):
        form = await Request(scope, receive).form(max_part_size=MAX_FILE)
        return dict(form)
    body = b""
    more = True
    while more:
        part = await receive()
        body += part.get("body", b"")
        more = part.get("more_body", False)
    if kind.startswith(b"application/json"):
        try:
            read = json.loads(body)
        except ValueError:
            raise _bad("can't parse request JSON") from None
        return read if isinstance(read, dict) else {}
    query = scope.get("query_string", b"").decode()
    return dict(parse_qsl(body.decode(), keep_blank_values=True)) | dict(parse_qsl(query))


async def _answer(send: Send, status: int, body: bytes, kind: bytes = b"application/json") -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
