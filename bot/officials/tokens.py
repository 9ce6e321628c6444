"""API tokens: shown once, hashed here, for some scopes and some time; never more than their official."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import audit
from bot.models import ApiToken, Official, Scope
from bot.officials.accounts import OfficialError, roles_of
from bot.officials.sessions import NOTE_EVERY, hash_token

#: How a token begins, so that a leaked one is recognised for what it is.
MARK: Final = "motcua"
#: Days a token works, and at most.
DAYS: Final = 90
MOST_DAYS: Final = 366
#: Tokens of one official at a time.
MOST: Final = 20
MAX_NAME_CHARS: Final = 80
_ID_CHARS: Final = 8
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


async def issue_token(
    session: AsyncSession,
    official: Official,
    *,
    name: str,
    scopes: Iterable[Scope],
    days: int = DAYS,
    actor: str,
    where: str = "",
    now: datetime,
) -> tuple[ApiToken, str]:
    """Create a token for `official`; return it with what to show once.

    Raises:
        OfficialError: a scope is beyond the official's roles, or name, scopes or days make no sense.
    """
    assert official.id is not None
    name, wanted = " ".join(name.split()), _checked(official, scopes)
    if not 0 < len(name) <= MAX_NAME_CHARS:
        raise OfficialError(f"Hãy ghi mã dùng để làm gì, không quá {MAX_NAME_CHARS} ký tự.")
    if not 1 <= days <= MOST_DAYS:
        raise OfficialError(f"Mã dùng được từ 1 đến {MOST_DAYS} ngày.")
    if official.disabled_at is not None:
        raise OfficialError("Tài khoản đang khóa, không tạo mã được.")
    live = select(func.count()).where(*_live(official.id, now))
    if (await session.exec(live)).one() >= MOST:
        raise OfficialError(f"Đã có {MOST} mã đang dùng. Hãy thu hồi mã không dùng nữa.")
    secret = secrets.token_urlsafe(32)
    token = ApiToken(
        id="".join(secrets.choice(_LETTERS) for _ in range(_ID_CHARS)),
        official_id=official.id,
        name=name,
        scopes=wanted,
        secret_hash=hash_token(secret),
        created_by=actor,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(token)
    await audit.write(
        session, actor=actor, action="token.create", subject=official.login, where=where, now=now,
        after={"token": token.id, "name": name, "scopes": wanted, "days": days},
    )  # fmt: skip
    return token, f"{MARK}_{token.id}_{secret}"


def _checked(official: Official, scopes: Iterable[Scope]) -> list[str]:
    given, roles = set(scopes), roles_of(official)
    if not given:
        raise OfficialError("Hãy chọn ít nhất một quyền cho mã.")
    beyond = [scope for scope in Scope if scope in given and scope.role not in roles]
    if beyond:
        raise OfficialError(f"Quyền {', '.join(beyond)} vượt quá vai trò của {official.login}.")
    return [scope.value for scope in Scope if scope in given]


async def find_token(
    session: AsyncSession, shown: str, *, now: datetime
) -> tuple[ApiToken, Official] | None:
    """Return the live token that `shown` is and whose it is; None when wrong, spent or revoked."""
    mark, _, rest = shown.partition("_")
    token_id, _, secret = rest.partition("_")
    if mark != MARK or len(token_id) != _ID_CHARS or not token_id.isascii():
        return None
    query = (
        select(ApiToken, Official)
        .join(Official, col(Official.id) == ApiToken.official_id)
        .where(
            ApiToken.id == token_id,
            col(ApiToken.expires_at) > now,
            col(ApiToken.revoked_at).is_(None),
            col(Official.disabled_at).is_(None),
        )
    )
    found = (await session.exec(query)).first()
    if found is None or not hmac.compare_digest(found[0].secret_hash, hash_token(secret)):
        return None
    return found


def is_use_to_note(token: ApiToken, now: datetime) -> bool:
    """Whether the use noted last is long ago; reading hardly writes."""
    return token.used_at is None or now - token.used_at > NOTE_EVERY


async def note_token_use(
    session: AsyncSession, token_id: str, *, address: str, now: datetime
) -> None:
    """Remember when and from where a token was used last."""
    await session.exec(
        update(ApiToken)
        .where(col(ApiToken.id) == token_id)
        .values(used_at=now, used_from=address[:100])
    )


async def tokens_of(session: AsyncSession, official: Official) -> Sequence[ApiToken]:
    """Return every token of an official, newest first."""
    query = select(ApiToken).where(ApiToken.official_id == official.id)
    return (await session.exec(query.order_by(col(ApiToken.created_at).desc()))).all()


async def revoke_token(
    session: AsyncSession,
    official: Official,
    token_id: str,
    *,
    actor: str,
    where: str = "",
    now: datetime,
) -> None:
    """End one token of an official at once.

    Raises:
        OfficialError: the official has no such token, or it is revoked already.
    """
    done = await session.exec(
        update(ApiToken)
        .where(
            col(ApiToken.id) == token_id,
            col(ApiToken.official_id) == official.id,
            col(ApiToken.revoked_at).is_(None),
        )
        .values(revoked_at=now)
    )
    if done.rowcount != 1:
        raise OfficialError("Không có mã này, hoặc đã thu hồi rồi.")
    await audit.write(
        session, actor=actor, action="token.revoke", subject=official.login,
        after={"token": token_id}, where=where, now=now,
    )  # fmt: skip


def _live(official_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(ApiToken.official_id) == official_id,
        col(ApiToken.expires_at) > now,
        col(ApiToken.revoked_at).is_(None),
    )
