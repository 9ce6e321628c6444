"""What Telegram refuses, as what to do about it."""

from __future__ import annotations

from typing import Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    TelegramError,
)

from bot.channels import SendError, Trouble
from bot.channels.telegram.transport import LimitedError

#: Parts of a 400's description that say the person is gone; the Bot API gives them no number.
_GONE: Final = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user is deactivated",
    "chat_write_forbidden",
    "not enough rights",
    "have no rights",
    "bot was kicked",
    "group chat was deleted",
)
#: … and that an edit cannot be made, so that a new message is sent.
_NOT_EDITABLE: Final = (
    "message can't be edited",
    "message to edit not found",
    "message_id_invalid",
)
#: … and that there is nothing to delete any more.
_DELETED: Final = "message to delete not found"
#: … and that it shows already what it should: a repetition after a lost answer.
_SAME: Final = "message is not modified"


def classify(error: TelegramError) -> SendError:
    """Return what to do about `error`; its own words hold no personal data."""
    words = error.message
    if isinstance(error, LimitedError):
        return SendError(words, Trouble.RETRY, retry_after=error.seconds)
    if isinstance(error, ChatMigrated):
        return SendError(words, Trouble.RETRY, moved_to=str(error.new_chat_id))
    if isinstance(error, Forbidden):
        return SendError(words, Trouble.SUPPRESS)
    if isinstance(error, BadRequest):
        gone = any(part in words.lower() for part in _GONE)
        return SendError(words, Trouble.SUPPRESS if gone else Trouble.DROP)
    if isinstance(error, InvalidToken):
        return SendError("the token is not valid (401)", Trouble.RETRY)
    if isinstance(error, Conflict):
        return SendError(
            "another program fetches with this token, or a webhook is set: stop it (409)",
            Trouble.RETRY,
        )
    return SendError(words, Trouble.RETRY)


def is_not_editable(error: BadRequest) -> bool:
    """Whether a new message must be sent in place of an edit."""
    return any(part in error.message.lower() for part in _NOT_EDITABLE)


def is_same(error: BadRequest) -> bool:
    """Whether the message shows already what it should."""
    return _SAME in error.message.lower()


def is_deleted(error: BadRequest) -> bool:
    """Whether a message that was to be deleted is gone: a repetition after a lost answer."""
    return _DELETED in error.message.lower()
