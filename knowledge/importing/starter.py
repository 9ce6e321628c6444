"""The starter knowledge, written by us: read as drafts, and loaded once for each release."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.content import Content
from knowledge.importing.drafts import Draft, Progress, Refused, UnreadableFileError, ignore
from knowledge.models import AliasKind, Origin, Source
from knowledge.publishing import (
    AUTHORS,
    Outcome,
    Phrase,
    Saved,
    add_phrases,
    bump_version,
    keep_only_phrases,
    publish,
    save_drafts,
)
from knowledge.yaml_files import read_yaml

Write = Callable[[], AbstractAsyncContextManager[AsyncSession]]
#: Loads one more sort of starter data inside the same transaction; says whether it changed any.
Part = Callable[[AsyncSession, Path], Awaitable[bool]]

#: A folder of some procedures lacks the others for no reason.
COMPLETE: Final = False
#: The data that comes with the program.
DATA: Final = Path(__file__).parents[1] / "data"
#: The `Source` row that remembers which data has been loaded.
KEY: Final = "starter"
#: Counts up when the same files must be loaded again because this code reads them differently.
FORMAT: Final = 2
#: Largest file read; an official's procedure has 10 KB, a phrase file 100 KB.
MAX_FILE: Final = 4 * 1024**2


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading the starter knowledge did."""

    procedures: int = 0
    """Published new or changed."""
    kept: int = 0
    """Left as an editor made them; our new text stands beside as a draft."""
    phrases: int = 0
    parts: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything became different for citizens."""
        return bool(self.procedures or self.phrases or self.parts)


def recognises(path: Path) -> bool:
    """Whether `path` is a folder with a `procedures` folder of YAML files."""
    return (path / "procedures").is_dir()


def read(path: Path, progress: Progress = ignore) -> Iterator[Draft | Refused]:
    """Yield one draft for each file procedures/*/*.yaml, sorted by name.

    Raises:
        UnreadableFileError: there is none.
    """
    files = sorted((path / "procedures").glob("*/*.yaml"))
    if not files:
        raise UnreadableFileError(f"Thư mục {path.name} không có tệp procedures/*/*.yaml nào.")
    for number, file in enumerate(files, start=1):
        yield _draft(file, number)
        progress(number / len(files))


def _draft(file: Path, number: int) -> Draft | Refused:
    name = f"{file.parent.name}/{file.name}"
    try:
        fields = _yaml(file)
        aliases, examples = fields.pop("aliases", []), fields.pop("examples", [])
        return Draft(
            source=f"Kiến thức khởi đầu, {name}",
            content=Content.model_validate(fields),
            aliases=tuple(map(str, aliases)),
            examples=tuple(map(str, examples)),
            origin=Origin.STARTER,
            record=number,
        )
    except (ValidationError, UnreadableFileError, TypeError) as error:
        return Refused(number, f"{name}: {_one_line(error)}", file.stem)


def _one_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error).replace("\n", " ")[:300]


def _yaml(file: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file.

    Raises:
        UnreadableFileError: it is too large, not UTF-8, not YAML or no mapping.
    """
    if file.stat().st_size > MAX_FILE:
        raise UnreadableFileError("tệp quá lớn")
    try:
        found = read_yaml(file)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise UnreadableFileError(f"YAML hỏng: {error}") from error
    if not isinstance(found, dict):
        raise UnreadableFileError("không phải danh sách khóa và giá trị")
    return found


def read_phrases(data_dir: Path) -> Iterator[Phrase]:
    """Yield the phrases of phrases/*.yaml: code → {aliases, examples}.

    Raises:
        UnreadableFileError: a file is not of that form.
    """
    for file in sorted((data_dir / "phrases").glob("*.yaml")):
        for code, kinds in _yaml(file).items():
            if not isinstance(code, str) or not isinstance(kinds, dict):
                raise UnreadableFileError(f"{file.name}: mã {code} phải để trong ngoặc kép")
            yield from phrases(code, kinds.get("aliases") or [], kinds.get("examples") or [])


def phrases(
    code: str, aliases: list[str] | tuple[str, ...], examples: list[str] | tuple[str, ...]
) -> Iterator[Phrase]:
    """Yield the phrases of one procedure, spaces put right."""
    for texts, kind in ((aliases, AliasKind.ALIAS), (examples, AliasKind.EXAMPLE)):
        for text in texts:
            yield Phrase(code, " ".join(str(text).split()), kind)


def digest(data_dir: Path) -> str:
    """Return a hash of all files in the folder, by which a new release is noticed."""
    seen = hashlib.sha256(f"{FORMAT}".encode())
    for file in sorted(path for path in data_dir.rglob("*") if path.is_file()):
        seen.update(file.relative_to(data_dir).as_posix().encode())
        seen.update(hashlib.sha256(file.read_bytes()).digest())
    return seen.hexdigest()


async def load_starter(
    write: Write, data_dir: Path = DATA, *, parts: tuple[Part, ...] = ()
) -> Loaded:
    """Load the starter knowledge unless just this data has been loaded; all of it or nothing.

    A procedure that an editor has changed keeps the editor's content. Phrases of an older release
    that this one lacks are removed; those that people added stay.

    Raises:
        UnreadableFileError: a file of ours is wrong; nothing is loaded.
    """
    now = digest(data_dir)
    async with write() as session:
        source = (await session.exec(select(Source).where(Source.key == KEY))).first()
        if source is not None and source.note == now:
            return Loaded()
        drafts = list(_sound(read(data_dir)))
        saved = await save_drafts(
            session,
            [draft.content for draft in drafts],
            author=AUTHORS[Origin.STARTER],
            origin=Origin.STARTER,
        )
        live = [one.revision_id for one in saved if one.publishable]
        known = list(read_phrases(data_dir))
        for draft in drafts:
            known += phrases(draft.content.code, draft.aliases, draft.examples)
        changed = await keep_only_phrases(session, known, origin=Origin.STARTER)
        changed += await add_phrases(session, known, origin=Origin.STARTER)
        loaded = Loaded(
            procedures=len(live),
            kept=sum(map(_is_kept, saved)),
            phrases=changed,
            parts=sum([await part(session, data_dir) for part in parts]),
        )
        if live:
            await publish(session, live, approver=AUTHORS[Origin.STARTER])
        elif loaded.changed:
            await bump_version(session)
        source = source or Source(key=KEY, title="Kiến thức khởi đầu của motcua")
        source.note = now
        session.add(source)
        return loaded


def _sound(drafts: Iterator[Draft | Refused]) -> Iterator[Draft]:
    for draft in drafts:
        if isinstance(draft, Refused):
            raise UnreadableFileError(draft.reason)
        yield draft


def _is_kept(saved: Saved) -> bool:
    return saved.hold is not None and saved.outcome is not Outcome.UNCHANGED
