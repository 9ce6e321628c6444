"""The words channels and dialogue share: what comes in, what goes out, and how it reads as text."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from knowledge.content import Facet


class Action(StrEnum):
    """What a reply did; part of the `ask --batch` contract, so the values are stable."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    ABSTAIN = "abstain"
    REPORT = "report"
    PLACE = "place"
    OTHER = "other"


#: Channels that answer and cannot write first: nobody can be told of news there.
ANSWER_ONLY: Final = frozenset({"web", "kiosk", "console"})


@dataclass(frozen=True, slots=True)
class Location:
    """Where a citizen is, in degrees; kept only until the message is answered."""

    latitude: float
    longitude: float


class AttachmentKind(StrEnum):
    """What a citizen sent besides words."""

    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"
    STICKER = "sticker"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something sent besides words; `ref` is how its channel downloads it."""

    kind: AttachmentKind
    ref: str = ""
    size: int | None = None
    """Bytes, where the platform says so."""
    content: bytes = field(default=b"", repr=False)
    """The bytes themselves, where they came along with the message."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a citizen, as every channel hands it in."""

    channel: str
    chat_id: str
    text: str
    introduced: bool = False
    """The channel itself has already said that we are a machine."""
    location: Location | None = None
    attachments: tuple[Attachment, ...] = ()

    @property
    def in_group(self) -> bool:
        """Whether a whole group reads along: Telegram numbers groups below zero, and only those."""
        return self.channel == "telegram" and self.chat_id.startswith("-")


#: Channels where a chat may be one person's own.
_PERSONAL: Final = frozenset({"telegram", "zalo_oa", "zalo_bot"})


def is_personal(message: Message) -> bool:
    """Whether nobody but its writer reads this chat: a messenger's, and no group."""
    return message.channel in _PERSONAL and not message.in_group


#: The channel of devices that many people share: nothing of a person may stay there.
KIOSK: Final = "kiosk"
#: How a session issued to a kiosk begins, so that it can never be taken for one's own.
KIOSK_SESSION: Final = "kiosk-"


def web_message(
    session: str, text: str = "", *, introduced: bool = False, location: Location | None = None
) -> Message:
    """Return a message of a browser's session: from a kiosk, or from a page of one's own."""
    channel = KIOSK if session.startswith(KIOSK_SESSION) else "web"
    return Message(channel, session, text, introduced=introduced, location=location)


@dataclass(frozen=True, slots=True)
class Button:
    """Sends `send` as if typed, or opens `url`."""

    label: str
    send: str = ""
    url: str = ""


class SectionKind(StrEnum):
    """How the items of a section are drawn."""

    CHECKLIST = "checklist"
    STEPS = "steps"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Section:
    """A titled list on a card."""

    title: str
    items: tuple[str, ...]
    kind: SectionKind = SectionKind.LIST


@dataclass(frozen=True, slots=True)
class Card:
    """One sourced answer: the answer first, then the rest, then where it comes from."""

    title: str
    lead: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    notices: tuple[str, ...] = ()
    primary: Button | None = None
    source: str = ""
    code: str = ""

    def plain(self) -> str:
        """Return the card as text for channels without cards."""
        blocks = ["\n".join((self.title, *self.lead))]
        blocks += [_plain_section(section) for section in self.sections]
        if self.notices:
            blocks.append("\n".join(f"Lưu ý: {notice}" for notice in self.notices))
        if self.primary and self.primary.url.startswith("http"):
            blocks.append(f"{self.primary.label}: {self.primary.url}")
        if self.source:
            blocks.append(self.source)
        return "\n\n".join(blocks)


def _plain_section(section: Section) -> str:
    marks = {SectionKind.CHECKLIST: "☐ ", SectionKind.LIST: "- "}
    lines = [
        (f"{number}. " if section.kind is SectionKind.STEPS else marks[section.kind]) + item
        for number, item in enumerate(section.items, 1)
    ]
    return "\n".join((f"{section.title}:", *lines))


def _said_once(cards: tuple[Card, ...]) -> list[Card]:
    """Return the cards without the notices and the source that a later one repeats."""
    left: list[Card] = []
    for card in reversed(cards):
        later = {notice for one in left for notice in one.notices}
        sources = {one.source for one in left}
        notices = tuple(notice for notice in card.notices if notice not in later)
        source = "" if card.source in sources else card.source
        left.append(replace(card, notices=notices, source=source))
    return left[::-1]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A procedure that may have been meant, with the probability that it was."""

    code: str
    title: str
    p: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What the citizen gets for one message."""

    action: Action
    text: str = ""
    cards: tuple[Card, ...] = ()
    choices: tuple[Button, ...] = ()
    """Answers to the question this reply asks; in text channels numbered from 1."""
    follow_ups: tuple[Button, ...] = ()
    """Things to ask next; never needed to understand the reply."""
    facet: Facet | None = None
    candidates: tuple[Candidate, ...] = field(default=())
    aside: bool = False
    """An official's own work: the conversation goes on, but it is no question of a citizen."""
    forget: bool = False
    """Nothing of this turn is kept: the citizen has just had everything erased."""

    def plain(self) -> str:
        """Return the whole reply as text; choices are numbered so that "1" answers.

        What several cards say alike, their source or a notice, is said once, under the last.
        """
        blocks = [self.text] if self.text else []
        blocks += [card.plain() for card in _said_once(self.cards)]
        if self.choices:
            numbered = (f"{number}. {one.label}" for number, one in enumerate(self.choices, 1))
            blocks.append("\n".join(numbered))
        return "\n\n".join(blocks)

    def opened_with(self, greeting: str) -> Reply:
        """Return the same reply with `greeting` before it."""
        return replace(self, text="\n\n".join(part for part in (greeting, self.text) if part))
