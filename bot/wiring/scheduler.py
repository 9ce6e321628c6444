"""A scheduler with all that its jobs work on."""

from __future__ import annotations

from collections.abc import Mapping

from bot.broadcast.jobs import Clockwork
from bot.broadcast.schedule import Scheduler
from bot.broadcast.worker import owner_name
from bot.channels import Channel, zalo_oa
from bot.db import Database
from bot.dossiers import Connector
from bot.settings import Settings
from knowledge.columns import utc_now
from knowledge.published import Library


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
        settings.stale_days,
        settings.public_url,
        settings.digest_hour,
    )
    return Scheduler(parts, owner=owner_name(), clock=utc_now)
