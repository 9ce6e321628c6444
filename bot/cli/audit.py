"""`motcua audit`: prove that the log of deeds was not tampered with."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot import audit
from bot.cli.failing import fail
from bot.cli.opening import open_database

app = typer.Typer(help="Nhật ký việc cán bộ đã làm.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Nhật ký việc cán bộ đã làm."""


@app.command()
def verify(
    noted: Annotated[
        str, typer.Option(help="Mã băm cuối đã chép lần trước; phải còn trong nhật ký")
    ] = "",
) -> None:
    """Kiểm tra chuỗi băm; sai thì nêu dòng đầu tiên hỏng và thoát với mã 1."""
    found = asyncio.run(_verify(noted.strip().lower()))
    if found.broken_id is not None:
        fail(f"nhật ký đứt ở dòng số {found.broken_id}; {found.entries} dòng trước đó còn nguyên")
    if not found.holds_noted:
        fail("không còn mã băm đã chép: các dòng cuối đã bị cắt")
    typer.echo(f"{found.entries} dòng còn nguyên; mã băm cuối {found.head}")


async def _verify(noted: str) -> audit.Checked:
    async with open_database() as (_, database), database.read() as session:
        return await audit.verify(session, noted=noted)
