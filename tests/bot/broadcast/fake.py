"""A channel that keeps what it is given, and fails as it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.channels import Accept, Arrival, Capabilities, Lane, Outgoing
from bot.conversation import Attachment, Reply

#: Called with the address before a message is taken; it may raise or wait.
Before = Callable[[str], Any]


class FakeChannel:
    """Takes every message unless `before` says otherwise."""

    capabilities = Capabilities(text_limit=4_096, recalls=True)

    def __init__(self, name: str = "telegram", before: Before | None = None) -> None:
        self.name = name
        self.before = before
        self.sent: list[tuple[str, str]] = []
        self.recalled: list[tuple[str, str]] = []

    @property
    def addresses(self) -> list[str]:
        """Who got something, as often as they did."""
        return sorted(address for address, _ in self.sent)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        raise NotImplementedError

    def translate(self, payload: Mapping[str, Any]) -> Sequence[Arrival]:
        raise NotImplementedError

    def render(self, reply: Reply) -> Sequence[Outgoing]:
        return [Outgoing(reply.plain())]

    async def send(self, address: str, outgoing: Outgoing) -> str:
        if self.before is not None and (waiting := self.before(address)) is not None:
            await waiting
        self.sent.append((address, outgoing.text))
        return f"m{len(self.sent)}"

    async def recall(self, address: str, message_id: str) -> bool:
        self.recalled.append((address, message_id))
        return True

    async def download(self, attachment: Attachment, *, limit: int) -> bytes:
        raise NotImplementedError

    async def run(self, accept: Accept) -> None:
        raise NotImplementedError

    async def refresh(self) -> None: ...

    async def suggest(self, press: str, replies: Sequence[Reply]) -> None: ...

    async def start(self) -> None: ...

    async def close(self) -> None: ...


class NoPace:
    """Grants everything at once and remembers being held."""

    def __init__(self) -> None:
        self.held: list[float] = []

    async def grant(self, channel: str, address: str, lane: Lane) -> None: ...

    async def hold(self, channel: str, seconds: float) -> None:
        self.held.append(seconds)
