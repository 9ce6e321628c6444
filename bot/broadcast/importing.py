"""Subscribers from a sheet: what each line asks for, what is wrong with it, and taking it over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import people
from bot.broadcast.places import AudienceError, place_codes
from bot.channels import TEXT_LIMITS
from bot.db import Database
from bot.messages import subscribers as words
from bot.messages.announcements import TOPICS
from bot.messages.subscriptions import EVERYWHERE
from bot.models import Subscription, Topic
from bot.sheets import BadLine, Row, Sheet, folded, read_day
from bot.subscriptions import TooManyError, subscribe
from knowledge.columns import utc_now
from knowledge.hours import ZONE
from knowledge.places import Places

#: Lines taken over in one transaction: a reply waits a few dozen milliseconds for it.
BATCH: Final = 50
#: An address nobody wrote from for so long is deleted (bot.privacy.register), so it is not begun.
OLDEST: Final = timedelta(days=730)

COLUMNS: Final = ("channel", "address", "topics", "place", "consent_date")
#: A column that may be missing: whether it comes at once or once a day.
HOW: Final = "how"
AT_ONCE, DAILY = "at once", "daily"
_HEADINGS: Final = {
    "channel": ("channel", "kênh", "nền tảng"),
    "address": ("address", "địa chỉ"),
    "topics": ("topics", "topic", "chủ đề"),
    "place": ("place", "places", "nơi", "nơi nhận", "địa phương"),
    "consent_date": ("consent_date", "consent date", "ngày đồng ý"),
    HOW: ("how", "cách nhận"),
}
#: Telegram numbers its chats, groups below zero; Zalo's ids are letters and digits.
_ADDRESS: Final = {"telegram": re.compile(r"-?[0-9]{1,20}")}
_ANY_ADDRESS: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Wish:
    """One good line: who wants to be told of what, where."""

    line: int
    channel: str
    address: str
    topics: tuple[Topic, ...]
    places: tuple[tuple[str, str], ...]
    """Province and commune codes; empty = everywhere."""
    consented_at: datetime
    daily: bool | None = None
    """Once a day or at once; None = as what they asked for before."""


@dataclass(slots=True)
class Taken:
    """What became of the good lines, counted by subscriptions."""

    new: int = 0
    known: int = 0
    """Subscribed already: nothing changed."""
    stopped: list[int] = field(default_factory=list)
    """Lines of people who said stop after that consent: they stay stopped."""
    too_many: list[int] = field(default_factory=list)
    """Lines of people who follow as much as one may."""


class Wishes:
    """A CSV text of subscribers; it can be gone through again and again without being held parsed."""

    def __init__(self, data: bytes, places: Places, *, now: datetime) -> None:
        """Take a file's bytes.

        Raises:
            SheetError: it is too big, no UTF-8 text, or its columns are not ours.
        """
        self._sheet = Sheet(data, _HEADINGS, required=COLUMNS)
        self._places = places
        self._today = now.astimezone(ZONE).date()
        self._codes: dict[str, tuple[tuple[str, str], ...] | str] = {}

    def lines(self) -> Iterator[Wish | BadLine]:
        """Yield each line that is not empty."""
        for row in self._sheet.rows():
            yield row if isinstance(row, BadLine) else self._line(row)

    def _line(self, row: Row) -> Wish | BadLine:
        of = row.cells
        try:
            channel = _channel(of["channel"])
            return Wish(
                row.line,
                channel,
                _address(channel, of["address"]),
                _topics(of["topics"]),
                self._where(of["place"]),
                _consent(of["consent_date"], self._today),
                _how(of.get(HOW, "")),
            )
        except ValueError as error:
            return BadLine(row.line, str(error))

    def _where(self, cell: str) -> tuple[tuple[str, str], ...]:
        """Return the places of a cell; the same words are resolved once for a whole file."""
        if cell not in self._codes:
            try:
                self._codes[cell] = self._resolved(cell)
            except ValueError as error:
                self._codes[cell] = str(error)
        found = self._codes[cell]
        if isinstance(found, str):
            raise AudienceError(found)
        return found

    def _resolved(self, cell: str) -> tuple[tuple[str, str], ...]:
        if folded(cell) == folded(EVERYWHERE):
            return (("", ""),)
        codes = place_codes(self._places, cell.split(";"))
        units = [unit for code in codes if (unit := self._places.unit(code)) is not None]
        if not units:
            raise ValueError(words.NO_PLACE.format(everywhere=EVERYWHERE))
        return tuple((one.province_code, "" if one.is_province else one.code) for one in units)


async def take_over(
    database: Database, wishes: Iterable[Wish], *, consent: str, source: str
) -> Taken:
    """Subscribe people as `wishes` say; doing it again changes nothing.

    `consent` is the version of the text they agreed to. A batch is written whole or not at all.
    """
    taken = Taken()
    going = iter(wishes)
    while batch := list(islice(going, BATCH)):
        now = utc_now()
        async with database.write() as session:
            for wish in batch:
                await _take(session, wish, taken, consent=consent, source=source, now=now)
    return taken


async def _take(
    session: AsyncSession, wish: Wish, taken: Taken, *, consent: str, source: str, now: datetime
) -> None:
    contact = await people.told_of(
        session, wish.channel, wish.address, seen_at=wish.consented_at, now=now
    )
    person = contact.person_id
    stopped = await _stopped_since(session, person, wish.consented_at)
    for topic in wish.topics:
        if None in stopped or topic in stopped:
            taken.stopped.append(wish.line)
            continue
        for province, commune in wish.places:
            try:
                new = await subscribe(
                    session, person, topic, province_code=province, commune_code=commune,
                    consent=consent, source=source, now=wish.consented_at, daily=wish.daily,
                )  # fmt: skip
            except TooManyError:
                taken.too_many.append(wish.line)
                continue
            taken.new += new
            taken.known += not new


async def _stopped_since(
    session: AsyncSession, person_id: str, moment: datetime
) -> set[Topic | None]:
    """Return the topics a person stopped after `moment`; None among them = they stopped everything."""
    query = select(Subscription.topic, Subscription.ended_at).where(
        Subscription.person_id == person_id
    )
    rows = (await session.exec(query)).all()
    stopped: set[Topic | None] = set()
    stopped.update(Topic(topic) for topic, ended in rows if ended is not None and ended >= moment)
    if stopped and all(ended is not None for _, ended in rows):
        stopped.add(None)
    return stopped


# --- Reading cells ---------------------------------------------------------------------------------


def _channel(cell: str) -> str:
    name = folded(cell).replace(" ", "_")
    if name not in TEXT_LIMITS:
        known = {"channel": cell, "channels": ", ".join(TEXT_LIMITS)}
        raise ValueError(words.UNKNOWN_CHANNEL.format(**known))
    return name


def _address(channel: str, cell: str) -> str:
    if not _ADDRESS.get(channel, _ANY_ADDRESS).fullmatch(cell):
        raise ValueError(words.BAD_ADDRESS.format(address=cell[:40], channel=channel))
    return cell


_TOPICS: Final = {folded(name): Topic(key) for key, name in TOPICS.items()}
_TOPICS.update({topic.value: topic for topic in Topic})


def _topics(cell: str) -> tuple[Topic, ...]:
    names = [name.strip() for name in cell.split(";") if name.strip()]
    if not names:
        raise ValueError(words.NO_TOPIC)
    for name in names:
        if folded(name) not in _TOPICS:
            known = {"topic": name[:40], "topics": ", ".join(Topic)}
            raise ValueError(words.UNKNOWN_TOPIC.format(**known))
    return tuple(dict.fromkeys(_TOPICS[folded(name)] for name in names))


_HOW: Final = {"": None, AT_ONCE: False, "bao ngay": False, DAILY: True, "gop moi ngay": True}


def _how(cell: str) -> bool | None:
    if folded(cell) not in _HOW:
        raise ValueError(words.UNKNOWN_HOW.format(how=cell[:40]))
    return _HOW[folded(cell)]


def _consent(cell: str, today: date) -> datetime:
    """Return the beginning of the day of consent: a stop on the same day came after it."""
    if not cell:
        raise ValueError(words.NO_DATE)
    day = read_day(cell)
    if day > today:
        raise ValueError(words.FUTURE_DATE.format(date=cell))
    if today - day > OLDEST:
        raise ValueError(words.OLD_DATE.format(date=cell, days=OLDEST.days))
    return datetime.combine(day, time(), ZONE)
