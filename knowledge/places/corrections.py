"""What officials know better than the table of units: laid over it whenever places are built."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.models import CorrectionKind
from knowledge.places.table import Change


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction that holds: an old commune or a spoken name, and its units of today."""

    kind: CorrectionKind
    name: str
    codes: tuple[str, ...]
    district: str = ""
    province: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        """What names it: commune, district and province, as in a Change."""
        return self.name, self.district, self.province


def corrected(
    changes: Iterable[Change], corrections: Sequence[Correction], known: Iterable[str]
) -> tuple[list[Change], dict[str, tuple[str, ...]]]:
    """Return the changes as corrected, and what people call places: spoken name → codes.

    A correction that names a unit which is not `known` (any more) is passed over.
    """
    units = set(known)
    fitting = [one for one in corrections if units.issuperset(one.codes)]
    joins = {one.place: one for one in fitting if one.kind is CorrectionKind.JOIN}
    kept: list[Change] = []
    codes: dict[tuple[str, str, str], str] = {}
    for change in changes:
        place = change.old_commune, change.old_district, change.old_province
        if place in joins:
            codes.setdefault(place, change.old_code)
        else:
            kept.append(change)
    for place, one in joins.items():
        divided = len(one.codes) > 1
        kept += [Change(codes.get(place, ""), *place, code, divided) for code in one.codes]
    aliases = {one.name: one.codes for one in fitting if one.kind is CorrectionKind.ALIAS}
    return kept, aliases
