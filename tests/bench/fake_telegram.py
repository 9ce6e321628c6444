"""A Telegram that takes every message and counts them, in a process of its own.

GET /counts tells how often each chat was written to; POST /plan sets what goes wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from typing import Any

from aiohttp import web


class Platform:
    """Counts what arrives, by chat and by second."""

    def __init__(self) -> None:
        self.chats: Counter[str] = Counter()
        self.seconds: Counter[int] = Counter()
        self.first: float = 0.0
        self.plan: dict[str, Any] = {}
        self.calls = 0

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one Bot API method."""
        method = request.match_info["method"]
        if method == "getMe":
            return _ok({"id": 1, "is_bot": True, "first_name": "Giả", "username": "gia_bot"})
        if method == "getUpdates":
            await asyncio.sleep(5)
            return _ok([])
        if method != "sendMessage":
            return _ok(True)
        return await self.send(request)

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Take a message, unless the plan says otherwise."""
        self.calls += 1
        if (delay := self.plan.get("delay")) is not None:
            await asyncio.sleep(delay)
        every = self.plan.get("every", 0)
        if every and self.calls % every == 0:
            status = self.plan["status"]
            if status == "close" and request.transport is not None:
                request.transport.abort()
                return web.Response()
            if status == "hang":
                await asyncio.sleep(3_600)
            body: dict[str, Any] = {"ok": False, "error_code": status, "description": "planned"}
            if status == 429:
                body["parameters"] = {"retry_after": self.plan.get("retry_after", 1)}
            return web.json_response(body, status=status)
        kind = request.content_type
        fields = await (request.json() if kind == "application/json" else request.post())
        chat = str(fields["chat_id"])
        self.chats[chat] += 1
        self.seconds[int(asyncio.get_running_loop().time())] += 1
        message = {"message_id": self.calls, "date": 1, "chat": {"id": 1, "type": "private"}}
        return _ok(message)

    async def counts(self, _request: web.Request) -> web.Response:
        """Tell what has arrived."""
        return web.json_response({"chats": self.chats, "seconds": self.seconds})

    async def set_plan(self, request: web.Request) -> web.Response:
        """Take what goes wrong from now on."""
        self.plan = await request.json()
        return web.json_response({})


def _ok(result: object) -> web.Response:
    return web.Response(
        body=json.dumps({"ok": True, "result": result}).encode(), content_type="application/json"
    )


def application() -> web.Application:
    """Return the fake as an ASGI-less aiohttp application."""
    platform = Platform()
    app = web.Application()
    app.router.add_get("/counts", platform.counts)
    app.router.add_post("/plan", platform.set_plan)
    app.router.add_route("*", "/bot{token}/{method}", platform.call)
    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    web.run_app(
        application(), host="127.0.0.1", port=parser.parse_args().port, print=None, access_log=None
    )
