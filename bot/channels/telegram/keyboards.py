"""Buttons within 64 bytes of data: a press comes back as the words it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from bot.conversation import Button
from bot.messages import telegram as words

DATA_BYTES: Final = 64
#: First letter of the data: a press that answers a question (its message is edited), or any other.
ASKS, SAYS = "a", "s"
#: The words did not fit: they are the button's label, and this is the button's number.
_BY_LABEL: Final = {ASKS: "A", SAYS: "S"}


def inline(rows: tuple[tuple[Button, ...], ...], *, asks: bool) -> InlineKeyboardMarkup:
    """Return the buttons of a message; `asks` when they answer its question."""
    kind = ASKS if asks else SAYS
    drawn = []
    number = 0
    for row in rows:
        line = []
        for button in row:
            number += 1
            if button.url:
                line.append(InlineKeyboardButton(button.label, url=button.url))
            else:
                data = _data(button, kind, number)
                line.append(InlineKeyboardButton(button.label, callback_data=data))
        drawn.append(line)
    return InlineKeyboardMarkup(drawn)


def _data(button: Button, kind: str, number: int) -> str:
    """Return the words themselves, or where they do not fit the number of the label that says them.

    Only names too long for Telegram come to the second, and a name's button sends its own label.
    """
    data = kind + (button.send or button.label)
    return data if len(data.encode()) <= DATA_BYTES else f"{_BY_LABEL[kind]}{number}"


def pressed(data: str, message: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the words of a press and whether it answers a question; "" when they are lost."""
    kind, rest = data[:1], data[1:]
    if kind in (ASKS, SAYS):
        return rest, kind == ASKS
    return _label(data, message), kind == _BY_LABEL[ASKS]


def _label(data: str, message: Mapping[str, Any]) -> str:
    """Return the label of the button that carries `data`: Telegram shows us the pressed message."""
    markup = message.get("reply_markup")
    rows = markup.get("inline_keyboard") if isinstance(markup, Mapping) else None
    for row in rows if isinstance(rows, list) else ():
        for button in row if isinstance(row, list) else ():
            if isinstance(button, Mapping) and button.get("callback_data") == data:
                return str(button.get("text", ""))
    return ""


def location() -> ReplyKeyboardMarkup:
    """Return the key that shares where the citizen is; only private chats may have it."""
    key = KeyboardButton(words.SHARE_LOCATION, request_location=True)
    return ReplyKeyboardMarkup([[key]], resize_keyboard=True, one_time_keyboard=True)
