"""Rows of an edited table, laid over what is stored."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge import cells
from knowledge.content import Content
from knowledge.importing.drafts import Draft, Edit, Record, Refused
from knowledge.models import Origin, Procedure, ProcedureKind, Revision


async def lay_over(session: AsyncSession, chunk: Sequence[Record]) -> list[Draft | Refused]:
    """Return the records of a chunk with each edit as a draft of the whole content it leads to."""
    edits = [one.code for one in chunk if isinstance(one, Edit)]
    stored = await _stored(session, edits) if edits else {}
    return [_draft(one, stored.get(one.code)) if isinstance(one, Edit) else one for one in chunk]


async def _stored(session: AsyncSession, codes: Sequence[str]) -> dict[str, Content]:
    """Return the live content of each code, or its newest where nothing is live."""
    newest = (
        select(func.max(Revision.number))
        .where(Revision.procedure_id == Procedure.id)
        .correlate(Procedure)
        .scalar_subquery()
    )
    rows = await session.exec(
        select(Procedure.code, Revision.content)
        .join(Revision, col(Revision.procedure_id) == col(Procedure.id))
        .where(
            col(Procedure.code).in_(codes),
            Procedure.kind != ProcedureKind.OVERRIDE,
            (col(Revision.id) == col(Procedure.live_revision_id))
            | (col(Procedure.live_revision_id).is_(None) & (col(Revision.number) == newest)),
        )
    )
    return {code: Content.model_validate(content) for code, content in rows}


def _draft(edit: Edit, base: Content | None) -> Draft | Refused:
    try:
        content = cells.read(edit.cells, base)
    except cells.CellError as error:
        return Refused(edit.record, str(error), edit.code)
    return Draft(
        source=edit.source,
        content=content,
        aliases=edit.aliases,
        origin=Origin.EDITOR,
        record=edit.record,
        settled=content == base,
    )
