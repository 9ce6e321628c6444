"""The door: every request under /admin is checked here before any of it is read.

Nobody signed in gets no further than the sign-in page, whatever a desk forgot; another site cannot
send forms here.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from fastapi import HTTPException, Request
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.admin.access import PREFIX, comes_from_here, own_path, visitor_of
from bot.admin.kept import keep
from bot.admin.pages import MOST_ID, page, redirect

#: Pages for those who have not signed in.
PUBLIC: Final = frozenset({"/login", "/login/second", "/reset"})
_NOWHERE: Final = "khong-co"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
ENDED: Final = (
    "Phiên đã hết nên chưa lưu được. Anh/chị đăng nhập lại; những gì đã gõ còn nguyên để gửi lại."
)
LOST: Final = "Phiên đã hết nên chưa nhận được. Anh/chị đăng nhập rồi gửi lại."


class Door:
    """Refuses forms from other sites and visitors without a session; nothing here is cached."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or send the visitor to sign in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        path = str(scope["path"]).removeprefix(PREFIX)
        scope.setdefault("state", {})
        # No page is asked for by a zero byte, and PostgreSQL refuses one in whatever is looked up.
        scope["query_string"] = scope["query_string"].replace(b"%00", b"")
        scope["state"]["visitor"] = visitor = await visitor_of(connection)
        send = uncached(send)
        if scope["method"] not in _SAFE and not comes_from_here(connection):
            scope["state"]["refused"] = "Biểu mẫu này không gửi từ trang quản trị."
        elif visitor is None and path not in PUBLIC:
            answer = await _to_sign_in(Request(scope, receive), path)
            await answer(scope, receive, send)
            return
        if visitor is not None and not _is_address(path):
            scope["path"] = f"{PREFIX}/{_NOWHERE}"
        await self.app(scope, receive, send)


def _is_address(path: str) -> bool:
    """Whether `path` can be the address of something: no zero byte, no number above every row's."""
    numbers = (part for part in path.split("/") if part.isascii() and part.isdigit())
    return "\x00" not in path and all(len(one) < 19 and int(one) <= MOST_ID for one in numbers)


async def _to_sign_in(request: Request, path: str) -> Response:
    """Ask for the password; what was typed into a form comes along."""
    if request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        wanted = quote(PREFIX + path + query, safe="/")
        return RedirectResponse(f"{PREFIX}/login?next={wanted}", 303)
    came_from = own_path(urlsplit(request.headers.get("referer", "")).path)
    kept = await keep(request)
    if kept is None:
        with suppress(RuntimeError):  # it was read already
            async for _ in request.stream():  # a browser that still sends shows no answer
                pass
        has_body = request.headers.get("content-length", "0") != "0"
        return redirect(
            request, f"/login?{urlencode({'next': came_from})}", LOST if has_body else "", bad=True
        )
    return page(
        request, None, "login.html", status=401,
        login="", problem=ENDED, next=came_from, kept=kept.written(),
    )  # fmt: skip


def uncached(send: Send) -> Send:
    """Return `send` that tells browsers to keep nothing."""

    async def send_uncached(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Cache-Control", "no-store")
            # Without it browsers send "Origin: null" with our own forms over plain http.
            headers["Referrer-Policy"] = "same-origin"
        await send(message)

    return send_uncached


async def refuse_the_refused(request: Request) -> None:
    """End here what the door refused, with a page like any other."""
    refused = getattr(request.state, "refused", None)
    if refused:
        raise HTTPException(403, refused)
