"""Serve the fakes and the page to play citizen on, beside the assistant, on this machine only."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from bot.sandbox import Bubble, Fake, Gesture
from bot.sandbox.telegram import FakeTelegram
from bot.sandbox.zalo_bot import FakeZaloBot
from bot.sandbox.zalo_oa import FakeZaloOA

#: What `--sandbox` takes, and the fakes each name stands for.
FAKES: Final[Mapping[str, tuple[Callable[[], Fake], ...]]] = {
    "telegram": (FakeTelegram,),
    "zalo": (FakeZaloOA, FakeZaloBot),
    "zalo_oa": (FakeZaloOA,),
    "zalo_bot": (FakeZaloBot,),
}
#: The only address the sandbox listens on: it has no password.
HOST: Final = "127.0.0.1"
TICK: Final = 5.0
MAX_TEXT: Final = 10_000
PAGE: Final = Path(__file__).parent / "page"
FILES: Final = {"": "page.html", "page.css": "page.css", "page.js": "page.js"}
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_CITIZEN = re.compile(r"[0-9]{1,20}")


def choose(names: str) -> list[Fake]:
    """Return new fakes for names joined by commas, e.g. "telegram,zalo".

    Raises:
        ValueError: a name stands for none.
    """
    wanted = [name.strip().lower() for name in names.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in FAKES]
    if unknown or not wanted:
        raise ValueError(", ".join(unknown))
    makers = dict.fromkeys(maker for name in wanted for maker in FAKES[name])
    return [maker() for maker in makers]


def create(fakes: Sequence[Fake]) -> Starlette:
    """Return the application: each fake under its name, and the page under /sandbox."""
    by_name = {fake.name: fake for fake in fakes}

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        ticking = asyncio.create_task(_tick(fakes))
        yield
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking

    async def state(request: Request) -> Response:
        fake, citizen = _named(by_name, request.query_params)
        bubbles = [_shown(one) for one in fake.bubbles(citizen)]
        return JSONResponse({"bubbles": bubbles}, headers=HEADERS)

    async def act(request: Request) -> Response:
        body = await _body(request)
        fake, citizen = _named(by_name, body)
        await _do(fake, citizen, body)
        return JSONResponse({"ok": True}, headers=HEADERS)

    async def platforms(_: Request) -> Response:
        listed = [
            {"name": fake.name, "title": fake.title, "gestures": fake.gestures} for fake in fakes
        ]
        return JSONResponse({"platforms": listed}, headers=HEADERS)

    return Starlette(
        routes=[
            Route("/", lambda _: RedirectResponse("/sandbox/")),
            Route("/sandbox", lambda _: RedirectResponse("/sandbox/")),
            Route("/sandbox/platforms", platforms),
            Route("/sandbox/state", state),
            Route("/sandbox/act", act, methods=["POST"]),
            Route("/sandbox/{file:path}", _file),
            *(Mount(f"/{fake.name}", fake.app) for fake in fakes),
        ],
        # No other site may reach the page by a name of its own that leads here.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])],
        lifespan=lifespan,
    )


def start(fakes: Sequence[Fake], *, port: int, app: str) -> dict[str, Any]:
    """Serve the fakes in a thread of their own; return the assistant's settings for them.

    `app` is the assistant's address, e.g. "http://127.0.0.1:8000".
    """
    base = f"http://{HOST}:{port}"
    changed: dict[str, Any] = {}
    for fake in fakes:
        webhook = f"{app}/webhook/{fake.name}"
        changed |= fake.settings(f"{base}/{fake.name}", webhook)
        fake.deliver = _poster(webhook)
    config = uvicorn.Config(
        create(fakes),
        host=HOST,
        port=port,
        log_level="warning",
        server_header=False,
        date_header=False,  # the fakes date by their own clocks
    )
    threading.Thread(target=uvicorn.Server(config).run, name="sandbox", daemon=True).start()
    return changed


def _poster(url: str) -> Callable[[bytes, Mapping[str, str]], Any]:
    async def deliver(body: bytes, headers: Mapping[str, str]) -> int:
        async with httpx.AsyncClient(timeout=10.0) as client:
            try:
                answer = await client.post(url, content=body, headers=dict(headers))
            except httpx.HTTPError as error:
                raise OSError(type(error).__name__) from error
        return answer.status_code

    return deliver


async def _tick(fakes: Sequence[Fake]) -> None:
    while True:
        await asyncio.sleep(TICK)
        for fake in fakes:
            await fake.tick()


async def _file(request: Request) -> Response:
    name = FILES.get(request.path_params["file"])
    if name is None:
        raise HTTPException(404)
    return FileResponse(PAGE / name, headers=HEADERS)


async def _body(request: Request) -> dict[str, Any]:
    """Return what the page asks for; another site's page cannot send JSON here."""
    if request.headers.get("content-type") != "application/json":
        raise HTTPException(415)
    try:
        body = await request.json()
    except ValueError:
        raise HTTPException(422) from None
    if not isinstance(body, dict):
        raise HTTPException(422)
    return body


def _named(fakes: Mapping[str, Fake], given: Mapping[str, Any]) -> tuple[Fake, str]:
    fake, citizen = fakes.get(str(given.get("platform"))), str(given.get("citizen"))
    if fake is None or not _CITIZEN.fullmatch(citizen):
        raise HTTPException(404)
    return fake, citizen


async def _do(fake: Fake, citizen: str, body: Mapping[str, Any]) -> None:
    act = body.get("act")
    if act == "say":
        text = str(body.get("text", "")).strip()[:MAX_TEXT]
        if text:
            await fake.says(citizen, text)
    elif act == "press":
        try:
            await fake.presses(citizen, str(body["bubble"]), int(body["index"]))
        except (LookupError, ValueError):
            raise HTTPException(404) from None
    elif act in fake.gestures:
        await fake.gesture(citizen, Gesture(str(act)))
    else:
        raise HTTPException(422)


def _shown(bubble: Bubble) -> dict[str, Any]:
    return {**asdict(bubble), "at": bubble.at.isoformat()}
