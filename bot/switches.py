"""Stop the whole bot, a channel, a field or one answer: immediate in every process, and audited.

The bot and channels are looked up with each message, so they stop with the next one. Fields and
answers leave the Index, which every process rebuilds within a second or two.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import audit
from bot.models import KillSwitch
from knowledge.publishing import PublishingError, hide, switch_field

BOT: Final = "bot"
MAX_CHARS: Final = 500


class SwitchError(Exception):
    """A switch that cannot be turned; the message is for the official."""


def channel_scope(channel: str) -> str:
    """Return the scope of one channel."""
    return f"channel:{channel}"


def message_of(switches: Mapping[str, str], channel: str) -> str | None:
    """Return what citizens of `channel` are told instead of answers, or None when it is on.

    `switches` holds the message of every scope that is off.
    """
    return switches.get(BOT, switches.get(channel_scope(channel)))


async def stop(
    session: AsyncSession,
    scope: str,
    *,
    message: str,
    reason: str,
    actor: str,
    where: str = "",
    now: datetime,
) -> None:
    """Answer with `message` only, from the next message on.

    Raises:
        SwitchError: there is no message or no reason.
    """
    _require(reason)
    if not message.strip():
        raise SwitchError("Cần một câu để báo cho người dân.")
    before = await session.get(KillSwitch, scope)
    was = before.message if before else None
    row = before or KillSwitch(scope=scope, message="", reason="", actor="")
    row.message, row.reason = message.strip()[:MAX_CHARS], reason.strip()[:MAX_CHARS]
    row.actor, row.at = actor, now
    session.add(row)
    await audit.write(
        session, actor=actor, action="switch.off", subject=scope, before=was, after=row.message,
        reason=row.reason, where=where, now=now,
    )  # fmt: skip


async def resume(
    session: AsyncSession, scope: str, *, reason: str, actor: str, where: str = "", now: datetime
) -> None:
    """Answer again; nothing happens when it was on.

    Raises:
        SwitchError: there is no reason.
    """
    _require(reason)
    row = await session.get(KillSwitch, scope)
    if row is None:
        return
    await session.delete(row)
    await audit.write(
        session, actor=actor, action="switch.on", subject=scope, before=row.message,
        reason=reason, where=where, now=now,
    )  # fmt: skip


async def turn_field(
    session: AsyncSession,
    field: str,
    *,
    on: bool,
    reason: str,
    actor: str,
    where: str = "",
    now: datetime,
) -> None:
    """Switch a whole field (lĩnh vực) on or off.

    Raises:
        SwitchError: there is no such field, or no reason.
    """
    _require(reason)
    try:
        await switch_field(session, field, on=on, reason=reason)
    except PublishingError as error:
        raise SwitchError(str(error)) from error
    await audit.write(
        session, actor=actor, action="field.on" if on else "field.off", subject=field,
        before={"on": not on}, after={"on": on}, reason=reason, where=where, now=now,
    )  # fmt: skip


async def turn_procedure(
    session: AsyncSession,
    code: str,
    *,
    on: bool,
    reason: str,
    actor: str,
    where: str = "",
    now: datetime,
) -> None:
    """Show the answer about one procedure to citizens, or hide it.

    Raises:
        SwitchError: there is no such procedure, or no reason.
    """
    _require(reason)
    try:
        await hide(session, code, hidden=not on)
    except PublishingError as error:
        raise SwitchError(str(error)) from error
    await audit.write(
        session, actor=actor, action="procedure.show" if on else "procedure.hide", subject=code,
        before={"hidden": on}, after={"hidden": not on}, reason=reason, where=where, now=now,
    )  # fmt: skip


def _require(reason: str) -> None:
    if not reason.strip():
        raise SwitchError("Cần ghi lý do, để đồng nghiệp và người kiểm tra hiểu.")
