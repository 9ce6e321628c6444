"""The places of the database: what an editor imported last."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.models import AdminUnit, UnitChange
from knowledge.places.atlas import Places
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
    return Places.build(units, changes, TableInfo(await stored_version(session), ended))


async def stored_version(session: AsyncSession) -> str:
    """Return which table is stored; "" for none."""
    return (await session.exec(select(AdminUnit.table_version).limit(1))).first() or ""
