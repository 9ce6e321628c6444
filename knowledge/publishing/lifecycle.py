"""The life of a revision: draft → in review → published → archived, and back again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy
from sqlalchemy import bindparam, case, update
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.columns import table_of, utc_now
from knowledge.models import (
    FieldSwitch,
    Origin,
    Procedure,
    ProcedureKind,
    Revision,
    RevisionStatus,
)
from knowledge.publishing.codes import supersede, take_down
from knowledge.publishing.records import (
    AUTHORS,
    OPEN,
    PublishingError,
    batches,
    bump_version,
    find_procedure,
    id_of,
    kind_of,
    lock_version,
)
from knowledge.publishing.saving import newest_of


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
    # Read anew: the caller may have read it before the other decision that this waits for.
    revision = await session.get(
        Revision, revision_id, with_for_update=True, populate_existing=True
    )
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
    await lock_version(session)
    seen: Counter[int] = Counter()
    replaced: dict[str, tuple[str, ...]] = {}
    for batch in batches(revision_ids):
        rows = await _to_publish(session, batch, second_person=second_person)
        seen.update(row.procedure_id for row in rows)
        if max(seen.values()) > 1:
            raise PublishingError("Mỗi thủ tục chỉ công bố được một bản một lần.")
        await _flip(session, rows, approver, now)
        replaced |= {
            row.code: row.supersedes for row in rows if row.kind is not ProcedureKind.OVERRIDE
        }
    await supersede(session, replaced)
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
    revisions, procedures = table_of(Revision), table_of(Procedure)
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
                kind=row.kind if is_override else kind_of(province),
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
    revisions, procedures = table_of(Revision), table_of(Procedure)
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
    procedure = await find_procedure(session, code, province_code)
    if procedure.live_revision_id is None:
        raise PublishingError(f"Thủ tục {code} hiện không công bố.")
    procedure.origin = Origin.EDITOR  # an import may not bring it back
    await take_down(session, [procedure])
    return await bump_version(session)


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
    procedure = await find_procedure(session, code, province_code)
    older = (
        await session.exec(
            select(Revision).where(Revision.procedure_id == procedure.id, Revision.number == number)
        )
    ).first()
    if older is None:
        raise PublishingError(f"Thủ tục {code} không có bản {number}.")
    if older.id == procedure.live_revision_id:
        raise PublishingError(f"Bản {number} của thủ tục {code} đang được công bố.")
    newest = (await newest_of(session, [id_of(procedure)], None))[id_of(procedure)]
    revision = Revision(
        procedure_id=id_of(procedure),
        number=newest.number + 1,
        content=older.content,
        content_hash=older.content_hash,
        author=author,
        note=f"Quay lại bản {number}",
        verified_on=older.verified_on,
        title=older.title,
        folded=older.folded,
        levels=older.levels,
        is_unsure=older.is_unsure,
    )
    session.add(revision)
    await session.flush()
    return await publish(session, [id_of(revision)], approver=author, now=now)


async def hide(session: AsyncSession, code: str, *, hidden: bool = True) -> int:
    """Hide a procedure from citizens, or show it again; return the new version."""
    procedure = await find_procedure(session, code)
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
