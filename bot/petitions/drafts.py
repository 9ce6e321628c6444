"""The form being filled in: kept in the database, so that it survives the chat, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import PetitionDraft, PetitionPhoto
from bot.petitions.photos import Photo

#: An unfinished form is kept so long after its last step.
KEPT_FOR: Final = timedelta(days=30)


async def load(
    session: AsyncSession, channel: str, address: str, now: datetime
) -> PetitionDraft | None:
    """Return the unfinished form of a chat, or None."""
    query = select(PetitionDraft).where(
        PetitionDraft.channel == channel,
        PetitionDraft.address == address,
        col(PetitionDraft.expires_at) > now,
    )
    return (await session.exec(query)).first()


async def keep(
    session: AsyncSession,
    channel: str,
    address: str,
    *,
    step: str,
    data: dict[str, Any],
    now: datetime,
) -> PetitionDraft:
    """Store where the form stands; a chat has one."""
    query = select(PetitionDraft).where(
        PetitionDraft.channel == channel, PetitionDraft.address == address
    )
    draft = (await session.exec(query.with_for_update())).first()
    if draft is None:
        draft = PetitionDraft(channel=channel, address=address, step=step, expires_at=now)
    draft.step = step
    draft.data = data
    draft.updated_at = now
    draft.expires_at = now + KEPT_FOR
    session.add(draft)
    await session.flush()
    return draft


async def discard(session: AsyncSession, draft: PetitionDraft) -> None:
    """Delete a form with its photos."""
    await session.exec(delete(PetitionPhoto).where(col(PetitionPhoto.draft_id) == draft.id))
    await session.delete(draft)


async def add_photo(session: AsyncSession, draft_id: int, photo: Photo, now: datetime) -> int:
    """Keep a clean photo with the form; return how many it has now."""
    session.add(
        PetitionPhoto(
            draft_id=draft_id,
            width=photo.width,
            height=photo.height,
            content=photo.content,
            added_at=now,
        )
    )
    await session.flush()
    return await count_photos(session, draft_id)


async def count_photos(session: AsyncSession, draft_id: int) -> int:
    """Return how many photos a form has."""
    query = select(func.count(col(PetitionPhoto.id))).where(PetitionPhoto.draft_id == draft_id)
    return (await session.exec(query)).one()


async def forget_expired(session: AsyncSession, now: datetime) -> int:
    """Delete the forms nobody finished in time, with their photos; return how many."""
    gone = select(PetitionDraft.id).where(col(PetitionDraft.expires_at) <= now)
    await session.exec(delete(PetitionPhoto).where(col(PetitionPhoto.draft_id).in_(gone)))
    done = await session.exec(delete(PetitionDraft).where(col(PetitionDraft.expires_at) <= now))
    return done.rowcount
