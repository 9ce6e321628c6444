"""POST /webhook/{channel}: what a platform sends is proved genuine and stored, then it gets its 200.

Stands outside the page's middleware: platforms send from few addresses, much, and more than a
citizen's question is long. Whatever a genuine platform sends gets 200, understood or not: it would
only send it again. Nothing of what came in is logged.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

import structlog
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.channels import ForgedError
from bot.channels.intake import Intake

PREFIX: Final = "/webhook/"
#: Four times the longest update seen: 4,096 escaped characters quoting 4,096 others, with entities.
MOST_BYTES: Final = 1 << 18
#: Seconds until the platform is told to come again; Zalo waits two.
STORE_WITHIN: Final = 1.5
#: Seconds for a body to come in.
READ_WITHIN: Final = 5.0

log = structlog.get_logger()


class Webhooks:
    """Answers the platforms' requests, and hands every other one on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request under PREFIX."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        try:
            status = await _take(scope, receive)
        except TimeoutError:
            log.warning("webhook not stored in time, the platform will send it again")
            status = 503
        except Exception:
            log.exception("webhook not stored")
            status = 503
        await PlainTextResponse("", status)(scope, receive, send)


async def _take(scope: Scope, receive: Receive) -> int:
    """Store what came in; return the HTTP status."""
    intake: Intake | None = getattr(scope["app"].state, "intake", None)
    if intake is None:
        return 503
    channel = intake.channels.get(scope["path"].removeprefix(PREFIX))
    if channel is None:
        return 404
    if scope["method"] != "POST":
        return 405
    body = await _read(scope, receive)
    if body is None:
        return 413
    try:
        channel.verify(Headers(scope=scope), body)
    except ForgedError:
        log.warning("forged webhook refused", channel=channel.name)
        return 403
    payload = _parse(body)
    if payload is None:
        log.warning("webhook not understood", channel=channel.name)
        return 200
    arrivals = channel.translate(payload)
    async with asyncio.timeout(STORE_WITHIN):
        await intake.accept(channel.name, arrivals)
    return 200


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """Return the body, or None when it is too long or does not come."""
    declared = Headers(scope=scope).get("content-length", "0")
    if not declared.isdigit() or int(declared) > MOST_BYTES:
        return None
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(READ_WITHIN):
            while True:
                message = await receive()
                chunk = message.get("body", b"")
                chunks.append(chunk)
                size += len(chunk)
                if size > MOST_BYTES:
                    return None
                if not message.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError:
        return None


def _parse(body: bytes) -> dict[str, Any] | None:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None
