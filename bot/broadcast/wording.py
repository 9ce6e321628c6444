"""The message an announcement becomes."""

from __future__ import annotations

from bot.broadcast.clock import shown
from bot.messages import announcements as words
from bot.models import Announcement


def message_text(announcement: Announcement) -> str:
    """Return what a citizen reads: title, words, validity, source, and how to stop."""
    title = announcement.title
    if announcement.correction_of is not None:
        title = f"{words.CORRECTION}: {title}" if title else words.CORRECTION
    ends = []
    if announcement.expires_at is not None:
        ends.append(words.VALID_LINE.format(time=shown(announcement.expires_at)))
    if announcement.source_url:
        ends.append(words.SOURCE_LINE.format(url=announcement.source_url))
    ends.append(words.STOP_LINE)
    return "\n\n".join(part for part in (title, announcement.text, "\n".join(ends)) if part)
