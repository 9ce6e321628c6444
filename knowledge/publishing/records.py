"""What every step of publishing needs: rows, batches, the version and the error for editors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, TypeVar

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.columns import utc_now
from knowledge.models import (
    VERSION_ROW,
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


async def find_procedure(
    session: AsyncSession, code: str, province_code: str | None = None
) -> Procedure:
    """Return the procedure, locked; with `province_code` that province's override of it.

    Raises:
        PublishingError: there is none.
    """
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


def kind_of(province_code: str) -> ProcedureKind:
    """Return whose procedure it is."""
    return ProcedureKind.PROVINCIAL if province_code else ProcedureKind.NATIONAL


async def current_version(session: AsyncSession) -> int:
    """Return how often something has been published; 0 before the first time."""
    return (await session.exec(select(KnowledgeVersion.version))).first() or 0


async def bump_version(session: AsyncSession, *, now: datetime | None = None) -> int:
    """Count the knowledge version up, so that every process takes the change in; return it."""
    row = await lock_version(session)
    row.version += 1
    row.changed_at = now or utc_now()
    session.add(row)
    await session.flush()
    return row.version


async def lock_version(session: AsyncSession) -> KnowledgeVersion:
    """Return the one version row, locked: publications wait for each other here."""
    row = await session.get(
        KnowledgeVersion, VERSION_ROW, with_for_update=True, populate_existing=True
    )
    if row is None:
        row = KnowledgeVersion(id=VERSION_ROW)
        session.add(row)
        await session.flush()
    return row


def batches(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    """Yield `items` in pieces that one statement can take."""
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def id_of(row: Procedure | Revision) -> int:
    """Return the key of a stored row."""
    assert row.id is not None
    return row.id
