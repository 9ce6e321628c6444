"""Answers which unit of today a text means; immutable once built."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from knowledge.places.index import Entity, Names
from knowledge.places.names import Level, decoded, name_key, word_set
from knowledge.places.question import find_mentions
from knowledge.places.reading import Hints, Reading, Text
from knowledge.places.resolution import (
    MOST_CHOICES,
    Choice,
    Match,
    Resolution,
    Trouble,
    Was,
)
from knowledge.places.table import (
    DATA,
    Change,
    TableError,
    TableInfo,
    Unit,
    check_changes,
    check_units,
    distance_km,
    read_changes,
    read_info,
    read_units,
    split_name,
)
from knowledge.text import fold, normalise

#: Longer texts are no place names; a whole address has at most some 150 characters.
LONGEST_PLACE = 300
#: Longer questions are searched only so far.
LONGEST_QUESTION = 1_000
MOST_MATCHES = 12
#: A first match this sure is not asked about.
SURE = 0.85
_TEMPERATURE = 0.25
#: The corners of Vietnam with its islands (latitude, longitude).
_SOUTH_WEST, _NORTH_EAST = (6.0, 102.0), (23.5, 118.0)
#: No point of the mainland is farther from the point of its commune.
FARTHEST_KM = 60.0

_ABROAD = word_set(
    "campuchia cambodia phnompenh nuoclao viengchan vientiane trungquoc china backinh quangdong quangtay "
    "thailan thailand bangkok nhatban japan tokyo hanquoc korea seoul dailoan taiwan singapore "
    "malaysia indonesia philippines hoaky nuocmy usa america nuocuc australia canada nuocanh nuocphap "
    "nuocduc nuocnga paris london berlin moscow newyork california hongkong macau"
)


#: The city that everyone abbreviates, glued or bare.
_CITY = re.compile(r"\b(?:tp[. ]*)?hcm\b", re.IGNORECASE)


class OutsideVietnamError(ValueError):
    """A shared location that lies in no commune."""


class Places:
    """The units of one version of the table."""

    def __init__(
        self,
        units: Sequence[Unit],
        changes: Sequence[Change],
        info: TableInfo,
        aliases: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.info = info
        self._units = {unit.code: unit for unit in units}
        self._names = Names(units, changes, aliases or {})

    @classmethod
    def build(
        cls,
        units: Iterable[Unit],
        changes: Iterable[Change],
        info: TableInfo | None = None,
        aliases: Mapping[str, Sequence[str]] | None = None,
    ) -> Places:
        """Return the places of plain rows, e.g. of the database.

        `aliases` are what people call units of today: spoken name → codes.

        Raises:
            TableError: a code repeats or is unknown; every problem is named.
        """
        units, changes = list(units), list(changes)
        problems = check_units(units) + check_changes(units, changes)
        if problems:
            raise TableError(problems)
        return cls(units, changes, info or read_info(), aliases)

    @classmethod
    def load(cls, folder: Path = DATA) -> Places:
        """Return the places of the table kept in the repository."""
        units = read_units(folder / "units.tsv.xz")
        return cls(units, read_changes(folder / "changes.tsv.xz"), read_info(folder))

    def unit(self, code: str) -> Unit | None:
        """Return the province or commune with this code."""
        return self._units.get(code)

    def old_communes(self, name: str) -> tuple[Entity, ...]:
        """Return the communes that ended and bore this name, kind or not, in any province."""
        key = name_key(split_name(" ".join(name.split(",")[0].split()))[1])
        found = self._names.by_key.get(key, ())
        return tuple(one for one in found if one.old and one.level is Level.COMMUNE)

    @cached_property
    def provinces(self) -> tuple[Unit, ...]:
        """Today's provinces by code."""
        return tuple(unit for unit in self._units.values() if unit.is_province)

    def communes_of(self, province_code: str) -> tuple[Unit, ...]:
        """Return the communes of a province."""
        return tuple(
            unit
            for unit in self._units.values()
            if unit.province_code == province_code and not unit.is_province
        )

    def nearest(self, latitude: float, longitude: float) -> tuple[Unit, float]:
        """Return the commune whose point is nearest, and how many km away it is.

        The point stands for the whole commune: the answer is likely, never certain.

        Raises:
            OutsideVietnamError: the location is no location, or lies outside Vietnam.
        """
        here = (latitude, longitude)
        if not all(
            low <= value <= high
            for low, value, high in zip(_SOUTH_WEST, here, _NORTH_EAST, strict=True)
        ):
            raise OutsideVietnamError(f"{latitude}, {longitude}")
        found = min(
            (
                (distance_km(here, (unit.latitude, unit.longitude)), unit.code)
                for unit in self._units.values()
                if not unit.is_province and unit.latitude is not None and unit.longitude is not None
            ),
            default=(math.inf, ""),
        )
        if found[0] > FARTHEST_KM:
            raise OutsideVietnamError(f"{latitude}, {longitude}")
        return self._units[found[1]], found[0]

    def resolve(self, text: str, *, province_code: str = "", commune_code: str = "") -> Resolution:
        """Return what a written place means today.

        `province_code` and `commune_code` are what the chat remembers: they tip the balance between
        equal names and never overrule what was written.
        """
        if not text.strip():
            return Resolution(trouble=Trouble.EMPTY)
        if len(text) > LONGEST_PLACE:
            return Resolution(trouble=Trouble.TOO_LONG)
        known = self._by_code(text.strip())
        if known:
            return known
        hints = Hints(province_code, commune_code)
        readings = self._read(text, hints)
        keystrokes = "" if _is_exact(readings) else decoded(text)
        if keystrokes:
            other = self._read(keystrokes, hints)
            readings = max(readings, other, key=lambda found: found[0].score if found else 0.0)
        if not readings:
            return Resolution(trouble=Trouble.ABROAD if _is_abroad(text) else Trouble.UNKNOWN)
        if not _is_exact(readings) and _is_abroad(text):
            return Resolution(trouble=Trouble.ABROAD)
        return self._resolution(readings)

    def _read(self, text: str, hints: Hints) -> list[Reading]:
        """Return the readings of a text, none when the best explains too little of it."""
        written = Text(_CITY.sub("TP.HCM", text), self._names)
        readings = written.readings(hints)
        best = readings[0] if readings else None
        if written.unexplained(best) and written.add_near(best):
            readings = written.readings(hints)
        return [] if readings and _is_weak(readings[0], written) else readings

    def find_in(
        self, question: str, *, province_code: str = "", commune_code: str = ""
    ) -> Resolution | None:
        """Return the place that a question speaks of, with its span, or None.

        Ordinary words that happen to be names are left alone: a name needs a marker (xã, huyện, ở,
        tại, quê …), to be a province's, or to be long and accented.
        """
        written = Text(question[:LONGEST_QUESTION], self._names, strict=True)
        mentions = find_mentions(written)
        if not mentions:
            return None
        readings = written.readings(Hints(province_code, commune_code), mentions)
        if not readings:
            return None
        used = readings[0].mentions
        span = (
            written.tokens[min(m.first for m in used)].start,
            written.tokens[max(m.end for m in used) - 1].end,
        )
        return self._resolution(readings).within(span)

    def _by_code(self, text: str) -> Resolution | None:
        unit = self._units.get(text) if text.isascii() and text.isdigit() else None
        if unit is None:
            return None
        level = Level.PROVINCE if unit.is_province else Level.COMMUNE
        return Resolution((self._match(unit.code, 1.0),), level=level)

    def _match(self, code: str, p: float) -> Match:
        unit = self._units[code]
        province = self._units[unit.province_code]
        return Match(code, unit.name, province.name, province.code, p)

    def _resolution(self, readings: Sequence[Reading]) -> Resolution:
        best = readings[0]
        mass: dict[str, float] = defaultdict(float)
        for reading in readings:
            weight = math.exp((reading.score - best.score) / _TEMPERATURE)
            for code, share in reading.entity.targets:
                mass[code] += weight * share
        total = sum(mass.values())
        ranked = sorted(mass, key=lambda code: -mass[code])
        matches = tuple(self._match(code, mass[code] / total) for code in ranked[:MOST_MATCHES])
        asked = matches[:MOST_CHOICES] if len(ranked) > 1 and matches[0].p < SURE else ()
        return Resolution(
            matches,
            _was(readings, ranked[0], asked=bool(asked)),
            tuple(Choice(m.code, m.name, m.province) for m in asked),
            best.entity.level,
            more=bool(asked) and len(ranked) > MOST_CHOICES,
        )


def _was(readings: Sequence[Reading], code: str, *, asked: bool) -> Was | None:
    """Return the old names, when all readings that lead to the answer speak of the same."""
    leading = [
        reading.entity
        for reading in readings
        if asked or any(target == code for target, _ in reading.entity.targets)
    ]
    first = leading[0]
    if not first.old or any(entity is not first for entity in leading if entity.old or asked):
        return None
    names = {first.level.value: first.name}
    return Was(
        names.get("commune", ""),
        names.get("district", first.district),
        first.province,
    )


def _is_weak(reading: Reading, written: Text) -> bool:
    """Whether `reading` explains too little of the text to be believed."""
    edits = sum(mention.edits for mention in reading.mentions)
    explained = sum(mention.width for mention in reading.mentions)
    left = len(written.unexplained(reading))
    return left > explained + 1 or (edits > 1 and left >= explained)


def _is_exact(readings: Sequence[Reading]) -> bool:
    """Whether the best reading takes every name as it was typed."""
    return bool(readings) and not any(mention.edits for mention in readings[0].mentions)


def _is_abroad(text: str) -> bool:
    words = fold(normalise(text)).replace(",", " ").split()
    pairs = ["".join(words[i : i + 2]) for i in range(len(words))]
    return words == ["lao"] or not _ABROAD.isdisjoint(words + pairs)
