"""What a petition being written has beyond its steps: photos, and how long it is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.models import PetitionDraft, PetitionPhoto
from bot.petitions.photos import Photo

#: An unfinished form is kept so long after its last step.
KEPT_FOR: Final = timedelta(days=30)


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
