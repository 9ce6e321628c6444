"""One person, one centre, one field, one quarter: one answer, whatever they try."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from sqlmodel import select

from bot import people
from bot.db import Database
from bot.models import SurveyAnswer, SurveySource
from bot.privacy import rights
from bot.privacy.pseudonyms import Pseudonyms
from bot.surveys import MOST_A_QUARTER, MOST_AN_HOUR, Filed, months_back, quarter
from tests.bot.surveys.filling import NAMES, NOW, filled, send, send_again


async def stored(database: Database) -> list[SurveyAnswer]:
    async with database.read() as session:
        return list(await session.exec(select(SurveyAnswer).order_by("id")))


async def linked(database: Database, *addresses: tuple[str, str]) -> None:
    """One citizen joins their channels."""
    async with database.write() as session:
        first, *others = [await people.heard_from(session, *one, now=NOW) for one in addresses]
        for other in others:
            await people.join(session, kept=first.person_id, joined=other.person_id)


async def test_a_second_answer_in_the_quarter_is_not_taken(database: Database) -> None:
    assert await send(database, filled()) is Filed.TAKEN
    assert await send(database, filled(score=1, month="2026-10-01")) is Filed.ALREADY
    assert await send(database, filled(month="2026-09-01")) is Filed.TAKEN
    assert await send(database, filled(field="Đất đai")) is Filed.TAKEN
    assert [one.score for one in await stored(database)] == [4, 4, 4]


async def test_one_form_sent_twice_at_once_is_one_answer(database: Database) -> None:
    assert await send(database, filled()) is Filed.TAKEN
    twice = await asyncio.gather(*(send_again(database, filled()) for _ in range(2)))
    assert twice == [Filed.GONE, Filed.GONE]


async def test_two_linked_channels_at_once_are_one_person(database: Database) -> None:
    await linked(database, ("telegram", "1"), ("zalo_oa", "2"))

    both = await asyncio.gather(
        send(database, filled()), send(database, filled("zalo_oa", "2", score=1))
    )

    assert sorted(both) == [Filed.ALREADY, Filed.TAKEN]
    assert len(await stored(database)) == 1


async def test_linking_afterwards_leaves_one_answer(database: Database) -> None:
    await send(database, filled())
    await send(database, filled("zalo_oa", "2", score=1), NOW + timedelta(hours=1))

    await linked(database, ("telegram", "1"), ("zalo_oa", "2"))

    assert [one.score for one in await stored(database)] == [1]


async def test_taking_channels_apart_gives_no_second_vote(database: Database) -> None:
    await linked(database, ("telegram", "1"), ("web", "s"))
    await send(database, filled())
    async with database.write() as session:
        assert await people.part(session, "telegram", "1", now=NOW)

    assert await send(database, filled(score=1)) is Filed.ALREADY


async def test_a_new_key_gives_no_second_vote(database: Database) -> None:
    await send(database, filled())
    rotated = Pseudonyms((b"n" * 32, *NAMES.keys))
    async with database.write() as session:
        await people.part(session, "telegram", "1", now=NOW)
    wanted = filled(score=1)
    again = type(wanted)(
        **{name: getattr(wanted, name) for name in wanted.__slots__}
        | {"names": rotated.all_of("telegram", "1")}
    )

    assert await send(database, again) is Filed.ALREADY


async def test_nobody_shifts_the_index_by_answering_for_every_field(database: Database) -> None:
    sent = [await send(database, filled(field=f"Lĩnh vực {n}")) for n in range(MOST_A_QUARTER + 2)]

    assert sent == [Filed.TAKEN] * MOST_A_QUARTER + [Filed.ENOUGH] * 2


@pytest.mark.parametrize(
    ("channel", "source"),
    [("kiosk", SurveySource.DEVICE), ("web", SurveySource.PAGE)],
)
async def test_who_proves_nothing_is_marked_and_limited(
    database: Database, channel: str, source: SurveySource
) -> None:
    most = MOST_AN_HOUR[source]
    sent = [await send(database, filled(channel, f"s{n}")) for n in range(most + 1)]
    elsewhere = await send(database, filled(channel, "s", centre="implied-26734"))
    later = await send_again(database, filled(channel, f"s{most}"), NOW + timedelta(minutes=5))

    assert sent == [Filed.TAKEN] * most + [Filed.BUSY]
    assert (elsewhere, later) == (Filed.TAKEN, Filed.BUSY)
    assert {one.source for one in await stored(database)} == {source}
    known = {one.person_id is None for one in await stored(database)}
    assert known == {source is SurveySource.DEVICE}


async def test_a_page_linked_to_an_account_counts_as_one(database: Database) -> None:
    await linked(database, ("telegram", "1"), ("web", "s"))
    await send(database, filled("web", "s"))

    assert [one.source for one in await stored(database)] == [SurveySource.ACCOUNT]


async def test_an_erased_citizen_leaves_no_answer_and_a_remark_no_number(
    database: Database,
) -> None:
    await send(database, filled(comment="gọi tôi 0912 345 678 nhé"))
    kept = [one.comment for one in await stored(database)]
    async with database.read() as session:
        identity = await rights.identity_of(session, NAMES, "telegram", "1")
        shown = await rights.collect(session, identity)
    await rights.erase(database, identity, now=NOW)

    assert kept == ["gọi tôi [số] nhé"]
    assert "who" not in shown["survey_answer"][0]
    assert await stored(database) == []


def test_months_and_quarters() -> None:
    assert months_back(date(2026, 1, 31)) == (
        date(2026, 1, 1),
        date(2025, 12, 1),
        date(2025, 11, 1),
    )
    assert [quarter(date(2026, month, 1)) for month in (1, 3, 4, 12)] == [
        "2026-Q1",
        "2026-Q1",
        "2026-Q2",
        "2026-Q4",
    ]
