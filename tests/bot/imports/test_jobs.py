"""An uploaded file from the first byte to what citizens are told, with the process killed on the way."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from bot.db import Database
from bot.imports import Choice, Runner, UploadError, add_job, cancel, choose, store
from bot.imports.__main__ import work
from bot.imports.deciding import DecisionError, fields_of
from bot.imports.leases import LEASE, claim
from bot.models import Announcement, ImportJob, ImportRow, JobKind, JobStatus, RowState
from knowledge.centres.stored import read_centres, read_drafts
from knowledge.content import Content
from knowledge.importing import Draft
from knowledge.importing.run import run
from knowledge.models import Alias, Fact, GoldenQuestion, Origin, Procedure, Revision
from knowledge.publishing import save_draft
from tests.conftest import ROOT

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SAMPLES = ROOT / "tests" / "knowledge" / "importing" / "samples"
RECORD = json.loads((SAMPLES / "national.jsonl").read_text(encoding="utf-8").splitlines()[0])
COUNT = 25


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".db")


def clock() -> datetime:
    return NOW


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def dump(count: int = COUNT, **changes: Any) -> bytes:
    records = (
        RECORD | {"ma_thu_tuc": f"9.{number:06}", "ten_thu_tuc": f"Cấp thẻ số {number}"} | changes
        for number in range(count)
    )
    return "".join(json.dumps(record) + "\n" for record in records).encode()


async def uploaded(
    database: Database,
    folder: Path,
    content: bytes,
    name: str = "dump.jsonl",
    kind: JobKind = JobKind.PROCEDURES,
) -> int:
    stored = await store(pieces(content), name, folder, kind=kind)
    async with database.write() as session:
        job = await add_job(session, stored, kind=kind, author="lan", now=NOW)
    assert job.id is not None
    return job.id


async def job_of(database: Database, job_id: int) -> ImportJob:
    async with database.read() as session:
        return (await session.exec(select(ImportJob).where(ImportJob.id == job_id))).one()


async def rows_of(database: Database, job_id: int) -> list[ImportRow]:
    async with database.read() as session:
        rows = await session.exec(
            select(ImportRow).where(ImportRow.job_id == job_id).order_by(col(ImportRow.id))
        )
        return list(rows.all())


async def decide(database: Database, job_id: int, choice: Choice, *, publish: bool = True) -> int:
    async with database.write() as session:
        return await choose(session, job_id, choice, publish=publish, by="minh", now=NOW)


async def live(database: Database) -> dict[str, str]:
    async with database.read() as session:
        rows = await session.exec(
            select(Procedure.code, Revision.approver).join(
                Revision, col(Revision.id) == col(Procedure.live_revision_id)
            )
        )
        return dict(rows.all())


async def test_everything_is_compared_then_published_and_read_again_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    job_id = await uploaded(database, tmp_path, dump() + b"{}\n" + dump(1))
    await work(database, tmp_path, job_id, clock=clock)
    job = await job_of(database, job_id)
    assert (job.status, job.share, job.records, job.author) == (JobStatus.READY, 1.0, 27, "lan")
    assert (job.result["new"], job.result["refused"], job.result["unchanged"]) == (25, 2, 0)
    assert not [name for name in left_in(tmp_path) if name.endswith(".jsonl")]
    assert await live(database) == {}

    assert await decide(database, job_id, Choice()) == 25
    await work(database, tmp_path, job_id, clock=clock)
    assert await live(database) == {f"9.{n:06}": "minh" for n in range(25)}
    assert {row.state for row in await rows_of(database, job_id)} == {
        RowState.PUBLISHED,
        RowState.OPEN,
    }

    again = await uploaded(database, tmp_path, dump(24))
    await work(database, tmp_path, again, clock=clock)
    counts = (await job_of(database, again)).result
    assert (counts["unchanged"], counts["removed"], counts["new"]) == (24, 1, 0)
    with pytest.raises(DecisionError, match="Không có dòng nào"):
        await decide(database, again, Choice())


async def test_rows_are_taken_over_one_by_one_by_field_or_only_the_sure_ones(
    database: Database, tmp_path: Path
) -> None:
    content = dump(2, linh_vuc="Thư viện") + dump(4, linh_vuc="Hộ tịch").split(b"\n", 2)[2]
    job_id = await uploaded(database, tmp_path, content)
    await work(database, tmp_path, job_id, clock=clock)
    async with database.read() as session:
        assert await fields_of(session, job_id) == [("Hộ tịch", 2), ("Thư viện", 2)]
    first = (await rows_of(database, job_id))[0]

    assert await decide(database, job_id, Choice(ids=(first.id or 0,)), publish=False) == 1
    assert await decide(database, job_id, Choice(field="Hộ tịch")) == 2
    await work(database, tmp_path, job_id, clock=clock)
    assert await live(database) == {"9.000002": "minh", "9.000003": "minh"}
    assert [row.state for row in await rows_of(database, job_id)] == [
        RowState.SAVED,
        RowState.OPEN,
        RowState.PUBLISHED,
        RowState.PUBLISHED,
    ]
    assert await decide(database, job_id, Choice()) == 2  # the saved one may go live now
    await work(database, tmp_path, job_id, clock=clock)
    assert len(await live(database)) == 4


async def test_what_people_wrote_by_hand_stays_live_and_the_import_waits_beside_it(
    database: Database, tmp_path: Path
) -> None:
    async with database.write() as session:
        await save_draft(session, Content(code="9.000000", title="Viết tay"), author="lan")
    job_id = await uploaded(database, tmp_path, dump(1))
    await work(database, tmp_path, job_id, clock=clock)
    assert [row.hold for row in await rows_of(database, job_id)] == ["curated"]
    await decide(database, job_id, Choice())
    await work(database, tmp_path, job_id, clock=clock)
    (row,) = await rows_of(database, job_id)
    assert row.state is RowState.SAVED
    assert "cán bộ biên soạn" in row.reason
    assert await live(database) == {}


async def test_what_would_break_a_golden_question_waits_for_a_reason(
    database: Database, tmp_path: Path
) -> None:
    await run([Draft("mẫu", Content(code="9.9", title="Cấp thẻ thư viện", steps=("Nộp",)))],
              database.write, publishing=True)  # fmt: skip
    async with database.write() as session:
        session.add(GoldenQuestion(question="9.000000 là thủ tục gì", codes=[], in_scope=False))
    job_id = await uploaded(database, tmp_path, dump(2))
    await work(database, tmp_path, job_id, clock=clock)
    await decide(database, job_id, Choice())
    await work(database, tmp_path, job_id, clock=clock)
    assert set(await live(database)) == {"9.9"}
    assert (await job_of(database, job_id)).result["broke"] == ["9.000000 là thủ tục gì"]
    new = [row for row in await rows_of(database, job_id) if row.outcome == "new"]
    assert {row.state for row in new} == {RowState.SAVED}

    async with database.write() as session:
        await choose(
            session, job_id, Choice(), publish=True, by="minh", now=NOW, override="câu hỏi cũ"
        )
    await work(database, tmp_path, job_id, clock=clock)
    assert set(await live(database)) == {"9.9", "9.000000", "9.000001"}


async def test_what_a_whole_list_lacks_is_taken_off_only_when_chosen(
    database: Database, tmp_path: Path
) -> None:
    for content in (dump(3), dump(2)):
        job_id = await uploaded(database, tmp_path, content)
        await work(database, tmp_path, job_id, clock=clock)
        if content == dump(3):
            await decide(database, job_id, Choice())
            await work(database, tmp_path, job_id, clock=clock)
    gone = next(row for row in await rows_of(database, job_id) if row.outcome == "removed")
    assert (gone.code, gone.title) == ("9.000002", "Cấp thẻ số 2")
    await decide(database, job_id, Choice(ids=(gone.id or 0,)))
    await work(database, tmp_path, job_id, clock=clock)
    assert set(await live(database)) == {"9.000000", "9.000001"}


async def test_a_table_edited_in_a_spreadsheet_is_the_editor_s_own_work(
    database: Database, tmp_path: Path
) -> None:
    await run(
        [Draft("mẫu", Content(code="9.1", title="Thẻ", where="Cũ"), origin=Origin.STARTER)],
        database.write,
        publishing=True,
    )
    table = "Mã thủ tục,Tên,Nơi nộp,Cách gọi\n9.1,Thẻ,Mới,làm thẻ\n".encode()
    job_id = await uploaded(database, tmp_path, table, "sua.csv")
    await work(database, tmp_path, job_id, clock=clock)
    await decide(database, job_id, Choice())
    await work(database, tmp_path, job_id, clock=clock)
    async with database.read() as session:
        procedure = (await session.exec(select(Procedure))).one()
        revision = await session.get(Revision, procedure.live_revision_id)
        alias = (await session.exec(select(Alias))).one()
    assert revision is not None
    assert (revision.content["where"], revision.author, alias.text) == ("Mới", "minh", "làm thẻ")


async def test_a_broken_file_is_told_by_the_name_it_was_uploaded_with(
    database: Database, tmp_path: Path
) -> None:
    job_id = await uploaded(database, tmp_path, b"\xfd7zXZ\x00 broken", "bản chép.jsonl.xz")
    await work(database, tmp_path, job_id, clock=clock)
    job = await job_of(database, job_id)
    assert (job.status, job.error) == (
        JobStatus.FAILED,
        "Tệp nén bản chép.jsonl.xz hỏng hoặc bị cắt cụt.",
    )


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsm", b"x", "macro"),
        ("a.xls", b"x", "kiểu cũ"),
        ("a.exe", b"x", "Chỉ nhận .jsonl"),
        ("a.csv", b"", "Tệp rỗng"),
    ],
)
async def test_files_of_other_kinds_are_refused_and_nothing_is_kept(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(UploadError, match=reason):
        await store(pieces(content), name, tmp_path, kind=JobKind.PROCEDURES)
    assert left_in(tmp_path) == []


async def test_an_endless_upload_is_cut_off_and_deleted(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(8_000_000)

    with pytest.raises(UploadError, match="lớn hơn 40 MB"):
        await store(endless(), "a.txt", tmp_path, kind=JobKind.REPORT)
    assert left_in(tmp_path) == []


async def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    stored = await store(
        pieces(b"x"), "../../..\\C:\\bad\x00.csv", tmp_path, kind=JobKind.PROCEDURES
    )
    assert stored.name == "bad.csv"
    assert left_in(tmp_path) == [stored.stored_as]


async def test_one_worker_at_a_time_holds_a_job_and_a_dead_one_loses_it(
    database: Database, tmp_path: Path
) -> None:
    job_id = await uploaded(database, tmp_path, dump(1))
    async with database.write() as session:
        assert await claim(session, now=NOW) == job_id
    async with database.write() as session:
        assert await claim(session, now=NOW) is None
    for attempt in (1, 2):
        async with database.write() as session:
            later = NOW + attempt * (LEASE + timedelta(seconds=1))
            assert await claim(session, now=later) == job_id
    async with database.write() as session:
        assert await claim(session, now=NOW + timedelta(hours=1)) is None
    assert (await job_of(database, job_id)).status is JobStatus.FAILED


async def test_a_job_given_up_is_left_alone(database: Database, tmp_path: Path) -> None:
    job_id = await uploaded(database, tmp_path, dump(1))
    async with database.write() as session:
        await cancel(session, job_id, now=NOW)
    async with database.write() as session:
        assert await claim(session, now=NOW) is None
    with pytest.raises(DecisionError, match="chưa đọc xong hoặc đã đóng"):
        await decide(database, job_id, Choice())


@pytest.mark.parametrize("commits", [3, 5])
async def test_killed_while_reading_or_saving_it_ends_as_if_it_never_was(
    database: Database, tmp_path: Path, commits: int
) -> None:
    """Commits while reading: the start, chunks of ten, the end; while saving: a start and chunks."""
    saving = commits > 4
    job_id = await uploaded(database, tmp_path, dump())
    if saving:
        await work(database, tmp_path, job_id, clock=clock)
        await decide(database, job_id, Choice())
    died = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bot.imports.dying",
        database.url, str(tmp_path), str(job_id), "2" if saving else str(commits),
        cwd=ROOT, env=dict(os.environ),
    )  # fmt: skip
    assert await died.wait() == -9

    await work(database, tmp_path, job_id, clock=clock)
    if not saving:
        rows = await rows_of(database, job_id)
        assert [row.record for row in rows] == list(range(1, COUNT + 1))
        await decide(database, job_id, Choice())
        await work(database, tmp_path, job_id, clock=clock)
    assert len(await live(database)) == COUNT
    async with database.read() as session:
        assert len((await session.exec(select(Revision))).all()) == COUNT


async def test_the_runner_reads_in_a_process_of_its_own(database: Database, tmp_path: Path) -> None:
    job_id = await uploaded(database, tmp_path, dump(2))
    runner = Runner(database, tmp_path, now=clock)
    assert await runner.work()
    assert not await runner.work()
    assert (await job_of(database, job_id)).result["new"] == 2


async def test_jobs_that_were_over_long_ago_are_deleted_with_their_files(
    database: Database, tmp_path: Path
) -> None:
    await uploaded(database, tmp_path / "imports", b"x", "a.csv")
    job_id = await uploaded(database, tmp_path / "imports", b"x", "b.csv")
    async with database.write() as session:
        await cancel(session, job_id, now=NOW)
    folder = tmp_path / "imports"
    for name in left_in(folder):
        os.utime(folder / name, (0, 0))
    runner = Runner(database, folder, now=lambda: NOW + timedelta(days=31))
    assert await runner.tidy() == 1
    assert len(left_in(folder)) == 1


async def test_a_report_becomes_drafts_of_facts_centres_and_announcements(
    database: Database, tmp_path: Path
) -> None:
    text = (
        "BÁO CÁO kết quả cải cách hành chính quý I năm 2026 của tỉnh Lạng Sơn\n\n"
        "Quý I năm 2026, tỉnh tiếp nhận 9.360 hồ sơ trực tuyến.\n"
        "Trung tâm Phục vụ hành chính công phường Long Xuyên được đưa vào hoạt động.\n"
        "Tỉnh có mô hình “Tin nhanh cải cách hành chính” của UBND phường Tam Thanh.\n"
    ).encode()
    job_id = await uploaded(database, tmp_path, text, "bao-cao.txt", JobKind.REPORT)
    await work(database, tmp_path, job_id, clock=clock)
    job = await job_of(database, job_id)
    assert (job.status, job.error) == (JobStatus.DONE, "")
    async with database.read() as session:
        assert len((await session.exec(select(Fact))).all()) == job.result["drafts"]
        (centre,) = await read_drafts(session)
        assert await read_centres(session) == ()
        (announcement,) = (await session.exec(select(Announcement))).all()
    assert centre.name == "Trung tâm Phục vụ hành chính công phường Long Xuyên"
    assert "Tin nhanh cải cách hành chính" in announcement.title
    assert (announcement.status, announcement.topic) == ("draft", "reform")

    again = await uploaded(database, tmp_path, text, "bao-cao.txt", JobKind.REPORT)
    await work(database, tmp_path, again, clock=clock)
    assert (await job_of(database, again)).result["already"] is True
    async with database.read() as session:
        assert len(await read_drafts(session)) == 1
