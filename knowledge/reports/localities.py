"""Which locality a report is about, which ones it names, and what they are called today."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from knowledge.places.table import read_changes, read_units
from knowledge.reports.letters import LOWER, UPPER
from knowledge.text import fold

PROVINCE, DISTRICT, COMMUNE = "tỉnh", "huyện", "xã"
_KINDS = {
    "tỉnh": PROVINCE,
    "thành phố": "",
    "tp": "",
    "tp.": "",
    "huyện": DISTRICT,
    "thị xã": DISTRICT,
    "tx": DISTRICT,
    "tx.": DISTRICT,
    "quận": DISTRICT,
    "xã": COMMUNE,
    "phường": COMMUNE,
    "thị trấn": COMMUNE,
    "đặc khu": COMMUNE,
}
_WORD = rf"[{UPPER}][{LOWER}’']*"
_NAMED = re.compile(
    rf"(?<![\w])(?P<kind>[Tt]ỉnh|[Tt]hành phố|TP\.?|[Hh]uyện|[Tt]hị xã|TX\.?|[Qq]uận|[Xx]ã|[Pp]hường|[Tt]hị trấn"
    rf"|[Đđ]ặc khu|TỈNH|THÀNH PHỐ|HUYỆN|XÃ|PHƯỜNG)\s+(?P<name>[{UPPER}]{{2,}}(?: [{UPPER}]{{2,}}){{0,3}}\b"
    rf"|{_WORD}(?:(?: | ?- ?){_WORD}){{0,4}}|\d{{1,2}}\b)"
)
_SELF = {
    PROVINCE: re.compile(
        r"\b(?:UBND|HĐND|Ủy ban nhân dân|toàn|địa bàn|của|thuộc)\s+tỉnh\b|(?:^|[,;.]\s*)tỉnh (?:đã"
        r"|tiếp tục|sẽ|cũng|có)\b"
        r"|\bsở, (?:ban, )?ngành\b|\bcấp huyện, cấp xã\b",
        re.IGNORECASE,
    ),
    DISTRICT: re.compile(
        r"\b(?:UBND|HĐND|toàn|địa bàn|của|thuộc|trên|Ủy ban nhân dân)\s+(?:huyện|thị xã|quận)\b"
        r"|(?:^|[,;.]\s*)(?:huyện|thị xã) (?:đã|tiếp tục|sẽ|cũng)\b"
        r"|\bcác xã, thị trấn\b",
        re.IGNORECASE,
    ),
    COMMUNE: re.compile(
        r"\b(?:UBND|HĐND|toàn|địa bàn|của|thuộc|Ủy ban nhân dân)\s+(?:xã|phường|đặc khu)\b(?!,)"
        r"|(?:^|[,;.]\s*)(?:xã|phường|đặc khu) (?:đã|tiếp tục|sẽ|cũng|huy động|tổ chức|bố trí)\b"
        r"|\bhành chính công (?:xã|phường|đặc khu)\b",
        re.IGNORECASE,
    ),
}
_CITY = re.compile(r"\b(?:UBND|HĐND|toàn|địa bàn|của|thuộc) thành phố\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Locality:
    """A province, district or commune by its name of then."""

    name: str
    """"tỉnh Trà Vinh"; "huyện Hạ Lang, tỉnh Cao Bằng"."""
    level: str
    province: str = ""
    """"tỉnh Trà Vinh", as it was then; may be empty."""

    @property
    def today(self) -> str:
        """Today's name of the province, or the whole locality when nothing changed."""
        if self.level == PROVINCE:
            return today_of(self.name)
        province = today_of(self.province) if self.province else ""
        if self.level == DISTRICT:
            return province
        own = self.name.split(",")[0]
        kept = _key(own) in gazetteer().communes
        return ", ".join(part for part in (own if kept or not province else "", province) if part)

    @property
    def note(self) -> str:
        """What changed, in one sentence; empty when nothing did."""
        if self.level == DISTRICT:
            where = f", nay thuộc {self.today}" if self.today else ""
            return f"Cấp huyện kết thúc hoạt động từ 01/7/2025{where}."
        province = self.name if self.level == PROVINCE else self.province
        now = today_of(province) if province else ""
        if now and now != province:
            return f"{_capital(province)} (cũ) nay thuộc {now} từ 01/7/2025."
        return ""


@dataclass(frozen=True)
class Gazetteer:
    """The names of provinces, old and new, and of the districts that were."""

    provinces: dict[str, str]
    """Folded bare name → full name, "tra vinh" → "tỉnh Trà Vinh"."""
    today: dict[str, str]
    """Full old name → full name of today."""
    districts: dict[str, tuple[tuple[str, str], ...]]
    """Folded bare name → (full name, province) of each such district."""
    communes: frozenset[str]
    """Folded bare names of today's communes."""


@cache
def gazetteer() -> Gazetteer:
    """Return the names of the table of places, read once."""
    units = {unit.code: unit for unit in read_units()}
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    districts: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for change in read_changes():
        old = _lower(change.old_province)
        new = units.get(change.new_code)
        if new is not None:
            votes[old][_lower(units[new.province_code].name)] += 1
        if change.old_district:
            districts[_key(change.old_district)].add((_lower(change.old_district), old))
    provinces = {_key(name): name for name in votes}
    provinces |= {
        _key(u.name): _lower(u.name)
        for u in units.values()
        if u.is_province and _key(u.name) not in provinces
    }
    return Gazetteer(
        provinces,
        {old: count.most_common(1)[0][0] for old, count in votes.items()},
        {key: tuple(sorted(values)) for key, values in districts.items()},
        frozenset(_key(unit.name) for unit in units.values() if not unit.is_province),
    )


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _key(name: str) -> str:
    bare = re.sub(
        r"^(?:tỉnh|thành phố|huyện|thị xã|quận|xã|phường|thị trấn|đặc khu) ", "", name.lower()
    )
    return re.sub(r"\s*-\s*", " ", fold(bare))


def today_of(province: str) -> str:
    """Return today's name of an old province, or the same name."""
    return gazetteer().today.get(province, province)


@dataclass(frozen=True, slots=True)
class Named:
    """A locality where it is named."""

    locality: Locality
    start: int
    end: int


def named_places(text: str, province: str = "") -> Iterator[Named]:
    """Yield the provinces, districts and communes that `text` names by kind and name."""
    for match in _NAMED.finditer(text):
        words = (
            match["name"].title()
            if match["name"].isupper() and len(match["name"]) > 2
            else match["name"]
        )
        found = _known(match["kind"].lower(), words, province)
        if found:
            locality, used = found
            yield Named(locality, match.start(), match.start("name") + used)


def _known(kind: str, name: str, province: str) -> tuple[Locality, int] | None:
    """Return the longest known name that `name` begins with, and its length."""
    level = _KINDS[kind.rstrip(".") if kind not in _KINDS else kind]
    ends = [match.end() for match in re.finditer(r"[^\s-]+", name)]
    for end in reversed(ends):
        bare = name[:end]
        found = _lookup(level, bare, province, kind)
        if found:
            return found, end
    if level in (DISTRICT, COMMUNE) and not name[0].isdigit():
        end = ends[min(len(ends), 2) - 1]
        where = f", {province}" if province else ""
        return Locality(f"{kind} {name[:end]}{where}", level, province), end
    if level == COMMUNE:
        return Locality(f"{kind} {name}", level, province), len(name)
    return None


def _lookup(level: str, bare: str, province: str, kind: str) -> Locality | None:
    names = gazetteer()
    key = _key(bare)
    if level in (PROVINCE, "") and key in names.provinces:
        full = names.provinces[key]
        if level == PROVINCE or full.startswith("thành phố"):
            return Locality(full, PROVINCE, full)
    if level == COMMUNE:  # many names are used again elsewhere: only the report tells the province
        whole = f"{kind} {bare}, {province}" if province else f"{kind} {bare}"
        return Locality(whole, COMMUNE, province) if key in names.communes else None
    table = {DISTRICT: names.districts, "": names.districts}.get(level, {})
    choices = table.get(key, ())
    here = [
        choice for choice in choices if choice[1] == province or today_of(province) == choice[1]
    ] or choices
    if not here:
        return None
    kind = {"tp": "thành phố", "tx": "thị xã"}.get(kind.rstrip("."), kind)
    here = [choice for choice in here if choice[0].startswith(f"{kind} ")] or list(here)
    full, where = here[0]
    known = where if len(here) == 1 else province
    return Locality(f"{full}, {known}" if known else full, level or DISTRICT, known)


def locality_of(title: str, texts: Iterable[str], letterhead: str = "") -> Locality:
    """Return the locality that a whole report is about; its name is empty when none is named.

    How a report speaks of its own government ("UBND tỉnh", "UBND huyện") tells the level; the name
    of that level that it uses most, first of all in the title, tells which.
    """
    body = list(texts)
    selves: Counter[str] = Counter()
    for text in (title, *body, letterhead):
        for level, pattern in _SELF.items():
            selves[level] += len(pattern.findall(text)) * (
                6 if text is title or text is letterhead else 1
            )
    names: dict[str, Counter[Locality]] = defaultdict(Counter)
    for text, weight in ((title, 8), (letterhead, 4), *((text, 1) for text in body)):
        for named in named_places(text):
            names[named.locality.level][named.locality] += weight
        if weight > 1:
            for locality in _bare_provinces(text):
                names[PROVINCE][locality] += weight - 2
    levels = sorted((PROVINCE, DISTRICT, COMMUNE), key=lambda level: -selves[level])
    if _CITY.search(" ".join([title, *body])) and not selves[PROVINCE]:
        levels = [PROVINCE, DISTRICT, *levels]
    for level in levels:
        if names[level]:
            return _completed(names[level].most_common(1)[0][0], names[PROVINCE])
    bare = Counter(locality for text in body for locality in _bare_provinces(text))
    return bare.most_common(1)[0][0] if bare else Locality("", "")


def _bare_provinces(text: str) -> Iterator[Locality]:
    """Yield provinces named without their kind: "Đồng Tháp: Tiếp tục …"."""
    names = gazetteer().provinces
    for match in re.finditer(
        rf"(?<![\w] ){_WORD}(?: {_WORD}){{1,2}}|(?<=[,:(\s]){_WORD}(?: {_WORD}){{1,2}}", text
    ):
        words = match[0].split()
        for size in (3, 2):
            key = _key(" ".join(words[:size]))
            if len(words) >= size and key in names:
                yield Locality(names[key], PROVINCE, names[key])
                break


def _completed(found: Locality, provinces: Counter[Locality]) -> Locality:
    if found.level == PROVINCE or found.province or not provinces:
        return found
    province = provinces.most_common(1)[0][0].name
    return Locality(f"{found.name}, {province}", found.level, province)
