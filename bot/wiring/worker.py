"""A worker of this database's engine."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.broadcast.engine import PgQueuerEngine
from bot.broadcast.worker import Worker
from bot.channels import Channel, Lane, Pace
from bot.db import Database
from knowledge.columns import utc_now


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
