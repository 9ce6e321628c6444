"""What officials do to procedures: each deed with its entry in the log, in the caller's transaction.

The desk, the API and an official's chat all do it here, so the second pair of eyes and the golden
questions hold wherever it is done from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import audit
from bot.models import Official, Role
from bot.officials import roles_of
from knowledge import publishing
from knowledge.content import Content, Override
from knowledge.golden import Verdict
from knowledge.models import Alias, AliasKind, Origin, Procedure, ProcedureKind, Revision
from knowledge.publishing import Phrase, PublishingError


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does it, from where and when."""

    login: str
    where: str
    now: datetime


class HeldError(PublishingError):
    """The golden questions hold a change back; with a reason it may go on."""

    def __init__(self, said: str, verdict: Verdict) -> None:
        super().__init__(said)
        self.verdict = verdict


def key_of(procedure: Procedure) -> str:
    """Return how officials and the log name a procedure: its code, an override's with "@87"."""
    if procedure.kind is ProcedureKind.OVERRIDE:
        return f"{procedure.code}@{procedure.province_code}"
    return procedure.code


def content_of(revision: Revision, procedure: Procedure) -> Content | Override:
    """Return the typed content of a revision."""
    model = Override if procedure.kind is ProcedureKind.OVERRIDE else Content
    return model.model_validate(revision.content)


async def needs_second_person(session: AsyncSession) -> bool:
    """Whether more than one official may edit, so that nobody publishes their own work."""
    active = await session.exec(select(Official).where(col(Official.disabled_at).is_(None)))
    return sum(Role.EDITOR in roles_of(official) for official in active) > 1


async def submit(session: AsyncSession, revision_id: int, doer: Doer) -> Revision:
    """Hand a draft to an approver."""
    revision = await publishing.submit(session, revision_id)
    procedure = await _procedure(session, revision)
    await _log(session, doer, "procedure.submit", procedure, after=_named(revision))
    return revision


async def take_back(
    session: AsyncSession, revision_id: int, doer: Doer, *, reason: str
) -> Revision:
    """Send a revision back to its author, with the reason.

    Raises:
        PublishingError: it is not in review, or no reason is given.
    """
    if not reason.strip():
        raise PublishingError("Hãy ghi lý do trả lại để người soạn biết cần sửa gì.")
    revision = await publishing.send_back(session, revision_id, note=reason.strip())
    procedure = await _procedure(session, revision)
    await _log(
        session, doer, "procedure.send_back", procedure, after=_named(revision), reason=reason
    )
    return revision


async def discard(session: AsyncSession, revision_id: int, doer: Doer) -> Revision:
    """Put away a draft; it stays in the history."""
    revision = await publishing.discard(session, revision_id)
    procedure = await _procedure(session, revision)
    await _log(session, doer, "procedure.discard", procedure, before=_named(revision))
    return revision


async def set_times(
    session: AsyncSession,
    revision_id: int,
    doer: Doer,
    *,
    publish_at: datetime | None,
    expires_at: datetime | None,
) -> Revision:
    """Say when a waiting revision goes live and when it ends.

    Raises:
        PublishingError: it no longer waits, or the moments make no sense.
    """
    revision = await publishing.schedule(
        session, revision_id, publish_at=publish_at, expires_at=expires_at, now=doer.now
    )
    procedure = await _procedure(session, revision)
    await _log(session, doer, "procedure.schedule", procedure, after=_named(revision))
    return revision


async def approve(
    session: AsyncSession, revision_id: int, doer: Doer, *, verdict: Verdict, reason: str = ""
) -> bool:
    """Agree to a revision and make it live, or leave it to its time; return whether it is live.

    Raises:
        HeldError: golden questions would break and no reason is given.
        PublishingError: it no longer waits, its author approves it, or something else has been
            published since the questions were asked.
    """
    await _still_holds(session, verdict)
    if not verdict.passed and not reason.strip():
        raise HeldError("Có câu hỏi mẫu sẽ bị trả lời sai. Hãy ghi lý do nếu vẫn công bố.", verdict)
    second = await needs_second_person(session)
    revision = await publishing.approve(
        session, revision_id, approver=doer.login, second_person=second
    )
    revision.gate_reason = "" if verdict.passed else reason.strip()
    procedure = await _procedure(session, revision)
    if revision.publish_at is not None and revision.publish_at > doer.now:
        await _log(
            session, doer, "procedure.approve", procedure, after=_named(revision), reason=reason
        )
        return False
    await publish(session, revision, doer, second_person=second, verdict=verdict)
    return True


async def publish(
    session: AsyncSession,
    revision: Revision,
    doer: Doer,
    *,
    second_person: bool,
    verdict: Verdict | None = None,
) -> None:
    """Make an approved revision live."""
    procedure = await _procedure(session, revision)
    live = await session.get(Revision, procedure.live_revision_id or 0)
    before, after = _told(procedure, live, revision)
    key, reason = key_of(procedure), revision.gate_reason  # read before publishing expires them
    assert revision.id is not None
    await publishing.publish(
        session, [revision.id], approver=doer.login, now=doer.now, second_person=second_person
    )
    if verdict is not None and not verdict.passed:
        after["broken_questions"] = [one.golden.question for one, _ in verdict.broke][:50]
    await _log(session, doer, "procedure.publish", key, before=before, after=after, reason=reason)


async def roll_back(
    session: AsyncSession,
    procedure: Procedure,
    number: int,
    doer: Doer,
    *,
    verdict: Verdict,
    reason: str,
) -> None:
    """Publish an older content again at once, as a new revision.

    Raises:
        PublishingError: there is no such revision, it is live, or no reason is given.
    """
    await _still_holds(session, verdict)
    if not reason.strip():
        raise PublishingError("Hãy ghi lý do quay lại bản cũ.")
    key, province = key_of(procedure), procedure.province_code
    live = procedure.live_revision_id
    await publishing.roll_back(
        session,
        procedure.code,
        number,
        author=doer.login,
        province_code=province if procedure.kind is ProcedureKind.OVERRIDE else None,
        now=doer.now,
    )
    after = {"back_to": number, "broken_questions": [a.golden.question for a, _ in verdict.broke]}
    await _log(
        session, doer, "procedure.roll_back", key, before={"live": live}, after=after, reason=reason
    )


async def hide(
    session: AsyncSession, procedure: Procedure, doer: Doer, *, hidden: bool, reason: str
) -> None:
    """Hide a procedure from citizens, or show it again; at once.

    Raises:
        PublishingError: no reason is given.
    """
    if not reason.strip():
        raise PublishingError("Hãy ghi lý do; lý do được lưu trong nhật ký.")
    before = procedure.hidden
    await publishing.hide(session, procedure.code, hidden=hidden)
    await _log(
        session, doer, "procedure.hide" if hidden else "procedure.show", procedure,
        before={"hidden": before}, after={"hidden": hidden}, reason=reason,
    )  # fmt: skip


async def take_off(session: AsyncSession, procedure: Procedure, doer: Doer, *, reason: str) -> None:
    """Take a procedure (or a province's terms) off for good; its history stays.

    Raises:
        PublishingError: it is not live, or no reason is given.
    """
    if not reason.strip():
        raise PublishingError("Hãy ghi lý do; lý do được lưu trong nhật ký.")
    live = procedure.live_revision_id
    key = key_of(procedure)
    province = procedure.province_code if procedure.kind is ProcedureKind.OVERRIDE else None
    await publishing.archive(session, procedure.code, province_code=province)
    await _log(
        session, doer, "procedure.archive", key, before={"live": live}, reason=reason.strip()
    )


async def change_phrases(
    session: AsyncSession,
    code: str,
    doer: Doer,
    *,
    add: Sequence[Phrase] = (),
    remove: Sequence[int] = (),
    verdict: Verdict,
    reason: str = "",
) -> tuple[int, int]:
    """Add and remove citizens' wordings of a procedure; return how many of each.

    Raises:
        HeldError: golden questions would break and no reason is given.
        PublishingError: something else has been published since the questions were asked.
    """
    await _still_holds(session, verdict)
    if not verdict.passed and not reason.strip():
        raise HeldError("Có câu hỏi mẫu sẽ bị trả lời sai. Hãy ghi lý do nếu vẫn lưu.", verdict)
    gone = list(
        await session.exec(select(Alias).where(Alias.code == code, col(Alias.id).in_(list(remove))))
    )
    texts = [alias.text for alias in gone]
    for alias in gone:
        await session.delete(alias)
    await session.flush()
    added = await publishing.add_phrases(session, add, origin=Origin.EDITOR, author=doer.login)
    if gone or added:
        await publishing.bump_version(session, now=doer.now)
        await _log(
            session, doer, "procedure.phrases", code, before={"removed": texts},
            after={"added": [phrase.text for phrase in add]}, reason=reason,
        )  # fmt: skip
    return added, len(gone)


async def phrases_with(
    session: AsyncSession, code: str, *, add: Sequence[Phrase] = (), remove: Sequence[int] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the aliases and examples a code would have after a change."""
    rows = await session.exec(select(Alias).where(Alias.code == code).order_by(col(Alias.id)))
    kept = [(one.kind, one.text) for one in rows if one.id not in remove]
    known = {text.casefold() for _, text in kept}
    kept += [(one.kind, one.text) for one in add if one.text.casefold() not in known]
    return (
        tuple(text for kind, text in kept if kind is AliasKind.ALIAS),
        tuple(text for kind, text in kept if kind is AliasKind.EXAMPLE),
    )


async def _still_holds(session: AsyncSession, verdict: Verdict) -> None:
    """Refuse a verdict on knowledge that has changed since; publications wait for this one."""
    version = await publishing.lock_version(session)
    if version.version != verdict.version:
        raise PublishingError("Vừa có thay đổi khác được công bố. Hãy bấm lại để hỏi thử lần nữa.")


async def _procedure(session: AsyncSession, revision: Revision) -> Procedure:
    procedure = await session.get(Procedure, revision.procedure_id)
    assert procedure is not None
    return procedure


def _named(revision: Revision) -> dict[str, Any]:
    named = {"revision": revision.number, "author": revision.author}
    if revision.publish_at:
        named["publish_at"] = revision.publish_at.isoformat()
    if revision.expires_at:
        named["expires_at"] = revision.expires_at.isoformat()
    return named


def _told(
    procedure: Procedure, live: Revision | None, revision: Revision
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return before and after for the log: which revisions, and the lines that differ."""
    old = content_of(live, procedure) if live else None
    found = publishing.changes(old, content_of(revision, procedure)) if old else ()
    before = {**_named(live), **{one.part: one.before for one in found}} if live else None
    return before, {**_named(revision), **{one.part: one.after for one in found}}


async def _log(
    session: AsyncSession,
    doer: Doer,
    action: str,
    subject: Procedure | str,
    *,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> None:
    await audit.write(
        session, actor=doer.login, action=action,
        subject=subject if isinstance(subject, str) else key_of(subject),
        before=before, after=after, reason=reason.strip(), where=doer.where, now=doer.now,
    )  # fmt: skip
