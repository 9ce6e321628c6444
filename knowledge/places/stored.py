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
_NO_TABLE = TableInfo("", date(2025, 7, 1))


async def read_places(session: AsyncSession) -> Places:
    """Return the places of the stored table."""
    connection = await session.connection()
    units = [Unit(*row) for row in await connection.execute(_UNITS)]
    changes = [Change(*row) for row in await connection.execute(_CHANGES)]
    some = (await session.exec(select(UnitChange).limit(1))).first()
    info = TableInfo(some.table_version, some.effective_on) if some else _NO_TABLE
    return Places.build(units, changes, info)
