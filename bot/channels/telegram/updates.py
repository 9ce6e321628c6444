"""Read Telegram's updates as Arrivals; what is broken or unknown is IGNORED, never an error.

Shapes: the Bot API's Update, Message, CallbackQuery, InlineQuery and ChatMemberUpdated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from bot.channels import Arrival, ArrivalKind
from bot.channels.reading import id_of, mapping_of, text_of
from bot.channels.telegram.keyboards import pressed
from bot.conversation import Attachment, AttachmentKind, Location, Message
from bot.messages import telegram as words

NAME: Final = "telegram"
#: What we ask Telegram to send.
WANTED: Final = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member")

_COMMAND = re.compile(r"^/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+(.*))?$", re.DOTALL)
#: A link to one procedure: t.me/bot?start=proc_1_001193 (a start may not hold a full stop).
_PROCEDURE = re.compile(r"^proc_(\d{1,2})_(\d{6})$")
#: The link to the survey about one centre: t.me/bot?start=survey_implied-29302.
_SURVEY = re.compile(r"^survey_[a-z0-9-]{2,57}$")
_SAYS: Final = {item.command: item.says for item in words.MENU}
_ATTACHMENTS: Final = {
    "photo": AttachmentKind.PHOTO,
    "voice": AttachmentKind.VOICE,
    "audio": AttachmentKind.VOICE,
    "video": AttachmentKind.VIDEO,
    "video_note": AttachmentKind.VIDEO,
    "animation": AttachmentKind.VIDEO,
    "document": AttachmentKind.FILE,
    "sticker": AttachmentKind.STICKER,
    "contact": AttachmentKind.CONTACT,
}


@dataclass(slots=True)
class Self:
    """Who we are on Telegram; the name is known once Telegram has answered."""

    id: int
    username: str = ""


def translate(update: Mapping[str, Any], me: Self) -> Sequence[Arrival]:
    """Return what an update tells."""
    key = _number(update.get("update_id"))
    if key is None:
        return ()
    readers = {
        "message": _message,
        "edited_message": _edited,
        "callback_query": _press,
        "inline_query": _query,
        "my_chat_member": _membership,
    }
    for name, read in readers.items():
        part = update.get(name)
        if isinstance(part, Mapping):
            arrival = read(part, f"{me.id}:{key}", me)
            return (arrival or Arrival(ArrivalKind.IGNORED, str(key), ""),)
    return (Arrival(ArrivalKind.IGNORED, str(key), ""),)


def _message(message: Mapping[str, Any], key: str, me: Self) -> Arrival | None:
    chat, sender = _part(message, "chat"), _part(message, "from")
    address, person = _number(chat.get("id")), _number(sender.get("id"))
    ours = _number(_part(message, "via_bot").get("id")) == me.id  # an article they shared of ours
    if address is None or person is None or sender.get("is_bot") is True or ours:
        return None
    text = _text(message)
    private = chat.get("type") == "private"
    if not private:
        spoken = _spoken_to(message, text, me)
        if spoken is None:
            return None
        text = spoken
    content = Message(
        NAME,
        str(address) if private else f"{address}/{person}",
        _command(text),
        location=_location(message),
        attachments=_attachments(message),
    )
    if not (content.text or content.location or content.attachments):
        return None  # someone joined, a title changed, a poll
    return Arrival(
        ArrivalKind.MESSAGE, key, str(address), content, at=_moment(message),
        reply_to="" if private else str(_number(message.get("message_id")) or ""),
    )  # fmt: skip


def _edited(message: Mapping[str, Any], key: str, me: Self) -> Arrival | None:
    """Answer the new words; a live location moves all the time and is answered once, when sent."""
    return _message(message, key, me) if _text(message) else None


def _press(press: Mapping[str, Any], key: str, _me: Self) -> Arrival | None:
    message = _part(press, "message")
    chat, sender = _part(message, "chat"), _part(press, "from")
    address, person = _number(chat.get("id")), _number(sender.get("id"))
    data, id_ = press.get("data"), id_of(press.get("id"))
    if address is None or person is None or not isinstance(data, str) or not id_:
        return None
    said, asks = pressed(data, message)
    text = text_of(said)
    private = chat.get("type") == "private"
    shown = _number(message.get("message_id"))
    content = Message(NAME, str(address) if private else f"{address}/{person}", text)
    pressed_on = str(shown) if shown is not None else ""
    return Arrival(
        ArrivalKind.MESSAGE, key, str(address), content,
        edit_of=pressed_on if asks else "", press=id_, reply_to="" if private else pressed_on,
    )  # fmt: skip


def _query(query: Mapping[str, Any], key: str, _me: Self) -> Arrival | None:
    person, id_ = _number(_part(query, "from").get("id")), id_of(query.get("id"))
    text = text_of(query.get("query"))
    if person is None or not id_ or not text.strip():
        return None
    message = Message(NAME, str(person), text, introduced=True)
    return Arrival(ArrivalKind.QUERY, key, str(person), message, press=id_)


def _membership(change: Mapping[str, Any], key: str, _me: Self) -> Arrival | None:
    """Note who blocked us or threw us out, and who took us back."""
    address = _number(_part(change, "chat").get("id"))
    status = _part(change, "new_chat_member").get("status")
    if address is None or not isinstance(status, str):
        return None
    left = status in ("kicked", "left")
    return Arrival(ArrivalKind.UNFOLLOWED if left else ArrivalKind.FOLLOWED, key, str(address))


def _spoken_to(message: Mapping[str, Any], text: str, me: Self) -> str | None:
    """Return what is said to us in a group without our name; None when others are spoken to."""
    command = _COMMAND.match(text)
    if command:
        named = (command[2] or "").lower()
        known = command[1].lower() in _SAYS
        return text if (named == me.username.lower() if named else known) else None
    if me.username:
        without = re.sub(rf"@{re.escape(me.username)}\b", " ", text, flags=re.IGNORECASE)
        if without != text:
            return " ".join(without.split())
    replied = _part(_part(message, "reply_to_message"), "from")
    return text if _number(replied.get("id")) == me.id else None


def _command(text: str) -> str:
    """Return what a command stands for; other texts as they are."""
    found = _COMMAND.match(text)
    if found is None:
        return text
    name, rest = found[1].lower(), (found[3] or "").strip()
    if name == "start":
        procedure = _PROCEDURE.match(rest)
        if procedure:
            return f"{procedure[1]}.{procedure[2]}"
        return f"/start {rest}" if _SURVEY.match(rest) else "/start"
    return f"{_SAYS[name]} {rest}".strip() if name in _SAYS else f"/{found[1]} {rest}".strip()


# --- Parts of any type ---------------------------------------------------------------------------


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return mapping_of(whole.get(name))


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(message: Mapping[str, Any]) -> str:
    text = message.get("text", message.get("caption"))
    return text_of(text).strip() if isinstance(text, str) else ""


def _location(message: Mapping[str, Any]) -> Location | None:
    place = _part(message, "location") or _part(_part(message, "venue"), "location")
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return Location(float(latitude), float(longitude))


def _attachments(message: Mapping[str, Any]) -> tuple[Attachment, ...]:
    for name, kind in _ATTACHMENTS.items():
        sent = message.get(name)
        if name == "photo" and isinstance(sent, list) and sent:
            sent = sent[-1]  # the largest of its sizes stands last
        if isinstance(sent, Mapping):
            ref = text_of(sent.get("file_id"))
            return (Attachment(kind, ref, _number(sent.get("file_size"))),)
    return ()


def _moment(message: Mapping[str, Any]) -> datetime | None:
    seconds = _number(message.get("date"))
    if seconds is None or not 0 <= seconds < 1 << 33:
        return None
    return datetime.fromtimestamp(seconds, UTC)
