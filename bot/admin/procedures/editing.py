"""Edit one page of a procedure: rows by plain buttons, a preview, and a save that overwrites nobody."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import Response

from bot.admin.access import Editor, Visitor, database_of
from bot.admin.pages import page, read_form, redirect
from bot.admin.procedures import typed
from bot.admin.procedures.checking import check, focus_of, label_of, wrong_rows
from bot.admin.procedures.deciding import keep_draft
from bot.admin.procedures.fields import LINE_CHARS, Section, section_of
from bot.admin.procedures.preview import Preview, preview
from bot.admin.procedures.typed import Errors, Typed
from bot.admin.procedures.work import STATUS_NAMES, Opened, doer_of, open_work, revision_of
from knowledge.content import Content, Override
from knowledge.models import Revision
from knowledge.publishing import Change, PublishingError, StaleError, changes

router = APIRouter()

#: In longer lists only the rows being worked on are shown open; the page stays small.
OPEN_ROWS: Final = 12


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of the form as it is shown."""

    section: Section
    typed: dict[str, Typed]
    base: int | None
    """The revision this edit started from."""
    errors: Errors
    focus: str = ""
    """The row or field to look at first."""
    note: str = ""
    problem: str = ""
    stale: Revision | None = None
    """What somebody else has saved meanwhile."""
    theirs: tuple[Change, ...] = ()
    """What differs between what stands there now and what was typed."""
    opened_rows: frozenset[str] = frozenset()

    def is_open(self, path: str, count: int) -> bool:
        """Whether a row is shown with all its fields."""
        return (
            count <= OPEN_ROWS
            or path in self.opened_rows
            or self.focus == path
            or self.focus.startswith(f"{path}.")
        )

    def folded_from(self, path: str, rows: Sequence[Any], at: int, count: int) -> Sequence[Any]:
        """Return the folded rows from `at` on, when it is the first of them; they travel as one field."""
        if at and not self.is_open(f"{path}.{at - 1}", count):
            return ()
        end = next(
            (i for i in range(at, len(rows)) if self.is_open(f"{path}.{i}", count)), len(rows)
        )
        return rows[at:end]

    @property
    def summary(self) -> list[tuple[str, str, str]]:
        """What is wrong: (path, how the field is called, sentence), the first one first."""
        first = focus_of(self.section, self.errors)
        paths = sorted(self.errors, key=lambda path: path != first)
        return [(path, label_of(self.section, path), self.errors[path]) for path in paths]


@router.get("/procedures/{key}/edit/{slug}")
async def show_form(request: Request, visitor: Editor, key: str, slug: str) -> Response:
    """Show one page of the form, filled from what stands there now (or from a named revision)."""
    async with database_of(request).read() as session:
        opened = await open_work(session, key)
        section = _section(opened, slug)
        current = opened.work.current
        source = current
        number = request.query_params.get("from", "")
        if number.isascii() and number.isdigit():
            source = await revision_of(session, opened, int(number[:9]))
    shown = typed.shown(section, source.content if source else {})
    sheet = Sheet(section, shown, current.id if current else None, {})
    if source is not current and source is not None:
        note = f"Lấy nội dung của bản {source.number}. Chưa lưu gì; bấm “Lưu bản nháp” để giữ."
        sheet = Sheet(section, shown, sheet.base, {}, problem=note)
    return _show(request, visitor, opened, sheet, status=200)


def _section(opened: Opened, slug: str) -> Section:
    section = section_of(slug, provincial=opened.is_override)
    if section is None:
        raise HTTPException(404, "Không có phần này trong biểu mẫu.")
    return section


@router.post("/procedures/{key}/edit/{slug}")
async def post_form(request: Request, visitor: Editor, key: str, slug: str) -> Response:
    """Move rows, preview, or save; whatever happens, what was typed comes back."""
    form = await read_form(request)
    async with database_of(request).read() as session:
        opened = await _open_or_gone(session, key)
    if opened is None:
        return _gone(request, visitor, key, slug, form)
    section = _section(opened, slug)
    given = typed.read(section, _texts(form))
    base, what = typed.number_of(form.get("base")) or None, _text(form.get("do"))
    note = _text(form.get("note"))[:LINE_CHARS]
    if ":" in what:
        focus = typed.act(section, given, what)
        sheet = Sheet(section, given, base, {}, focus, note, opened_rows=_open_rows(form))
        return _show(request, visitor, opened, sheet, status=200)
    typed.compact(section, given)
    return await _check_and_save(
        request, visitor, opened, Sheet(section, given, base, {}, note=note), what
    )


async def _check_and_save(
    request: Request, visitor: Visitor, opened: Opened, sheet: Sheet, what: str
) -> Response:
    section, given = sheet.section, sheet.typed
    current = opened.work.current
    stored: Mapping[str, Any] = current.content if current else {}
    whole, errors = _checked(opened, section, given, stored)
    if whole is None:
        wrong = Sheet(
            section, given, sheet.base, errors, focus_of(section, errors), sheet.note,
            opened_rows=frozenset(wrong_rows(errors)),
        )  # fmt: skip
        return _show(request, visitor, opened, wrong, status=422)
    if what == "preview":
        return _show(request, visitor, opened, sheet, status=200, whole=whole)
    doer = doer_of(visitor)
    try:
        async with database_of(request).write() as session:
            saved = await keep_draft(session, opened, whole, doer, base=sheet.base, note=sheet.note)
    except StaleError as error:
        theirs = changes(opened.content(error.current), whole)
        stale = Sheet(
            section, given, error.current.id, {}, note=sheet.note, problem=str(error),
            stale=error.current, theirs=theirs,
        )  # fmt: skip
        return _show(request, visitor, opened, stale, status=409, whole=whole)
    except PublishingError as error:
        refused = Sheet(section, given, sheet.base, {}, note=sheet.note, problem=str(error))
        return _show(request, visitor, opened, refused, status=409, whole=whole)
    said = "Không có gì thay đổi." if saved is None else f"Đã lưu bản nháp {saved.number}."
    return redirect(request, f"/procedures/{opened.key}/edit/{section.slug}", said)


def _checked(
    opened: Opened, section: Section, given: Mapping[str, Typed], stored: Mapping[str, Any]
) -> tuple[Content | Override | None, Errors]:
    if opened.is_override:
        return check(section, given, stored, Override)
    return check(section, given, stored, Content)


def _show(
    request: Request,
    visitor: Visitor,
    opened: Opened,
    sheet: Sheet,
    *,
    status: int,
    whole: Content | Override | None = None,
) -> Response:
    current = opened.work.current
    if whole is None and current is not None:
        trial = copy.deepcopy(sheet.typed)
        typed.compact(sheet.section, trial)
        made, _ = _checked(opened, sheet.section, trial, current.content)
        whole = made or opened.content(current)
    return page(
        request, visitor, "procedures/edit.html",
        status=status, opened=opened, sheet=sheet, section=sheet.section, statuses=STATUS_NAMES,
        folded=typed.folded, preview=_preview(request, opened, sheet.section, whole),
    )  # fmt: skip


def _preview(
    request: Request, opened: Opened, section: Section, whole: Content | Override | None
) -> Preview | None:
    merged = opened.merged(whole) if whole else None
    if merged is None:
        return None
    return preview(request, merged, section.facet)


# --- What the browser sent ------------------------------------------------------------------------


def _texts(form: FormData) -> list[tuple[str, str]]:
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def _text(value: object) -> str:
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""


def _open_rows(form: FormData) -> frozenset[str]:
    """Return the rows that came with all their fields, so that they stay open."""
    names = (name.rsplit(".", 1) for name, _ in _texts(form) if "." in name)
    return frozenset(parts[0] for parts in names if parts[1] != typed.FOLDED)


async def _open_or_gone(session: AsyncSession, key: str) -> Opened | None:
    try:
        return await open_work(session, key)
    except HTTPException:
        return None


def _gone(request: Request, visitor: Visitor, key: str, slug: str, form: FormData) -> Response:
    """Show what was typed for a procedure that is no longer there, to copy it."""
    said = [
        (name, value)
        for name, value in _texts(form)
        if value.strip() and name not in ("do", "base")
    ]
    return page(request, visitor, "procedures/gone.html", status=404, key=key, said=said, slug=slug)
