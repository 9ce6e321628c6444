"""What officials have set a time for: approved revisions go live, ended ones are taken off."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import audit, deeds
from bot.db import Database
from bot.deeds import Doer
from knowledge.content import Content
from knowledge.golden import Gate
from knowledge.models import Procedure, Revision, RevisionStatus
from knowledge.published import Library
from knowledge.publishing import PublishingError, due, ended

#: Who the log says did it.
ACTOR: Final = "system"
END: Final = "Hết hiệu lực đúng ngày đã hẹn."
HELD: Final = "Chưa tự công bố: {count} câu hỏi mẫu sẽ bị trả lời sai. Hãy duyệt lại."


async def publish_due(database: Database, library: Library, gate: Gate, now: datetime) -> int:
    """Publish what is due and take off what has ended; return how many changed.

    The golden questions are asked again: what has been published since the approval may break them.
    Then the revision goes back to its approvers, unless a reason was given when it was approved.
    """
    async with database.read() as session:
        coming = [one.id for one in await due(session, now) if one.id is not None]
        ending = [one.id for one in await ended(session, now) if one.id is not None]
    for revision_id in coming:
        await _publish(database, library, gate, revision_id, now)
    for procedure_id in ending:
        async with database.write() as session:
            procedure = await session.get(Procedure, procedure_id, with_for_update=True)
            if procedure in await ended(session, now):
                assert procedure is not None
                await deeds.take_off(session, procedure, Doer(ACTOR, "", now), reason=END)
    if coming or ending:
        await library.refresh()
    return len(coming) + len(ending)


async def _publish(
    database: Database, library: Library, gate: Gate, revision_id: int, now: datetime
) -> None:
    await library.refresh()
    async with database.read() as session:
        revision = await session.get(Revision, revision_id)
        procedure = await session.get(Procedure, revision.procedure_id) if revision else None
    if revision is None or procedure is None:
        return
    content = deeds.content_of(revision, procedure)
    asked = [content] if isinstance(content, Content) and not procedure.hidden else []
    verdict = await gate.verdict(asked)
    async with database.write() as session:
        current = await session.get(Revision, revision_id, with_for_update=True)
        if current is None or current.status is not RevisionStatus.IN_REVIEW:
            return
        if not verdict.passed and not current.gate_reason:
            await _hold(session, current, HELD.format(count=len(verdict.broke)), now)
            return
        try:
            async with session.begin_nested():
                await deeds.publish(
                    session, current, Doer(ACTOR, "", now),
                    second_person=await deeds.needs_second_person(session), verdict=verdict,
                )  # fmt: skip
        except PublishingError as error:
            await session.refresh(current)
            await _hold(session, current, str(error), now)


async def _hold(session: AsyncSession, revision: Revision, why: str, now: datetime) -> None:
    """Give a revision back to its approvers, with the reason."""
    revision.publish_at, revision.approver, revision.note = None, "", why
    session.add(revision)
    procedure = await session.get(Procedure, revision.procedure_id)
    assert procedure is not None
    await audit.write(
        session, actor=ACTOR, action="procedure.held", subject=deeds.key_of(procedure),
        after={"revision": revision.number}, reason=why, now=now,
    )  # fmt: skip
