"""Errors of the API in one shape: problem+json (RFC 9457), its `detail` a Vietnamese sentence."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from bot.admin.api.bodies import broken_by
from bot.broadcast.lifecycle import LifecycleError
from bot.broadcast.places import AudienceError
from bot.deeds import HeldError
from bot.imports import UploadError
from bot.imports.deciding import DecisionError
from bot.switches import SwitchError
from knowledge.publishing import PublishingError
from knowledge.reports.drafts import DraftError

MEDIA_TYPE: Final = "application/problem+json"
#: Where each kind of problem is described.
DOCS: Final = "/api/admin/v1/docs"

log = structlog.get_logger()


class Kind(StrEnum):
    """What went wrong; the end of a problem's `type`."""

    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    METHOD = "method"
    STALE = "stale"
    HELD = "held"
    CONFLICT = "conflict"
    TOO_LARGE = "too-large"
    INVALID = "invalid"
    RATE_LIMITED = "rate-limited"
    UNEXPECTED = "unexpected"
    STARTING = "starting"


#: Status, title and when it happens, for each kind.
KINDS: Final[Mapping[Kind, tuple[int, str, str]]] = {
    Kind.UNAUTHORIZED: (401, "Cần mã API", "Không có mã, mã sai, hết hạn hoặc đã thu hồi."),
    Kind.FORBIDDEN: (403, "Không được phép", "Mã thiếu quyền, hoặc chủ mã thiếu vai trò."),
    Kind.NOT_FOUND: (404, "Không có", "Không có thứ được gọi, hoặc vừa được gỡ."),
    Kind.METHOD: (405, "Sai phương thức", "Địa chỉ này không nhận phương thức đó."),
    Kind.STALE: (
        409, "Đã có người lưu trước",
        "Bản đã đổi từ lúc đọc, chưa ghi gì. `current` là bản hiện có, `yours` là bản gửi lên.",
    ),
    Kind.HELD: (
        409, "Câu hỏi mẫu giữ lại",
        "Công bố sẽ làm sai những câu trong `broken`; gửi lại kèm `reason` nếu vẫn công bố.",
    ),
    Kind.CONFLICT: (409, "Không làm được lúc này", "Thứ đang sửa không ở trạng thái cho phép."),
    Kind.TOO_LARGE: (413, "Quá lớn", "Nội dung gửi lên lớn quá mức."),
    Kind.INVALID: (422, "Dữ liệu chưa đúng", "`errors` kể từng chỗ sai: `pointer` và `detail`."),
    Kind.RATE_LIMITED: (429, "Gọi quá nhanh", "Chờ số giây trong `Retry-After` rồi gọi lại."),
    Kind.UNEXPECTED: (500, "Lỗi ngoài dự kiến", "Đã ghi lại để kiểm tra."),
    Kind.STARTING: (503, "Đang khởi động", "Thử lại sau ít giây."),
}  # fmt: skip
assert set(KINDS) == set(Kind)
_BY_STATUS: Final = {status: kind for kind, (status, _, _) in KINDS.items()} | {409: Kind.CONFLICT}
_SENTENCES: Final = {
    404: "Không có thứ anh/chị gọi, hoặc vừa được gỡ.",
    405: "Địa chỉ này không nhận phương thức đó.",
}


class Wrong(BaseModel):
    """One thing that is wrong with what was sent."""

    pointer: str = Field(description="JSON Pointer into the body, or the parameter's name")
    detail: str


class ProblemBody(BaseModel):
    """What every error answers; some kinds add members of their own."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Which kind of problem, as an address that describes it")
    title: str
    status: int
    detail: str = Field(description="A Vietnamese sentence for the official")
    errors: list[Wrong] = Field(default=[], description="For invalid data: each thing wrong")


class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """An error to answer with, besides those the desks raise."""

    def __init__(self, kind: Kind, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.kind, self.more = kind, more


def answer(
    kind: Kind, detail: str, headers: Mapping[str, str] | None = None, /, **more: Any
) -> JSONResponse:
    """Return the response of a problem."""
    status, title, _ = KINDS[kind]
    body = {"type": f"{DOCS}#{kind}", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, dict(headers or {}), MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    for refusal in (PublishingError, DecisionError, LifecycleError, SwitchError):
        app.add_exception_handler(refusal, _refused)
    for wrong in (UploadError, AudienceError):
        app.add_exception_handler(wrong, _wrong)
    app.add_exception_handler(DraftError, _unknown)
    app.add_exception_handler(Exception, _unexpected)


async def _problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return answer(error.kind, str(error), **error.more)


async def _http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    kind = _BY_STATUS.get(error.status_code, Kind.INVALID)
    said = str(error.detail)
    if not said or said.isascii():  # the framework's own English
        said = _SENTENCES.get(error.status_code, KINDS[kind][2])
    return answer(kind, said, error.headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = [wrong_at(one["loc"], one["type"], one.get("ctx")) for one in error.errors()[:50]]
    return answer(Kind.INVALID, f"Dữ liệu gửi lên có {len(found)} chỗ chưa đúng.", errors=found)


def wrong_at(
    loc: tuple[int | str, ...], kind: str, context: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Return one error of validation as a pointer and a plain sentence."""
    where, *path = loc or ("body",)
    if where != "body":
        path = path or [where]
        return {"pointer": str(path[-1]), "detail": _sentence(kind, context or {})}
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return {
        "pointer": "".join(f"/{step}" for step in steps),
        "detail": _sentence(kind, context or {}),
    }


def _sentence(kind: str, context: Mapping[str, Any]) -> str:
    known = {
        "missing": "Cần có giá trị này.",
        "extra_forbidden": "Không có mục này; hãy bỏ đi hoặc xem lại tên.",
        "json_invalid": "Không phải JSON đúng.",
        "string_too_short": f"Ngắn quá, cần ít nhất {context.get('min_length')} ký tự.",
        "string_too_long": f"Dài quá {context.get('max_length')} ký tự.",
        "too_long": f"Nhiều quá {context.get('max_length')} mục.",
        "too_short": f"Cần ít nhất {context.get('min_length')} mục.",
        "enum": "Hãy chọn một giá trị có sẵn.",
        "literal_error": f"Chỉ nhận {context.get('expected')}.",
    }
    return known.get(kind, f"Giá trị không dùng được ({kind}).")


async def _refused(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, HeldError):
        broken = [one.model_dump() for one in broken_by(error.verdict)]
        return answer(Kind.HELD, str(error), broken=broken)
    return answer(Kind.CONFLICT, str(error))


async def _wrong(_: Request, error: Exception) -> JSONResponse:
    return answer(Kind.INVALID, str(error))


async def _unknown(_: Request, error: Exception) -> JSONResponse:
    return answer(Kind.NOT_FOUND, str(error))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("api call failed", path=request.url.path, exc_info=error)
    return answer(Kind.UNEXPECTED, "Có lỗi ngoài dự kiến, đã ghi lại để kiểm tra.")
