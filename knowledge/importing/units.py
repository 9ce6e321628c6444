"""The units of today and what became of the old ones: from the files into the tables."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import delete, func, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.models import AdminUnit, UnitChange
from knowledge.places.table import read_changes, read_info, read_units

#: Rows put into the database by one statement.
CHUNK = 1_000


async def load(session: AsyncSession, data_dir: Path) -> bool:
    """Replace the table of units by that of `data_dir`/places unless a newer one is there.

    Returns:
        Whether anything was replaced.
    """
    folder = data_dir / "places"
    if not (folder / "table.yaml").is_file():
        return False
    info = read_info(folder)
    stored = (await session.exec(select(func.max(AdminUnit.table_version)))).first()
    if stored and stored > info.version:
        return False
    await session.exec(delete(UnitChange))
    await session.exec(delete(AdminUnit))
    units = [
        {
            "code": unit.code,
            "kind": unit.kind,
            "name": unit.name,
            "province_code": unit.province_code,
            "latitude": unit.latitude,
            "longitude": unit.longitude,
            "table_version": info.version,
        }
        for unit in read_units(folder / "units.tsv.xz")
    ]
    changes = [
        {
            "old_code": change.old_code,
            "old_commune": change.old_commune,
            "old_district": change.old_district,
            "old_province": change.old_province,
            "new_code": change.new_code,
            "divided": change.divided,
            "effective_on": info.effective_on,
            "table_version": info.version,
        }
        for change in read_changes(folder / "changes.tsv.xz")
    ]
    for table, rows in ((AdminUnit, units), (UnitChange, changes)):
        for start in range(0, len(rows), CHUNK):
            await session.exec(insert(table), params=rows[start : start + CHUNK])
    return True
