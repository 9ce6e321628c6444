"""What an official edits: one line of revisions a procedure, so that nobody overwrites another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.content import Content, Override
from knowledge.models import Origin, Procedure, ProcedureKind, Revision, RevisionStatus
from knowledge.publishing.records import (
    AUTHORS,
    OPEN,
    PublishingError,
    find_procedure,
    id_of,
    kind_of,
)
from knowledge.publishing.saving import content_hash, dump, find_override, newest_of, outline

#: What no person wrote is never what a person goes on from, unless they say so.
_MACHINES = tuple(AUTHORS.values())


class StaleError(PublishingError):
    """Somebody has saved since; `current` is what stands there now."""

    def __init__(self, current: Revision) -> None:
        super().__init__(
            f"{current.author} đã lưu bản {current.number} trong lúc anh/chị sửa. "
            "Chưa ghi gì; anh/chị xem hai bản cạnh nhau rồi lưu lại."
        )
        self.current = current


@dataclass(frozen=True, slots=True)
class Work:
    """A procedure, what citizens read of it, and what is being made of it."""

    procedure: Procedure
    live: Revision | None
    open: Revision | None
    """The newest draft or review by a person."""
    brought: Revision | None
    """A newer draft that an import or a release brought and that waits for a comparison."""
    last: Revision | None
    """The newest of all, for a procedure that has been taken off."""

    @property
    def current(self) -> Revision | None:
        """What the next edit starts from; None for a procedure without any revision."""
        return self.open or self.live or self.brought or self.last


async def work_on(session: AsyncSession, procedure: Procedure) -> Work:
    """Return the revisions that matter for editing `procedure`."""
    rows = await session.exec(
        select(Revision)
        .where(Revision.procedure_id == procedure.id, col(Revision.status).in_(OPEN))
        .order_by(col(Revision.number).desc())
    )
    waiting = rows.all()
    live = (
        await session.get(Revision, procedure.live_revision_id)
        if procedure.live_revision_id is not None
        else None
    )
    newest = (
        select(Revision)
        .where(Revision.procedure_id == procedure.id)
        .order_by(col(Revision.number).desc())
        .limit(1)
    )
    after = live.number if live else 0
    return Work(
        procedure,
        live,
        next((one for one in waiting if one.author not in _MACHINES), None),
        next((r for r in waiting if r.author in _MACHINES and r.number > after), None),
        (await session.exec(newest)).first(),
    )


async def save_edit(
    session: AsyncSession,
    content: Content,
    *,
    author: str,
    base: int | None,
    note: str = "",
    now: datetime,
) -> Revision:
    """Keep an official's `content` as a draft that takes the place of the open one.

    `base` is the id of the revision the official started from; None begins a new procedure.

    Raises:
        StaleError: another revision has become current since.
        PublishingError: the procedure is gone, or the code of a new one is taken.
    """
    found = (
        await session.exec(
            select(Procedure)
            .where(Procedure.code == content.code, Procedure.kind != ProcedureKind.OVERRIDE)
            .with_for_update()
        )
    ).first()
    if base is None:
        return await _save_first(session, found, content, author=author, note=note, now=now)
    if found is None:
        raise PublishingError(f"Thủ tục {content.code} không còn trong kho.")
    return await _save_next(session, found, content, author=author, base=base, note=note, now=now)


async def save_override_edit(
    session: AsyncSession,
    code: str,
    province_code: str,
    override: Override,
    *,
    author: str,
    base: int | None,
    note: str = "",
    now: datetime,
) -> Revision:
    """Do `save_edit` for what one province sets differently; `base` None begins it.

    Raises:
        StaleError: another revision has become current since.
        PublishingError: the procedure is unknown, or belongs to a province itself.
    """
    national = await find_procedure(session, code)
    if national.kind is not ProcedureKind.NATIONAL or len(province_code) != 2:
        raise PublishingError(f"Thủ tục {code} không phải của cả nước, không đặt riêng được.")
    found = await find_override(session, code, province_code, national.field)
    return await _save_next(session, found, override, author=author, base=base, note=note, now=now)


async def _save_first(
    session: AsyncSession,
    found: Procedure | None,
    content: Content,
    *,
    author: str,
    note: str,
    now: datetime,
) -> Revision:
    if found is not None:
        raise PublishingError(f"Mã {content.code} đã có trong kho. Hãy mở thủ tục đó để sửa.")
    procedure = Procedure(
        code=content.code,
        province_code=content.province_code,
        kind=kind_of(content.province_code),
        origin=Origin.EDITOR,
        field=content.field,
    )
    session.add(procedure)
    await session.flush()
    return await _add(session, procedure, content, author=author, note=note, now=now)


async def _save_next(
    session: AsyncSession,
    procedure: Procedure,
    content: Content | Override,
    *,
    author: str,
    base: int | None,
    note: str,
    now: datetime,
) -> Revision:
    current = (await work_on(session, procedure)).current
    if current is not None and base != current.id:
        session.expunge(current)  # it is to be shown after the transaction is rolled back
        raise StaleError(current)
    if current is not None and current.content_hash == content_hash(dump(content)):
        return current
    revision = await _add(session, procedure, content, author=author, note=note, now=now)
    if current is not None and current.status in OPEN:
        current.status = RevisionStatus.ARCHIVED
        revision.publish_at, revision.expires_at = current.publish_at, current.expires_at
        session.add(current)
    await session.flush()
    return revision


async def _add(
    session: AsyncSession,
    procedure: Procedure,
    content: Content | Override,
    *,
    author: str,
    note: str,
    now: datetime,
) -> Revision:
    newest = (await newest_of(session, [id_of(procedure)], None)).get(id_of(procedure))
    dumped = dump(content)
    revision = Revision(
        procedure_id=id_of(procedure),
        number=newest.number + 1 if newest else 1,
        content=dumped,
        content_hash=content_hash(dumped),
        author=author,
        note=note,
        verified_on=content.verified_on,
        created_at=now,
        **outline(content),
    )
    session.add(revision)
    await session.flush()
    return revision


async def schedule(
    session: AsyncSession,
    revision_id: int,
    *,
    publish_at: datetime | None,
    expires_at: datetime | None,
    now: datetime,
) -> Revision:
    """Say when an open revision goes live by itself and when it is taken off again.

    Raises:
        PublishingError: it is no longer open, or the moments make no sense.
    """
    revision = await session.get(Revision, revision_id, with_for_update=True)
    if revision is None or revision.status not in OPEN:
        raise PublishingError("Bản này không còn chờ công bố nên không hẹn giờ được.")
    if publish_at is not None and publish_at <= now:
        raise PublishingError("Giờ hẹn công bố đã qua. Hãy chọn giờ sau lúc này.")
    if expires_at is not None and expires_at <= (publish_at or now):
        raise PublishingError("Ngày hết hiệu lực phải sau ngày công bố.")
    revision.publish_at, revision.expires_at = publish_at, expires_at
    session.add(revision)
    return revision


async def due(session: AsyncSession, now: datetime) -> list[Revision]:
    """Return the approved revisions whose time to go live has come, earliest first."""
    rows = await session.exec(
        select(Revision)
        .where(
            Revision.status == RevisionStatus.IN_REVIEW,
            Revision.approver != "",
            col(Revision.publish_at) <= now,
        )
        .order_by(col(Revision.publish_at))
    )
    return list(rows)


async def ended(session: AsyncSession, now: datetime) -> list[Procedure]:
    """Return the procedures whose live revision has come to its end."""
    rows = await session.exec(
        select(Procedure)
        .join(Revision, col(Revision.id) == col(Procedure.live_revision_id))
        .where(col(Revision.expires_at) <= now)
    )
    return list(rows)
