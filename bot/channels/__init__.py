"""Where messages come in and replies go out: the one contract that every platform is held to.

A channel receives what its platform sends, verifies that it is genuine, translates it to Arrivals,
renders a Reply within its Capabilities, sends it, and classifies what the platform refuses.
Channels stand alone; what they share is here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, Final, Protocol

from bot.conversation import Attachment, Button, Message, Reply

#: Characters one message may have, on each platform that can write first.
TEXT_LIMITS: Final = {"telegram": 4_096, "zalo_oa": 2_000, "zalo_bot": 2_000}


class Lane(IntEnum):
    """Who goes first when a platform's limit is shared; lower is sooner."""

    REPLY = 0
    URGENT = 1
    BULK = 2


class Trouble(StrEnum):
    """What to do about a message the platform did not take."""

    RETRY = "retry"
    """Passing: the same message later, not before `retry_after`."""
    REFRESH = "refresh"
    """The token is spent: refresh it once and try again."""
    WINDOW = "window"
    """This person cannot be written to now by this way (window, quota, night): skip, keep them."""
    SUPPRESS = "suppress"
    """This person blocked us or is gone: never again until they write."""
    DROP = "drop"
    """The message itself is refused; repeating it cannot help."""


class SendError(Exception):
    """The platform did not accept a message."""

    def __init__(
        self,
        reason: str,
        trouble: Trouble,
        *,
        retry_after: float | None = None,
        moved_to: str = "",
    ) -> None:
        """Take the platform's own words, its class, seconds to wait, and the chat's new address."""
        super().__init__(reason)
        self.reason = reason
        self.trouble = trouble
        self.retry_after = retry_after
        self.moved_to = moved_to


class ForgedError(Exception):
    """What came in was not signed by the platform."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can show, so that a Reply is rendered within it."""

    text_limit: int
    """Characters of one message."""
    buttons: int = 0
    """Most buttons under one message; 0 = choices are numbered and answered by typing."""
    button_data_bytes: int = 0
    edits: bool = False
    recalls: bool = False
    images: bool = False
    asks_location: bool = False
    window: timedelta | None = None
    """After the citizen's last word, how long they may be written to for free; None = always."""
    beyond_window: int = 0
    """Characters of the one message that may go to somebody after that; 0 = none may."""


class ArrivalKind(StrEnum):
    """What a platform told us."""

    MESSAGE = "message"
    FOLLOWED = "followed"
    UNFOLLOWED = "unfollowed"
    QUERY = "query"
    """Someone types to us in another chat and waits for suggestions; asked anew, so never stored."""
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing a platform told us, with the key that is the same each time it is told."""

    kind: ArrivalKind
    key: str
    """Unique within the channel; a second arrival with the same key is the same event."""
    address: str
    message: Message | None = None
    """What is to be answered; a FOLLOWED may carry one too, and is then greeted."""
    at: datetime | None = None
    edit_of: str = ""
    """The platform's id of our message that this answers by a press; the reply takes its place."""
    press: str = ""
    """The platform's id of a press or query, to be acknowledged with the reply."""
    reply_to: str = ""
    """The platform's id of the message to quote, where several people talk."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One platform message, within the channel's capabilities."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    """Rows of buttons."""
    edit_of: str = ""
    """The platform's id of a message this one takes the place of."""
    press: str = ""
    """The press to acknowledge while sending."""
    reply_to: str = ""
    """The citizen's message to quote."""
    asks: bool = False
    """The buttons answer a question of this message: pressing one replaces it."""
    ask_location: bool = False
    image: bytes = b""
    beyond_window: bool = False
    """Goes the way the platform has for people outside its window."""


class Pace(Protocol):
    """Shares a platform's limits between all who send, on every process."""

    async def grant(self, channel: str, address: str, lane: Lane) -> None:
        """Return when one message may go to `address`."""

    async def hold(self, channel: str, seconds: float) -> None:
        """Let nobody send for so long: the platform said so."""


#: Stores what a channel fetched by itself; once it returns, the platform may be told.
Accept = Callable[[Sequence[Arrival]], Awaitable[None]]


class Channel(Protocol):
    """One platform. `name` is the one its messages carry."""

    name: str
    capabilities: Capabilities

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise ForgedError unless the platform itself sent `body`; compares in constant time."""

    def translate(self, payload: Mapping[str, Any]) -> Sequence[Arrival]:
        """Return what a genuine payload tells; unknown or broken parts are IGNORED, never an error."""

    def render(self, reply: Reply) -> Sequence[Outgoing]:
        """Return the messages that show `reply`, in order; long text is split at sentence ends."""

    async def send(self, address: str, outgoing: Outgoing) -> str:
        """Send one message and return the platform's id of it ("" where it has none).

        Raises:
            SendError: the platform did not take it; its trouble says what to do.
        """

    async def recall(self, address: str, message_id: str) -> bool:
        """Take back a message, and again what is gone; False where the platform does not let us."""

    async def download(self, attachment: Attachment, *, limit: int) -> bytes:
        """Return a photo or file the citizen sent.

        Raises:
            SendError: it is gone or refused.
            ValueError: it is longer than `limit` bytes.
        """

    async def refresh(self) -> None:
        """Renew the token after a REFRESH; the message is then sent once more.

        Raises:
            SendError: it cannot be renewed now.
        """

    async def suggest(self, press: str, replies: Sequence[Reply]) -> None:
        """Show `replies` to whoever typed a QUERY; only for platforms that have them."""

    async def start(self) -> None:
        """Open connections; called once before anything else, never waits for the platform."""

    async def run(self, accept: Accept) -> None:
        """Do what the channel does by itself: fetch (polling), tell the platform its menu.

        Returns when there is nothing to do. A failure is raised, and it is run again after a while.
        """

    async def close(self) -> None:
        """Close connections."""


async def send_renewed(channel: Channel, address: str, outgoing: Outgoing) -> str:
    """Send one message and return its id; where the token is spent, renew it once and send again.

    Raises:
        SendError: the platform did not take it.
    """
    try:
        return await channel.send(address, outgoing)
    except SendError as error:
        if error.trouble is not Trouble.REFRESH:
            raise
    await channel.refresh()
    return await channel.send(address, outgoing)
