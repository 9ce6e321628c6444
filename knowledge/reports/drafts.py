"""Keeps what was found in a report as drafts, until an editor approves or rejects them.

Every function works inside the caller's transaction: a report is imported wholly or not at all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.columns import utc_now
from knowledge.models import Fact, FactStatus, Report
from knowledge.publishing import bump_version
from knowledge.reports.found import ArithmeticFinding, FoundFact, Kind, ReadReport
from knowledge.reports.subjects import content_words
from knowledge.text import fold

#: What an editor may change on a draft.
EDITABLE: Final = frozenset(["subject", "statement", "value", "unit", "level", "place", "period"])
#: Two subjects that share this much of their words speak of the same thing.
_ALIKE = 0.6


class DraftError(Exception):
    """A step that cannot be taken; the message is for the editor."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import made."""

    key: str
    drafts: int
    duplicates: int
    findings: int
    already: bool = False
    """Whether the same text had been imported before; nothing was changed then."""


async def import_report(
    session: AsyncSession, report: ReadReport, *, publisher: str = ""
) -> Imported:
    """Store the facts of `report` as drafts, marking those an earlier report already told."""
    digest = hashlib.sha256(report.text.encode()).hexdigest()
    known = (await session.exec(select(Report).where(Report.content_hash == digest))).first()
    if known is not None:
        return Imported(known.key, 0, 0, 0, already=True)
    row = Report(
        key=_key(report, digest),
        title=report.title,
        locality=report.locality,
        locality_today=report.locality_today,
        period=report.period,
        year=report.year,
        publisher=publisher,
        content_hash=digest,
        imported_at=utc_now(),
    )
    session.add(row)
    await session.flush()
    earlier = await _told_earlier(session, report.locality)
    facts = list(_rows(report, row, earlier))
    session.add_all(facts)
    await session.flush()
    duplicates = sum(bool(fact.duplicate_of) for fact in facts)
    return Imported(row.key, len(facts), duplicates, len(report.findings))


def _key(report: ReadReport, digest: str) -> str:
    name = re.sub(
        r"^(?:tỉnh|thành phố|huyện|thị xã|quận|xã|phường|thị trấn) ",
        "",
        report.locality.split(",")[0],
    )
    words = re.findall(r"[a-z0-9]+", fold(f"{name} {report.period}".lower()))
    return "-".join([*words[:8], digest[:6]])


async def _told_earlier(session: AsyncSession, locality: str) -> list[tuple[Fact, Report]]:
    """Return the facts of other reports of the same locality that were not rejected."""
    query = (
        select(Fact, Report)
        .join(Report, col(Fact.report_id) == col(Report.id))
        .where(Report.locality == locality, Fact.status != FactStatus.REJECTED)
        .order_by(col(Fact.id))
    )
    return list((await session.exec(query)).all())


def _rows(
    report: ReadReport, row: Report, earlier: Sequence[tuple[Fact, Report]]
) -> Iterable[Fact]:
    findings = _by_fact(report.findings)
    keys = [f"{row.key}-{number:03}" for number in range(1, len(report.facts) + 1)]
    for i, found in enumerate(report.facts):
        yield Fact(
            key=keys[i],
            report_id=row.id or 0,
            kind=found.kind.value,
            subject=found.subject,
            statement=statement(found),
            value=found.value,
            unit=found.unit,
            level=found.level,
            place="" if found.locality == report.locality else found.locality,
            period="" if found.period == report.period else found.period,
            finding=findings.get(i),
            published=False,
            status=FactStatus.DRAFT,
            sentence=found.sentence,
            position=found.offset,
            confidence=found.confidence,
            parent_key=keys[found.parent] if found.parent is not None else "",
            relation=found.relation.value,
            note=found.note,
            duplicate_of=_twin(found, earlier),
        )


def statement(found: FoundFact) -> str:
    """Return the sentence a citizen may read about `found`."""
    if found.value and found.kind in (Kind.STATISTIC, Kind.TARGET):
        unit = "" if found.unit == "%" else f" {found.unit}"
        return f"{found.subject}: {found.value}{'%' if found.unit == '%' else unit}."
    return found.subject.rstrip(".") + "."


def _by_fact(findings: Sequence[ArithmeticFinding]) -> dict[int, dict[str, str]]:
    """Return the finding to show beside each doubtful fact, the surest of them."""
    chosen: dict[int, ArithmeticFinding] = {}
    for finding in findings:
        for index in finding.facts[:1]:
            if index not in chosen or finding.confidence > chosen[index].confidence:
                chosen[index] = finding
    return {
        index: {
            "type": finding.severity.value,
            "printed": finding.printed,
            "computed": finding.computed,
            "text": finding.explanation,
        }
        for index, finding in chosen.items()
    }


def _twin(found: FoundFact, earlier: Sequence[tuple[Fact, Report]]) -> str:
    """Return the key of an earlier fact that says the same, or ""."""
    for fact, report in earlier:
        if fact.kind != found.kind.value or _plain(fact.value) != _plain(found.value):
            continue
        if fact.kind == Kind.LEGAL_DOC.value and fact.value:
            return fact.key
        same_period = fold(fact.period or report.period).lower() == fold(found.period).lower()
        timeless = found.kind in (Kind.SYSTEM, Kind.CENTRE, Kind.INITIATIVE)
        if (same_period or timeless) and alike(fact.subject, found.subject):
            return fact.key
    return ""


def _plain(value: str) -> str:
    return re.sub(r"\b0+(?=\d)", "", value)


def alike(one: str, other: str) -> bool:
    """Whether two subjects share most of their telling words."""
    mine, theirs = set(content_words(one)), set(content_words(other))
    return len(mine & theirs) >= _ALIKE * max(1, min(len(mine), len(theirs)))


async def find_report(session: AsyncSession, key: str) -> Report:
    """Return the report with this key.

    Raises:
        DraftError: there is none.
    """
    report = (await session.exec(select(Report).where(Report.key == key))).first()
    if report is None:
        raise DraftError(f"không có báo cáo {key}; xem `motcua report list`")
    return report


async def facts_of(session: AsyncSession, report: Report) -> Sequence[Fact]:
    """Return the facts of a report in its order."""
    query = select(Fact).where(Fact.report_id == report.id).order_by(col(Fact.id))
    return (await session.exec(query)).all()


async def decide(
    session: AsyncSession, key: str, status: FactStatus, chosen: Collection[str] | None = None
) -> int:
    """Approve or reject facts of a report; return how many changed.

    `chosen` holds keys or numbers; None is every draft but, on approval, the duplicates and the
    figures a check found wrong: those an editor approves one by one.

    Raises:
        DraftError: the report or one of the facts is unknown.
    """
    report = await find_report(session, key)
    facts = await facts_of(session, report)
    if chosen is None:
        picked = [
            fact for fact in facts if fact.status is FactStatus.DRAFT and not _waits(fact, status)
        ]
    else:
        picked = [_pick(facts, report, one) for one in chosen]
    changed = [fact for fact in picked if fact.status is not status]
    public = any(fact.published for fact in changed) or status is FactStatus.PUBLISHED
    for fact in changed:
        fact.status = status
        fact.published = status is FactStatus.PUBLISHED
        session.add(fact)
    await session.flush()
    if changed and public:
        await bump_version(session)
    return len(changed)


def _waits(fact: Fact, status: FactStatus) -> bool:
    if status is not FactStatus.PUBLISHED:
        return False
    doubtful = fact.finding is not None and fact.finding.get("type") in ("wrong", "mismatch")
    return bool(fact.duplicate_of) or doubtful


async def edit(session: AsyncSession, key: str, number: str, changes: Mapping[str, str]) -> Fact:
    """Change words of one fact; a published one is published anew.

    Raises:
        DraftError: the fact is unknown, or a field may not be changed.
    """
    wrong = set(changes) - EDITABLE
    if wrong:
        raise DraftError(f"không sửa được: {', '.join(sorted(wrong))}")
    report = await find_report(session, key)
    fact = _pick(await facts_of(session, report), report, number)
    fact.sqlmodel_update(dict(changes))
    session.add(fact)
    await session.flush()
    if fact.published:
        await bump_version(session)
    return fact


def _pick(facts: Sequence[Fact], report: Report, one: str) -> Fact:
    wanted = {one, f"{report.key}-{one.zfill(3)}"}
    for fact in facts:
        if fact.key in wanted:
            return fact
    raise DraftError(f"báo cáo {report.key} không có dữ kiện {one}")
