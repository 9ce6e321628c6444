"""The tables of contests about procedures and reform: what officials write, and citizens' entries."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.columns import EnumText, Json, UtcDateTime, utc_now


class ContestStatus(StrEnum):
    """draft → in review → approved → stopped; an approved one is open between its two moments."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    STOPPED = "stopped"


class Contest(SQLModel, table=True):
    """A contest; nothing of it changes once it is approved."""

    __tablename__ = "contest"
    __table_args__ = (Index("ix_contest_status_closes", "status", "closes_at"),)

    id: int | None = Field(default=None, primary_key=True)
    title: str
    rules: str = ""
    prizes: str = ""
    opens_at: datetime = Field(sa_type=UtcDateTime)
    closes_at: datetime = Field(sa_type=UtcDateTime)
    """From this moment on nothing is taken any more."""
    ranks_pages: bool = False
    """Whether browsers' sessions without an account are ranked too; such entries cost nothing."""
    shows_scores: bool = False
    """Whether scores and ranking show while it is open; right answers never do."""
    status: ContestStatus = Field(default=ContestStatus.DRAFT, sa_type=EnumText(ContestStatus))
    author: str = ""
    """Who wrote or changed it last."""
    approver: str = ""
    note: str = ""
    """Why it was returned or stopped."""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)

    def is_open(self, now: datetime) -> bool:
        """Whether answers are taken."""
        return self.status is ContestStatus.APPROVED and self.opens_at <= now < self.closes_at

    def is_over(self, now: datetime) -> bool:
        """Whether it has been held and takes answers no more."""
        return self.status is ContestStatus.STOPPED or (
            self.status is ContestStatus.APPROVED and now >= self.closes_at
        )


class ContestQuestion(SQLModel, table=True):
    """One question with its choices, of which one is right."""

    __tablename__ = "contest_question"

    id: int | None = Field(default=None, primary_key=True)
    contest_id: int = Field(foreign_key="contest.id", index=True, ondelete="CASCADE")
    position: int
    """As the editors see it; citizens get another order each."""
    text: str
    choices: list[str] = Field(sa_column=Column(Json, nullable=False))
    right_choice: int
    """Index of the right choice; leaves the server only when the contest is over."""
    explanation: str = ""
    source: str = ""


class ContestEntry(SQLModel, table=True):
    """What one person answered; one a person and one an address for each contest."""

    __tablename__ = "contest_entry"
    __table_args__ = (
        UniqueConstraint("person_id", "contest_id", name="uq_contest_entry_person"),
        UniqueConstraint("who", "contest_id", name="uq_contest_entry_who"),
        UniqueConstraint("nickname_key", "contest_id", name="uq_contest_entry_nickname"),
        Index("ix_contest_entry_ranking", "contest_id", "score", "seconds"),
    )

    id: int | None = Field(default=None, primary_key=True)
    contest_id: int = Field(foreign_key="contest.id", ondelete="CASCADE")
    person_id: str = Field(foreign_key="person.id", ondelete="CASCADE")
    who: str
    """Pseudonym of the address it came from."""
    nickname: str
    nickname_key: str
    """The nickname as it is compared: without accents, signs, spaces and large letters."""
    seed: int
    """Makes the order of the questions."""
    answers: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(Json, nullable=False)
    )
    """In the order asked: {"question": id, "choice": index, "seconds": counted}."""
    asked_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    """When the open question was first shown; showing it again changes nothing."""
    started_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    score: int = 0
    """Right answers; 0 until it is finished."""
    seconds: int = 0
    """Counted time; 0 until it is finished."""
    code: str | None = Field(default=None, unique=True)
    """The receipt code, e.g. "HT-7KQ3-XN4C", once it is finished."""
    secret_hash: str = ""
