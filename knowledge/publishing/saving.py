"""Store what someone wrote as a draft revision; the same content again stores nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy
from sqlalchemy import func, insert, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.columns import table_of, utc_now
from knowledge.content import Confidence, Content, Override
from knowledge.models import (
    Origin,
    Procedure,
    ProcedureKind,
    Revision,
    RevisionStatus,
)
from knowledge.publishing.records import (
    AUTHORS,
    OPEN,
    PublishingError,
    batches,
    find_procedure,
    id_of,
    kind_of,
)
from knowledge.text import fold, normalise


class Outcome(StrEnum):
    """What saving a draft did."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Hold(StrEnum):
    """Why an imported revision stays a draft."""

    CURATED = "curated"  # written by hand: a person compares the two
    SUPERSEDED = "superseded"  # another code has replaced this one


@dataclass(frozen=True, slots=True)
class Saved:
    """Where a draft went: its procedure, the revision that holds it, and what was done."""

    outcome: Outcome
    code: str
    procedure_id: int
    revision_id: int
    status: RevisionStatus
    hold: Hold | None = None

    @property
    def publishable(self) -> bool:
        """Whether an import may make this revision live by itself."""
        return self.hold is None and self.status in OPEN


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored of a procedure, as far as saving a draft needs it."""

    id: int
    origin: Origin
    superseded_by: str
    newest: _Stored | None
    own: _Stored | None
    """The newest revision by the author who saves now."""
    live: _Stored | None = None


@dataclass(frozen=True, slots=True)
class _Stored:
    id: int
    number: int
    status: RevisionStatus
    content_hash: str


def dump(content: Content | Override) -> dict[str, Any]:
    """Return `content` as stored: JSON without what is at its default.

    So a field added to the model later changes neither stored contents nor their hashes.
    """
    return content.model_dump(mode="json", exclude_defaults=True)


def content_hash(dumped: Mapping[str, Any]) -> str:
    """Return the hash by which two contents are called the same."""
    text = json.dumps(dumped, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def outline(content: Content | Override) -> dict[str, Any]:
    """Return the columns of a revision by which officials find it."""
    whole = content if isinstance(content, Content) else None
    facts = (*(content.fees or ()), *(content.processing_times or ()))
    unsure = not all(fact.sure for fact in facts)
    if whole is None:
        return {"title": "", "folded": "", "levels": "", "is_unsure": unsure}
    return {
        "title": whole.name,
        "folded": fold(normalise(f"{whole.title} {whole.common_name}")),
        "levels": " ".join(whole.levels),
        "is_unsure": unsure or whole.dossier_confidence in (Confidence.LOW, Confidence.NONE),
    }


async def save_draft(
    session: AsyncSession,
    content: Content,
    *,
    author: str,
    origin: Origin = Origin.EDITOR,
    note: str = "",
) -> Saved:
    """Keep `content` as the newest revision of its procedure, creating the procedure if need be.

    The same content as the newest revision (or as this author's newest) stores nothing. An import
    or the starter also stores nothing that is live already.
    """
    (saved,) = await save_drafts(session, [content], author=author, origin=origin, note=note)
    return saved


async def save_drafts(
    session: AsyncSession,
    contents: Sequence[Content],
    *,
    author: str,
    origin: Origin,
    note: str = "",
    dry_run: bool = False,
) -> list[Saved]:
    """Do `save_draft` for many contents of different codes with a handful of statements.

    An import's or starter's older drafts of the same procedure are archived. A dry run stores
    nothing; the ids of what it would store are 0.
    """
    codes = [content.code for content in contents]
    if len(set(codes)) < len(codes):
        raise ValueError("each code may be given once")
    await session.flush()
    dumped = [dump(content) for content in contents]
    hashes = [content_hash(content) for content in dumped]
    known = await _known(session, codes, author)
    if not dry_run:
        new = [content for content in contents if content.code not in known]
        known |= await _create(session, new, origin)
    saved: dict[str, Saved] = {}
    rows: list[dict[str, Any]] = []
    for content, stored, digest in zip(contents, dumped, hashes, strict=True):
        procedure = known.get(content.code)
        same = procedure and _same(procedure, digest)
        if procedure and same:
            saved[content.code] = _saved(Outcome.UNCHANGED, content.code, procedure, same, origin)
            continue
        rows.append(_row(content, stored, digest, procedure, author, note))
    ids = [0] * len(rows) if dry_run else await _insert(session, rows)
    for row, revision_id in zip(rows, ids, strict=True):
        code = row["content"]["code"]
        procedure = known.get(code)
        stored_now = _Stored(revision_id, row["number"], RevisionStatus.DRAFT, row["content_hash"])
        outcome = Outcome.NEW if row["number"] == 1 else Outcome.CHANGED
        saved[code] = _saved(outcome, code, procedure, stored_now, origin)
    if not dry_run and origin is not Origin.EDITOR:
        await _archive_older_drafts(session, rows, ids, author)
    return [saved[code] for code in codes]


def _same(procedure: _Known, digest: str) -> _Stored | None:
    """Return the stored revision that already says this, preferring the author's own."""
    for stored in (procedure.own, procedure.newest, procedure.live):
        if stored is not None and stored.content_hash == digest:
            return stored
    return None


def _saved(
    outcome: Outcome, code: str, procedure: _Known | None, stored: _Stored, origin: Origin
) -> Saved:
    hold = _hold(procedure, origin) if procedure else None
    return Saved(outcome, code, procedure.id if procedure else 0, stored.id, stored.status, hold)


def _hold(procedure: _Known, origin: Origin) -> Hold | None:
    """Return why a revision of `origin` may not replace what is live, or None."""
    if origin is Origin.EDITOR:
        return None
    if procedure.origin is Origin.EDITOR:
        return Hold.CURATED
    if origin is Origin.STARTER:
        return None
    if procedure.origin is Origin.STARTER:
        return Hold.CURATED
    return Hold.SUPERSEDED if procedure.superseded_by else None


def _row(
    content: Content,
    stored: dict[str, Any],
    digest: str,
    procedure: _Known | None,
    author: str,
    note: str,
) -> dict[str, Any]:
    newest = procedure.newest if procedure else None
    return {
        "procedure_id": procedure.id if procedure else 0,
        "number": newest.number + 1 if newest else 1,
        "status": RevisionStatus.DRAFT,
        "content": stored,
        "content_hash": digest,
        "author": author,
        "approver": "",
        "note": note,
        "verified_on": content.verified_on,
        "created_at": utc_now(),
        **outline(content),
    }


async def _insert(session: AsyncSession, rows: list[dict[str, Any]]) -> list[int]:
    if not rows:
        return []
    table = table_of(Revision)
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    connection = await session.connection()
    return list((await connection.execute(statement, rows)).scalars())


async def _create(
    session: AsyncSession, contents: Sequence[Content], origin: Origin
) -> dict[str, _Known]:
    if not contents:
        return {}
    table = table_of(Procedure)
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    rows = [
        {
            "code": content.code,
            "province_code": content.province_code,
            "kind": kind_of(content.province_code),
            "origin": origin,
            "field": content.field,
            "superseded_by": "",
            "hidden": False,
        }
        for content in contents
    ]
    connection = await session.connection()
    ids = list((await connection.execute(statement, rows)).scalars())
    return {
        content.code: _Known(procedure_id, origin, "", newest=None, own=None)
        for content, procedure_id in zip(contents, ids, strict=True)
    }


async def _known(session: AsyncSession, codes: Sequence[str], author: str) -> dict[str, _Known]:
    known: dict[str, _Known] = {}
    for batch in batches(codes):
        procedures = (
            await session.exec(
                select(Procedure)
                .where(col(Procedure.code).in_(batch), Procedure.kind != ProcedureKind.OVERRIDE)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
        ).all()
        ids = [id_of(procedure) for procedure in procedures]
        newest = await newest_of(session, ids, None)
        own = await newest_of(session, ids, author)
        live = {} if author not in AUTHORS.values() else await _live(session, procedures)
        for procedure in procedures:
            known[procedure.code] = _Known(
                id_of(procedure),
                procedure.origin,
                procedure.superseded_by,
                newest.get(id_of(procedure)),
                own.get(id_of(procedure)),
                live.get(id_of(procedure)),
            )
    return known


async def newest_of(
    session: AsyncSession, procedure_ids: Sequence[int], author: str | None
) -> dict[int, _Stored]:
    """Return the newest revision of each procedure, of one author or of any."""
    top = select(Revision.procedure_id, func.max(Revision.number).label("number")).where(
        col(Revision.procedure_id).in_(procedure_ids)
    )
    if author is not None:
        top = top.where(Revision.author == author)
    latest = top.group_by(col(Revision.procedure_id)).subquery()
    table = table_of(Revision)
    connection = await session.connection()
    rows = await connection.execute(
        sqlalchemy.select(
            table.c.procedure_id, table.c.id, table.c.number, table.c.status, table.c.content_hash
        ).join(
            latest,
            (table.c.procedure_id == latest.c.procedure_id) & (table.c.number == latest.c.number),
        )
    )
    return {procedure_id: _Stored(*stored) for procedure_id, *stored in rows}


async def _live(session: AsyncSession, procedures: Sequence[Procedure]) -> dict[int, _Stored]:
    """Return the live revision of each procedure that has one."""
    table = table_of(Revision)
    ids = [p.live_revision_id for p in procedures if p.live_revision_id is not None]
    connection = await session.connection()
    rows = await connection.execute(
        sqlalchemy.select(
            table.c.procedure_id, table.c.id, table.c.number, table.c.status, table.c.content_hash
        ).where(table.c.id.in_(ids))
    )
    return {procedure_id: _Stored(*stored) for procedure_id, *stored in rows}


async def _archive_older_drafts(
    session: AsyncSession, rows: Sequence[Mapping[str, Any]], ids: Sequence[int], author: str
) -> None:
    procedures = [row["procedure_id"] for row in rows if row["number"] > 1]
    for batch in batches(procedures):
        await session.exec(
            update(Revision)
            .where(
                col(Revision.procedure_id).in_(batch),
                col(Revision.author) == author,
                col(Revision.status) == RevisionStatus.DRAFT,
                col(Revision.id) < min(ids),
            )
            .values(status=RevisionStatus.ARCHIVED)
            .execution_options(synchronize_session=False)
        )


async def save_override(
    session: AsyncSession,
    code: str,
    province_code: str,
    override: Override,
    *,
    author: str,
    note: str = "",
) -> Saved:
    """Keep what a province sets differently for the national procedure `code`, as a draft.

    Raises:
        PublishingError: the procedure is unknown, or belongs to a province itself.
    """
    base = await find_procedure(session, code)
    if base.kind is not ProcedureKind.NATIONAL or len(province_code) != 2:
        raise PublishingError(f"Thủ tục {code} không phải của cả nước, không đặt riêng được.")
    procedure = await find_override(session, code, province_code, base.field)
    dumped = dump(override)
    digest = content_hash(dumped)
    newest = (await newest_of(session, [id_of(procedure)], None)).get(id_of(procedure))
    if newest is not None and newest.content_hash == digest:
        return Saved(Outcome.UNCHANGED, code, id_of(procedure), newest.id, newest.status)
    revision = Revision(
        procedure_id=id_of(procedure),
        number=newest.number + 1 if newest else 1,
        content=dumped,
        content_hash=digest,
        author=author,
        note=note,
        verified_on=override.verified_on,
        **outline(override),
    )
    session.add(revision)
    await session.flush()
    outcome = Outcome.CHANGED if newest else Outcome.NEW
    return Saved(outcome, code, id_of(procedure), id_of(revision), revision.status)


async def find_override(
    session: AsyncSession, code: str, province_code: str, field: str
) -> Procedure:
    """Return what one province sets differently of a procedure, locked; begun when there is none."""
    found = (
        await session.exec(
            select(Procedure)
            .where(Procedure.code == code, Procedure.province_code == province_code)
            .with_for_update()
        )
    ).first()
    if found is None:
        found = Procedure(
            code=code,
            province_code=province_code,
            kind=ProcedureKind.OVERRIDE,
            origin=Origin.EDITOR,
            field=field,
        )
        session.add(found)
        await session.flush()
    return found
