"""The officials' pages under /admin: one file a desk, mounted as an application of its own.

A new desk is one file with a router and a `Desk`, one line in DESKS, and its routes in the table of
tests/bot/admin/routes.py.
"""

from __future__ import annotations

from typing import Final

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.admin import (
    announcements,
    api,
    audit_log,
    contests,
    dossiers,
    feeds,
    figures,
    golden,
    home,
    me,
    people,
    petitions,
    procedures,
    sign_in,
    sources,
    surveys,
    switches,
    threads,
    tokens,
)
from bot.admin.access import PREFIX
from bot.admin.desk import Desk
from bot.admin.door import Door, refuse_the_refused
from bot.admin.pages import page
from bot.settings import Settings
from bot.sheets import MOST_BYTES

#: In the order of the menu; each is shown to those who may open it.
DESKS: Final[tuple[Desk, ...]] = (
    home.DESK,
    procedures.DESK,
    golden.DESK,
    *sources.DESKS,
    petitions.DESK,
    dossiers.DESK,
    figures.DESK,
    surveys.DESK,
    contests.DESK,
    announcements.DESK,
    switches.DESK,
    threads.DESK,
    people.DESK,
    audit_log.DESK,
)

log = structlog.get_logger()

_SENTENCES: Final = {
    404: "Không có trang này, hoặc nội dung đã được gỡ.",
    405: "Trang này không nhận cách gửi đó. Anh/chị quay lại và thử lại.",
    400: "Dữ liệu gửi lên bị hỏng hoặc thiếu. Anh/chị quay lại và thử lại.",
    500: "Có lỗi ngoài dự kiến, đã ghi lại để kiểm tra. Anh/chị thử lại sau ít phút.",
}


#: Bytes of one form; a procedure with everything filled in takes a few hundred thousand.
FORM_BYTES: Final = 2 * 1024 * 1024


def body_limits(settings: Settings) -> dict[str, int]:
    """Return how many bytes a request may bring, by the beginning of its path."""
    return {
        PREFIX: FORM_BYTES,
        f"{PREFIX}/dossiers": MOST_BYTES + FORM_BYTES,
        f"{PREFIX}/import": settings.max_upload_mb * 1024 * 1024,
        **api.body_limits(FORM_BYTES, settings),
    }


def mount(app: FastAPI, settings: Settings) -> None:
    """Add the officials' pages and their API to the application."""
    officials = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None,
        dependencies=[Depends(refuse_the_refused)],
    )  # fmt: skip
    officials.state = app.state
    app.state.desks = DESKS
    officials.include_router(sign_in.router)
    officials.include_router(me.router)
    officials.include_router(feeds.router)
    officials.include_router(tokens.router)
    for desk in DESKS:
        officials.include_router(desk.router)
    officials.add_exception_handler(HTTPException, _http_error)
    officials.add_exception_handler(RequestValidationError, _invalid)
    officials.add_exception_handler(Exception, _unexpected)
    officials.add_middleware(Door)
    app.mount(PREFIX, officials)
    api.mount(app, settings)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = _SENTENCES.get(error.status_code, str(error.detail))
    return _error_page(request, error.status_code, said)


async def _invalid(request: Request, _: Exception) -> Response:
    return _error_page(request, 422, _SENTENCES[400])


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("page failed", path=request.url.path, exc_info=error)
    return _error_page(request, 500, _SENTENCES[500])


def _error_page(request: Request, status: int, said: str) -> Response:
    visitor = getattr(request.state, "visitor", None)
    return page(request, visitor, "error.html", status=status, said=said)
