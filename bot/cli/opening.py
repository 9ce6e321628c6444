"""How a command opens what it works on: the settings, the log and a prepared database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError

from bot.cli.failing import fail
from bot.db import Database, migrate
from bot.settings import Settings
from bot.wiring.logs import set_up_logging


@asynccontextmanager
async def open_database(*, bare: bool = False) -> AsyncIterator[tuple[Settings, Database]]:
    """Yield the settings and the database: migrated, and holding the starter knowledge unless `bare`."""
    settings = Settings()
    set_up_logging(settings)
    try:
        database = await (_migrated(settings) if bare else _prepared(settings))
    except (OSError, DBAPIError) as error:
        fail(f"không mở được cơ sở dữ liệu: {str(error).splitlines()[0]}")
    try:
        yield settings, database
    finally:
        await database.close()


async def _migrated(settings: Settings) -> Database:
    database = Database(settings.url)
    async with database.alone():
        await migrate(database)
    return database


async def _prepared(settings: Settings) -> Database:
    # Imported only here: what reads files of knowledge is large, and a bare database needs none of it.
    from bot.wiring.knowledge import prepare
    from knowledge.importing import UnreadableFileError

    try:
        return await prepare(settings)
    except UnreadableFileError as error:
        fail(f"kiến thức khởi đầu có tệp hỏng: {error}")
