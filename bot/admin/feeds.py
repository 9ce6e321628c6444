"""The feeds desk: which pages of the portal are read for drafts, and how the last reading went."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, HTTPException, Request
from sqlmodel import col, select
from starlette.responses import Response

from bot import audit
from bot.admin.access import Sender, database_of
from bot.admin.pages import page, read_form, redirect, typed
from bot.broadcast.feeds import FeedError, add_feed
from bot.broadcast.places import AudienceError, place_codes
from bot.messages import announcements as words
from bot.models import Feed, Topic
from knowledge.columns import utc_now

PATH: Final = "/feeds"
_FIELDS: Final = ("url", "topic", "places")
router = APIRouter()


@router.get(PATH)
async def show_feeds(request: Request, visitor: Sender) -> Response:
    """List the feeds with a form for a new one."""
    return await _show(request, visitor)


async def _show(
    request: Request, visitor: Sender, *, kept: dict[str, str] | None = None, problem: str = ""
) -> Response:
    async with database_of(request).read() as session:
        feeds = (await session.exec(select(Feed).order_by(col(Feed.id)))).all()
    return page(
        request, visitor, "announcements/feeds.html", status=422 if problem else 200,
        feeds=feeds, topics=words.TOPICS, kept=kept or dict.fromkeys(_FIELDS, ""),
        problem=problem,
    )  # fmt: skip


@router.post(PATH)
async def add(request: Request, visitor: Sender) -> Response:
    """Add a feed; it is read within a minute."""
    form = await read_form(request)
    kept = {name: typed(form, name, 2_000) for name in _FIELDS}
    try:
        topic = Topic(kept["topic"])
        atlas = request.app.state.dialogue.sources.library.current.places
        places = place_codes(atlas, kept["places"].split(";"))
        async with database_of(request).write() as session:
            feed = await add_feed(session, kept["url"], topic, places, now=utc_now())
            await audit.write(
                session, actor=visitor.login, action="feed.add", subject=str(feed.id),
                after=kept, where=visitor.address,
            )  # fmt: skip
    except (FeedError, AudienceError) as error:
        return await _show(request, visitor, kept=kept, problem=str(error))
    except ValueError:
        return await _show(request, visitor, kept=kept, problem=words.NO_TOPIC)
    return redirect(request, PATH, "Đã thêm nguồn tin. Tin mới sẽ thành bản nháp để anh/chị xem.")


@router.post(f"{PATH}/{{feed_id:int}}")
async def switch(request: Request, visitor: Sender, feed_id: int) -> Response:
    """Stop reading a feed, or read it again."""
    async with database_of(request).write() as session:
        feed = await session.get(Feed, feed_id, with_for_update=True)
        if feed is None:
            raise HTTPException(404)
        feed.active = not feed.active
        feed.next_poll_at, feed.failures = utc_now(), 0
        session.add(feed)
        await audit.write(
            session, actor=visitor.login, action="feed.switch", subject=str(feed_id),
            after={"active": feed.active}, where=visitor.address,
        )  # fmt: skip
    return redirect(
        request, PATH, "Đã đọc lại nguồn tin." if feed.active else "Đã thôi đọc nguồn tin."
    )
