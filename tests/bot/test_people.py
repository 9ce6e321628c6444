"""A citizen heard is known by a contact; one told to stop is written to no more until they write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import Column, ForeignKey, Integer, String, Table, UniqueConstraint, insert, select

from bot.db import Database
from bot.models import DeliveryStatus, Person
from bot.people import contacts_of, find_contact, forget_address, heard_from, join, part, suppress
from knowledge.columns import UtcDateTime

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


async def test_one_address_is_one_contact_of_one_person(database: Database) -> None:
    async with database.write() as session:
        first = await heard_from(session, "telegram", "1", now=NOW)
        again = await heard_from(session, "telegram", "1", now=NOW + timedelta(hours=1))
        other = await heard_from(session, "zalo_oa", "1", now=NOW)

    assert (again.id, again.person_id) == (first.id, first.person_id)
    assert other.person_id != first.person_id
    assert again.last_seen_at == NOW + timedelta(hours=1)


async def test_a_suppression_holds_until_the_citizen_writes_again(database: Database) -> None:
    async with database.write() as session:
        await heard_from(session, "telegram", "1", now=NOW)
        assert await suppress(session, "telegram", "1", why="blocked", now=NOW)
        assert not await suppress(session, "telegram", "1", why="blocked", now=NOW)
        blocked = await find_contact(session, "telegram", "1")
        assert blocked is not None
        assert blocked.suppressed_at == NOW

        back = await heard_from(session, "telegram", "1", now=NOW + timedelta(days=1))

    assert (back.suppressed_at, back.suppressed_why) == (None, "")


# --- Joining: invented tables stand for those of other abilities -------------------------------------


@pytest_asyncio.fixture
async def owning(database: Database) -> AsyncIterator[Owning]:
    """A topic each person has once, messages that hang on it, and a vote keyed by person."""
    metadata = Person.metadata
    topic = Table(
        "x_topic", metadata, Column("id", Integer, primary_key=True),
        Column("person_id", String, ForeignKey("person.id")), Column("name", String),
        Column("at", UtcDateTime), UniqueConstraint("person_id", "name"),
    )  # fmt: skip
    sent = Table(
        "x_sent", metadata, Column("id", Integer, primary_key=True),
        Column("topic_id", Integer, ForeignKey("x_topic.id")),
    )  # fmt: skip
    vote = Table(
        "x_vote", metadata,
        Column("person_id", String, ForeignKey("person.id"), primary_key=True),
        Column("poll", Integer, primary_key=True),
    )  # fmt: skip
    tables = [topic, sent, vote]
    try:
        async with database.writer.begin() as connection:
            await connection.run_sync(metadata.create_all, tables=tables)
        yield Owning(database, topic, sent, vote)
    finally:
        for table in reversed(tables):
            metadata.remove(table)


@dataclass
class Owning:
    """The invented tables, and two people with one contact each."""

    database: Database
    topic: Table
    sent: Table
    vote: Table

    @property
    def delivery(self) -> Table:
        return Person.metadata.tables["delivery"]

    async def two_people(self) -> tuple[str, str]:
        async with self.database.write() as session:
            first = await heard_from(session, "telegram", "1", now=NOW)
            second = await heard_from(session, "zalo_oa", "2", now=NOW)
        return first.person_id, second.person_id

    async def put(self, *rows: tuple[Table, dict[str, object]]) -> None:
        async with self.database.writer.begin() as connection:
            for table, values in rows:
                await connection.execute(insert(table).values(**values))

    async def joined(self, kept: str, joined: str) -> None:
        async with self.database.write() as session:
            await join(session, kept=kept, joined=joined)

    async def rows(self, table: Table, *columns: str) -> list[tuple[object, ...]]:
        async with self.database.reader.connect() as connection:
            found = await connection.execute(select(*(table.c[one] for one in columns)))
            return sorted(tuple(row) for row in found)


async def test_all_that_is_owned_moves_to_the_kept_person(owning: Owning) -> None:
    kept, lost = await owning.two_people()
    await owning.put(
        (owning.topic, {"id": 1, "person_id": lost, "name": "tiêm chủng", "at": NOW}),
        (owning.vote, {"person_id": lost, "poll": 7}),
    )

    await owning.joined(kept, lost)

    assert await owning.rows(owning.topic, "id", "person_id") == [(1, kept)]
    assert await owning.rows(owning.vote, "person_id", "poll") == [(kept, 7)]
    async with owning.database.read() as session:
        assert {one.address for one in await contacts_of(session, kept)} == {"1", "2"}
        assert await session.get(Person, lost) is None


@pytest.mark.parametrize(("later", "stays"), [(timedelta(0), 1), (timedelta(hours=1), 2)])
async def test_of_two_the_same_the_later_word_stays_and_takes_what_hung_on_the_other(
    owning: Owning, later: timedelta, stays: int
) -> None:
    kept, lost = await owning.two_people()
    await owning.put(
        (owning.topic, {"id": 1, "person_id": kept, "name": "bão", "at": NOW}),
        (owning.topic, {"id": 2, "person_id": lost, "name": "bão", "at": NOW + later}),
        (owning.sent, {"id": 1, "topic_id": 1}),
        (owning.sent, {"id": 2, "topic_id": 2}),
        (owning.vote, {"person_id": kept, "poll": 7}),
        (owning.vote, {"person_id": lost, "poll": 7}),
    )

    await owning.joined(kept, lost)

    assert await owning.rows(owning.topic, "id", "person_id") == [(stays, kept)]
    assert await owning.rows(owning.sent, "id", "topic_id") == [(1, stays), (2, stays)]
    assert await owning.rows(owning.vote, "person_id", "poll") == [(kept, 7)]


async def test_copies_of_announcements_move_but_the_one_being_sent_and_the_one_counted(
    owning: Owning,
) -> None:
    kept, lost = await owning.two_people()

    def copy(run: int, person: str, status: DeliveryStatus) -> tuple[Table, dict[str, object]]:
        values = {"run_id": run, "person_id": person, "channel": "telegram", "address": "1"}
        return owning.delivery, {**values, "chunk": 1, "status": status, "reason": "",
                                 "attempts": 0, "owner": "", "message_id": ""}  # fmt: skip

    done, sending, open_ = DeliveryStatus.DELIVERED, DeliveryStatus.SENDING, DeliveryStatus.CREATED
    await owning.put(
        copy(1, lost, done), copy(2, lost, sending), copy(3, lost, open_), copy(4, lost, open_),
        copy(4, kept, done), copy(5, lost, done), copy(5, kept, open_),
    )  # fmt: skip

    await owning.joined(kept, lost)

    assert await owning.rows(owning.delivery, "run_id", "person_id") == sorted(
        [(1, kept), (2, lost), (3, kept), (4, kept), (4, lost), (5, kept)]
    )


async def test_parting_makes_a_person_only_of_an_address_that_shares_one(
    database: Database,
) -> None:
    async with database.write() as session:
        first = await heard_from(session, "telegram", "1", now=NOW)
        second = await heard_from(session, "zalo_oa", "2", now=NOW)
        assert not await part(session, "zalo_oa", "2", now=NOW)
        kept = first.person_id
        await join(session, kept=kept, joined=second.person_id)
        assert await part(session, "zalo_oa", "2", now=NOW)
        assert not await part(session, "zalo_oa", "unknown", now=NOW)
        assert [one.address for one in await contacts_of(session, kept)] == ["1"]


async def test_an_address_forgotten_takes_its_person_along_only_when_nothing_is_theirs(
    owning: Owning,
) -> None:
    with_topic, without = await owning.two_people()
    await owning.put((owning.topic, {"id": 1, "person_id": with_topic, "name": "bão", "at": NOW}))

    async with owning.database.write() as session:
        await forget_address(session, "telegram", "1")
        await forget_address(session, "zalo_oa", "2")
        await forget_address(session, "web", "never heard")

    async with owning.database.read() as session:
        assert await session.get(Person, with_topic) is not None
        assert await session.get(Person, without) is None
        assert await find_contact(session, "telegram", "1") is None


def test_whatever_names_a_person_points_at_one_or_says_why_not() -> None:
    unbound = {
        name
        for name, table in Person.metadata.tables.items()
        if "person_id" in table.c and not table.c["person_id"].foreign_keys
    }
    assert unbound <= {
        "delivery",
        "gathered",
    }  # planned by the million: a check each would double the time
