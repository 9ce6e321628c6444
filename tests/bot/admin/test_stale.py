"""The desks of what grows old and of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlmodel import col, select

from bot.db import Database
from bot.models import Role
from bot.staleness import MarkKind, check
from knowledge.content import Content
from knowledge.importing import Draft
from knowledge.importing.run import run
from knowledge.models import Origin, Procedure, Revision
from knowledge.publishing.verifying import verify
from tests.bot.admin.conftest import Desk
from tests.bot.admin.test_imports import said

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
OLD = Content.model_validate(
    {
        "code": "9.1",
        "title": "Cấp thẻ",
        "where": "Nộp tại Phòng Tư pháp huyện",
        "verified_on": "2026-01-05",
        "fees": [{"kind": "free", "text": "Miễn đến hết tháng", "effective_to": "2026-11-30"}],
        "legal_basis": [{"number": "61/2018/NĐ-CP"}],
        "notices": [{"kind": "conflict", "text": "Hai nguồn lệch nhau"}],
    }
)


def test_everything_that_needs_a_look_is_found() -> None:
    found = check(OLD)
    ends = found.ends_between(date(2026, 11, 21), date(2026, 12, 21))
    assert [mark.text for mark in ends] == ["Miễn đến hết tháng"]
    assert [mark.text for mark in found.of(MarkKind.GONE)] == [
        "Nộp tại Phòng Tư pháp huyện",
        "61/2018/NĐ-CP hết hiệu lực từ 01/7/2025, thay bằng 118/2025/NĐ-CP",
    ]
    assert [mark.text for mark in found.of(MarkKind.CONFLICT)] == ["Hai nguồn lệch nhau"]


async def test_verified_today_is_a_new_revision_and_an_import_may_still_renew_it(
    database: Database,
) -> None:
    await run([Draft("mẫu", OLD)], database.write, publishing=True)
    today = date(2026, 11, 21)
    for expected in (["9.1"], []):
        async with database.write() as session:
            done = await verify(session, ["9.1", "khong"], on=today, author="lan", now=NOW)
            assert done == expected
    async with database.read() as session:
        procedure = (await session.exec(select(Procedure))).one()
        revisions = (await session.exec(select(Revision).order_by(col(Revision.number)))).all()
    assert procedure.origin is Origin.IMPORT
    assert procedure.live_revision_id == revisions[-1].id
    assert [(r.author, r.verified_on) for r in revisions] == [
        ("import", date(2026, 1, 5)),
        ("lan", today),
    ]
    again = await run([Draft("mẫu", OLD)], database.write, publishing=True)
    assert (again.unchanged, again.published) == (1, 0)


def test_the_desk_lists_and_stamps(desk: Desk) -> None:
    approver = desk(Role.APPROVER)
    for tab in ("ends", "old", "gone", "conflict", "beside", "nothing"):
        assert approver.get(f"/admin/stale?show={tab}&page=x").status_code == 200
    assert said(approver.post("/admin/stale/verified", data={})) == "Chưa chọn thủ tục nào."
    answer = approver.post("/admin/stale/verified", data={"code": ["1.001193", "khong-co"]})
    assert said(answer) == "Đã ghi 1 thủ tục là kiểm tra hôm nay."


def test_a_day_is_set_with_its_source_and_taken_back(desk: Desk) -> None:
    approver = desk(Role.APPROVER)
    day = {"day": "2026-12-31", "kind": "off", "name": "Nghỉ bù <i>", "source": ""}
    refused = approver.post("/admin/calendar", data=day)
    assert refused.status_code == 422
    assert "hãy nêu văn bản căn cứ" in refused.text
    assert "Nghỉ bù &lt;i&gt;" in refused.text
    kept = approver.post("/admin/calendar", data=day | {"source": "Công văn 1"})
    assert said(kept) == "Đã ghi 31/12/2026: nghỉ (hoán đổi, đột xuất)."
    assert "Công văn 1" in approver.get("/admin/calendar?year=2026").text
    assert "Đã bỏ ngày" in said(approver.post("/admin/calendar/drop", data={"day": "2026-12-31"}))
    wrong = approver.post("/admin/calendar", data={"day": "hôm nay", "kind": "off", "source": "x"})
    assert "“Ngày” không hợp lệ" in wrong.text
    assert said(approver.post("/admin/calendar/drop", data={"day": "x"})) == "Ngày không hợp lệ."
