"""`motcua centre` and `motcua calendar`: where people go, and on which days it is open."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from bot.cli.failing import fail
from bot.cli.opening import open_database
from knowledge.calendar_days import read_calendar, set_day
from knowledge.centres import Centre, CentreFileError, read, write_csv, write_xlsx
from knowledge.centres.stored import read_centres, save_centres
from knowledge.hours import Day, Override
from knowledge.places.stored import read_places
from knowledge.publishing import bump_version

app = typer.Typer(help="Trung tâm Phục vụ hành chính công.", no_args_is_help=True)
calendar = typer.Typer(help="Ngày nghỉ, ngày làm bù.", no_args_is_help=True)
_WRITERS = {".csv": write_csv, ".xlsx": write_xlsx}


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(help="Tệp CSV, XLSX hoặc JSON")]) -> None:
    """Nạp danh sách trung tâm; một dòng sai thì không nạp dòng nào."""
    changed, total = asyncio.run(_import(file))
    typer.echo(f"{total} trung tâm trong tệp, {changed} mới hoặc thay đổi")


async def _import(file: Path) -> tuple[int, int]:
    async with open_database() as (_, database):
        async with database.read() as session:
            places = await read_places(session)
        try:
            centres = read(file, places)
        except CentreFileError as error:
            for problem in error.problems:
                typer.echo(f"dòng {problem.line}: {problem.text}", err=True)
            fail(f"chưa nạp gì từ {file.name}: {len(error.problems)} lỗi")
        except OSError as error:
            fail(f"không đọc được {file}: {error.strerror}")
        async with database.write() as session:
            changed = await save_centres(session, centres)
            if changed:
                await bump_version(session)
        return changed, len(centres)


@app.command()
def export(file: Annotated[Path, typer.Argument(help="Tệp .csv hoặc .xlsx để ghi")]) -> None:
    """Ghi mọi trung tâm ra tệp."""
    writer = _WRITERS.get(file.suffix.lower())
    if writer is None:
        fail("tệp phải có đuôi .csv hoặc .xlsx", 2)
    centres, raw = asyncio.run(_export(file.suffix.lower()))
    try:
        file.write_bytes(raw)
    except OSError as error:
        fail(f"không ghi được {file}: {error.strerror}")
    typer.echo(f"{len(centres)} trung tâm đã ghi vào {file}")


async def _export(suffix: str) -> tuple[tuple[Centre, ...], bytes]:
    async with open_database() as (_, database), database.read() as session:
        centres = await read_centres(session)
        return centres, _WRITERS[suffix](centres, await read_places(session))


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Liệt kê các trung tâm đã biết."""
    for centre in asyncio.run(_list()):
        if as_json:
            typer.echo(centre.model_dump_json(exclude_defaults=True))
        else:
            typer.echo(f"{centre.key}\t{centre.name}\t{centre.address or '(chưa có địa chỉ)'}")


async def _list() -> tuple[Centre, ...]:
    async with open_database() as (_, database), database.read() as session:
        return await read_centres(session)


@calendar.command("show")
def show(
    day: Annotated[str, typer.Argument(help="Ngày, dạng 2026-11-24")],
    province: Annotated[str, typer.Option(help="Mã tỉnh hai chữ số")] = "",
) -> None:
    """Xem một ngày là ngày gì."""
    found = asyncio.run(_day(_date(day), province))
    shown = {
        "day": found.on.isoformat(),
        "kind": found.kind.value,
        "name": found.name,
        "working": found.is_working,
        "verified": found.verified,
    }
    typer.echo(json.dumps(shown, ensure_ascii=False))


async def _day(day: date, province: str) -> Day:
    async with open_database() as (_, database), database.read() as session:
        return (await read_calendar(session)).day(day, province)


@calendar.command("set")
def set_(
    day: Annotated[str, typer.Argument(help="Ngày, dạng 2026-11-24")],
    kind: Annotated[str, typer.Option(help="holiday, off, work hoặc none")],
    name: Annotated[str, typer.Option(help="Tên ngày")] = "",
    source: Annotated[str, typer.Option(help="Văn bản làm căn cứ")] = "",
    province: Annotated[str, typer.Option(help="Mã tỉnh; bỏ trống là cả nước")] = "",
    like: Annotated[str, typer.Option(help="Ngày làm bù theo giờ của ngày nào")] = "",
) -> None:
    """Ghi một ngày khác với lịch chung; ngày này coi như đã xác nhận."""
    try:
        override = Override.model_validate(
            {
                "day": _date(day),
                "kind": kind,
                "name": name,
                "source": source,
                "province_code": province,
                "like": _date(like) if like else None,
            }
        )
    except ValidationError as error:
        fail(f"chưa ghi: {error.errors()[0]['loc'][0]} không hợp lệ", 2)
    asyncio.run(_set(override))
    typer.echo(f"đã ghi {override.day.isoformat()}: {override.kind.value}")


async def _set(override: Override) -> None:
    async with open_database() as (_, database), database.write() as session:
        await set_day(session, override)
        await bump_version(session)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"ngày {text} không đúng dạng năm-tháng-ngày", 2)
