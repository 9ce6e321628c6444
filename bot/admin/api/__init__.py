"""The JSON API at /api/admin/v1: the desks' operations for programs, with tokens of limited scope.

A desk's part is one file with a router, one line in PARTS, and its routes in API_ROUTES of
tests/bot/admin/routes.py. What is done is done by the desks' own functions: no rule stands twice.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

from bot.admin.api import (
    announcements,
    audit_log,
    calendar,
    centres,
    docs,
    figures,
    golden,
    imports,
    problems,
    procedures,
    questions,
    reports,
    stale,
    switches,
)
from bot.admin.api.access import PREFIX, TokenDoor
from bot.admin.api.problems import MEDIA_TYPE, ProblemBody
from bot.settings import Settings

#: In the order of the documentation: name, and what is there.
PARTS: Final[tuple[tuple[str, APIRouter], ...]] = (
    ("Thủ tục", procedures.router),
    ("Câu hỏi mẫu", golden.router),
    ("Câu chưa trả lời", questions.router),
    ("Thông tin cũ", stale.router),
    ("Nạp dữ liệu", imports.router),
    ("Báo cáo", reports.router),
    ("Trung tâm", centres.router),
    ("Ngày nghỉ", calendar.router),
    ("Số liệu", figures.router),
    ("Thông báo", announcements.router),
    ("Công tắc", switches.router),
    ("Nhật ký", audit_log.router),
)

_ABOUT: Final = (
    "Mọi việc ở trang /admin, cho chương trình. Mỗi lần gọi kèm mã trong đầu đề"
    " `Authorization: Bearer …`; mã không làm được hơn vai trò của chủ mã lúc gọi. Giờ là ISO 8601"
    " có múi giờ. Lỗi là problem+json (RFC 9457), `detail` là câu tiếng Việt."
)


def body_limits(form_bytes: int, settings: Settings) -> dict[str, int]:
    """Return how many bytes a request may bring, by the beginning of its path."""
    upload = settings.max_upload_mb * 1024 * 1024
    return {
        PREFIX: form_bytes,
        f"{PREFIX}/imports/files": upload,
        f"{PREFIX}/reports/files": upload,
    }


def mount(app: FastAPI, settings: Settings) -> None:
    """Add the API to the application."""
    api = FastAPI(
        title="motcua: API cho cán bộ", version="1", description=_ABOUT,
        docs_url=None, redoc_url=None, openapi_url=None,
        servers=[{"url": PREFIX}], root_path_in_servers=False, redirect_slashes=False,
    )  # fmt: skip
    api.state = app.state
    for name, router in PARTS:
        api.include_router(router, tags=[name])
    api.include_router(docs.router, include_in_schema=False)
    api.openapi = lambda: document(api)  # type: ignore[method-assign]
    problems.install(api)
    api.add_middleware(TokenDoor, rate=settings.api_rate_limit)
    app.mount(PREFIX, api)


def document(api: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, made once; every operation names problem+json as its error."""
    if api.openapi_schema is None:
        made = get_openapi(
            title=api.title, version=api.version, description=api.description,
            routes=api.routes, servers=api.servers,
        )  # fmt: skip
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        for gone in ("HTTPValidationError", "ValidationError"):
            schemas.pop(gone, None)
        described = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= described.pop("$defs", {}) | {"Problem": described}
        reference = {"$ref": "#/components/schemas/Problem"}
        error = {"description": "Lỗi", "content": {MEDIA_TYPE: {"schema": reference}}}
        for operations in made["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)
                operation["responses"]["default"] = error
        api.openapi_schema = made
    return api.openapi_schema
