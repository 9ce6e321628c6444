"""The units of today and what became of the old ones: from the files into the tables."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import delete, func, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.models import AdminUnit, UnitChange
from knowledge.places import Places
from knowledge.places.table import TableInfo, read_changes, read_info, read_units

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
    stored = (await session.exec(select(func.max(AdminUnit.table_version)))).first()
    if stored and stored > read_info(folder).version:
        return False
    await replace_table(session, folder)
    return True


async def replace_table(session: AsyncSession, folder: Path) -> TableInfo:
    """Replace the table of units by that of `folder` (table.yaml, units.tsv, changes.tsv).

    Raises:
        TableError: a row is malformed, a code repeats or is unknown; nothing is replaced.
        OSError: a file is missing.
    """
    info = read_info(folder)
    today = read_units(_file(folder, "units"))
    old = read_changes(_file(folder, "changes"))
    Places.build(today, old, info)  # refuses what does not fit together
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
        for unit in today
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
        for change in old
    ]
    for table, rows in ((AdminUnit, units), (UnitChange, changes)):
        for start in range(0, len(rows), CHUNK):
            await session.exec(insert(table), params=rows[start : start + CHUNK])
    return info


def _file(folder: Path, name: str) -> Path:
    """Return the plain file where there is one: what an editor has just made."""
    plain = folder / f"{name}.tsv"
    return plain if plain.is_file() else folder / f"{name}.tsv.xz"
