"""What the database knows when a message comes in, read for all the messages that come together.

Everything a turn would otherwise ask for step by step: officials' switches and the state of the chat;
for a conversation that begins, what was left unfinished too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import bindparam, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.contests import entries
from bot.conversation import Message
from bot.db import Database, Grouped
from bot.dialogue.memory import load_states
from bot.dialogue.question import Opening
from bot.models import KillSwitch, PetitionDraft, SurveyDraft
from bot.switches import message_of

Draft = TypeVar("Draft", PetitionDraft, SurveyDraft)
_Chat = tuple[str, str]
_Asked = tuple[_Chat, datetime]

# Written once: building a statement costs more than running it.
_CHATS: Final[Any] = bindparam("chats", expanding=True)
_SWITCHES: Final = select(KillSwitch.scope, KillSwitch.message)
_PETITIONS: Final = select(PetitionDraft).where(
    tuple_(col(PetitionDraft.channel), col(PetitionDraft.address)).in_(_CHATS)
)
_SURVEYS: Final = select(SurveyDraft).where(
    tuple_(col(SurveyDraft.channel), col(SurveyDraft.address)).in_(_CHATS)
)


class Openings:
    """Reads what is known of chats."""

    def __init__(self, database: Database) -> None:
        self._reads: Grouped[_Asked, Opening] = Grouped(database.read, _read_all)

    async def of(self, message: Message, now: datetime) -> Opening:
        """Return what is known of the chat of `message`, as it stands at this moment.

        Raises:
            SQLAlchemyError, OSError: the database does not answer.
        """
        return await self._reads.put(((message.channel, message.chat_id), now))


async def _read_all(session: AsyncSession, asked: Sequence[_Asked]) -> list[Opening]:
    states = await load_states(session, asked)
    switches = dict((await session.exec(_SWITCHES)).all())
    openings = [
        Opening(state, message_of(switches, channel))
        for state, ((channel, _), _) in zip(states, asked, strict=True)
    ]
    beginning = [one for one in zip(asked, openings, strict=True) if not one[1].state.introduced]
    if beginning:
        await _read_unfinished(session, beginning)
    return openings


async def _read_unfinished(
    session: AsyncSession, beginning: Sequence[tuple[_Asked, Opening]]
) -> None:
    chats = [chat for (chat, _), _ in beginning]
    petitions = await _drafts(session, _PETITIONS, chats)
    surveys = await _drafts(session, _SURVEYS, chats)
    contests = await entries.open_now(session, min(now for (_, now), _ in beginning))
    for (chat, now), opening in beginning:
        opening.petition = _unexpired(petitions.get(chat), now)
        opening.survey = _unexpired(surveys.get(chat), now)
        opening.contests = tuple(one for one in contests if one.opens_at <= now < one.closes_at)


async def _drafts(session: AsyncSession, query: Any, chats: Sequence[_Chat]) -> dict[_Chat, Any]:
    found = await session.exec(query, params={"chats": chats})
    return {(draft.channel, draft.address): draft for draft in found}


def _unexpired(draft: Draft | None, now: datetime) -> Draft | None:
    return draft if draft is not None and draft.expires_at > now else None
