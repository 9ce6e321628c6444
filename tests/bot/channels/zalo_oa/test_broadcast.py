"""Ways to people outside the reply window, in the shapes Zalo documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from bot.channels import Outgoing, SendError, Trouble
from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_oa.broadcast import (
    Article,
    Target,
    broadcast,
    create_article,
    send_template,
    send_template_by_phone,
    send_to_group,
)
from bot.channels.zalo_oa.tokens import put
from bot.db import Database
from bot.sandbox import Scripted
from bot.sandbox.zalo_oa import FakeZaloOA
from bot.settings import Settings
from tests.bot.channels.zalo_oa.conftest import Clock

ARTICLE = Article(
    title="Đổi giờ làm việc dịp Tết",
    description="Trung tâm nghỉ từ 27 tháng Chạp.",
    author="UBND phường",
    cover_url="https://vidu.vn/tet.jpg",
    paragraphs=("Trung tâm nghỉ từ 27 tháng Chạp.", " ", "Mở lại mùng 6."),
)


async def test_an_article_is_made_and_told_to_those_who_are_meant(
    channel: ZaloOA, fake: FakeZaloOA, clock: Clock
) -> None:
    article_id = await create_article(channel.api, ARTICLE)

    sent = await broadcast(channel.api, [article_id], Target(cities=(4, 9)), now=clock.now)

    assert sent
    (body,) = fake.broadcasts
    assert body["recipient"] == {"target": {"cities": "4,9"}}
    assert body["message"]["attachment"]["payload"]["elements"] == [
        {"media_type": "article", "attachment_id": article_id}
    ]
    (made,) = fake.articles.values()
    assert [part["content"] for part in made["body"]] == [ARTICLE.paragraphs[0], "Mở lại mùng 6."]


async def test_an_article_that_is_not_made_yet_is_asked_for_again(
    channel: ZaloOA, fake: FakeZaloOA
) -> None:
    not_yet = Scripted({"error": 0, "data": {}})
    fake.script.next("/v2.0/article/verify", not_yet)

    assert await create_article(channel.api, ARTICLE, pause=0)

    fake.script.next("/v2.0/article/verify", *[not_yet] * 5)
    with pytest.raises(SendError, match="not made") as caught:
        await create_article(channel.api, ARTICLE, pause=0)
    assert caught.value.trouble is Trouble.RETRY


@pytest.mark.parametrize(
    "broken",
    [
        replace(ARTICLE, title="a" * 151),
        replace(ARTICLE, author=""),
        replace(ARTICLE, description="a" * 301),
        replace(ARTICLE, paragraphs=(" ",)),
    ],
)
async def test_an_article_zalo_would_refuse_is_not_sent(broken: Article, channel: ZaloOA) -> None:
    with pytest.raises(ValueError, match="an article"):
        await create_article(channel.api, broken)


async def test_an_unknown_article_is_dropped(channel: ZaloOA, clock: Clock) -> None:
    with pytest.raises(SendError) as caught:
        await broadcast(channel.api, ["1"], Target(), now=clock.now)

    assert caught.value.trouble is Trouble.DROP


async def test_by_night_a_broadcast_says_how_long_to_wait(
    channel: ZaloOA, fake: FakeZaloOA, clock: Clock
) -> None:
    with pytest.raises(SendError) as caught:
        await broadcast(channel.api, ["1"], Target(), now=clock.now + timedelta(hours=12))

    assert (caught.value.trouble, caught.value.retry_after) == (Trouble.WINDOW, 8 * 3_600)
    assert fake.broadcasts == []


async def test_a_template_goes_to_a_person_or_a_phone(channel: ZaloOA, fake: FakeZaloOA) -> None:
    fake.citizen("84")
    fake.approved["7895417"] = {"ho_so": 40}
    values = {"ho_so": "000.00.15.H01-241021-0001"}

    await send_template(channel.api, "84", "7895417", values, tracking_id="1")
    await send_template_by_phone(channel.api, "0900 000 000", "7895417", values, tracking_id="2")

    common = {"template_id": "7895417", "template_data": values}
    assert fake.templates == [
        {"user_id": "84", **common, "tracking_id": "1"},
        {"phone": "84900000000", **common, "tracking_id": "2"},
    ]


async def test_beyond_the_window_the_words_fill_the_approved_template(
    settings: Settings, small: Database, fake: FakeZaloOA, clock: Clock
) -> None:
    fake.citizen("84").last_seen = clock.now - timedelta(days=8)
    fake.approved["7895417"] = {"noi_dung": 60}
    await put(
        small, fake.app_id, refresh=fake.refresh_token, access=fake.access_token, now=clock.now
    )
    given = settings.model_copy(
        update={"zalo_oa_template_id": "7895417", "zalo_oa_template_chars": 60}
    )
    channel = ZaloOA(given, small, now=clock, transport=httpx.ASGITransport(fake.app))
    assert channel.capabilities.beyond_window == 60

    for _ in range(2):
        await channel.send("84", Outgoing("Nghỉ bão\n\nMở lại thứ Hai.", beyond_window=True))
    await channel.close()

    first, again = fake.templates
    assert first["template_data"] == {"noi_dung": "Nghỉ bão Mở lại thứ Hai."}
    assert first["tracking_id"] == again["tracking_id"]
    assert fake.sent == []


def test_without_an_approved_template_nothing_goes_beyond_the_window(channel: ZaloOA) -> None:
    assert channel.capabilities.beyond_window == 0


@pytest.mark.parametrize(
    ("template_id", "values", "trouble"),
    [
        ("1", {"noi_dung": "a"}, Trouble.DROP),
        ("7895417", {"ten": "a"}, Trouble.DROP),
        ("7895417", {"noi_dung": "a" * 61}, Trouble.DROP),
        ("7895417", {"noi_dung": "a\nb"}, Trouble.DROP),
        ("7895417", {"noi_dung": ""}, Trouble.DROP),
    ],
)
async def test_what_is_not_as_approved_is_dropped(
    template_id: str,
    values: dict[str, str],
    trouble: Trouble,
    channel: ZaloOA,
    fake: FakeZaloOA,
) -> None:
    fake.citizen("84")
    fake.approved["7895417"] = {"noi_dung": 60}

    with pytest.raises(SendError) as caught:
        await send_template(channel.api, "84", template_id, values, tracking_id="1")

    assert (caught.value.trouble, fake.templates) == (trouble, [])


async def test_an_account_without_templates_or_money_says_so(
    channel: ZaloOA, fake: FakeZaloOA
) -> None:
    fake.citizen("84")
    troubles = []
    for approved, quota in (({}, None), ({"1": {"noi_dung": 9}}, 0)):
        fake.approved, fake.quota = dict(approved), quota
        with pytest.raises(SendError) as caught:
            await send_template(channel.api, "84", "1", {"noi_dung": "a"}, tracking_id="1")
        troubles.append((caught.value.reason.split(":")[0], caught.value.trouble))

    assert troubles == [("zalo -224", Trouble.DROP), ("zalo -211", Trouble.WINDOW)]


@pytest.mark.parametrize("phone", ["", "1022", "+1 202 555 0100", "0900"])
async def test_what_is_no_vietnamese_number_is_refused(phone: str, channel: ZaloOA) -> None:
    with pytest.raises(ValueError, match="10 digits"):
        await send_template_by_phone(channel.api, phone, "1", {}, tracking_id="1")


async def test_a_long_tracking_id_is_refused(channel: ZaloOA) -> None:
    with pytest.raises(ValueError, match="48"):
        await send_template(channel.api, "84", "1", {}, tracking_id="x" * 49)


async def test_a_group_gets_long_news_in_parts(channel: ZaloOA, fake: FakeZaloOA) -> None:
    ids = await send_to_group(channel.api, "4a9bada229cec09099df", "Họp lúc tám giờ. " * 200)

    assert len(ids) == len(fake.sent) == 2
    assert fake.sent[0]["recipient"] == {"group_id": "4a9bada229cec09099df"}
