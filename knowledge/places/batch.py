"""Resolves JSON lines, one place a line, for `motcua place --batch`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from knowledge.places.atlas import Places
from knowledge.places.resolution import Resolution, Trouble, as_json


def resolve_lines(lines: Iterable[str], places: Places) -> Iterator[dict[str, object]]:
    """Yield an answer for every line `{"id": …, "q": …}`; blank lines are passed over.

    A line that is no such object gets an answer too, with `error` naming the line, so that answers and
    questions can be matched.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _answer(line, number, places)


def _answer(line: str, number: int, places: Places) -> dict[str, object]:
    try:
        asked: Any = json.loads(line)
    except ValueError:
        return _refusal("", f"dòng {number}: không phải JSON")
    if not isinstance(asked, dict) or not isinstance(asked.get("q"), str):
        id_ = asked.get("id", "") if isinstance(asked, dict) else ""
        return _refusal(id_, f'dòng {number}: cần một đối tượng có "q" là chữ')
    found = places.resolve(asked["q"])
    answer = as_json(found) | {"id": asked.get("id", "")}
    if found.trouble not in (None, Trouble.UNKNOWN):
        answer["error"] = f"dòng {number}: {found.trouble}"
    return answer


def _refusal(id_: object, error: str) -> dict[str, object]:
    return as_json(Resolution()) | {"id": id_, "error": error}
