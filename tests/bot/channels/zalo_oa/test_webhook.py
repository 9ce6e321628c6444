"""What Zalo tells: only what it signed is taken, lately; anything odd is ignored, never an error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.channels import Arrival, ArrivalKind, ForgedError
from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_oa.events import ATTACHMENTS, TEXTS, translate
from bot.conversation import Attachment, AttachmentKind, Location, Message
from bot.db import Database
from bot.sandbox.zalo_oa import FakeZaloOA
from bot.settings import Settings
from tests.bot.channels.zalo_oa.conftest import Clock

CITIZEN = "8309393969855402319"


def _event(name: str = "user_send_text", **message: Any) -> dict[str, Any]:
    """An event as Zalo documents it."""
    return {
        "app_id": "1234567890123456789",
        "event_name": name,
        "message": {"msg_id": "b8de7d84fa1b3043690c", **message},
        "recipient": {"id": "9876543210987654321"},
        "sender": {"id": CITIZEN},
        "timestamp": "1795402800000",
        "user_id_by_app": "7300442764876318465",
    }


def _attached(kind: str, **payload: Any) -> dict[str, Any]:
    return {"attachments": [{"type": kind, "payload": payload}]}


def _told(event: dict[str, Any]) -> Arrival:
    (arrival,) = translate(event, oa_id="")
    return arrival


@pytest.fixture
def unconnected(settings: Settings, clock: Clock) -> ZaloOA:
    """An account whose database is never asked."""
    return ZaloOA(settings, Database("sqlite+aiosqlite:///:memory:"), now=clock)


def test_what_zalo_signed_is_taken(unconnected: ZaloOA, fake: FakeZaloOA) -> None:
    body, headers = fake.webhook(_event(text="Xin chào"))

    unconnected.verify(headers, body)
    unconnected.verify({key.lower(): value for key, value in headers.items()}, body)


@pytest.mark.parametrize(
    "mac", ["", "mac=", "mac=" + "0" * 64, "mac=Ừ", "0" * 64, "mac=" + "0" * 100_000]
)
def test_another_signature_is_forged(mac: str, unconnected: ZaloOA, fake: FakeZaloOA) -> None:
    body, _ = fake.webhook(_event(text="Xin chào"))

    with pytest.raises(ForgedError):
        unconnected.verify({"X-ZEvent-Signature": mac}, body)


def test_a_changed_body_is_forged(unconnected: ZaloOA, fake: FakeZaloOA) -> None:
    body, headers = fake.webhook(_event(text="Xin chào"))

    with pytest.raises(ForgedError, match="signature"):
        unconnected.verify(headers, body.replace(b"Xin", b"xin"))


def test_another_secret_is_forged(unconnected: ZaloOA, fake: FakeZaloOA) -> None:
    fake.oa_secret = "của người khác"
    body, headers = fake.webhook(_event(text="Xin chào"))

    with pytest.raises(ForgedError, match="signature"):
        unconnected.verify(headers, body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        b'{"timestamp":true}',
        b'{"timestamp":"-1"}',
        b"[" * 9_000,
    ],
)
def test_a_body_that_is_no_event_is_forged(body: bytes, unconnected: ZaloOA) -> None:
    with pytest.raises(ForgedError):
        unconnected.verify({"X-ZEvent-Signature": "mac=00"}, body)


def test_a_replay_is_refused_once_it_is_old(
    unconnected: ZaloOA, fake: FakeZaloOA, clock: Clock
) -> None:
    body, headers = fake.webhook(_event(text="Xin chào"))
    clock.forward(minutes=180)
    unconnected.verify(headers, body)  # the last retry comes after 1 h 51 min
    clock.forward(seconds=1)

    with pytest.raises(ForgedError, match="replay"):
        unconnected.verify(headers, body)


def test_a_webhook_from_the_future_is_refused(
    unconnected: ZaloOA, fake: FakeZaloOA, clock: Clock
) -> None:
    body, headers = fake.webhook(_event(text="Xin chào"))
    clock.forward(minutes=-6)

    with pytest.raises(ForgedError, match="replay"):
        unconnected.verify(headers, body)


def test_which_id_and_which_secret_sign_are_settings(
    settings: Settings, fake: FakeZaloOA, clock: Clock
) -> None:
    fake.oa_secret, fake.app_id = fake.app_secret, fake.oa_id
    other = settings.model_copy(update={"zalo_oa_signs_id": "oa", "zalo_oa_signs_secret": "app"})
    body, headers = fake.webhook(_event(text="Xin chào"))

    ZaloOA(other, Database("sqlite+aiosqlite:///:memory:"), now=clock).verify(headers, body)


def test_without_a_secret_nothing_is_taken(
    settings: Settings, fake: FakeZaloOA, clock: Clock
) -> None:
    fake.oa_secret = ""
    bare = settings.model_copy(update={"zalo_oa_secret": SecretStr("")})
    body, headers = fake.webhook(_event(text="Xin chào"))

    with pytest.raises(ForgedError, match="no secret"):
        ZaloOA(bare, Database("sqlite+aiosqlite:///:memory:"), now=clock).verify(headers, body)


def test_a_text_becomes_a_message() -> None:
    told = _told(_event(text="Làm khai sinh cần gì?"))

    assert told.message == Message("zalo_oa", CITIZEN, "Làm khai sinh cần gì?")
    assert (told.kind, told.key) == (ArrivalKind.MESSAGE, "b8de7d84fa1b3043690c")
    assert told.at is not None
    assert told.at.isoformat() == "2026-11-23T03:00:00+00:00"


def test_a_location_is_read_from_the_text_of_its_degrees() -> None:
    coordinates = {"latitude": "10.7923119", "longitude": "106.7820651"}

    told = _told(_event("user_send_location", **_attached("location", coordinates=coordinates)))

    assert told.message is not None
    assert told.message.location == Location(10.7923119, 106.7820651)


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("nan", "1"), ("91", "1"), (None, 1), ([], {}), ("9" * 400, "1")]
)
def test_degrees_that_are_none_give_no_location(latitude: object, longitude: object) -> None:
    coordinates = {"latitude": latitude, "longitude": longitude}

    told = _told(_event("user_send_location", **_attached("location", coordinates=coordinates)))

    assert told.message == Message("zalo_oa", CITIZEN, "")


def test_a_photo_keeps_where_it_can_be_had() -> None:
    event = _event(
        "user_send_image", text="đường hỏng", **_attached("image", url="https://z/1.jpg")
    )

    told = _told(event)

    assert told.message is not None
    assert told.message.text == "đường hỏng"
    assert told.message.attachments == (Attachment(AttachmentKind.PHOTO, "https://z/1.jpg"),)


def test_a_file_says_its_size() -> None:
    payload = {"url": "https://z/don.pdf", "size": "38912", "name": "don.pdf", "type": "pdf"}

    told = _told(_event("user_send_file", **_attached("file", **payload)))

    assert told.message is not None
    assert told.message.attachments == (
        Attachment(AttachmentKind.FILE, "https://z/don.pdf", 38_912),
    )


@pytest.mark.parametrize("event", sorted({*ATTACHMENTS, *TEXTS}))
def test_whatever_a_citizen_sends_becomes_a_message(event: str) -> None:
    assert _told(_event(event, **_attached("any", url="https://z/1"))).kind is ArrivalKind.MESSAGE


def test_personal_details_given_unasked_stay_out() -> None:
    event = {**_event("user_submit_info"), "info": {"name": "Nguyễn Văn A", "phone": "0900000000"}}

    assert _told(event).message == Message(
        "zalo_oa", CITIZEN, "", attachments=(Attachment(AttachmentKind.CONTACT),)
    )


@pytest.mark.parametrize(
    ("event", "kind"), [("follow", ArrivalKind.FOLLOWED), ("unfollow", ArrivalKind.UNFOLLOWED)]
)
def test_following_names_the_follower(event: str, kind: ArrivalKind) -> None:
    told = _told({"event_name": event, "follower": {"id": CITIZEN}, "timestamp": "1795402800000"})

    hello = Message("zalo_oa", CITIZEN, "/start") if kind is ArrivalKind.FOLLOWED else None
    assert (told.kind, told.address, told.message) == (kind, CITIZEN, hello)


@pytest.mark.parametrize(
    "event",
    ["oa_send_text", "oa_send_image", "user_seen_message", "user_received_message", "", "chưa có"],
)
def test_echoes_receipts_and_unknown_events_are_ignored(event: str) -> None:
    assert _told(_event(event, text="Xin chào")).kind is ArrivalKind.IGNORED


def test_an_event_of_another_account_is_ignored() -> None:
    (arrival,) = translate(_event(text="Xin chào"), oa_id="1")

    assert arrival.kind is ArrivalKind.IGNORED


def test_without_msg_id_the_key_is_the_same_each_time_and_different_for_another() -> None:
    follow = {"event_name": "follow", "follower": {"id": "1"}, "timestamp": "1795402800000"}

    assert _told(follow).key == _told(json.loads(json.dumps(follow))).key
    others = [{**follow, "timestamp": "1"}, {**follow, "follower": {"id": "2"}}]
    assert len({_told(one).key for one in (follow, *others)}) == 3


def test_ids_that_differ_in_case_are_two_people() -> None:
    first = {**_event(text="a"), "sender": {"id": "aBc"}}
    second = {**_event(text="a"), "sender": {"id": "abc"}}

    assert (_told(first).address, _told(second).address) == ("aBc", "abc")


@pytest.mark.parametrize("id_", ["", " \n", "x" * 129, "a\0b", "\ud800", None, True, [], {"id": 1}])
def test_an_id_that_cannot_be_one_is_ignored(id_: object) -> None:
    assert _told({**_event(text="a"), "sender": {"id": id_}}).kind is ArrivalKind.IGNORED


def test_text_no_database_could_hold_is_mended() -> None:
    told = _told(_event(text="a\0b\ud800"))

    assert told.message is not None
    assert told.message.text == "ab?"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)
_FIELDS = ("event_name", "sender", "follower", "recipient", "message", "timestamp")
_KNOWN = st.sampled_from([*TEXTS, *ATTACHMENTS, "follow", "unfollow"])
_MESSAGES = st.fixed_dictionaries({"text": _JSON, "msg_id": _JSON, "attachments": _JSON})


@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(_FIELDS, _JSON) | {"event_name": _KNOWN | _JSON}
    )
    | st.fixed_dictionaries(
        {"event_name": _KNOWN, "sender": st.just({"id": "1"}), "message": _MESSAGES | _JSON},
        optional={"timestamp": _JSON},
    )
)
def test_any_payload_gives_one_arrival_and_never_an_error(payload: dict[str, Any]) -> None:
    (arrival,) = translate(payload, oa_id="")

    assert 0 < len(arrival.key) <= 128
    answered = (ArrivalKind.MESSAGE, ArrivalKind.FOLLOWED)
    assert (arrival.message is not None) == (arrival.kind in answered)
