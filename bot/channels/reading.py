"""Take the parts of a payload for what they are; what is missing or of another type is empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: An id or a key longer than this is no platform's.
MAX_ID_CHARS: Final = 128


def text_of(value: object) -> str:
    """Return text that a database can hold, or a whole number as text; "" for anything else.

    NUL cannot be stored, nor half of a character that JSON lets through as an escape.
    """
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def id_of(value: object) -> str:
    """Return an id letter by letter as it came, or "" for what cannot be one."""
    text = value if isinstance(value, str) else text_of(value)
    return text if is_id(text) else ""


def is_id(text: str) -> bool:
    """Whether `text` can be an id."""
    return 0 < len(text) <= MAX_ID_CHARS and text.isprintable()


def mapping_of(value: object) -> Mapping[str, Any]:
    """Return an object, or an empty one."""
    return value if isinstance(value, Mapping) else {}
