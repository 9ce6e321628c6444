"""Say that a procedure was checked: the same content anew with today's date, since revisions never change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.content import Content
from knowledge.models import Origin, Procedure, ProcedureKind, Revision
from knowledge.publishing.lifecycle import publish
from knowledge.publishing.records import id_of
from knowledge.publishing.saving import content_hash, dump, newest_of


async def verify(
    session: AsyncSession, codes: Sequence[str], *, on: date, author: str, now: datetime
) -> list[str]:
    """Publish the live content of `codes` with `verified_on` = `on`; return the codes it was done for.

    Who brought a procedure in stays as it was, so that an import may still renew it.
    """
    rows = (
        await session.exec(
            select(Procedure, Revision)
            .join(Revision, col(Revision.id) == col(Procedure.live_revision_id))
            .where(col(Procedure.code).in_(codes), Procedure.kind != ProcedureKind.OVERRIDE)
            .with_for_update()
        )
    ).all()
    newest = await newest_of(session, [id_of(procedure) for procedure, _ in rows], None)
    made: list[Revision] = []
    origins: dict[int, Origin] = {}
    done: list[str] = []
    for procedure, live in rows:
        content = Content.model_validate(live.content)
        if content.verified_on is not None and content.verified_on >= on:
            continue
        stored = dump(content.model_copy(update={"verified_on": on}))
        made.append(
            Revision(
                procedure_id=id_of(procedure),
                number=newest[id_of(procedure)].number + 1,
                content=stored,
                content_hash=content_hash(stored),
                author=author,
                note=f"Đã kiểm tra ngày {on:%d/%m/%Y}",
                source_id=live.source_id,
                effective_from=live.effective_from,
                effective_to=live.effective_to,
                verified_on=on,
                created_at=now,
            )
        )
        origins[id_of(procedure)] = procedure.origin
        done.append(procedure.code)
    if not made:
        return []
    session.add_all(made)
    await session.flush()
    await publish(session, [id_of(revision) for revision in made], approver=author, now=now)
    for origin in set(origins.values()):
        ids = [procedure_id for procedure_id, was in origins.items() if was is origin]
        await session.exec(
            update(Procedure).where(col(Procedure.id).in_(ids)).values(origin=origin)
        )
    return sorted(done)
