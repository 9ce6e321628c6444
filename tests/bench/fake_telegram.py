"""A Telegram that takes every message and counts them, in a process of its own.

GET /counts tells how often each chat was written to, which messages were deleted, and how often
anybody asked in each second;
GET /arrivals tells the moment of every message, and when the first of each text came.
POST /plan sets how long an answer takes (`delay`, seconds) and what goes wrong: `faults`, the share of
each Fault, and the `retry_after` of a 429; with `keep` every message is kept and told, with its time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import time
from array import array
from collections import Counter
from enum import StrEnum
from typing import Any

from aiohttp import web


class Fault(StrEnum):
    """What a platform does instead of taking a message and saying so."""

    TOO_MANY = "429"
    BROKEN = "500"
    SLOW = "slow"
    """It takes the message, and answers when nobody waits any more."""
    HANG = "hang"
    """The connection stays open, and nothing comes."""
    HALF_CLOSED = "half_closed"
    """It ends its side of the connection without an answer, and goes on listening."""
    RESET = "reset"
    """It drops the connection."""


#: Far longer than anybody waits.
_FOREVER = 3_600.0


class Platform:
    """Counts what arrives, by chat and by second."""

    def __init__(self) -> None:
        self.chats: Counter[str] = Counter()
        self.seconds: Counter[int] = Counter()
        self.asked: Counter[int] = Counter()
        """Requests, taken or not, by second."""
        self.faults: Counter[str] = Counter()
        self.deleted: Counter[str] = Counter()
        """How often each message was to be deleted, by chat and number."""
        self.kept: list[tuple[str, float, str]] = []
        """Chat, moment, text."""
        self.plan: dict[str, Any] = {}
        self.calls = 0
        self.arrivals = array("d")
        """Moments of time.time() at which a message was taken."""
        self.firsts: dict[str, float] = {}
        """When the first message came that begins with this line."""
        self._chance = random.Random(1)

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one Bot API method."""
        method = request.match_info["method"]
        if method == "getMe":
            return _ok({"id": 1, "is_bot": True, "first_name": "Giả", "username": "gia_bot"})
        if method == "getUpdates":
            await asyncio.sleep(5)
            return _ok([])
        if method == "deleteMessage":
            return await self.delete(request)
        if method != "sendMessage":
            return _ok(True)
        return await self.send(request)

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Take a message, unless the plan says otherwise."""
        kind = request.content_type
        fields = await (request.json() if kind == "application/json" else request.post())
        self.calls += 1
        self.asked[_second()] += 1
        fault = self._fault()
        if fault is None or fault is Fault.SLOW:
            self.chats[str(fields["chat_id"])] += 1
            self.seconds[_second()] += 1
            self.arrivals.append(time.time())
            self.firsts.setdefault(str(fields["text"]).partition("\n")[0], self.arrivals[-1])
            if self.plan.get("keep"):
                kept = (str(fields["chat_id"]), self.arrivals[-1], str(fields["text"]))
                self.kept.append(kept)
        number = self.calls
        if (delay := self.plan.get("delay")) is not None:
            await asyncio.sleep(delay)
        if fault is not None:
            return await self._go_wrong(fault, request)
        return _ok({"message_id": number, "date": 1, "chat": {"id": 1, "type": "private"}})

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a message once; asked again, it is not there."""
        fields = await request.post()
        message = "/".join(str(fields[name]) for name in ("chat_id", "message_id"))
        self.deleted[message] += 1
        first = self.deleted[message] == 1
        await asyncio.sleep(self.plan.get("delay", 0))
        if first:
            return _ok(True)
        why = "Bad Request: message to delete not found"
        return web.json_response({"ok": False, "error_code": 400, "description": why}, status=400)

    def _fault(self) -> Fault | None:
        drawn = self._chance.random()
        for name, share in self.plan.get("faults", {}).items():
            if drawn < share:
                self.faults[name] += 1
                return Fault(name)
            drawn -= share
        return None

    async def _go_wrong(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        transport: Any = request.transport
        if fault is Fault.RESET:
            transport.abort()
        elif fault is Fault.HALF_CLOSED:
            transport.write_eof()
        if fault in (Fault.SLOW, Fault.HANG, Fault.HALF_CLOSED):
            await asyncio.sleep(_FOREVER)
        status = 429 if fault is Fault.TOO_MANY else 500
        body: dict[str, Any] = {"ok": False, "error_code": status, "description": "planned"}
        if fault is Fault.TOO_MANY:
            body["parameters"] = {"retry_after": self.plan.get("retry_after", 1)}
        return web.json_response(body, status=status)

    async def counts(self, _request: web.Request) -> web.Response:
        """Tell what has arrived."""
        told = {
            "chats": self.chats,
            "seconds": self.seconds,
            "asked": self.asked,
            "faults": self.faults,
            "deleted": self.deleted,
            "now": _second(),
            "kept": self.kept,
        }
        return web.json_response(told)

    async def tell_arrivals(self, request: web.Request) -> web.Response:
        """Tell when messages came, from number `from` on."""
        since = int(request.query.get("from", 0))
        told = {"count": len(self.arrivals), "firsts": self.firsts}
        return web.json_response({**told, "times": list(self.arrivals[since:])})

    async def set_plan(self, request: web.Request) -> web.Response:
        """Take what goes wrong from now on."""
        self.plan = await request.json()
        return web.json_response({})


def _second() -> int:
    return int(asyncio.get_running_loop().time())


def _ok(result: object) -> web.Response:
    return web.Response(
        body=json.dumps({"ok": True, "result": result}).encode(), content_type="application/json"
    )


def application() -> web.Application:
    """Return the fake as an ASGI-less aiohttp application."""
    platform = Platform()
    app = web.Application()
    app.router.add_get("/counts", platform.counts)
    app.router.add_get("/arrivals", platform.tell_arrivals)
    app.router.add_post("/plan", platform.set_plan)
    app.router.add_route("*", "/bot{token}/{method}", platform.call)
    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # whoever is killed breaks off
    web.run_app(
        application(), host="127.0.0.1", port=parser.parse_args().port, print=None, access_log=None,
        handler_cancellation=True,
    )  # fmt: skip
