"""What is decided on a procedure, however it is asked for: by a page, the API, or in a chat.

Each asks the golden questions where something would go live, does the deed in one transaction with
its entry in the log, and has the new knowledge read at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import audit, deeds
from bot.admin.procedures.work import Opened, Press, open_work, revision_of, verdict_on
from bot.deeds import Doer
from knowledge.content import Content, Override
from knowledge.golden import Verdict
from knowledge.models import AliasKind, Revision, RevisionStatus
from knowledge.publishing import (
    Phrase,
    PublishingError,
    changes,
    save_edit,
    save_override_edit,
)

GONE: Final = "Bản này đã có người xử lý trong lúc anh/chị xem. Trang dưới đây là bản mới nhất."
#: Longest reason, in characters.
REASON: Final = 500
#: Longest wording in characters, and wordings added at a time.
LONGEST: Final = 200
AT_ONCE: Final = 50
#: What can be done to a live answer at once, and what is said then.
HIDDEN: Final = {
    "hide": "Đã ẩn câu trả lời.",
    "show": "Đã hiện lại.",
    "archive": "Đã gỡ khỏi kho công bố.",
}


async def keep_draft(
    session: AsyncSession,
    opened: Opened,
    whole: Content | Override,
    doer: Doer,
    *,
    base: int | None,
    note: str,
) -> Revision | None:
    """Store a draft with its entry in the log; None when it is what stands there.

    Raises:
        StaleError: another revision than `base` is current.
        PublishingError: the procedure is gone.
    """
    before = opened.work.current
    if isinstance(whole, Content):
        saved = await save_edit(
            session, whole, author=doer.login, base=base, note=note, now=doer.now
        )
    else:
        procedure = opened.procedure
        saved = await save_override_edit(
            session, procedure.code, procedure.province_code, whole,
            author=doer.login, base=base, note=note, now=doer.now,
        )  # fmt: skip
    if before is not None and saved.id == before.id:
        return None
    found = changes(opened.content(before) if before else None, whole)
    await audit.write(
        session, actor=doer.login, action="procedure.edit", subject=opened.key,
        before={one.part: one.before for one in found},
        after={"revision": saved.number, **{one.part: one.after for one in found}},
        reason=note, where=doer.where, now=doer.now,
    )  # fmt: skip
    return saved


async def begin(session: AsyncSession, content: Content, doer: Doer, *, note: str = "") -> Revision:
    """Begin a procedure as a draft.

    Raises:
        PublishingError: its code is taken.
    """
    saved = await save_edit(session, content, author=doer.login, base=None, note=note, now=doer.now)
    await audit.write(
        session, actor=doer.login, action="procedure.create", subject=content.code,
        after={"code": content.code, "title": content.title, "field": content.field},
        reason=note, where=doer.where, now=doer.now,
    )  # fmt: skip
    return saved


async def hand_in(
    press: Press,
    key: str,
    revision_id: int,
    doer: Doer,
    *,
    publish_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Hand a draft to an approver, with the times it goes live and ends.

    Raises:
        PublishingError: it no longer waits, or the times make no sense.
    """
    async with press.database.write() as session:
        _still_waits(await open_work(session, key), revision_id)
        await deeds.submit(session, revision_id, doer)
        if publish_at or expires_at:
            await deeds.set_times(
                session, revision_id, doer, publish_at=publish_at, expires_at=expires_at
            )


async def set_times(
    press: Press,
    key: str,
    revision_id: int,
    doer: Doer,
    *,
    publish_at: datetime | None,
    expires_at: datetime | None,
) -> None:
    """Say anew when a waiting revision goes live and when it ends.

    Raises:
        PublishingError: it no longer waits, or the times make no sense.
    """
    async with press.database.write() as session:
        _still_waits(await open_work(session, key), revision_id)
        await deeds.set_times(
            session, revision_id, doer, publish_at=publish_at, expires_at=expires_at
        )


async def approve(
    press: Press, key: str, revision_id: int, doer: Doer, *, reason: str = ""
) -> bool:
    """Agree to the revision that was looked at; return whether it is live now or has its time.

    Raises:
        HeldError: golden questions would break and no reason is given.
        PublishingError: it no longer waits, or its author approves it.
    """
    async with press.database.read() as session:
        opened = await open_work(session, key)
    revision = opened.work.open
    if revision is None or revision.id != revision_id:
        raise PublishingError(GONE)
    verdict = await verdict_on(press, opened, revision)
    async with press.database.write() as session:
        waiting = await session.get(Revision, revision_id)
        is_draft = waiting is not None and waiting.status is RevisionStatus.DRAFT
        if is_draft and not await deeds.needs_second_person(session):
            await deeds.submit(session, revision_id, doer)  # who works alone need not hand in
        live = await deeds.approve(session, revision_id, doer, verdict=verdict, reason=reason)
    await press.show(verdict if live else None)
    return live


async def send_back(press: Press, key: str, revision_id: int, doer: Doer, *, reason: str) -> None:
    """Return a revision to its author with the reason.

    Raises:
        PublishingError: it is not in review any more, or no reason is given.
    """
    async with press.database.write() as session:
        _still_waits(await open_work(session, key), revision_id)
        await deeds.take_back(session, revision_id, doer, reason=reason)


async def discard(press: Press, key: str, revision_id: int, doer: Doer) -> None:
    """Put a draft away; it stays in the history.

    Raises:
        PublishingError: somebody has dealt with it meanwhile.
    """
    async with press.database.write() as session:
        _still_waits(await open_work(session, key), revision_id)
        await deeds.discard(session, revision_id, doer)


async def turn(press: Press, key: str, what: str, doer: Doer, *, reason: str) -> None:
    """Hide a procedure's answer, show it again, or take it off (HIDDEN); at once.

    Raises:
        PublishingError: no reason is given, or it is not live.
    """
    async with press.database.write() as session:
        opened = await open_work(session, key)
        if what == "archive":
            await deeds.take_off(session, opened.procedure, doer, reason=reason)
        elif opened.is_override:
            raise PublishingError(
                "Nội dung riêng của tỉnh không ẩn được; hãy gỡ, hoặc ẩn cả thủ tục."
            )
        else:
            hidden = what == "hide"
            await deeds.hide(session, opened.procedure, doer, hidden=hidden, reason=reason)
    await press.show()


async def roll_back(press: Press, key: str, number: int, doer: Doer, *, reason: str) -> Verdict:
    """Publish an older content again, at once; return what it does to the golden questions.

    Raises:
        PublishingError: it is live already, or no reason is given.
    """
    async with press.database.read() as session:
        opened = await open_work(session, key)
        revision = await revision_of(session, opened, number)
    verdict = await verdict_on(press, opened, revision)
    async with press.database.write() as session:
        again = await open_work(session, key)
        await deeds.roll_back(
            session, again.procedure, number, doer, verdict=verdict, reason=reason
        )
    await press.show(verdict)
    return verdict


def wordings(code: str, given: Iterable[str], kind: AliasKind) -> list[Phrase]:
    """Return what was typed as citizens' wordings of a procedure, each once."""
    lines = (" ".join(line.split()) for line in given)
    unique = {line.casefold(): line for line in lines if line}
    return [Phrase(code, line, kind) for line in unique.values()]


def wrong_wordings(add: Sequence[Phrase], remove: Iterable[int]) -> str:
    """Return what is wrong with a change of wordings as one sentence, or ""."""
    if not add and not list(remove):
        return "Hãy gõ ít nhất một cách gọi, hoặc chọn cách gọi cần bỏ."
    if len(add) > AT_ONCE:
        return f"Mỗi lần thêm nhiều nhất {AT_ONCE} cách gọi."
    long = next((one.text for one in add if len(one.text) > LONGEST), None)
    return f"“{long[:40]}…” dài quá {LONGEST} ký tự. Hãy rút gọn." if long else ""


async def asked_with(
    press: Press, opened: Opened, add: Sequence[Phrase], remove: Sequence[int]
) -> Verdict:
    """Ask the golden questions as if a procedure's wordings were changed so."""
    async with press.database.read() as session:
        would = await deeds.phrases_with(session, opened.procedure.code, add=add, remove=remove)
    return await verdict_on(press, opened, opened.work.live, would)


async def reword(
    press: Press,
    opened: Opened,
    doer: Doer,
    *,
    add: Sequence[Phrase] = (),
    remove: Sequence[int] = (),
    verdict: Verdict,
    reason: str = "",
) -> tuple[int, int]:
    """Add and remove wordings of a procedure; return how many of each.

    Raises:
        HeldError: golden questions would break and no reason is given.
        PublishingError: something else has been published since the questions were asked.
    """
    async with press.database.write() as session:
        done = await deeds.change_phrases(
            session, opened.procedure.code, doer, add=add, remove=remove, verdict=verdict,
            reason=reason,
        )  # fmt: skip
    await press.show(verdict)
    return done


def _still_waits(opened: Opened, revision_id: int) -> None:
    """Refuse what was decided on a revision that no longer waits here."""
    revision = opened.work.open
    if revision is None or revision.id != revision_id:
        raise PublishingError(GONE)
