"""Faithful local stand-ins for the platforms, so that neither a newcomer nor a test needs an account.

A fake refuses what its platform refuses: what passes here is meant to pass there. Each is an ASGI
application without state on disk; time is passed in, and webhooks go out through a function that is
given, so that tests decide both.
"""

from __future__ import annotations

import itertools
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import Any, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Posts a body with its headers to the assistant and returns the HTTP status.
Deliver = Callable[[bytes, Mapping[str, str]], Awaitable[int]]


class Gesture(StrEnum):
    """What a citizen can do in a chat besides writing and pressing."""

    LOCATION = "location"
    STICKER = "sticker"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"


#: Where sandbox citizens stand: the People's Committee of Hà Nội.
HERE = (21.0285, 105.8542)


@dataclass(frozen=True, slots=True)
class Key:
    """A button as the citizen sees it."""

    label: str
    send: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One line of a chat as the platform's app would show it."""

    id: str
    at: datetime
    mine: bool
    """The citizen wrote it."""
    text: str
    keys: tuple[tuple[Key, ...], ...] = ()
    image: bool = False
    note: str = ""
    """What happened, where nobody wrote: followed, refused, …"""


@dataclass(slots=True)
class Scripted:
    """What a fake is told to answer next, whatever it is asked."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before it answers."""


class Fake(Protocol):
    """A platform with its citizens, as the sandbox's page shows and moves it."""

    @property
    def name(self) -> str:
        """The channel's name."""

    @property
    def title(self) -> str:
        """What citizens call the platform."""

    @property
    def gestures(self) -> Sequence[Gesture]:
        """What its citizens can do besides writing and pressing."""

    @property
    def app(self) -> ASGIApp:
        """The platform's API."""

    deliver: Deliver | None
    """How webhooks reach the assistant; None = nobody listens, or it polls."""

    def settings(self, base: str, webhook: str) -> dict[str, Any]:
        """Return the settings with which the assistant talks to this fake, served at `base`.

        `webhook` is the address the assistant listens on; a fake that must be told so takes note.
        """

    def bubbles(self, citizen: str) -> Sequence[Bubble]:
        """Return a citizen's chat, oldest first."""

    async def says(self, citizen: str, text: str) -> None:
        """Let a citizen write."""

    async def presses(self, citizen: str, bubble: str, index: int) -> None:
        """Let a citizen press the button of that index, counted over all rows of a bubble.

        Raises:
            LookupError: there is no such button.
        """

    async def gesture(self, citizen: str, gesture: Gesture) -> None:
        """Let a citizen do one of `gestures`."""

    async def tick(self) -> None:
        """Do what is due by now, such as delivering a webhook again; called every few seconds."""


class Script:
    """Answers told in advance, by path; used up in order."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Scripted]] = {}
        self.down = False
        """The platform answers nobody: every request is HTTP 503."""

    def next(self, path: str, *answers: Scripted) -> None:
        """Answer the next requests to `path` so."""
        self._waiting.setdefault(path, deque()).extend(answers)

    def take(self, path: str) -> Scripted | None:
        """Return what to answer now, or None to answer honestly."""
        if self.down:
            return Scripted("", status=503)
        waiting = self._waiting.get(path)
        return waiting.popleft() if waiting else None


class Counter:
    """Ids that look like a platform's and never repeat, not even after a new start."""

    def __init__(self) -> None:
        self._prefix = secrets.token_hex(6)
        self._numbers = itertools.count(1)

    def __call__(self) -> str:
        """Return the next id."""
        return f"{self._prefix}{next(self._numbers):08x}"


class Dated:
    """Middleware that dates every response by the fake's own clock, as servers do."""

    def __init__(self, app: ASGIApp, now: Callable[[], datetime]) -> None:
        self.app = app
        self.now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header `Date`."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self.now(), usegmt=True).encode()
                message["headers"] = [*message.get("headers", []), (b"date", date)]
            await send(message)

        await self.app(scope, receive, dated)
