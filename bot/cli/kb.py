"""`motcua kb`: import, look at, export and mend the knowledge at the command line."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import func
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.cli.failing import fail
from bot.cli.opening import open_database
from knowledge.content import Content
from knowledge.exporting import EXPORTERS, WORKBOOKS
from knowledge.importing import UnreadableFileError, reader_of
from knowledge.importing.run import Report, Summary, run
from knowledge.models import (
    Alias,
    AliasKind,
    FieldSwitch,
    Origin,
    Procedure,
    ProcedureKind,
    Revision,
    RevisionStatus,
)
from knowledge.publishing import (
    Hold,
    Phrase,
    PublishingError,
    add_phrases,
    bump_version,
    current_version,
    resolve_code,
    switch_field,
)

app = typer.Typer(help="Kho kiến thức: nhập, xem, xuất, sửa.", no_args_is_help=True)
alias_app = typer.Typer(help="Cách gọi của người dân cho một thủ tục.", no_args_is_help=True)
app.add_typer(alias_app, name="alias")

#: The author of what is done here; the admin desk has named officials.
AUTHOR = "console"
#: Longest alias a person may add.
MAX_ALIAS = 200

Json = Annotated[bool, typer.Option("--json", help="In một đối tượng JSON")]


class Format(StrEnum):
    """What `export` writes."""

    JSONL = "jsonl"
    CSV = "csv"
    JSONLD = "jsonld"
    XLSX = "xlsx"
    LIST = "list"
    NATIONAL = "national"


class Switch(StrEnum):
    """Whether citizens see a field."""

    ON = "on"
    OFF = "off"


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run a command; what the person can mend becomes one line and exit code 1."""
    try:
        asyncio.run(work)
    except (UnreadableFileError, PublishingError) as error:
        fail(str(error))
    except DBAPIError as error:
        fail(f"cơ sở dữ liệu báo lỗi: {str(error.orig).splitlines()[0]}")
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has left
    except OSError as error:
        fail(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))


# --- import ---------------------------------------------------------------------------------------


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Tệp JSONL (.xz, .gz), Excel hoặc thư mục YAML")],
    publish: Annotated[bool, typer.Option("--publish", help="Công bố khi đọc xong")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ so sánh, không ghi")] = False,
    report: Annotated[Path | None, typer.Option(help="Ghi từng vấn đề, JSON lines")] = None,
) -> None:
    """Nhập thủ tục từ một tệp; nhập lại cùng tệp thì không có gì thay đổi."""
    _run(_import(file, publish=publish and not dry_run, dry_run=dry_run, report=report))


async def _import(file: Path, *, publish: bool, dry_run: bool, report: Path | None) -> None:
    reader = reader_of(file)
    with _report(report) as tell:
        async with open_database() as (_, database):
            with _progress(file.name) as progress:
                summary = await run(
                    reader.read(file, progress),
                    database.write,
                    publishing=publish,
                    dry_run=dry_run,
                    complete=reader.COMPLETE,
                    report=tell,
                    editor=AUTHOR,
                )
    typer.echo(_summary(summary, dry_run=dry_run))


@contextmanager
def _report(path: Path | None) -> Iterator[Report | None]:
    """Open the report before anything is imported, so that a bad path costs nothing."""
    if path is None:
        yield None
        return
    with path.open("w", encoding="utf-8") as file:

        def tell(line: Mapping[str, Any]) -> None:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

        yield tell


@contextmanager
def _progress(name: str) -> Iterator[Callable[[float], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(name, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _summary(summary: Summary, *, dry_run: bool) -> str:
    """Return the one line that says what happened."""
    parts = [
        f"{summary.new} mới",
        f"{summary.changed} đổi",
        f"{summary.unchanged} như cũ",
        f"{summary.with_problems} có vấn đề",
        f"{summary.refused} bị từ chối",
    ]
    if summary.published:
        parts.append(f"{summary.published} công bố")
    if summary.held[Hold.CURATED]:
        parts.append(f"{summary.held[Hold.CURATED]} giữ bản biên soạn")
    if summary.held[Hold.SUPERSEDED]:
        parts.append(f"{summary.held[Hold.SUPERSEDED]} mã đã thay")
    if summary.removed:
        shown = ", ".join(summary.removed[:5]) + ("…" if len(summary.removed) > 5 else "")
        parts.append(f"{len(summary.removed)} đang công bố mà tệp không có ({shown})")
    return ("Chạy thử: " if dry_run else "Đã nhập: ") + " · ".join(parts)


# --- look -----------------------------------------------------------------------------------------


@app.command()
def stats(as_json: Json = False) -> None:
    """Đếm những gì kho đang có."""
    _run(_stats(as_json=as_json))


async def _stats(*, as_json: bool) -> None:
    async with open_database() as (_, database), database.read() as session:
        figures = await _figures(session)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    for name, value in figures.items():
        shown = (
            ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        )
        typer.echo(f"{name}: {shown}")


async def _figures(session: AsyncSession) -> dict[str, Any]:
    kinds = await _counted(session, Procedure.kind)
    aliases = await _counted(session, Alias.kind)
    live = (
        select(func.count())
        .select_from(Procedure)
        .where(
            Procedure.kind != ProcedureKind.OVERRIDE, col(Procedure.live_revision_id).is_not(None)
        )
    )
    superseded = select(func.count()).select_from(Procedure).where(Procedure.superseded_by != "")
    hidden = select(func.count()).select_from(Procedure).where(col(Procedure.hidden).is_(True))
    fields = select(func.count(func.distinct(Procedure.field))).where(
        Procedure.kind != ProcedureKind.OVERRIDE, col(Procedure.live_revision_id).is_not(None)
    )
    off = (
        select(FieldSwitch.field).where(col(FieldSwitch.on).is_(False)).order_by(FieldSwitch.field)
    )
    return {
        "version": await current_version(session),
        "published": (await session.exec(live)).one(),
        "procedures": {kind.value: kinds[kind] for kind in ProcedureKind},
        "origins": await _named(session, Procedure.origin, Origin),
        "revisions": await _named(session, Revision.status, RevisionStatus),
        "aliases": aliases[AliasKind.ALIAS],
        "examples": aliases[AliasKind.EXAMPLE],
        "superseded": (await session.exec(superseded)).one(),
        "hidden": (await session.exec(hidden)).one(),
        "fields": (await session.exec(fields)).one(),
        "fields_off": list(await session.exec(off)),
    }


async def _counted(session: AsyncSession, column: Any) -> Counter[Any]:
    rows = await session.exec(select(column, func.count()).group_by(column))
    return Counter(dict(rows.all()))


async def _named(session: AsyncSession, column: Any, members: type[StrEnum]) -> dict[str, int]:
    counts = await _counted(session, column)
    return {member.value: counts[member] for member in members}


@app.command()
def show(code: Annotated[str, typer.Argument(help="Mã thủ tục")], as_json: Json = False) -> None:
    """Xem một thủ tục: bản đang công bố, các bản khác, cách gọi."""
    _run(_show(code, as_json=as_json))


async def _show(code: str, *, as_json: bool) -> None:
    async with open_database() as (_, database), database.read() as session:
        chain = await resolve_code(session, code)
        query = select(Procedure).where(
            Procedure.code == chain[-1], Procedure.kind != ProcedureKind.OVERRIDE
        )
        procedure = (await session.exec(query)).first()
        if procedure is None:
            raise PublishingError(f"Không có thủ tục {code}.")
        revisions = (
            await session.exec(
                select(Revision)
                .where(Revision.procedure_id == procedure.id)
                .order_by(col(Revision.number).desc())
            )
        ).all()
        phrases = (
            await session.exec(select(Alias).where(Alias.code == chain[-1]).order_by(col(Alias.id)))
        ).all()
    shown = next((r for r in revisions if r.id == procedure.live_revision_id), None)
    shown = shown or next(iter(revisions), None)
    found = {
        "code": procedure.code,
        "asked": code,
        "chain": list(chain),
        "origin": procedure.origin.value,
        "live": procedure.live_revision_id is not None,
        "hidden": procedure.hidden,
        "revisions": [
            {"number": r.number, "status": r.status.value, "author": r.author, "note": r.note}
            for r in revisions
        ],
        "aliases": [p.text for p in phrases if p.kind is AliasKind.ALIAS],
        "examples": [p.text for p in phrases if p.kind is AliasKind.EXAMPLE],
        "content": shown.content if shown else None,
    }
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else _readable(found))


def _readable(found: Mapping[str, Any]) -> str:
    lines = []
    if len(found["chain"]) > 1:
        lines.append("Mã đã thay: " + " → ".join(found["chain"]))
    if found["content"] is not None:
        content = Content.model_validate(found["content"])
        lines += [f"{content.code}  {content.title}", f"Lĩnh vực: {content.field}"]
        lines.append("Công bố: " + ("có" if found["live"] and not found["hidden"] else "không"))
        lines += [f"Bước {n}. {step}" for n, step in enumerate(content.steps, start=1)]
        lines += [f"- {paper.name}" for case in content.cases for paper in case.components]
        lines += [f"! {p.field}: {p.code} {p.text}".rstrip() for p in content.problems]
    for revision in found["revisions"]:
        lines.append(f"Bản {revision['number']}: {revision['status']}, {revision['author']}")
    if found["aliases"]:
        lines.append("Cách gọi: " + "; ".join(found["aliases"]))
    return "\n".join(lines)


# --- export ---------------------------------------------------------------------------------------


@app.command()
def export(
    as_format: Annotated[Format, typer.Option("--format", help="Định dạng")] = Format.JSONL,
    output: Annotated[Path | None, typer.Option(help="Tệp ghi ra; không có thì in ra")] = None,
) -> None:
    """Xuất những gì đang công bố: JSON lines, CSV, Excel để sửa rồi nhập lại, hoặc JSON-LD."""
    if as_format.value in WORKBOOKS and output is None:
        fail("tệp Excel cần --output TỆP.xlsx", 2)
    _run(
        _export_workbook(as_format, output)
        if output and as_format.value in WORKBOOKS
        else _export(as_format, output)
    )


async def _export_workbook(as_format: Format, output: Path) -> None:
    with output.open("wb") as file:
        async with open_database() as (_, database), database.read() as session:
            await WORKBOOKS[as_format.value](session, file)


async def _export(as_format: Format, output: Path | None) -> None:
    if output is None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    opened: Any = (
        nullcontext(sys.stdout)
        if output is None
        else output.open("w", encoding="utf-8", newline="")
    )
    with opened as file:
        async with open_database() as (_, database), database.read() as session:
            await _write(session, as_format, file)


async def _write(session: AsyncSession, as_format: Format, file: TextIO) -> None:
    async for piece in EXPORTERS[as_format.value](session):
        file.write(piece)


# --- mend -----------------------------------------------------------------------------------------


@alias_app.command("add")
def add_alias(
    code: Annotated[str, typer.Argument(help="Mã thủ tục")],
    text: Annotated[str, typer.Argument(help="Cách gọi, ví dụ: làm giấy khai sinh")],
) -> None:
    """Thêm một cách gọi; có tác dụng ngay."""
    _run(_add_alias(code, " ".join(text.split())))


async def _add_alias(code: str, text: str) -> None:
    if not 2 <= len(text) <= MAX_ALIAS or not text.isprintable():
        raise PublishingError(f"Cách gọi cần từ 2 đến {MAX_ALIAS} ký tự, không có ký tự lạ.")
    async with open_database() as (_, database), database.write() as session:
        known = select(Procedure.id).where(Procedure.code == code).limit(1)
        if (await session.exec(known)).first() is None:
            raise PublishingError(f"Không có thủ tục {code}.")
        added = await add_phrases(
            session, [Phrase(code, text)], origin=Origin.EDITOR, author=AUTHOR
        )
        if added:
            await bump_version(session)
    typer.echo("Đã thêm." if added else "Đã có cách gọi này.")


@alias_app.command("list")
def list_aliases(code: Annotated[str, typer.Argument(help="Mã thủ tục")]) -> None:
    """Liệt kê các cách gọi của một thủ tục."""
    _run(_list_aliases(code))


async def _list_aliases(code: str) -> None:
    async with open_database() as (_, database), database.read() as session:
        rows = await session.exec(select(Alias).where(Alias.code == code).order_by(col(Alias.id)))
        for alias in rows:
            typer.echo(f"{alias.kind.value}\t{alias.origin.value}\t{alias.text}")


@app.command()
def switch(
    field: Annotated[str, typer.Argument(help="Tên lĩnh vực, đúng như trong kho")],
    state: Annotated[Switch, typer.Argument(help="on = hiện, off = ẩn")],
    reason: Annotated[str, typer.Option(help="Vì sao")],
) -> None:
    """Hiện hoặc ẩn cả một lĩnh vực với người dân."""
    _run(_switch(field, state, reason))


async def _switch(field: str, state: Switch, reason: str) -> None:
    async with open_database() as (_, database), database.write() as session:
        await switch_field(session, field, on=state is Switch.ON, reason=reason)
    typer.echo(f"Lĩnh vực “{field}”: {'hiện' if state is Switch.ON else 'ẩn'}.")
