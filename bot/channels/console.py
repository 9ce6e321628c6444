"""The channel of the command line: one answer, a stream of them, or a talk."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import asdict
from typing import Any, Final, Protocol

from pydantic import BaseModel, ConfigDict, StrictInt, StrictStr, ValidationError

from bot.conversation import Message, Reply

NAME: Final = "console"
#: A longer line of a batch is refused unread.
MAX_LINE_BYTES: Final = 1_000_000
MOST_CANDIDATES: Final = 5


class Answerer(Protocol):
    """Answers a question as a fresh conversation would, keeping nothing."""

    async def __call__(self, text: str, province: str) -> Reply:
        """Return the reply to `text` from someone in `province` ("" = not told)."""


class BatchQuestion(BaseModel):
    """One line of `motcua ask --batch`."""

    model_config = ConfigDict(extra="ignore")

    id: StrictStr | StrictInt | None = None
    q: StrictStr
    province: StrictStr = ""


def message(text: str, chat_id: str = "console") -> Message:
    """Return what was typed at the console as a message."""
    return Message(NAME, chat_id, text, introduced=True)


def as_json(id_: str | int | None, reply: Reply, ms: float) -> dict[str, Any]:
    """Return one line of the `ask --batch` contract; keep it stable."""
    return {
        "id": id_,
        "action": reply.action.value,
        "facet": reply.facet.value if reply.facet else None,
        "candidates": [
            {**asdict(candidate), "p": round(candidate.p, 4)}
            for candidate in reply.candidates[:MOST_CANDIDATES]
        ],
        "text": reply.plain(),
        "ms": round(ms, 3),
    }


async def answer_lines(lines: Iterable[bytes], answer: Answerer) -> AsyncIterator[dict[str, Any]]:
    """Yield one result for each line, in order; a bad line gives an error in its place."""
    for line in lines:
        if line.strip():
            yield await _answer_line(line, answer)


async def _answer_line(line: bytes, answer: Answerer) -> dict[str, Any]:
    question = parse_line(line)
    if isinstance(question, dict):
        return question
    started = time.perf_counter()
    reply = await answer(question.q, question.province)
    return as_json(question.id, reply, (time.perf_counter() - started) * 1_000)


def parse_line(line: bytes) -> BatchQuestion | dict[str, Any]:
    """Return the question of one line, or the error that stands in its place."""
    if len(line) > MAX_LINE_BYTES:
        return {"id": None, "error": f"dòng dài quá {MAX_LINE_BYTES} byte"}
    try:
        raw = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return {"id": None, "error": "dòng không phải UTF-8"}
    except (ValueError, RecursionError):
        return {"id": None, "error": "dòng không phải JSON"}
    id_ = raw.get("id") if isinstance(raw, dict) else None
    id_ = id_ if isinstance(id_, str | int) else None
    try:
        return BatchQuestion.model_validate(raw)
    except ValidationError:
        return {"id": id_, "error": 'cần {"id": …, "q": "câu hỏi", "province"?: "tỉnh"}'}


def read_lines(stream: Any) -> Iterator[bytes]:
    """Yield the lines of a binary stream; of an overlong one only its beginning, in bounded memory."""
    while line := stream.readline(MAX_LINE_BYTES + 1):
        whole = line
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE_BYTES)
        yield whole
