"""What is stored of a dossier's code and secret: keyed hashes, worthless without this instance's keys."""

from __future__ import annotations

import hmac
import re
from typing import Final

from bot.privacy.pseudonyms import Pseudonyms

#: Letters and digits, so many that five tries an hour do not find them, and a digit among them, by
#: which a secret is told from words (and kept out of the record).
_SECRET: Final = re.compile(r"(?=.*\d)[A-Za-z0-9]{6,32}")
_CODE_KIND: Final = "dossier"
_SLIP_KIND: Final = "dossier secret"
_NOTHING: Final = "0" * 32


def read_secret(text: str) -> str | None:
    """Return a secret as it is compared: dots, dashes and case do not matter; None when it is none."""
    plain = re.sub(r"[.\-–_]", "", text.strip())
    return plain.upper() if _SECRET.fullmatch(plain) else None


def name_of(names: Pseudonyms, code: str) -> str:
    """Return what stands for a code in the tables now."""
    return names.of(_CODE_KIND, code)


def names_of(names: Pseudonyms, code: str) -> list[str]:
    """Return all that has stood for a code, under every key that is kept."""
    return names.all_of(_CODE_KIND, code)


def seal(names: Pseudonyms, code: str, secret: str) -> str:
    """Return what is stored of a secret (as `read_secret` gives it); it opens this code only."""
    return names.of(_SLIP_KIND, f"{code}\0{secret}")


def opens(names: Pseudonyms, code: str, secret: str, stored: str | None) -> bool:
    """Whether a secret is the one stored; takes the same time when nothing is stored."""
    expected = (stored or _NOTHING).encode()
    right = False
    for made in names.all_of(_SLIP_KIND, f"{code}\0{secret}"):
        right |= hmac.compare_digest(made.encode(), expected)
    return right
