"""Which failures of a database may pass, so that what was asked for is worth trying again."""

from __future__ import annotations

from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError

#: PostgreSQL's classes of passing errors: connection, rollback (deadlock), resources, intervention.
_PASSING: Final = ("08", "40", "53", "57")
#: What a loop that goes on by itself takes for a database that is away: it says so, and asks again.
AWAY: Final = (DBAPIError, OSError, TimeoutError)


def is_gone(error: Exception) -> bool:
    """Whether there is no database to speak to, so that whatever is asked next would fail as well."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    return isinstance(error, (OSError, NoConnectionError))


def may_pass(error: Exception) -> bool:
    """Whether the same may succeed later: the database restarts, is full of work, or chose a victim.

    The asyncpg dialect raises a plain DBAPIError for most of these, so the server's own code decides;
    an internal error without one is asyncpg's own, which is cut off in the midst of something.
    """
    if isinstance(error, (OperationalError, InterfaceError)) or is_gone(error):
        return True
    code = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    return str(code or "").startswith(_PASSING) or (isinstance(error, InternalError) and not code)
