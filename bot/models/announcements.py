"""The tables of announcements: who asked for what, what was written, and each person's delivery.

An announcement is sent in runs (one for each fire time), a run in chunks of one channel, a chunk is
some 500 deliveries. The deliveries are the truth; chunks only carry work and sums.
What waits for somebody's daily digest is gathered; the digest is an announcement too, one a day.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from knowledge.columns import EnumText, Json, UtcDateTime, utc_now


class Topic(StrEnum):
    """What a citizen may ask to be told of; the names are in bot.messages.announcements."""

    PROCEDURES = "procedures"
    CLOSURES = "closures"
    VACCINATION = "vaccination"
    REFORM = "reform"
    STORMS = "storms"
    HEALTH = "health"
    SCHOOLS = "schools"
    UTILITIES = "utilities"
    LOCAL = "local"


class AnnouncementStatus(StrEnum):
    """The life of an announcement: draft → approved → scheduled → sending → done."""

    DRAFT = "draft"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"
    EXPIRED = "expired"
    RETURNED = "returned"
    """Sent back to its writer; saving it makes it a draft again."""


class RunStatus(StrEnum):
    """One fire time of an announcement; `missed` = too late to be sent, only reported."""

    PLANNING = "planning"
    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"
    MISSED = "missed"


class DeliveryStatus(StrEnum):
    """One person's delivery; the last three are final."""

    CREATED = "created"
    SENDING = "sending"
    TEMPORARY = "temporary_failure"
    DELIVERED = "delivered"
    PERMANENT = "permanent_failure"
    SKIPPED = "skipped"


class SkipReason(StrEnum):
    """Why a delivery was left out on purpose."""

    OUTSIDE_WINDOW = "outside_window"
    QUIET_HOURS = "quiet_hours"
    OPTED_OUT = "opted_out"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"
    NO_CHANNEL = "no_channel"
    NOTHING_LEFT = "nothing_left"
    """Of a digest: all that it held for this person was stopped, is over, or is wanted no more."""


class ChunkStatus(StrEnum):
    """Where a chunk stands: it waits for its time, is in the engine's queue, or is finished."""

    WAITING = "waiting"
    QUEUED = "queued"
    DONE = "done"


#: Deliveries a worker may still take.
OPEN: Final = (DeliveryStatus.CREATED, DeliveryStatus.TEMPORARY)
#: Runs that are under way.
GOING_ON: Final = (RunStatus.PLANNING, RunStatus.SENDING)


class Subscription(SQLModel, table=True):
    """A citizen's wish to be told of a topic in a place, with the consent they gave.

    Empty codes mean everywhere; a commune's row carries its province too.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("person_id", "topic", "province_code", "commune_code"),
        Index(
            "ix_subscription_audience",
            "topic", "person_id", "province_code", "commune_code", "daily",
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    person_id: str = Field(foreign_key="person.id", ondelete="CASCADE")
    topic: Topic = Field(sa_type=EnumText(Topic))
    province_code: str = ""
    commune_code: str = ""
    consent_text_version: str
    consented_at: datetime = Field(sa_type=UtcDateTime)
    source: str
    """How the consent came: a channel's name, or "import:FILE"."""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When they stopped; the row stays as the record of both."""
    daily: bool = False
    """Gathered into one message a day; else told at once."""
    daily_said_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When they last said which it shall be."""


class ProcedureFollow(SQLModel, table=True):
    """A citizen's wish to be told when a procedure changes."""

    __tablename__ = "procedure_follow"

    person_id: str = Field(foreign_key="person.id", ondelete="CASCADE", primary_key=True)
    code: str = Field(primary_key=True, index=True)
    consent_text_version: str
    consented_at: datetime = Field(sa_type=UtcDateTime)
    source: str
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Announcement(SQLModel, table=True):
    """What officials want people to know, whom it is for and when it goes out."""

    __tablename__ = "announcement"

    id: int | None = Field(default=None, primary_key=True)
    title: str = ""
    text: str
    text_hash: str = Field(default="", index=True)
    """Of the folded words, to warn of the same text sent twice."""
    source_url: str = ""
    topic: str = Field(default="", index=True)
    """A Topic; empty when it is for the followers of a procedure or for those of a correction."""
    places: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    """Codes of today's provinces (2 digits) and communes (5); empty = everywhere."""
    procedure_code: str = ""
    correction_of: int | None = Field(default=None, foreign_key="announcement.id")
    effective_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    urgent: bool = False
    status: AnnouncementStatus = Field(
        default=AnnouncementStatus.DRAFT, sa_type=EnumText(AnnouncementStatus)
    )
    author: str = ""
    approver: str = ""
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    send_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The first fire time; None = as soon as it is released."""
    cron: str = ""
    """Five fields, in Vietnam's time; empty = not repeated so."""
    rrule: str = ""
    """An iCalendar RRULE from `send_at` on, in Vietnam's time."""
    catch_up_minutes: int = 120
    """After downtime, how late a fire time may still be sent."""
    next_fire_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    feed_key: str = Field(default="", index=True)
    """The feed entry it was drafted from."""
    digest_on: date | None = Field(default=None, unique=True, index=True)
    """The day whose digest this is; each person's holds what was gathered for them."""
    recalled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was taken back: no digest tells what was gathered before."""


class Run(SQLModel, table=True):
    """One sending of an announcement; unique for its fire time, so that it happens once."""

    __tablename__ = "run"
    __table_args__ = (UniqueConstraint("announcement_id", "fire_time"),)

    id: int | None = Field(default=None, primary_key=True)
    announcement_id: int = Field(foreign_key="announcement.id", index=True)
    fire_time: datetime = Field(sa_type=UtcDateTime)
    status: RunStatus = Field(default=RunStatus.PLANNING, sa_type=EnumText(RunStatus), index=True)
    planned_to: str = ""
    """The last person planned, so that an interrupted planning goes on."""
    planned: int = 0
    digest_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the digest is due that tells those who want one a day; None = they too are told at once."""
    gathered: int = 0
    """How many are told by that digest."""
    note: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Chunk(SQLModel, table=True):
    """Some 500 deliveries of a run on one channel: what the engine's jobs point at, and their sums."""

    __tablename__ = "chunk"
    __table_args__ = (
        Index("ix_chunk_due", "due_at", sqlite_where=text("status <> 'done'"),
              postgresql_where=text("status <> 'done'")),
    )  # fmt: skip

    run_id: int = Field(foreign_key="run.id", ondelete="CASCADE", primary_key=True)
    number: int = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    first_person: str
    last_person: str
    lane: int
    status: ChunkStatus = Field(default=ChunkStatus.WAITING, sa_type=EnumText(ChunkStatus))
    due_at: datetime = Field(sa_type=UtcDateTime)
    """Waiting: when it may be queued. Queued: when it is taken for lost and queued again."""
    planned: int
    delivered: int = 0
    failed: int = 0
    skipped: int = 0


class Delivery(SQLModel, table=True):
    """One person's copy of a run; the address is as it was when planned.

    It has no index but its key: a chunk knows between which people it lies, so claiming needs none,
    and a million rows are written and marked without touching a second tree.
    """

    __tablename__ = "delivery"
    __table_args__ = ({"sqlite_with_rowid": False},)

    run_id: int = Field(primary_key=True)
    """No foreign key: a million checks would double the time of planning."""
    person_id: str = Field(primary_key=True)
    channel: str
    address: str
    chunk: int
    status: DeliveryStatus = Field(default=DeliveryStatus.CREATED, sa_type=EnumText(DeliveryStatus))
    reason: str = ""
    attempts: int = 0
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Not before; None = at once."""
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    owner: str = ""
    message_id: str = ""
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Gathered(SQLModel, table=True):
    """A run kept for a person's daily digest, and the digest that took it.

    It is told when that digest was delivered to them. Keyed as a delivery is, and for the same reason
    without a foreign key.
    """

    __tablename__ = "gathered"
    __table_args__ = (
        Index("ix_gathered_digest", "digest_run_id", "person_id"),
        {"sqlite_with_rowid": False},
    )

    run_id: int = Field(primary_key=True)
    person_id: str = Field(primary_key=True)
    digest_run_id: int | None = None
    """The run of the digest that holds it; None = it waits for one."""
    at: datetime = Field(sa_type=UtcDateTime)


class Recall(SQLModel, table=True):
    """The wish to take an announcement back, and how far that has come; counts are people's copies."""

    __tablename__ = "recall"

    announcement_id: int = Field(foreign_key="announcement.id", primary_key=True)
    until_run: int
    """The newest of its runs when it was asked for; later ones are not taken back."""
    asked_by: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    copies: int = 0
    """As many as there were; 0 = not counted yet."""
    taken: int = 0
    refused: int = 0
    """Their platform cannot take this message back, or no longer."""
    in_digests: int = 0
    """People told of it within a digest: taken back only with the whole of that."""
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    """When it goes on; while a process is at it, when that is taken for dead; None = it has ended."""
    owner: str = ""
    """The process that is at it."""
    tries: int = 0
    """Rounds, one after another, in which the platform answered nothing."""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def left(self) -> int:
        """Copies still to be taken back, or given up once it has ended."""
        return self.copies - self.taken - self.refused


class RateLimit(SQLModel, table=True):
    """A platform's limit, shared by every process; times are seconds since 1970."""

    __tablename__ = "rate_limit"

    channel: str = Field(primary_key=True)
    tat: float = 0.0
    """When the last token granted is spent (theoretical arrival time)."""
    reply_tat: float = 0.0
    """The same, of the tokens that replies took."""
    rate: float
    """Tokens a second when `lowered_at` was written."""
    lowered_at: float = 0.0
    period: str = ""
    """The month `used` counts, 2026-11."""
    used: int = 0


class ChatTurn(SQLModel, table=True):
    """When a chat may be written to again; forgotten within minutes, and no loss if it is gone."""

    __tablename__ = "chat_turn"

    key: int = Field(primary_key=True, sa_type=BigInteger)
    """A hash of channel and address."""
    free_at: float
    """Seconds since 1970."""


class ScheduledJob(SQLModel, table=True):
    """What became of a timed job; what it does and when is one line in bot.broadcast.schedule."""

    __tablename__ = "scheduled_job"

    name: str = Field(primary_key=True)
    fired_for: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """The last fire time taken; only one process takes each."""
    owner: str = ""
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = ""


class Leader(SQLModel, table=True):
    """Who leads, where the database has no advisory locks."""

    __tablename__ = "leader"

    name: str = Field(primary_key=True)
    owner: str
    until: float
    """Seconds since 1970."""
