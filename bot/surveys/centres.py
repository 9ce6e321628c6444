"""Which centre a survey is about: by the key on its printed code, or by the place somebody names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from knowledge.centres import Centre, of_commune, of_province
from knowledge.places import Resolution
from knowledge.published import Published

#: A centre the decree gives a commune: its key names the commune.
_IMPLIED: Final = re.compile(r"implied-(\d{5})")


def centre_by_key(known: Published, key: str, on: date) -> Centre | None:
    """Return the centre of a printed code; None when there is none that receives people on a day.

    The code of a commune's centre stays right when officials enter that centre later.
    """
    for centre in known.centres:
        if centre.key == key:
            return centre if centre.is_active_on(on) else None
    implied = _IMPLIED.fullmatch(key)
    unit = known.places.unit(implied[1]) if implied else None
    if unit is None or unit.is_province:
        return None
    return of_commune(unit.code, known.centres, known.places, on)[0].centre


def centres_at(known: Published, found: Resolution, on: date) -> Sequence[Centre]:
    """Return the centres of a place: of its commune, or else of its province; () = none is known."""
    best = found.best
    if best is None:
        return ()
    if found.level == "commune" and len(best.code) == 5:
        centres = of_commune(best.code, known.centres, known.places, on)
    else:
        centres = of_province(best.province_code, known.centres, on)
    return [one.centre for one in centres]
