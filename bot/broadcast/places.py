"""The places an announcement is for, as officials name them."""

from __future__ import annotations

from collections.abc import Iterable

from bot.messages import announcements as words
from knowledge.places import Places, Trouble


class AudienceError(ValueError):
    """A place that means nothing or several things; the message is for the official."""


def place_codes(places: Places, names: Iterable[str]) -> list[str]:
    """Return the codes of today's units that `names` mean; old names and codes are understood.

    Raises:
        AudienceError: a name is unknown, or means several units.
    """
    return list(dict.fromkeys(_place_code(places, name.strip()) for name in names if name.strip()))


def _place_code(places: Places, name: str) -> str:
    if name.isdigit():
        if places.unit(name) is None:
            raise AudienceError(words.PLACE_CODE_UNKNOWN.format(code=name))
        return name
    found = places.resolve(name)
    if found.best is not None:
        return found.best.code
    if found.ask:
        choices = "; ".join(f"{one.name}, {one.province} ({one.code})" for one in found.ask)
        raise AudienceError(words.PLACE_AMBIGUOUS.format(name=name, choices=choices))
    if found.trouble is Trouble.ABROAD:
        raise AudienceError(words.PLACE_ABROAD.format(name=name))
    raise AudienceError(words.PLACE_UNKNOWN.format(name=name))
