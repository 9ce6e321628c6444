"""Subscribers from a sheet: what each line asks for, what is wrong with it, and taking it over."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import people
from bot.broadcast.audience import AudienceError, place_codes
from bot.channels import TEXT_LIMITS
from bot.db import Database
from bot.messages import subscribers as words
from bot.messages.announcements import TOPICS
from bot.messages.subscriptions import EVERYWHERE
from bot.models import Subscription, Topic
from bot.subscriptions import TooManyError, subscribe
from knowledge.columns import utc_now
from knowledge.hours import ZONE
from knowledge.places import Places
from knowledge.text import fold, normalise

if TYPE_CHECKING:
    from _csv import Reader

MOST_BYTES: Final = 50_000_000
MOST_COLUMNS: Final = 50
#: Lines taken over in one transaction: a reply waits a few dozen milliseconds for it.
BATCH: Final = 50
#: An address nobody wrote from for so long is deleted (bot.privacy.register), so it is not begun.
OLDEST: Final = timedelta(days=730)

COLUMNS: Final = ("channel", "address", "topics", "place", "consent_date")
_HEADINGS: Final = {
    "channel": ("channel", "kênh", "nền tảng"),
    "address": ("address", "địa chỉ"),
    "topics": ("topics", "topic", "chủ đề"),
    "place": ("place", "places", "nơi", "nơi nhận", "địa phương"),
    "consent_date": ("consent_date", "consent date", "ngày đồng ý"),
}
#: Telegram numbers its chats, groups below zero; Zalo's ids are letters and digits.
_ADDRESS: Final = {"telegram": re.compile(r"-?[0-9]{1,20}")}
_ANY_ADDRESS: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: What a spreadsheet must not run was written behind an apostrophe, see bot.sheets.
_ESCAPED: Final = re.compile(r"'(?=[=+\-@\t\r])")


class SheetError(ValueError):
    """The file cannot be read at all; the message is for the official."""


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


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not taken over, and why."""

    line: int
    why: str


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


class Sheet:
    """A CSV text of subscribers; it can be gone through again and again without being held parsed."""

    def __init__(self, data: bytes, places: Places, *, now: datetime) -> None:
        """Take a file's bytes.

        Raises:
            SheetError: it is too big, no UTF-8 text, or its columns are not ours.
        """
        self._text = _decoded(data)
        self._places = places
        self._today = now.astimezone(ZONE).date()
        self._codes: dict[str, tuple[tuple[str, str], ...] | str] = {}
        first = self._text.lstrip("\r\n").split("\n", 1)[0]
        self._delimiter = max(",;\t", key=first.count)
        self._columns = self._read_headings()

    def lines(self) -> Iterator[Wish | BadLine]:
        """Yield each line that is not empty."""
        reader = self._reader()
        next(row for row in reader if row)
        while True:
            number = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield BadLine(number, words.BROKEN_LINE.format(reason=error))
                return
            if any(cell.strip() for cell in cells):
                yield self._line(number, cells)

    def _reader(self) -> Reader:
        return csv.reader(io.StringIO(self._text, newline=""), delimiter=self._delimiter)

    def _read_headings(self) -> list[str]:
        """Return the name of each column, "" for one that is not ours."""
        ours = {_folded(name): key for key, names in _HEADINGS.items() for name in names}
        try:
            row: list[str] = next((row for row in self._reader() if row), [])
        except csv.Error as error:
            raise SheetError(words.NOT_TEXT) from error
        if not row:
            raise SheetError(words.EMPTY)
        if len(row) > MOST_COLUMNS:
            raise SheetError(words.TOO_MANY_COLUMNS.format(count=len(row), most=MOST_COLUMNS))
        found = [ours.get(_folded(cell), "") for cell in row]
        if missing := [name for name in COLUMNS if name not in found]:
            named = {"columns": ", ".join(missing), "all": ", ".join(COLUMNS)}
            raise SheetError(words.MISSING_COLUMNS.format(**named))
        if twice := [name for name in COLUMNS if found.count(name) > 1]:
            raise SheetError(words.TWO_COLUMNS.format(column=twice[0]))
        return found

    def _line(self, number: int, cells: Sequence[str]) -> Wish | BadLine:
        columns = self._columns
        if len(cells) > len(columns):
            count = {"count": len(cells), "columns": len(columns)}
            return BadLine(number, words.TOO_MANY_CELLS.format(**count))
        of = {
            name: _ESCAPED.sub("", cell.strip()) for name, cell in zip(columns, cells, strict=False)
        }
        try:
            channel = _channel(of.get("channel", ""))
            return Wish(
                number,
                channel,
                _address(channel, of.get("address", "")),
                _topics(of.get("topics", "")),
                self._where(of.get("place", "")),
                _consent(of.get("consent_date", ""), self._today),
            )
        except ValueError as error:
            return BadLine(number, str(error))

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
        if _folded(cell) == _folded(EVERYWHERE):
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
                    consent=consent, source=source, now=wish.consented_at,
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


def _folded(text: str) -> str:
    return " ".join(fold(normalise(text)).replace("_", " ").split())


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise SheetError(words.TOO_BIG.format(limit=MOST_BYTES // 1_000_000))
    if b"\0" in data:
        raise SheetError(words.NOT_TEXT)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetError(words.NOT_TEXT) from error
    if not text.strip():
        raise SheetError(words.EMPTY)
    return text


def _channel(cell: str) -> str:
    name = _folded(cell).replace(" ", "_")
    if name not in TEXT_LIMITS:
        known = {"channel": cell, "channels": ", ".join(TEXT_LIMITS)}
        raise ValueError(words.UNKNOWN_CHANNEL.format(**known))
    return name


def _address(channel: str, cell: str) -> str:
    if not _ADDRESS.get(channel, _ANY_ADDRESS).fullmatch(cell):
        raise ValueError(words.BAD_ADDRESS.format(address=cell[:40], channel=channel))
    return cell


_TOPICS: Final = {_folded(name): Topic(key) for key, name in TOPICS.items()}
_TOPICS.update({topic.value: topic for topic in Topic})


def _topics(cell: str) -> tuple[Topic, ...]:
    names = [name.strip() for name in cell.split(";") if name.strip()]
    if not names:
        raise ValueError(words.NO_TOPIC)
    for name in names:
        if _folded(name) not in _TOPICS:
            known = {"topic": name[:40], "topics": ", ".join(Topic)}
            raise ValueError(words.UNKNOWN_TOPIC.format(**known))
    return tuple(dict.fromkeys(_TOPICS[_folded(name)] for name in names))


def _consent(cell: str, today: date) -> datetime:
    """Return the beginning of the day of consent: a stop on the same day came after it."""
    if not cell:
        raise ValueError(words.NO_DATE)
    day = _date(cell)
    if day > today:
        raise ValueError(words.FUTURE_DATE.format(date=cell))
    if today - day > OLDEST:
        raise ValueError(words.OLD_DATE.format(date=cell, days=OLDEST.days))
    return datetime.combine(day, time(), ZONE)


def _date(cell: str) -> date:
    for shape in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        try:
            return datetime.strptime(cell, shape).replace(tzinfo=ZONE).date()
        except ValueError:
            continue
    raise ValueError(words.BAD_DATE.format(date=cell[:40]))
