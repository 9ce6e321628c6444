"""Passwords: Argon2id hashes, made and checked in a thread because each takes tens of milliseconds."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.officials.accounts import OfficialError

MIN_CHARS: Final = 10
#: Longer ones only cost the server time.
MAX_CHARS: Final = 200
#: RFC 9106's second recommended setting: 64 MiB, three passes.
_HASHER: Final = PasswordHasher()
#: Two hashes at a time, so that a flood of sign-ins costs no more memory and cores than that.
_THREADS: Final = ThreadPoolExecutor(2, thread_name_prefix="argon2")


def check_password(password: str, login: str) -> None:
    """Refuse a password that is easily guessed.

    Raises:
        OfficialError: it is too short, too long, one character over and over, or holds the login.
    """
    if len(password) < MIN_CHARS:
        raise OfficialError(f"Mật khẩu cần ít nhất {MIN_CHARS} ký tự.")
    if len(password) > MAX_CHARS:
        raise OfficialError(f"Mật khẩu dài quá {MAX_CHARS} ký tự.")
    if len(set(password)) < 5 or login.casefold() in password.casefold():
        raise OfficialError("Mật khẩu dễ đoán. Hãy dùng vài từ không liên quan, không có tên.")


async def hash_password(password: str) -> str:
    """Return the hash to store."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, password)


async def verify_password(password: str, stored: str) -> bool:
    """Whether `password` is the one stored; takes as long when there is none to compare with."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, _verify, password[: MAX_CHARS + 1], stored)


def _verify(password: str, stored: str) -> bool:
    try:
        return _HASHER.verify(stored or _nobodys(), password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    """A hash no password is compared with in earnest; an unknown login costs the same time."""
    return _HASHER.hash("nobody has this password")
