"""Two officials decide at the very same moment: one decision holds, the other is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime

from sqlmodel import col, func, select

from bot import officials
from bot.admin.procedures import deciding
from bot.admin.procedures.work import Press
from bot.db import Database
from bot.deeds import Doer, submit
from bot.models import AuditEntry, Role
from knowledge.content import Content
from knowledge.golden import Gate
from knowledge.models import Revision, RevisionStatus
from knowledge.published import Library
from knowledge.publishing import PublishingError, bump_version, save_edit

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
CODE = "9.800001"


def doer(login: str) -> Doer:
    return Doer(login, "here", NOW)


async def press_with_a_waiting_revision(database: Database) -> tuple[Press, int]:
    """An empty assistant with four officials and one revision in review, by "soan"."""
    async with database.write() as session:
        for login in ("soan", "motmot", "haihai", "bababa"):
            await officials.add(
                session, login=login, name=login, roles=[Role.APPROVER], password_hash="x",
                actor="test", now=NOW,
            )  # fmt: skip
        content = Content(code=CODE, title="Mượn sách", field="Thư viện")
        revision = await save_edit(session, content, author="soan", base=None, now=NOW)
        number = revision.id or 0
        await submit(session, number, doer("soan"))
        await bump_version(session)
    library = Library(database.read)
    await library.refresh()
    return Press(database, library, Gate(database.read, library)), number


async def outcome(deed: object) -> str:
    try:
        await deed  # type: ignore[misc]
    except PublishingError as error:
        return type(error).__name__
    return "done"


async def test_of_three_approvals_at_once_one_publishes(database: Database) -> None:
    press, number = await press_with_a_waiting_revision(database)
    deeds = (
        deciding.approve(press, CODE, number, doer(login))
        for login in ("motmot", "haihai", "bababa")
    )
    told = await asyncio.gather(*map(outcome, deeds))

    assert Counter(told) == {"done": 1, "PublishingError": 2}
    async with database.read() as session:
        live = select(func.count()).where(col(Revision.status) == RevisionStatus.PUBLISHED)
        approved = select(func.count()).where(AuditEntry.action == "procedure.publish")
        assert (await session.exec(live)).one() == 1
        assert (await session.exec(approved)).one() == 1


async def test_approved_and_sent_back_at_once_only_one_holds(database: Database) -> None:
    press, number = await press_with_a_waiting_revision(database)
    told = await asyncio.gather(
        outcome(deciding.approve(press, CODE, number, doer("motmot"))),
        outcome(deciding.send_back(press, CODE, number, doer("haihai"), reason="thiếu lệ phí")),
    )

    assert sorted(told) == ["PublishingError", "done"]
    async with database.read() as session:
        revision = await session.get_one(Revision, number)
    went_live = revision.status is RevisionStatus.PUBLISHED
    assert went_live == (told[0] == "done")
