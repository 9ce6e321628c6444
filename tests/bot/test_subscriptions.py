"""A wish is kept with the consent it was given under, once, and ends at once when told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from bot.db import Database
from bot.models import Subscription, Topic
from bot.people import heard_from
from bot.subscriptions import (
    MOST_PER_PERSON,
    TooManyError,
    follow,
    follows_of,
    stop,
    subscribe,
    subscriptions_of,
    unfollow,
)

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


async def _person(database: Database) -> str:
    async with database.write() as session:
        return (await heard_from(session, "telegram", "1", now=NOW)).person_id


async def _wish(
    database: Database, person: str, topic: Topic, commune: str = "", at: datetime = NOW
) -> bool:
    async with database.write() as session:
        return await subscribe(
            session, person, topic, province_code="86", commune_code=commune,
            consent="v1", source="telegram", now=at,
        )  # fmt: skip


async def test_the_same_wish_twice_is_one(database: Database) -> None:
    person = await _person(database)

    assert await _wish(database, person, Topic.STORMS)
    assert not await _wish(database, person, Topic.STORMS)
    assert await _wish(database, person, Topic.STORMS, commune="29302")

    async with database.read() as session:
        assert len(await subscriptions_of(session, person)) == 2


async def test_stopping_one_topic_leaves_the_others(database: Database) -> None:
    person = await _person(database)
    await _wish(database, person, Topic.STORMS)
    await _wish(database, person, Topic.VACCINATION)

    async with database.write() as session:
        assert await stop(session, person, topic=Topic.STORMS, now=NOW) == 1
        left = [one.topic for one in await subscriptions_of(session, person)]

    assert left == [Topic.VACCINATION]


async def test_stopping_ends_topics_and_follows_and_keeps_the_record(database: Database) -> None:
    person = await _person(database)
    await _wish(database, person, Topic.STORMS)
    later = NOW + timedelta(hours=1)
    async with database.write() as session:
        assert await follow(session, person, "1.004222", consent="v1", source="telegram", now=NOW)
        assert not await follow(session, person, "1.004222", consent="v1", source="x", now=NOW)

    async with database.write() as session:
        assert await stop(session, person, now=later) == 2
        assert await stop(session, person, now=later) == 0

    async with database.read() as session:
        assert await subscriptions_of(session, person) == []
        assert await follows_of(session, person) == []
        row = (await session.exec(select(Subscription))).one()
    assert (row.consented_at, row.consent_text_version, row.ended_at) == (NOW, "v1", later)


async def test_wishing_again_after_stopping_is_a_new_consent(database: Database) -> None:
    person = await _person(database)
    await _wish(database, person, Topic.STORMS)
    async with database.write() as session:
        await stop(session, person, now=NOW)
    later = NOW + timedelta(days=1)

    assert await _wish(database, person, Topic.STORMS, at=later)

    async with database.read() as session:
        (row,) = await subscriptions_of(session, person)
    assert row.consented_at == later


async def test_one_procedure_is_unfollowed_once(database: Database) -> None:
    person = await _person(database)
    async with database.write() as session:
        await follow(session, person, "1.004222", consent="v1", source="telegram", now=NOW)
        assert await unfollow(session, person, "1.004222", now=NOW)
        assert not await unfollow(session, person, "1.004222", now=NOW)


async def test_nobody_wishes_without_end(database: Database) -> None:
    person = await _person(database)
    for number in range(MOST_PER_PERSON):
        await _wish(database, person, Topic.STORMS, commune=f"{number:05}")

    with pytest.raises(TooManyError):
        await _wish(database, person, Topic.HEALTH)
