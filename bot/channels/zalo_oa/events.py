"""Translate what Zalo tells about an Official Account; what is unknown or broken is ignored.

Ids of people are kept as they come, letter by letter: two ids that differ in case are two people.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from bot.channels import Arrival, ArrivalKind
from bot.channels.reading import id_of, is_id, mapping_of, text_of
from bot.conversation import Attachment, AttachmentKind, Location, Message

NAME: Final = "zalo_oa"
#: Text beyond this is cut: the dialogue asks for a shorter question long before.
MAX_TEXT_CHARS: Final = 20_000

SAID: Final = "user_send_"
#: What a citizen may send besides words; `link` and `location` carry words and a place.
ATTACHMENTS: Final[Mapping[str, AttachmentKind]] = {
    "user_send_image": AttachmentKind.PHOTO,
    "user_send_gif": AttachmentKind.STICKER,
    "user_send_sticker": AttachmentKind.STICKER,
    "user_send_audio": AttachmentKind.VOICE,
    "user_send_video": AttachmentKind.VIDEO,
    "user_send_file": AttachmentKind.FILE,
    "user_send_business_card": AttachmentKind.CONTACT,
    # We never ask for personal details; whoever gives them unasked gets a reply, and they stay out.
    "user_submit_info": AttachmentKind.CONTACT,
}
#: Attachments whose address is worth keeping: a photo for a petition.
KEPT: Final = frozenset({AttachmentKind.PHOTO, AttachmentKind.FILE})
TEXTS: Final = frozenset({"user_send_text", "user_send_link", "user_send_location"})
FOLLOWS: Final[Mapping[str, ArrivalKind]] = {
    "follow": ArrivalKind.FOLLOWED,
    "unfollow": ArrivalKind.UNFOLLOWED,
}


def translate(payload: Mapping[str, Any], *, oa_id: str) -> Sequence[Arrival]:
    """Return the one arrival of a webhook; `oa_id` "" takes events of any account."""
    event = text_of(payload.get("event_name"))
    at = _moment(payload.get("timestamp"))
    if event in FOLLOWS:
        address = _id(payload.get("follower"))
        kind = FOLLOWS[event] if address else ArrivalKind.IGNORED
        greeted = kind is ArrivalKind.FOLLOWED
        hello = Message(NAME, address, "/start") if greeted else None
        return (Arrival(kind, _key(payload, event, address), address, hello, at),)
    address = _id(payload.get("sender"))
    message = mapping_of(payload.get("message"))
    ours = not oa_id or _id(payload.get("recipient")) in ("", oa_id)
    if not address or not ours or (event not in TEXTS and event not in ATTACHMENTS):
        return (Arrival(ArrivalKind.IGNORED, _key(payload, event, address), address, at=at),)
    said = Message(
        NAME,
        address,
        text_of(message.get("text"))[:MAX_TEXT_CHARS],
        location=_location(message) if event == "user_send_location" else None,
        attachments=_attachments(event, message),
    )
    return (Arrival(ArrivalKind.MESSAGE, _key(payload, event, address), address, said, at),)


def _key(payload: Mapping[str, Any], event: str, address: str) -> str:
    """Return `msg_id`; where there is none, what is the same each time the event is told."""
    message_id = text_of(mapping_of(payload.get("message")).get("msg_id"))
    if event.startswith(SAID) and is_id(message_id):
        return message_id
    told = "\n".join((event, text_of(payload.get("timestamp")), address, message_id))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:40]


def _attachments(event: str, message: Mapping[str, Any]) -> tuple[Attachment, ...]:
    kind = ATTACHMENTS.get(event)
    if kind is None:
        return ()
    if kind not in KEPT:
        return (Attachment(kind),)
    given = message.get("attachments")
    payloads = [mapping_of(mapping_of(one).get("payload")) for one in _list(given)]
    found = tuple(
        Attachment(kind, text_of(payload.get("url"))[:2_000], _size(payload.get("size")))
        for payload in payloads
    )
    return found or (Attachment(kind),)


def _location(message: Mapping[str, Any]) -> Location | None:
    """Return where the citizen is; Zalo writes the degrees as text."""
    for one in _list(message.get("attachments")):
        given = mapping_of(mapping_of(mapping_of(one).get("payload")).get("coordinates"))
        latitude, longitude = _degrees(given.get("latitude")), _degrees(given.get("longitude"))
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return Location(latitude, longitude)
    return None


def _degrees(value: object) -> float:
    """Return a number of degrees, or infinity for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.inf
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return math.inf
    return number if math.isfinite(number) else math.inf


def _moment(value: object) -> datetime | None:
    """Return the moment of a timestamp in milliseconds, number or text."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdecimal()) or len(text) > 14:
        return None
    return datetime.fromtimestamp(int(text) / 1_000, UTC)


def _size(value: object) -> int | None:
    text = str(value) if isinstance(value, int | str) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None


def _id(value: object) -> str:
    """Return the `id` within an object; "" where there is none that can be one."""
    return id_of(mapping_of(value).get("id"))


def _list(value: object) -> list[Any]:
    return value[:10] if isinstance(value, list) else []
