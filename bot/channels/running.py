"""Run the platforms side by side: one that fails holds up no other, nor the start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from time import monotonic
from typing import Final

import structlog

from bot.channels import Accept, Channel, Pace, SendError
from bot.channels.intake import Intake
from bot.dialogue import Dialogue

#: Longest pause before a channel that failed is run again, in seconds.
LONGEST_PAUSE: Final = 300.0

log = structlog.get_logger()


@asynccontextmanager
async def running(
    channels: Sequence[Channel], dialogue: Dialogue, *, pace: Pace | None = None
) -> AsyncIterator[Intake]:
    """Yield the intake of the channels while they and it run."""
    intake = Intake(dialogue, {channel.name: channel for channel in channels}, pace=pace)
    for channel in channels:
        await channel.start()
    tasks = [asyncio.create_task(intake.run())]
    tasks += [asyncio.create_task(_run(channel, intake)) for channel in channels]
    try:
        yield intake
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await intake.close()
        for channel in channels:
            await channel.close()


async def _run(channel: Channel, intake: Intake) -> None:
    """Let a channel do its own work; after a failure again, later each time."""
    accept: Accept = partial(intake.accept, channel.name)
    pause = 1.0
    while True:
        started = monotonic()
        try:
            await channel.run(accept)
        except SendError as error:
            log.warning("channel stopped", channel=channel.name, reason=error.reason[:200])
        except Exception:
            log.exception("channel failed", channel=channel.name)
        else:
            return
        pause = 1.0 if monotonic() - started > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
        await asyncio.sleep(pause)
