"""The table of API tokens, with which a program does what its official may."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from bot.models.officials import Role
from knowledge.columns import Json, UtcDateTime, utc_now


class Scope(StrEnum):
    """What a token may be used for; its official needs the role as well, at each call."""

    KNOWLEDGE_READ = "knowledge:read"
    KNOWLEDGE_WRITE = "knowledge:write"
    KNOWLEDGE_APPROVE = "knowledge:approve"
    SWITCHES_TURN = "switches:turn"
    ANNOUNCEMENTS_READ = "announcements:read"
    ANNOUNCEMENTS_WRITE = "announcements:write"
    ANNOUNCEMENTS_SEND = "announcements:send"
    FIGURES_READ = "figures:read"
    AUDIT_READ = "audit:read"

    @property
    def role(self) -> Role:
        """The least role that has what this scope opens."""
        return _ROLES[self]


_ROLES = {
    Scope.KNOWLEDGE_READ: Role.VIEWER,
    Scope.KNOWLEDGE_WRITE: Role.EDITOR,
    Scope.KNOWLEDGE_APPROVE: Role.APPROVER,
    Scope.SWITCHES_TURN: Role.APPROVER,
    Scope.ANNOUNCEMENTS_READ: Role.SENDER,
    Scope.ANNOUNCEMENTS_WRITE: Role.SENDER,
    Scope.ANNOUNCEMENTS_SEND: Role.SENDER,
    Scope.FIGURES_READ: Role.VIEWER,
    Scope.AUDIT_READ: Role.ADMIN,
}


class ApiToken(SQLModel, table=True):
    """A program's key to the API, in the name of one official; of its secret only the hash is here."""

    __tablename__ = "api_token"

    id: str = Field(primary_key=True)
    """The part by which it is looked up, shown and logged; no secret."""
    official_id: int = Field(foreign_key="official.id", index=True)
    name: str
    """What it is for, in its owner's words."""
    scopes: list[str] = Field(sa_column=Column(Json, nullable=False))
    secret_hash: str
    created_by: str
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_from: str = ""
