"""The topics of announcements as citizens name them."""

from __future__ import annotations

import re
from typing import Final

from bot.messages.announcements import TOPICS
from bot.models import Topic
from knowledge.text import fold, normalise

#: Words of each topic, folded; the first that fits is meant.
_TOPIC_WORDS: Final[tuple[tuple[Topic, re.Pattern[str]], ...]] = tuple(
    (topic, re.compile(rf"\b(?:{pattern})\b"))
    for topic, pattern in (
        (
            Topic.VACCINATION,
            r"tiem (?:chung|ngua|phong|vac xin|vacxin|thuoc)|vac xin|vacxin|vaccine|chich ngua",
        ),
        (
            Topic.CLOSURES,
            (
                r"(?:trung tam|mot cua|co quan|uy ban|ubnd)(?: \w+){0,4} (?:nghi|dong cua|doi gio)"
                r"|(?:doi gio|nghi|lich) lam viec|lich nghi"
            ),
        ),
        (Topic.REFORM, r"tin nhanh|cai cach(?: hanh chinh)?|cchc"),
        (
            Topic.UTILITIES,
            r"(?:cup|mat|cat|ngung) (?:dien|nuoc)|lich (?:cup|cat) (?:dien|nuoc)",
        ),
        (Topic.SCHOOLS, r"tuyen sinh|truong hoc|nghi hoc|nhap hoc|hoc sinh"),
        (Topic.HEALTH, r"dich benh|benh dich|sot xuat huyet|kham benh|suc khoe"),
        (Topic.PROCEDURES, r"thu tuc (?:moi|thay doi|hanh chinh)|(?:thay doi|doi) thu tuc"),
        (
            Topic.STORMS,
            r"con bao|bao (?:so|lu)|(?:co|tin|mua|phong) bao|ap thap|mua lu|lu lut|lu|lut|ngap|sat lo|thien tai",
        ),
        (
            Topic.LOCAL,
            r"tin (?:cua |o )?(?:xa|phuong|dia phuong)|thong bao (?:cua |o )?(?:xa|phuong|dia phuong)",
        ),
    )
)


def topic_in(text: str) -> Topic | None:
    """Return the topic that folded words speak of."""
    found = match_in(text)
    return found[0] if found else None


def match_in(text: str) -> tuple[Topic, re.Match[str]] | None:
    """Return the topic that folded words speak of, and where."""
    for topic, shape in _TOPIC_WORDS:
        if (match := shape.search(text)) is not None:
            return topic, match
    return None


def named_topic(text: str) -> Topic | None:
    """Return the topic whose button was pressed or whose name was typed; `text` is folded."""
    return next((Topic(key) for key, name in TOPICS.items() if fold(normalise(name)) == text), None)
