"""`motcua dossiers`: load a status export that citizens may then ask about, list loads, take one back."""

from __future__ import annotations

import asyncio
import getpass
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy.exc import DBAPIError

from bot import audit, dossiers
from bot.cli.failing import fail
from bot.cli.opening import open_database
from bot.db import Database
from bot.messages import sheets as words
from bot.models import DossierLoad, LoadStatus
from bot.privacy.pseudonyms import KeyFileError, Pseudonyms
from bot.sheets import MOST_BYTES, SheetError
from knowledge.columns import utc_now
from knowledge.hours import ZONE

app = typer.Typer(help="Tình trạng hồ sơ do cơ quan nạp lên.", no_args_is_help=True)

_STATUS: Final = {
    LoadStatus.PREVIEW: "xem trước",
    LoadStatus.LIVE: "đang dùng",
    LoadStatus.WITHDRAWN: "đã thu hồi",
}


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV: mã hồ sơ, mã tra cứu, trạng thái, …")],
    expires: Annotated[str, typer.Option(help="Dùng trong bao lâu, ví dụ 7d")],
    yes: Annotated[bool, typer.Option("--yes", help="Cho dùng ngay các dòng tốt")] = False,
) -> None:
    """Nạp tình trạng hồ sơ; không có --yes thì chỉ kiểm tra, không giữ lại gì."""
    try:
        days = dossiers.read_days(expires)
        if file.stat().st_size > MOST_BYTES:
            fail(words.TOO_BIG.format(limit=MOST_BYTES // 1_000_000))
        data = file.read_bytes()
    except dossiers.LoadError as error:
        fail(str(error), 2)
    except OSError as error:
        fail(f"không đọc được tệp {file.name}: {error.strerror}")
    try:
        asyncio.run(_import(data, file.name, days, yes=yes))
    except (SheetError, KeyFileError) as error:
        fail(f"{file.name}: {error}")


async def _import(data: bytes, name: str, days: int, *, yes: bool) -> None:
    good, problems = dossiers.check(data, now=utc_now())
    for line in problems:
        typer.echo(line, err=True)
    counts = f"{good} dòng tốt, {len(problems)} dòng hỏng"
    if not good:
        fail(f"{counts}; không có gì để nạp")
    if not yes:
        typer.echo(f"{counts}; thêm --yes để dùng {good} dòng tốt trong {days} ngày")
        raise typer.Exit(1 if problems else 0)
    async with open_database() as (settings, database):
        try:
            load = await dossiers.prepare(
                database, Pseudonyms.load(settings), data,
                name=name, author=f"cli:{getpass.getuser()}", days=days, now=utc_now(),
            )  # fmt: skip
            load = await dossiers.take_effect(database, load.id or 0, now=utc_now())
            await _note(database, "dossiers.use", load)
        except (DBAPIError, OSError):
            fail("cơ sở dữ liệu bận hoặc mất kết nối; chạy lại lệnh này")
    until = load.expires_at.astimezone(ZONE)
    typer.echo(f"{counts}; bản số {load.id} được dùng đến {until:%d/%m/%Y %H:%M}")


@app.command("list")
def list_() -> None:
    """Kể các lần nạp, mới nhất trước."""
    asyncio.run(_list())


async def _list() -> None:
    async with open_database() as (_, database), database.read() as session:
        found = await dossiers.loads(session)
    for load in found:
        over = load.expires_at <= utc_now() and load.status is not LoadStatus.WITHDRAWN
        status = "đã hết hạn" if over else _STATUS[load.status]
        until = load.expires_at.astimezone(ZONE)
        typer.echo(
            f"{load.id}\t{load.name}\t{status}\t{load.good} dòng\tđến {until:%d/%m/%Y %H:%M}"
        )
    if not found:
        typer.echo("chưa nạp lần nào")


@app.command("withdraw")
def withdraw(load_id: Annotated[int, typer.Argument(help="Số của bản nạp")]) -> None:
    """Thu hồi một bản: thôi trả lời ngay và xóa các dòng của nó."""
    asyncio.run(_withdraw(load_id))


async def _withdraw(load_id: int) -> None:
    async with open_database() as (_, database):
        try:
            load = await dossiers.withdraw(database, load_id)
        except dossiers.LoadError as error:
            fail(str(error))
        await _note(database, "dossiers.withdraw", load)
    typer.echo(f"đã thu hồi bản số {load_id}")


async def _note(database: Database, action: str, load: DossierLoad) -> None:
    async with database.write() as session:
        await audit.write(
            session, actor=f"cli:{getpass.getuser()}", action=action,
            subject=f"dossier_load:{load.id}", where="cli",
            after={"name": load.name, "good": load.good, "bad": load.bad, "days": load.days},
        )  # fmt: skip
