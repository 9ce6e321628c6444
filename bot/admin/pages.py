"""How a desk shows a page, reads a form, and answers one: redirect with a sentence, or show it again."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse

from bot.admin.access import PREFIX, Visitor, is_https
from bot.channels.web import STATIC
from bot.models import Role
from knowledge.hours import ZONE

FLASH: Final = "motcua_flash"
#: A cookie must stay under 4 KB, and a letter may take three bytes.
MAX_FLASH_CHARS: Final = 600
#: Fields of one form; a procedure with many dossier components has several hundred.
MAX_FIELDS: Final = 5_000
#: The largest number a row can have: PostgreSQL's integer.
MOST_ID: Final = 2**31 - 1
#: Bytes of one typed field in a form that brings a file.
MAX_PART_BYTES: Final = 1024 * 1024

#: Roles as officials read them.
ROLE_WORDS: Final = {
    Role.VIEWER: "xem",
    Role.EDITOR: "biên tập",
    Role.APPROVER: "duyệt",
    Role.SENDER: "gửi thông báo",
    Role.ADMIN: "quản trị",
}


def when(moment: datetime | date | None) -> str:
    """Return a moment as officials write it, in Vietnam's time; "" for None."""
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        return moment.astimezone(ZONE).strftime("%d/%m/%Y %H:%M")
    return moment.strftime("%d/%m/%Y")


def number(value: float) -> str:
    """Return a number as it is written in Vietnamese: 1.234.567,8."""
    whole = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
    return whole.translate(str.maketrans(",.", ".,")).removesuffix(",0")


_templates = Environment(
    loader=FileSystemLoader(STATIC),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["when"] = when
_templates.filters["number"] = number
_templates.filters["query"] = urlencode


def page(
    request: Request,
    visitor: Visitor | None,
    template: str,
    *,
    status: int = 200,
    **context: Any,
) -> HTMLResponse:
    """Return the page of `template` (below bot/web/admin/), with the menu and any waiting sentence."""
    flash = _read_flash(request)
    html = _templates.get_template(f"admin/{template}").render(
        visitor=visitor,
        menu=[d for d in request.app.state.desks if visitor is not None and visitor.may(d.role)],
        path=request.url.path.removeprefix(PREFIX),
        organisation=request.app.state.settings.organisation,
        flash=flash,
        **context,
    )
    response = HTMLResponse(html, status)
    if flash:
        response.delete_cookie(FLASH, path=PREFIX, httponly=True, samesite="lax")
    return response


def redirect(request: Request, path: str, said: str = "", *, bad: bool = False) -> RedirectResponse:
    """Answer a form by sending the browser to `path` (as in the menu, without /admin), saying `said`."""
    response = RedirectResponse(PREFIX + path, 303)
    if said:
        raw = json.dumps({"said": said[:MAX_FLASH_CHARS], "bad": bad}, ensure_ascii=False)
        value = base64.urlsafe_b64encode(raw.encode("utf-8", "replace")).decode()
        response.set_cookie(
            FLASH, value, max_age=60, path=PREFIX, httponly=True, samesite="lax",
            secure=is_https(request),
        )  # fmt: skip
    return response


def _read_flash(request: Request) -> dict[str, Any] | None:
    raw = request.cookies.get(FLASH)
    if not raw:
        return None
    try:
        flash = json.loads(base64.urlsafe_b64decode(raw))
        return {"said": str(flash["said"]), "bad": bool(flash["bad"])}
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None


async def read_form(
    request: Request, *, max_fields: int = MAX_FIELDS, max_part_size: int = MAX_PART_BYTES
) -> FormData:
    """Return what was typed into a form; read it after the role is known, never as a parameter.

    Zero bytes are left out: nobody types them, and PostgreSQL cannot store them.
    """
    form = await request.form(max_fields=max_fields, max_part_size=max_part_size)
    return FormData(
        [
            (name, value.replace("\x00", "") if isinstance(value, str) else value)
            for name, value in form.multi_items()
        ]
    )


def offset(request: Request, size: int) -> int:
    """Return where the page asked for begins, in a list of `size` a page; the first when it is none."""
    return max(0, whole(request.query_params.get("page", "1"), most=99_999) - 1) * size


def whole(text: str, otherwise: int = 0, *, most: int = MOST_ID) -> int:
    """Return the whole number that `text` is, or `otherwise` when it is none or above `most`."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(most)):
        return otherwise
    return int(digits) if int(digits) <= most else otherwise


def typed(form: FormData, name: str, limit: int = 1_000) -> str:
    """Return one field without the spaces around it, cut at `limit`; "" when it is absent or a file."""
    value = form.get(name)
    return value.strip()[:limit] if isinstance(value, str) else ""
