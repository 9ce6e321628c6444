"""`motcua official`: the first admin, and whoever is locked out of the pages."""

from __future__ import annotations

import asyncio
import getpass
import sys
from typing import Annotated

import typer
from sqlmodel import col, select

from bot import officials
from bot.cli import official_tokens
from bot.cli.failing import fail
from bot.cli.opening import open_database
from bot.models import Official, OfficialSession, Role
from knowledge.columns import utc_now

app = typer.Typer(help="Cán bộ dùng trang quản trị.", no_args_is_help=True)
app.add_typer(official_tokens.app, name="token")
Login = Annotated[str, typer.Argument(help="Tên đăng nhập")]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="Đọc mật khẩu từ đầu vào chuẩn")]


def _actor() -> str:
    return f"cli:{getpass.getuser()}"


@app.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="Họ tên")] = "",
    role: Annotated[list[Role] | None, typer.Option(help="Vai trò; lặp lại để thêm")] = None,
    password_stdin: FromInput = False,
) -> None:
    """Thêm cán bộ; không ghi --role thì chỉ người đầu tiên có, và có vai trò admin."""
    if not role:
        role = asyncio.run(_first_role())
    password = _password(login, from_input=password_stdin)
    asyncio.run(_add(login, name or login, role, password))
    typer.echo(f"đã thêm {login.lower()}; đăng nhập tại /admin")


async def _first_role() -> list[Role]:
    """Return what the first official is without being told; nobody else becomes admin by omission."""
    async with open_database() as (_, database), database.read() as session:
        anybody = (await session.exec(select(Official.id).limit(1))).first()
    if anybody is not None:
        fail(f"hãy ghi --role, ví dụ --role viewer; có: {', '.join(Role)}", 2)
    return [Role.ADMIN]


async def _add(login: str, name: str, roles: list[Role], password: str) -> None:
    async with open_database() as (_, database), database.write() as session:
        try:
            await officials.add(
                session,
                login=login,
                name=name,
                roles=roles,
                password_hash=await officials.hash_password(password),
                actor=_actor(),
                where="cli",
                now=utc_now(),
            )
        except officials.OfficialError as error:
            fail(str(error))


@app.command("list")
def list_() -> None:
    """Liệt kê cán bộ."""
    for official in asyncio.run(_list()):
        state = "đã khoá" if official.disabled_at else "đang dùng"
        step = "2 bước" if official.totp_secret else "1 bước"
        typer.echo(
            f"{official.login}\t{official.name}\t{','.join(official.roles)}\t{step}\t{state}"
        )


async def _list() -> list[Official]:
    async with open_database() as (_, database), database.read() as session:
        return list((await session.exec(select(Official).order_by(Official.login))).all())


@app.command()
def passwd(login: Login, password_stdin: FromInput = False) -> None:
    """Đặt mật khẩu mới; mọi phiên đang mở bị đóng, bước thứ hai bị gỡ."""
    password = _password(login, from_input=password_stdin)
    asyncio.run(_passwd(login, password))
    typer.echo("đã đặt mật khẩu mới")


async def _passwd(login: str, password: str) -> None:
    async with open_database() as (_, database), database.write() as session:
        try:
            official = await officials.find(session, login)
        except officials.OfficialError as error:
            fail(str(error))
        official.totp_secret, official.recovery_hashes = "", []
        hashed = await officials.hash_password(password)
        await officials.forgive(session, f"account:{official.login}")
        await officials.set_password(
            session, official, hashed, actor=_actor(), where="cli", now=utc_now()
        )


@app.command()
def disable(login: Login) -> None:
    """Khoá một tài khoản và đóng mọi phiên của nó."""
    asyncio.run(_switch(login, on=False))
    typer.echo(f"đã khoá {login}")


@app.command()
def enable(login: Login) -> None:
    """Mở lại một tài khoản đã khoá."""
    asyncio.run(_switch(login, on=True))
    typer.echo(f"đã mở lại {login}")


async def _switch(login: str, *, on: bool) -> None:
    change = officials.enable if on else officials.disable
    async with open_database() as (_, database), database.write() as session:
        try:
            official = await officials.find(session, login)
            await change(session, official, actor=_actor(), where="cli", now=utc_now())
        except officials.OfficialError as error:
            fail(str(error))


@app.command()
def sessions(
    login: Login,
    revoke: Annotated[bool, typer.Option("--revoke", help="Đóng mọi phiên")] = False,
) -> None:
    """Xem các phiên đang mở của một cán bộ, hoặc đóng tất cả."""
    for opened in asyncio.run(_sessions(login, revoke=revoke)):
        seen = opened.seen_at.isoformat(timespec="seconds")
        typer.echo(f"{seen}\t{opened.address}\t{opened.browser}\t{'đã đóng' if revoke else ''}")


async def _sessions(login: str, *, revoke: bool) -> list[OfficialSession]:
    async with open_database() as (_, database), database.write() as session:
        try:
            official = await officials.find(session, login)
        except officials.OfficialError as error:
            fail(str(error))
        query = select(OfficialSession).where(OfficialSession.official_id == official.id)
        found = list((await session.exec(query.order_by(col(OfficialSession.seen_at)))).all())
        if revoke:
            await officials.end_sessions(
                session, official, actor=_actor(), where="cli", now=utc_now()
            )
        session.expunge_all()
        return found


def _password(login: str, *, from_input: bool) -> str:
    """Return the password typed twice, or the first line of standard input."""
    if from_input:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt("Mật khẩu", hide_input=True, confirmation_prompt="Nhập lại")
    try:
        officials.check_password(password, login)
    except officials.OfficialError as error:
        fail(str(error), 2)
    return password
