"""Codes a citizen writes down on paper: without look-alikes, and a slip of the pen is noticed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

#: No letter or digit that is easily taken for another (0 O, 1 I L, 2 Z, 5 S, 6 G, 8 B, U V).
ALPHABET: Final = "3479ACDEFHJKMNPQRTWXY"
_WEIGHTS: Final = (1, 2, 4, 5, 10, 8, 16)
_SECRET: Final = 8
#: scrypt's cost: some 40 ms and 16 MB a try, so that a stolen table cannot be searched quickly.
_COST: Final = 2**14


def new_code(prefix: str) -> str:
    """Return a fresh receipt code, e.g. "PA-7KQ3-XN4C"; its last letter checks the others."""
    body = "".join(secrets.choice(ALPHABET) for _ in _WEIGHTS)
    whole = body + _check(body)
    return f"{prefix}-{whole[:4]}-{whole[4:]}"


def read_code(prefix: str, text: str) -> str | None:
    """Return the receipt code in `text` as we write it; None when there is none or it is mistyped."""
    pattern = rf"(?<!\w){prefix}[-. ]?([{ALPHABET}]{{4}})[-. ]?([{ALPHABET}]{{4}})(?!\w)"
    found = re.search(pattern, text.upper())
    if found is None:
        return None
    whole = found[1] + found[2]
    return f"{prefix}-{found[1]}-{found[2]}" if _check(whole[:-1]) == whole[-1] else None


def looks_like_code(prefix: str, text: str) -> bool:
    """Whether `text` holds something meant as a receipt code, right or mistyped."""
    return bool(
        re.search(rf"(?<!\w){prefix}[-. ]?[\dA-Z]{{4}}[-. ]?[\dA-Z]{{4}}(?!\w)", text.upper())
    )


def _check(body: str) -> str:
    """Return the check letter: any one wrong letter, or two neighbours swapped, changes it.

    The weights, and the differences between neighbours, share no factor with the 21 letters.
    """
    size = len(ALPHABET)
    total = sum(
        weight * ALPHABET.index(letter) for weight, letter in zip(_WEIGHTS, body, strict=True)
    )
    return ALPHABET[total % size]


@dataclass(frozen=True, slots=True)
class Seal:
    """A secret to be shown once, and what is stored of it."""

    secret: str
    stored: str


async def new_seal() -> Seal:
    """Return a fresh secret; takes some 40 ms, so make it before a transaction begins."""
    secret = "".join(secrets.choice(ALPHABET) for _ in range(_SECRET))
    return Seal(secret, await hash_secret(secret))


async def hash_secret(secret: str) -> str:
    """Return what is stored of a secret."""
    salt = secrets.token_hex(8)
    return f"{salt}${await asyncio.to_thread(_hash, secret, salt)}"


async def is_secret(secret: str, stored: str) -> bool:
    """Whether `secret` is the one stored; takes the same time whatever is stored."""
    salt, _, expected = (stored or "0$").partition("$")
    found = await asyncio.to_thread(_hash, secret, salt)
    return hmac.compare_digest(found, expected)


def _hash(secret: str, salt: str) -> str:
    plain = re.sub(r"[\s.-]", "", secret).upper()
    return hashlib.scrypt(plain.encode(), salt=salt.encode(), n=_COST, r=8, p=1, dklen=24).hex()
