"""From draft to what citizens read: the only code that changes what is live.

Every function works inside the caller's transaction, so a publication happens wholly or not at
all. A revision is never changed but for its status; going back publishes an older content anew.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

import sqlalchemy
from sqlalchemy import Table, bindparam, case, delete, func, insert, update
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.columns import utc_now
from knowledge.content import Content, Override
from knowledge.models import (
    VERSION_ROW,
    Alias,
    AliasKind,
    FieldSwitch,
    KnowledgeVersion,
    Origin,
    Procedure,
    ProcedureKind,
    Revision,
    RevisionStatus,
)

#: The authors of what no editor wrote; what any other author publishes becomes an editor's.
AUTHORS: Final = {Origin.STARTER: "starter", Origin.IMPORT: "import"}
#: Values in one IN (…); well under SQLite's limit on parameters.
BATCH: Final = 500
#: What may still become live.
OPEN: Final = (RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW)

Item = TypeVar("Item")


class PublishingError(Exception):
    """A step that the life of a revision does not allow; the message is for the editor."""


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


# --- saving ---------------------------------------------------------------------------------------


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
    }


async def _insert(session: AsyncSession, rows: list[dict[str, Any]]) -> list[int]:
    if not rows:
        return []
    table = _table(Revision)
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    connection = await session.connection()
    return list((await connection.execute(statement, rows)).scalars())


async def _create(
    session: AsyncSession, contents: Sequence[Content], origin: Origin
) -> dict[str, _Known]:
    if not contents:
        return {}
    table = _table(Procedure)
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    rows = [
        {
            "code": content.code,
            "province_code": content.province_code,
            "kind": _kind(content.province_code),
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


def _kind(province_code: str) -> ProcedureKind:
    return ProcedureKind.PROVINCIAL if province_code else ProcedureKind.NATIONAL


async def _known(session: AsyncSession, codes: Sequence[str], author: str) -> dict[str, _Known]:
    known: dict[str, _Known] = {}
    for batch in _batches(codes):
        procedures = (
            await session.exec(
                select(Procedure)
                .where(col(Procedure.code).in_(batch), Procedure.kind != ProcedureKind.OVERRIDE)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
        ).all()
        ids = [_id(procedure) for procedure in procedures]
        newest = await _newest(session, ids, None)
        own = await _newest(session, ids, author)
        live = {} if author not in AUTHORS.values() else await _live(session, procedures)
        for procedure in procedures:
            known[procedure.code] = _Known(
                _id(procedure),
                procedure.origin,
                procedure.superseded_by,
                newest.get(_id(procedure)),
                own.get(_id(procedure)),
                live.get(_id(procedure)),
            )
    return known


async def _newest(
    session: AsyncSession, procedure_ids: Sequence[int], author: str | None
) -> dict[int, _Stored]:
    """Return the newest revision of each procedure, of one author or of any."""
    top = select(Revision.procedure_id, func.max(Revision.number).label("number")).where(
        col(Revision.procedure_id).in_(procedure_ids)
    )
    if author is not None:
        top = top.where(Revision.author == author)
    latest = top.group_by(col(Revision.procedure_id)).subquery()
    table = _table(Revision)
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
    table = _table(Revision)
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
    for batch in _batches(procedures):
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
    base = await _procedure(session, code)
    if base.kind is not ProcedureKind.NATIONAL or len(province_code) != 2:
        raise PublishingError(f"Thủ tục {code} không phải của cả nước, không đặt riêng được.")
    procedure = await _override(session, code, province_code, base.field)
    dumped = dump(override)
    digest = content_hash(dumped)
    newest = (await _newest(session, [_id(procedure)], None)).get(_id(procedure))
    if newest is not None and newest.content_hash == digest:
        return Saved(Outcome.UNCHANGED, code, _id(procedure), newest.id, newest.status)
    revision = Revision(
        procedure_id=_id(procedure),
        number=newest.number + 1 if newest else 1,
        content=dumped,
        content_hash=digest,
        author=author,
        note=note,
        verified_on=override.verified_on,
    )
    session.add(revision)
    await session.flush()
    outcome = Outcome.CHANGED if newest else Outcome.NEW
    return Saved(outcome, code, _id(procedure), _id(revision), revision.status)


async def _override(session: AsyncSession, code: str, province_code: str, field: str) -> Procedure:
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


# --- the life of a revision -----------------------------------------------------------------------


async def submit(session: AsyncSession, revision_id: int) -> Revision:
    """Hand a draft to a second pair of eyes."""
    return await _move(
        session, revision_id, {RevisionStatus.DRAFT}, RevisionStatus.IN_REVIEW, "gửi duyệt"
    )


async def send_back(session: AsyncSession, revision_id: int, *, note: str) -> Revision:
    """Return a revision to its author, with the reason."""
    revision = await _move(
        session, revision_id, {RevisionStatus.IN_REVIEW}, RevisionStatus.DRAFT, "trả lại"
    )
    revision.note, revision.approver = note, ""
    return revision


async def approve(
    session: AsyncSession, revision_id: int, *, approver: str, second_person: bool = True
) -> Revision:
    """Record that `approver` agrees; with `second_person`, nobody approves their own work.

    Raises:
        PublishingError: the revision is not in review, or the author approves it.
    """
    revision = await _move(
        session, revision_id, {RevisionStatus.IN_REVIEW}, RevisionStatus.IN_REVIEW, "duyệt"
    )
    if second_person and approver == revision.author:
        raise PublishingError("Người soạn không tự duyệt bài của mình. Hãy nhờ người khác duyệt.")
    revision.approver = approver
    return revision


async def discard(session: AsyncSession, revision_id: int) -> Revision:
    """Put away a revision that will not be published."""
    return await _move(session, revision_id, set(OPEN), RevisionStatus.ARCHIVED, "bỏ")


_STATUS_WORDS: Final = {
    RevisionStatus.DRAFT: "đang soạn",
    RevisionStatus.IN_REVIEW: "chờ duyệt",
    RevisionStatus.PUBLISHED: "đã công bố",
    RevisionStatus.ARCHIVED: "đã lưu trữ",
}


async def _move(
    session: AsyncSession,
    revision_id: int,
    allowed: Collection[RevisionStatus],
    to: RevisionStatus,
    verb: str,
) -> Revision:
    revision = await session.get(Revision, revision_id, with_for_update=True)
    if revision is None:
        raise PublishingError(f"Không có bản số {revision_id}.")
    if revision.status not in allowed:
        raise PublishingError(f"Bản này {_STATUS_WORDS[revision.status]}, không {verb} được nữa.")
    revision.status = to
    session.add(revision)
    return revision


async def publish(
    session: AsyncSession,
    revision_ids: Sequence[int],
    *,
    approver: str,
    now: datetime | None = None,
    second_person: bool = False,
) -> int:
    """Make these revisions live, archive those they replace, count the version up; return it.

    With `second_person`, each must have been approved by somebody who did not write it.

    Raises:
        PublishingError: a revision is unknown, already live or archived, not approved, or two
            belong to one procedure. The caller's transaction must then be rolled back.
    """
    now = now or utc_now()
    await session.flush()
    await _lock_version(session)
    seen: Counter[int] = Counter()
    replaced: dict[str, tuple[str, ...]] = {}
    for batch in _batches(revision_ids):
        rows = await _to_publish(session, batch, second_person=second_person)
        seen.update(row.procedure_id for row in rows)
        if max(seen.values()) > 1:
            raise PublishingError("Mỗi thủ tục chỉ công bố được một bản một lần.")
        await _flip(session, rows, approver, now)
        replaced |= {
            row.code: row.supersedes for row in rows if row.kind is not ProcedureKind.OVERRIDE
        }
    await _supersede(session, replaced)
    return await bump_version(session, now=now)


@dataclass(frozen=True, slots=True)
class _Publishable:
    revision_id: int
    procedure_id: int
    former_id: int | None
    code: str
    kind: ProcedureKind
    origin: Origin
    field: str
    province_code: str
    supersedes: tuple[str, ...]


async def _to_publish(
    session: AsyncSession, revision_ids: Sequence[int], *, second_person: bool
) -> list[_Publishable]:
    """Read and check a batch; the procedures are locked until the transaction ends."""
    revisions, procedures = _table(Revision), _table(Procedure)
    content = revisions.c.content
    connection = await session.connection()
    rows = await connection.execute(
        sqlalchemy.select(
            revisions.c.id.label("revision_id"),
            revisions.c.status,
            revisions.c.author,
            revisions.c.approver,
            content["field"].as_string().label("field"),
            content["province_code"].as_string().label("province_code"),
            content["supersedes"].as_json().label("supersedes"),
            procedures.c.id.label("procedure_id"),
            procedures.c.code,
            procedures.c.kind,
            procedures.c.field.label("former_field"),
            procedures.c.province_code.label("former_province"),
            procedures.c.live_revision_id.label("former_id"),
        )
        .join(procedures, procedures.c.id == revisions.c.procedure_id)
        .where(revisions.c.id.in_(revision_ids))
        .with_for_update(of=procedures)
    )
    found = []
    for row in rows:
        if row.status not in OPEN:
            raise PublishingError(f"Bản này {_STATUS_WORDS[row.status]}, không công bố được nữa.")
        if second_person and row.approver in ("", row.author):
            raise PublishingError(f"Thủ tục {row.code} cần một người khác duyệt trước.")
        is_override = row.kind is ProcedureKind.OVERRIDE
        province = row.former_province if is_override else row.province_code or ""
        found.append(
            _Publishable(
                revision_id=row.revision_id,
                procedure_id=row.procedure_id,
                former_id=row.former_id,
                code=row.code,
                kind=row.kind if is_override else _kind(province),
                origin=_origin(row.author),
                field=row.former_field if is_override else row.field or "",
                province_code=province,
                supersedes=tuple(row.supersedes or ()),
            )
        )
    if len(found) < len(set(revision_ids)):
        raise PublishingError("Có bản không còn trong cơ sở dữ liệu.")
    return found


def _origin(author: str) -> Origin:
    return next((origin for origin, name in AUTHORS.items() if name == author), Origin.EDITOR)


async def _flip(
    session: AsyncSession, rows: Sequence[_Publishable], approver: str, now: datetime
) -> None:
    revisions, procedures = _table(Revision), _table(Procedure)
    connection = await session.connection()
    former = [row.former_id for row in rows if row.former_id is not None]
    if former:
        await connection.execute(
            update(revisions)
            .where(revisions.c.id.in_(former))
            .values(status=RevisionStatus.ARCHIVED)
        )
    await connection.execute(
        update(revisions)
        .where(revisions.c.id.in_([row.revision_id for row in rows]))
        .values(
            status=RevisionStatus.PUBLISHED,
            published_at=now,
            approver=case((revisions.c.approver == "", approver), else_=revisions.c.approver),
        )
    )
    await connection.execute(
        update(procedures)
        .where(procedures.c.id == bindparam("at"))
        .values(
            live_revision_id=bindparam("live"),
            field=bindparam("of_field"),
            province_code=bindparam("province"),
            kind=bindparam("of_kind"),
            origin=bindparam("by"),
            superseded_by="",
        ),
        [
            {
                "at": row.procedure_id,
                "live": row.revision_id,
                "of_field": row.field,
                "province": row.province_code,
                "of_kind": row.kind,
                "by": row.origin,
            }
            for row in rows
        ],
    )
    session.expire_all()


async def archive(session: AsyncSession, code: str, *, province_code: str | None = None) -> int:
    """Take a procedure (or a province's override) off; return the new version.

    Raises:
        PublishingError: it is unknown or not live.
    """
    procedure = await _procedure(session, code, province_code)
    if procedure.live_revision_id is None:
        raise PublishingError(f"Thủ tục {code} hiện không công bố.")
    procedure.origin = Origin.EDITOR  # an import may not bring it back
    await _take_down(session, [procedure])
    return await bump_version(session)


async def _take_down(session: AsyncSession, procedures: Sequence[Procedure]) -> None:
    live = [p.live_revision_id for p in procedures if p.live_revision_id is not None]
    for procedure in procedures:
        procedure.live_revision_id = None
        session.add(procedure)
    if live:
        await session.exec(
            update(Revision)
            .where(col(Revision.id).in_(live))
            .values(status=RevisionStatus.ARCHIVED)
            .execution_options(synchronize_session=False)
        )
    await session.flush()


async def roll_back(
    session: AsyncSession,
    code: str,
    number: int,
    *,
    author: str,
    province_code: str | None = None,
    now: datetime | None = None,
) -> int:
    """Publish the content of revision `number` again, as a new revision; return the version.

    Raises:
        PublishingError: there is no such procedure or revision, or it is live already.
    """
    procedure = await _procedure(session, code, province_code)
    older = (
        await session.exec(
            select(Revision).where(Revision.procedure_id == procedure.id, Revision.number == number)
        )
    ).first()
    if older is None:
        raise PublishingError(f"Thủ tục {code} không có bản {number}.")
    if older.id == procedure.live_revision_id:
        raise PublishingError(f"Bản {number} của thủ tục {code} đang được công bố.")
    newest = (await _newest(session, [_id(procedure)], None))[_id(procedure)]
    revision = Revision(
        procedure_id=_id(procedure),
        number=newest.number + 1,
        content=older.content,
        content_hash=older.content_hash,
        author=author,
        note=f"Quay lại bản {number}",
        verified_on=older.verified_on,
    )
    session.add(revision)
    await session.flush()
    return await publish(session, [_id(revision)], approver=author, now=now)


async def hide(session: AsyncSession, code: str, *, hidden: bool = True) -> int:
    """Hide a procedure from citizens, or show it again; return the new version."""
    procedure = await _procedure(session, code)
    procedure.hidden = hidden
    session.add(procedure)
    return await bump_version(session)


async def switch_field(session: AsyncSession, field: str, *, on: bool, reason: str) -> int:
    """Switch a whole field (lĩnh vực) on or off for citizens; return the new version.

    Raises:
        PublishingError: no procedure is in that field.
    """
    known = await session.exec(select(Procedure.id).where(Procedure.field == field).limit(1))
    if known.first() is None:
        raise PublishingError(f"Không có lĩnh vực “{field}”.")
    await session.merge(FieldSwitch(field=field, on=on, reason=reason))
    return await bump_version(session)


async def _procedure(
    session: AsyncSession, code: str, province_code: str | None = None
) -> Procedure:
    query = select(Procedure).where(Procedure.code == code).with_for_update()
    query = (
        query.where(Procedure.kind != ProcedureKind.OVERRIDE)
        if province_code is None
        else query.where(Procedure.province_code == province_code)
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise PublishingError(f"Không có thủ tục {code}.")
    return found


# --- codes that move ------------------------------------------------------------------------------


async def _supersede(session: AsyncSession, replaced: Mapping[str, tuple[str, ...]]) -> None:
    """Point each old code at the one that replaces it, and take it off if it is live.

    Raises:
        PublishingError: two codes would replace each other.
    """
    by_old = {old: new for new, olds in replaced.items() for old in olds if old != new}
    for batch in _batches(list(replaced)):
        pointing = await session.exec(
            select(Procedure).where(col(Procedure.superseded_by).in_(batch))
        )
        for procedure in pointing:
            if procedure.code not in by_old:
                procedure.superseded_by = ""
                session.add(procedure)
    if not by_old:
        return
    known: dict[str, Procedure] = {}
    for batch in _batches(list(by_old)):
        found = await session.exec(
            select(Procedure)
            .where(col(Procedure.code).in_(batch), Procedure.kind != ProcedureKind.OVERRIDE)
            .execution_options(populate_existing=True)
        )
        known |= {procedure.code: procedure for procedure in found}
    for old, new in by_old.items():
        procedure = known.setdefault(old, Procedure(code=old))
        procedure.superseded_by = new
        session.add(procedure)
    await _take_down(session, list(known.values()))
    await _refuse_circles(session, by_old)


async def _refuse_circles(session: AsyncSession, by_old: Mapping[str, str]) -> None:
    successor = dict(
        (
            await session.exec(
                select(Procedure.code, Procedure.superseded_by).where(Procedure.superseded_by != "")
            )
        ).all()
    )
    for old in by_old:
        seen, code = {old}, successor.get(old, "")
        while code:
            if code in seen:
                raise PublishingError(f"Mã {old} và {code} thay thế lẫn nhau.")
            seen.add(code)
            code = successor.get(code, "")


async def resolve_code(session: AsyncSession, code: str) -> tuple[str, ...]:
    """Return `code` and the codes that replaced it one after another; the last one is today's."""
    chain = [code]
    while True:
        successor = (
            await session.exec(
                select(Procedure.superseded_by).where(
                    Procedure.code == chain[-1], Procedure.superseded_by != ""
                )
            )
        ).first()
        if not successor or successor in chain:
            return tuple(chain)
        chain.append(successor)


# --- version and aliases --------------------------------------------------------------------------


async def current_version(session: AsyncSession) -> int:
    """Return how often something has been published; 0 before the first time."""
    return (await session.exec(select(KnowledgeVersion.version))).first() or 0


async def bump_version(session: AsyncSession, *, now: datetime | None = None) -> int:
    """Count the knowledge version up, so that every process takes the change in; return it."""
    row = await _lock_version(session)
    row.version += 1
    row.changed_at = now or utc_now()
    session.add(row)
    await session.flush()
    return row.version


async def _lock_version(session: AsyncSession) -> KnowledgeVersion:
    """Return the one version row, locked: publications wait for each other here."""
    row = await session.get(
        KnowledgeVersion, VERSION_ROW, with_for_update=True, populate_existing=True
    )
    if row is None:
        row = KnowledgeVersion(id=VERSION_ROW)
        session.add(row)
        await session.flush()
    return row


@dataclass(frozen=True, slots=True)
class Phrase:
    """A citizen's wording for a procedure code."""

    code: str
    text: str
    kind: AliasKind = AliasKind.ALIAS


async def add_phrases(
    session: AsyncSession, phrases: Iterable[Phrase], *, origin: Origin, author: str = ""
) -> int:
    """Store the phrases that are not known yet, whatever their case; return how many.

    The version is the caller's to bump.
    """
    wanted = {(phrase.code, phrase.text.casefold()): phrase for phrase in phrases if phrase.text}
    codes = sorted({code for code, _ in wanted})
    for batch in _batches(codes):
        known = await session.exec(select(Alias.code, Alias.text).where(col(Alias.code).in_(batch)))
        for code, text in known:
            wanted.pop((code, text.casefold()), None)
    if wanted:
        connection = await session.connection()
        await connection.execute(
            insert(_table(Alias)),
            [
                {
                    "code": phrase.code,
                    "kind": phrase.kind,
                    "text": phrase.text,
                    "origin": origin,
                    "author": author,
                    "created_at": utc_now(),
                }
                for phrase in wanted.values()
            ],
        )
    return len(wanted)


async def keep_only_phrases(
    session: AsyncSession, phrases: Iterable[Phrase], *, origin: Origin
) -> int:
    """Delete the phrases of `origin` that are not among these; return how many."""
    wanted = {(phrase.code, phrase.text.casefold()) for phrase in phrases}
    stored = await session.exec(
        select(col(Alias.id), Alias.code, Alias.text).where(Alias.origin == origin)
    )
    gone = [id_ for id_, code, text in stored if (code, text.casefold()) not in wanted]
    for batch in _batches(gone):
        await session.exec(delete(Alias).where(col(Alias.id).in_(batch)))
    return len(gone)


def _batches(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def _id(row: Procedure | Revision) -> int:
    """Return the key of a stored row."""
    assert row.id is not None
    return row.id


def _table(model: type[SQLModel]) -> Table:
    table = SQLModel.metadata.tables[str(model.__tablename__)]
    assert isinstance(table, Table)
    return table
