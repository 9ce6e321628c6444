"""What others get: our own lines, a harmless table, linked data with sure facts only."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database
from knowledge.content import Content
from knowledge.exporting import EXPORTERS, HEADINGS, WORKBOOKS, published
from knowledge.importing import Draft, own_export, read
from knowledge.importing.run import run
from knowledge.models import AliasKind, Origin
from knowledge.publishing import Phrase, add_phrases, hide

CARD = Content.model_validate(
    {
        "code": "9.000001",
        "title": "=Thủ tục cấp thẻ",
        "common_name": "Làm thẻ",
        "field": "Thư viện",
        "levels": ["commune"],
        "applicants": ["Công dân"],
        "submission_methods": [{"method": "direct"}, {"method": "online"}],
        "processing_times": [
            {"amount": "3", "unit": "day"},
            {"amount": "1", "unit": "working_day", "condition": "nếu mất thẻ"},
            {"amount": "7", "unit": "unknown", "confidence": "low"},
        ],
        "fees": [
            {"kind": "amount", "amount": "20000", "per": "thẻ", "method": "direct"},
            {"kind": "free", "method": "online"},
            {"kind": "amount", "amount": "999", "confidence": "low"},
            {"kind": "provincial", "confidence": "low"},
        ],
        "cases": [{"components": [{"name": "Đơn", "condition": "nếu có"}]}],
        "agencies": {"performing": "Thư viện xã"},
        "outcome": ["Thẻ"],
        "legal_basis": [{"number": "46/2019/QH14", "title": "Luật Thư viện"}],
        "source": {"title": "Cổng"},
        "verified_on": "2026-07-19",
    }
)
UNSURE = CARD.model_copy(update={"code": "9.000002", "title": "Thẻ hai"}).model_dump() | {
    "dossier_confidence": "none",
    "province_code": "52",
    "legal_basis": [],
}


@pytest.fixture
async def filled(database: Database) -> Database:
    drafts = [
        Draft("mẫu", CARD, ("làm thẻ",), ("làm thẻ ở đâu",)),
        Draft("mẫu", Content.model_validate(UNSURE)),
        Draft("mẫu", Content(code="9.000003", title="Đã ẩn")),
    ]
    await run(drafts, database.write, publishing=True)
    async with database.write() as session:
        await hide(session, "9.000003")
    return database


async def written(
    database: Database, exporter: Callable[[AsyncSession], AsyncIterator[str]]
) -> str:
    async with database.read() as session:
        return "".join([piece async for piece in exporter(session)])


async def test_json_lines_come_back_as_they_left(filled: Database, tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    text = await written(filled, EXPORTERS["jsonl"])
    await _store(path, text)

    first, second = own_export.read(path)
    assert isinstance(first, Draft)
    assert isinstance(second, Draft)
    assert first.content == CARD
    assert (first.aliases, first.examples) == (("làm thẻ",), ("làm thẻ ở đâu",))
    again = await run(read(path), filled.write, publishing=True)
    assert (again.unchanged, again.new, again.changed) == (2, 0, 0)


async def _store(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")  # noqa: ASYNC240 - a small file of a test


async def test_the_table_opens_as_utf8_and_runs_no_formula(filled: Database) -> None:
    text = await written(filled, EXPORTERS["csv"])
    assert text.startswith("\ufeffMã thủ tục,")
    first, second = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))

    assert list(first) == list(HEADINGS)
    assert first["Tên"] == "'=Thủ tục cấp thẻ"
    assert first["Thời hạn"] == (
        "3 ngày; 1 ngày làm việc (nếu mất thẻ); chưa rõ, hỏi nơi tiếp nhận"
    )
    assert first["Phí, lệ phí"] == (
        "20000 VND/thẻ (trực tiếp); miễn phí (trực tuyến); chưa rõ, hỏi nơi tiếp nhận; "
        "Hội đồng nhân dân cấp tỉnh quyết định"
    )
    assert (first["Hồ sơ"], second["Hồ sơ"]) == ("Đơn [nếu có]", "chưa rõ, hỏi nơi tiếp nhận")


async def test_linked_data_holds_sure_facts_only(filled: Database) -> None:
    document = json.loads(await written(filled, EXPORTERS["jsonld"]))
    first, second = document["@graph"]

    assert set(first["@type"]) == {"cpsv:PublicService", "schema:GovernmentService"}
    assert [cost["cv:value"]["@value"] for cost in first["cv:hasCost"]] == ["20000", "0"]
    assert first["cv:processingTime"] == [
        {"@type": "xsd:duration", "@value": "P3D"},
        "1 ngày làm việc (nếu mất thẻ)",
    ]
    assert first["schema:alternateName"] == ["làm thẻ"]
    assert "cpsv:hasInput" not in second
    assert second["schema:areaServed"]["schema:identifier"] == "52"
    _prefixes_are_declared(document)


def _prefixes_are_declared(document: dict[str, Any]) -> None:
    declared = set(document["@context"])
    for node in document["@graph"]:
        assert {key.partition(":")[0] for key in node if not key.startswith("@")} <= declared


async def test_nothing_published_is_still_a_document(database: Database) -> None:
    assert json.loads(await written(database, EXPORTERS["jsonld"]))["@graph"] == []
    assert await written(database, EXPORTERS["jsonl"]) == ""


async def test_more_than_a_chunk_is_exported_in_order(database: Database) -> None:
    drafts = [
        Draft("mẫu", Content(code=f"9.{n:06}", title="Thủ tục", steps=("Nộp",))) for n in range(450)
    ]
    await run(drafts, database.write, publishing=True)
    async with database.write() as session:
        await add_phrases(
            session, [Phrase("9.000449", "cuối", AliasKind.EXAMPLE)], origin=Origin.EDITOR
        )
    lines = (await written(database, EXPORTERS["jsonl"])).splitlines()
    codes = [json.loads(line)["code"] for line in lines]
    assert codes == sorted(codes)
    assert json.loads(lines[449])["examples"] == ["cuối"]


@pytest.mark.parametrize("name", ["csv", "xlsx"])
async def test_a_table_comes_back_as_it_left(filled: Database, tmp_path: Path, name: str) -> None:
    path = await saved(filled, tmp_path, name)
    again = await run(read(path), filled.write, publishing=True)
    assert (again.unchanged, again.new, again.changed, again.refused) == (2, 0, 0, 0)


async def saved(database: Database, folder: Path, name: str) -> Path:
    path = folder / f"export.{name}"
    if name in EXPORTERS:
        await _store(path, await written(database, EXPORTERS[name]))
        return path
    with path.open("wb") as file:
        async with database.read() as session:
            await WORKBOOKS[name](session, file)
    return path


async def test_what_was_edited_in_a_spreadsheet_changes_and_nothing_else(
    filled: Database, tmp_path: Path
) -> None:
    path = await saved(filled, tmp_path, "xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    row = {heading: sheet.cell(2, at) for at, heading in enumerate(headings, start=1)}
    row["Thời hạn"].value = "3 ngày; 2 ngày làm việc (nếu mất thẻ)"
    row["Nơi nộp"].value = "Thư viện xã <b>tầng 2</b>"
    row["Cách gọi"].value = "làm thẻ\nxin thẻ đọc sách"
    book.save(path)

    done = await run(read(path), filled.write, publishing=True, editor="lan")
    assert (done.changed, done.unchanged, done.published) == (1, 1, 1)
    async with filled.read() as session:
        (one, _) = [found async for found in published(session)]
    assert one.content.where == "Thư viện xã <b>tầng 2</b>"
    assert one.content.fees == CARD.fees
    assert [str(time.amount) for time in one.content.processing_times] == ["3", "2"]
    assert one.content.title == CARD.title
    assert one.aliases == ("làm thẻ", "xin thẻ đọc sách")


async def test_the_list_is_the_portal_s_and_comes_back(filled: Database, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with path.open("wb") as file:
        async with filled.read() as session:
            await WORKBOOKS["list"](session, file)
    first, _ = read(path)
    assert isinstance(first, Draft)
    assert (first.content.code, first.outline) == ("9.000001", True)
    again = await run(read(path), filled.write, publishing=True)
    assert again.changed == 0
