"""Reach people outside the reply window of an Official Account: articles, ZBS templates, groups.

Since 2026-03-01 Zalo sends no transaction or promotion message to one person any more. An
announcement goes to followers as an *article* (reviewed for about half an hour), to one person as a
*template* Zalo has approved, or to a group. Shapes: Zalo's OpenAPI, article, ZBS and GMF pages.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from bot.channels import TEXT_LIMITS, SendError, Trouble
from bot.channels.splitting import length, pieces
from bot.channels.zalo_oa.api import Api
from bot.channels.zalo_oa.errors import until_morning
from bot.channels.zalo_oa.events import NAME

MAX_TITLE: Final = 150
MAX_AUTHOR: Final = 50
MAX_DESCRIPTION: Final = 300
MAX_TRACKING_ID: Final = 48
#: Zalo makes an article in the background; it is asked for this often, with this pause in seconds.
VERIFY_TIMES: Final = 5
VERIFY_PAUSE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Article:
    """What followers read; plain paragraphs."""

    title: str
    description: str
    author: str
    cover_url: str
    """Public address of the picture on top."""
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """Which followers get an article; empty = all. The numbers are Zalo's own codes."""

    ages: tuple[int, ...] = ()
    gender: int | None = None
    locations: tuple[int, ...] = ()
    cities: tuple[int, ...] = ()
    platform: tuple[int, ...] = ()

    def to_json(self) -> dict[str, str]:
        """Return the target as Zalo writes it: numbers joined by commas."""
        lists = {
            "ages": self.ages,
            "gender": () if self.gender is None else (self.gender,),
            "locations": self.locations,
            "cities": self.cities,
            "platform": self.platform,
        }
        return {name: ",".join(map(str, numbers)) for name, numbers in lists.items() if numbers}


async def create_article(api: Api, article: Article, *, pause: float = VERIFY_PAUSE) -> str:
    """Create an article and return its id; nobody is told of it yet.

    Raises:
        SendError: Zalo did not take it, or has not made it yet (RETRY).
        ValueError: a text is empty or longer than Zalo takes.
    """
    for name, text, most in (
        ("title", article.title, MAX_TITLE),
        ("author", article.author, MAX_AUTHOR),
        ("description", article.description, MAX_DESCRIPTION),
    ):
        if not 0 < length(text) <= most:
            raise ValueError(f"an article's {name} has 1 to {most} characters")
    if not any(map(str.strip, article.paragraphs)):
        raise ValueError("an article has at least one paragraph")
    created = await api.call("/v2.0/article/create", _article(article))
    token = str(created.get("token", ""))
    for _ in range(VERIFY_TIMES):
        verified = await api.call("/v2.0/article/verify", {"token": token})
        if verified.get("id"):
            return str(verified["id"])
        await asyncio.sleep(pause)
    raise SendError("zalo: the article is not made yet", Trouble.RETRY)


async def broadcast(api: Api, article_ids: Sequence[str], target: Target, *, now: datetime) -> str:
    """Tell followers of articles and return the broadcast's id; Zalo reviews it first.

    Raises:
        SendError: Zalo did not take it; by night WINDOW, with the seconds until it may.
    """
    wait = until_morning(now)
    if wait:
        raise SendError("zalo: no promotion from 22:00 to 5:59", Trouble.WINDOW, retry_after=wait)
    elements = [{"media_type": "article", "attachment_id": one} for one in article_ids]
    attachment = {
        "type": "template",
        "payload": {"template_type": "media", "elements": elements},
    }
    body = {
        "recipient": {"target": target.to_json()},
        "message": {"attachment": attachment},
    }
    data = await api.call("/v2.0/oa/message", body)
    return str(data.get("message_id", ""))


async def send_template(
    api: Api,
    address: str,
    template_id: str,
    values: Mapping[str, str],
    *,
    tracking_id: str,
) -> str:
    """Send an approved ZBS template to a citizen's Zalo id and return the message's id.

    `tracking_id` (at most 48 characters) is the same each time the same message is sent.

    Raises:
        SendError: Zalo did not take it.
        ValueError: `tracking_id` is too long.
    """
    body = {"user_id": address, **_template(template_id, values, tracking_id)}
    data = await api.call("/v3.0/oa/message/template", body)
    return str(data.get("msg_id", ""))


async def send_template_by_phone(
    api: Api,
    phone: str,
    template_id: str,
    values: Mapping[str, str],
    *,
    tracking_id: str,
) -> str:
    """Send an approved ZBS template to a phone number a citizen gave for it; "09…" becomes "849…".

    Raises:
        SendError: Zalo did not take it.
        ValueError: the number is none, or `tracking_id` is too long.
    """
    digits = "".join(filter(str.isdecimal, phone))
    if digits.startswith("0"):
        digits = "84" + digits[1:]
    if not digits.startswith("84") or not 11 <= len(digits) <= 12:
        raise ValueError("a Vietnamese phone number has 10 digits")
    body = {"phone": digits, **_template(template_id, values, tracking_id)}
    data = await api.call(f"{api.business_url}/message/template", body)
    return str(data.get("msg_id", ""))


async def send_to_group(api: Api, group_id: str, text: str) -> list[str]:
    """Send a text to a group of the account and return the ids of its messages.

    Raises:
        SendError: Zalo did not take one of them.
    """
    ids = []
    for part in pieces(unicodedata.normalize("NFC", text), TEXT_LIMITS[NAME]):
        body = {"recipient": {"group_id": group_id}, "message": {"text": part}}
        data = await api.call("/v3.0/oa/group/message", body)
        ids.append(str(data.get("message_id", "")))
    return ids


def tracking_of(address: str, text: str) -> str:
    """Return a tracking id that is the same each time the same words go to the same citizen."""
    return blake2b(f"{address}\0{text}".encode(), digest_size=MAX_TRACKING_ID // 2).hexdigest()


def _article(article: Article) -> dict[str, Any]:
    return {
        "type": "normal",
        "title": unicodedata.normalize("NFC", article.title),
        "author": unicodedata.normalize("NFC", article.author),
        "cover": {"cover_type": "photo", "photo_url": article.cover_url, "status": "show"},
        "description": unicodedata.normalize("NFC", article.description),
        "body": [
            {"type": "text", "content": unicodedata.normalize("NFC", paragraph)}
            for paragraph in article.paragraphs
            if paragraph.strip()
        ],
        "status": "show",
        "comment": "hide",
    }


def _template(template_id: str, values: Mapping[str, str], tracking_id: str) -> dict[str, Any]:
    if len(tracking_id) > MAX_TRACKING_ID:
        raise ValueError(f"a tracking id has at most {MAX_TRACKING_ID} characters")
    return {
        "template_id": template_id,
        "template_data": dict(values),
        "tracking_id": tracking_id,
    }
