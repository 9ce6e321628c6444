"""The platforms, each with what opens it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.channels import Channel, telegram, zalo_bot, zalo_oa
from bot.db import Database
from bot.settings import Settings

#: By the name their messages carry; what opens one returns None when its settings are empty.
PLATFORMS: Final[dict[str, Callable[[Settings, Database], Channel | None]]] = {
    telegram.NAME: telegram.connect,
    zalo_bot.NAME: zalo_bot.connect,
    zalo_oa.NAME: zalo_oa.connect,
}


def open_channels(settings: Settings, database: Database) -> dict[str, Channel]:
    """Return the platforms that have settings, by name; not started."""
    opened = (open_one(settings, database) for open_one in PLATFORMS.values())
    return {channel.name: channel for channel in opened if channel is not None}
