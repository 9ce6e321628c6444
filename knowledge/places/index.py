"""The names of all units, old and new, arranged for looking up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.places.names import Level, name_key, name_words
from knowledge.places.table import Change, Unit, split_name

#: What people call provinces besides their names.
PROVINCE_NICKNAMES = {
    "hcm": "Hồ Chí Minh",
    "tphcm": "Hồ Chí Minh",
    "sg": "Hồ Chí Minh",
    "sài gòn": "Hồ Chí Minh",
    "hn": "Hà Nội",
    "thừa thiên huế": "Huế",
    "brvt": "Bà Rịa - Vũng Tàu",
    "đắc lắc": "Đắk Lắk",
    "đắc nông": "Đắk Nông",
}


#: Key of a province's name → keys of its nicknames.
NICKNAME_KEYS = {
    name_key(name): frozenset(
        name_key(nickname) for nickname, full in PROVINCE_NICKNAMES.items() if full == name
    )
    for name in PROVINCE_NICKNAMES.values()
}


@dataclass(frozen=True, slots=True)
class Entity:
    """Something a name can mean: a unit of today, or one that ended."""

    level: Level
    old: bool
    kind: str
    name: str
    words: tuple[str, ...]
    key: str
    targets: tuple[tuple[str, float], ...]
    """Codes of today with their share; a province has its own two digits."""
    districts: frozenset[str]
    """Keys of the old districts it lay in."""
    provinces: frozenset[str]
    """Keys of the provinces it lies or lay in, old and new."""
    province_code: str
    """The province of today."""
    district: str = ""
    province: str = ""
    """Full names of the old district and province, for an old unit."""


class Names:
    """Every entity by the key of its bare name."""

    def __init__(
        self,
        units: Sequence[Unit],
        changes: Sequence[Change],
        aliases: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.by_key: dict[str, list[Entity]] = defaultdict(list)
        self._keys: dict[str, tuple[str, str, tuple[str, ...]]] = {}
        self._sets: dict[tuple[str, ...], frozenset[str]] = {}
        self._province_of = {unit.code: unit.province_code for unit in units}
        provinces = {unit.code: unit for unit in units if unit.is_province}
        communes = {unit.code: unit for unit in units if not unit.is_province}
        members: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            members[change.new_code].append(change)
        for unit in communes.values():
            self._add_today(unit, provinces[unit.province_code], members[unit.code])
        self._add_old_communes(changes, communes, provinces)
        self._add_old_districts(changes, communes, provinces)
        self._add_provinces(changes, communes, provinces)
        self._add_aliases(aliases or {})
        self.by_key = dict(self.by_key)
        self._as_long: dict[tuple[int, int], tuple[str, ...]] = {}
        self.longest = max(
            (len(e.words) for found in self.by_key.values() for e in found), default=0
        )

    def near(self, typed: str, edits: int, *, limit: int) -> list[tuple[str, int]]:
        """Return the keys at most so many edits from `typed`, each with how many, the nearest first."""
        wanted = len(typed), edits
        if wanted not in self._as_long:
            self._as_long[wanted] = tuple(
                key for key in self.by_key if abs(len(key) - len(typed)) <= edits
            )
        found = process.extract(
            typed, self._as_long[wanted], scorer=OSA.distance, score_cutoff=edits, limit=limit
        )
        return [(key, int(distance)) for key, distance, _ in found]

    def _split(self, name: str) -> tuple[str, str, tuple[str, ...]]:
        """Return kind, key and words of a full name."""
        if name not in self._keys:
            kind, bare = split_name(name)
            self._keys[name] = kind, name_key(bare), name_words(bare)
        return self._keys[name]

    def key_of(self, name: str) -> str:
        """Return the key of a full name of the table."""
        return self._split(name)[1]

    def _set(self, names: Iterable[str]) -> frozenset[str]:
        """Return the keys of `names`, one shared set for equal ones: thousands of communes share few."""
        wanted = tuple(names)
        if wanted not in self._sets:
            keys = frozenset(map(self.key_of, wanted))
            nicknames = (NICKNAME_KEYS.get(key, frozenset()) for key in keys)
            self._sets[wanted] = keys.union(*nicknames)
        return self._sets[wanted]

    def _add(
        self,
        level: Level,
        name: str,
        targets: tuple[tuple[str, float], ...],
        districts: Iterable[str],
        provinces: Iterable[str],
        was: tuple[str, str] | None = None,
    ) -> None:
        kind, key, words = self._split(name)
        district, province = was or ("", "")
        first = targets[0][0]
        self.by_key[key].append(
            Entity(
                level,
                was is not None,
                kind,
                name,
                words,
                key,
                targets,
                self._set(districts),
                self._set(provinces),
                self._province_of.get(first, first),
                district,
                province,
            )
        )

    def _add_today(self, unit: Unit, province: Unit, members: list[Change]) -> None:
        districts = sorted({change.old_district for change in members})
        provinces = sorted({change.old_province for change in members} | {province.name})
        self._add(Level.COMMUNE, unit.name, ((unit.code, 1.0),), districts, provinces)

    def _add_old_communes(
        self, changes: Iterable[Change], communes: dict[str, Unit], provinces: dict[str, Unit]
    ) -> None:
        codes: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for c in changes:
            if c.old_commune:
                codes[c.old_commune, c.old_district, c.old_province].append(c.new_code)
        for (commune, district, province), found in codes.items():
            today = provinces[communes[found[0]].province_code].name
            targets = tuple((code, 1 / len(found)) for code in found)
            names = (province, today)
            self._add(Level.COMMUNE, commune, targets, (district,), names, (district, province))

    def _add_old_districts(
        self, changes: Iterable[Change], communes: dict[str, Unit], provinces: dict[str, Unit]
    ) -> None:
        parts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for change in changes:
            parts[change.old_district, change.old_province][change.new_code] += 1
        for (district, province), counts in parts.items():
            today = provinces[communes[next(iter(counts))].province_code].name
            total = counts.total()
            targets = tuple((code, n / total) for code, n in counts.most_common())
            self._add(
                Level.DISTRICT, district, targets, (), (province, today), (district, province)
            )

    def _add_provinces(
        self, changes: Iterable[Change], communes: dict[str, Unit], provinces: dict[str, Unit]
    ) -> None:
        today: dict[str, str] = {}
        for unit in provinces.values():
            today[self.key_of(unit.name)] = unit.code
            self._add(Level.PROVINCE, unit.name, ((unit.code, 1.0),), (), (unit.name,))
        olds = {c.old_province: communes[c.new_code].province_code for c in changes}
        for name, code in olds.items():
            if self.key_of(name) not in today:
                targets = ((code, 1.0),)
                self._add(Level.PROVINCE, name, targets, (), (name,), ("", name))
        for nickname, name in PROVINCE_NICKNAMES.items():
            found = [e for e in self.by_key.get(name_key(name), ()) if e.level is Level.PROVINCE]
            spare = self.by_key[name_key(nickname)]
            spare.extend(e for e in found if e not in spare)

    def _add_aliases(self, aliases: Mapping[str, Sequence[str]]) -> None:
        """Add what people call units of today: each such unit under one more name."""
        today = {
            one.targets[0][0]: one
            for found in self.by_key.values()
            for one in found
            if not one.old and len(one.targets) == 1
        }
        for alias, codes in aliases.items():
            units = [today[code] for code in codes if code in today]
            if not units:
                continue
            targets = tuple((code, 1 / len(units)) for code in codes if code in today)
            _, key, words = self._split(alias)
            named = replace(
                units[0],
                words=words,
                key=key,
                targets=targets,
                districts=frozenset().union(*(one.districts for one in units)),
                provinces=frozenset().union(*(one.provinces for one in units)),
            )
            self.by_key[key].append(named)
