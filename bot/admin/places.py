"""The desk of place names: ask as citizens do, mend where an old name leads, add what people say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from bot import audit
from bot.admin.access import Approver, Viewer, Visitor, database_of
from bot.admin.desk import Desk
from bot.admin.pages import page, read_form, redirect, typed
from bot.admin.procedures.typed import number_of
from bot.admin.procedures.work import library_of
from bot.dialogue.places import sentence
from bot.models import Role
from knowledge.models import CorrectionKind, PlaceCorrection
from knowledge.places import Places
from knowledge.places.stored import held
from knowledge.publishing import bump_version, lock_version

router = APIRouter()

#: Units of today one old name may lead to, and characters of one thing typed.
MOST_UNITS: Final = 12
LONGEST: Final = 300
#: Rows of the history shown.
HISTORY: Final = 100
_GIVEN: Final = ("kind", "name", "district", "province", "today", "source", "reason")
_CODE: Final = re.compile(r"\d{2}|\d{5}")
KIND_WORDS: Final = {
    CorrectionKind.JOIN: "xã cũ nay thuộc",
    CorrectionKind.ALIAS: "dân gọi",
}


@dataclass(frozen=True, slots=True)
class Given:
    """A correction as typed."""

    kind: CorrectionKind
    name: str
    district: str
    province: str
    today: str
    """Units of today, one a line: names with their province, or codes."""
    source: str
    reason: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Given:
        """Return what a form or an address holds."""
        is_alias = fields.get("kind") == CorrectionKind.ALIAS
        names = {
            name: " ".join(fields.get(name, "").split())[:LONGEST]
            for name in ("name", "district", "province", "source", "reason")
        }
        if is_alias:
            names |= {"district": "", "province": ""}
        kind = CorrectionKind.ALIAS if is_alias else CorrectionKind.JOIN
        return cls(kind=kind, today=fields.get("today", "")[:4_000], **names)

    @property
    def place(self) -> tuple[CorrectionKind, str, str, str]:
        """What it is about."""
        return self.kind, self.name, self.district, self.province


@router.get("/places")
async def show(request: Request, visitor: Viewer) -> Response:
    """Show what citizens are told of a place, the old communes of that name, and the corrections."""
    wanted = request.query_params.get("q", "").replace("\x00", "")[:LONGEST].strip()
    places = places_of(request)
    found = places.resolve(wanted) if wanted else None
    async with database_of(request).read() as session:
        now = await held(session)
        newest = select(PlaceCorrection).order_by(col(PlaceCorrection.id).desc()).limit(HISTORY)
        history = (await session.exec(newest)).all()
    return page(
        request, visitor, "places/list.html", wanted=wanted, found=found,
        said=sentence(found) if found else "", olds=places.old_communes(wanted)[:50], held=now,
        history=history, units=_Named(places), info=places.info, words=KIND_WORDS,
        may_mend=visitor.may(Role.APPROVER), broken=[o for o in now if not _fits(places, o.codes)],
    )  # fmt: skip


def places_of(request: Request) -> Places:
    """Return the places that answers come from."""
    return library_of(request).current.places


def _fits(places: Places, codes: Sequence[str]) -> bool:
    return all(places.unit(code) for code in codes)


class _Named:
    """Names units for a page by their codes."""

    def __init__(self, places: Places) -> None:
        self.places = places

    def __call__(self, codes: Sequence[str]) -> str:
        return "; ".join(self._one(code) for code in codes)

    def _one(self, code: str) -> str:
        unit = self.places.unit(code)
        if unit is None:
            return f"mã {code} (bảng này không có)"
        if unit.is_province:
            return unit.name
        province = self.places.unit(unit.province_code)
        return f"{unit.name}, {province.name if province else unit.province_code}"


@router.get("/places/mend")
async def show_form(request: Request, visitor: Approver) -> Response:
    """Show the form for one name, filled with what holds now."""
    given = Given.read(request.query_params)
    async with database_of(request).read() as session:
        last = await _last(session, given)
    today = "\n".join(_today(places_of(request), given, last))
    shown = Given.read({**_fields(given), "today": given.today or today})
    return _form(request, visitor, shown, last)


def _fields(given: Given) -> dict[str, str]:
    return {name: str(getattr(given, name)) for name in _GIVEN}


def _today(places: Places, given: Given, last: PlaceCorrection | None) -> list[str]:
    """Return where the name leads now, one unit a line."""
    if last is not None and last.codes:
        return [_Named(places)([code]) for code in last.codes]
    for one in places.old_communes(given.name):
        if (one.name, one.district, one.province) == (given.name, given.district, given.province):
            return [_Named(places)([code]) for code, _ in one.targets]
    return []


def _form(
    request: Request,
    visitor: Visitor,
    given: Given,
    last: PlaceCorrection | None,
    problem: str = "",
    status: int = 200,
) -> Response:
    return page(request, visitor, "places/one.html", status=status, given=given, last=last,
                problem=problem, units=_Named(places_of(request)))  # fmt: skip


async def _last(session: AsyncSession, given: Given) -> PlaceCorrection | None:
    """Return the last word on a name, also one that takes a correction back."""
    query = (
        select(PlaceCorrection)
        .where(
            PlaceCorrection.kind == given.kind,
            PlaceCorrection.name == given.name,
            PlaceCorrection.district == given.district,
            PlaceCorrection.province == given.province,
        )
        .order_by(col(PlaceCorrection.id).desc())
        .limit(1)
    )
    return (await session.exec(query)).first()


@router.post("/places/mend")
async def mend(request: Request, visitor: Approver) -> Response:
    """Keep a correction, or take it back; answers follow at once."""
    form = await read_form(request)
    given = Given.read({name: typed(form, name, 4_000) for name in _GIVEN})
    takes_back = typed(form, "do", 20) == "take-back"
    places = places_of(request)
    codes, problem = ([], "") if takes_back else _codes(places, given.today)
    problem = problem or _wrong(given)
    async with database_of(request).write() as session:
        await lock_version(session)  # two approvers wait for each other here
        last = await _last(session, given)
        if not problem and (last.id if last else 0) != number_of(form.get("base")):
            problem = (
                "Có người vừa sửa tên này. Anh/chị xem bản mới bên dưới rồi ghi lại nếu vẫn cần."
            )
        if not problem and takes_back and (last is None or not last.codes):
            problem = "Chỗ sửa này đã được bỏ rồi."
        if not problem:
            await _keep(session, visitor, given, codes, last)
    if problem:
        return _form(request, visitor, given, last, problem, 422)
    await library_of(request).refresh()
    done = (
        "Đã bỏ, bảng danh mục có hiệu lực trở lại."
        if takes_back
        else "Đã ghi. Câu trả lời đổi ngay."
    )
    return redirect(request, "/places", f"{given.name}: {done}")


def _wrong(given: Given) -> str:
    """Return what is missing as one sentence, or ""."""
    if len(given.name) < 2 or not given.name.isprintable():
        return "Hãy ghi tên, ít nhất 2 ký tự."
    if given.kind is CorrectionKind.JOIN and not (given.district and given.province):
        return "Hãy ghi huyện và tỉnh cũ của xã ấy: nhiều nơi trùng tên."
    if len(given.source) < 3 or len(given.reason) < 3:
        return "Hãy ghi nguồn (văn bản, trang chính thức) và lý do."
    return ""


def _codes(places: Places, today: str) -> tuple[list[str], str]:
    """Return the codes of the units named one a line, or what is wrong."""
    lines = [" ".join(line.split()) for line in today.splitlines() if line.strip()]
    if not lines:
        return [], "Hãy ghi nơi ấy nay thuộc xã, phường nào."
    if len(lines) > MOST_UNITS:
        return [], f"Nhiều nhất {MOST_UNITS} xã, phường."
    codes: list[str] = []
    for line in lines:
        code = _code(places, line)
        if code is None:
            return (
                [],
                f"Chưa rõ “{line[:80]}” là nơi nào hiện nay. Hãy ghi tên hiện nay kèm tỉnh, hoặc mã.",
            )
        codes.append(code)
    return list(dict.fromkeys(codes)), ""


def _code(places: Places, line: str) -> str | None:
    """Return the one unit of today that a line names by code or by its present name."""
    if _CODE.fullmatch(line):
        return line if places.unit(line) else None
    found = places.resolve(line)
    return found.best.code if found.best and found.was is None else None


async def _keep(
    session: AsyncSession,
    visitor: Visitor,
    given: Given,
    codes: list[str],
    last: PlaceCorrection | None,
) -> None:
    session.add(
        PlaceCorrection(
            kind=given.kind, name=given.name, district=given.district, province=given.province,
            codes=codes, source=given.source, reason=given.reason, author=visitor.login,
        )
    )  # fmt: skip
    await bump_version(session)
    where = ", ".join(part for part in (given.name, given.district, given.province) if part)
    before: Any = {"codes": last.codes, "source": last.source} if last else None
    await audit.write(
        session, actor=visitor.login, action="place.mend" if codes else "place.take_back",
        subject=f"place:{where}", before=before,
        after={"kind": given.kind.value, "codes": codes, "source": given.source},
        reason=given.reason, where=visitor.address,
    )  # fmt: skip


DESK: Final = Desk(
    "Địa danh", "/places", Role.VIEWER, router,
    "Tra tên nơi như người dân hỏi; sửa xã cũ nay thuộc đâu, thêm tên dân hay gọi.",
)  # fmt: skip
