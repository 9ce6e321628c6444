"""A platform in memory that does what a test tells it, for the intake's own tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.channels import (
    Accept,
    Arrival,
    ArrivalKind,
    Capabilities,
    ForgedError,
    Outgoing,
    SendError,
)
from bot.channels.splitting import pieces
from bot.conversation import Attachment, Message, Reply

SECRET = "platform-secret"
#: What people, keyboards and jokers type; each is answered, on every platform.
ODD_WORDS = {
    "emoji": "🙏🙏🙏",
    "long": "a" * 4_000,
    "too long": "thủ tục " * 600,
    "right-to-left": "khai \u202esinh\u202c \u2066con\u2069",
    "invisible": "\u200b",
    "decomposed": "e\u0302" * 500,
    "number": "1",
    "nul": "\0",
    "lone surrogate": "khai \ud800 sinh",
}


class Platform:
    """Takes every message unless `refuse` says otherwise; keeps what it took, in order."""

    def __init__(self, name: str = "platform", *, window: timedelta | None = None) -> None:
        self.name = name
        self.capabilities = Capabilities(text_limit=60_000, edits=True, window=window)
        self.taken: list[tuple[str, Outgoing]] = []
        self.refuse: Callable[[str, Outgoing], SendError | None] = lambda _a, _o: None
        self.tried = 0
        self.refreshed = 0
        self.gate = asyncio.Event()
        self.gate.set()

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        if headers.get("x-secret") != SECRET:
            raise ForgedError

    def translate(self, payload: Mapping[str, Any]) -> Sequence[Arrival]:
        return [arrival(self.name, str(payload["key"]), str(payload["from"]), payload["text"])]

    def render(self, reply: Reply) -> Sequence[Outgoing]:
        return [Outgoing(part) for part in pieces(reply.plain(), self.capabilities.text_limit)]

    async def send(self, address: str, outgoing: Outgoing) -> str:
        self.tried += 1
        await self.gate.wait()
        if error := self.refuse(address, outgoing):
            raise error
        self.taken.append((address, outgoing))
        return str(len(self.taken))

    async def recall(self, address: str, message_id: str) -> bool:
        return False

    async def download(self, attachment: Attachment, *, limit: int) -> bytes:
        return b""

    async def refresh(self) -> None:
        self.refreshed += 1

    async def suggest(self, press: str, replies: Sequence[Reply]) -> None:
        self.taken.extend((press, Outgoing(reply.plain())) for reply in replies)

    async def start(self) -> None: ...

    async def run(self, accept: Accept) -> None: ...

    async def close(self) -> None: ...

    def texts(self, address: str) -> list[str]:
        return [outgoing.text for to, outgoing in self.taken if to == address]


def arrival(channel: str, key: str, address: str, text: str) -> Arrival:
    """A citizen's message."""
    message = Message(channel, address, text, introduced=True)
    return Arrival(ArrivalKind.MESSAGE, key, address, message)


def most_in_a_second(times: Sequence[float]) -> int:
    """Return how many of the sorted moments lie in the fullest second, wherever it begins."""
    most = first = 0
    for last, at in enumerate(times):
        while at - times[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most
