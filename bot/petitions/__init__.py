"""Petitions (phản ánh, kiến nghị): taken in by the chat, answered at the officials' desk."""

from __future__ import annotations

from bot.petitions.filing import PREFIX, Filed, Wanted, alike, file, note_event, route
from bot.petitions.kinds import OtherWay, is_rude, kind_of, other_way
from bot.petitions.lifecycle import (
    Reminder,
    StepError,
    add_note,
    approve,
    assign,
    close_silent,
    decline,
    forward,
    give_back,
    judge_solved,
    open_answers,
    propose,
    remind_due,
)
from bot.petitions.photos import MOST_BYTES, MOST_PHOTOS, Photo, PhotoError, Refused, clean

__all__ = [
    "MOST_BYTES",
    "MOST_PHOTOS",
    "PREFIX",
    "Filed",
    "OtherWay",
    "Photo",
    "PhotoError",
    "Refused",
    "Reminder",
    "StepError",
    "Wanted",
    "add_note",
    "alike",
    "approve",
    "assign",
    "clean",
    "close_silent",
    "decline",
    "file",
    "forward",
    "give_back",
    "is_rude",
    "judge_solved",
    "kind_of",
    "note_event",
    "open_answers",
    "other_way",
    "propose",
    "remind_due",
    "route",
]
