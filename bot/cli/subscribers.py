"""`motcua subscribers`: take over subscribers from a sheet, and give them out as one."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy.exc import DBAPIError

from bot import audit
from bot.broadcast import exporting
from bot.broadcast.importing import Taken, Wish, Wishes, take_over
from bot.cli.failing import fail
from bot.cli.opening import open_database
from bot.messages import sheets as words
from bot.sheets import MOST_BYTES, BadLine, SheetError
from knowledge.columns import utc_now
from knowledge.places.stored import read_places

app = typer.Typer(help="Người đăng ký nhận thông báo.", no_args_is_help=True)

#: Lines named in one sentence; the rest are counted.
_NAMED: Final = 20


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="CSV: channel, address, topics, place, consent_date")
    ],
    consent: Annotated[str, typer.Option(help="Phiên bản câu đồng ý mà người dân đã ký")] = "paper",
    yes: Annotated[bool, typer.Option("--yes", help="Nhập các dòng tốt")] = False,
) -> None:
    """Nhập người đăng ký; không có --yes thì chỉ kiểm tra. Nhập lại cùng tệp không thêm hai lần."""
    try:
        if file.stat().st_size > MOST_BYTES:
            fail(words.TOO_BIG.format(limit=MOST_BYTES // 1_000_000))
        data = file.read_bytes()
    except OSError as error:
        fail(f"không đọc được tệp {file.name}: {error.strerror}")
    if not consent.strip():
        fail("chưa ghi phiên bản câu đồng ý", 2)
    asyncio.run(_import(data, file.name[:100], consent.strip()[:40], yes=yes))


async def _import(data: bytes, name: str, consent: str, *, yes: bool) -> None:
    async with open_database() as (_, database):
        async with database.read() as session:
            places = await read_places(session)
        try:
            sheet = Wishes(data, places, now=utc_now())
        except SheetError as error:
            fail(f"{name}: {error}")
        good, bad = _checked(sheet)
        counts = f"{good} dòng tốt, {bad} dòng hỏng"
        if not good:
            fail(f"{counts}; không có gì để nhập")
        if not yes:
            typer.echo(f"{counts}; thêm --yes để nhập {good} dòng tốt")
            raise typer.Exit(1 if bad else 0)
        try:
            taken = await take_over(
                database, _good(sheet), consent=consent, source=f"import:{name}"
            )
            async with database.write() as session:
                await audit.write(
                    session, actor=f"cli:{getpass.getuser()}", action="subscribers.import",
                    subject=name, where="cli",
                    after={"new": taken.new, "known": taken.known, "bad_lines": bad},
                )  # fmt: skip
        except (DBAPIError, OSError):
            fail(
                "cơ sở dữ liệu bận hoặc mất kết nối; chạy lại lệnh này, không dòng nào bị nhập đôi"
            )
        typer.echo(counts)
        _tell(taken)


def _checked(sheet: Wishes) -> tuple[int, int]:
    """Name each bad line; return how many are good and bad."""
    good = bad = 0
    for one in sheet.lines():
        if isinstance(one, BadLine):
            bad += 1
            typer.echo(f"dòng {one.line}: {one.why}", err=True)
        else:
            good += 1
    return good, bad


def _good(sheet: Wishes) -> Iterator[Wish]:
    return (one for one in sheet.lines() if isinstance(one, Wish))


def _tell(taken: Taken) -> None:
    typer.echo(f"thêm {taken.new} đăng ký; {taken.known} đã có từ trước")
    if taken.stopped:
        typer.echo(f"giữ nguyên người đã nhắn DỪNG sau ngày đồng ý: {_named(taken.stopped)}")
    if taken.too_many:
        typer.echo(f"bỏ vì người này đăng ký quá nhiều: {_named(taken.too_many)}")


def _named(lines: list[int]) -> str:
    found = sorted(set(lines))
    more = f" và {len(found) - _NAMED} dòng nữa" if len(found) > _NAMED else ""
    return "dòng " + ", ".join(str(line) for line in found[:_NAMED]) + more


@app.command("export")
def export() -> None:
    """In người đang đăng ký, dạng CSV mở được bằng Excel."""
    asyncio.run(_export())


async def _export() -> None:
    async with open_database() as (_, database):
        lines = 0
        async with database.read() as session:
            async for line in exporting.sheet(session, await read_places(session)):
                typer.echo(line.encode(), nl=False)
                lines += 1
        async with database.write() as session:
            await audit.write(
                session, actor=f"cli:{getpass.getuser()}", action="subscribers.export",
                subject="subscribers", after={"lines": lines - 1}, where="cli",
            )  # fmt: skip
