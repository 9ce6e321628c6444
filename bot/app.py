"""Build the parts once and wire them together; the only place that does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from fastapi import FastAPI

from bot.channels import console, web
from bot.db import Database, migrate
from bot.dialogue import Dialogue, Sources
from bot.dialogue.memory import forget_expired
from bot.settings import Settings
from knowledge.columns import utc_now
from knowledge.guides import Guides
from knowledge.importing import centres, facts, units
from knowledge.importing.starter import load_starter
from knowledge.published import Library

#: What comes with the program besides procedures and their phrases.
STARTER_PARTS: Final = (units.load, centres.load, facts.load)
#: Every channel, by the name its messages carry.
CHANNELS: Final = {console.NAME: console, web.NAME: web}

log = structlog.get_logger()
#: Seconds between deletions of expired conversations.
FORGET_EVERY: Final = 3_600


def set_up_logging(settings: Settings) -> None:
    """Log one line an event to standard error, so that standard output stays for answers."""
    logging.basicConfig(level=settings.log_level, format="%(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelName(settings.log_level)
        ),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


async def prepare(settings: Settings) -> Database:
    """Return the database, migrated and holding the starter knowledge."""
    database = Database(settings.url)
    await migrate(database)
    await load_starter(database.write, parts=STARTER_PARTS)
    return database


async def open_dialogue(settings: Settings, database: Database) -> Dialogue:
    """Return the dialogue over what is published now."""
    library = Library(database.read)
    await library.refresh()
    return Dialogue(Sources(library, Guides.load(), settings), database)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the ASGI application: the web channel and its API."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = await prepare(settings)
        app.state.dialogue = dialogue = await open_dialogue(settings, database)
        tasks = [
            asyncio.create_task(_watch(dialogue.sources.library)),
            asyncio.create_task(_forget(database)),
        ]
        log.info("ready", version=dialogue.sources.library.current.version)
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await database.close()

    return web.create(settings, lifespan)


async def _forget(database: Database) -> None:
    """Delete expired conversations, now and every hour."""
    while True:
        try:
            await forget_expired(database, utc_now())
        except Exception:
            log.exception("expired conversations not deleted")
        await asyncio.sleep(FORGET_EVERY)


async def _watch(library: Library) -> None:
    """Keep the library fresh; a database that fails now may answer the next second."""
    while True:
        try:
            await library.watch()
        except Exception:
            log.exception("knowledge not refreshed")
