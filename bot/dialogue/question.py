"""One message on its way to a reply, and what is remembered of the conversation around it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Final, Protocol

from bot.conversation import Attachment, Candidate, Card, Message, Reply
from bot.db import Database
from bot.dossiers import System
from bot.models import Contest, Official, PetitionDraft, SurveyDraft
from bot.privacy.pseudonyms import Pseudonyms
from bot.settings import Settings
from knowledge.content import Facet
from knowledge.guides import Guides
from knowledge.hours import ZONE
from knowledge.published import Library, Published
from knowledge.text import fold, normalise


@dataclass(frozen=True, slots=True)
class State:
    """What the next message may refer to; kept in the chat's row until it expires."""

    introduced: bool = False
    topic: str = ""
    """Code of the procedure talked about."""
    facet: str = ""
    """Facet asked last, to carry over a choice."""
    choices: tuple[str, ...] = ()
    """What each offered choice sends; "" is "none of these"."""
    asked: str = ""
    """The question the choices belong to."""
    missed: int = 0
    """Questions in a row that could not be answered."""
    province_code: str = ""
    commune_code: str = ""
    answered: int = 0
    """The turn of the last answer, which 👍 and 👎 are about."""
    form: str = ""
    """The form being filled in, e.g. "petition"."""
    thread: int = 0
    """The talk with an official that messages go to."""

    wish: tuple[str, ...] = ()
    """What the citizen asked for and has yet to complete (bot.dialogue.subscriptions, .dossiers)."""

    def to_json(self) -> dict[str, Any]:
        """Return the state as it is stored: only what differs from a new conversation."""
        return {
            name: value for name, new in _NEW_STATE.items() if (value := getattr(self, name)) != new
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> State:
        """Return the stored state; keys of an older or newer program are ignored."""
        known = {key: raw[key] for key in _NEW_STATE if key in raw}
        for name in ("choices", "wish"):
            if name in known:
                known[name] = tuple(known[name])
        return cls(**known)


_NEW_STATE: Final = asdict(State())


@dataclass(slots=True)
class Opening:
    """What is known when a message comes in; see bot.dialogue.opening."""

    state: State = field(default_factory=State)
    closed: str | None = None
    """What officials have us say instead of answers; None while the channel is on."""

    # Of a conversation that begins: what was left unfinished in the last one.
    petition: PetitionDraft | None = None
    survey: SurveyDraft | None = None
    contests: tuple[Contest, ...] = ()
    """Those that take answers now."""


class Download(Protocol):
    """How a step gets at a photo that a citizen sent."""

    async def __call__(self, channel: str, attachment: Attachment, *, limit: int) -> bytes:
        """Return the bytes.

        Raises:
            LookupError: they are gone.
            ValueError: they are more than `limit`.
        """


#: The `State.form` of an official who works at the desk in chat.
DESK = "desk"
#: What an official asks of the desk in their own chat; None when it is nothing for it.
Desk = Callable[["Question", Official], Awaitable[Reply | None]]


@dataclass(slots=True)
class Sources:
    """Everything the dialogue answers from."""

    library: Library
    guides: Guides
    settings: Settings
    database: Database
    """For abilities that keep something a citizen asked to be kept."""
    pseudonyms: Pseudonyms
    desk: Desk | None = None
    """Where officials' commands go; None where the desk is not open."""
    download: Download | None = None
    """Where photos come from; None where no channel has any."""
    dossiers: System | None = None
    """The deployer's own system of dossiers; None where there is none."""


@dataclass
class Question:
    """What a step needs to answer; a step that learns something replaces `state`."""

    message: Message
    state: State
    sources: Sources
    published: Published
    now: datetime
    opening: Opening = field(default_factory=Opening)
    keeps: bool = True
    """False where nothing may be stored: a trial question of the command line or an editor."""
    text: str = field(init=False)
    folded: str = field(init=False)
    """The text without diacritics."""
    considered: tuple[Candidate, ...] = ()
    """What was found but is too unlikely to be told; an editor sees it with the missed question."""

    closing: Card | None = None
    """Shown after whatever the reply is, e.g. the form's question that is still open."""

    def __post_init__(self) -> None:
        self.rephrase(normalise(self.message.text))

    def rephrase(self, text: str) -> None:
        """Go on as if the citizen had typed `text`."""
        self.text, self.folded = text, fold(text)

    @property
    def accented(self) -> bool:
        """Whether the citizen typed diacritics, so that their absence means something."""
        return self.folded != self.text

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return self.now.astimezone(ZONE).date()

    @property
    def last_facet(self) -> Facet | None:
        """The facet asked last."""
        return Facet(self.state.facet) if self.state.facet else None
