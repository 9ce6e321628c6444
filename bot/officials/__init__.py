"""Officials' accounts, passwords and sessions, for the browser and the command line alike."""

from __future__ import annotations

from bot.officials.accounts import (
    OfficialError,
    add,
    claim_reset,
    disable,
    drop_second_step,
    enable,
    end_sessions,
    find,
    offer_reset,
    roles_of,
    set_password,
    set_roles,
    set_second_step,
)
from bot.officials.lockout import forgive
from bot.officials.passwords import check_password, hash_password, verify_password
from bot.officials.sessions import close_session, find_session, open_session, revoke_sessions

__all__ = [
    "OfficialError",
    "add",
    "check_password",
    "claim_reset",
    "close_session",
    "disable",
    "drop_second_step",
    "enable",
    "end_sessions",
    "find",
    "find_session",
    "forgive",
    "hash_password",
    "offer_reset",
    "open_session",
    "revoke_sessions",
    "roles_of",
    "set_password",
    "set_roles",
    "set_second_step",
    "verify_password",
]
