"""What was typed when the session had ended: carried through signing in, then sent again by hand.

Nothing of it is stored: it travels in the pages, from the browser and back to the same browser.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from bot.admin.access import PREFIX, own_path
from bot.admin.pages import MAX_FIELDS, read_form

#: Most bytes of one form carried along; the sign-in form around it must stay under its own limit.
MOST_BYTES: Final = 1_500_000
#: Characters of one value shown for reading over.
SHOWN: Final = 300
#: Never carried: forms about passwords and codes, and what they call them anywhere else.
PRIVATE: Final = (f"{PREFIX}/me", f"{PREFIX}/login", f"{PREFIX}/reset", f"{PREFIX}/logout")
SECRET: Final = frozenset({"password", "current", "new", "again"})
#: Fields of ours that say nothing to the one who typed.
_OURS: Final = frozenset({"do", "base", "revision"})


@dataclass(frozen=True, slots=True)
class Kept:
    """One form that was sent without a session."""

    path: str
    """Where it was sent, with /admin before it."""
    fields: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...] = ()
    """(field, file name): a browser lets nobody but its user choose a file, so it is asked again."""

    def written(self) -> str:
        """Return it as the text that travels in the sign-in form."""
        return json.dumps(
            {"path": self.path, "fields": self.fields, "files": self.files}, ensure_ascii=False
        )

    @property
    def shown(self) -> list[tuple[str, str]]:
        """What was typed, to read over: (field, value), long values cut."""
        return [
            (name, value if len(value) <= SHOWN else f"{value[:SHOWN]}…")
            for name, value in self.fields
            if value.strip() and name not in _OURS
        ]


async def keep(request: Request) -> Kept | None:
    """Return the form of a request without a session, or None when it is not carried."""
    path = request.url.path
    length = request.headers.get("content-length", "")
    is_small = length.isascii() and length.isdigit() and int(length[:12]) <= 2 * MOST_BYTES
    if request.method != "POST" or path.startswith(PRIVATE) or not is_small:
        return None
    try:
        form = await request.form(max_fields=MAX_FIELDS, max_part_size=MOST_BYTES)
    except HTTPException:
        return None
    items = form.multi_items()
    query = f"?{request.url.query}" if request.url.query else ""
    kept = Kept(
        path + query,
        tuple((n, v) for n, v in items if isinstance(v, str) and n not in SECRET),
        tuple((n, v.filename) for n, v in items if isinstance(v, UploadFile) and v.filename),
    )
    await form.close()
    if not (kept.fields or kept.files) or len(kept.written().encode()) > MOST_BYTES:
        return None
    return kept


def read_kept(text: object) -> Kept | None:
    """Return what a sign-in form carries, or None when it is not what `written` makes."""
    if not isinstance(text, str) or not text:
        return None
    try:
        found = json.loads(text)
        kept = Kept(
            str(found["path"]),
            tuple((str(name), str(value)) for name, value in found["fields"]),
            tuple((str(name), str(value)) for name, value in found["files"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
    is_ours = own_path(kept.path) == kept.path and not kept.path.startswith(PRIVATE)
    is_small = len(kept.fields) + len(kept.files) <= MAX_FIELDS
    has_secret = any(name in SECRET for name, _ in kept.fields)
    return kept if is_ours and is_small and not has_secret else None


async def read_sign_in(request: Request) -> tuple[FormData, Kept | None]:
    """Return the form of a sign-in page and what it carries along."""
    form = await read_form(request, max_part_size=MOST_BYTES)
    return form, read_kept(form.get("kept"))
