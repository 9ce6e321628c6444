"""What administrative-reform reports say, kept as facts with their period, place and checked sums."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.models import Fact, Report
from knowledge.reports.facts import FactHit, Facts, Finding, ReportFact

__all__ = ["FactHit", "Facts", "Finding", "ReportFact", "Reports"]


@dataclass(frozen=True)
class Reports:
    """The published facts of every report."""

    facts: Facts

    @classmethod
    def empty(cls) -> Reports:
        """Return no facts at all."""
        return cls(Facts(()))

    @classmethod
    async def load(cls, session: AsyncSession) -> Reports:
        """Read the published facts."""
        query = (
            select(Fact, Report)
            .join(Report, col(Fact.report_id) == col(Report.id))
            .where(col(Fact.published))
            .order_by(col(Fact.id))
        )
        return cls(Facts(_fact(fact, report) for fact, report in await session.exec(query)))


def _fact(fact: Fact, report: Report) -> ReportFact:
    return ReportFact(
        key=fact.key,
        kind=fact.kind,
        subject=fact.subject,
        statement=fact.statement,
        value=fact.value,
        unit=fact.unit,
        level=fact.level,
        place=fact.place,
        period=fact.period or report.period,
        report_title=report.title,
        locality=report.locality,
        locality_today=report.locality_today,
        ask=tuple(fact.ask),
        finding=Finding(**fact.finding) if fact.finding else None,
        note=fact.note,
    )
