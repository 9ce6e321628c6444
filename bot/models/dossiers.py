"""The tables of dossiers' statuses: what a deployer loaded, and who asked to be told of changes.

Codes and secrets are kept as keyed hashes only (bot.dossiers.seals).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.columns import EnumText, Json, UtcDateTime, utc_now


class DossierStatus(StrEnum):
    """Where a dossier stands; the words citizens read are in bot.messages.dossiers."""

    RECEIVED = "received"
    PROCESSING = "processing"
    WAITING = "waiting"
    """For papers the citizen still has to bring; the office's time does not run."""
    READY = "ready"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


#: The office's time runs, so such a dossier can be late.
RUNNING: Final = (DossierStatus.RECEIVED, DossierStatus.PROCESSING)
#: Nothing changes any more.
FINISHED: Final = (DossierStatus.RETURNED, DossierStatus.REFUSED, DossierStatus.WITHDRAWN)


class LoadStatus(StrEnum):
    """preview → live, or withdrawn; only what is live answers."""

    PREVIEW = "preview"
    LIVE = "live"
    WITHDRAWN = "withdrawn"


class DossierLoad(SQLModel, table=True):
    """A status export as it was loaded: by whom, how much of it was good, until when it answers."""

    __tablename__ = "dossier_load"

    id: int | None = Field(default=None, primary_key=True)
    name: str
    """The file's name."""
    author: str
    status: LoadStatus = Field(default=LoadStatus.PREVIEW, sa_type=EnumText(LoadStatus))
    good: int = 0
    bad: int = 0
    problems: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    """What is wrong with which line, the first of them; no code, no secret."""
    days: int
    """How long it answers once it is live."""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    live_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Dossier(SQLModel, table=True):
    """Where one dossier stands, as one load says."""

    __tablename__ = "dossier"

    id: int | None = Field(default=None, primary_key=True)
    load_id: int = Field(foreign_key="dossier_load.id", index=True, ondelete="CASCADE")
    code_name: str = Field(index=True)
    """The code, sealed."""
    ending: str
    """The last four digits, by which its owner knows it."""
    secret_seal: str
    status: DossierStatus = Field(sa_type=EnumText(DossierStatus))
    procedure: str = ""
    office: str = ""
    asked: str = ""
    """What the citizen is asked to bring."""
    due_on: date | None = None
    updated_on: date | None = None
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class DossierWatch(SQLModel, table=True):
    """A citizen's wish to be told when a dossier changes; they proved to know its secret."""

    __tablename__ = "dossier_watch"
    __table_args__ = (UniqueConstraint("person_id", "code_name"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: str = Field(foreign_key="person.id", ondelete="CASCADE")
    code_name: str = Field(index=True)
    ending: str
    handle: str = ""
    """What the connector takes instead of code and secret; "" where an export is loaded."""
    known: str
    """Fingerprint of what the citizen was told last."""
    told: int = 0
    """How many changes they were told of; numbers the notices."""
    consent_text_version: str
    consented_at: datetime = Field(sa_type=UtcDateTime)
    source: str
    """The channel on which they agreed."""
    next_look_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """When it ends by itself; every change puts it off."""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
