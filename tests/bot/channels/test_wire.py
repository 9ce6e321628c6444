"""What waits in the database comes out as it went in."""

from __future__ import annotations

import json

from bot.channels import Arrival, ArrivalKind, Outgoing
from bot.channels.wire import (
    arrival_to_json,
    message_from_json,
    outgoing_from_json,
    outgoing_to_json,
)
from bot.conversation import Attachment, AttachmentKind, Button, Location, Message


def test_a_message_with_everything_survives_the_wait() -> None:
    message = Message(
        "zalo_oa",
        "84",
        "Đường hỏng",
        location=Location(21.0285, 105.8542),
        attachments=(
            Attachment(AttachmentKind.PHOTO, "https://z/1.jpg", 4),
            Attachment(AttachmentKind.STICKER),
        ),
    )
    arrival = Arrival(ArrivalKind.MESSAGE, "1", "84", message)

    assert message_from_json(json.loads(json.dumps(arrival_to_json(arrival)))) == message


def test_a_reply_with_everything_survives_the_wait() -> None:
    outgoing = Outgoing("Chào", ((Button("Một", "1"),),), ask_location=True, image=b"\x89PNG")

    assert outgoing_from_json(json.loads(json.dumps(outgoing_to_json(outgoing)))) == outgoing
