"""`motcua privacy`: what is kept about people, deletion in time, pseudonyms and proofs of erasure."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.cli.failing import fail
from bot.cli.opening import open_database
from bot.models import Erasure
from bot.privacy import record, retention
from bot.privacy.pseudonyms import KeyFileError, rotate
from bot.settings import Settings
from knowledge.columns import utc_now

app = typer.Typer(help="Dữ liệu cá nhân: hồ sơ xử lý, xoá theo hạn, bí danh, chứng nhận xoá.")


@app.command("record")
def show_record() -> None:
    """In hồ sơ hoạt động xử lý dữ liệu cá nhân, sinh ra từ chương trình."""
    typer.echo(record.as_markdown())


@app.command("retention")
def run_retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ đếm, không xoá")] = False,
) -> None:
    """Xoá những gì đã quá hạn giữ (việc này tự chạy mỗi đêm)."""
    asyncio.run(_retention(dry_run=dry_run))


async def _retention(*, dry_run: bool) -> None:
    async with open_database() as (_, database):
        now = utc_now()
        if dry_run:
            counts = await retention.due(database, now=now)
        else:
            counts = (await retention.run(database, now=now)).counts
    for table, count in counts.items():
        typer.echo(f"{table}: {count}")
    typer.echo(f"{'sẽ xoá' if dry_run else 'đã xoá'} {sum(counts.values())} dòng")


@app.command("rotate-key")
def rotate_key(
    drop_old: Annotated[
        bool,
        typer.Option("--drop-old", help="Bỏ khóa cũ: bí danh cũ không còn tìm lại được của ai"),
    ] = False,
) -> None:
    """Đổi khóa bí danh; câu hỏi mới mang bí danh mới."""
    try:
        count = rotate(Settings(), keep_old=not drop_old)
    except (KeyFileError, OSError) as error:
        fail(str(error))
    typer.echo(f"đã thêm khóa mới; đang giữ {count} khóa. Khởi động lại các tiến trình đang chạy.")


@app.command("receipt")
def show_receipt(receipt: Annotated[str, typer.Argument(help="Mã xác nhận xoá")]) -> None:
    """Cho biết việc xoá có mã này: lúc nào, bao nhiêu dòng mỗi loại."""
    asyncio.run(_receipt(receipt.strip().upper()))


async def _receipt(receipt: str) -> None:
    async with open_database() as (_, database), database.read() as session:
        proof = await session.get(Erasure, receipt)
    if proof is None:
        fail(f"không có lần xoá nào mang mã {receipt}")
    typer.echo(f"{proof.at.isoformat(timespec='seconds')}")
    for table, count in proof.counts.items():
        typer.echo(f"{table}: {count}")
