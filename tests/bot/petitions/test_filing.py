"""A petition is taken in once, masked, routed and dated; its life has two people and the citizen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import notices, people, petitions
from bot.db import Database
from bot.models import (
    Notice,
    Petition,
    PetitionAnswer,
    PetitionEvent,
    PetitionRoute,
    PetitionStatus,
)
from bot.petitions import Filed, StepError, Wanted
from bot.receipts import Seal
from knowledge.hours import Calendar

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
CALENDAR = Calendar.load()
SEAL = Seal("AAAACCCC", "salt$hash")


async def send(
    session: AsyncSession, text: str = "Cán bộ không nhận hồ sơ của tôi", address: str = "a"
) -> Filed:
    contact = await people.heard_from(session, "telegram", address, now=NOW)
    wanted = Wanted("telegram", address, text, consent_version="1", person_id=contact.person_id)
    return await petitions.file(session, wanted, SEAL, calendar=CALENDAR, days=15, now=NOW)


async def events(session: AsyncSession, petition: Petition) -> list[str]:
    query = select(PetitionEvent.what).where(PetitionEvent.petition_id == petition.id)
    return list((await session.exec(query.order_by(col(PetitionEvent.id)))).all())


async def test_a_petition_sent_ten_times_is_one(database: Database) -> None:
    for n in range(10):
        async with database.write() as session:
            filed = await send(session, "Cán bộ  KHÔNG nhận hồ sơ" + " " * n)
    async with database.read() as session:
        kept = (await session.exec(select(Petition))).one()

    assert (filed.again, filed.secret, kept.times) == (True, "", 10)


async def test_the_same_words_of_another_citizen_are_another_petition(database: Database) -> None:
    async with database.write() as session:
        await send(session, address="a")
        filed = await send(session, address="b")
        close = await petitions.alike(session, filed.petition)

    assert not filed.again
    assert [alike for _, alike in close] == [100]


async def test_a_third_persons_number_is_masked(database: Database) -> None:
    async with database.write() as session:
        filed = await send(session, "Gọi ông Tám 0912 345 678, căn cước 079123456789 mà hỏi")

    assert filed.petition.text == "Gọi ông Tám [số], căn cước [số] mà hỏi"


async def test_the_answer_is_owed_in_working_days(database: Database) -> None:
    async with database.write() as session:
        filed = await send(session)

    # 24 November 2026 is a holiday: fifteen working days after the 23rd end on 15 December.
    assert filed.petition.due_on == date(2026, 12, 15)


async def test_the_most_particular_rule_routes(database: Database) -> None:
    rules = [
        ("", "", "", "Văn phòng"),
        ("", "", "Hộ tịch", "Phòng Hộ tịch"),
        ("86", "", "", "Trung tâm tỉnh"),
        ("86", "29800", "", "Trung tâm xã"),
        ("86", "29800", "Đất đai", "Phòng Đất đai xã"),
    ]
    async with database.write() as session:
        for province, commune, field, unit in rules:
            session.add(
                PetitionRoute(province_code=province, commune_code=commune, field=field, unit=unit)
            )
        await session.flush()
        found = [
            await petitions.route(session, *where)
            for where in (
                ("86", "29800", "Đất đai"),
                ("86", "29800", "Hộ tịch"),
                ("86", "1", "Hộ tịch"),
                ("01", "2", "Hộ tịch"),
                ("01", "2", ""),
            )
        ]

    assert found == [
        "Phòng Đất đai xã",
        "Trung tâm xã",
        "Trung tâm tỉnh",
        "Phòng Hộ tịch",
        "Văn phòng",
    ]


async def test_an_answer_needs_a_second_person_and_reaches_the_citizen_once(
    database: Database,
) -> None:
    async with database.write() as session:
        petition = (await send(session)).petition
        await petitions.assign(session, petition, to="lan", actor="lan", now=NOW)
        answer = await petitions.propose(session, petition, text="Đã xem.", author="lan", now=NOW)
        with pytest.raises(StepError, match="phải khác"):
            await petitions.approve(session, petition, answer, judge="lan", now=NOW)
        await petitions.approve(session, petition, answer, judge="minh", now=NOW)
        with pytest.raises(StepError):
            await petitions.approve(session, petition, answer, judge="minh", now=NOW)
        told = (await session.exec(select(Notice).order_by(col(Notice.id)))).all()

    assert petition.status is PetitionStatus.ANSWERED
    assert [notice.address for notice in told] == ["a", "a"]
    assert "Đã xem." in told[1].text
    assert told[1].choices[0][0] == "Đã giải quyết"


async def test_answered_is_not_solved_and_reopening_sets_a_new_day(database: Database) -> None:
    later = NOW + timedelta(days=30)
    async with database.write() as session:
        petition = (await send(session)).petition
        answer = await petitions.propose(session, petition, text="Đã xem.", author="a", now=NOW)
        await petitions.approve(session, petition, answer, judge="b", now=NOW)
        args = {"calendar": CALENDAR, "days": 15, "now": later}
        reopened = await petitions.judge_solved(session, petition, solved=False, **args)  # type: ignore[arg-type]
        due = petition.due_on
        asked_again = await petitions.judge_solved(session, petition, solved=True, **args)  # type: ignore[arg-type]

    assert (reopened, asked_again) == (True, False)
    assert petition.status is PetitionStatus.REOPENED
    assert due > later.date()


async def test_a_newer_proposal_takes_the_place_of_an_open_one(database: Database) -> None:
    async with database.write() as session:
        petition = (await send(session)).petition
        old = await petitions.propose(session, petition, text="Một", author="a", now=NOW)
        new = await petitions.propose(session, petition, text="Hai", author="a", now=NOW)
        with pytest.raises(StepError):
            await petitions.approve(session, petition, old, judge="b", now=NOW)
        await petitions.give_back(session, petition, new, judge="b", why="Thiếu căn cứ", now=NOW)
        open_ones = await petitions.open_answers(session, petition)
        kept = (await session.exec(select(PetitionAnswer))).all()

    assert (open_ones, len(kept)) == ([], 2)


async def test_officials_are_reminded_once_and_overdue_petitions_escalated_once(
    database: Database,
) -> None:
    async with database.write() as session:
        petition = (await send(session)).petition
        early = await petitions.remind_due(session, NOW, CALENDAR)
        near = datetime(2026, 12, 11, 1, tzinfo=UTC)
        soon = [await petitions.remind_due(session, near, CALENDAR) for _ in range(2)]
        late = datetime(2026, 12, 16, 1, tzinfo=UTC)
        over = [await petitions.remind_due(session, late, CALENDAR) for _ in range(2)]
        history = await events(session, petition)

    assert early == []
    assert [[one.overdue for one in found] for found in soon] == [[False], []]
    assert [[one.overdue for one in found] for found in over] == [[True], []]
    assert history == ["received", "reminded", "escalated"]


async def test_an_answer_nobody_speaks_of_is_closed_after_a_month(database: Database) -> None:
    async with database.write() as session:
        petition = (await send(session)).petition
        answer = await petitions.propose(session, petition, text="Đã xem.", author="a", now=NOW)
        await petitions.approve(session, petition, answer, judge="b", now=NOW)
        closed = [
            await petitions.close_silent(session, NOW + timedelta(days=days))
            for days in (29, 30, 31)
        ]

    assert closed == [0, 1, 0]
    assert (petition.status, petition.solved) == (PetitionStatus.CLOSED, None)


async def test_a_notice_is_claimed_by_one_worker_and_tried_again_when_it_dies(
    database: Database,
) -> None:
    async with database.write() as session:
        contact = await people.heard_from(session, "telegram", "a", now=NOW)
        made = [
            await notices.tell(session, key="k", person_id=contact.person_id, text="Chào", now=NOW)
            for _ in range(2)
        ]
    async with database.write() as session:
        first = await notices.claim(session, now=NOW)
    async with database.write() as session:
        second = await notices.claim(session, now=NOW)
        third = await notices.claim(session, now=NOW + timedelta(minutes=3))
        notices.sent(session, third[0], now=NOW)
    async with database.write() as session:
        last = await notices.claim(session, now=NOW + timedelta(days=1))

    assert made == [True, False]
    assert [len(found) for found in (first, second, third, last)] == [1, 0, 1, 0]
