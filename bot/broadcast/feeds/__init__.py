"""Read the feeds of a provincial portal; what is new becomes a draft, and nothing goes out unread."""

from __future__ import annotations

from bot.broadcast.feeds.fetching import FeedError, Fetched, fetch
from bot.broadcast.feeds.polling import add_feed, poll, poll_due

__all__ = ["FeedError", "Fetched", "add_feed", "fetch", "poll", "poll_due"]
