"""`motcua zalo token`: put in the first pair of tokens of the Official Account, see how it fares."""

from __future__ import annotations

import asyncio
import json
import sys
from getpass import getpass
from typing import Annotated

import typer

from bot.channels.zalo_oa.tokens import load, put
from bot.cli.failing import fail
from bot.cli.opening import open_database
from knowledge.columns import utc_now

app = typer.Typer(help="Zalo Official Account.", no_args_is_help=True)
token = typer.Typer(help="Khóa truy cập (access token, refresh token).", no_args_is_help=True)
app.add_typer(token, name="token")

#: More than two tokens of Zalo's need.
MAX_INPUT = 20_000


@token.command("set")
def set_() -> None:
    """Nạp khóa lấy từ trang Zalo; đọc từ đầu vào chuẩn, không bao giờ từ dòng lệnh.

    Nhận một dòng refresh token, hoặc access token rồi refresh token, hoặc JSON như Zalo trả về.
    """
    access, refresh = _read_pair()
    asyncio.run(_set(access, refresh))


async def _set(access: str, refresh: str) -> None:
    async with open_database(bare=True) as (settings, database):
        if not settings.zalo_oa_app_id:
            fail("đặt MOTCUA_ZALO_OA_APP_ID trước khi nạp khóa", 2)
        try:
            await put(
                database, settings.zalo_oa_app_id, refresh=refresh, access=access, now=utc_now()
            )
        except ValueError:
            fail("khóa chưa đúng: mỗi khóa là một chuỗi liền, không có khoảng trắng", 2)
    typer.echo("Đã lưu khóa. Máy chủ tự đổi khóa mới trước khi hết hạn; chạy motcua doctor để thử.")


@token.command()
def info(
    as_json: Annotated[bool, typer.Option("--json", help="In một dòng JSON")] = False,
) -> None:
    """Cho biết khóa còn hạn đến bao giờ; không in khóa."""
    asyncio.run(_info(as_json=as_json))


async def _info(*, as_json: bool) -> None:
    async with open_database(bare=True) as (settings, database):
        row = await load(database, settings.zalo_oa_app_id)
    if row is None:
        fail("chưa có khóa Zalo; chạy motcua zalo token set")
    known = {
        "access_expires_at": row.access_expires_at.isoformat(timespec="seconds"),
        "refresh_expires_at": row.refresh_expires_at.isoformat(timespec="seconds"),
        "generation": row.generation,
        "refused": row.refused_why,
    }
    if as_json:
        typer.echo(json.dumps(known))
        return
    typer.echo(f"Access token còn hạn đến  {known['access_expires_at']}")
    typer.echo(f"Refresh token còn hạn đến {known['refresh_expires_at']}")
    if row.refused_at:
        typer.echo(f"Zalo đã từ chối đổi khóa: {row.refused_why}. Nạp khóa mới.")


def _read_pair() -> tuple[str, str]:
    """Return (access or "", refresh) as typed without echo, or piped in."""
    if sys.stdin.isatty():
        return getpass("Access token (có thể để trống): ").strip(), getpass(
            "Refresh token: "
        ).strip()
    given = sys.stdin.read(MAX_INPUT).strip()
    if given.startswith("{"):
        return _from_json(given)
    words = given.split()
    if len(words) not in (1, 2):
        fail("cần một hoặc hai khóa ở đầu vào chuẩn", 2)
    return ("", words[0]) if len(words) == 1 else (words[0], words[1])


def _from_json(given: str) -> tuple[str, str]:
    try:
        pair = json.loads(given)
    except ValueError:
        fail("đầu vào không phải JSON", 2)
    return str(pair.get("access_token") or ""), str(pair.get("refresh_token") or "")
