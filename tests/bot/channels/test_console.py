"""The batch contract: one line out for each line in, in order, whatever comes."""

from __future__ import annotations

import io
import json

from bot.channels import console
from bot.conversation import Action, Candidate, Reply
from knowledge.content import Facet

REPLY = Reply(
    Action.ANSWER,
    "Dạ.",
    facet=Facet.FEE,
    candidates=tuple(Candidate(f"1.00000{n}", "Tên", 0.123456) for n in range(7)),
)


async def echo(text: str, province: str) -> Reply:
    return Reply(Action.OTHER, f"{text}|{province}") if province else REPLY


async def answers(*lines: bytes) -> list[dict[str, object]]:
    return [one async for one in console.answer_lines(lines, echo)]


async def test_the_shape_of_a_line() -> None:
    (line,) = await answers(b'{"id": "a", "q": "x"}')
    assert isinstance(line.pop("ms"), float)
    assert line == {
        "id": "a",
        "action": "answer",
        "facet": "fee",
        "candidates": [{"code": f"1.00000{n}", "title": "Tên", "p": 0.1235} for n in range(5)],
        "text": "Dạ.",
    }


async def test_a_bad_line_gives_an_error_in_its_place() -> None:
    lines = await answers(
        b'{"id": 1, "q": "x", "province": "Vinh Long"}',
        b"{nonsense",
        b'{"id": 3}',
        b"[1, 2]",
        b'"\xff\xfe"',
        b'{"id": 6, "q": 7}',
        b"x" * (console.MAX_LINE_BYTES + 1),
        b"\n",
        b"[" * 100_000,
        b'{"id": 8, "q": "cu\xe1\xbb\x91i"}',
    )
    assert [line["id"] for line in lines] == [1, None, 3, None, None, 6, None, None, 8]
    assert ["error" in line for line in lines] == [False] + [True] * 7 + [False]
    assert lines[0]["text"] == "x|Vinh Long"
    assert json.dumps(lines, ensure_ascii=False)


def test_an_overlong_line_is_read_in_bounded_pieces() -> None:
    long = b"y" * (3 * console.MAX_LINE_BYTES)
    stream = io.BytesIO(b"a\n" + long + b"\nb")
    lines = list(console.read_lines(stream))
    assert [len(line) for line in lines] == [2, console.MAX_LINE_BYTES + 1, 1]
