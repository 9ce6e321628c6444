"""What each person gets of a run: an announcement's words, or the digest gathered for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.broadcast import gathered, outbox
from bot.broadcast.gathered import Held
from bot.broadcast.wording import digest_text, message_text
from bot.channels import Channel, Outgoing
from bot.conversation import Action, Reply
from bot.models import Announcement, Run, SkipReason

#: Different digests kept composed; beyond it they are composed anew.
MOST_COMPOSED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Copy:
    """One person's message, as their channel sends it."""

    messages: tuple[Outgoing, ...]
    beyond: Outgoing | None
    """What goes instead to somebody outside the platform's window; None = they are left out."""
    left_out: tuple[int, ...] = ()
    """Runs that a digest held for them and does not tell."""


class Copies(Protocol):
    """The messages of one run on one channel."""

    async def look(
        self, session: AsyncSession, people: Sequence[str], *, now: datetime
    ) -> dict[str, SkipReason]:
        """Read what `people` are to get; return who of them wants none of it any more, and why."""

    def of(self, person_id: str) -> Copy:
        """Return the message of somebody looked for."""

    def forget(self, person_id: str) -> None:
        """Keep nothing more of somebody whose delivery is over."""


def copies_of(run: Run, announcement: Announcement, channel: Channel) -> Copies:
    """Return the messages of a run."""
    if announcement.digest_on is None:
        return _Same(announcement, channel)
    return _Digests(run, announcement, channel)


class _Same:
    """Everybody gets the same words."""

    def __init__(self, announcement: Announcement, channel: Channel) -> None:
        self._announcement = announcement
        self._copy = _rendered(channel, message_text(announcement))

    async def look(
        self,
        session: AsyncSession,
        people: Sequence[str],
        *,
        now: datetime,  # noqa: ARG002 - the protocol's
    ) -> dict[str, SkipReason]:
        """See Copies; a stop or an end of its validity is seen by the sender itself."""
        return await outbox.opted_out(session, self._announcement, people)

    def of(self, person_id: str) -> Copy:  # noqa: ARG002 - the protocol's
        """See Copies."""
        return self._copy

    def forget(self, person_id: str) -> None:
        """See Copies."""


_NOTHING: Final = Held(())


class _Digests:
    """Each gets what was gathered for them and may still be told; the same things read the same."""

    def __init__(self, run: Run, digest: Announcement, channel: Channel) -> None:
        self._run_id, self._digest, self._channel = run.id or 0, digest, channel
        self._held: dict[str, Held] = {}
        self._gathered: dict[int, Announcement] = {}
        self._composed: dict[tuple[int, ...], Copy] = {}

    async def look(
        self, session: AsyncSession, people: Sequence[str], *, now: datetime
    ) -> dict[str, SkipReason]:
        """See Copies."""
        held = await gathered.held_for(session, self._run_id, people, now=now)
        await self._read(session, {run_id for one in held.values() for run_id in one.told})
        self._held.update({person: held.get(person, _NOTHING) for person in people})
        return {one: SkipReason.NOTHING_LEFT for one in people if not self._held[one].told}

    async def _read(self, session: AsyncSession, run_ids: set[int]) -> None:
        if new := run_ids - self._gathered.keys():
            query = select(Run.id, Announcement).join(
                Announcement, col(Announcement.id) == Run.announcement_id
            )
            rows = (await session.exec(query.where(col(Run.id).in_(new)))).all()
            self._gathered.update({run_id or 0: one for run_id, one in rows})

    def of(self, person_id: str) -> Copy:
        """See Copies."""
        held = self._held.get(person_id, _NOTHING)
        if held.told not in self._composed:
            if len(self._composed) >= MOST_COMPOSED:
                self._composed.clear()
            # What is repeated may have been gathered twice since the last digest.
            told = {one.id: one for one in map(self._gathered.__getitem__, held.told)}
            limit = self._channel.capabilities.text_limit
            text = digest_text(self._digest, list(told.values()), limit=limit)
            self._composed[held.told] = _rendered(self._channel, text)
        same = self._composed[held.told]
        return Copy(same.messages, same.beyond, held.left_out) if held.left_out else same

    def forget(self, person_id: str) -> None:
        """See Copies."""
        self._held.pop(person_id, None)


def _rendered(channel: Channel, text: str) -> Copy:
    fits = len(text) <= channel.capabilities.beyond_window
    return Copy(
        tuple(channel.render(Reply(Action.OTHER, text))),
        Outgoing(text, beyond_window=True) if fits else None,
    )
