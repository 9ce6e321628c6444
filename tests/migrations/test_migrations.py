"""The migrations build what the models say, and can be taken back."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, bindparam, inspect, text
from sqlmodel import SQLModel, select

from bot.db import Database, migrate, newest_migration
from bot.models import Subscription
from knowledge.columns import Json
from knowledge.models import Revision
from tests.conftest import ROOT


def _drift(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, SQLModel.metadata))


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_up_down_up_leaves_no_drift(empty_database: Database) -> None:
    await migrate(empty_database)
    await migrate(empty_database, "base")
    async with empty_database.writer.connect() as connection:
        assert await connection.run_sync(_tables) == {"alembic_version"}
    await migrate(empty_database)
    async with empty_database.writer.connect() as connection:
        assert await connection.run_sync(_drift) == []
        assert set(SQLModel.metadata.tables) <= await connection.run_sync(_tables)


def test_the_newest_migration_is_the_one_with_the_highest_number() -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    assert newest_migration() == scripts.get_current_head()


async def test_who_subscribed_before_there_were_digests_is_told_at_once_and_stays_when_it_is_undone(
    empty_database: Database,
) -> None:
    await migrate(empty_database, "0029")
    async with empty_database.write() as session:
        connection = await session.connection()
        await connection.execute(
            text("INSERT INTO person (id, created_at) VALUES ('p', '2026-11-21 00:00:00')")
        )
        await connection.execute(
            text(
                "INSERT INTO subscription (person_id, topic, province_code, commune_code,"
                " consent_text_version, consented_at, source)"
                " VALUES ('p', 'storms', '96', '', '1', '2026-11-21 00:00:00', 'telegram')"
            )
        )

    await migrate(empty_database)

    async with empty_database.read() as session:
        wish = (await session.exec(select(Subscription))).one()
        assert (wish.daily, wish.daily_said_at) == (False, None)
    await migrate(empty_database, "0029")
    async with empty_database.writer.connect() as connection:
        query = text("SELECT topic, province_code FROM subscription")
        assert (await connection.execute(query)).all() == [("storms", "96")]


async def test_the_desk_finds_revisions_stored_before_it(empty_database: Database) -> None:
    content = {
        "code": "1.000001",
        "title": "Đăng ký mượn sách",
        "common_name": "Mượn sách",
        "levels": ["commune", "province"],
        "fees": [{"confidence": "low"}],
    }
    await migrate(empty_database, "0005")
    async with empty_database.write() as session:
        await (await session.connection()).execute(
            text(
                "INSERT INTO procedure (id, code, province_code, kind, origin, field,"
                " superseded_by, hidden) VALUES (1, '1.000001', '', 'national', 'import', '',"
                " '', false)"
            )
        )
        await (await session.connection()).execute(
            text(
                "INSERT INTO revision (id, procedure_id, number, status, content, content_hash,"
                " author, approver, note, created_at) VALUES (1, 1, 1, 'draft', :content, 'x',"
                " 'import', '', '', '2026-11-21 00:00:00')"
            ).bindparams(bindparam("content", content, type_=Json))
        )

    await migrate(empty_database)

    async with empty_database.read() as session:
        revision = (await session.exec(select(Revision))).one()
        assert (revision.title, revision.folded) == (
            "Mượn sách",
            "dang ky muon sach muon sach",
        )
        assert (revision.levels, revision.is_unsure) == ("commune province", True)
