"""A report becomes drafts: its facts, the centres it names, what may be announced from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database
from bot.imports.leases import finish, go_on
from bot.models import Announcement, ImportJob, JobStatus, Topic
from knowledge.centres import Centre, CentreLevel, CentreStatus
from knowledge.centres.stored import save_centres
from knowledge.content import Confidence
from knowledge.models import Centre as CentreRow
from knowledge.places import Match, Places
from knowledge.places.stored import read_places
from knowledge.reports.drafts import Imported, import_report
from knowledge.reports.found import ReadReport
from knowledge.reports.offers import Offer, offers
from knowledge.reports.report import read_report


async def read_report_file(
    database: Database, job: ImportJob, path: Path, *, clock: Callable[[], datetime]
) -> None:
    """Read an uploaded report and keep what it says as drafts, wholly or not at all.

    Raises:
        ReportError: it cannot be read.
        LostError: the job was given up meanwhile.
    """
    assert job.id is not None
    async with database.write() as session:
        await go_on(session, job.id, job.status, now=clock(), status=JobStatus.READING, share=0.1)
    report = read_report(path)
    async with database.write() as session:
        await go_on(session, job.id, JobStatus.READING, now=clock(), share=0.9)
        made, offered = await keep_report(session, report, author=job.author, now=clock())
        result = {
            "key": made.key,
            "drafts": made.drafts,
            "duplicates": made.duplicates,
            "findings": made.findings,
            "already": made.already,
            "offers": len(offered),
        }
        await finish(session, job.id, JobStatus.DONE, now=clock(), share=1.0, result=result)


async def keep_report(
    session: AsyncSession, report: ReadReport, *, author: str, now: datetime, publisher: str = ""
) -> tuple[Imported, tuple[Offer, ...]]:
    """Store a report's facts, new centres and announcements as drafts; return what was made.

    A report imported before makes nothing again.
    """
    made = await import_report(session, report, publisher=publisher)
    if made.already:
        return made, ()
    names = (await session.exec(select(CentreRow.name))).all()
    offered = offers(report, names)
    places = await read_places(session)
    centres = [one for one in offered if one.kind == "service_centre"]
    await save_centres(
        session,
        [
            _centre(one, report, places, f"{made.key[:48]}-{number}")
            for number, one in enumerate(centres, start=1)
        ],
    )
    for one in offered:
        if one.kind == "announcement":
            session.add(_announcement(one, made.key, places, author, now))
    await session.flush()
    return made, offered


def _centre(offer: Offer, report: ReadReport, places: Places, key: str) -> Centre:
    place = _place(offer.locality, places)
    code = place.code if place else ""
    return Centre(
        key=f"nhap-{key}"[:60].rstrip("-"),
        name=offer.title[:300],
        level=CentreLevel.PROVINCE if len(code) == 2 else CentreLevel.COMMUNE,
        unit_code=code,
        province_code=place.province_code if place else "",
        status=CentreStatus.DRAFT,
        sources=(report.title[:2_000],),
        confidence=Confidence.LOW,
        note=offer.text,
    )


def _announcement(
    offer: Offer, key: str, places: Places, author: str, now: datetime
) -> Announcement:
    place = _place(offer.locality, places)
    return Announcement(
        title=offer.title[:200],
        text=offer.text,
        topic=Topic.REFORM,
        places=[place.code] if place else [],
        author=author,
        created_at=now,
        feed_key=f"report:{key}:{offer.fact}",
    )


def _place(locality: str, places: Places) -> Match | None:
    return places.resolve(locality).best if locality else None


async def drafts_of(session: AsyncSession, key: str) -> list[Announcement]:
    """Return the announcements drafted from a report."""
    rows = await session.exec(
        select(Announcement)
        .where(col(Announcement.feed_key).startswith(f"report:{key}:", autoescape=True))
        .order_by(col(Announcement.id))
    )
    return list(rows.all())
