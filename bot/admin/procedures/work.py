"""What every page of the procedures desk needs: the procedure of an address, the doer, the gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import HTTPException, Request
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.admin.access import Visitor, database_of
from bot.admin.procedures.fields import PROVINCIAL, SECTIONS, Section
from bot.db import Database
from bot.deeds import Doer, content_of, key_of
from bot.dialogue import Dialogue
from knowledge.columns import utc_now
from knowledge.content import Content, Override, with_override
from knowledge.golden import Gate, Verdict
from knowledge.models import Procedure, ProcedureKind, Revision, RevisionStatus
from knowledge.published import Library, Phrases
from knowledge.publishing import Work, work_on

GONE: Final = "Thủ tục này không có trong kho, hoặc vừa được gỡ."

STATUS_NAMES: Final = {
    RevisionStatus.DRAFT: "đang soạn",
    RevisionStatus.IN_REVIEW: "chờ duyệt",
    RevisionStatus.PUBLISHED: "đang công bố",
    RevisionStatus.ARCHIVED: "đã cất",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A procedure, or one province's terms of it, as the desk works on it."""

    work: Work
    national: Revision | None
    """For a province's terms: the live revision they stand on."""

    @property
    def procedure(self) -> Procedure:
        """The row itself."""
        return self.work.procedure

    @property
    def key(self) -> str:
        """How its pages are addressed."""
        return key_of(self.procedure)

    @property
    def is_override(self) -> bool:
        """Whether these are one province's terms only."""
        return self.procedure.kind is ProcedureKind.OVERRIDE

    @property
    def sections(self) -> tuple[Section, ...]:
        """The pages of its form."""
        return (PROVINCIAL,) if self.is_override else SECTIONS

    @property
    def title(self) -> str:
        """What it is called."""
        revision = self.national if self.is_override else self.work.current
        return (revision.title if revision else "") or self.procedure.code

    def content(self, revision: Revision) -> Content | Override:
        """Return the typed content of one of its revisions."""
        return content_of(revision, self.procedure)

    def whole(self, revision: Revision) -> Content | None:
        """Return what citizens of its place would read; None without the national procedure."""
        return self.merged(self.content(revision))

    def merged(self, content: Content | Override) -> Content | None:
        """Return a content of it as citizens of its place would read it."""
        if isinstance(content, Content):
            return content
        if self.national is None:
            return None
        return with_override(Content.model_validate(self.national.content), content)


async def open_work(session: AsyncSession, key: str) -> Opened:
    """Return the procedure of an address ("1.001193", or "1.001193@87").

    Raises:
        HTTPException: 404, there is none.
    """
    code, _, province = key.partition("@")
    national = (
        await session.exec(
            select(Procedure).where(
                Procedure.code == code, Procedure.kind != ProcedureKind.OVERRIDE
            )
        )
    ).first()
    found = national
    if province:
        found = (
            await session.exec(
                select(Procedure).where(
                    Procedure.code == code,
                    Procedure.kind == ProcedureKind.OVERRIDE,
                    Procedure.province_code == province,
                )
            )
        ).first()
    if found is None or national is None:
        raise HTTPException(404, GONE)
    base = None
    if province and national.live_revision_id is not None:
        base = await session.get(Revision, national.live_revision_id)
    return Opened(await work_on(session, found), base)


async def revision_of(session: AsyncSession, opened: Opened, number: int) -> Revision:
    """Return one revision by its number.

    Raises:
        HTTPException: 404, there is none.
    """
    query = select(Revision).where(
        Revision.procedure_id == opened.procedure.id, Revision.number == number
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise HTTPException(404, f"Không có bản {number} của thủ tục này.")
    return found


def doer_of(visitor: Visitor) -> Doer:
    """Return who acts, for the log."""
    return Doer(visitor.login, visitor.address, utc_now())


def dialogue_of(request: Request) -> Dialogue:
    """Return the running dialogue.

    Raises:
        HTTPException: 503, it is not up yet.
    """
    dialogue: Dialogue | None = getattr(request.app.state, "dialogue", None)
    if dialogue is None:
        raise HTTPException(503, "Trợ lý đang khởi động. Anh/chị thử lại sau ít giây.")
    return dialogue


def library_of(request: Request) -> Library:
    """Return what is published."""
    return dialogue_of(request).sources.library


@dataclass(frozen=True, slots=True)
class Press:
    """What publishing needs: the tables, what citizens read now, and the golden questions."""

    database: Database
    library: Library
    gate: Gate

    async def show(self, verdict: Verdict | None = None) -> None:
        """Let what was just written answer, once it is kept; `verdict` speaks of what went live."""

        async def refresh() -> None:
            await self.library.refresh()
            if verdict is not None:
                self.gate.went_live(verdict)

        await self.database.once_kept(refresh)


def press_of(request: Request) -> Press:
    """Return the press of the running application."""
    return Press(database_of(request), library_of(request), gate_of(request))


def gate_of(request: Request) -> Gate:
    """Return the publish gate of the running application."""
    gate: Gate | None = getattr(request.app.state, "gate", None)
    if gate is None:
        gate = Gate(database_of(request).read, library_of(request))
        request.app.state.gate = gate
    return gate


async def verdict_on(
    press: Press, opened: Opened, revision: Revision | None, phrases: Phrases | None = None
) -> Verdict:
    """Ask the golden questions as if `revision` were live; a province's terms change no finding."""
    await press.library.refresh()
    hidden = opened.procedure.hidden or opened.is_override
    content = opened.content(revision) if revision and not hidden else None
    if not isinstance(content, Content):
        return await press.gate.verdict(())
    changed = {content.code: phrases} if phrases else None
    return await press.gate.verdict([content], changed)
