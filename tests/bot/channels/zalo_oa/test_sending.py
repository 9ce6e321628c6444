"""What we send: within what Zalo takes, and each refusal understood as the table says."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.channels import Outgoing, SendError, Trouble
from bot.channels.zalo_oa import Quota, ZaloOA
from bot.channels.zalo_oa.errors import TROUBLES, classify, until_morning
from bot.conversation import Action, Attachment, AttachmentKind, Button, Card, Reply
from bot.db import Database
from bot.messages import SHARE_LOCATION
from bot.sandbox import Scripted
from bot.sandbox.zalo_oa import FakeZaloOA
from bot.settings import Settings
from tests.bot.channels.zalo_oa.conftest import Clock

CS = "/v3.0/oa/message/cs"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


@pytest.fixture
def buttoned(settings: Settings, small: Database, fake: FakeZaloOA, clock: Clock) -> ZaloOA:
    """An account whose buttons are switched on."""
    switched = settings.model_copy(update={"zalo_oa_buttons": True})
    return ZaloOA(switched, small, now=clock, transport=httpx.ASGITransport(fake.app))


async def _trouble(channel: ZaloOA, outgoing: Outgoing, address: str = "84") -> SendError:
    with pytest.raises(SendError) as caught:
        await channel.send(address, outgoing)
    return caught.value


async def test_a_reply_reaches_the_citizen(channel: ZaloOA, fake: FakeZaloOA) -> None:
    await fake.says("84", "Xin chào")

    message_id = await channel.send("84", Outgoing("Tôi nghe đây."))

    bubble = fake.citizen("84").bubbles[-1]
    assert (bubble.id, bubble.text, bubble.mine) == (message_id, "Tôi nghe đây.", False)


async def test_decomposed_letters_are_composed(channel: ZaloOA, fake: FakeZaloOA) -> None:
    await fake.says("84", "Xin chào")

    await channel.send("84", Outgoing(unicodedata.normalize("NFD", "Lệ phí")))

    assert fake.citizen("84").bubbles[-1].text == "Lệ phí"


async def test_a_long_card_is_split_and_every_part_is_taken(
    channel: ZaloOA, fake: FakeZaloOA
) -> None:
    await fake.says("84", "Xin chào")
    lead = tuple(f"Câu số {number} nói rất kỹ về một giấy tờ. 📄" for number in range(150))

    parts = channel.render(Reply(Action.ANSWER, cards=(Card("Khai sinh", lead),)))
    for part in parts:
        await channel.send("84", part)

    assert len(parts) == 4
    shown = " ".join(one.text for one in fake.citizen("84").bubbles[1:]).split()
    assert shown == ["Khai", "sinh", *" ".join(lead).split()]


async def test_choices_are_numbered_without_buttons(channel: ZaloOA) -> None:
    reply = Reply(Action.CLARIFY, "Việc nào?", choices=(Button("Mới", "a"), Button("Lại", "b")))

    assert channel.render(reply) == [Outgoing("Việc nào?\n\n1. Mới\n2. Lại")]


async def test_buttons_come_besides_the_numbers_where_they_are_switched_on(
    buttoned: ZaloOA, channel: ZaloOA, fake: FakeZaloOA
) -> None:
    await fake.says("84", "Xin chào")
    choices = (
        Button("Đăng ký khai sinh " * 9, "khai sinh"),
        Button("Cổng Dịch vụ công", url="https://dichvucong.gov.vn/"),
        Button("Gọi 1022", url="tel:1022"),
        Button("Quá dài", "x" * 1_001),
        *(Button(f"Việc {number}", f"việc {number}") for number in range(4)),
    )

    (outgoing,) = buttoned.render(Reply(Action.CLARIFY, "Việc nào?", choices=choices))
    await buttoned.send("84", outgoing)

    bubble = fake.citizen("84").bubbles[-1]
    assert [len(row) for row in bubble.keys] == [1, 1, 1, 1, 1]
    assert bubble.keys[1][0].url == "https://dichvucong.gov.vn/"
    assert bubble.keys[2][0].url == "tel:1022"
    assert "2. Cổng Dịch vụ công" in bubble.text
    await fake.presses("84", bubble.id, 0)
    assert fake.citizen("84").bubbles[-1].text == "khai sinh"


async def test_no_button_asks_for_a_place_that_zalo_has_no_button_to_share(
    buttoned: ZaloOA,
) -> None:
    here = Button("Tìm nơi gần tôi", send=SHARE_LOCATION)

    assert buttoned.render(Reply(Action.PLACE, "Ở đâu?", follow_ups=(here,))) == [
        Outgoing("Ở đâu?")
    ]


async def test_a_picture_is_uploaded_and_shown(channel: ZaloOA, fake: FakeZaloOA) -> None:
    await fake.says("84", "Xin chào")

    await channel.send("84", Outgoing("Sơ đồ", image=PNG))

    assert fake.citizen("84").bubbles[-1].image is True


@pytest.mark.parametrize("image", [b"GIF89a", PNG + b"0" * 1_000_000])
async def test_a_picture_zalo_does_not_take_is_not_sent(image: bytes, channel: ZaloOA) -> None:
    with pytest.raises(ValueError, match="1 MB"):
        await channel.upload(image)


async def test_a_citizen_who_left_is_suppressed(channel: ZaloOA, fake: FakeZaloOA) -> None:
    await fake.says("84", "Xin chào")
    await fake.unfollows("84")

    assert (await _trouble(channel, Outgoing("Chào"))).trouble is Trouble.SUPPRESS


async def test_a_stranger_is_suppressed(channel: ZaloOA) -> None:
    assert (await _trouble(channel, Outgoing("Chào"), "85")).trouble is Trouble.SUPPRESS


@pytest.mark.parametrize(("hours", "pays"), [(49, False), (7 * 24 + 1, True)])
async def test_after_the_window_nobody_is_written_to(
    hours: float, pays: bool, channel: ZaloOA, fake: FakeZaloOA, clock: Clock
) -> None:
    await fake.says("84", "Xin chào")
    fake.pays = pays
    clock.forward(hours=hours)

    assert (await _trouble(channel, Outgoing("Chào"))).trouble is Trouble.WINDOW


async def test_an_account_that_pays_writes_for_seven_days(
    channel: ZaloOA, fake: FakeZaloOA, clock: Clock, settings: Settings, small: Database
) -> None:
    await fake.says("84", "Xin chào")
    fake.pays = True
    clock.forward(hours=49)
    paying = ZaloOA(settings.model_copy(update={"zalo_oa_billable": True}), small)

    await channel.send("84", Outgoing("Chào"))

    assert fake.refused == []
    assert channel.capabilities.window == timedelta(hours=48)
    assert paying.capabilities.window == timedelta(days=7)


async def test_a_used_up_quota_is_a_closed_window(channel: ZaloOA, fake: FakeZaloOA) -> None:
    await fake.says("84", "Xin chào")
    fake.quota = 0

    assert (await _trouble(channel, Outgoing("Chào"))).trouble is Trouble.WINDOW


async def test_too_many_requests_wait_for_the_next_minute(
    channel: ZaloOA, fake: FakeZaloOA
) -> None:
    await fake.says("84", "Xin chào")
    fake.per_minute = 1
    await channel.send("84", Outgoing("Một"))

    error = await _trouble(channel, Outgoing("Hai"))

    assert (error.trouble, error.retry_after) == (Trouble.RETRY, 60.0)


async def test_text_that_is_too_long_is_dropped(channel: ZaloOA, fake: FakeZaloOA) -> None:
    await fake.says("84", "Xin chào")

    assert (await _trouble(channel, Outgoing("a" * 2_001))).trouble is Trouble.DROP


@pytest.mark.parametrize(
    "answer",
    [
        Scripted("<html>Bad Gateway</html>", status=502),
        Scripted("", status=200),
        Scripted([], status=200),
        Scripted({"error": "many"}, status=200),
        Scripted({"error": -99, "message": "?"}, status=200),
        Scripted("", status=429),
    ],
)
async def test_an_answer_that_says_nothing_is_tried_again(
    answer: Scripted, channel: ZaloOA, fake: FakeZaloOA
) -> None:
    await fake.says("84", "Xin chào")
    fake.script.next(CS, answer)

    assert (await _trouble(channel, Outgoing("Chào"))).trouble is Trouble.RETRY


async def test_a_platform_nobody_reaches_is_tried_again(
    channel: ZaloOA, settings: Settings, small: Database, clock: Clock
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    alone = ZaloOA(settings, small, now=clock, transport=httpx.MockTransport(refuse))

    assert (await _trouble(alone, Outgoing("Chào"))).trouble is Trouble.RETRY


async def test_a_token_that_stays_refused_is_said_to_be_spent(
    channel: ZaloOA, fake: FakeZaloOA
) -> None:
    spent = Scripted({"error": -216, "message": "Access token is invalid"})
    fake.script.next(CS, spent, spent)

    assert (await _trouble(channel, Outgoing("Chào"))).trouble is Trouble.REFRESH
    await channel.refresh()
    assert len(fake.used_refresh_tokens) == 1


TABLE = {
    -216: Trouble.REFRESH, -220: Trouble.REFRESH, -124: Trouble.REFRESH,
    -32: Trouble.RETRY,
    -211: Trouble.WINDOW, -218: Trouble.WINDOW,
    -213: Trouble.SUPPRESS, -244: Trouble.SUPPRESS,
    -230: Trouble.WINDOW, -232: Trouble.WINDOW, -227: Trouble.WINDOW,
    -234: Trouble.WINDOW, -133: Trouble.WINDOW,
    -201: Trouble.DROP,
    -221: Trouble.DROP, -224: Trouble.DROP,
}  # fmt: skip


def test_each_documented_number_has_its_class(clock: Clock) -> None:
    assert dict(TROUBLES) == TABLE
    assert {code: classify(code, "", {}, clock.now).trouble for code in TABLE} == TABLE
    assert classify(-99_999, "", {}, clock.now).trouble is Trouble.RETRY


def test_what_is_refused_at_night_may_go_in_the_morning() -> None:
    night = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # 23:30 in Hà Nội

    assert classify(-234, "", {}, night).retry_after == 6.5 * 3_600
    assert until_morning(night + timedelta(hours=6)) == 0.5 * 3_600
    assert until_morning(night + timedelta(hours=7)) == 0.0


def test_a_rate_that_is_not_used_up_waits_a_second(clock: Clock) -> None:
    assert classify(-32, "", {"X-RateLimit-Remain": "7"}, clock.now).retry_after == 1.0


async def test_the_quota_of_a_person_is_asked(channel: ZaloOA, fake: FakeZaloOA) -> None:
    await fake.says("84", "Xin chào")
    assert await channel.quota("84") == Quota(replies=None, promotions=1)
    fake.quota = 7

    assert await channel.quota("84") == Quota(replies=7, promotions=1)


async def test_nobody_can_take_back_a_message(channel: ZaloOA) -> None:
    assert await channel.recall("84", "1") is False


async def test_a_photo_is_downloaded_up_to_a_limit(
    channel: ZaloOA, settings: Settings, small: Database
) -> None:
    served = httpx.MockTransport(lambda request: httpx.Response(200, content=b"1234"))
    cdn = ZaloOA(settings, small, transport=served)
    photo = Attachment(AttachmentKind.PHOTO, "https://f1.photo.zdn.vn/1.jpg")

    assert await cdn.download(photo, limit=4) == b"1234"
    with pytest.raises(ValueError, match="longer"):
        await cdn.download(photo, limit=3)


@pytest.mark.parametrize("ref", ["", "http://169.254.169.254/latest", "file:///etc/passwd", "//x"])
async def test_only_https_is_downloaded(ref: str, channel: ZaloOA) -> None:
    with pytest.raises(SendError, match="address"):
        await channel.download(Attachment(AttachmentKind.PHOTO, ref), limit=4)
