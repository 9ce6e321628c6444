"""The table of units: today's provinces and communes, and which old commune became which."""

from __future__ import annotations

import csv
import lzma
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from knowledge.yaml_files import read_yaml

DATA = Path(__file__).parents[1] / "data" / "places"

#: Kinds of unit as their full names begin; the longer first.
KINDS = ("thị trấn", "thành phố", "đặc khu", "thị xã", "phường", "huyện", "quận", "tỉnh", "xã")
_KIND = re.compile(f"({'|'.join(KINDS)}) ", re.IGNORECASE)
EARTH_KM = 6371.0
#: The whole table has under two million.
LARGEST_BYTES = 30_000_000


@dataclass(frozen=True, slots=True)
class Unit:
    """A province (two-digit code) or commune (five digits) of today."""

    code: str
    kind: str
    """tỉnh, thành phố, xã, phường or đặc khu."""
    name: str
    """The full name, e.g. "Xã Hiệp Mỹ"."""
    province_code: str
    """Its own code for a province."""
    latitude: float | None = None
    longitude: float | None = None

    @property
    def is_province(self) -> bool:
        """Whether this is a province rather than a commune."""
        return len(self.code) == 2


@dataclass(frozen=True, slots=True)
class Change:
    """One row old commune → today's commune; a divided commune has several rows.

    An island district without communes has an empty `old_commune`.
    """

    old_code: str
    old_commune: str
    old_district: str
    old_province: str
    new_code: str
    divided: bool = False


@dataclass(frozen=True, slots=True)
class TableInfo:
    """Which table this is; an editor may import a newer one."""

    version: str
    effective_on: date
    """The day the old units ended."""
    corrections: int = 0
    """Number of the last correction laid over it."""

    @property
    def edition(self) -> tuple[str, int]:
        """What tells two states of the places apart."""
        return self.version, self.corrections


class TableError(ValueError):
    """Rows that cannot be used; `problems` names every one by its line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems[:10]))


def split_name(name: str) -> tuple[str, str]:
    """Return the kind and the bare name: "Thị trấn Lai Vung" → ("thị trấn", "Lai Vung")."""
    kind = _KIND.match(name)
    return (kind[1].lower(), name[kind.end() :].strip()) if kind else ("", name.strip())


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance of two (latitude, longitude) points, in kilometres."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    across = math.sin((lat_b - lat_a) / 2) ** 2
    along = math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(across + math.cos(lat_a) * math.cos(lat_b) * along))


def read_info(folder: Path = DATA) -> TableInfo:
    """Return the version and date of the table kept in `folder`."""
    raw = read_yaml(folder / "table.yaml")
    return TableInfo(str(raw["version"]), raw["effective_on"])


def read_units(path: Path = DATA / "units.tsv.xz") -> list[Unit]:
    """Return the units of a tab-separated file (plain or .xz).

    Raises:
        TableError: a row is malformed, a code repeats or names no known province.
    """
    units: list[Unit] = []
    problems: list[str] = []
    for line, row in _rows(path):
        try:
            units.append(_unit(row))
        except (KeyError, TypeError, ValueError) as error:
            problems.append(f"dòng {line}: {error}")
    problems.extend(check_units(units))
    if problems:
        raise TableError(problems)
    return units


def read_changes(path: Path = DATA / "changes.tsv.xz") -> list[Change]:
    """Return the changes of a tab-separated file (plain or .xz).

    Raises:
        TableError: a row is malformed.
    """
    changes: list[Change] = []
    problems: list[str] = []
    for line, row in _rows(path):
        try:
            changes.append(
                Change(
                    row["old_code"],
                    row["old_commune"],
                    row["old_district"],
                    row["old_province"],
                    row["new_code"],
                    row["divided"] == "1",
                )
            )
        except KeyError as error:
            problems.append(f"dòng {line}: thiếu cột {error}")
    if problems:
        raise TableError(problems)
    return changes


def check_units(units: Iterable[Unit]) -> list[str]:
    """Return what is wrong with `units`: codes that repeat, or belong to no province."""
    units = list(units)
    provinces = {unit.code for unit in units if unit.is_province}
    seen: set[str] = set()
    problems = []
    for unit in units:
        if unit.code in seen:
            problems.append(f"{unit.name}: mã {unit.code} bị trùng")
        seen.add(unit.code)
        if unit.province_code not in provinces:
            problems.append(f"{unit.name}: không có tỉnh mã {unit.province_code!r}")
    return problems


def check_changes(units: Iterable[Unit], changes: Iterable[Change]) -> list[str]:
    """Return what is wrong with `changes`: unknown new codes, repeated rows."""
    communes = {unit.code for unit in units if not unit.is_province}
    seen: set[tuple[str, str, str, str]] = set()
    problems = []
    for number, change in enumerate(changes, start=1):
        key = (change.old_commune, change.old_district, change.old_province, change.new_code)
        if key in seen:
            problems.append(f"hàng {number}: {change.old_commune}, {change.old_district} bị trùng")
        seen.add(key)
        if change.new_code not in communes:
            problems.append(f"hàng {number}: không có xã mã {change.new_code!r}")
    return problems


def _rows(path: Path) -> Iterable[tuple[int, dict[str, str]]]:
    raw = path.read_bytes()
    try:
        if path.suffix == ".xz":
            # A small file may unpack to a very large one.
            raw = lzma.LZMADecompressor().decompress(raw, max_length=LARGEST_BYTES + 1)
        text = raw.decode("utf-8-sig")
    except (lzma.LZMAError, UnicodeDecodeError) as error:
        raise TableError([f"không đọc được {path.name}: {error}"]) from error
    if len(raw) > LARGEST_BYTES:
        raise TableError([f"{path.name} quá lớn"])
    delimiter = "," if ".csv" in path.suffixes else "\t"
    yield from enumerate(csv.DictReader(text.splitlines(), delimiter=delimiter), start=2)


def _unit(row: dict[str, str]) -> Unit:
    code = row["code"]
    if not (code.isdigit() and len(code) in (2, 5)):
        raise ValueError(f"mã {code!r} không phải 2 hoặc 5 chữ số")
    kind, bare = split_name(row["name"])
    if not kind or not bare:
        raise ValueError(f"tên {row['name']!r} không có loại đơn vị")
    latitude = float(row["latitude"]) if row["latitude"] else None
    longitude = float(row["longitude"]) if row["longitude"] else None
    return Unit(code, kind, row["name"], row["province_code"], latitude, longitude)
