"""Drafts: imported wholly, marked when told before, approved or rejected."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from bot.db import Database
from knowledge.models import Fact, FactStatus, Report
from knowledge.publishing import current_version
from knowledge.reports import Reports
from knowledge.reports.drafts import (
    DraftError,
    Imported,
    decide,
    edit,
    facts_of,
    find_report,
    import_report,
)
from knowledge.reports.offers import offers
from knowledge.reports.report import read_report

TEXT = (Path(__file__).parent / "samples" / "huyen_thanh_son.txt").read_text(encoding="utf-8")


async def imported(database: Database, text: str = TEXT) -> Imported:
    async with database.write() as session:
        return await import_report(session, read_report(text), publisher="Trang tin huyện")


async def statuses(database: Database, key: str) -> dict[str, int]:
    async with database.read() as session:
        facts = await facts_of(session, await find_report(session, key))
    return {status: sum(fact.status is status for fact in facts) for status in FactStatus}


async def test_an_import_makes_drafts_that_nobody_sees(database: Database) -> None:
    made = await imported(database)
    async with database.read() as session:
        facts = await facts_of(session, await find_report(session, made.key))
        assert (await Reports.load(session)).facts.facts == ()
    assert made.drafts == len(facts) > 20
    assert not any(fact.published for fact in facts)
    online = next(fact for fact in facts if fact.value == "12.768")
    whole = next(fact for fact in facts if fact.key == online.parent_key)
    assert (online.relation, whole.value) == ("part", "18.240")
    assert whole.sentence.startswith("- Tổng số hồ sơ tiếp nhận")


async def test_the_same_text_is_imported_once(database: Database) -> None:
    first = await imported(database)
    again = await imported(database)
    assert (again.key, again.already, again.drafts) == (first.key, True, 0)
    async with database.read() as session:
        assert len((await session.exec(select(Report))).all()) == 1


async def test_what_an_earlier_report_said_is_marked(database: Database) -> None:
    first = await imported(database)
    second = await imported(database, TEXT.replace("24 văn bản", "25 văn bản"))
    assert second.key != first.key
    assert second.drafts - second.duplicates == 1
    async with database.read() as session:
        facts = await facts_of(session, await find_report(session, second.key))
    assert [fact.value for fact in facts if not fact.duplicate_of] == ["25"]


async def test_approving_all_leaves_the_doubtful_to_the_editor(database: Database) -> None:
    made = await imported(database)
    async with database.write() as session:
        before = await current_version(session)
        changed = await decide(session, made.key, FactStatus.PUBLISHED)
    assert await statuses(database, made.key) == {
        FactStatus.DRAFT: 1,
        FactStatus.PUBLISHED: changed,
        FactStatus.REJECTED: 0,
    }
    async with database.read() as session:
        assert await current_version(session) == before + 1
        shown = {fact.value for fact in (await Reports.load(session)).facts.facts}
    assert "18.240" in shown
    assert "17.905" not in shown


async def test_one_fact_is_approved_with_its_finding_and_taken_back(database: Database) -> None:
    made = await imported(database)
    async with database.read() as session:
        facts = await facts_of(session, await find_report(session, made.key))
    wrong = next(fact for fact in facts if fact.value == "17.905")
    async with database.write() as session:
        assert await decide(session, made.key, FactStatus.PUBLISHED, [wrong.key]) == 1
    async with database.read() as session:
        (shown,) = (await Reports.load(session)).facts.facts
    assert shown.finding is not None
    assert (shown.finding.type, shown.finding.computed) == ("mismatch", "17.895")
    async with database.write() as session:
        assert await decide(session, made.key, FactStatus.REJECTED, [wrong.key]) == 1
    async with database.read() as session:
        assert (await Reports.load(session)).facts.facts == ()


async def test_rejecting_drafts_changes_nothing_for_citizens(database: Database) -> None:
    made = await imported(database)
    async with database.write() as session:
        before = await current_version(session)
        await decide(session, made.key, FactStatus.REJECTED)
        assert await current_version(session) == before
    assert (await statuses(database, made.key))[FactStatus.DRAFT] == 0


async def test_an_editor_mends_a_fact_by_its_number(database: Database) -> None:
    made = await imported(database)
    async with database.write() as session:
        fact = await edit(session, made.key, "2", {"subject": "Văn bản chỉ đạo", "value": "26"})
    assert fact.key == f"{made.key}-002"
    async with database.read() as session:
        kept = (await session.exec(select(Fact).where(Fact.key == fact.key))).one()
    assert (kept.subject, kept.value, kept.published) == ("Văn bản chỉ đạo", "26", False)


async def test_what_is_unknown_is_refused_and_nothing_changes(database: Database) -> None:
    made = await imported(database)
    async with database.write() as session:
        with pytest.raises(DraftError, match="không có báo cáo"):
            await find_report(session, "khong-co")
        with pytest.raises(DraftError, match="không có dữ kiện 999"):
            await decide(session, made.key, FactStatus.PUBLISHED, ["1", "999"])
        with pytest.raises(DraftError, match="không sửa được"):
            await edit(session, made.key, "1", {"published": "1"})
    assert (await statuses(database, made.key))[FactStatus.PUBLISHED] == 0


def test_new_centres_and_initiatives_are_offered() -> None:
    report = read_report(Path(__file__).parent / "samples" / "phuong_2026.txt")
    centre = "Trung tâm Phục vụ hành chính công phường Long Xuyên"
    assert [(one.kind, one.title) for one in offers(report)] == [("service_centre", centre)]
    assert offers(report, [centre.upper()]) == ()
    kinds = [one.kind for one in offers(read_report(TEXT))]
    assert kinds == ["announcement", "announcement"]
