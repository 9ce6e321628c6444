"""How a command opens what it works on: the settings, the log and a prepared database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError

from bot.app import prepare, set_up_logging
from bot.cli.failing import fail
from bot.db import Database, migrate
from bot.settings import Settings
from knowledge.importing import UnreadableFileError


@asynccontextmanager
async def open_database(*, bare: bool = False) -> AsyncIterator[tuple[Settings, Database]]:
    """Yield the settings and the database: migrated, and holding the starter knowledge unless `bare`."""
    settings = Settings()
    set_up_logging(settings)
    try:
        database = Database(settings.url) if bare else await prepare(settings)
        if bare:
            async with database.alone():
                await migrate(database)
    except UnreadableFileError as error:
        fail(f"kiến thức khởi đầu có tệp hỏng: {error}")
    except (OSError, DBAPIError) as error:
        fail(f"không mở được cơ sở dữ liệu: {str(error).splitlines()[0]}")
    try:
        yield settings, database
    finally:
        await database.close()
