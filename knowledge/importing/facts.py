"""The facts of reports that come with the program: one YAML file a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.models import Fact, Report
from knowledge.yaml_files import read_yaml


class FindingRow(BaseModel):
    """What recomputing a figure showed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["wrong", "mismatch", "rounding", "unclear", "typo", "outdated"]
    printed: str = ""
    computed: str = ""
    text: str


class FactRow(BaseModel):
    """One fact of a report file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    kind: str
    subject: Annotated[str, Field(min_length=3)]
    statement: Annotated[str, Field(min_length=3)]
    value: str = ""
    unit: str = ""
    level: str = ""
    place: str = ""
    period: str = ""
    ask: tuple[str, ...] = ()
    finding: FindingRow | None = None


class ReportFile(BaseModel):
    """One report file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    title: str
    locality: str
    locality_today: str = ""
    period: str = ""
    year: int | None = None
    publisher: str = ""
    facts: tuple[FactRow, ...]


def read(path: Path) -> ReportFile:
    """Return one report file.

    Raises:
        pydantic.ValidationError: it does not have the shape above.
    """
    return ReportFile.model_validate(read_yaml(path))


async def load(session: AsyncSession, data_dir: Path) -> bool:
    """Replace the facts of the reports in `data_dir`/reports; say whether there were any."""
    files = [read(path) for path in sorted((data_dir / "reports").glob("*.yaml"))]
    for file in files:
        report = await _report(session, file)
        await session.exec(delete(Fact).where(col(Fact.report_id) == report.id))
        session.add_all(_fact(row, report) for row in file.facts)
    return bool(files)


async def _report(session: AsyncSession, file: ReportFile) -> Report:
    values = file.model_dump(exclude={"facts"})
    report = (await session.exec(select(Report).where(Report.key == file.key))).first()
    report = report or Report(**values)
    report.sqlmodel_update(values)
    session.add(report)
    await session.flush()
    return report


def _fact(row: FactRow, report: Report) -> Fact:
    values: dict[str, Any] = row.model_dump(exclude={"ask"})
    return Fact(**values, ask=list(row.ask), report_id=report.id or 0)
