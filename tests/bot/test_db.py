"""The database rules that keep updates from being lost."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event, text
from sqlalchemy.dialects.postgresql import asyncpg as postgresql_asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession as PlainSession
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database, among, migrate
from bot.db.failures import may_pass
from bot.models import Contact
from bot.people import heard_from
from knowledge.columns import utc_now
from knowledge.models import VERSION_ROW, Fact, KnowledgeVersion

TASKS, ROUNDS = 5, 50


async def _read_modify_write(database: Database) -> None:
    for _ in range(ROUNDS):
        async with database.write() as session:
            row = (await session.exec(select(KnowledgeVersion).with_for_update())).one()
            seen = row.version
            await asyncio.sleep(0)
            row.version = seen + 1


async def test_no_update_is_lost_among_concurrent_writers(database: Database) -> None:
    async with database.write() as session:
        session.add(KnowledgeVersion(id=VERSION_ROW))

    await asyncio.gather(*(_read_modify_write(database) for _ in range(TASKS)))

    async with database.read() as session:
        assert (await session.exec(select(KnowledgeVersion.version))).one() == TASKS * ROUNDS


async def test_the_drivers_defaults_would_lose_updates(tmp_path: object) -> None:
    """Why the rules exist: the same work on an engine left as it comes."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/plain.db")
    async with engine.begin() as connection:
        await connection.execute(text("PRAGMA journal_mode = WAL"))
        await connection.execute(text("CREATE TABLE n (v INTEGER)"))
        await connection.execute(text("INSERT INTO n VALUES (0)"))

    async def careless() -> None:
        for _ in range(ROUNDS):
            async with PlainSession(engine) as session:
                seen = (await session.execute(text("SELECT v FROM n"))).scalar_one()
                await asyncio.sleep(0)
                await session.execute(text("UPDATE n SET v = :v"), {"v": seen + 1})
                await session.commit()

    await asyncio.gather(*(careless() for _ in range(TASKS)), return_exceptions=True)
    async with engine.connect() as connection:
        total = (await connection.execute(text("SELECT v FROM n"))).scalar_one()
    await engine.dispose()
    assert total < TASKS * ROUNDS


async def test_a_reading_session_cannot_write(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL readers share the pool")
    async with database.read() as session:
        session.add(KnowledgeVersion(id=VERSION_ROW))
        with pytest.raises(OperationalError, match="readonly"):
            await session.commit()


async def test_foreign_keys_are_held(database: Database) -> None:
    orphan = Fact(key="x", report_id=99, kind="k", subject="s", statement="s")

    async def store() -> None:
        async with database.write() as session:
            session.add(orphan)

    with pytest.raises(IntegrityError):
        await store()


async def test_a_write_transaction_begins_immediate(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("a rule for SQLite")
    statements: list[str] = []
    event.listen(
        database.writer.sync_engine,
        "before_cursor_execute",
        lambda _c, _cu, statement, *_: statements.append(statement),
    )
    async with database.write() as session:
        await session.connection()
    assert statements[0] == "BEGIN IMMEDIATE"


async def test_processes_that_start_together_prepare_the_tables_one_after_the_other(
    empty_database: Database,
) -> None:
    if empty_database.is_sqlite:
        pytest.skip("SQLite's writers wait for each other by themselves")
    inside: list[int] = []
    most: list[int] = []

    async def start(number: int) -> None:
        database = Database(empty_database.url)
        async with database.alone():
            inside.append(number)
            most.append(len(inside))
            await migrate(database)
            inside.remove(number)
        await database.close()

    await asyncio.gather(*map(start, range(3)))

    assert most == [1, 1, 1]


async def _versions(database: Database) -> list[int]:
    async with database.read() as session:
        return sorted((await session.exec(select(KnowledgeVersion.version))).all())


async def _add(database: Database, number: int) -> None:
    async with database.write() as session:
        session.add(KnowledgeVersion(id=number, version=number))


async def test_a_whole_is_kept_together_and_sees_what_it_wrote(database: Database) -> None:
    async with database.whole():
        await _add(database, 1)
        await _add(database, 2)
        assert await _versions(database) == [1, 2]
        assert await asyncio.create_task(_versions(database)) == []  # others see nothing yet
    assert await _versions(database) == [1, 2]


async def test_a_whole_that_fails_has_written_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.whole():
            await _add(database, 1)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await fail()
    assert await _versions(database) == []
    await _add(database, 2)  # and nobody is kept waiting by it
    assert await _versions(database) == [2]


async def test_a_part_that_fails_costs_a_whole_only_itself(database: Database) -> None:
    async with database.whole():
        await _add(database, 1)
        with pytest.raises(IntegrityError):
            await _add(database, 1)
        await _add(database, 2)
    assert await _versions(database) == [1, 2]


async def test_what_is_written_together_joins_the_whole_under_way(database: Database) -> None:
    async def write(session: AsyncSession) -> None:
        session.add(KnowledgeVersion(id=2, version=2))

    async def fail() -> None:
        async with database.whole():
            await _add(database, 1)
            await database.write_together(write)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await fail()
    assert await _versions(database) == []


async def test_a_whole_that_is_cancelled_lets_others_write(database: Database) -> None:
    begun = asyncio.Event()

    async def long() -> None:
        async with database.whole():
            await _add(database, 1)
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(long())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await _add(database, 2)
    assert await _versions(database) == [2]


async def test_the_log_is_emptied_once_a_whole_is_kept(database: Database) -> None:
    async with database.whole():
        await _add(database, 1)
        await database.forget_log()  # waits for nobody: it would be for itself
    assert await _versions(database) == [1]


async def test_what_is_written_apart_stays_whatever_becomes_of_the_whole(
    database: Database,
) -> None:
    async def fail() -> None:
        async with database.whole():
            async with database.apart():
                await _add(database, 1)
            await _add(database, 2)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await fail()
    assert await _versions(database) == [1]


@pytest.mark.parametrize("values", [[], ["a"], ["a", "c", "'"], [str(n) for n in range(700)]])
async def test_among_finds_exactly_those_and_is_one_statement_for_any_number(
    database: Database, values: list[str]
) -> None:
    async with database.write() as session:
        for name in ("a", "b", "c"):
            await heard_from(session, "web", name, now=utc_now())
    statements: set[str] = set()

    @event.listens_for(database.reader.sync_engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if "contact" in statement:
            statements.add(statement)

    async with database.read() as session:
        query = select(Contact.address).where(among(session, col(Contact.address), values))
        found = (await session.exec(query)).all()
        none = select(Contact.address).where(among(session, col(Contact.address), ["x", "y"]))
        await session.exec(none)

    assert sorted(found) == sorted({"a", "b", "c"} & set(values))
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("raised", "passes"),
    [
        (asyncpg.AdminShutdownError("terminating connection"), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InternalClientError("cannot switch to state 12"), True),
        (asyncpg.InternalServerError("cache lookup failed"), False),
        (asyncpg.UniqueViolationError("duplicate key"), False),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_the_driver_raises_as_the_server_goes_away_may_pass(
    raised: Exception, passes: bool
) -> None:
    dialect: Any = postgresql_asyncpg.dialect
    dbapi = dialect.import_dbapi()
    known = dbapi._asyncpg_error_translate
    kind = next(known[one] for one in type(raised).__mro__ if one in known)
    error = DBAPIError.instance("SELECT 1", None, kind(str(raised), raised), dbapi.Error)

    assert may_pass(error) is passes
