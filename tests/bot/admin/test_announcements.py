"""The announcements desk: written, previewed, approved, stopped, corrected; what was typed is kept."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient

from bot.admin.announcements import _local
from bot.broadcast.firing import next_digest
from bot.db import Database
from bot.messages import announcements as words
from bot.models import (
    Announcement,
    AnnouncementStatus,
    Delivery,
    DeliveryStatus,
    Gathered,
    Role,
    Run,
    RunStatus,
    Topic,
)
from bot.people import heard_from
from bot.settings import Settings
from bot.subscriptions import subscribe
from knowledge.columns import utc_now
from tests.bot.admin.conftest import Desk
from tests.bot.broadcast.making import add_run

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
WRITTEN = {
    "title": "Nghỉ bão",
    "text": "Chiều 22/11 bộ phận một cửa nghỉ.",
    "topic": "storms",
    "places": "tỉnh Cà Mau",
    "step": "save",
}


async def _subscriber(settings: Settings, address: str) -> None:
    database = Database(settings.url)
    async with database.write() as session:
        contact = await heard_from(session, "telegram", address, now=NOW)
        await subscribe(
            session, contact.person_id, Topic.STORMS, province_code="96",
            consent="v1", source="telegram", now=NOW,
        )  # fmt: skip
    await database.close()


def _create(client: TestClient, **changed: str) -> str:
    answer = client.post("/admin/announcements/new", data={**WRITTEN, **changed})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_draft_is_saved_and_shown_as_citizens_will_see_it(desk: Desk) -> None:
    client = desk(Role.SENDER)
    page = client.get(_create(client)).text

    assert "Nghỉ bão" in page
    assert "Nhắn “DỪNG” để thôi nhận tin." in page
    assert "Tỉnh Cà Mau (96)" in page


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(desk: Desk) -> None:
    client = desk(Role.SENDER)
    typed = {**WRITTEN, "text": "Họp lúc {giờ} <script>", "places": "xã Qqqxyz Wwkk", "cron": "x"}

    answer = client.post("/admin/announcements/new", data=typed)

    assert answer.status_code == 422
    for said in ("chưa điền", "Không tìm thấy nơi", "Không hiểu lịch lặp"):
        assert said in answer.text
    assert "Họp lúc {giờ} &lt;script&gt;" in answer.text
    assert "xã Qqqxyz Wwkk" in answer.text


def test_nobody_to_send_to_is_said(desk: Desk) -> None:
    client = desk(Role.SENDER)
    place = _create(client, topic="schools")

    assert client.post(f"{place}/approve").status_code == 303

    assert "Không có ai đăng ký" in client.get(place).text


def test_approved_stopped_resumed(desk: Desk, settings: Settings) -> None:
    asyncio.run(_subscriber(settings, "chat-1"))
    client = desk(Role.SENDER)
    # Not now: the application's own clock would begin to send it.
    place = _create(client, send_at=_local(utc_now() + timedelta(days=1)))
    client.post(f"{place}/approve")
    assert "chờ đến giờ" in client.get(place).text

    client.post(f"{place}/stop")
    assert "đã dừng" in client.get(place).text
    client.post(f"{place}/stop")
    assert "không dừng được" in client.get(place).text
    client.post(f"{place}/resume")
    assert "chờ đến giờ" in client.get(place).text


def test_a_sent_one_is_edited_no_more_and_unknown_ones_are_told(
    desk: Desk, settings: Settings
) -> None:
    asyncio.run(_subscriber(settings, "chat-2"))
    client = desk(Role.SENDER)
    place = _create(client)
    client.post(f"{place}/approve")

    client.post(place, data=WRITTEN)

    assert "Chỉ bản nháp mới sửa" in client.get(place).text
    assert client.get("/admin/announcements/999999").status_code == 404
    assert client.post(f"{place}/explode").status_code == 404


def test_what_waits_for_the_digest_is_said_and_can_be_stopped(
    desk: Desk, settings: Settings
) -> None:
    address = f"/admin/announcements/{asyncio.run(_sent_to_one_who_wants_one_a_day(settings))}"
    client = desk(Role.SENDER)

    page = client.get(address).text
    assert "1 người chờ nhận trong bản tin gộp lúc 17:00" in page
    assert f"{address}/stop" in page
    client.post(f"{address}/stop")

    page = client.get(address).text
    assert "1 người không nhận tin này trong bản tin gộp" in page
    client.post(f"{address}/resume")
    assert "đã gửi xong" in client.get(address).text


async def _sent_to_one_who_wants_one_a_day(settings: Settings) -> int:
    """Return an announcement that is done, but for one person whose digest is to tell it."""
    database, now = Database(settings.url), utc_now()
    async with database.write() as session:
        contact = await heard_from(session, "telegram", "chat-daily", now=now)
        await subscribe(
            session, contact.person_id, Topic.HEALTH, consent="v1", source="telegram", now=now,
            daily=True,
        )  # fmt: skip
        one = Announcement(text="Sốt xuất huyết", topic="health", status=AnnouncementStatus.DONE)
        session.add(one)
        await session.flush()
        # Planned already: the application's own clock would plan it, without a channel.
        run = Run(
            announcement_id=one.id or 0, fire_time=now, status=RunStatus.DONE,
            digest_at=next_digest(now, hour=17), gathered=1,
        )  # fmt: skip
        session.add(run)
        await session.flush()
        session.add(Gathered(run_id=run.id or 0, person_id=contact.person_id, at=now))
        number = one.id or 0
    await database.close()
    return number


async def _got(settings: Settings, place: str) -> None:
    """Let somebody have got the announcement on a channel that is connected no more."""
    database = Database(settings.url)
    async with database.write() as session:
        one = await session.get_one(Announcement, int(place.rpartition("/")[2]))
        run_id = await add_run(session, one)
        (await session.get_one(Run, run_id)).status = RunStatus.DONE
        session.add(
            Delivery(
                run_id=run_id, person_id="p", channel="telegram", address="1", chunk=0,
                status=DeliveryStatus.DELIVERED, message_id="7",
            )
        )  # fmt: skip
        one.status = AnnouncementStatus.DONE
    await database.close()


def test_it_is_tried_out_and_taken_back_from_the_desk(desk: Desk, settings: Settings) -> None:
    client = desk(Role.SENDER)
    place = _create(client)
    assert "Gửi thử cho riêng tôi" in client.get(place).text
    client.post(f"{place}/try")
    assert "Chưa nối Zalo, Telegram nào" in client.get(place).text
    client.post(f"{place}/recall")
    assert words.NOTHING_TO_RECALL in client.get(place).text
    asyncio.run(_got(settings, place))
    client.post(f"{place}/recall")
    assert words.RECALLING in client.get(place).text
    events = client.get(f"{place}/progress").text.split("data: ")  # ends once a worker was at it
    last = json.loads(events[-1].splitlines()[0])
    assert (last["taken_back"], last["not_taken_back"], last["to_take_back"]) == (0, 1, 0)
    assert "sender thu hồi lúc" in client.get(place).text
    assert client.post("/admin/announcements/999999/recall").status_code == 404


def test_the_list_shows_and_filters(desk: Desk) -> None:
    client = desk(Role.SENDER)
    number = re.sub(r"\D", "", _create(client, title="Tin riêng để tìm"))

    assert f"/admin/announcements/{number}" in client.get("/admin/announcements?status=draft").text
    assert "Tin riêng để tìm" not in client.get("/admin/announcements?status=done").text


def test_a_feed_is_added_switched_and_refused(desk: Desk) -> None:
    client = desk(Role.SENDER)
    feed = {"url": "https://cong.vi-du.vn/rss", "topic": "reform", "places": "Đồng Tháp"}

    assert client.post("/admin/feeds", data=feed).status_code == 303
    twice = client.post("/admin/feeds", data=feed)
    inner = client.post("/admin/feeds", data={**feed, "url": "http://169.254.169.254/"})

    assert "đã có rồi" in twice.text
    assert "nội bộ" in inner.text
    assert "http://169.254.169.254/" in inner.text
    number = re.findall(r"/admin/feeds/(\d+)", client.get("/admin/feeds").text)[-1]
    client.post(f"/admin/feeds/{number}")
    assert "đang tắt" in client.get("/admin/feeds").text
