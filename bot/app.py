"""The ASGI application: the web channel with everything that runs beside it in one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import structlog
from fastapi import FastAPI

from bot import admin, staleness
from bot.admin import chat
from bot.admin.procedures.work import Press
from bot.channels import console, telegram, web, zalo_bot, zalo_oa
from bot.channels.downloads import Downloads
from bot.channels.limits import SharedLimit, platform_limits
from bot.channels.running import running
from bot.channels.telling import Teller
from bot.channels.webhooks import Webhooks
from bot.imports import Runner, folder_of
from bot.pages import contests, kiosk, my_data, open_data, widget
from bot.pages import petitions as petitions_page
from bot.settings import Settings
from bot.wiring.knowledge import open_dialogue, prepare
from bot.wiring.platforms import open_channels
from bot.wiring.scheduler import scheduler
from bot.wiring.worker import worker
from knowledge.columns import utc_now
from knowledge.golden import Gate
from knowledge.published import Library

#: Every channel, by the name its messages carry.
CHANNELS: Final = {one.NAME: one for one in (console, telegram, web, zalo_bot, zalo_oa)}

log = structlog.get_logger()


def create_app(
    settings: Settings | None = None,
    *,
    announces: bool = True,
    on_ready: Callable[[], object] = lambda: None,
) -> FastAPI:
    """Return the ASGI application: the web channel, its API and the officials' pages.

    `announces`: this process also schedules and sends announcements, as a single process must.
    `on_ready` is called when everything is loaded and the first request may come.
    """
    settings = settings or Settings()
    app = web.create(
        settings,
        _lifespan(settings, announces=announces, on_ready=on_ready),
        admin.body_limits(settings),
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
    settings: Settings, *, announces: bool, on_ready: Callable[[], object]
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
        opened = open_channels(settings, database)
        async with running(tuple(opened.values()), dialogue, pace=pace) as app.state.intake:
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
            on_ready()
            log.info("ready", version=dialogue.sources.library.current.version)
            yield
            await _end(tasks)  # what is on its way needs the channels still
        await database.close()

    return lifespan


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _watch(library: Library) -> None:
    """Keep the library fresh; a database that fails now may answer the next second."""
    while True:
        try:
            await library.watch()
        except Exception:
            log.exception("knowledge not refreshed")
