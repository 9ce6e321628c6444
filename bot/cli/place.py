"""`motcua place`: what an old or new place name means today."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Annotated, Any

import typer

from bot.channels.console import parse_line, read_lines
from bot.cli.asking import open_input
from bot.cli.failing import fail
from bot.cli.opening import open_database
from knowledge.places import Places, as_json, describe
from knowledge.places.stored import read_places


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


async def _places() -> Places:
    async with open_database() as (_, database), database.read() as session:
        return await read_places(session)


def _answer(places: Places, line: bytes) -> dict[str, Any]:
    parsed = parse_line(line)
    if isinstance(parsed, dict):
        return parsed
    return {**as_json(places.resolve(parsed.q)), "id": parsed.id}


def _text(places: Places, name: str) -> str:
    found = places.resolve(name)
    if found.ask:
        shown = "\n".join(f"- {one.name}, {one.province} ({one.code})" for one in found.ask)
        return f"Có thể là:\n{shown}"
    parts = describe(found)
    if parts is None or found.best is None:
        fail("chưa tìm ra nơi này; thử thêm tên huyện, tỉnh (tên cũ cũng được)")
    old = f"{parts.was} ({parts.was_in}) → " if parts.was and parts.was_in else ""
    return f"{old}{found.best.name}, {found.best.province} ({found.best.code})"
