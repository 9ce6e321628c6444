"""Where the log goes and what may stand in it."""

from __future__ import annotations

import logging

import structlog

from bot.settings import Settings


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
