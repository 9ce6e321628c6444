"""A citizen sees everything that is stored about them, and an erased one is nowhere to be found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text
from sqlmodel import SQLModel, col, func, select

from bot.db import Database, migrate
from bot.models import Chat, Erasure, Feedback, MissedQuestion, Turn
from bot.people import heard_from
from bot.privacy import record, rights
from bot.privacy.pseudonyms import Pseudonyms
from bot.privacy.register import HOLDINGS
from tests.conftest import stored_bytes

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
NAMES = Pseudonyms((b"k" * 32,))
ADDRESS = "zalo-7391"
WORDS = "hỏi về giấy tờ của nhà ông bảy đờn cò"


async def _live(database: Database, turns: int = 3) -> None:
    """Someone talks on Zalo, has linked Telegram, and asked what nobody could answer."""
    async with database.write() as session:
        contact = await heard_from(session, "zalo_oa", ADDRESS, now=NOW)
        other = await heard_from(session, "telegram", "99887766", now=NOW)
        other.person_id = contact.person_id
        session.add(Chat(channel="zalo_oa", address=ADDRESS, expires_at=NOW + timedelta(days=1)))
        folded = "hoi ve giay to cua nha ong bay don co"
        session.add(MissedQuestion(folded=folded, question=WORDS, action="abstain", times=turns))
        await session.flush()
        rows = [
            {
                "channel": "zalo_oa",
                "who": NAMES.of("zalo_oa", ADDRESS),
                "at": NOW,
                "question": WORDS,
                "action": "abstain",
                "facet": "",
                "codes": [],
                "ms": 1.0,
            }
            for _ in range(turns)
        ]
        await session.exec(insert(Turn), params=rows)
        turn = (await session.exec(select(Turn.id))).first()
        session.add(Feedback(turn_id=turn or 0, channel="zalo_oa", helpful=False, question=WORDS))


async def _identity(database: Database) -> rights.Identity:
    async with database.read() as session:
        return await rights.identity_of(session, NAMES, "telegram", "99887766")


async def test_everything_stored_is_shown_across_linked_channels(database: Database) -> None:
    await _live(database)

    async with database.read() as session:
        stored = await rights.collect(session, await _identity(database))

    assert {table: len(rows) for table, rows in stored.items()} == {
        "feedback": 1,
        "turn": 3,
        "chat": 1,
        "contact": 2,
        "person": 1,
    }
    assert "who" not in stored["turn"][0]


async def test_an_erased_citizen_is_in_no_table(database: Database) -> None:
    await _live(database)

    proof = await rights.erase(database, await _identity(database), now=NOW)

    assert proof.counts == {
        "missed_question": 1, "feedback": 1, "turn": 3, "chat": 1, "contact": 2, "person": 1,
    }  # fmt: skip
    async with database.read() as session:
        assert (await session.exec(select(Erasure.receipt))).one() == proof.receipt
        for table in SQLModel.metadata.sorted_tables:
            for row in await session.exec(select(*table.columns)):
                assert not any(word in str(tuple(row)) for word in (ADDRESS, "99887766", "bảy đờn"))


async def test_what_others_asked_too_stays_and_is_counted_down(database: Database) -> None:
    await _live(database)
    async with database.write() as session:
        missed = (await session.exec(select(MissedQuestion))).one()
        missed.times = 5
        session.add(missed)

    await rights.erase(database, await _identity(database), now=NOW)

    async with database.read() as session:
        assert (await session.exec(select(MissedQuestion.times))).one() == 2


async def test_an_erased_citizen_is_in_no_page_of_the_file(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    await migrate(database)
    await _live(database, turns=200)
    await rights.erase(database, await _identity(database), now=NOW)

    left = stored_bytes(tmp_path)
    await database.close()

    assert b"CREATE TABLE" in left
    assert [word for word in (ADDRESS, "99887766", "bảy đờn") if word.encode() in left] == []


async def test_ten_thousand_turns_are_erased_without_reading_a_whole_table(
    database: Database,
) -> None:
    await _live(database, turns=10_000)
    async with database.write() as session:
        rows = [
            {"channel": "web", "who": f"other-{n % 500}", "at": NOW, "question": "q",
             "action": "answer", "facet": "", "codes": [], "ms": 1.0}
            for n in range(20_000)
        ]  # fmt: skip
        await session.exec(insert(Turn), params=rows)

    await rights.erase(database, await _identity(database), now=NOW)

    async with database.read() as session:
        count = select(func.count()).select_from(Turn)
        assert (await session.exec(count)).one() == 20_000
        if database.is_sqlite:
            statement = text("EXPLAIN QUERY PLAN DELETE FROM turn WHERE who IN ('a', 'b')")
            plan = await session.exec(statement)  # type: ignore[call-overload]
            assert "ix_turn_who" in str(plan.all())


def test_each_holding_says_how_long() -> None:
    assert [one.table for one in HOLDINGS if (one.keep is None) == (not one.until)] == []
    assert [one.table for one in HOLDINGS if (one.keep is None) != (not one.since)] == []
    for one in HOLDINGS:
        columns = SQLModel.metadata.tables[one.table].columns
        assert not one.since or one.since in columns
        assert set(one.hidden) <= {column.name for column in columns}


async def test_a_pseudonym_of_an_older_key_is_still_found(database: Database) -> None:
    await _live(database)
    rotated = Pseudonyms((b"n" * 32, *NAMES.keys))

    async with database.read() as session:
        identity = await rights.identity_of(session, rotated, "zalo_oa", ADDRESS)
        turns = (
            await session.exec(select(Turn).where(col(Turn.who).in_(identity.pseudonyms)))
        ).all()

    assert rotated.of("zalo_oa", ADDRESS) != NAMES.of("zalo_oa", ADDRESS)
    assert len(turns) == 3


def test_the_record_of_processing_names_every_table() -> None:
    written = record.as_markdown()
    assert [one.table for one in HOLDINGS if f"`{one.table}`" not in written] == []
