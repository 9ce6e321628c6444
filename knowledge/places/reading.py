"""Reads a written place: which words name what, and which unit explains them best.

Scores count words: a word explained is worth one, and every departure from the exact name costs less
than a word, so that the reading that explains most of what was typed wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rapidfuzz.distance import OSA

from knowledge.places.index import NICKNAME_KEYS, Entity, Names
from knowledge.places.names import LEVELS, Level, Marker, find_markers, tokenise, word_set
from knowledge.text import fold

#: Measured on all old names in three spellings (tests/bench/places.py).
EDIT_COST = 0.8
ACCENT_COST = 0.5  # an accent typed that the name does not have
MISSING_ACCENT_COST = 0.1  # a bare word among accented ones
SAME_KIND = 0.3
OTHER_KIND = -0.5
UNUSED_MARKED = -1.0  # "huyện X" was written, and the reading does not lie there
IN_DISTRICT = 0.5
IN_PROVINCE = 0.3
OWN_OLD_PROVINCE = 0.1
TODAY_IN_OLD_DISTRICT = -0.4
REMEMBERED_PROVINCE = 0.5
REMEMBERED_COMMUNE = 0.3
PRIOR = {Level.PROVINCE: 0.6, Level.DISTRICT: 0.1, Level.COMMUNE: 0.0}
PRIOR_TODAY = 0.15
#: Readings this close to the best are all possible.
MARGIN = 0.45

_IGNORED = word_set(
    "cũ cu nay là la thuộc thuoc trước truoc đây day ở o tại tai của cua việt viet nam vn địa dia "
    "bàn ban"
)
#: A part of an address that begins so names no unit.
_STREET = word_set(
    "số đường phố ấp ap khóm khom thôn thon tổ khu kp hẻm hem ngõ ngo ngách ngach tdp km"
)
#: "Bà Rịa - Vũng Tàu" holds "Vũng Tàu": which is looked for first changes what is left for the other.
_ORDERS: dict[Level, tuple[tuple[Level, ...], ...]] = {
    Level.COMMUNE: ((Level.DISTRICT, Level.PROVINCE), (Level.PROVINCE, Level.DISTRICT)),
    Level.DISTRICT: ((Level.PROVINCE,),),
    Level.PROVINCE: ((),),
}
_WIDEST = 6
_WINDOWS = 6
#: No address names so much; more is a text written to be slow.
_MOST_MENTIONS = 60


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of the text that spell a known name, perhaps after a marker."""

    start: int
    end: int
    marker: Marker | None
    key: str
    edits: int = 0

    @property
    def first(self) -> int:
        """Where it begins, its marker included."""
        return self.marker.start if self.marker else self.start

    @property
    def width(self) -> int:
        """How many words it explains."""
        return self.end - self.first

    def allows(self, level: Level) -> bool:
        """Whether its marker fits a unit of `level`."""
        return self.marker is None or level in LEVELS[self.marker.kind]

    def apart(self, other: Mention) -> bool:
        """Whether the two share no word."""
        return self.end <= other.first or other.end <= self.first


@dataclass(frozen=True, slots=True)
class Reading:
    """One entity as the meaning of a text."""

    entity: Entity
    mentions: tuple[Mention, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Hints:
    """What is remembered of the chat: codes of today, or empty."""

    province_code: str = ""
    commune_code: str = ""


class Text:
    """A written place with the names found in it."""

    def __init__(self, text: str, names: Names, *, strict: bool = False) -> None:
        self.names = names
        self.tokens = tokenise(text, strict=strict)
        self.accented = not all(token.plain for token in self.tokens)
        self.markers = find_markers(self.tokens, strict=strict)
        self.after = {m.end: m for m in self.markers if self._leads(m, strict=strict)}
        self.mentions = list(islice(self._exact(), _MOST_MENTIONS))

    def _leads(self, marker: Marker, *, strict: bool) -> bool:
        """Whether the word after `marker` can be its name: no comma between, in a question no dash."""
        after = self.tokens[marker.end]
        return after.follows if strict else not after.breaks

    def _exact(self) -> Iterator[Mention]:
        for start in range(len(self.tokens)):
            key = ""
            for end in range(start + 1, min(start + _WIDEST, len(self.tokens)) + 1):
                if end - 1 > start and self.tokens[end - 1].breaks:
                    break
                key += self.tokens[end - 1].key
                if key in self.names.by_key and self._may_stand(start, end):
                    yield Mention(start, end, self.after.get(start), key)

    def _may_stand(self, start: int, end: int) -> bool:
        """Whether these words may be a name: a single one needs a marker or a part of its own."""
        if start in self.after:
            return True
        token = self.tokens[start]
        alone = token.breaks and (end == len(self.tokens) or self.tokens[end].breaks)
        if token.key.isdigit() or (end - start == 1 and not alone):
            return False
        return alone or not self._in_street(start)

    def _in_street(self, at: int) -> bool:
        while at > 0 and not self.tokens[at].breaks:
            at -= 1
        return self.tokens[at].text in _STREET or self.tokens[at].text.isdigit()

    def ignorable(self, at: int) -> bool:
        """Whether the word at `at` needs no explanation."""
        return self.tokens[at].text in _IGNORED or self._in_street(at)

    def unexplained(self, reading: Reading | None) -> set[int]:
        """Return the words that `reading` leaves over."""
        used = (
            set()
            if reading is None
            else {at for mention in reading.mentions for at in range(mention.first, mention.end)}
        )
        return {at for at in range(len(self.tokens)) if at not in used and not self.ignorable(at)}

    def add_near(self, reading: Reading | None) -> bool:
        """Add names that the unexplained words nearly spell; say whether there are any."""
        found = list(self._near(self.unexplained(reading), reading))
        self.mentions.extend(found)
        return bool(found)

    def _near(self, left: set[int], reading: Reading | None) -> Iterator[Mention]:
        kept = {
            at
            for mention in (reading.mentions[1:] if reading else ())
            for at in range(mention.first, mention.end)
        }
        for start, end in self._windows(left, kept):
            typed = "".join(token.key for token in self.tokens[start:end])
            if len(typed) < 3 or typed in self.names.by_key:
                continue
            cutoff = 2 if len(typed) > 7 else 1
            for key, edits in self.names.near(typed, cutoff, limit=15):
                if not key.isdigit():
                    yield Mention(start, end, self.after.get(start), key, edits)

    def near_after(self, marker: Marker) -> list[Mention]:
        """Return names of several words, one error away, right after `marker`."""
        start = marker.end
        for end in range(min(start + 4, len(self.tokens)), start + 1, -1):
            typed = "".join(token.key for token in self.tokens[start:end])
            if len(typed) < 7 or any(token.breaks for token in self.tokens[start:end]):
                continue
            near = self.names.near(typed, 1, limit=5)
            found = [Mention(start, end, marker, key, edits) for key, edits in near]
            found = [m for m in found if self._is_one_slip(m)]
            if found:
                return found
        return []

    def _is_one_slip(self, mention: Mention) -> bool:
        """Whether some unit of the marked kind differs in one letter, accents typed included."""
        typed = [token.text for token in self.tokens[mention.start : mention.end]]
        bare = all(word.isascii() for word in typed)
        for entity in self.names.by_key[mention.key]:
            if mention.marker and entity.kind != mention.marker.kind:
                continue
            words = [fold(word) if bare else word for word in entity.words]
            if len(words) == len(typed) and OSA.distance(" ".join(typed), " ".join(words)) == 1:
                return True
        return False

    def _windows(self, left: set[int], kept: set[int]) -> list[tuple[int, int]]:
        """Return the stretches of words to compare with all names, the longest first."""
        marked = {at for marker in self.markers for at in range(marker.start, marker.end)}
        stretches: list[list[int]] = []
        for at in range(len(self.tokens)):
            if at in kept or at in marked or self.ignorable(at):
                continue
            if stretches and stretches[-1][-1] == at - 1 and not self.tokens[at].breaks:
                stretches[-1].append(at)
            else:
                stretches.append([at])
        windows = []
        for stretch in stretches:
            if left.isdisjoint(stretch):
                continue
            for width in range(min(len(stretch), _WIDEST - 1), 0, -1):
                windows += [
                    (stretch[i], stretch[i] + width) for i in range(len(stretch) - width + 1)
                ]
        whole = [w for w in windows if self._is_part(*w)]
        others = sorted((w for w in windows if w not in whole), key=lambda w: w[0] - w[1])
        return (whole + [w for w in others if w[1] - w[0] > 1])[:_WINDOWS]

    def _is_part(self, start: int, end: int) -> bool:
        """Whether the words fill the stretch between a comma or marker and the next."""
        begins = self.tokens[start].breaks or start in self.after
        ends = (
            end == len(self.tokens)
            or self.tokens[end].breaks
            or any(marker.start == end for marker in self.markers)
        )
        return begins and ends

    def readings(self, hints: Hints, mentions: Sequence[Mention] | None = None) -> list[Reading]:
        """Return the possible readings, the best first; only those close to the best."""
        chosen = self.mentions if mentions is None else mentions
        found = [
            reading
            for mention in chosen
            for entity in self.names.by_key[mention.key]
            if mention.allows(entity.level)
            for reading in (self._read(entity, mention, chosen, hints),)
        ]
        if not found:
            return []
        best = max(reading.score for reading in found)
        close: dict[Entity, Reading] = {}
        for reading in sorted(found, key=lambda r: -r.score):
            if reading.score >= best - MARGIN:
                close.setdefault(reading.entity, reading)
        return list(close.values())

    def _read(
        self, entity: Entity, mention: Mention, mentions: Sequence[Mention], hints: Hints
    ) -> Reading:
        score = self._fit(entity, mention) + _hinted(entity, hints)
        orders = _ORDERS[entity.level]
        worth, used = max(
            (self._context(entity, mention, mentions, order) for order in orders),
            key=lambda found: found[0],
        )
        score += worth
        for other in mentions:
            if other.marker and not other.edits and all(other.apart(m) for m in used):
                score += UNUSED_MARKED
        return Reading(entity, tuple(used), score)

    def _context(
        self, entity: Entity, mention: Mention, mentions: Sequence[Mention], order: Iterable[Level]
    ) -> tuple[float, list[Mention]]:
        """Return the worth of the district and province named, looked for in this order."""
        used = [mention]
        return sum(self._add_context(used, entity, mentions, level) for level in order), used

    def _fit(self, entity: Entity, mention: Mention) -> float:
        score = mention.width - EDIT_COST * mention.edits - self._accents(entity, mention)
        if entity.level is Level.COMMUNE and not entity.old:
            score += PRIOR_TODAY
        if mention.marker is None:
            return score + PRIOR[entity.level]
        score -= EDIT_COST * mention.marker.edits / 2
        if mention.marker.kind == entity.kind:
            return score + SAME_KIND
        return score + (OTHER_KIND / 5 if mention.marker.kind == "tỉnh" else OTHER_KIND)

    def _accents(self, entity: Entity, mention: Mention) -> float:
        """Return what the accents typed speak against `entity`."""
        typed = self.tokens[mention.start : mention.end]
        if len(typed) != len(entity.words):
            return 0.0
        cost = 0.0
        for token, word in zip(typed, entity.words, strict=True):
            if token.text == word or fold(token.text) != fold(word):
                continue
            if not token.plain:
                cost += ACCENT_COST
            elif self.accented:
                cost += MISSING_ACCENT_COST
        return cost

    def _add_context(
        self, used: list[Mention], entity: Entity, mentions: Iterable[Mention], level: Level
    ) -> float:
        """Add the mention of the district or province that `entity` lay in; return its worth."""
        keys = entity.districts if level is Level.DISTRICT else entity.provinces
        best, worth = None, 0.0
        for other in mentions:
            if other.key not in keys or not other.allows(level):
                continue
            if not all(other.apart(mention) for mention in used):
                continue
            value = other.width - EDIT_COST * other.edits + self._bonus(other, entity, level)
            if value > worth:
                best, worth = other, value
        if best is not None:
            used.append(best)
        return worth

    def _bonus(self, mention: Mention, entity: Entity, level: Level) -> float:
        if level is Level.DISTRICT:
            if not entity.old:
                return IN_DISTRICT + TODAY_IN_OLD_DISTRICT
            kind = mention.marker.kind if mention.marker else ""
            same = not kind or entity.district.lower().startswith(kind)
            return IN_DISTRICT if same else IN_DISTRICT - 0.2
        key = self.names.key_of(entity.province)
        own = entity.old and (
            mention.key == key or mention.key in NICKNAME_KEYS.get(key, frozenset())
        )
        return IN_PROVINCE + (OWN_OLD_PROVINCE if own else 0.0)


def _hinted(entity: Entity, hints: Hints) -> float:
    """Return what is remembered speaks for `entity`; a province is never preferred to itself."""
    if entity.level is Level.PROVINCE:
        return 0.0
    score = 0.0
    if hints.province_code and entity.province_code == hints.province_code:
        score += REMEMBERED_PROVINCE
    if hints.commune_code and any(code == hints.commune_code for code, _ in entity.targets):
        score += REMEMBERED_COMMUNE
    return score
