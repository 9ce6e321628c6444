"""Poll the feeds that are due, and make one draft of each new entry."""

from __future__ import annotations

import asyncio
import hashlib
import io
from calendar import timegm
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import feedparser
import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.broadcast.feeds.fetching import FeedError, Fetched, check_url, fetch
from bot.broadcast.lifecycle import text_hash
from bot.db import Database
from bot.models import Announcement, Feed, Topic
from knowledge.reports.webpage import page_text

#: Politeness: one reading a quarter of an hour, whatever a feed says of itself.
EVERY: Final = timedelta(minutes=15)
LONGEST_WAIT: Final = timedelta(days=1)
#: An entry older than this is no news; a new feed does not flood the editors with its past.
NEWS_FOR: Final = timedelta(days=7)
MOST_DRAFTS: Final = 20
MOST_TITLE: Final = 200
MOST_TEXT: Final = 1_500

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of news; `key` is the same each time it is read."""

    key: str
    title: str
    text: str
    url: str
    at: datetime | None


async def add_feed(
    session: AsyncSession,
    url: str,
    topic: Topic,
    places: Sequence[str],
    *,
    now: datetime,
    inner: bool = False,
) -> Feed:
    """Store a feed to be polled at once.

    Raises:
        FeedError: the address is none, an inner one, or stored already.
    """
    url = check_url(url, inner=inner)
    if (await session.exec(select(Feed).where(Feed.url == url))).first() is not None:
        raise FeedError("nguồn tin này đã có rồi")
    feed = Feed(url=url, topic=topic, places=list(places), created_at=now, next_poll_at=now)
    session.add(feed)
    await session.flush()
    return feed


async def poll_due(database: Database, *, now: datetime, inner: bool = False) -> int:
    """Poll every feed whose time has come; return how many drafts were made."""
    async with database.read() as session:
        due = select(Feed).where(col(Feed.active), col(Feed.next_poll_at) <= now)
        feeds = (await session.exec(due)).all()
    made = 0
    for feed in feeds:
        made += await poll(database, feed, now=now, inner=inner)
    return made


async def poll(database: Database, feed: Feed, *, now: datetime, inner: bool = False) -> int:
    """Read one feed and make drafts of its news; a failure is noted on the feed, and waits longer."""
    try:
        fetched = await fetch(feed.url, etag=feed.etag, modified=feed.modified, inner=inner)
        title, entries = await asyncio.to_thread(read_entries, fetched.body or b"", feed.url)
    except FeedError as error:
        await _note_failure(database, feed, error, now)
        return 0
    if fetched.body is not None and not title and not entries:
        no_feed = FeedError("trang này không phải nguồn tin RSS hay Atom")
        await _note_failure(database, feed, no_feed, now)
        return 0
    async with database.write() as session:
        stored = await session.get(Feed, feed.id, with_for_update=True)
        if stored is None:
            return 0
        made = await _draft(session, stored, _news(entries, now), now)
        _note_success(stored, fetched, title, now)
        session.add(stored)
    log.info("feed read", feed=feed.id, drafts=made)
    return made


def read_entries(body: bytes, base: str) -> tuple[str, list[Entry]]:
    """Return a feed's title and entries; of broken XML what can be read. Never fetches anything."""
    if not body:
        return "", []
    # A stream, because feedparser would open bare bytes that look like an address or a file's name.
    parsed: Any = feedparser.parse(
        io.BytesIO(body), sanitize_html=True, resolve_relative_uris=False
    )
    title = _line(parsed.feed.get("title", ""))[:MOST_TITLE]
    entries = [_entry(one, base) for one in parsed.entries]
    return title, [one for one in entries if one.title or one.text]


def _entry(raw: Any, base: str) -> Entry:
    title = _line(raw.get("title", ""))[:MOST_TITLE]
    summary = raw.get("summary", "") or next(
        (part.get("value", "") for part in raw.get("content", [])), ""
    )
    text = _shorten(page_text(str(summary)).strip(), MOST_TEXT)
    link = urljoin(base, str(raw.get("link", "")))
    url = link if urlsplit(link).scheme in ("http", "https") else ""
    named = str(raw.get("id", "") or link or title)
    moment = raw.get("published_parsed") or raw.get("updated_parsed")
    at = datetime.fromtimestamp(timegm(moment), UTC) if moment else None
    return Entry(hashlib.sha256(named.encode()).hexdigest()[:32], title, text, url[:2_000], at)


def _news(entries: Sequence[Entry], now: datetime) -> list[Entry]:
    """Return the newest entries that are still news; one without a date counts as new."""
    fresh = [one for one in entries if one.at is None or now - NEWS_FOR <= one.at]
    return sorted(fresh, key=lambda one: one.at or now, reverse=True)[:MOST_DRAFTS]


async def _draft(session: AsyncSession, feed: Feed, entries: Sequence[Entry], now: datetime) -> int:
    keys = {f"{feed.id}:{one.key}": one for one in entries}
    known = select(Announcement.feed_key).where(col(Announcement.feed_key).in_(keys))
    for key in set(await session.exec(known)):
        del keys[key]
    for key, one in keys.items():
        text = one.text or one.title
        session.add(
            Announcement(
                title=one.title,
                text=text,
                text_hash=text_hash(text),
                source_url=one.url,
                topic=feed.topic,
                places=feed.places,
                author=f"feed:{feed.id}",
                created_at=now,
                feed_key=key,
            )
        )
    return len(keys)


def _note_success(feed: Feed, fetched: Fetched, title: str, now: datetime) -> None:
    feed.title = title or feed.title
    feed.etag, feed.modified = fetched.etag, fetched.modified
    feed.url = fetched.moved_to or feed.url
    feed.polled_at, feed.next_poll_at = now, now + EVERY
    feed.failures, feed.problem = 0, ""


async def _note_failure(database: Database, feed: Feed, error: FeedError, now: datetime) -> None:
    wait = min(EVERY * 2 ** min(feed.failures, 7), LONGEST_WAIT)
    if error.wait is not None:
        wait = min(max(wait, timedelta(seconds=error.wait)), LONGEST_WAIT)
    async with database.write() as session:
        stored = await session.get(Feed, feed.id)
        if stored is None:
            return
        stored.failures += 1
        stored.problem = str(error)
        stored.polled_at, stored.next_poll_at = now, now + wait
        session.add(stored)
    log.warning("feed not read", feed=feed.id, reason=str(error))


def _line(text: object) -> str:
    return " ".join(page_text(str(text)).split())


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + "…"
