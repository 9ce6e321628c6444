"""Tell those who follow a procedure what changed, in plain lines, and that a rule is about to end.

Nothing here is written by hand: a published revision was approved by an official, and what it changed
is read from it. Each revision and each end date is told once (`Announcement.feed_key`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from bot.broadcast.lifecycle import text_hash
from bot.messages import announcements as words
from bot.models import Announcement, AnnouncementStatus, ProcedureFollow
from knowledge.content import Content, Facet
from knowledge.hours import ZONE
from knowledge.models import Procedure, Revision, RevisionStatus
from knowledge.publishing import Change, changes

#: What a follower asked to hear of: fee, documents, time and place. The rest is an editor's business.
TOLD: Final = frozenset({Facet.FEE, Facet.DOCUMENTS, Facet.TIME, Facet.WHERE})
#: A revision published longer ago is no news; it was published before this was looked at.
NEWS_FOR: Final = timedelta(days=3)
#: How long before a rule ends its followers are told.
ENDS_WITHIN: Final = timedelta(days=14)
#: Lines of one part; a dossier of forty components is read at the office, not in a message.
MOST_LINES: Final = 6
MOST_CHARS: Final = 1_500


async def tell_changes(session: AsyncSession, *, now: datetime) -> int:
    """Put on the clock what followers are to be told of revisions just published; return how many."""
    fresh = _followed().where(col(Revision.published_at) > now - NEWS_FOR)
    told = 0
    for revision, code in (await session.exec(fresh)).all():
        key = f"revision:{revision.id}"
        if not await _is_told(session, key):
            told += await _tell_revision(session, revision, code, key, now)
    return told


async def tell_endings(session: AsyncSession, *, now: datetime) -> int:
    """Put on the clock what followers are to be told of rules that end soon; return how many."""
    today = now.astimezone(ZONE).date()
    told = 0
    for revision, code in (await session.exec(_followed())).all():
        content = Content.model_validate(revision.content)
        for end in sorted(_endings(content, today)):
            key = f"ends:{code}:{end.isoformat()}"
            if not await _is_told(session, key):
                text = words.RULE_ENDS.format(name=content.name, code=code, day=f"{end:%d/%m/%Y}")
                session.add(_announcement(code, text, key, now))
                told += 1
    return told


def _followed() -> Select[Revision, str]:
    """Return the query of what is live, across the country, of the procedures somebody follows."""
    codes = select(ProcedureFollow.code).where(col(ProcedureFollow.ended_at).is_(None)).distinct()
    return (
        select(Revision, Procedure.code)
        .join(Procedure, col(Procedure.id) == Revision.procedure_id)
        .where(
            Revision.status == RevisionStatus.PUBLISHED,
            Procedure.province_code == "",
            col(Procedure.code).in_(codes),
        )
    )


def change_text(content: Content, code: str, differing: Sequence[Change]) -> str:
    """Return what changed as a citizen reads it; empty when it is nothing followers asked to hear."""
    parts = [one for one in differing if one.facet in TOLD]
    if not parts:
        return ""
    blocks = [words.PROCEDURE_CHANGED.format(name=content.name, code=code)]
    blocks += ["\n".join(_lines(one)) for one in parts]
    text = "\n".join([*blocks, words.ASK_FOR_MORE])
    if len(text) <= MOST_CHARS:
        return text
    names = ", ".join(one.heading.lower() for one in parts)
    return "\n".join([blocks[0], words.PARTS_CHANGED.format(parts=names), words.ASK_FOR_MORE])


def _lines(change: Change) -> Iterator[str]:
    gone = [line for line in change.before if line not in change.after]
    new = [line for line in change.after if line not in change.before]
    yield words.PART_CHANGED.format(part=change.heading)
    for label, lines in ((words.WAS, gone), (words.IS_NOW, new)):
        for line in lines[:MOST_LINES]:
            yield label.format(line=line)
        if len(lines) > MOST_LINES:
            yield label.format(line=words.AND_MORE.format(count=len(lines) - MOST_LINES))


def _endings(content: Content, today: date) -> set[date]:
    """Return the days in the coming fortnight on which something stated of the procedure ends."""
    stated = [*content.fees, *content.processing_times, *content.notices]
    ends = {getattr(one, "effective_to", None) for one in stated}
    return {end for end in ends if end is not None and today <= end <= today + ENDS_WITHIN}


async def _tell_revision(
    session: AsyncSession, revision: Revision, code: str, key: str, now: datetime
) -> int:
    previous = (
        select(Revision)
        .where(
            Revision.procedure_id == revision.procedure_id,
            col(Revision.published_at) < revision.published_at,
        )
        .order_by(col(Revision.published_at).desc(), col(Revision.number).desc())
        .limit(1)
    )
    old = (await session.exec(previous)).first()
    if old is None:
        return 0
    content = Content.model_validate(revision.content)
    text = change_text(content, code, changes(Content.model_validate(old.content), content))
    if not text:
        return 0
    session.add(_announcement(code, text, key, now))
    return 1


def _announcement(code: str, text: str, key: str, now: datetime) -> Announcement:
    return Announcement(
        text=text,
        text_hash=text_hash(text),
        procedure_code=code,
        author="hệ thống",
        approver="hệ thống",
        approved_at=now,
        created_at=now,
        status=AnnouncementStatus.SCHEDULED,
        next_fire_at=now,
        feed_key=key,
    )


async def _is_told(session: AsyncSession, key: str) -> bool:
    query = select(Announcement.id).where(Announcement.feed_key == key).limit(1)
    return (await session.exec(query)).first() is not None
