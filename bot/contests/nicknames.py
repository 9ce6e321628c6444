"""Nicknames that may stand on a public page: nobody's number, no office's name, no abuse."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

from bot.privacy import mask
from knowledge.text import fold, normalise

SHORTEST: Final = 2
LONGEST: Final = 24
#: More digits may be a year and a number, or part of a telephone number.
_MOST_DIGITS: Final = 4
#: Nobody speaks in the name of an office or of the contest.
_OFFICES: Final = re.compile(
    r"admin|quantri|bantochuc|btc|ubnd|uyban|congan|canbo|chutich|bithu|hethong|troly|motcua"
)
#: Abuse as it is hidden in nicknames: run together, without accents.
_ABUSE: Final = re.compile(
    r"ditme|dcm|dmm|clgt|vkl|vcl|occho|dongu|matday|khonnan|chotet|lonme|cailon|concac|buoi|deome"
    r"|fuck|shit|bitch|giettat|phandong"
)
_SAID: Final = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}


class Bad(StrEnum):
    """What is wrong with a nickname."""

    LENGTH = "length"
    SIGNS = "signs"
    PERSONAL = "personal"
    OFFICE = "office"
    RUDE = "rude"
    TAKEN = "taken"


def tidy(text: str) -> str:
    """Return a nickname with single spaces, in composed letters."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def key_of(nickname: str) -> str:
    """Return what two nicknames are compared by: letters and digits without accents."""
    return re.sub(r"[^a-z0-9]", "", fold(normalise(nickname)).lower())


def check(nickname: str) -> Bad | None:
    """Return what is wrong with a tidy nickname, or None."""
    if not SHORTEST <= len(nickname) <= LONGEST:
        return Bad.LENGTH
    if not re.fullmatch(r"[a-z0-9 ._-]+", fold(normalise(nickname)).lower()):
        return Bad.SIGNS
    if len(key_of(nickname)) < SHORTEST:
        return Bad.SIGNS
    if mask(nickname) != nickname or sum(map(str.isdigit, nickname)) > _MOST_DIGITS:
        return Bad.PERSONAL
    key = key_of(nickname)
    spelled = "".join(_SAID.get(letter, letter) for letter in key)
    if _ABUSE.search(key) or _ABUSE.search(spelled):
        return Bad.RUDE
    return Bad.OFFICE if _OFFICES.search(key) else None
