"""One entry a person and one answer a question, on any channel and whatever is pressed twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlmodel import col, func, select

from bot import people
from bot.contests import entries
from bot.contests.entries import Outcome, Who
from bot.contests.nicknames import Bad
from bot.db import Database
from bot.models import Contest, ContestEntry
from bot.privacy import rights
from tests.bot.contests.making import NAMES, NOW, SEAL, held, taken, who


async def enter(
    database: Database, contest: Contest, person: Who, nickname: str
) -> ContestEntry | Bad:
    async with database.write() as session:
        return await entries.enter(session, contest, person, nickname, now=NOW)


async def answer(database: Database, contest: Contest, person: Who, position: int) -> Outcome:
    async with database.write() as session:
        outcome, _ = await entries.answer(
            session, contest, person, position=position, choice=0, seal=SEAL, now=NOW
        )
    return outcome


async def linked(database: Database, first: Who, second: Who) -> None:
    async with database.write() as session:
        one = await people.heard_from(session, first.channel, first.address, now=NOW)
        two = await people.heard_from(session, second.channel, second.address, now=NOW)
        await people.join(session, kept=one.person_id, joined=two.person_id)


async def count(database: Database) -> int:
    async with database.read() as session:
        return (await session.exec(select(func.count(col(ContestEntry.id))))).one()


async def test_a_person_has_one_entry_on_all_linked_channels(database: Database) -> None:
    contest, telegram, zalo = await held(database), who(), who("zalo_oa", "2")
    await linked(database, telegram, zalo)

    both = await asyncio.gather(
        enter(database, contest, telegram, "Sóc Nâu"), enter(database, contest, zalo, "Sóc Xám")
    )

    assert isinstance(both[0], ContestEntry)
    assert both[0].nickname == both[1].nickname  # type: ignore[union-attr]
    assert await count(database) == 1


async def test_two_entries_become_one_when_their_channels_are_linked(database: Database) -> None:
    contest, telegram, zalo = await held(database), who(), who("zalo_oa", "2")
    await taken(database, contest, telegram, "Sóc Nâu", right=3)
    await taken(database, contest, zalo, "Sóc Xám", right=1, now=NOW + timedelta(hours=1))

    await linked(database, telegram, zalo)

    async with database.read() as session:
        placed = await entries.ranking(session, contest)
    assert [one.entry.nickname for one in placed] == ["Sóc Xám"]


async def test_parting_channels_gives_no_second_entry(database: Database) -> None:
    contest, telegram, page = await held(database), who(), who("web", "s")
    await linked(database, telegram, page)
    first = await enter(database, contest, telegram, "Sóc Nâu")
    async with database.write() as session:
        await people.part(session, "telegram", "1", now=NOW)

    again = await enter(database, contest, telegram, "Sóc Xám")

    assert isinstance(first, ContestEntry)
    assert isinstance(again, ContestEntry)
    assert again.id == first.id


async def test_a_nickname_is_taken_once_however_it_is_written(database: Database) -> None:
    contest = await held(database)
    both = await asyncio.gather(
        enter(database, contest, who(address="1"), "Sóc Nâu"),
        enter(database, contest, who(address="2"), "SOC-NÂU"),
    )

    assert [one for one in both if isinstance(one, Bad)] == [Bad.TAKEN]


async def test_of_two_devices_one_answers(database: Database) -> None:
    contest = await held(database)
    await enter(database, contest, who(), "Sóc Nâu")

    both = await asyncio.gather(*(answer(database, contest, who(), 0) for _ in range(2)))

    assert sorted(both) == [Outcome.STALE, Outcome.TAKEN]
    assert await answer(database, contest, who(), 0) is Outcome.STALE
    assert await answer(database, contest, who(), 2) is Outcome.STALE


async def test_nothing_is_taken_before_it_opens_or_after_it_closes(database: Database) -> None:
    contest = await held(database)
    await enter(database, contest, who(), "Sóc Nâu")
    for late in (contest.closes_at, contest.opens_at - timedelta(seconds=1)):
        async with database.write() as session:
            outcome, entry = await entries.answer(
                session, contest, who(), position=0, choice=1, seal=SEAL, now=late
            )
        assert (outcome, entry) == (Outcome.CLOSED, None)


async def test_until_it_is_finished_the_row_itself_holds_no_score(database: Database) -> None:
    contest = await held(database)
    await enter(database, contest, who(), "Sóc Nâu")
    async with database.write() as session:
        await entries.answer(session, contest, who(), position=0, choice=1, seal=SEAL, now=NOW)
        identity = await rights.identity_of(session, NAMES, "telegram", "1")
        shown = (await rights.collect(session, identity))["contest_entry"][0]

    assert (shown["score"], shown["code"]) == (0, None)
    assert not {"who", "seed", "secret_hash"} & set(shown)


async def test_pages_without_an_account_are_ranked_only_where_the_contest_says_so(
    database: Database,
) -> None:
    contest, page = await held(database), who("web", "s")
    await taken(database, contest, page, "Trang Web")
    await taken(database, contest, who(), "Sóc Nâu", right=1)

    async def ranked() -> list[str]:
        async with database.read() as session:
            return [one.entry.nickname for one in await entries.ranking(session, contest)]

    without = await ranked()
    contest.ranks_pages = True
    with_pages = await ranked()
    contest.ranks_pages = False
    await linked(database, page, who("zalo_oa", "9"))

    assert (without, with_pages) == (["Sóc Nâu"], ["Trang Web", "Sóc Nâu"])
    assert await ranked() == ["Trang Web", "Sóc Nâu"]
    async with database.read() as session:
        counts = await entries.counts(session, contest.id or 0)
    assert (counts.started, counts.finished, counts.ranked, counts.mean) == (2, 2, 2, 2.0)


async def test_a_place_is_told_without_reading_everybody(database: Database) -> None:
    contest = await held(database)
    results = [(3, 10), (3, 10), (3, 60), (1, 10), (1, 10)]
    made = [
        await taken(database, contest, who(address=str(n)), f"Sóc {n}", right=right, each=each)
        for n, (right, each) in enumerate(results)
    ]
    page = await taken(database, contest, who("web", "s"), "Trang Web")

    async with database.read() as session:
        told = [await entries.place_of(session, contest, one) for one in made]
        ranked = await entries.ranking(session, contest)
        first = await entries.ranking(session, contest, limit=3)
        assert await entries.place_of(session, contest, page) is None

    assert told == [(1, 5), (1, 5), (3, 5), (4, 5), (4, 5)]
    assert [one.place for one in ranked] == [1, 1, 3, 4, 4]
    assert first == ranked[:3]


async def test_an_erased_citizen_is_off_the_ranking(database: Database) -> None:
    contest = await held(database)
    await taken(database, contest, who(), "Sóc Nâu")
    async with database.read() as session:
        identity = await rights.identity_of(session, NAMES, "telegram", "1")
    await rights.erase(database, identity, now=NOW)

    assert await count(database) == 0
