"""Who gets an announcement: those who asked for it there, each once, where they were last seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.broadcast import lifecycle
from bot.broadcast.audience import estimate, plan
from bot.broadcast.places import AudienceError, place_codes
from bot.db import Database
from bot.models import (
    Announcement,
    AnnouncementStatus,
    Chunk,
    Contact,
    Delivery,
    Run,
    RunStatus,
    Subscription,
    Topic,
)
from bot.people import heard_from, suppress
from knowledge.places import Places
from tests.bot.broadcast.making import (
    COMMUNE,
    NOW,
    OTHER_COMMUNE,
    OTHER_PROVINCE,
    PROVINCE,
    add_run,
    add_units,
    subscribe,
)

CHANNELS = ("telegram", "zalo_oa")


async def _planned(database: Database, announcement: Announcement, size: int = 10) -> list[str]:
    async with database.write() as session:
        run_id = await add_run(session, announcement)
    count = await plan(database, run_id, CHANNELS, due_at=NOW, size=size)
    async with database.read() as session:
        query = select(Delivery.address).where(Delivery.run_id == run_id)
        addresses = (await session.exec(query.order_by(col(Delivery.address)))).all()
        run = await session.get_one(Run, run_id)
    assert (count, run.status) == (len(addresses), RunStatus.SENDING)
    return list(addresses)


async def _everyone(database: Database) -> None:
    async with database.write() as session:
        await add_units(session)
        await subscribe(session, "here", province=PROVINCE, commune=COMMUNE)
        await subscribe(session, "beside", province=PROVINCE, commune=OTHER_COMMUNE)
        await subscribe(session, "province", province=PROVINCE)
        await subscribe(session, "elsewhere", province=OTHER_PROVINCE)
        await subscribe(session, "country")
        await subscribe(session, "schools", topic=Topic.SCHOOLS, province=PROVINCE)


@pytest.mark.parametrize(
    ("places", "got"),
    [
        ([COMMUNE], ["country", "here", "province"]),
        ([PROVINCE], ["beside", "country", "here", "province"]),
        ([COMMUNE, OTHER_PROVINCE], ["country", "elsewhere", "here", "province"]),
        ([], ["beside", "country", "elsewhere", "here", "province"]),
    ],
)
async def test_a_place_reaches_who_asked_for_it_or_for_more(
    database: Database, places: list[str], got: list[str]
) -> None:
    await _everyone(database)
    assert await _planned(database, Announcement(text="x", topic="storms", places=places)) == got


async def test_each_person_gets_one_delivery_where_they_were_last_seen(database: Database) -> None:
    async with database.write() as session:
        person = await subscribe(session, "old", province=PROVINCE)
        session.add(Contact(channel="zalo_oa", address="new", person_id=person, last_seen_at=NOW))
        session.add(Contact(channel="web", address="page", person_id=person, last_seen_at=NOW))
        await subscribe(session, "old", topic=Topic.STORMS, province=OTHER_PROVINCE)

    assert await _planned(database, Announcement(text="x", topic="storms")) == ["new"]


async def test_who_blocked_us_or_stopped_gets_nothing(database: Database) -> None:
    async with database.write() as session:
        await subscribe(session, "blocked")
        stopped = await subscribe(session, "stopped")
        await subscribe(session, "kept")
        await suppress(session, "telegram", "blocked", why="blocked", now=NOW)
        query = select(Subscription).where(Subscription.person_id == stopped)
        (await session.exec(query)).one().ended_at = NOW
    announcement = Announcement(text="x", topic="storms")

    assert await _planned(database, announcement) == ["kept"]
    async with database.read() as session:
        found = await estimate(session, announcement, CHANNELS)
    assert (found.people, found.by_channel) == (2, {"telegram": 1})


async def test_slices_and_chunks_leave_nobody_out(database: Database) -> None:
    async with database.write() as session:
        for number in range(95):
            await heard_from(session, "zalo_oa", f"{number}", now=NOW)
            await subscribe(
                session, f"{number:03}", channel=CHANNELS[number % 2],
                now=NOW - timedelta(minutes=number),
            )  # fmt: skip

    assert len(await _planned(database, Announcement(text="x", topic="storms"))) == 95

    async with database.read() as session:
        chunks = (await session.exec(select(Chunk))).all()
        rows = (await session.exec(select(Delivery))).all()
    assert sum(chunk.planned for chunk in chunks) == 95
    for chunk in chunks:
        mine = [
            row.person_id
            for row in rows
            if (row.chunk, row.channel) == (chunk.number, chunk.channel)
        ]
        assert (len(mine), min(mine), max(mine)) == (
            chunk.planned,
            chunk.first_person,
            chunk.last_person,
        )


async def test_planning_again_does_nothing(database: Database) -> None:
    async with database.write() as session:
        await subscribe(session, "1")
        run_id = await add_run(session, Announcement(text="x", topic="storms"))

    assert await plan(database, run_id, CHANNELS, due_at=NOW) == 1
    assert await plan(database, run_id, CHANNELS, due_at=NOW) == 1


@pytest.mark.parametrize("size", [1, 10])
async def test_a_run_stopped_right_after_its_planning_was_complete_resumes(
    database: Database, size: int
) -> None:
    async with database.write() as session:
        for address in ("1", "2", "3"):
            await subscribe(session, address)
        announcement = Announcement(text="x", topic="storms", status=AnnouncementStatus.SENDING)
        run_id = await add_run(session, announcement)
    await plan(database, run_id, CHANNELS, due_at=NOW, size=size)
    async with database.write() as session:
        await lifecycle.stop(session, run_id, by="lan", now=NOW)
        await lifecycle.resume(session, run_id, by="lan", now=NOW)

    assert await plan(database, run_id, CHANNELS, due_at=NOW, size=size) == 3

    async with database.read() as session:
        assert (await session.get_one(Run, run_id)).status is RunStatus.SENDING
        rows = (await session.exec(select(Delivery.address))).all()
    assert sorted(rows) == ["1", "2", "3"]


def test_old_names_and_codes_become_todays_units() -> None:
    places = Places.load()
    codes = place_codes(places, ["xã Nhị Trường, huyện Cầu Ngang, Trà Vinh", "86", " "])

    assert codes[1] == "86"
    assert places.unit(codes[0]) is not None
    for wrong in ("xứ thần tiên", "99999", "Tân Tiến"):
        with pytest.raises(AudienceError, match=wrong):
            place_codes(places, [wrong])
