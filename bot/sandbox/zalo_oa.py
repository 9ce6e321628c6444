"""Zalo's Official Account platform on this machine: OpenAPI v3, OAuth v4 and signed webhooks.

Held to the published facts: the envelope's error inside HTTP 200, the header `access_token`, refresh
tokens that work once, 48 hours and 7 days after the citizen's last word, no promotion at night.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import HERE, Bubble, Counter, Dated, Deliver, Gesture, Key, Script
from knowledge.columns import utc_now
from knowledge.hours import ZONE

ACCESS_LIVES: Final = timedelta(hours=25)
FREE_FOR: Final = timedelta(hours=48)
OPEN_FOR: Final = timedelta(days=7)
#: When Zalo tries again to deliver a webhook that was not answered 200 in time.
RETRIES: Final = (
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
)
ANSWER_WITHIN: Final = 2.0
MAX_TEXT: Final = 2_000
MAX_BUTTONS: Final = 5
MAX_TITLE: Final = 100
MAX_PAYLOAD: Final = 1_000
MAX_IMAGE: Final = 1_000_000
MAX_FILE: Final = 5_000_000
PER_MINUTE: Final = 4_000


class RefusalError(Exception):
    """The platform's number and words for what it does not take."""

    def __init__(self, code: int, words: str, headers: Mapping[str, str] | None = None) -> None:
        """Take the envelope's `error` and `message`."""
        super().__init__(words)
        self.code = code
        self.headers = dict(headers or {})


@dataclass(slots=True)
class Citizen:
    """Someone with Zalo on their phone."""

    id: str
    name: str = ""
    following: bool = True
    restricted: bool = False
    last_seen: datetime | None = None
    bubbles: list[Bubble] = field(default_factory=list)
    typed_info: bool = False


@dataclass(slots=True)
class _Undelivered:
    body: bytes
    headers: dict[str, str]
    tries: int
    due: datetime


class FakeZaloOA:
    """One Official Account, its citizens and its webhooks; `app` is the ASGI application."""

    name = "zalo_oa"
    title = "Zalo OA"
    gestures = (Gesture.LOCATION, Gesture.STICKER, Gesture.FOLLOW, Gesture.UNFOLLOW)

    def __init__(
        self,
        *,
        app_id: str = "1234567890123456789",
        oa_id: str = "9876543210987654321",
        app_secret: str = "",
        oa_secret: str = "",
        deliver: Deliver | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Make up secrets that are not given."""
        self.app_id = app_id
        self.oa_id = oa_id
        self.app_secret = app_secret or secrets.token_urlsafe(16)
        self.oa_secret = oa_secret or secrets.token_urlsafe(16)
        self.deliver = deliver
        self.script = Script()
        self.citizens: dict[str, Citizen] = {}
        self.sent: list[dict[str, Any]] = []
        """Bodies of what was taken, in order."""
        self.refused: list[int] = []
        """Numbers of what was not."""
        self.articles: dict[str, dict[str, Any]] = {}
        self.broadcasts: list[dict[str, Any]] = []
        self.templates: list[dict[str, Any]] = []
        self.takes_buttons = True
        self.approved: dict[str, dict[str, int]] = {}
        """The account's approved ZBS templates: the characters of each parameter."""
        self.pays = False
        """Whether the account pays for messages after 48 hours."""
        self.quota: int | None = None
        """Messages the account may still send; None = no end."""
        self.per_minute = PER_MINUTE
        self.undelivered: list[_Undelivered] = []
        self.used_refresh_tokens: set[str] = set()
        self.asked = asyncio.Event()
        """Set once somebody asks for new tokens."""
        self._now = now
        self._message_id = Counter()
        self._access: dict[str, datetime] = {}
        self._uploads: dict[str, datetime] = {}
        self._minute: tuple[int, int] = (0, 0)
        self.access_token, self.refresh_token = self._new_pair()
        self.app = Starlette(
            routes=[
                Route("/v4/oa/access_token", self._oauth, methods=["POST"]),
                Route("/v2.0/oa/getoa", self._endpoint("/v2.0/oa/getoa", self._take_account)),
                *(
                    Route(path, self._endpoint(path, take), methods=["POST"])
                    for path, take in self._takers().items()
                ),
            ],
            middleware=[Middleware(Dated, now=now)],
        )

    # --- What a citizen does --------------------------------------------------------------------

    def citizen(self, id_: str, name: str = "") -> Citizen:
        """Return the citizen of an id; a new one has never been seen."""
        return self.citizens.setdefault(id_, Citizen(id_, name))

    async def says(self, id_: str, text: str) -> None:
        """Let a citizen type."""
        await self._acts(id_, "user_send_text", {"text": text}, shown=text)

    async def shares_location(self, id_: str, latitude: float, longitude: float) -> None:
        """Let a citizen share where they are; Zalo sends the numbers as text."""
        coordinates = {"latitude": str(latitude), "longitude": str(longitude)}
        attachment = {"type": "location", "payload": {"coordinates": coordinates}}
        await self._acts(
            id_, "user_send_location", {"attachments": [attachment]}, shown="[vị trí của tôi]"
        )

    async def sends_sticker(self, id_: str) -> None:
        """Let a citizen send a sticker."""
        payload = {"id": "53dd31fec8bb21e578aa", "url": "https://zalo-api.zadn.vn/sticker.png"}
        attachment = {"type": "sticker", "payload": payload}
        await self._acts(id_, "user_send_sticker", {"attachments": [attachment]}, shown="[sticker]")

    async def presses(self, id_: str, bubble_id: str, index: int) -> None:
        """Let a citizen press a button: its payload comes as if typed.

        Raises:
            LookupError: there is no such button.
        """
        bubbles = {one.id: one for one in self.citizen(id_).bubbles}
        key = [key for row in bubbles[bubble_id].keys for key in row][index]
        if key.send:
            await self.says(id_, key.send)

    async def follows(self, id_: str) -> None:
        """Let a citizen follow the account."""
        citizen = self.citizen(id_)
        citizen.following, citizen.last_seen = True, self._now()
        self._show(citizen, "", mine=True, note="quan tâm")
        await self.tell({"event_name": "follow", "follower": {"id": id_}, "source": "testing"})

    async def unfollows(self, id_: str) -> None:
        """Let a citizen leave the account."""
        citizen = self.citizen(id_)
        citizen.following = False
        self._show(citizen, "", mine=True, note="bỏ quan tâm")
        await self.tell({"event_name": "unfollow", "follower": {"id": id_}})

    def settings(self, base: str, webhook: str) -> dict[str, Any]:  # noqa: ARG002 - set in the console
        """Return the settings with which the assistant talks to this account."""
        return {
            "zalo_oa_app_id": self.app_id,
            "zalo_oa_id": self.oa_id,
            "zalo_oa_app_secret": SecretStr(self.app_secret),
            "zalo_oa_secret": SecretStr(self.oa_secret),
            "zalo_oa_api_url": base,
            "zalo_oa_auth_url": base,
            "zalo_oa_business_url": base,
        }

    def bubbles(self, citizen: str) -> Sequence[Bubble]:
        """Return a citizen's chat, oldest first."""
        return self.citizen(citizen).bubbles

    async def gesture(self, citizen: str, gesture: Gesture) -> None:
        """Let a citizen do something besides writing."""
        if gesture is Gesture.LOCATION:
            await self.shares_location(citizen, *HERE)
        elif gesture is Gesture.STICKER:
            await self.sends_sticker(citizen)
        elif gesture is Gesture.FOLLOW:
            await self.follows(citizen)
        else:
            await self.unfollows(citizen)

    async def tick(self) -> None:
        """Deliver again what is due."""
        await self.retry()

    async def _acts(self, id_: str, event: str, message: dict[str, Any], *, shown: str) -> None:
        citizen = self.citizen(id_)
        citizen.last_seen = self._now()
        bubble = self._show(citizen, shown, mine=True)
        await self.tell(
            {
                "event_name": event,
                "sender": {"id": id_},
                "recipient": {"id": self.oa_id},
                "message": {"msg_id": bubble.id, **message},
            }
        )

    def _show(self, citizen: Citizen, text: str, **shown: Any) -> Bubble:
        bubble = Bubble(self._message_id(), self._now(), text=text, **shown)
        citizen.bubbles.append(bubble)
        return bubble

    # --- Webhooks -------------------------------------------------------------------------------

    def webhook(self, event: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        """Return the body and the signed headers of an event."""
        timestamp = str(int(self._now().timestamp() * 1_000))
        payload = {"app_id": self.app_id, "oa_id": self.oa_id, **event, "timestamp": timestamp}
        payload.setdefault("user_id_by_app", "7300442764876318465")
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        signed = self.app_id.encode() + body + timestamp.encode() + self.oa_secret.encode()
        mac = hashlib.sha256(signed).hexdigest()
        return body, {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={mac}"}

    async def tell(self, event: dict[str, Any]) -> None:
        """Deliver an event; what is not answered 200 within two seconds comes again later."""
        body, headers = self.webhook(event)
        if not await self._delivered(body, headers):
            self.undelivered.append(_Undelivered(body, headers, 0, self._now() + RETRIES[0]))

    async def retry(self) -> None:
        """Deliver again what is due by now, with `num_retry`; after the last time it is gone."""
        due = [one for one in self.undelivered if one.due <= self._now()]
        self.undelivered = [one for one in self.undelivered if one.due > self._now()]
        for one in due:
            one.tries += 1
            if await self._delivered(one.body, {**one.headers, "num_retry": str(one.tries)}):
                continue
            if one.tries < len(RETRIES):
                one.due = self._now() + RETRIES[one.tries]
                self.undelivered.append(one)

    async def _delivered(self, body: bytes, headers: dict[str, str]) -> bool:
        if self.deliver is None:
            return True
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return await self.deliver(body, headers) == 200
        except (TimeoutError, OSError):
            return False

    # --- OAuth ----------------------------------------------------------------------------------

    def _new_pair(self) -> tuple[str, str]:
        access, refresh = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
        self._access = {access: self._now() + ACCESS_LIVES}
        return access, refresh

    def expire_access(self) -> None:
        """Let every access token be spent."""
        self._access = dict.fromkeys(self._access, self._now())

    async def _oauth(self, request: Request) -> Response:
        self.asked.set()
        scripted = self.script.take(request.url.path)
        if scripted is not None:
            await asyncio.sleep(scripted.delay)
            if scripted.body is not None:
                return _answer(scripted.body, scripted.status, scripted.headers)
        form = await request.form()
        if request.headers.get("secret_key") != self.app_secret:
            return _oauth_error(-14004, "Invalid secret key")
        if form.get("app_id") != self.app_id or form.get("grant_type") != "refresh_token":
            return _oauth_error(-14002, "Invalid app id")
        given = str(form.get("refresh_token", ""))
        if given in self.used_refresh_tokens:
            return _oauth_error(-14020, "Refresh token is used")
        if given != self.refresh_token:
            return _oauth_error(-14014, "Invalid refresh token")
        self.used_refresh_tokens.add(given)
        self.access_token, self.refresh_token = self._new_pair()
        return JSONResponse(
            {
                "access_token": self.access_token,
                "refresh_token": self.refresh_token,
                "expires_in": "90000",
            }
        )

    # --- OpenAPI --------------------------------------------------------------------------------

    def _takers(self) -> dict[str, Callable[[Any], dict[str, Any]]]:
        return {
            "/v3.0/oa/message/cs": self._take_cs,
            "/v3.0/oa/message/template": self._take_template,
            "/message/template": self._take_template,
            "/v3.0/oa/group/message": self._take_group,
            "/v3.0/oa/quota/message": self._take_quota,
            "/v2.0/oa/upload/image": self._take_upload,
            "/v2.0/oa/upload/file": self._take_upload,
            "/v2.0/oa/upload/gif": self._take_upload,
            "/v2.0/article/create": self._take_article,
            "/v2.0/article/verify": self._take_verify,
            "/v2.0/oa/message": self._take_broadcast,
        }

    def _endpoint(self, path: str, take: Callable[[Any], dict[str, Any]]) -> Any:
        async def answer(request: Request) -> Response:
            scripted = self.script.take(path)
            if scripted is not None:
                await asyncio.sleep(scripted.delay)
                if scripted.body is not None:
                    return _answer(scripted.body, scripted.status, scripted.headers)
            try:
                self._authorise(request)
                self._count()
                data = take(await _read(request))
            except RefusalError as refusal:
                self.refused.append(refusal.code)
                envelope = {"error": refusal.code, "message": str(refusal)}
                return JSONResponse(envelope, headers=refusal.headers)
            return JSONResponse({"data": data, "error": 0, "message": "Success"})

        return answer

    def _authorise(self, request: Request) -> None:
        token = request.headers.get("access_token", "")
        if token not in self._access:
            raise RefusalError(-216, "Access token is invalid")
        if self._access[token] <= self._now():
            raise RefusalError(-220, "Access token is expired")

    def _count(self) -> None:
        minute = int(self._now().timestamp() // 60)
        last, count = self._minute
        self._minute = (minute, count + 1 if last == minute else 1)
        if self._minute[1] > self.per_minute:
            limits = {"X-RateLimit-Limit": str(self.per_minute), "X-RateLimit-Remain": "0"}
            raise RefusalError(-32, "Your application reach limit call api", limits)

    def _take_account(self, _: Any) -> dict[str, Any]:
        return {"oaid": self.oa_id, "name": "Một cửa (thử)", "num_follower": len(self.citizens)}

    def _take_cs(self, body: Any) -> dict[str, Any]:
        recipient, message = _fields(body, "recipient", "message")
        (user_id,) = _fields(recipient, "user_id")
        _check_message(message, self.takes_buttons, self._known_upload)
        citizen = self._reachable(user_id)
        self._spend()
        self.sent.append(body)
        text = message.get("text", "")
        bubble = self._show(citizen, text, mine=False, keys=_keys(message), image=_image(message))
        return {"message_id": bubble.id, "user_id": user_id}

    def _reachable(self, user_id: Any) -> Citizen:
        citizen = self.citizens.get(user_id) if isinstance(user_id, str) else None
        if citizen is None or not citizen.following:
            raise RefusalError(-213, "User has not followed OA")
        if citizen.restricted:
            raise RefusalError(-244, "User has restricted this type of message from OA")
        silent = self._now() - citizen.last_seen if citizen.last_seen else OPEN_FOR * 2
        if silent > OPEN_FOR:
            raise RefusalError(-230, "User has not interacted with the OA in the past 7 days")
        if silent > FREE_FOR and not self.pays:
            raise RefusalError(-232, "User has not interacted with the OA in the past 48 hours")
        return citizen

    def _spend(self) -> None:
        if self.quota is not None:
            if self.quota <= 0:
                raise RefusalError(-211, "Out of quota")
            self.quota -= 1

    def _take_template(self, body: Any) -> dict[str, Any]:
        template_id, data = _fields(body, "template_id", "template_data", more=True)
        phone, user_id = body.get("phone"), body.get("user_id")
        by_phone = isinstance(phone, str) and phone.startswith("84") and phone.isdecimal()
        if not by_phone and user_id not in self.citizens:
            raise RefusalError(-201, "phone or user_id is invalid")
        _check_template(self.approved, template_id, data)
        if len(str(body.get("tracking_id", ""))) > 48:
            raise RefusalError(-201, "tracking_id is too long")
        citizen = None if by_phone else self.citizens[user_id]
        if citizen is not None and citizen.restricted:
            raise RefusalError(-244, "User has restricted this type of message from OA")
        self._spend()
        self.templates.append(body)
        if citizen is not None:
            self._show(citizen, "\n".join(data.values()), mine=False, note="mẫu ZBS")
        return {
            "msg_id": self._message_id(),
            "sent_time": str(int(self._now().timestamp() * 1_000)),
        }

    def _take_group(self, body: Any) -> dict[str, Any]:
        recipient, message = _fields(body, "recipient", "message")
        (group_id,) = _fields(recipient, "group_id")
        _check_message(message, False, self._known_upload)
        self.sent.append(body)
        return {"message_id": self._message_id(), "group_id": group_id}

    def _take_quota(self, body: Any) -> dict[str, Any]:
        (user_id,) = _fields(body, "user_id")
        if user_id not in self.citizens:
            raise RefusalError(-213, "User has not followed OA")
        left = -1 if self.quota is None else self.quota
        return {"cs": {"total": left, "remain": left}, "promotion": self._promotions_left()}

    def _promotions_left(self) -> dict[str, int]:
        return {"daily_total": 1, "daily_remain": 1, "monthly_total": 6, "monthly_remain": 6}

    def _take_upload(self, body: Any) -> dict[str, Any]:
        (file,) = _fields(body, "file")
        if not isinstance(file, tuple):
            raise RefusalError(-201, "file is invalid")
        kind, size = file
        image = kind in ("image/png", "image/jpeg")
        if size > (MAX_IMAGE if image else MAX_FILE):
            raise RefusalError(-210, "file is too large")
        attachment = secrets.token_urlsafe(32)
        self._uploads[attachment] = self._now() + timedelta(days=7)
        return {"attachment_id": attachment} if image else {"token": attachment}

    def _known_upload(self, attachment: str) -> bool:
        return self._uploads.get(attachment, self._now()) > self._now()

    def _take_article(self, body: Any) -> dict[str, Any]:
        title, author, description, parts, cover = _fields(
            body, "title", "author", "description", "body", "cover", more=True
        )
        for text, most in ((title, 150), (author, 50), (description, 300)):
            if not isinstance(text, str) or not 0 < len(text) <= most:
                raise RefusalError(-201, "article text is empty or too long")
        if body.get("type") != "normal" or not isinstance(parts, list) or not parts:
            raise RefusalError(-201, "article body is invalid")
        if not isinstance(cover, dict) or not str(cover.get("photo_url", "")).startswith("http"):
            raise RefusalError(-201, "cover is invalid")
        token = secrets.token_urlsafe(24)
        self.articles[token] = body
        return {"token": token}

    def _take_verify(self, body: Any) -> dict[str, Any]:
        (token,) = _fields(body, "token")
        if token not in self.articles:
            raise RefusalError(-201, "token is invalid")
        return {"id": hashlib.sha256(token.encode()).hexdigest()[:20]}

    def _take_broadcast(self, body: Any) -> dict[str, Any]:
        recipient, message = _fields(body, "recipient", "message")
        (target,) = _fields(recipient, "target")
        if not isinstance(target, dict) or target.keys() - {
            "ages", "gender", "locations", "cities", "platform",
        }:  # fmt: skip
            raise RefusalError(-201, "target is invalid")
        elements = message["attachment"]["payload"]["elements"]
        known = {self._take_verify({"token": token})["id"] for token in self.articles}
        if any(one.get("attachment_id") not in known for one in elements) or not elements:
            raise RefusalError(-201, "article is unknown")
        if not 6 <= self._now().astimezone(ZONE).hour < 22:
            raise RefusalError(-234, "Promotion messages may be sent from 6:00 to 21:59")
        self.broadcasts.append(body)
        return {"message_id": self._message_id()}


def _answer(body: Any, status: int, headers: Mapping[str, str]) -> Response:
    if isinstance(body, str):
        return Response(body, status, dict(headers))
    return JSONResponse(body, status, dict(headers))


def _oauth_error(code: int, name: str) -> Response:
    return JSONResponse({"error": code, "error_name": name, "error_description": name})


async def _read(request: Request) -> Any:
    """Return the JSON of a request, or of a form its files as (media type, size)."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            return {
                name: (value.content_type, value.size) if isinstance(value, UploadFile) else value
                for name, value in form.items()
            }
    if request.method == "GET":
        return dict(request.query_params)
    try:
        return await request.json()
    except ValueError:
        raise RefusalError(-201, "body is not JSON") from None


def _fields(body: Any, *names: str, more: bool = False) -> list[Any]:
    """Return the named fields; refuse a body that lacks one, or holds others unless `more`."""
    if not isinstance(body, dict) or not all(name in body for name in names):
        raise RefusalError(-201, f"missing one of {', '.join(names)}")
    if not more and body.keys() - set(names):
        raise RefusalError(-201, f"unknown field {min(body.keys() - set(names))}")
    return [body[name] for name in names]


def _check_message(message: Any, takes_buttons: bool, uploaded: Callable[[str], bool]) -> None:
    if not isinstance(message, dict) or message.keys() - {"text", "attachment"} or not message:
        raise RefusalError(-201, "message is invalid")
    text = message.get("text")
    if text is not None:
        _check_text(text)
    attachment = message.get("attachment")
    if attachment is None:
        if text is None:
            raise RefusalError(-201, "message is empty")
        return
    kind, payload = _fields(attachment, "type", "payload")
    if kind != "template" or not isinstance(payload, dict):
        raise RefusalError(-201, "attachment type is invalid")
    if "buttons" in payload:
        _check_buttons(payload["buttons"], takes_buttons)
    if payload.get("template_type") == "media":
        _check_media(payload.get("elements"), uploaded)
    elif "buttons" not in payload:
        raise RefusalError(-201, "template_type is invalid")


def _check_template(approved: dict[str, dict[str, int]], template_id: Any, data: Any) -> None:
    """Refuse what is not an approved template with just its parameters, each one line and not too long."""
    if not approved:
        raise RefusalError(-224, "The account has no templates")
    if not isinstance(template_id, str) or template_id not in approved:
        raise RefusalError(-201, "template is not approved")
    parameters = approved[template_id]
    if not isinstance(data, dict) or data.keys() != parameters.keys():
        raise RefusalError(-201, "template_data does not match the template")
    for name, most in parameters.items():
        value = data[name]
        if not isinstance(value, str) or not 0 < len(value) <= most or "\n" in value:
            raise RefusalError(-201, f"parameter {name} is empty, too long or has several lines")


def _check_text(text: Any) -> None:
    if not isinstance(text, str) or not text.strip():
        raise RefusalError(-201, "text is empty")
    if len(text.encode("utf-16-le")) // 2 > MAX_TEXT:
        raise RefusalError(-201, f"text is longer than {MAX_TEXT}")
    if not unicodedata.is_normalized("NFC", text):
        raise RefusalError(-201, "text is not NFC")


def _check_buttons(buttons: Any, taken: bool) -> None:
    if not taken:
        raise RefusalError(-201, "buttons are not supported")
    if not isinstance(buttons, list) or not 0 < len(buttons) <= MAX_BUTTONS:
        raise RefusalError(-201, f"more than {MAX_BUTTONS} buttons, or none")
    for button in buttons:
        title, kind, payload = _fields(button, "title", "type", "payload")
        if not isinstance(title, str) or not 0 < len(title) <= MAX_TITLE:
            raise RefusalError(-201, f"title is longer than {MAX_TITLE}")
        if kind in ("oa.query.hide", "oa.query.show"):
            good = isinstance(payload, str) and 0 < len(payload) <= MAX_PAYLOAD
        elif kind == "oa.open.url":
            good = str(payload["url"]).startswith(("https://", "http://"))
        else:
            good = kind == "oa.open.phone" and str(payload["phone_code"]).isdecimal()
        if not good:
            raise RefusalError(-201, "button is invalid")


def _check_media(elements: Any, uploaded: Callable[[str], bool]) -> None:
    if not isinstance(elements, list) or len(elements) != 1:
        raise RefusalError(-201, "elements is invalid")
    element = elements[0]
    known = uploaded(str(element.get("attachment_id", "")))
    if element.get("media_type") != "image" or not (known or element.get("url")):
        raise RefusalError(-201, "attachment is unknown")


def _keys(message: dict[str, Any]) -> tuple[tuple[Key, ...], ...]:
    buttons = message.get("attachment", {}).get("payload", {}).get("buttons", ())
    return tuple(
        (
            Key(
                button["title"],
                send=button["payload"] if isinstance(button["payload"], str) else "",
                url=_opens(button["payload"]),
            ),
        )
        for button in buttons
    )


def _opens(payload: Any) -> str:
    if not isinstance(payload, dict):
        return ""
    return str(payload.get("url") or f"tel:{payload.get('phone_code', '')}")


def _image(message: dict[str, Any]) -> bool:
    payload = message.get("attachment", {}).get("payload", {})
    return bool(payload.get("template_type") == "media")
