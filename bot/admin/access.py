"""Who makes a request and what they may do: `allow` holds the role that a route asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response

from bot.channels.web import client_address
from bot.db import Database
from bot.models import Role
from bot.officials import find_session, roles_of
from bot.officials.sessions import NOTE_EVERY, note_use
from bot.settings import Settings
from knowledge.columns import utc_now

COOKIE: Final = "motcua_official"
PREFIX: Final = "/admin"


@dataclass(frozen=True, slots=True)
class Visitor:
    """The official who makes a request."""

    official_id: int
    login: str
    name: str
    roles: frozenset[Role]
    """With all that they contain."""
    address: str
    session: str
    """Hash of the session's token, or the name of the API token used."""

    def may(self, role: Role) -> bool:
        """Whether the official has `role`, by itself or contained in another."""
        return role in self.roles


def allow(role: Role) -> Any:
    """Return the dependency that gives the Visitor, or 403 when they lack `role`."""

    async def check(request: Request) -> Visitor:
        visitor: Visitor | None = getattr(request.state, "visitor", None)
        if visitor is None:
            raise HTTPException(401, "Anh/chị cần đăng nhập.")
        if not visitor.may(role):
            raise HTTPException(403, "Vai trò của anh/chị không được làm việc này.")
        return visitor

    check.role = role  # type: ignore[attr-defined]  # the matrix test reads it
    return Depends(check)


Viewer = Annotated[Visitor, allow(Role.VIEWER)]
Editor = Annotated[Visitor, allow(Role.EDITOR)]
Approver = Annotated[Visitor, allow(Role.APPROVER)]
Sender = Annotated[Visitor, allow(Role.SENDER)]
Admin = Annotated[Visitor, allow(Role.ADMIN)]


async def visitor_of(connection: HTTPConnection) -> Visitor | None:
    """Return whose session the cookie names, or None; notes that the session is used."""
    token = connection.cookies.get(COOKIE)
    if not token:
        return None
    now, settings = utc_now(), settings_of(connection)
    idle = timedelta(minutes=settings.admin_idle_minutes)
    database = database_of(connection)
    async with database.read() as session:
        found = await find_session(session, token, idle=idle, now=now)
    if found is None or found[0].second_step:
        return None
    opened, official = found
    if now - opened.seen_at > NOTE_EVERY:
        async with database.write() as session:
            await note_use(session, opened.token_hash, now=now)
    assert official.id is not None
    return Visitor(
        official.id,
        official.login,
        official.name,
        roles_of(official),
        client_address(connection.scope, settings),
        opened.token_hash,
    )


def comes_from_here(connection: HTTPConnection) -> bool:
    """Whether the browser says that this request was made by one of our own pages.

    Browsers send Sec-Fetch-Site on https and localhost, Origin with every form otherwise. A request
    with neither is no browser's and is refused: programs have the API.
    """
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = connection.headers.get("origin")
    return origin is not None and origin in _own_origins(connection)


def _own_origins(connection: HTTPConnection) -> set[str]:
    host = connection.headers.get("host", "")
    own = {f"http://{host}", f"https://{host}"}
    public = urlsplit(settings_of(connection).public_url)
    return own | {f"{public.scheme}://{public.netloc}"} if public.netloc else own


def own_path(wanted: str) -> str:
    """Return where to go after signing in: `wanted` if it is one of our own pages."""
    own = wanted == PREFIX or wanted.startswith((f"{PREFIX}/", f"{PREFIX}?"))
    plain = own and not any(bad in wanted for bad in ("\\", "\r", "\n", "//", ".."))
    return wanted if plain else f"{PREFIX}/"


def is_https(connection: HTTPConnection) -> bool:
    """Whether the browser speaks https to us, or to the proxy we trust."""
    headers: Headers = connection.headers
    forwarded = headers.get("x-forwarded-proto") if settings_of(connection).trust_proxy else None
    return (forwarded or connection.url.scheme) == "https"


def give_cookie(request: Request, response: Response, token: str) -> None:
    """Set the session's cookie: not for scripts, not for other sites."""
    response.set_cookie(
        COOKIE, token, path=PREFIX, httponly=True, samesite="lax", secure=is_https(request)
    )


def take_cookie(response: Response) -> None:
    """Remove the session's cookie."""
    response.delete_cookie(COOKIE, path=PREFIX, httponly=True, samesite="lax")


def database_of(connection: HTTPConnection) -> Database:
    """Return the database of the running application."""
    database: Database | None = getattr(connection.app.state, "database", None)
    if database is None:
        raise HTTPException(503, "Trợ lý đang khởi động. Anh/chị thử lại sau ít giây.")
    return database


def settings_of(connection: HTTPConnection) -> Settings:
    """Return the settings of the running application."""
    settings: Settings = connection.app.state.settings
    return settings
