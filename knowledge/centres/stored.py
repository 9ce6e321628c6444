"""The centres of the database: typed content behind a few columns to search by."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.centres.model import Centre, CentreStatus
from knowledge.models import Centre as CentreRow


async def read_centres(session: AsyncSession) -> tuple[Centre, ...]:
    """Return every centre, historic ones too but no drafts, in the order they were entered."""
    contents = await session.exec(
        select(CentreRow.content)
        .where(CentreRow.status != CentreStatus.DRAFT.value)
        .order_by(col(CentreRow.id))
    )
    return tuple(Centre.model_validate(content) for content in contents)


async def read_centre(session: AsyncSession, key: str) -> Centre | None:
    """Return the centre or draft with this key, or None."""
    query = select(CentreRow.content).where(CentreRow.key == key)
    content = (await session.exec(query)).first()
    return None if content is None else Centre.model_validate(content)


async def read_drafts(session: AsyncSession) -> tuple[Centre, ...]:
    """Return the centres that wait for an editor."""
    contents = await session.exec(
        select(CentreRow.content)
        .where(CentreRow.status == CentreStatus.DRAFT.value)
        .order_by(col(CentreRow.id))
    )
    return tuple(Centre.model_validate(content) for content in contents)


async def drop_draft(session: AsyncSession, key: str) -> bool:
    """Delete a draft; False when there is none with this key."""
    gone = await session.exec(
        delete(CentreRow).where(
            col(CentreRow.key) == key, col(CentreRow.status) == CentreStatus.DRAFT.value
        )
    )
    return bool(gone.rowcount)


async def save_centres(session: AsyncSession, centres: Iterable[Centre]) -> int:
    """Store `centres`, replacing those of the same key; return how many differ from before."""
    given = {centre.key: centre for centre in centres}
    stored = {centre.key: centre for centre in await read_centres(session)}
    changed = [centre for key, centre in given.items() if stored.get(key) != centre]
    keys = [centre.key for centre in changed]
    await session.exec(delete(CentreRow).where(col(CentreRow.key).in_(keys)))
    session.add_all(_row(centre) for centre in changed)
    return len(changed)


def _row(centre: Centre) -> CentreRow:
    return CentreRow(
        key=centre.key,
        name=centre.name,
        unit_code=centre.unit_code,
        province_code=centre.province_code,
        status=centre.status.value,
        content=centre.model_dump(mode="json", exclude_defaults=True),
        valid_from=centre.valid_from,
        valid_to=centre.valid_to,
        verified_on=centre.verified_on,
    )
