"""`motcua official token`: API tokens for programs, made where the machine is run."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Sequence
from typing import Annotated

import typer

from bot import officials
from bot.cli.failing import fail
from bot.cli.opening import open_database
from bot.models import ApiToken, Scope
from bot.officials.tokens import DAYS
from knowledge.columns import utc_now

app = typer.Typer(help="Mã API: chương trình làm việc thay một cán bộ.", no_args_is_help=True)
Login = Annotated[str, typer.Argument(help="Tên đăng nhập của chủ mã")]


@app.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="Dùng để làm gì")],
    scope: Annotated[list[Scope], typer.Option(help="Quyền; lặp lại để thêm")],
    days: Annotated[int, typer.Option(help="Dùng được bao nhiêu ngày")] = DAYS,
) -> None:
    """Tạo mã và in ra đầu ra chuẩn, chỉ lần này."""
    token, shown = asyncio.run(_add(login, name, scope, days))
    until = token.expires_at.astimezone().strftime("%d/%m/%Y")
    typer.echo(f"mã {token.id} của {login}, dùng đến {until}; mã chỉ in lần này:", err=True)
    typer.echo(shown)


async def _add(login: str, name: str, scopes: list[Scope], days: int) -> tuple[ApiToken, str]:
    async with open_database() as (_, database), database.write() as session:
        try:
            official = await officials.find(session, login)
            return await officials.issue_token(
                session, official, name=name, scopes=scopes, days=days,
                actor=f"cli:{getpass.getuser()}", where="cli", now=utc_now(),
            )  # fmt: skip
        except officials.OfficialError as error:
            fail(str(error))


@app.command("list")
def list_(login: Login) -> None:
    """Liệt kê mã của một cán bộ."""
    now = utc_now()
    for one in asyncio.run(_list(login)):
        state = "thu hồi" if one.revoked_at else "hết hạn" if one.expires_at <= now else "đang dùng"
        used = one.used_at.isoformat(timespec="seconds") if one.used_at else "chưa dùng"
        until = one.expires_at.isoformat(timespec="seconds")
        typer.echo("\t".join((one.id, one.name, ",".join(one.scopes), until, used, state)))


async def _list(login: str) -> Sequence[ApiToken]:
    async with open_database() as (_, database), database.read() as session:
        try:
            return await officials.tokens_of(session, await officials.find(session, login))
        except officials.OfficialError as error:
            fail(str(error))


@app.command()
def revoke(login: Login, token: Annotated[str, typer.Argument(help="Mã ngắn, tám ký tự")]) -> None:
    """Thu hồi một mã; có hiệu lực ngay."""
    asyncio.run(_revoke(login, token))
    typer.echo(f"đã thu hồi {token}")


async def _revoke(login: str, token: str) -> None:
    async with open_database() as (_, database), database.write() as session:
        try:
            official = await officials.find(session, login)
            await officials.revoke_token(
                session, official, token, actor=f"cli:{getpass.getuser()}", where="cli",
                now=utc_now(),
            )  # fmt: skip
        except officials.OfficialError as error:
            fail(str(error))
