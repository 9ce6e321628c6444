"""The places of the database: what an editor imported last, as officials corrected it."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.models import AdminUnit, PlaceCorrection, UnitChange
from knowledge.places.atlas import Places
from knowledge.places.corrections import Correction, corrected
from knowledge.places.table import Change, TableInfo, Unit

_UNITS = sa.select(
    *(
        col(getattr(AdminUnit, name))
        for name in ("code", "kind", "name", "province_code", "latitude", "longitude")
    )
)
_CHANGES = sa.select(
    *(
        col(getattr(UnitChange, name))
        for name in (
            "old_code",
            "old_commune",
            "old_district",
            "old_province",
            "new_code",
            "divided",
        )
    )
)
#: Resolution 202/2025/QH15; a table that changes nothing counts from here.
DISTRICTS_ENDED = date(2025, 7, 1)


async def read_places(session: AsyncSession) -> Places:
    """Return the places of the stored table."""
    connection = await session.connection()
    units = [Unit(*row) for row in await connection.execute(_UNITS)]
    changes = [Change(*row) for row in await connection.execute(_CHANGES)]
    change = (await session.exec(select(UnitChange).limit(1))).first()
    ended = change.effective_on if change else DISTRICTS_ENDED
    version, corrections = await stored_edition(session)
    info = TableInfo(version, ended, corrections)
    changes, aliases = corrected(
        changes, await read_corrections(session), [unit.code for unit in units]
    )
    return Places.build(units, changes, info, aliases)


async def read_corrections(session: AsyncSession) -> list[Correction]:
    """Return the corrections that hold: of each name the last, unless that takes it back."""
    return [
        Correction(row.kind, row.name, tuple(row.codes), row.district, row.province)
        for row in await held(session)
    ]


async def held(session: AsyncSession) -> list[PlaceCorrection]:
    """Return the rows of the corrections that hold, the newest first."""
    rows = await session.exec(select(PlaceCorrection).order_by(col(PlaceCorrection.id)))
    last = {(row.kind, row.name, row.district, row.province): row for row in rows}
    return sorted((r for r in last.values() if r.codes), key=lambda row: -(row.id or 0))


async def stored_edition(session: AsyncSession) -> tuple[str, int]:
    """Return which table is stored, and the number of the last correction of it; 0 for none."""
    last = (await session.exec(select(sa.func.max(PlaceCorrection.id)))).one()
    return await stored_version(session), last or 0


async def stored_version(session: AsyncSession) -> str:
    """Return which table is stored; "" for none."""
    return (await session.exec(select(AdminUnit.table_version).limit(1))).first() or ""
