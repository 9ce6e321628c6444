"""Who calls the API: a token in the Authorization header, and nothing else; cookies are not read."""

from __future__ import annotations

import math
import time
from typing import Annotated, Any, Final

from fastapi import HTTPException, Request, Security
from fastapi.security import HTTPBearer, SecurityScopes
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.admin.access import Visitor, database_of, settings_of
from bot.admin.api.problems import Kind, answer
from bot.admin.door import uncached
from bot.channels.web import client_address
from bot.models import ApiToken, Official
from bot.models import Scope as TokenScope
from bot.officials import find_token, roles_of
from bot.officials.tokens import is_use_to_note, note_token_use
from knowledge.columns import utc_now

PREFIX: Final = "/api/admin/v1"
#: What anybody may read: how the API is used.
PUBLIC: Final = frozenset({"/openapi.json", "/docs"})
_ASK_FOR_ONE: Final = "Cần mã API còn hạn trong đầu đề Authorization: Bearer …"
_NO_NUL: Final = "Địa chỉ có ký tự không dùng được."
_BEARER: Final = HTTPBearer(
    scheme_name="token", description="Mã tạo ở /admin/me/tokens", auto_error=False
)


class TokenDoor:
    """Lets in who brings a live token, as often as the limit allows, before anything is read."""

    def __init__(self, app: ASGIApp, *, rate: str) -> None:
        self.app = app
        self.rate = parse(rate)
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or answer with a problem."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        send = uncached(send)
        if str(scope["path"]).removeprefix(PREFIX) in PUBLIC:
            await self.app(scope, receive, send)
            return
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            await answer(Kind.INVALID, _NO_NUL)(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        found = await _caller(connection)
        if found is None:
            refusal = answer(Kind.UNAUTHORIZED, _ASK_FOR_ONE, {"WWW-Authenticate": "Bearer"})
            await refusal(scope, receive, send)
            return
        token, official = found
        if not await self.limiter.hit(self.rate, token.id):
            await self._slow_down(token.id, scope, receive, send)
            return
        scope.setdefault("state", {})
        scope["state"]["visitor"] = _visitor(connection, token, official)
        scope["state"]["scopes"] = frozenset(token.scopes)
        await self.app(scope, receive, send)

    async def _slow_down(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        reset, _ = await self.limiter.get_window_stats(self.rate, key)
        seconds = max(1, math.ceil(reset - time.time()))
        said = f"Mã này gọi quá nhanh. Hãy chờ {seconds} giây."
        refusal = answer(Kind.RATE_LIMITED, said, {"Retry-After": str(seconds)})
        await refusal(scope, receive, send)


async def _caller(connection: HTTPConnection) -> tuple[ApiToken, Official] | None:
    """Return the token of the Authorization header and its official; notes that it is used."""
    scheme, _, shown = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    database, now = database_of(connection), utc_now()
    async with database.read() as session:
        found = await find_token(session, shown.strip(), now=now)
    if found is not None and is_use_to_note(found[0], now):
        address = client_address(connection.scope, settings_of(connection))
        async with database.write() as session:
            await note_token_use(session, found[0].id, address=address, now=now)
    return found


def _visitor(connection: HTTPConnection, token: ApiToken, official: Official) -> Visitor:
    address = client_address(connection.scope, settings_of(connection))
    return Visitor(
        token.official_id,
        official.login,
        official.name,
        roles_of(official),
        f"token:{token.id} {address}",
        f"token:{token.id}",
    )


async def _caller_with(
    request: Request,
    wanted: SecurityScopes,
    _: Annotated[Any, Security(_BEARER)],  # tells the OpenAPI document how to call
) -> Visitor:
    """Return the official the token stands for, or 403 when it or they may not."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    if visitor is None:
        raise HTTPException(401, _ASK_FOR_ONE)
    for name in wanted.scopes:
        if name not in request.state.scopes:
            raise HTTPException(403, f"Mã này không có quyền {name}.")
        if not visitor.may(TokenScope(name).role):
            raise HTTPException(403, f"Vai trò của {visitor.login} không còn đủ cho {name}.")
    return visitor


def need(scope: TokenScope) -> Any:
    """Return the dependency that gives the Visitor, or 403 without `scope` or its role."""
    return Security(_caller_with, scopes=[scope.value])


Reader = Annotated[Visitor, need(TokenScope.KNOWLEDGE_READ)]
Writer = Annotated[Visitor, need(TokenScope.KNOWLEDGE_WRITE)]
Approver = Annotated[Visitor, need(TokenScope.KNOWLEDGE_APPROVE)]
Switcher = Annotated[Visitor, need(TokenScope.SWITCHES_TURN)]
AnnouncementReader = Annotated[Visitor, need(TokenScope.ANNOUNCEMENTS_READ)]
AnnouncementWriter = Annotated[Visitor, need(TokenScope.ANNOUNCEMENTS_WRITE)]
Sender = Annotated[Visitor, need(TokenScope.ANNOUNCEMENTS_SEND)]
FigureReader = Annotated[Visitor, need(TokenScope.FIGURES_READ)]
AuditReader = Annotated[Visitor, need(TokenScope.AUDIT_READ)]
