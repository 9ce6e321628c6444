"""The tables of imports at the desk: a job is one uploaded file, a row one record to decide on."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from knowledge.columns import EnumText, Json, UtcDateTime, utc_now


class JobKind(StrEnum):
    """What an uploaded file is read as."""

    PROCEDURES = "procedures"
    REPORT = "report"


class JobStatus(StrEnum):
    """The life of a job: waiting → reading → ready ⇄ saving → done, or it failed or was given up."""

    WAITING = "waiting"
    READING = "reading"
    READY = "ready"
    SAVING = "saving"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RowOutcome(StrEnum):
    """What taking a row over would change."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    """Live here, and not in a file that lists everything."""
    REFUSED = "refused"


class RowState(StrEnum):
    """What an editor decided on a row, and how far that has been carried out."""

    OPEN = "open"
    TO_SAVE = "to_save"
    TO_PUBLISH = "to_publish"
    SAVED = "saved"
    PUBLISHED = "published"
    FAILED = "failed"


class ImportJob(SQLModel, table=True):
    """One uploaded file on its way into the knowledge; whoever holds the lease works on it."""

    __tablename__ = "import_job"

    id: int | None = Field(default=None, primary_key=True)
    kind: JobKind = Field(default=JobKind.PROCEDURES, sa_type=EnumText(JobKind))
    name: str
    """Of the file as it was uploaded."""
    stored_as: str
    """Name of the file in the imports folder; it is deleted once read."""
    size: int
    format: str = ""
    """Name of the reader that knows it."""
    status: JobStatus = Field(default=JobStatus.WAITING, sa_type=EnumText(JobStatus), index=True)
    share: float = 0.0
    """How much of the present step is done, 0 to 1."""
    records: int = 0
    """How many records have been taken from the file; a job resumed goes on after them."""
    attempts: int = 0
    """Starts since the last progress."""
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = ""
    result: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    author: str
    decided_by: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class ImportRow(SQLModel, table=True):
    """One record of a file: what it would change, what is doubtful, and what was decided."""

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_list", "job_id", "outcome", "state", "id"),
        Index("ix_import_row_code", "job_id", "code"),
    )

    id: int | None = Field(default=None, primary_key=True)
    job_id: int = Field(foreign_key="import_job.id", ondelete="CASCADE")
    record: int
    code: str
    title: str = ""
    field: str = ""
    outcome: RowOutcome = Field(sa_type=EnumText(RowOutcome))
    state: RowState = Field(default=RowState.OPEN, sa_type=EnumText(RowState))
    reason: str = ""
    """Why it was refused, or could not be saved or published."""
    hold: str = ""
    """Why it may only become a draft, see knowledge.publishing.Hold."""
    doubts: int = 0
    problems: list[dict[str, str]] = Field(
        default_factory=list, sa_column=Column(Json, nullable=False)
    )
    packed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    """The draft as compressed JSON; only of what could be taken over."""
    revision_id: int | None = None
