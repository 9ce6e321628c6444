"""The desk of what grows old: ends this month, checked long ago, names what is gone, disagrees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, cast

from fastapi import APIRouter, Request
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from bot import audit
from bot.admin.access import Approver, Viewer, database_of, settings_of
from bot.admin.desk import Desk
from bot.admin.pages import offset, page, read_form, redirect
from bot.admin.procedures.work import Press, doer_of, press_of
from bot.deeds import Doer
from bot.models import Role
from bot.staleness import Checked, Mark, MarkKind, Staleness
from knowledge.columns import utc_now
from knowledge.hours import ZONE
from knowledge.models import Origin, Procedure, Revision, RevisionStatus
from knowledge.publishing import AUTHORS
from knowledge.publishing.verifying import verify

router = APIRouter()

PAGE: Final = 50
#: Procedures said to be checked by one form.
AT_ONCE: Final = 200
#: How far "soon" reaches, in days.
SOON: Final = 31
TABS: Final = {
    "ends": "Sắp hết hạn trong 31 ngày",
    "old": "Lâu chưa kiểm tra",
    "gone": "Nhắc cơ quan, cổng, văn bản đã hết hiệu lực",
    "conflict": "Nguồn lệch nhau",
    "beside": "Bản nhập khác bản biên soạn",
}


@router.get("/stale")
async def show(request: Request, visitor: Viewer) -> Response:
    """Show one list of what needs to be looked at."""
    tab = request.query_params.get("show", "ends")
    tab = tab if tab in TABS else "ends"
    at = offset(request, PAGE)
    staleness = cast("Staleness", request.app.state.staleness)
    today = utc_now().astimezone(ZONE).date()
    days = settings_of(request).stale_days
    async with database_of(request).read() as session:
        lists = await lists_of(session, staleness, today, days)
    shown = lists[tab][at : at + PAGE]
    marks = {one.code: marks_of(one, tab, today) for one in shown}
    return page(request, visitor, "stale.html", tabs=TABS, tab=tab, shown=shown, marks=marks,
                counts={name: len(found) for name, found in lists.items()}, days=days,
                complete=staleness.is_complete, number=at // PAGE + 1,
                more=len(lists[tab]) > at + PAGE, may_verify=visitor.may(Role.APPROVER))  # fmt: skip


async def lists_of(
    session: AsyncSession, staleness: Staleness, today: date, days: int
) -> dict[str, list[Checked]]:
    """Return what needs to be looked at, by tab; `days` after a check it is old."""
    known = {one.code: one for one in staleness.checked}
    beside = await _beside(session)
    return {
        "ends": staleness.ending(today, today + timedelta(days=SOON)),
        "old": staleness.old(today, days),
        "gone": staleness.marked(MarkKind.GONE),
        "conflict": staleness.marked(MarkKind.CONFLICT),
        "beside": [known[code] for code in beside if code in known],
    }


def marks_of(one: Checked, tab: str, today: date) -> tuple[Mark, ...]:
    """Return why a procedure stands in a list."""
    if tab == "ends":
        return one.ends_between(today, today + timedelta(days=SOON))
    return one.of(MarkKind(tab)) if tab in (MarkKind.GONE, MarkKind.CONFLICT) else ()


async def _beside(session: AsyncSession) -> list[str]:
    """Return the curated procedures beside whose live content an imported draft waits."""
    rows = await session.exec(
        select(Procedure.code)
        .join(Revision, col(Revision.procedure_id) == col(Procedure.id))
        .where(
            Revision.status == RevisionStatus.DRAFT,
            Revision.author == AUTHORS[Origin.IMPORT],
            Procedure.origin != Origin.IMPORT,
        )
        .distinct()
        .order_by(Procedure.code)
    )
    return list(rows.all())


@router.post("/stale/verified")
async def verified(request: Request, visitor: Approver) -> Response:
    """Say that procedures were checked today: each is published anew with the date."""
    form = await read_form(request)
    codes = [str(code) for code in form.getlist("code")][:AT_ONCE]
    if not codes:
        return redirect(request, "/stale", "Chưa chọn thủ tục nào.", bad=True)
    staleness = cast("Staleness", request.app.state.staleness)
    done = await verify_today(press_of(request), staleness, codes, doer_of(visitor))
    return redirect(request, "/stale?show=old", f"Đã ghi {len(done)} thủ tục là kiểm tra hôm nay.")


async def verify_today(
    press: Press, staleness: Staleness, codes: Sequence[str], doer: Doer
) -> list[str]:
    """Publish live contents anew with today as the day they were checked; return whose."""
    today = doer.now.astimezone(ZONE).date()
    async with press.database.write() as session:
        done = await verify(session, codes, on=today, author=doer.login, now=doer.now)
        if done:
            await audit.write(
                session, actor=doer.login, action="procedure.verify",
                subject=f"procedures:{len(done)}", after={"codes": done, "on": today.isoformat()},
                where=doer.where, now=doer.now,
            )  # fmt: skip
    published = await press.library.refresh()
    await staleness.refresh(press.database, published)
    return done


DESK: Final = Desk(
    "Thông tin cũ", "/stale", Role.VIEWER, router,
    "Sắp hết hạn, lâu chưa kiểm tra, nhắc cơ quan đã bỏ, nguồn lệch nhau.",
)  # fmt: skip
