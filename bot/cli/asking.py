"""`motcua ask` and `motcua chat`: the assistant at the command line."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from bot.channels import console
from bot.cli.failing import fail
from bot.cli.opening import open_database
from bot.conversation import Message, Reply
from bot.dialogue import Dialogue, State
from bot.wiring.knowledge import open_dialogue
from knowledge.text import normalise


@asynccontextmanager
async def _dialogue() -> AsyncIterator[Dialogue]:
    async with open_database() as (settings, database):
        yield await open_dialogue(settings, database)


def ask(
    question: Annotated[str | None, typer.Argument(help="Câu hỏi")] = None,
    batch: Annotated[
        str | None, typer.Option(help="Tệp JSON lines để hỏi hàng loạt; - là đầu vào chuẩn")
    ] = None,
    province: Annotated[str, typer.Option(help="Tỉnh của người hỏi (tên hoặc mã)")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="In một dòng JSON")] = False,
    why: Annotated[bool, typer.Option("--why", help="Giải thích vì sao tìm ra")] = False,
) -> None:
    """Hỏi một câu, hoặc nhiều câu với --batch; mỗi câu như một cuộc trò chuyện mới."""
    if (question is None) == (batch is None):
        fail("cho một câu hỏi, hoặc --batch TỆP", 2)
    if batch is not None:
        asyncio.run(_ask_batch(batch))
    else:
        asyncio.run(_ask_one(question or "", province, as_json=as_json, why=why))


async def _ask_one(question: str, province: str, *, as_json: bool, why: bool) -> None:
    async with _dialogue() as dialogue:
        if why:
            index = dialogue.sources.library.current.index
            code = _province_code(dialogue, province)
            typer.echo(str(index.explain(normalise(question), province_code=code)))
            return
        started = time.perf_counter()
        reply = await _answer(dialogue, question, province)
        ms = (time.perf_counter() - started) * 1_000
        line = json.dumps(console.as_json(None, reply, ms), ensure_ascii=False)
        typer.echo(line if as_json else reply.plain())


async def _ask_batch(path: str) -> None:
    async with _dialogue() as dialogue:

        async def answer(text: str, province: str) -> Reply:
            return await _answer(dialogue, text, province)

        with open_input(path) as stream:
            async for result in console.answer_lines(console.read_lines(stream), answer):
                sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
                sys.stdout.flush()


def open_input(path: str) -> BinaryIO:
    """Open the file of a batch; "-" is standard input."""
    if path == "-":
        return sys.stdin.buffer
    try:
        return Path(path).open("rb")
    except OSError as error:
        fail(f"không đọc được {path}: {error.strerror}")


async def _answer(dialogue: Dialogue, text: str, province: str) -> Reply:
    state = State(introduced=True, province_code=_province_code(dialogue, province))
    return await dialogue.answer_fresh(console.message(text), state)


def _province_code(dialogue: Dialogue, province: str) -> str:
    """Return the code of a province given by name (old or new) or code; "" when unknown."""
    if not province:
        return dialogue.sources.settings.province_code
    if province.isdigit():
        return province.zfill(2)
    return dialogue.sources.library.current.places.resolve(province).province_code


def chat() -> None:
    """Trò chuyện ngay trong cửa sổ lệnh; dòng trống hoặc Ctrl+D để thôi."""
    asyncio.run(_chat())


async def _chat() -> None:
    async with _dialogue() as dialogue:
        typer.echo(f"{dialogue.introduction()}\n")
        chat_id = f"console-{time.time_ns()}"
        while question := await asyncio.to_thread(_typed):
            reply = await dialogue.reply_to(
                Message(console.NAME, chat_id, question, introduced=True)
            )
            typer.echo(f"\n{reply.plain()}\n")


def _typed() -> str:
    try:
        return input("Dân: ").strip()
    except (EOFError, KeyboardInterrupt):
        return ""
