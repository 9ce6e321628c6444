"""The message an announcement becomes, by itself or among others in somebody's daily digest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.broadcast.clock import shown
from bot.messages import announcements as words
from bot.models import Announcement

#: Characters of an announcement's words that a digest shows at least, where a link has the rest.
LEAST: Final = 120


def message_text(announcement: Announcement) -> str:
    """Return what a citizen reads: title, words, validity, source, and how to stop.

    Of a digest it is what officials read; each citizen reads their own.
    """
    if announcement.digest_on is not None:
        return f"{announcement.title}\n\n{announcement.text}"
    ends = [*_ends(announcement), words.STOP_LINE]
    parts = (_title(announcement), announcement.text, "\n".join(ends))
    return "\n\n".join(part for part in parts if part)


def digest_text(digest: Announcement, gathered: Sequence[Announcement], *, limit: int) -> str:
    """Return what a citizen reads of the announcements gathered for them; one alone reads as ever.

    Beyond `limit` characters those with a link are cut down to it. What still does not fit, because it
    can be read nowhere else, makes the text longer, and the channel sends it in parts.
    """
    if len(gathered) == 1:
        return message_text(gathered[0])
    whole = _digest(digest, gathered, most=None)
    if len(whole) <= limit:
        return whole
    linked = [one for one in gathered if one.source_url]
    rest = len(_digest(digest, gathered, most=0))
    return _digest(digest, gathered, most=max((limit - rest) // max(len(linked), 1), LEAST))


def _digest(digest: Announcement, gathered: Sequence[Announcement], *, most: int | None) -> str:
    """Put the announcements together, the words of those with a link in at most `most` characters."""
    items = [
        "\n".join(
            [
                words.DIGEST_ITEM.format(number=number, said=_said(one, most)),
                *_ends(one),
            ]
        )
        for number, one in enumerate(gathered, start=1)
    ]
    head = words.DIGEST_HEAD.format(title=digest.title, count=len(gathered))
    return "\n\n".join([head, *items, words.DIGEST_END])


def _said(announcement: Announcement, most: int | None) -> str:
    text = announcement.text
    if most is not None and announcement.source_url and len(text) > most:
        text = f"{text[: max(most - 1, 0)].rsplit(' ', 1)[0].rstrip()}…"
    return "\n".join(part for part in (_title(announcement), text) if part)


def _title(announcement: Announcement) -> str:
    if announcement.correction_of is None:
        return announcement.title
    return f"{words.CORRECTION}: {announcement.title}" if announcement.title else words.CORRECTION


def _ends(announcement: Announcement) -> list[str]:
    ends = []
    if announcement.expires_at is not None:
        ends.append(words.VALID_LINE.format(time=shown(announcement.expires_at)))
    if announcement.source_url:
        ends.append(words.SOURCE_LINE.format(url=announcement.source_url))
    return ends
