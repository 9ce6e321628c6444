"""The second step: codes of an authenticator app (RFC 6238), and recovery codes for a lost phone."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime
from typing import Final

import pyotp

from bot.models import Official
from bot.officials.sessions import hash_token

#: Seconds a code is shown for; one before and one after are accepted for clocks that differ.
STEP: Final = 30
RECOVERY_CODES: Final = 8
#: Letters and digits nobody confuses when copying from paper.
_SECRET: Final = re.compile(r"[A-Z2-7]{32}")
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """Return a random secret for an authenticator app, in base32."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Whether `text` is a secret as `new_secret` makes them."""
    return bool(_SECRET.fullmatch(text))


def enrolment_url(secret: str, official: Official, issuer: str) -> str:
    """Return what the QR code says; it is drawn, never requested."""
    return pyotp.TOTP(secret).provisioning_uri(name=official.login, issuer_name=issuer)


def step_of(secret: str, code: str, *, now: datetime, after: int = 0) -> int | None:
    """Return the time step `code` is right for, or None; steps up to `after` are used up."""
    digits = "".join(code.split())
    current = int(now.timestamp()) // STEP
    for step in (current, current - 1, current + 1):
        right = pyotp.TOTP(secret).generate_otp(step)
        if hmac.compare_digest(right.encode(), digits.encode("utf-8", "replace")) and step > after:
            return step
    return None


def use_code(official: Official, code: str, *, now: datetime) -> bool:
    """Whether `code` passes the second step; what passed works no second time.

    `official` must be locked in the caller's transaction.
    """
    step = step_of(official.totp_secret, code, now=now, after=official.totp_step)
    if step is not None:
        official.totp_step = step
        return True
    hashed = hash_code(code)
    if hashed not in official.recovery_hashes:
        return False
    official.recovery_hashes = [one for one in official.recovery_hashes if one != hashed]
    return True


def new_code(letters: int = 12) -> str:
    """Return a code to be copied by hand, in groups of four."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(letters))
    return "-".join(code[start : start + 4] for start in range(0, letters, 4))


def hash_code(code: str) -> str:
    """Return what is stored of such a code, however its groups were typed."""
    return hash_token("".join(letter for letter in code.lower() if letter.isalnum()))
