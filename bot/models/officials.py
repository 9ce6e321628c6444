"""The tables of officials: who may do what, from which session, and the log of what they did."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from knowledge.columns import Json, UtcDateTime, utc_now


class Role(StrEnum):
    """What an official may do; one official has any set of them."""

    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    SENDER = "sender"
    ADMIN = "admin"

    @property
    def implies(self) -> frozenset[Role]:
        """This role and those it contains: everyone may view, an approver may edit."""
        if self is Role.ADMIN:
            return frozenset(Role)
        if self is Role.APPROVER:
            return frozenset({Role.APPROVER, Role.EDITOR, Role.VIEWER})
        return frozenset({self, Role.VIEWER})


class Official(SQLModel, table=True):
    """Someone who keeps the knowledge or writes to citizens; never deleted, only disabled."""

    __tablename__ = "official"

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    """Lower case; what the log of deeds knows them by, so it never changes."""
    name: str
    roles: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    password_hash: str = ""
    """Argon2id; empty = nobody can sign in until a link code has set one."""
    password_changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    totp_secret: str = ""
    """Base32; empty = no second step."""
    totp_step: int = 0
    """The last 30-second step whose code was used, so that none works twice."""
    recovery_hashes: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    reset_hash: str = Field(default="", index=True)
    """Of the one-time link code that sets a new password; empty = none waits."""
    reset_expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class OfficialSession(SQLModel, table=True):
    """One signed-in browser; of its token only the hash is known here."""

    __tablename__ = "official_session"

    token_hash: str = Field(primary_key=True)
    official_id: int = Field(foreign_key="official.id", index=True)
    second_step: bool = False
    """True while the password was right and the second step is still to come."""
    address: str = ""
    browser: str = ""
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    seen_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class LoginFailure(SQLModel, table=True):
    """Wrong passwords in a row for one account or from one address, and until when it is shut."""

    __tablename__ = "login_failure"

    key: str = Field(primary_key=True)
    times: int = 0
    last_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, index=True)
    shut_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuditEntry(SQLModel, table=True):
    """Who did what, when and from where; the database itself refuses to change or delete one."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor: str = Field(index=True)
    """The official's login, or "cli:…" and "system" for what no signed-in official did."""
    action: str = Field(index=True)
    """`subject.verb`, e.g. "procedure.publish"."""
    subject: str = Field(index=True)
    """What was acted on, e.g. a procedure code."""
    before: str = Field(sa_column=Column(Text, nullable=False))
    """Canonical JSON as it was hashed; JSONB would write numbers and keys its own way."""
    after: str = Field(sa_column=Column(Text, nullable=False))
    reason: str = ""
    where: str = ""
    """Address or channel it came from."""
    previous_hash: str
    hash: str = Field(unique=True)
