"""What the engine's library says of a lost connection is left to our own line."""

from __future__ import annotations

import logging

import asyncpg
import pytest

import bot.broadcast.engine  # noqa: F401 - it says what of the library's lines is news


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.ConnectionDoesNotExistError("closed in the middle of operation"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        ConnectionResetError("reset by peer"),
    ],
)
def test_a_lost_connection_is_no_traceback_of_the_library(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    library = logging.getLogger("pgqueuer")

    library.error("Flush failed, requeuing 1 items", exc_info=error)
    library.error("Flush failed, requeuing 2 items", exc_info=ValueError("no such thing"))
    library.error("told without a reason")

    said = [one.getMessage() for one in caplog.records]
    assert said == ["Flush failed, requeuing 2 items", "told without a reason"]
