"""A sheet of subscribers: each bad line is named, the rest is taken over once, stops are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from bot import people
from bot.broadcast import exporting
from bot.broadcast.importing import Taken, Wish, Wishes, take_over
from bot.db import Database
from bot.models import Contact, Subscription, Topic
from bot.sheets import MOST_BYTES, BadLine, SheetError
from bot.subscriptions import MOST_PER_PERSON, stop
from knowledge.places import Places
from tests.bot.broadcast.making import NOW

HEAD = "channel,address,topics,place,consent_date\n"
GOOD = "telegram,11,storms,86,2026-11-01\n"


@pytest.fixture(scope="module")
def places() -> Places:
    return Places.load()


def _sheet(text: str, places: Places) -> Wishes:
    return Wishes(text.encode(), places, now=NOW)


def _wishes(text: str, places: Places) -> list[Wish]:
    return [one for one in _sheet(text, places).lines() if isinstance(one, Wish)]


async def _take(database: Database, wishes: list[Wish]) -> Taken:
    return await take_over(database, wishes, consent="paper-1", source="import:a.csv")


@pytest.mark.parametrize(
    "text",
    [
        HEAD + GOOD,
        "\ufeff" + HEAD + GOOD,
        "\r\n" + (HEAD + GOOD).replace("\n", "\r\n"),
        "Kênh;Địa chỉ;Chủ đề;Nơi nhận;Ngày đồng ý\nTelegram;11;Bão, lũ, thiên tai;86;01/11/2026\n",
        "Ghi chú,Ngày đồng ý,Kênh,Địa chỉ,Chủ đề,Nơi\nx,1/11/2026,telegram,11,storms,86\n",
    ],
    ids=["plain", "mark", "windows", "vietnamese", "other-columns"],
)
def test_a_line_is_read_as_people_write_it(text: str, places: Places) -> None:
    (wish,) = _wishes(text, places)

    assert (wish.channel, wish.address, wish.topics) == ("telegram", "11", (Topic.STORMS,))
    assert wish.places == (("86", ""),)
    assert wish.consented_at == datetime.fromisoformat("2026-11-01T00:00+07:00")


def test_several_topics_places_and_old_names(places: Places) -> None:
    (wish,) = _wishes(
        HEAD + 'zalo_oa,a1,storms; Tiêm chủng,"xã Nhị Trường, huyện Cầu Ngang, Trà Vinh;01",'
        "2026-11-01\n"
        "telegram,1,storms,nơi này,2026-11-01\n",
        places,
    )

    assert wish.topics == (Topic.STORMS, Topic.VACCINATION)
    assert [province for province, _ in wish.places] == ["86", "01"]
    assert [len(commune) for _, commune in wish.places] == [5, 0]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("viber,11,storms,86,2026-11-01", "không có kênh “viber”"),
        ("web,11,storms,86,2026-11-01", "không có kênh “web”"),
        ("telegram,1.2E+9,storms,86,2026-11-01", "địa chỉ “1.2E\\+9”"),
        ("zalo_oa,,storms,86,2026-11-01", "địa chỉ “”"),
        ("telegram,11,,86,2026-11-01", "chưa ghi chủ đề"),
        ("telegram,11,storms;bóng đá,86,2026-11-01", "không có chủ đề “bóng đá”"),
        ("telegram,11,storms,,2026-11-01", "chưa ghi nơi"),
        ("telegram,11,storms,99,2026-11-01", "mang mã 99"),
        ("telegram,11,storms,Tân Tiến,2026-11-01", "có thể là"),
        ("telegram,11,storms,86,", "chưa ghi ngày"),
        ("telegram,11,storms,86,hôm qua", "không hiểu ngày"),
        ("telegram,11,storms,86,2026-11-24", "chưa tới"),
        ("telegram,11,storms,86,0001-01-01", "đã quá 730 ngày"),
        ("telegram,11,storms,86,2026-11-01,thừa", "6 ô mà chỉ có 5 cột"),
        ("telegram", "địa chỉ “”"),
        ("telegram," + "1" * 200_000, "không đọc được"),
    ],
)
def test_a_bad_line_is_named_with_its_reason(line: str, why: str, places: Places) -> None:
    good, bad = _sheet(f"{HEAD}{GOOD}\n{line}", places).lines()

    assert isinstance(good, Wish)
    assert isinstance(bad, BadLine)
    assert bad.line == 4
    with pytest.raises(ValueError, match=why):
        raise ValueError(bad.why)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "không có dòng nào"),
        (b"PK\x03\x04\0\0", "không phải CSV"),
        ((HEAD + GOOD).encode("utf-16"), "không phải CSV"),
        (b"k\xeanh,x\n", "không phải CSV"),
        (GOOD.encode(), "Thiếu cột: channel, address"),
        (HEAD.strip().encode() + b",channel\n", "Hai cột"),
        (b"," * 60, "61 cột"),
        (b"x" * (MOST_BYTES + 1), "lớn hơn 50 MB"),
    ],
    ids=["empty", "zip", "utf-16", "latin", "no-headings", "twice", "wide", "big"],
)
def test_a_file_that_is_no_sheet_is_refused(data: bytes, why: str, places: Places) -> None:
    with pytest.raises(SheetError, match=why):
        Wishes(data, places, now=NOW)


async def test_an_import_records_the_consent_and_can_be_repeated(
    database: Database, places: Places
) -> None:
    wishes = _wishes(
        HEAD + "".join(f"telegram,{n},storms;schools,86,2026-11-01\n" for n in range(60)), places
    )

    assert (await _take(database, wishes)).new == 120
    assert await _take(database, wishes) == Taken(known=120)

    async with database.read() as session:
        contacts = (await session.exec(select(Contact))).all()
        rows = (await session.exec(select(Subscription))).all()
    assert (len(contacts), len(rows)) == (60, 120)
    assert {(row.source, row.consent_text_version) for row in rows} == {("import:a.csv", "paper-1")}
    assert (
        {row.consented_at for row in rows} == {contacts[0].last_seen_at} == {wishes[0].consented_at}
    )


async def test_whoever_blocked_us_or_said_stop_since_is_left_alone(
    database: Database, places: Places
) -> None:
    async with database.write() as session:
        await people.heard_from(session, "telegram", "11", now=NOW)
        await people.suppress(session, "telegram", "11", why="blocked", now=NOW)
    (wish,) = _wishes(HEAD + GOOD, places)
    assert (await _take(database, [wish])).new == 1
    async with database.write() as session:
        contact = await people.find_contact(session, "telegram", "11")
        assert contact is not None
        assert (contact.last_seen_at, contact.suppressed_at) == (NOW, NOW)
        await stop(session, contact.person_id, now=NOW)
    other = "telegram,11,schools,86,2026-11-01\n"

    again = await _take(database, _wishes(HEAD + GOOD + other, places))

    assert again == Taken(stopped=[2, 3])
    later = _wishes(HEAD + "telegram,11,storms,86,2026-11-24\n", places)
    assert later == []
    fresh = Wishes(
        (HEAD + "telegram,11,storms,86,2026-11-24\n").encode(), places, now=NOW + timedelta(days=1)
    )
    assert (await _take(database, [one for one in fresh.lines() if isinstance(one, Wish)])).new == 1


async def test_more_than_a_person_may_follow_is_named(database: Database, places: Places) -> None:
    communes = [unit.code for unit in places.communes_of("86")][: MOST_PER_PERSON + 1]
    text = HEAD + f'telegram,11,storms,"{";".join(communes)}",2026-11-01\n'

    assert await _take(database, _wishes(text, places)) == Taken(new=MOST_PER_PERSON, too_many=[2])


async def test_what_is_exported_can_be_imported(database: Database, places: Places) -> None:
    text = (
        HEAD.strip()
        + ",cách nhận\n"
        + GOOD.strip()
        + ",Gộp mỗi ngày\ntelegram,-100,schools,01,2026-11-02\nzalo_oa,a,storms,cả nước,2026-11-03\n"
        'telegram,12,local,"xã Nhị Trường, huyện Cầu Ngang, Trà Vinh",2026-11-04\n'
    )
    wishes = _wishes(text, places)
    assert [wish.daily for wish in wishes] == [True, None, None, None]
    await _take(database, wishes)
    async with database.read() as session:
        exported = "".join([line async for line in exporting.sheet(session, places)])

    assert exported.startswith("\ufeffchannel,")
    assert "'-100" in exported
    assert [(w.address, w.topics, w.places, w.consented_at) for w in _wishes(exported, places)] == [
        (w.address, w.topics, w.places, w.consented_at) for w in wishes
    ]
    assert [wish.daily for wish in _wishes(exported, places)] == [True, False, False, False]
    assert await _take(database, _wishes(exported, places)) == Taken(known=4)
    async with database.write() as session:
        for row in (await session.exec(select(Subscription).order_by(col(Subscription.id)))).all():
            row.ended_at = NOW
    async with database.read() as session:
        assert len([line async for line in exporting.sheet(session, places)]) == 1
