"""A whole import: counted, repeatable, and the same after being killed anywhere."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from bot.db import Database, migrate
from knowledge.content import Content
from knowledge.importing import Draft, Refused, UnreadableFileError, read, reader_of
from knowledge.importing.run import Summary, run
from knowledge.importing.starter import load_starter
from knowledge.models import Alias, Procedure, Revision
from knowledge.publishing import Hold, current_version

SAMPLES = Path(__file__).parent / "samples"
ROOT = Path(__file__).parents[3]
RECORD = json.loads((SAMPLES / "national.jsonl").read_text(encoding="utf-8").splitlines()[0])
COUNT, CHUNK = 25, 10


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "dump.jsonl"
    records = (RECORD | {"ma_thu_tuc": f"9.{number:06}"} for number in range(COUNT))
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


async def import_(database: Database, path: Path, **options: Any) -> Summary:
    return await run(read(path), database.write, **({"publishing": True} | options))


def counts(summary: Summary) -> tuple[int, int, int, int, int]:
    return (
        summary.new,
        summary.changed,
        summary.unchanged,
        summary.refused,
        summary.published,
    )


async def state(database: Database) -> list[tuple[Any, ...]]:
    """Everything that an import leaves behind but the moments."""
    async with database.read() as session:
        rows = await session.exec(
            select(
                Procedure.code,
                Procedure.live_revision_id == Revision.id,
                Revision.number,
                Revision.content_hash,
            )
            .join(Revision, col(Revision.procedure_id) == col(Procedure.id), isouter=True)
            .order_by(col(Procedure.code), col(Revision.number))
        )
        statuses = await session.exec(select(Revision.status).order_by(col(Revision.id)))
        version = await current_version(session)
        return [*rows.all(), *((status,) for status in statuses), (version,)]


async def test_the_same_file_again_changes_nothing(database: Database) -> None:
    sample = SAMPLES / "national.jsonl"
    assert counts(await import_(database, sample)) == (3, 0, 0, 1, 3)
    before = await state(database)
    assert counts(await import_(database, sample)) == (0, 0, 3, 1, 0)
    assert await state(database) == before


async def test_drafts_can_be_published_by_a_later_run(database: Database, dump: Path) -> None:
    assert counts(await import_(database, dump, publishing=False)) == (COUNT, 0, 0, 0, 0)
    async with database.read() as session:
        assert await current_version(session) == 0
    assert counts(await import_(database, dump)) == (0, 0, COUNT, 0, COUNT)


async def test_a_dry_run_counts_and_stores_nothing(database: Database, dump: Path) -> None:
    summary = await import_(database, dump, dry_run=True, publishing=False)
    assert counts(summary) == (COUNT, 0, 0, 0, 0)
    assert await state(database) == [(0,)]


def change(dump: Path) -> None:
    """Give the first record another outcome and the fourth another code."""
    records = [json.loads(line) for line in dump.read_text(encoding="utf-8").splitlines()]
    records[0]["ket_qua_thuc_hien"] = "Thẻ mới"
    records[3]["ma_thu_tuc"] = "8.000003"
    dump.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


async def test_what_changed_is_counted(database: Database, dump: Path) -> None:
    await import_(database, dump)
    change(dump)

    summary = await import_(database, dump, complete=True)

    assert counts(summary) == (1, 1, COUNT - 2, 0, 2)
    assert summary.removed == ("9.000003",)


async def test_every_problem_is_reported_by_record_and_field(database: Database) -> None:
    told: list[Mapping[str, Any]] = []
    summary = await import_(database, SAMPLES / "national.jsonl", report=told.append)

    assert summary.with_problems == 2
    assert {(line["record"], line["field"], line["problem"]) for line in told} >= {
        (2, "processing_times", "no_unit"),
        (2, "fees", "zero_fee_with_note"),
        (2, "where", "abolished_body"),
        (2, "legal_basis", "repealed_law"),
        (3, "processing_times", "time_conflict"),
        (3, "fees", "small_fee"),
        (4, "", "refused"),
    }


async def test_titles_and_codes_given_twice_are_told(database: Database) -> None:
    told: list[Mapping[str, Any]] = []
    given: list[Draft | Refused] = [
        Draft("x", Content(code="1.1", title="Mượn sách"), record=1),
        Draft("x", Content(code="1.2", title="MƯỢN SÁCH"), record=2),
        Draft("x", Content(code="1.1", title="Khác"), record=3),
        Refused(4, "hỏng"),
    ]
    summary = await run(given, database.write, report=told.append)

    assert (summary.new, summary.refused, summary.with_problems) == (2, 2, 2)
    assert [(line["record"], line["problem"], line["text"]) for line in told] == [
        (4, "refused", "hỏng"),
        (3, "refused", "trùng mã với bản ghi 1"),
        (1, "duplicate_title", "1.2"),
        (2, "duplicate_title", "1.1"),
    ]


async def test_an_import_stays_a_draft_beside_the_starter(database: Database) -> None:
    await load_starter(database.write, SAMPLES / "starter")
    summary = await import_(database, SAMPLES / "national.jsonl")

    assert summary.held == {Hold.CURATED: 1}
    assert counts(summary) == (2, 1, 0, 1, 2)
    assert counts(await import_(database, SAMPLES / "national.jsonl")) == (0, 0, 3, 1, 0)


async def test_a_list_never_replaces_fuller_contents(database: Database) -> None:
    await import_(database, SAMPLES / "national.jsonl")
    assert counts(await import_(database, SAMPLES / "list.xlsx")) == (1, 0, 1, 1, 1)
    assert counts(await import_(database, SAMPLES / "list.xlsx")) == (0, 0, 2, 1, 0)


async def test_a_fuller_content_replaces_an_outline(database: Database) -> None:
    await import_(database, SAMPLES / "list.xlsx")
    assert counts(await import_(database, SAMPLES / "national.jsonl")) == (2, 1, 0, 1, 3)


async def test_phrases_of_an_export_come_along(database: Database) -> None:
    await import_(database, SAMPLES / "export.jsonl")
    async with database.read() as session:
        assert set(await session.exec(select(Alias.text))) == {
            "trả sách trễ",
            "quên trả sách thì làm sao",
        }


async def test_a_file_that_breaks_off_leaves_drafts_and_nothing_live(
    database: Database, dump: Path
) -> None:
    def broken() -> Any:
        yield from list(read(dump))[:15]
        raise UnreadableFileError("cắt cụt")

    with pytest.raises(UnreadableFileError):
        await run(broken(), database.write, publishing=True, chunk_size=CHUNK)

    async with database.read() as session:
        assert await current_version(session) == 0
    assert counts(await import_(database, dump)) == (15, 0, 10, 0, COUNT)


async def test_killed_before_any_commit_it_ends_the_same_when_run_again(
    database: Database, database_url: str, dump: Path, tmp_path: Path
) -> None:
    for commit, stored in ((1, 0), (2, CHUNK), (3, 2 * CHUNK), (4, COUNT)):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.knowledge.importing.killed",
            database_url,
            str(dump),
            str(CHUNK),
            str(commit),
            cwd=ROOT,
        )
        assert await process.wait() == -9
        async with database.read() as session:
            assert len((await session.exec(select(Revision.id))).all()) == stored
            assert await current_version(session) == 0  # the fourth dies while publishing

    assert counts(await import_(database, dump)) == (0, 0, COUNT, 0, COUNT)
    undisturbed = Database(f"sqlite+aiosqlite:///{tmp_path / 'undisturbed.db'}")
    try:
        await migrate(undisturbed)
        await import_(undisturbed, dump)
        assert await state(database) == await state(undisturbed)
    finally:
        await undisturbed.close()


@pytest.mark.shared
async def test_a_slice_of_the_real_dump_is_stable(database: Database, shared_data: Path) -> None:
    path = shared_data / "procedures_national_2026-07.jsonl.xz"
    reader = reader_of(path)
    drafts = [draft for draft, _ in zip(reader.read(path), range(300), strict=False)]
    first = await run(drafts, database.write, publishing=True)
    again = await run(drafts, database.write, publishing=True)
    assert (first.new, first.published, again.unchanged, again.published) == (300, 300, 300, 0)
