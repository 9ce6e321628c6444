"""An assistant to be killed, in a process forked from one that has imported everything once."""

from __future__ import annotations

import asyncio
import multiprocessing
from datetime import timedelta
from multiprocessing.context import ForkServerProcess

import structlog
import uvicorn
from starlette.applications import Starlette

from bot.channels import accepted
from bot.channels.running import running
from bot.channels.telegram import Telegram
from bot.channels.webhooks import Webhooks
from bot.db import Database
from bot.settings import Settings
from tests.bot.channels.test_intake import dialogue_of


async def _answer(url: str, platform: str, token: str, secret: str, port: int) -> None:
    accepted.LEASE = timedelta(seconds=2)  # a test has less patience
    settings = Settings.model_validate(
        {"telegram_token": token, "telegram_secret": secret, "telegram_base_url": platform}
    )
    database = Database(url)
    app = Starlette()
    app.add_middleware(Webhooks)
    async with running([Telegram(settings)], await dialogue_of(database)) as app.state.intake:
        config = uvicorn.Config(app, port=port, log_level="critical", lifespan="off")
        await uvicorn.Server(config).serve()


def answer(url: str, platform: str, token: str, secret: str, port: int) -> None:
    """Answer until killed."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    asyncio.run(_answer(url, platform, token, secret, port))


def start(url: str, platform: str, token: str, secret: str, port: int) -> ForkServerProcess:
    """Start one; importing takes seconds, so it is done once for all."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=answer, args=(url, platform, token, secret, port), daemon=True)
    process.start()
    return process
