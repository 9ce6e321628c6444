"""What resolving a place gives: today's units with probabilities, old names, or a question."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from knowledge.places.names import Level

#: At most so many choices are put to a citizen.
MOST_CHOICES = 5


class Trouble(StrEnum):
    """Why nothing was found; each has its own sentence."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"
    ABROAD = "abroad"


@dataclass(frozen=True, slots=True)
class Match:
    """A unit of today that the text may mean."""

    code: str
    """Five digits for a commune, two for a province."""
    name: str
    province: str
    province_code: str
    p: float


@dataclass(frozen=True, slots=True)
class Was:
    """The old names, full; the parts not spoken of are empty."""

    commune: str = ""
    district: str = ""
    province: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to the question which place is meant."""

    code: str
    name: str
    province: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a text about a place means today."""

    matches: tuple[Match, ...] = ()
    """The likeliest first; when `ask` is empty the first one is meant."""
    was: Was | None = None
    ask: tuple[Choice, ...] = ()
    level: Level | None = None
    """The level of the name that was spoken."""
    more: bool = False
    """Whether there are more choices than `ask` shows: ask for the district or province instead."""
    trouble: Trouble | None = None
    span: tuple[int, int] = (0, 0)
    """Where the place stands in a question."""

    @property
    def best(self) -> Match | None:
        """The unit that is meant, or None when the citizen must choose or nothing was found."""
        return self.matches[0] if self.matches and not self.ask else None

    @property
    def province_code(self) -> str:
        """The province all matches lie in, "" when they differ."""
        codes = {match.province_code for match in self.matches}
        return codes.pop() if len(codes) == 1 else ""

    def within(self, span: tuple[int, int]) -> Resolution:
        """Return the same meaning found at `span` of a question."""
        return replace(self, span=span)


@dataclass(frozen=True, slots=True)
class Description:
    """The parts of "Xã Hiệp Mỹ Đông (huyện Cầu Ngang cũ) nay thuộc xã Hiệp Mỹ, tỉnh Vĩnh Long"."""

    was: str
    """"Xã Hiệp Mỹ Đông"; empty when the name spoken is today's."""
    was_in: str
    """"huyện Cầu Ngang cũ", or the province when a district was named; may be empty."""
    now: str
    """"xã Hiệp Mỹ"; empty when only the province is meant."""
    province: str
    """"tỉnh Vĩnh Long"."""
    same_name: bool
    """Whether the unit kept its name, so that "nay là" would sound odd."""


def describe(resolution: Resolution) -> Description | None:
    """Return the parts of the sentence about the first match, or None when nothing was found."""
    if not resolution.matches:
        return None
    match = resolution.matches[0]
    was = resolution.was or Was()
    spoken = was.commune or was.district or was.province
    around = ""
    if was.commune:
        around = f"{lower_kind(was.district)} cũ" if was.district else ""
    elif was.district:
        gone = " cũ" if was.province != match.province else ""
        around = lower_kind(was.province) + gone
    now = "" if len(match.code) == 2 else lower_kind(match.name)
    today = match.name if len(match.code) == 5 else match.province
    return Description(spoken, around, now, lower_kind(match.province), spoken == today)


def lower_kind(name: str) -> str:
    """Return a full name as it stands inside a sentence: "Xã Hiệp Mỹ" → "xã Hiệp Mỹ"."""
    return name[:1].lower() + name[1:]


def as_json(resolution: Resolution, id_: str = "") -> dict[str, object]:
    """Return the shape that `motcua place --json` prints."""
    return {
        "id": id_,
        "matches": [
            {"code": m.code, "name": m.name, "province": m.province, "p": round(m.p, 4)}
            for m in resolution.matches
        ],
        "was": asdict(resolution.was) if resolution.was else None,
        "ask": [asdict(choice) for choice in resolution.ask],
    }
