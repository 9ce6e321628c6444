"""Codes for a citizen to copy: random, of letters and digits that nobody confuses."""

from __future__ import annotations

import secrets
from typing import Final

_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_code(chars: int) -> str:
    """Return `chars` random signs of thirty-one."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(chars))
