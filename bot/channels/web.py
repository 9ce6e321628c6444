"""The web channel: the chat page, its JSON API and the stream of pushes."""

from __future__ import annotations

import asyncio
import json
import math
import re
import secrets
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, FastAPI, Header, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, FileSystemLoader
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sse_starlette import EventSourceResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from bot import messages as say
from bot import notices
from bot.conversation import (
    KIOSK,
    Action,
    Attachment,
    AttachmentKind,
    Location,
    Message,
    Reply,
    web_message,
)
from bot.dialogue import Dialogue
from bot.dialogue.hand_over import WORKS_FOR
from bot.dialogue.kiosk import links_of
from bot.dialogue.reports import as_points, trend_title
from bot.messages import contests, surveys
from bot.petitions import MOST_BYTES as MOST_PHOTO_BYTES
from bot.settings import Settings
from knowledge.columns import utc_now
from knowledge.reports.trends import rows, trend_svg
from knowledge.takeaway import QrPath, calendar_file, qr_path

NAME: Final = "web"
STATIC: Final = Path(__file__).parents[1] / "web"
#: Questions longer than this are refused before they are read.
MAX_QUESTION_CHARS: Final = 4_000
#: Pushes kept for a page that reads slowly; older ones are dropped.
MAX_WAITING_PUSHES: Final = 20
#: Officials may work fast; signing in has a lock-out of its own.
UNPACED: Final = ("/admin/", "/api/admin/")

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_SESSION = re.compile(r"[A-Za-z0-9_-]{22,64}")
Session = Annotated[str, StringConstraints(pattern=f"^{_SESSION.pattern}$")]


class Place(BaseModel):
    """A shared location, in degrees."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class Ask(BaseModel):
    """A citizen's message."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUESTION_CHARS)]
    session: Session | None = Field(None, description="From an earlier answer; absent = a new one")
    location: Place | None = Field(None, description="Where the citizen is, if shared; not stored")
    introduced: bool = Field(
        default=False, description="The page has said by itself that this is a machine"
    )


class Answered(BaseModel):
    """The reply, and the session to go on with."""

    session: str
    reply: Reply
    codes: dict[str, QrPath] = {}
    """On a kiosk, the reply's links as QR codes: nobody may leave the page there."""


class Pushes:
    """Replies that come without a question, waiting for the pages that listen."""

    def __init__(self) -> None:
        self._listening: dict[str, set[asyncio.Queue[Reply]]] = defaultdict(set)

    def send(self, chat_id: str, reply: Reply) -> bool:
        """Hand `reply` to every page of the chat; False when none listens."""
        queues = self._listening.get(chat_id, set())
        for queue in queues:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(reply)
        return bool(queues)

    async def listen(self, chat_id: str) -> AsyncGenerator[dict[str, str]]:
        """Yield the pushes to one page as server-sent events until it leaves."""
        queue: asyncio.Queue[Reply] = asyncio.Queue(MAX_WAITING_PUSHES)
        self._listening[chat_id].add(queue)
        try:
            while True:
                reply = await queue.get()
                data = json.dumps(asdict(reply), ensure_ascii=False)
                yield {"event": "reply", "data": data}
        finally:
            self._listening[chat_id].discard(queue)
            if not self._listening[chat_id]:
                del self._listening[chat_id]


api = APIRouter(prefix="/api/v1", tags=["chat"])


@api.post("/messages", summary="Ask a question")
async def post_message(request: Request, ask: Ask) -> Answered:
    """Answer one message; sessions are issued here and forgotten when idle."""
    session = ask.session or secrets.token_urlsafe(24)
    location = Location(ask.location.latitude, ask.location.longitude) if ask.location else None
    message = web_message(session, ask.text, introduced=ask.introduced, location=location)
    reply = await _dialogue(request).reply_to(message)
    codes = (
        {one.url: qr_path(one.url) for one in links_of(reply)} if message.channel == KIOSK else {}
    )
    return Answered(session=session, reply=reply, codes=codes)


@api.post("/photos", summary="Send a photo that a form asked for")
async def post_photo(request: Request, x_motcua_session: Annotated[Session, Header()]) -> Answered:
    """Take the bytes of one photo; it is decoded and written anew before anything is kept."""
    raw = await request.body()
    photo = Attachment(AttachmentKind.PHOTO, size=len(raw), content=raw or b"-")
    message = Message(NAME, x_motcua_session, "", introduced=True, attachments=(photo,))
    reply = await _dialogue(request).reply_to(message)
    return Answered(session=x_motcua_session, reply=reply)


@api.get("/events", summary="Listen for pushes", response_class=EventSourceResponse)
async def get_events(
    request: Request, x_motcua_session: Annotated[Session, Header()]
) -> EventSourceResponse:
    """Stream what is pushed to a session; the session travels in a header, never in the address."""
    pushes: Pushes = request.app.state.pushes
    async with _dialogue(request).sources.database.write() as session:
        await notices.wake(session, NAME, x_motcua_session, now=utc_now())
    return EventSourceResponse(pushes.listen(x_motcua_session), ping=20)


@api.delete("/session", status_code=204, summary="Forget a conversation at once")
async def delete_session(request: Request, x_motcua_session: Annotated[Session, Header()]) -> None:
    """Delete what is remembered of a session; deleting it twice, or an unknown one, is the same."""
    await _dialogue(request).forget(web_message(x_motcua_session))


class HandOverOffer(BaseModel):
    """A QR code with which a phone goes on with the conversation."""

    url: str
    code: QrPath
    """What to draw."""
    text: str


@api.post("/hand-over", summary="Get a QR code to go on at another device")
async def offer_hand_over(
    request: Request, x_motcua_session: Annotated[Session, Header()]
) -> HandOverOffer:
    """Issue a one-time code; it stands in the address's fragment, which no server sees or logs."""
    code = await _dialogue(request).offer_hand_over(web_message(x_motcua_session))
    base = request.app.state.settings.public_url or str(request.base_url)
    url = f"{base.rstrip('/')}/#tiep={code}"
    minutes = int(WORKS_FOR.total_seconds() // 60)
    text = say.HAND_OVER.format(minutes=minutes)
    return HandOverOffer(url=url, code=qr_path(url), text=text)


class HandOverClaim(BaseModel):
    """The code a phone has read."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, StringConstraints(min_length=10, max_length=64)]


@api.post("/hand-over/claim", summary="Go on with the conversation of a QR code")
async def claim_hand_over(request: Request, claim: HandOverClaim) -> Answered:
    """Return a new session that knows what the other one knew."""
    session = secrets.token_urlsafe(24)
    if not await _dialogue(request).claim_hand_over(claim.code, Message(NAME, session, "")):
        raise HTTPException(410, say.HAND_OVER_SPENT)
    return Answered(session=session, reply=Reply(Action.OTHER, say.HAND_OVER_DONE))


@api.get("/deadlines/{code}/{due}.ics", summary="A deadline as a calendar file")
async def get_deadline(request: Request, code: str, due: date) -> Response:
    """Return an iCalendar file that reminds of the day a result is due."""
    library = _dialogue(request).sources.library
    content = await library.content(library.current, code)
    if content is None:
        raise HTTPException(404)
    raw = calendar_file(
        say.CALENDAR_SUMMARY.format(name=content.name),
        due,
        now=utc_now(),
        description=say.DUE_PROMISE,
    )
    name = f"{code}-{due.isoformat()}.ics"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(raw, media_type="text/calendar", headers=headers)


health = APIRouter(tags=["health"])


@health.get("/healthz", summary="Whether the process runs")
async def healthz() -> dict[str, str]:
    """Answer whenever the process can."""
    return {"status": "ok"}


@health.get("/readyz", summary="Whether questions can be answered")
async def readyz(request: Request) -> JSONResponse:
    """Answer 200 once the knowledge is loaded and the database answers."""
    dialogue = getattr(request.app.state, "dialogue", None)
    if dialogue is None or not dialogue.sources.library.is_ready:
        return JSONResponse({"status": "loading"}, 503)
    if not await dialogue.is_healthy():
        return JSONResponse({"status": "database does not answer"}, 503)
    published = dialogue.sources.library.current
    return JSONResponse(
        {"status": "ok", "knowledge_version": published.version, "procedures": len(published.live)}
    )


def create(
    settings: Settings,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    body_limits: Mapping[str, int] | None = None,
) -> FastAPI:
    """Return the application with its pages, limits and error sentences.

    `body_limits` are bytes by the beginning of a path, for paths that take more than a question.
    """
    app = FastAPI(
        title="motcua", version="1", lifespan=lifespan, docs_url=None, redoc_url=None
    )  # no page may load scripts from another host, and the ready-made docs pages do
    app.state.pushes = Pushes()
    app.state.settings = settings
    app.include_router(api)
    app.include_router(health)
    app.include_router(pages)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_exception_handler(StarletteHTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(_RateLimit, settings=settings)
    limits = {
        "/": settings.max_body_bytes,
        "/api/v1/photos": MOST_PHOTO_BYTES,
        **(body_limits or {}),
    }
    app.add_middleware(_BodyLimit, limits=limits)
    app.add_middleware(_Headers)
    app.add_middleware(GZipMiddleware, minimum_size=500)
    return app


pages = APIRouter(include_in_schema=False)
_templates = Environment(loader=FileSystemLoader(STATIC), autoescape=True)


@pages.get("/")
async def get_page(request: Request) -> HTMLResponse:
    """Show the chat."""
    return _page(request)


@pages.post("/")
async def post_page(request: Request) -> HTMLResponse:
    """Answer a question typed into the plain form, for browsers without scripts."""
    form = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    text = (form.get("pick") or form.get("text") or [""])[0][:MAX_QUESTION_CHARS]
    given = (form.get("session") or [""])[0]
    session = given if _SESSION.fullmatch(given) else secrets.token_urlsafe(24)
    reply = await _dialogue(request).reply_to(Message(NAME, session, text, introduced=True))
    return _page(request, question=text, reply=reply, session=session)


@pages.get("/reports/{key}/trend")
async def get_trend(request: Request, key: str) -> HTMLResponse:
    """Show one figure of one locality over its reports, as a table and a drawing."""
    points = _dialogue(request).sources.library.current.reports.facts.trend_of(key)
    if not points:
        raise HTTPException(404)
    title = trend_title(points[0])
    html = _templates.get_template("trend.html").render(
        say=say,
        title=title,
        locality=points[0].locality,
        rows=rows(as_points(points)),
        chart=trend_svg(as_points(points), title=title),
    )
    return HTMLResponse(html)


def _page(request: Request, **answered: object) -> HTMLResponse:
    examples = [{"label": example, "send": example, "url": ""} for example in say.EXAMPLES]
    dialogue = getattr(request.app.state, "dialogue", None)
    html = _templates.get_template("page.html").render(
        say=say,
        introduction=dialogue.introduction() if dialogue else say.NOT_READY,
        examples=json.dumps(examples, ensure_ascii=False),
        survey=surveys.OFFER,
        contest=contests.OFFER,
        site_verification=request.app.state.settings.zalo_oa_site_verification,
        **answered,
    )
    return HTMLResponse(html, headers={"Cache-Control": "no-store"})


def _dialogue(request: Request) -> Dialogue:
    dialogue: Dialogue | None = getattr(request.app.state, "dialogue", None)
    if dialogue is None:
        raise HTTPException(503, say.NOT_READY)
    return dialogue


# --- Errors --------------------------------------------------------------------------------------


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"status": status, "message": message}}, status, headers)


async def _http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException)
    known = {404: say.NOT_FOUND, 405: say.NOT_FOUND}
    return _error(error.status_code, known.get(error.status_code, str(error.detail)))


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    kind, field = first["type"], str(first["loc"][-1])
    if kind == "string_too_long" and field == "text":
        return _error(422, say.TOO_LONG.format(limit=MAX_QUESTION_CHARS))
    if field == "text" and kind in ("string_too_short", "missing"):
        return _error(422, say.EMPTY_QUESTION)
    return _error(422, say.BAD_REQUEST.format(reason=f"{field}: {kind}"))


async def _unexpected(_: Request, __: Exception) -> JSONResponse:
    return _error(500, say.ERROR)


# --- Limits --------------------------------------------------------------------------------------


class _Headers:
    """Adds the security headers to every response that has not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = [(k.lower().encode(), v.encode()) for k, v in SECURITY_HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", []))
                names = {name.lower() for name, _ in given}
                own = [header for header in self.headers if header[0] not in names]
                message["headers"] = [*given, *own]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class _BodyLimit:
    """Refuses bodies over the limit of their path, by declared length or while they come in.

    Nothing is gathered here: whoever reads the body gets the refusal in place of the piece too much.
    """

    def __init__(self, app: ASGIApp, limits: Mapping[str, int]) -> None:
        self.app = app
        self.limits = sorted(limits.items(), key=lambda item: -len(item[0]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = next(limit for path, limit in self.limits if scope["path"].startswith(path))
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        room = limit if declared.isdigit() and int(declared) <= limit else -1

        async def receive_within() -> AsgiMessage:
            nonlocal room
            message = await receive() if room >= 0 else {}
            room -= len(message.get("body", b""))
            if room < 0:
                raise HTTPException(413, say.BODY_TOO_LARGE.format(limit=_size(limit)))
            return message

        await self.app(scope, receive_within, send)


def _size(limit: int) -> str:
    megabytes = limit // 1024**2
    return f"{megabytes} MB" if megabytes else f"{limit // 1024} KB"


class _RateLimit:
    """Lets each client send so many messages; says how long to wait."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.limit = parse(settings.rate_limit)
        self.settings = settings
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] != "POST"
            or scope["path"].startswith(UNPACED)
        ):
            await self.app(scope, receive, send)
            return
        client = client_address(scope, self.settings)
        if await self.limiter.hit(self.limit, client):
            await self.app(scope, receive, send)
            return
        reset, _ = await self.limiter.get_window_stats(self.limit, client)
        seconds = max(1, math.ceil(reset - time.time()))
        refusal = _error(
            429, say.RATE_LIMITED.format(seconds=seconds), {"Retry-After": str(seconds)}
        )
        await refusal(scope, receive, send)


def client_address(scope: Scope, settings: Settings) -> str:
    """Return the address a request came from; a proxy's word counts only where it is trusted."""
    if settings.trust_proxy:
        forwarded = dict(scope["headers"]).get(b"x-forwarded-for", b"").decode("latin-1")
        if forwarded:
            return str(forwarded.rsplit(",", 1)[-1].strip())
    return str(scope["client"][0]) if scope.get("client") else "unknown"
