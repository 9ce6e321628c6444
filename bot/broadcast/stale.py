"""Once a week, tell officials in their own chats what of the live knowledge has grown old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import notices
from bot.db import Database
from bot.messages import desk as words
from bot.models import Notice, Official, OfficialChat, Role
from bot.staleness import Checked, MarkKind, check_live
from knowledge.hours import ZONE

#: Whose work it is.
OWNERS: Final = frozenset({Role.EDITOR, Role.APPROVER, Role.ADMIN})
#: From Monday at this time on, Vietnam's; by day only.
FROM, UNTIL = time(8), time(20)
#: How far "soon" reaches, and how many are named.
SOON: Final = timedelta(days=31)
NAMED: Final = 5


@dataclass(slots=True)
class Aged:
    """What was found, counted while it is read."""

    ends: list[tuple[date, str]] = field(default_factory=list)
    old: int = 0
    newly_old: int = 0
    """Of those, since a week ago."""
    gone: int = 0
    conflicts: int = 0

    def add(self, one: Checked, today: date, days: int) -> None:
        """Count one procedure; `days` after it was checked it is old."""
        if soon := one.ends_between(today, today + SOON):
            self.ends.append((min(mark.on for mark in soon if mark.on), one.title))
        limit = today - timedelta(days=days)
        if one.verified_on is None or one.verified_on < limit:
            self.old += 1
            if one.verified_on is not None and one.verified_on >= limit - timedelta(days=7):
                self.newly_old += 1
        self.gone += bool(one.of(MarkKind.GONE))
        self.conflicts += bool(one.of(MarkKind.CONFLICT))


async def tell_stale(database: Database, *, now: datetime, days: int, public_url: str) -> int:
    """Owe each linked official this week's list, once; return to how many chats."""
    local = now.astimezone(ZONE)
    if not FROM <= local.time() < UNTIL:
        return 0
    week = f"{local:%G-W%V}"
    async with database.read() as session:
        chats = await _untold(session, week, now)
    if not chats:
        return 0
    aged = Aged()
    async for one in check_live(database):
        aged.add(one, local.date(), days)
    text = _text(aged, days, public_url)
    if not text:
        return 0
    async with database.write() as session:
        told = [
            await notices.tell(
                session, key=_key(week, chat), person_id=None, text=text, now=now,
                only=(chat.channel, chat.address),
            )
            for chat in chats
        ]  # fmt: skip
    return sum(told)


async def _untold(session: AsyncSession, week: str, now: datetime) -> Sequence[OfficialChat]:
    query = (
        select(OfficialChat, Official)
        .join(Official, col(Official.id) == OfficialChat.official_id)
        .where(col(OfficialChat.expires_at) > now, col(Official.disabled_at).is_(None))
        .order_by(col(OfficialChat.id))
    )
    chats = [chat for chat, one in await session.exec(query) if OWNERS & set(one.roles)]
    keys = [_key(week, chat) for chat in chats]
    told = set((await session.exec(select(Notice.key).where(col(Notice.key).in_(keys)))).all())
    return [chat for chat in chats if _key(week, chat) not in told]


def _key(week: str, chat: OfficialChat) -> str:
    return f"stale:{week}:{chat.id}"


def _text(aged: Aged, days: int, public_url: str) -> str:
    """Return the message; empty when there is nothing to look at."""
    lines = []
    if aged.ends:
        ends = sorted(aged.ends)
        names = [
            words.STALE_ONE.format(name=name, day=f"{day:%d/%m/%Y}") for day, name in ends[:NAMED]
        ]
        if more := len(ends) - NAMED if len(ends) > NAMED else 0:
            names.append(words.STALE_MORE.format(count=more))
        lines.append(
            words.STALE_ENDS.format(count=len(ends), days=SOON.days, names="; ".join(names))
        )
    if aged.old:
        lines.append(words.STALE_OLD.format(count=aged.old, days=days, new=aged.newly_old))
    if aged.gone:
        lines.append(words.STALE_GONE.format(count=aged.gone))
    if aged.conflicts:
        lines.append(words.STALE_CONFLICT.format(count=aged.conflicts))
    if not lines:
        return ""
    at = f": {public_url.rstrip('/')}/admin/stale" if public_url else ""
    return "\n".join((words.STALE_HEAD, *lines, words.STALE_WHERE.format(at=at)))
