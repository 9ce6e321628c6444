"""Codes that move: an old one leads to the one that replaced it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.models import (
    Procedure,
    ProcedureKind,
    Revision,
    RevisionStatus,
)
from knowledge.publishing.records import PublishingError, batches


async def supersede(session: AsyncSession, replaced: Mapping[str, tuple[str, ...]]) -> None:
    """Point each old code at the one that replaces it, and take it off if it is live.

    Raises:
        PublishingError: two codes would replace each other.
    """
    by_old = {old: new for new, olds in replaced.items() for old in olds if old != new}
    for batch in batches(list(replaced)):
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
    for batch in batches(list(by_old)):
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
    await take_down(session, list(known.values()))
    await _refuse_circles(session, by_old)


async def take_down(session: AsyncSession, procedures: Sequence[Procedure]) -> None:
    """Let nothing of `procedures` be live; their live revisions are archived."""
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
