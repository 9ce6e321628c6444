"""`motcua place`: what an old or new place name means today."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bot import messages as say
from bot.channels.console import parse_line, read_lines
from bot.cli.asking import open_input
from bot.cli.failing import fail
from bot.cli.opening import open_database
from knowledge.importing.units import replace_table
from knowledge.places import (
    Places,
    Resolution,
    TableError,
    TableInfo,
    Trouble,
    as_json,
    describe,
)
from knowledge.places.stored import read_places
from knowledge.publishing import bump_version

#: Problems shown of a table that is refused.
MOST_PROBLEMS: Final = 20


def place(
    name: Annotated[str | None, typer.Argument(help="Tên nơi, cũ hay mới")] = None,
    batch: Annotated[
        str | None, typer.Option(help='Tệp JSON lines {"id", "q"}; - là đầu vào chuẩn')
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="In một dòng JSON")] = False,
) -> None:
    """Tra tên xã, phường, tỉnh hiện nay của một nơi."""
    if (name is None) == (batch is None):
        fail("cho một tên nơi, hoặc --batch TỆP", 2)
    places = asyncio.run(_places())
    if batch is None:
        found = as_json(places.resolve(name or ""))
        typer.echo(json.dumps(found, ensure_ascii=False) if json_ else _text(places, name or ""))
        return
    with open_input(batch) as stream:
        for line in read_lines(stream):
            if line.strip():
                result = json.dumps(_answer(places, line), ensure_ascii=False)
                sys.stdout.write(f"{result}\n")
                sys.stdout.flush()


units = typer.Typer(help="Danh mục tỉnh, xã, phường.", no_args_is_help=True)


@units.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(help="Thư mục có table.yaml, units.tsv, changes.tsv")],
) -> None:
    """Thay danh mục bằng bản mới; một dòng sai thì không thay gì."""
    info = asyncio.run(_import(folder))
    typer.echo(f"đã thay bằng danh mục bản {info.version}, hiệu lực {info.effective_on}")


@units.command("version")
def version() -> None:
    """Xem đang dùng danh mục bản nào."""
    info = asyncio.run(_places()).info
    typer.echo(f"bản {info.version}, hiệu lực {info.effective_on}")


async def _import(folder: Path) -> TableInfo:
    async with open_database() as (_, database):
        try:
            async with database.write() as session:
                info = await replace_table(session, folder)
                await bump_version(session)
                return info
        except TableError as error:
            for problem in error.problems[:MOST_PROBLEMS]:
                typer.echo(problem, err=True)
            fail(f"chưa thay gì: {len(error.problems)} lỗi trong danh mục")
        except (OSError, KeyError, ValueError) as error:
            fail(f"không đọc được danh mục trong {folder}: {error}")


async def _places() -> Places:
    async with open_database() as (_, database), database.read() as session:
        return await read_places(session)


def _answer(places: Places, line: bytes) -> dict[str, Any]:
    parsed = parse_line(line)
    if isinstance(parsed, dict):
        return {**as_json(Resolution()), **parsed}
    found = places.resolve(parsed.q)
    answer = {**as_json(found), "id": parsed.id}
    if found.trouble not in (None, Trouble.UNKNOWN):
        answer["error"] = say.PLACE_TROUBLES[found.trouble]
    return answer


def _text(places: Places, name: str) -> str:
    found = places.resolve(name)
    if found.ask:
        shown = "\n".join(f"- {one.name}, {one.province} ({one.code})" for one in found.ask)
        return f"Có thể là:\n{shown}"
    parts = describe(found)
    if parts is None or found.best is None:
        fail(say.PLACE_TROUBLES[found.trouble or Trouble.UNKNOWN])
    old = f"{parts.was} ({parts.was_in}) → " if parts.was and parts.was_in else ""
    return f"{old}{found.best.name}, {found.best.province} ({found.best.code})"
