"""News become drafts once; a hostile, huge, slow or inner feed harms nothing and is told by name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from aiohttp import ClientTimeout, web
from sqlmodel import select

from bot.broadcast.feeds import FeedError, add_feed, fetch, fetching, poll, poll_due
from bot.broadcast.feeds.polling import EVERY, read_entries
from bot.db import Database
from bot.models import Announcement, AnnouncementStatus, Feed, Topic

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Cổng thông tin tỉnh</title>
<item><title>Nghỉ bão &lt;b&gt;số 9&lt;/b&gt;</title><link>/tin/1</link><guid>tin-1</guid>
<pubDate>Fri, 20 Nov 2026 08:00:00 +0700</pubDate>
<description>&lt;p&gt;Bộ phận một cửa nghỉ chiều 21/11.&lt;/p&gt;
&lt;script&gt;alert(1)&lt;/script&gt;</description></item>
<item><title>Tin cũ</title><link>https://vi-du.vn/2</link><guid>tin-2</guid>
<pubDate>Mon, 05 Oct 2026 08:00:00 +0700</pubDate><description>Đã qua.</description></item>
</channel></rss>"""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Portal:
    """A web server that answers as it is told to, and remembers what it was asked."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.handler: Handler = _rss
        self.asked: list[web.Request] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        return await self.handler(request)


async def _rss(request: web.Request) -> web.StreamResponse:
    if request.headers.get("If-None-Match") == '"v1"':
        return web.Response(status=304)
    return web.Response(text=RSS, content_type="application/rss+xml", headers={"ETag": '"v1"'})


@pytest_asyncio.fixture
async def portal() -> AsyncIterator[Portal]:
    made = Portal("")
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    made.base = f"http://{host}:{port}"
    yield made
    await runner.cleanup()


async def _feed(database: Database, portal: Portal) -> Feed:
    async with database.write() as session:
        return await add_feed(
            session, f"{portal.base}/rss", Topic.STORMS, ["86"], now=NOW, inner=True
        )


async def test_news_become_drafts_once(database: Database, portal: Portal) -> None:
    await _feed(database, portal)

    assert await poll_due(database, now=NOW, inner=True) == 1
    assert await poll_due(database, now=NOW, inner=True) == 0  # not before a quarter of an hour
    assert await poll_due(database, now=NOW + EVERY, inner=True) == 0

    async with database.read() as session:
        draft = (await session.exec(select(Announcement))).one()
        feed = (await session.exec(select(Feed))).one()
    assert draft.status is AnnouncementStatus.DRAFT
    assert (draft.title, draft.text) == ("Nghỉ bão số 9", "Bộ phận một cửa nghỉ chiều 21/11.")
    assert (draft.source_url, draft.topic, draft.places) == (
        f"{portal.base}/tin/1",
        "storms",
        ["86"],
    )
    assert (feed.title, feed.problem) == ("Cổng thông tin tỉnh", "")
    assert [one.headers.get("If-None-Match") for one in portal.asked] == [None, '"v1"']


async def test_a_failing_feed_waits_longer_and_says_why(database: Database, portal: Portal) -> None:
    async def busy(_: web.Request) -> web.StreamResponse:
        return web.Response(status=503, headers={"Retry-After": "7200"})

    portal.handler = busy
    feed = await _feed(database, portal)

    assert await poll(database, feed, now=NOW, inner=True) == 0

    async with database.read() as session:
        stored = (await session.exec(select(Feed))).one()
    assert (stored.failures, stored.problem) == (1, "nguồn tin trả lời lỗi 503")
    assert stored.next_poll_at == NOW + timedelta(hours=2)


async def test_a_huge_feed_is_cut_off(portal: Portal) -> None:
    sent = 0

    async def huge(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        await answer.prepare(request)
        while sent < 50 * fetching.MOST_BYTES:
            await answer.write(b" " * 1_000_000)
            sent += 1_000_000
        return answer

    portal.handler = huge
    with pytest.raises(FeedError, match="dài quá 2 MB"):
        await fetch(f"{portal.base}/rss", inner=True)
    assert sent < 25 * fetching.MOST_BYTES


async def test_a_slow_feed_is_given_up(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(fetching, "WITHIN", ClientTimeout(total=0.2))
    portal.handler = slow
    with pytest.raises(FeedError, match="quá chậm"):
        await fetch(f"{portal.base}/rss", inner=True)


async def test_endless_redirects_are_given_up(portal: Portal) -> None:
    async def again(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/rss")

    portal.handler = again
    with pytest.raises(FeedError, match="chuyển hướng quá nhiều"):
        await fetch(f"{portal.base}/rss", inner=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/rss", "http://localhost:8000/", "http://10.0.0.8/", "http://169.254.169.254/latest",
        "http://[::1]/", "http://192.168.1.1/", "http://0.0.0.0/",
    ],
)  # fmt: skip
async def test_an_inner_address_is_refused(url: str) -> None:
    with pytest.raises(FeedError, match="nội bộ"):
        await fetch(url)


async def test_a_name_that_leads_inside_is_refused() -> None:
    resolver = fetching.PublicResolver()
    with pytest.raises(FeedError, match="nội bộ"):
        await resolver.resolve("localhost", 80)
    await resolver.close()


@pytest.mark.parametrize(
    "url", ["ftp://vi-du.vn/", "file:///etc/passwd", "tin tức", "http://a:b@vi-du.vn/"]
)
async def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(FeedError, match="http://"):
        await fetch(url)


async def test_a_page_that_is_no_feed_is_told(database: Database, portal: Portal) -> None:
    async def page(_: web.Request) -> web.StreamResponse:
        return web.Response(text="không có gì", content_type="text/plain")

    portal.handler = page
    feed = await _feed(database, portal)
    await poll(database, feed, now=NOW, inner=True)
    async with database.read() as session:
        assert "không phải nguồn tin" in (await session.exec(select(Feed))).one().problem


async def test_the_same_feed_is_not_stored_twice(database: Database, portal: Portal) -> None:
    await _feed(database, portal)
    with pytest.raises(FeedError, match="đã có"):
        await _feed(database, portal)


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title></channel></rss>',
        b"/etc/passwd",
        b"<!DOCTYPE r [" + b"".join(
            b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"ha" * 10) for n in range(12)
        ) + b"]><rss><channel><title>&e11;</title></channel></rss>",
        b"\x00\xff\xfe" * 1000,
    ],
    ids=["xxe", "file name", "billion laughs", "noise"],
)  # fmt: skip
def test_a_hostile_body_reads_nothing_else(body: bytes) -> None:
    title, entries = read_entries(body, "https://vi-du.vn")

    assert "root:" not in title + "".join(one.text for one in entries)
    assert len(title) <= 200
