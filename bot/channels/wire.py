"""Messages and replies as JSON, for as long as they wait in the database."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import asdict, fields
from typing import Any, Final

from bot.channels import Arrival, Outgoing
from bot.conversation import Attachment, AttachmentKind, Button, Location, Message

#: What an arrival tells the first message of its reply.
MARKS: Final = ("edit_of", "press", "reply_to")

_OUTGOING: Final = tuple(one.name for one in fields(Outgoing))
_BUTTON: Final = tuple(one.name for one in fields(Button))


def arrival_to_json(arrival: Arrival) -> dict[str, Any]:
    """Return what must be kept to answer an arrival; {} when there is nothing to answer."""
    if arrival.message is None:
        return {}
    message = asdict(arrival.message)
    for attachment in message["attachments"]:
        del attachment["content"]  # platforms give an address; bytes would not be JSON
    return message | {mark: getattr(arrival, mark) for mark in MARKS}


def message_from_json(raw: dict[str, Any]) -> Message:
    """Return the stored message; what an older program did not write has its default."""
    location = raw.get("location")
    return Message(
        raw["channel"],
        raw["chat_id"],
        raw["text"],
        introduced=raw.get("introduced", False),
        location=Location(**location) if location else None,
        attachments=tuple(
            Attachment(AttachmentKind(one["kind"]), one["ref"], one["size"])
            for one in raw.get("attachments", ())
        ),
    )


def outgoing_to_json(outgoing: Outgoing) -> dict[str, Any]:
    """Return a platform message as it waits to be sent: only what it has."""
    raw = {name: value for name in _OUTGOING if (value := getattr(outgoing, name))}
    if outgoing.buttons:
        raw["buttons"] = [[_button(one) for one in row] for row in outgoing.buttons]
    if outgoing.image:
        raw["image"] = b64encode(outgoing.image).decode("ascii")
    return raw


def _button(button: Button) -> dict[str, str]:
    return {name: value for name in _BUTTON if (value := getattr(button, name))}


def outgoing_from_json(raw: dict[str, Any]) -> Outgoing:
    """Return a waiting platform message."""
    buttons = tuple(
        tuple(Button(one.get("label", ""), one.get("send", ""), one.get("url", "")) for one in row)
        for row in raw.get("buttons", ())
    )
    image = b64decode(raw.get("image", ""))
    return Outgoing(**{"text": "", **raw, "buttons": buttons, "image": image})
