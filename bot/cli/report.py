"""`motcua report`: read a report, keep its facts as drafts, approve or reject them."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.cli.failing import fail
from bot.cli.opening import open_database
from bot.imports.report import keep_report
from knowledge.columns import utc_now
from knowledge.models import Fact, FactStatus, Report
from knowledge.reports.drafts import DraftError, decide, edit, facts_of, find_report
from knowledge.reports.found import ReadReport
from knowledge.reports.reading import MOST_BYTES, ReportError, read_bytes
from knowledge.reports.report import read_report
from knowledge.reports.shape import as_json, summary

app = typer.Typer(help="Báo cáo cải cách hành chính: đọc, kiểm tra, duyệt.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="In một đối tượng JSON")]
File = Annotated[
    str, typer.Argument(help="Tệp .txt, .docx, .pdf hoặc .html; - là văn bản dán vào đầu vào chuẩn")
]
Key = Annotated[str, typer.Argument(help="Khóa của báo cáo, xem `report list`")]
Facts = Annotated[
    list[str] | None, typer.Option("--fact", help="Số hoặc khóa của dữ kiện; lặp lại được")
]
_STATUS = {FactStatus.DRAFT: "nháp", FactStatus.PUBLISHED: "đã duyệt", FactStatus.REJECTED: "đã bỏ"}


def _read(file: str) -> ReadReport:
    try:
        return read_report(_pasted() if file == "-" else Path(file))
    except ReportError as error:
        fail(str(error))


def _pasted() -> str:
    """Return the report on standard input, read no further than any report goes."""
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    return read_bytes(raw, ".txt", "văn bản dán vào")


@asynccontextmanager
async def _write() -> AsyncIterator[AsyncSession]:
    async with open_database() as (_, database):
        try:
            async with database.write() as session:
                yield session
        except DraftError as error:
            fail(str(error))


@app.command("read")
def read(file: File, as_json_: Json = False) -> None:
    """Đọc một báo cáo và in dữ kiện, lỗi số học; không lưu gì."""
    report = _read(file)
    if as_json_:
        typer.echo(json.dumps(as_json(report), ensure_ascii=False))
        return
    for line in summary(report):
        typer.echo(line)


@app.command("import")
def import_(
    file: File,
    publisher: Annotated[str, typer.Option(help="Nơi đăng báo cáo")] = "",
    as_json_: Json = False,
) -> None:
    """Nhập một báo cáo thành dữ kiện nháp, đánh dấu điều báo cáo trước đã nói."""
    asyncio.run(_import(_read(file), publisher, as_json_=as_json_))


async def _import(report: ReadReport, publisher: str, *, as_json_: bool) -> None:
    async with _write() as session:
        made, offered = await keep_report(
            session, report, author="console", now=utc_now(), publisher=publisher
        )
    if as_json_:
        _print(
            {
                "key": made.key,
                "drafts": made.drafts,
                "duplicates": made.duplicates,
                "findings": made.findings,
                "already": made.already,
                "offers": [
                    {"kind": one.kind, "title": one.title, "text": one.text} for one in offered
                ],
            }
        )
        return
    if made.already:
        typer.echo(f"Báo cáo này đã nhập rồi: {made.key}")
        return
    typer.echo(
        f"Đã nhập {made.key}: {made.drafts} nháp · {made.duplicates} trùng · {made.findings} điểm cần xem"
    )
    for one in offered:
        name = "trung tâm" if one.kind == "service_centre" else "thông báo"
        typer.echo(f"  Nháp {name}: {one.title}")


@app.command("list")
def list_(as_json_: Json = False) -> None:
    """Liệt kê các báo cáo và số dữ kiện nháp, đã duyệt, đã bỏ."""
    asyncio.run(_list(as_json_=as_json_))


async def _list(*, as_json_: bool) -> None:
    async with open_database() as (_, database), database.read() as session:
        reports = (await session.exec(select(Report).order_by(col(Report.id)))).all()
        counts = Counter((await session.exec(select(Fact.report_id, Fact.status))).all())
    lines = [
        {
            "key": report.key,
            "title": report.title,
            "locality": report.locality,
            "period": report.period,
            **{status.value: counts[report.id or 0, status] for status in FactStatus},
        }
        for report in reports
    ]
    if as_json_:
        _print(lines)
        return
    for line in lines:
        told = " · ".join(
            f"{line[status.value]} {name}" for status, name in _STATUS.items() if line[status.value]
        )
        typer.echo(f"{line['key']}: {line['locality']}, {line['period']} — {told or 'trống'}")


@app.command("show")
def show(key: Key, as_json_: Json = False) -> None:
    """Xem các dữ kiện của một báo cáo, kèm câu gốc và điều cần xem lại."""
    asyncio.run(_show(key, as_json_=as_json_))


async def _show(key: str, *, as_json_: bool) -> None:
    async with open_database() as (_, database), database.read() as session:
        try:
            report = await find_report(session, key)
        except DraftError as error:
            fail(str(error))
        facts = await facts_of(session, report)
    if as_json_:
        _print(
            {
                **report.model_dump(mode="json"),
                "facts": [fact.model_dump(mode="json") for fact in facts],
            }
        )
        return
    typer.echo(f"{report.title}\n{report.locality} · {report.period}\n")
    for line in _lines(facts):
        typer.echo(line)


def _lines(facts: Sequence[Fact]) -> list[str]:
    lines = []
    for fact in facts:
        value = f" = {fact.value} {fact.unit}" if fact.value else ""
        lines.append(f"{fact.key} [{_STATUS[fact.status]}] {fact.kind}: {fact.subject}{value}")
        if fact.finding:
            lines.append(f"    cần xem: {fact.finding['text']}")
        if fact.duplicate_of:
            lines.append(f"    trùng với {fact.duplicate_of}")
    return lines


@app.command("approve")
def approve(
    key: Key,
    fact: Facts = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Mọi nháp, trừ dữ kiện trùng hoặc sai số")
    ] = False,
) -> None:
    """Duyệt dữ kiện: người dân đọc được ngay."""
    asyncio.run(_decide(key, FactStatus.PUBLISHED, fact, everything=everything))


@app.command("reject")
def reject(
    key: Key,
    fact: Facts = None,
    everything: Annotated[bool, typer.Option("--all", help="Mọi nháp")] = False,
) -> None:
    """Bỏ dữ kiện; một dữ kiện đã duyệt thì thôi hiển thị."""
    asyncio.run(_decide(key, FactStatus.REJECTED, fact, everything=everything))


async def _decide(
    key: str, status: FactStatus, chosen: list[str] | None, *, everything: bool
) -> None:
    if bool(chosen) == everything:
        fail("cho --fact SỐ (lặp lại được) hoặc --all", 2)
    async with _write() as session:
        changed = await decide(session, key, status, None if everything else chosen)
        report = await find_report(session, key)
        left = sum(fact.status is FactStatus.DRAFT for fact in await facts_of(session, report))
    done = "duyệt" if status is FactStatus.PUBLISHED else "bỏ"
    typer.echo(f"Đã {done} {changed} dữ kiện; còn {left} nháp.")


@app.command("edit")
def edit_(
    key: Key,
    fact: Annotated[str, typer.Argument(help="Số hoặc khóa của dữ kiện")],
    subject: Annotated[str | None, typer.Option(help="Điều được đếm hay được nói")] = None,
    statement: Annotated[str | None, typer.Option(help="Câu người dân đọc")] = None,
    value: Annotated[str | None, typer.Option(help="Giá trị")] = None,
    unit: Annotated[str | None, typer.Option(help="Đơn vị")] = None,
    level: Annotated[str | None, typer.Option(help="tỉnh, huyện hoặc xã")] = None,
    place: Annotated[str | None, typer.Option(help="Địa phương hẹp hơn của báo cáo")] = None,
    period: Annotated[str | None, typer.Option(help="Kỳ, khi khác kỳ của báo cáo")] = None,
) -> None:
    """Sửa một dữ kiện trước hoặc sau khi duyệt."""
    given = {
        "subject": subject,
        "statement": statement,
        "value": value,
        "unit": unit,
        "level": level,
        "place": place,
        "period": period,
    }
    changes = {name: text for name, text in given.items() if text is not None}
    if not changes:
        fail("cho ít nhất một điều cần sửa, ví dụ --value", 2)
    asyncio.run(_edit(key, fact, changes))


async def _edit(key: str, number: str, changes: dict[str, str]) -> None:
    async with _write() as session:
        changed = await edit(session, key, number, changes)
        line = _lines([changed])[0]
    typer.echo(line)


def _print(found: Any) -> None:
    typer.echo(json.dumps(found, ensure_ascii=False))
