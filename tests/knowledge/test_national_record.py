"""What is written as records of the national database is read back without any change."""

from __future__ import annotations

import json
from pathlib import Path

from bot.db import Database
from knowledge.content import Content
from knowledge.exporting import EXPORTERS
from knowledge.importing import Draft, national, read
from knowledge.importing import starter as starter_format
from knowledge.importing.run import run
from knowledge.national_record import OWN, own_of, record_of
from knowledge.publishing import hide

DATA = Path(__file__).parents[2] / "knowledge" / "data"


def starter() -> list[Content]:
    return [one.content for one in starter_format.read(DATA) if isinstance(one, Draft)]


def test_every_starter_content_survives_and_its_fields_are_a_record_of_the_portal(
    tmp_path: Path,
) -> None:
    contents = starter()
    assert len(contents) > 100
    path = tmp_path / "portal.jsonl"
    lines = []
    for content in contents:
        record = json.loads(json.dumps(record_of(content, ["gọi"], ["hỏi"]), ensure_ascii=False))
        own = own_of(record)
        assert own is not None
        assert (own.content, own.aliases, own.examples) == (content, ("gọi",), ("hỏi",))
        del record[OWN]
        lines.append(json.dumps(record, ensure_ascii=False))
    path.write_text("\n".join(lines), encoding="utf-8")
    assert national.recognises(path)
    others = [one for one in national.read(path) if isinstance(one, Draft)]
    assert [one.content.code for one in others] == [one.code for one in contents]
    assert [set(one.content.levels) for one in others] == [set(c.levels) for c in contents]
    assert [one.content.legal_basis != () for one in others] == [
        one.legal_basis != () for one in contents
    ]


def test_an_edited_field_counts_and_so_does_an_edited_content() -> None:
    record = record_of(starter()[0])
    assert own_of(record | {"linh_vuc": "Khác"}) is None
    own = record[OWN]
    forged = {**own, "content": {**own["content"], "title": "Tên giả mạo"}}
    assert own_of(record | {OWN: forged}) is None
    assert own_of(record | {OWN: "x"}) is None


async def test_an_export_read_back_reports_no_change(database: Database, tmp_path: Path) -> None:
    drafts = [Draft("mẫu", content, ("tên gọi " + content.code,)) for content in starter()[:20]]
    await run(drafts, database.write, publishing=True)
    async with database.write() as session:
        await hide(session, drafts[0].content.code)
    async with database.read() as session:
        text = "".join([line async for line in EXPORTERS["national"](session)])
    path = tmp_path / "cong.jsonl"
    path.write_text(text, encoding="utf-8")

    again = await run(read(path), database.write, publishing=True, complete=True)

    assert (again.unchanged, again.new, again.changed, again.removed) == (20, 0, 0, ())
