"""Tables to keep: CSV sent while its rows are read."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from typing import Any

from starlette.responses import StreamingResponse

from bot.sheets import BOM, line


def csv_response(
    name: str, head: Sequence[str], rows: AsyncIterable[Iterable[Any]]
) -> StreamingResponse:
    """Return `rows` as a file to keep, sent while they are read."""
    return StreamingResponse(
        _lines(head, rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _lines(head: Sequence[str], rows: AsyncIterable[Iterable[Any]]) -> AsyncIterator[str]:
    yield BOM + line(head)
    async for row in rows:
        yield line(row)
