"""Accounts of officials: add, change roles, disable; each change is one audited deed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import audit
from bot.models import Official, Role
from bot.officials.revoking import revoke_access, revoke_chats
from bot.officials.sessions import revoke_sessions
from bot.officials.totp import RECOVERY_CODES, hash_code, new_code

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
MAX_NAME_CHARS: Final = 100
#: How long a code that sets a new password works.
RESET_WITHIN: Final = timedelta(days=1)


class OfficialError(Exception):
    """What cannot be done with an account; the message is for the official who tried."""


async def find(session: AsyncSession, login: str) -> Official:
    """Return the account of `login`, locked until the transaction ends.

    Raises:
        OfficialError: there is none.
    """
    query = select(Official).where(Official.login == login.strip().lower()).with_for_update()
    official = (await session.exec(query)).first()
    if official is None:
        raise OfficialError(f"Không có cán bộ nào tên đăng nhập “{login}”.")
    return official


async def add(
    session: AsyncSession,
    *,
    login: str,
    name: str,
    roles: Iterable[Role],
    password_hash: str = "",
    actor: str,
    where: str = "",
    now: datetime,
) -> Official:
    """Create an account and return it.

    Raises:
        OfficialError: the login is taken or malformed, or name or roles are missing.
    """
    login, name = login.strip().lower(), " ".join(name.split())
    if not _LOGIN.fullmatch(login):
        raise OfficialError("Tên đăng nhập gồm 3–40 chữ thường không dấu, số, dấu . _ hoặc -")
    if not 0 < len(name) <= MAX_NAME_CHARS:
        raise OfficialError(f"Họ tên cần có, không quá {MAX_NAME_CHARS} ký tự.")
    if (await session.exec(select(Official).where(Official.login == login))).first():
        raise OfficialError(f"Tên đăng nhập “{login}” đã có người dùng.")
    official = Official(
        login=login,
        name=name,
        roles=_checked(roles),
        password_hash=password_hash,
        password_changed_at=now if password_hash else None,
        created_at=now,
    )
    session.add(official)
    await session.flush()
    after = {"name": name, "roles": official.roles}
    await _log(session, "official.add", official, actor, where, now, after=after)
    return official


async def set_roles(
    session: AsyncSession,
    official: Official,
    roles: Iterable[Role],
    *,
    actor: str,
    where: str = "",
    now: datetime,
) -> None:
    """Give an official exactly these roles; they hold from their next request on.

    Raises:
        OfficialError: no role is left, or nobody would be admin any more.
    """
    before, after = official.roles, _checked(roles)
    if Role.ADMIN in before and Role.ADMIN not in after:
        await _keep_an_admin(session, official)
    official.roles = after
    session.add(official)
    await _log(session, "official.roles", official, actor, where, now, before=before, after=after)


async def disable(
    session: AsyncSession, official: Official, *, actor: str, where: str = "", now: datetime
) -> None:
    """Shut an account and end its sessions, tokens and chats; its name stays in the log.

    Raises:
        OfficialError: nobody would be admin any more.
    """
    if Role.ADMIN in official.roles:
        await _keep_an_admin(session, official)
    official.disabled_at = now
    official.reset_hash = ""
    session.add(official)
    await revoke_access(session, official, now=now)
    await _log(session, "official.disable", official, actor, where, now)


async def enable(
    session: AsyncSession, official: Official, *, actor: str, where: str = "", now: datetime
) -> None:
    """Open a disabled account again."""
    official.disabled_at = None
    session.add(official)
    await _log(session, "official.enable", official, actor, where, now)


async def set_password(
    session: AsyncSession,
    official: Official,
    password_hash: str,
    *,
    actor: str,
    where: str = "",
    now: datetime,
    keep_session: str = "",
) -> None:
    """Store a new password and end every linked chat and other session; `keep_session` is a hash.

    Without one the password was lost, perhaps to somebody: API tokens end too.
    """
    official.password_hash = password_hash
    official.password_changed_at = now
    official.reset_hash = ""
    session.add(official)
    if keep_session:
        await revoke_sessions(session, official, but=keep_session)
        await revoke_chats(session, official)
    else:
        await revoke_access(session, official, now=now)
    await _log(session, "official.password", official, actor, where, now)


async def offer_reset(
    session: AsyncSession, official: Official, *, actor: str, where: str = "", now: datetime
) -> str:
    """Return a code with which the official sets a new password, once and within a day."""
    code = new_code()
    official.reset_hash = hash_code(code)
    official.reset_expires_at = now + RESET_WITHIN
    session.add(official)
    await _log(session, "official.offer_reset", official, actor, where, now)
    return code


async def claim_reset(session: AsyncSession, login: str, code: str, *, now: datetime) -> Official:
    """Return the official whose waiting code this is, locked.

    Raises:
        OfficialError: the code is wrong, used or late.
    """
    query = select(Official).where(
        Official.login == login,
        Official.reset_hash == hash_code(code),
        Official.reset_hash != "",
        col(Official.reset_expires_at) > now,
        col(Official.disabled_at).is_(None),
    )
    official = (await session.exec(query.with_for_update())).first()
    if official is None:
        raise OfficialError("Mã chưa đúng, đã dùng hoặc đã quá hạn.")
    return official


async def set_second_step(
    session: AsyncSession,
    official: Official,
    secret: str,
    *,
    step: int = 0,
    actor: str,
    where: str = "",
    now: datetime,
) -> list[str]:
    """Ask for a code of `secret` at each sign-in ("" = no longer); return the recovery codes, once."""
    codes = [new_code() for _ in range(RECOVERY_CODES)] if secret else []
    official.totp_secret, official.totp_step = secret, step
    official.recovery_hashes = [hash_code(code) for code in codes]
    session.add(official)
    action = "official.second_step_on" if secret else "official.second_step_off"
    await _log(session, action, official, actor, where, now)
    return codes


async def drop_second_step(
    session: AsyncSession, official: Official, *, actor: str, where: str = "", now: datetime
) -> None:
    """Ask for no code any more, e.g. when the phone and the recovery codes are lost."""
    await set_second_step(session, official, "", actor=actor, where=where, now=now)


async def end_sessions(
    session: AsyncSession, official: Official, *, actor: str, where: str = "", now: datetime
) -> int:
    """End every session of an official, every token and linked chat; return how many sessions."""
    ended = await revoke_access(session, official, now=now)
    await _log(session, "official.end_sessions", official, actor, where, now, after=ended)
    return ended


def roles_of(official: Official) -> frozenset[Role]:
    """Return everything an official may do: their roles and what those contain."""
    return frozenset().union(*(Role(role).implies for role in official.roles))


async def is_there_another(session: AsyncSession, role: Role, *, but: str) -> bool:
    """Whether somebody besides the official `but` may do what `role` does."""
    active = await session.exec(
        select(Official).where(col(Official.disabled_at).is_(None), Official.login != but)
    )
    return any(role in roles_of(official) for official in active)


def _checked(roles: Iterable[Role]) -> list[str]:
    given = set(roles)
    if not given:
        raise OfficialError("Mỗi cán bộ cần ít nhất một vai trò.")
    return [role.value for role in Role if role in given]


async def _keep_an_admin(session: AsyncSession, leaving: Official) -> None:
    rows = await session.exec(
        select(Official).where(col(Official.disabled_at).is_(None)).with_for_update()
    )
    if not any(Role.ADMIN in other.roles for other in rows if other.id != leaving.id):
        raise OfficialError("Cần còn ít nhất một quản trị viên khác đang hoạt động.")


async def _log(
    session: AsyncSession,
    action: str,
    official: Official,
    actor: str,
    where: str,
    now: datetime,
    *,
    before: Any = None,
    after: Any = None,
) -> None:
    await audit.write(
        session, actor=actor, action=action, subject=official.login,
        before=before, after=after, where=where, now=now,
    )  # fmt: skip
