"""Build the parts once and wire them together; the only place that does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import structlog
from fastapi import FastAPI

from bot import admin, staleness
from bot.admin import chat
from bot.admin.procedures.work import Press
from bot.broadcast.engine import PgQueuerEngine
from bot.broadcast.jobs import Clockwork
from bot.broadcast.schedule import Scheduler
from bot.broadcast.worker import Worker, owner_name
from bot.channels import Channel, Lane, Pace, console, telegram, web, zalo_bot, zalo_oa
from bot.channels.downloads import Downloads
from bot.channels.limits import SharedLimit, platform_limits
from bot.channels.running import running
from bot.channels.telling import Teller
from bot.channels.webhooks import Webhooks
from bot.db import Database, migrate
from bot.dialogue import Dialogue, Sources
from bot.dossiers import Connector
from bot.imports import Runner, folder_of
from bot.pages import contests, kiosk, my_data, open_data, widget
from bot.pages import petitions as petitions_page
from bot.privacy.pseudonyms import Pseudonyms
from bot.settings import Settings
from knowledge import golden
from knowledge.columns import utc_now
from knowledge.golden import Gate
from knowledge.guides import Guides
from knowledge.importing import centres, facts, units
from knowledge.importing.starter import load_starter
from knowledge.published import Library

#: What comes with the program besides procedures and their phrases.
STARTER_PARTS: Final = (units.load, centres.load, facts.load, golden.load)
#: Every channel, by the name its messages carry.
CHANNELS: Final = {one.NAME: one for one in (console, telegram, web, zalo_bot, zalo_oa)}
#: The platforms among them, each with what opens it; None when its settings are empty.
PLATFORMS: Final[dict[str, Callable[[Settings, Database], Channel | None]]] = {
    telegram.NAME: telegram.connect,
    zalo_bot.NAME: zalo_bot.connect,
    zalo_oa.NAME: zalo_oa.connect,
}

log = structlog.get_logger()


def set_up_logging(settings: Settings) -> None:
    """Log one line an event to standard error, so that standard output stays for answers."""
    logging.basicConfig(level=settings.log_level, format="%(message)s")
    # What these say at lower levels holds citizens' words, their addresses, or tokens.
    for talkative in ("alembic", "aiosqlite", "apscheduler", "httpx", "httpcore", "telegram"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
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
    async with database.alone():
        await migrate(database)
        await load_starter(database.write, parts=STARTER_PARTS)
    return database


async def open_dialogue(settings: Settings, database: Database) -> Dialogue:
    """Return the dialogue over what is published now."""
    library = Library(database.read)
    await library.refresh()
    names, system = Pseudonyms.load(settings), Connector.of(settings)
    return Dialogue(Sources(library, Guides.load(), settings, database, names, dossiers=system))


def create_app(settings: Settings | None = None, *, announces: bool = True) -> FastAPI:
    """Return the ASGI application: the web channel, its API and the officials' pages.

    `announces`: this process also schedules and sends announcements, as a single process must.
    """
    settings = settings or Settings()
    app = web.create(
        settings, _lifespan(settings, announces=announces), admin.body_limits(settings)
    )
    app.include_router(my_data.router)
    app.include_router(open_data.router)
    app.include_router(kiosk.router)
    app.include_router(petitions_page.router)
    app.include_router(contests.router)
    admin.mount(app, settings)
    app.add_middleware(Webhooks)
    widget.mount(app, settings)
    return app


def _lifespan(
    settings: Settings, *, announces: bool
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = await prepare(settings)
        app.state.database = database
        app.state.dialogue = dialogue = await open_dialogue(settings, database)
        app.state.gate = gate = Gate(database.read, dialogue.sources.library)
        dialogue.sources.desk = chat.at(Press(database, dialogue.sources.library, gate))
        app.state.imports = runner = Runner(database, folder_of(settings), now=utc_now)
        app.state.staleness = staleness.Staleness()
        tasks = [
            asyncio.create_task(runner.run()),
            asyncio.create_task(
                staleness.watch(app.state.staleness, database, dialogue.sources.library)
            ),
            asyncio.create_task(_watch(dialogue.sources.library)),
        ]
        pace = SharedLimit(database, platform_limits(settings))
        opened = _open(settings, database)
        async with running(opened, dialogue, pace=pace) as app.state.intake:
            channels = app.state.intake.channels
            dialogue.sources.download = Downloads(channels)
            teller = Teller(database, channels, pages={web.NAME: app.state.pushes}, pace=pace)
            if announces:
                tasks += [
                    asyncio.create_task(worker(database, channels, pace).run()),
                    asyncio.create_task(
                        scheduler(settings, database, channels, dialogue.sources.library).run()
                    ),
                ]
            tasks.append(asyncio.create_task(teller.run()))
            log.info("ready", version=dialogue.sources.library.current.version)
            yield
            await _end(tasks)  # what is on its way needs the channels still
        await database.close()

    return lifespan


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def worker(
    database: Database,
    channels: Mapping[str, Channel],
    pace: Pace,
    *,
    lanes: Collection[Lane] = (Lane.URGENT, Lane.BULK),
) -> Worker:
    """Return a worker that sends announcements of `lanes`."""
    return Worker(
        database, PgQueuerEngine(database.url), channels, pace, clock=utc_now, lanes=lanes
    )


def scheduler(
    settings: Settings,
    database: Database,
    channels: Mapping[str, Channel],
    library: Library | None = None,
) -> Scheduler:
    """Return a scheduler of announcements for `channels`, and of what else is done by the clock."""
    tokens = [channel for channel in channels.values() if channel.name == zalo_oa.NAME]
    parts = Clockwork(
        database,
        tuple(channels),
        Connector.of(settings),
        library or Library(database.read),
        [channel.refresh for channel in tokens],
    )
    return Scheduler(parts, owner=owner_name(), clock=utc_now)


def open_channels(settings: Settings, database: Database) -> dict[str, Channel]:
    """Return the platforms that have settings, by name; not started."""
    return {channel.name: channel for channel in _open(settings, database)}


def _open(settings: Settings, database: Database) -> list[Channel]:
    opened = (open_one(settings, database) for open_one in PLATFORMS.values())
    return [channel for channel in opened if channel is not None]


async def _watch(library: Library) -> None:
    """Keep the library fresh; a database that fails now may answer the next second."""
    while True:
        try:
            await library.watch()
        except Exception:
            log.exception("knowledge not refreshed")
