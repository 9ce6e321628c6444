"""Finds the centre to go to; every commune has one, known or implied by the decree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rapidfuzz import fuzz

from knowledge.centres.model import Centre, CentreLevel, CentreStatus
from knowledge.content import Confidence
from knowledge.places import OutsideVietnamError, Places, Unit, distance_km, lower_kind
from knowledge.text import fold, normalise

DECREE = "Nghị định 118/2025/NĐ-CP, sửa bởi Nghị định 367/2025/NĐ-CP và 309/2026/NĐ-CP"
ONE_TIER = (
    "Thành phố có thể lập Trung tâm Phục vụ hành chính công một cấp với các chi nhánh, điểm tiếp nhận "
    "(Điều 7 khoản 2, sửa bởi Nghị định 309/2026/NĐ-CP): tên nơi tiếp nhận tại đây có thể khác"
)
#: Names at least so alike (of 100) are of the same centre.
ALIKE = 88


class Detail(StrEnum):
    """What a citizen wants to know of a centre, in the order it is told."""

    ADDRESS = "address"
    PHONE = "phone"
    HOURS = "hours"
    COORDINATES = "coordinates"


@dataclass(frozen=True, slots=True)
class Known:
    """A centre, with what may be said of it and what nobody has checked."""

    centre: Centre
    verified: frozenset[Detail]
    """Told as a fact, with source and date."""
    doubtful: frozenset[Detail]
    """Told with a warning: entered, but not verified or of low confidence."""
    missing: frozenset[Detail]
    """Not known, and said so."""
    successor: Centre | None = None
    """For a centre that is no more: where to go today."""


@dataclass(frozen=True, slots=True)
class Near:
    """A centre near a shared location."""

    known: Known
    km: float
    exact: bool
    """Whether the distance is to the centre itself; if not, to the middle of its commune."""


def implied(unit: Unit, province: Unit) -> Centre:
    """Return the centre that the decree gives a commune, with nothing else known of it."""
    name = f"Trung tâm Phục vụ hành chính công {lower_kind(unit.name)}"
    return Centre(
        key=f"implied-{unit.code}",
        name=name,
        level=CentreLevel.COMMUNE,
        unit_code=unit.code,
        province_code=province.code,
        sources=(DECREE,),
        confidence=Confidence.MEDIUM,
        note=ONE_TIER if province.kind == "thành phố" else "",
        implied=True,
    )


def describe(centre: Centre, centres: Iterable[Centre] = ()) -> Known:
    """Return what is verified, doubtful and missing of a centre, and what took its place."""
    given = {
        Detail.ADDRESS: bool(centre.address),
        Detail.PHONE: bool(centre.phones),
        Detail.HOURS: centre.hours.known,
        Detail.COORDINATES: centre.point is not None,
    }
    entered = frozenset(detail for detail, is_given in given.items() if is_given)
    sure = centre.verified_on is not None and centre.confidence in (
        Confidence.HIGH,
        Confidence.MEDIUM,
    )
    verified = entered if sure else frozenset[Detail]()
    return Known(
        centre,
        verified,
        entered - verified,
        frozenset(given) - entered,
        _successor(centre, centres),
    )


def _successor(centre: Centre, centres: Iterable[Centre]) -> Centre | None:
    """Follow `superseded_by` to the end; a loop or a missing key ends it."""
    by_key = {other.key: other for other in centres}
    seen = {centre.key}
    found: Centre | None = None
    key = centre.superseded_by
    while key and key not in seen and key in by_key:
        seen.add(key)
        found = by_key[key]
        key = found.superseded_by
    return found


def of_commune(code: str, centres: Sequence[Centre], places: Places, on: date) -> tuple[Known, ...]:
    """Return the centres of a commune on a day: those entered, or the one implied by the decree.

    Raises:
        KeyError: no commune has this code.
    """
    unit = places.unit(code)
    if unit is None or unit.is_province:
        raise KeyError(code)
    own = [
        describe(centre, centres)
        for centre in centres
        if centre.unit_code == code
        and centre.level is CentreLevel.COMMUNE
        and centre.is_active_on(on)
    ]
    if own:
        return tuple(own)
    province = places.unit(unit.province_code)
    assert province is not None
    return (describe(implied(unit, province)),)


def of_province(code: str, centres: Sequence[Centre], on: date) -> tuple[Known, ...]:
    """Return the provincial centres on a day; none = nobody has entered them."""
    return tuple(
        describe(centre, centres)
        for centre in centres
        if centre.province_code == code
        and centre.level is CentreLevel.PROVINCE
        and centre.is_active_on(on)
    )


def nearest(
    latitude: float,
    longitude: float,
    centres: Sequence[Centre],
    places: Places,
    on: date,
    limit: int = 3,
) -> tuple[Near, ...]:
    """Return the centres nearest to a shared location.

    Communes whose centre has no coordinates count with the middle of the commune, and say so.

    Raises:
        OutsideVietnamError: the location is no location, or lies outside Vietnam.
    """
    here = (latitude, longitude)
    places.nearest(latitude, longitude)  # refuses what lies outside
    found = [
        Near(describe(centre, centres), distance_km(here, centre.point), exact=True)
        for centre in centres
        if centre.point is not None and centre.is_active_on(on)
    ]
    located = {near.known.centre.unit_code for near in found}
    around = sorted(
        (distance_km(here, (unit.latitude, unit.longitude)), unit.code)
        for province in places.provinces
        for unit in places.communes_of(province.code)
        if unit.code not in located and unit.latitude is not None and unit.longitude is not None
    )
    for km, code in around[:limit]:
        found += [Near(known, km, exact=False) for known in of_commune(code, centres, places, on)]
    return tuple(sorted(found, key=lambda near: near.km)[:limit])


def named(text: str, centres: Sequence[Centre], on: date) -> Known | None:
    """Return the centre a text calls by its name, active ones first, or None."""
    wanted = _plain(text)
    if len(wanted) < 12:
        return None
    scored = [
        (score, centre.is_active_on(on), centre)
        for centre in centres
        for name in (centre.name, *centre.other_names)
        if (score := fuzz.token_sort_ratio(wanted, _plain(name))) >= ALIKE
    ]
    if not scored:
        return None
    best = max(scored, key=lambda found: (found[0], found[1]))[2]
    return describe(best, centres)


def is_gone(centre: Centre, on: date) -> bool:
    """Whether the answer must be "không còn": it closed, moved away, or has not opened yet."""
    return centre.status is CentreStatus.HISTORIC or (
        centre.valid_to is not None and centre.valid_to < on
    )


def _plain(text: str) -> str:
    short = fold(normalise(text)).replace("tt pvhcc", "trung tam phuc vu hanh chinh cong")
    return short.replace("ttpvhcc", "trung tam phuc vu hanh chinh cong").replace("–", " ")


__all__ = [
    "Detail",
    "Known",
    "Near",
    "OutsideVietnamError",
    "describe",
    "implied",
    "is_gone",
    "named",
    "nearest",
    "of_commune",
    "of_province",
]
