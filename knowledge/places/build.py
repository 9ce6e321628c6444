"""Builds the compact unit table from the public ones, leaving out joins made by equal names alone.

`python -m knowledge.places.build LEGACY.csv.xz UNITS_2025.csv.xz UNITS_2026.json.xz [CHECKED.jsonl]`
writes units.tsv.xz, changes.tsv.xz and corrections.tsv; the same input gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
import lzma
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from knowledge.places.table import (
    DATA,
    Change,
    Unit,
    check_changes,
    check_units,
    distance_km,
    split_name,
)
from knowledge.text import fold, normalise

#: The two public lists give the same new commune another code; the newer official one wins.
RECODED = {"06970": "06978"}
#: A split row this far from every other part of its old district is doubted, not dropped.
DOUBT_KM = 12.0

Key = tuple[str, str, str]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that was dropped or is doubted, and why."""

    action: str
    change: Change
    reason: str


def read_legacy(path: Path) -> list[Change]:
    """Return the rows of the old → new table with names in one spelling."""
    rows = csv.DictReader(io.StringIO(lzma.decompress(path.read_bytes()).decode("utf-8")))
    return [
        Change(
            str(int(float(row["wardCode"]))).zfill(5) if row["wardCode"] else "",
            _spelt(row["ward"]),
            _spelt(row["district"]),
            _spelt(row["province"]),
            RECODED.get(row["newWardCode"], row["newWardCode"]),
        )
        for row in rows
    ]


def read_today(path_2025: Path, path_2026: Path) -> list[Unit]:
    """Return today's units: coordinates and spelling of the first list, kinds and codes of the second."""
    text = lzma.decompress(path_2025.read_bytes()).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    communes = {RECODED.get(code := r["wardCode"].zfill(5), code): r for r in rows}
    provinces = {r["provinceCode"].zfill(2): r for r in rows}
    units = []
    for province in json.loads(lzma.decompress(path_2026.read_bytes())):
        row = provinces[province["Code"]]
        kind = split_name(province["FullName"])[0]
        name = f"{kind.capitalize()} {row['provinceShort']}"
        point = float(row["provinceLat"]), float(row["provinceLon"])
        units.append(Unit(province["Code"], kind, name, province["Code"], *point))
        for ward in province["Wards"]:
            row = communes[ward["Code"]]
            kind = split_name(ward["FullName"])[0]
            name = f"{kind.capitalize()} {split_name(row['ward'])[1]}"
            point = float(row["wardLat"]), float(row["wardLon"])
            units.append(Unit(ward["Code"], kind, name, province["Code"], *point))
    return sorted(units, key=lambda unit: unit.code)


def find_false_joins(changes: Sequence[Change], units: Sequence[Unit]) -> list[Finding]:
    """Return the rows that join an old commune to the new commune of a namesake.

    A row is false when (1) the old commune has several rows, (2) a namesake in another old district,
    now in the same province, goes to the same new commune, (3) no other commune of its own district
    that has no namesake goes there, and (4) another of its rows does better on (3) or is nearer to
    the district. Rows that fail (1)–(3) but lie beside their district are kept and doubted.
    """
    table = _Joins(changes, units)
    return [finding for key in table.rows for finding in table.judge(key)]


class _Joins:
    """The table arranged for judging one old commune at a time."""

    def __init__(self, changes: Sequence[Change], units: Sequence[Unit]) -> None:
        self.points: dict[str, Point] = {
            u.code: (u.latitude or 0.0, u.longitude or 0.0) for u in units
        }
        self.province = {u.code: u.province_code for u in units}
        self.rows: dict[Key, list[Change]] = defaultdict(list)
        self.members: dict[str, list[Change]] = defaultdict(list)
        self.namesakes: dict[tuple[str, str], set[Key]] = defaultdict(set)
        for change in changes:
            self.rows[_key(change)].append(change)
            self.members[change.new_code].append(change)
            self.namesakes[self._name(change)].add(_key(change))
        self.clean: dict[tuple[str, str], list[Change]] = defaultdict(list)
        for key, rows in self.rows.items():
            if len(self.namesakes[self._name(rows[0])]) == 1:
                self.clean[key[:2]].extend(rows)

    def judge(self, key: Key) -> list[Finding]:
        rows = self.rows[key]
        if len(rows) == 1:
            return []
        suspects = [row for row in rows if self._is_suspect(row)]
        if not suspects:
            return [
                Finding("doubted", row, f"{far:.0f} km from the rest of its old district")
                for row in rows
                if (far := self._far(row)) >= DOUBT_KM
            ]
        best = min(rows, key=lambda row: (self._is_suspect(row), self._far(row)))
        findings = []
        for row in suspects:
            near = self._far(row) - self._far(best) < DOUBT_KM and self._far(row) < DOUBT_KM / 2
            if row is best or near:
                if row is not best:
                    reason = "a namesake goes there too, but it borders the old district"
                    findings.append(Finding("doubted", row, reason))
                continue
            reason = (
                f"only the namesake in {self._others(row)} belongs there; "
                f"{self._far(row):.0f} km from the nearest part of the old district"
            )
            findings.append(Finding("dropped", row, reason))
        return findings

    def _name(self, change: Change) -> tuple[str, str]:
        return self.province[change.new_code], fold(normalise(change.old_commune))

    def _others(self, row: Change) -> str:
        names = {
            f"{m.old_district} ({m.old_province})"
            for m in self.members[row.new_code]
            if self._name(m) == self._name(row) and _key(m)[:2] != _key(row)[:2]
        }
        return ", ".join(sorted(names))

    def _is_suspect(self, row: Change) -> bool:
        return bool(self._others(row)) and row.new_code not in self._district(row)

    def _district(self, row: Change) -> set[str]:
        """Return where the other communes of the row's old district went, namesakes left out."""
        return {c.new_code for c in self.clean[_key(row)[:2]] if _key(c) != _key(row)}

    def _far(self, row: Change) -> float:
        """Return the distance in km from the row's new commune to the rest of its old district."""
        own = self.points[row.new_code]
        district = self._district(row)
        return min((distance_km(own, self.points[code]) for code in district), default=0.0)


def corrected(changes: Iterable[Change], findings: Iterable[Finding]) -> list[Change]:
    """Return `changes` without the dropped rows, each marked whether its commune was divided."""
    dropped = {finding.change for finding in findings if finding.action == "dropped"}
    kept = sorted(
        {change for change in changes if change not in dropped},
        key=lambda c: (c.old_code, c.old_province, c.old_district, c.new_code),
    )
    count: dict[Key, int] = defaultdict(int)
    for change in kept:
        count[_key(change)] += 1
    return [replace(change, divided=count[_key(change)] > 1) for change in kept]


def differences(changes: Iterable[Change], checked: Path) -> list[str]:
    """Return where `changes` differ from a map checked by hand (JSON lines)."""
    ours: dict[Key, set[str]] = defaultdict(set)
    for change in changes:
        ours[_key(change)].add(change.new_code)
    found = []
    for line in checked.read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        if row["kind"] != "commune":
            continue
        key = tuple(_spelt(row[n]) for n in ("old_province", "old_district", "old_commune"))
        theirs = {new["code"] for new in row["new"]}
        if ours.get((key[0], key[1], key[2])) != theirs:
            found.append(f"{key}: {sorted(theirs)}")
    return found


def _spelt(name: str) -> str:
    """Return a name with its kind in lower case after the first letter: "Thị Trấn" → "Thị trấn"."""
    kind, bare = split_name(name)
    return f"{kind.capitalize()} {bare}" if kind else bare


def _key(change: Change) -> Key:
    return change.old_province, change.old_district, change.old_commune


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    raw = out.getvalue().encode("utf-8")
    path.write_bytes(lzma.compress(raw, preset=9) if path.suffix == ".xz" else raw)


def main(arguments: Sequence[str], folder: Path = DATA) -> list[str]:
    """Write the table into `folder`; return the problems found (none = written)."""
    legacy, path_2025, path_2026, *checked = map(Path, arguments)
    units = read_today(path_2025, path_2026)
    raw = read_legacy(legacy)
    findings = find_false_joins(raw, units)
    changes = corrected(raw, findings)
    problems = check_units(units) + check_changes(units, changes)
    for path in checked:
        problems += differences(changes, path)
    if problems:
        return problems
    names = {unit.code: unit.name for unit in units}
    _write(
        folder / "units.tsv.xz",
        ("code", "name", "province_code", "latitude", "longitude"),
        ((u.code, u.name, u.province_code, u.latitude, u.longitude) for u in units),
    )
    _write(
        folder / "changes.tsv.xz",
        ("old_code", "old_commune", "old_district", "old_province", "new_code", "divided"),
        ((*_change_cells(c), int(c.divided)) for c in changes),
    )
    _write(
        folder / "corrections.tsv",
        (
            "action",
            "old_code",
            "old_commune",
            "old_district",
            "old_province",
            "new_code",
            "new_name",
            "reason",
        ),
        (
            (f.action, *_change_cells(f.change), names[f.change.new_code], f.reason)
            for f in findings
        ),
    )
    return []


def _change_cells(change: Change) -> tuple[str, str, str, str, str]:
    return (
        change.old_code,
        change.old_commune,
        change.old_district,
        change.old_province,
        change.new_code,
    )


if __name__ == "__main__":
    for problem in (found := main(sys.argv[1:])):
        sys.stderr.write(problem + "\n")
    sys.exit(1 if found else 0)
