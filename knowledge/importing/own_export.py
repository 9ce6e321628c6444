"""What `motcua kb export --format jsonl` writes: whole contents with their phrases, to move house."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from knowledge.content import Content
from knowledge.importing import cleaning, files
from knowledge.importing.drafts import Draft, Progress, Refused, ignore

#: An export holds everything that was published where it was made.
COMPLETE: Final = False
#: Longest phrase taken over.
MAX_PHRASE: Final = 500


def recognises(path: Path) -> bool:
    """Whether the first record has the keys of our contents."""
    return {"code", "title"} <= files.first_record(path).keys()


def read(path: Path, progress: Progress = ignore) -> Iterator[Draft | Refused]:
    """Yield a draft for each record that is a valid content.

    Raises:
        UnreadableFileError: the file as a whole cannot be read.
    """
    for record in files.records(path, progress):
        yield record if isinstance(record, Refused) else _draft(*record, path.name)


def _draft(number: int, record: dict[str, Any], name: str) -> Draft | Refused:
    aliases, examples = record.pop("aliases", []), record.pop("examples", [])
    code = str(record.get("code", ""))[:40]
    try:
        content = Content.model_validate(_cleaned(record))
    except (ValidationError, RecursionError) as error:
        return Refused(number, _reason(error), code)
    return Draft(
        source=f"Bản xuất {name}",
        content=content,
        aliases=_phrases(aliases),
        examples=_phrases(examples),
        problems=content.problems,
        record=number,
    )


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return "lồng nhau quá sâu"


def _cleaned(value: Any) -> Any:
    """Return JSON whose texts hold no control, invisible or direction characters."""
    if isinstance(value, str):
        return cleaning.visible(value)
    if isinstance(value, dict):
        return {key: _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    return value


def _phrases(listed: object) -> tuple[str, ...]:
    if not isinstance(listed, list):
        return ()
    texts = (cleaning.line(text) for text in listed if isinstance(text, str))
    return tuple(text for text in texts if 0 < len(text) <= MAX_PHRASE)
