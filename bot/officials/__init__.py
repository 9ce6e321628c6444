"""Officials' accounts, passwords, sessions and API tokens, for the browser and the command line alike."""

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
    is_there_another,
    offer_reset,
    roles_of,
    set_password,
    set_roles,
    set_second_step,
)
from bot.officials.chats import (
    chats_of,
    claim_chat,
    offer_chat,
    official_of_chat,
    unlink_chat,
)
from bot.officials.lockout import forgive
from bot.officials.passwords import check_password, hash_password, verify_password
from bot.officials.sessions import close_session, find_session, open_session, revoke_sessions
from bot.officials.tokens import find_token, issue_token, revoke_token, tokens_of

__all__ = [
    "OfficialError",
    "add",
    "chats_of",
    "check_password",
    "claim_chat",
    "claim_reset",
    "close_session",
    "disable",
    "drop_second_step",
    "enable",
    "end_sessions",
    "find",
    "find_session",
    "find_token",
    "forgive",
    "hash_password",
    "is_there_another",
    "issue_token",
    "offer_chat",
    "offer_reset",
    "official_of_chat",
    "open_session",
    "revoke_sessions",
    "revoke_token",
    "roles_of",
    "set_password",
    "set_roles",
    "set_second_step",
    "tokens_of",
    "unlink_chat",
    "verify_password",
]
