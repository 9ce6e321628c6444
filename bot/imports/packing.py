"""A draft as bytes of a row, a quarter of its JSON, and back."""

from __future__ import annotations

import json
import zlib

from knowledge.content import Content, Problem
from knowledge.importing import Draft
from knowledge.models import Origin
from knowledge.publishing import dump


def pack(draft: Draft) -> bytes:
    """Return the draft as compressed JSON; its problems stand in the row itself."""
    fields = {
        "source": draft.source,
        "origin": draft.origin.value,
        "content": dump(draft.content),
        "aliases": draft.aliases,
        "examples": draft.examples,
        "record": draft.record,
        "outline": draft.outline,
    }
    return zlib.compress(json.dumps(fields, ensure_ascii=False).encode(), 1)


def unpack(packed: bytes) -> Draft:
    """Return the draft that `pack` packed."""
    fields = json.loads(zlib.decompress(packed))
    return Draft(
        source=fields["source"],
        content=Content.model_validate(fields["content"]),
        aliases=tuple(fields["aliases"]),
        examples=tuple(fields["examples"]),
        origin=Origin(fields["origin"]),
        record=fields["record"],
        outline=fields["outline"],
    )


def as_rows(problems: tuple[Problem, ...]) -> list[dict[str, str]]:
    """Return problems as a row keeps them."""
    return [{"field": one.field, "code": one.code, "text": one.text} for one in problems]
