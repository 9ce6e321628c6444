"""Dossiers' statuses, where a deployer has the right to tell them: loaded exports, a system, watches."""

from __future__ import annotations

from bot.dossiers.codes import CodeError, Found, is_meant, read_code
from bot.dossiers.connector import Connector
from bot.dossiers.loading import (
    MOST_DAYS,
    LoadError,
    check,
    counts_of,
    loads,
    prepare,
    read_days,
    take_effect,
    withdraw,
)
from bot.dossiers.lookup import Asked, Refused, is_possible, look_up
from bot.dossiers.seals import name_of, read_secret
from bot.dossiers.standing import AwayError, Standing, System
from bot.dossiers.watching import LASTS, TooManyError, stop, tell_changes, watch, watched_by

__all__ = [
    "LASTS",
    "MOST_DAYS",
    "Asked",
    "AwayError",
    "CodeError",
    "Connector",
    "Found",
    "LoadError",
    "Refused",
    "Standing",
    "System",
    "TooManyError",
    "check",
    "counts_of",
    "is_meant",
    "is_possible",
    "loads",
    "look_up",
    "name_of",
    "prepare",
    "read_code",
    "read_days",
    "read_secret",
    "stop",
    "take_effect",
    "tell_changes",
    "watch",
    "watched_by",
    "withdraw",
]
