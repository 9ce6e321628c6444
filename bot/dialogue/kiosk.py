"""A kiosk is shared: a session of its own, knowing where it stands; numbers of people stay outside."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, select

from bot.conversation import KIOSK, KIOSK_SESSION, Action, Button, Card, Reply, web_message
from bot.db import Database
from bot.dialogue.memory import keep_state
from bot.dialogue.question import Question, State
from bot.messages import kiosk as words
from bot.models import Turn
from knowledge.published import Published
from knowledge.takeaway import LONGEST_QR

#: Hours a conversation may outlive a browser that failed before it could delete it.
KEPT_HOURS: Final = 0.25
#: Nine to thirteen digits: identity cards, phones, social insurance and tax numbers.
_NUMBER: Final = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){8,12}(?!\d)")
#: Shown until people have asked enough: birth, marriage, residence, copies, identity card, land, shop, …
FIRST_TILES: Final = (
    "1.001193", "1.000894", "1.004222", "1.004194", "2.000815", "1.116410",
    "1.014027", "1.001612", "1.012783", "1.000656", "2.000635", "1.004873",
)  # fmt: skip
TILES: Final = 9
#: Asked about so often within RECENT before it stands among the tiles, so that no one's case shows.
ASKED_OFTEN: Final = 5
RECENT: Final = timedelta(days=30)
#: Answers looked at; bounds the work of showing the first screen.
SAMPLE: Final = 2_000
#: Fields with fewer procedures are shown together.
SMALL_FIELD: Final = 3


@dataclass(frozen=True, slots=True)
class Tile:
    """A procedure to touch; `code` is what it sends."""

    label: str
    code: str


async def protect(question: Question) -> Reply | None:
    """Refuse a person's number typed where others will stand; None for anything else."""
    if question.message.channel == KIOSK and _NUMBER.search(question.message.text):
        return Reply(Action.OTHER, words.NO_NUMBERS)
    return None


def on_phone(question: Question) -> Reply | None:
    """Return the way to one's own phone at a kiosk, where nothing of one's own belongs; else None."""
    if question.message.channel != KIOSK:
        return None
    card = Card(words.ON_PHONE_TITLE, lead=(words.ON_PHONE, words.ON_PHONE_HOW))
    return Reply(Action.OTHER, cards=(card,))  # cards bring the button with the QR code


async def begin(
    database: Database, published: Published, commune_code: str, *, now: datetime
) -> str:
    """Return a new session for a kiosk; one that knows its commune need not ask for it."""
    session = KIOSK_SESSION + secrets.token_urlsafe(24)
    unit = published.places.unit(commune_code) if commune_code else None
    if unit is not None and not unit.is_province:
        state = State(introduced=True, province_code=unit.province_code, commune_code=commune_code)
        async with database.write() as writing:
            keep = timedelta(hours=KEPT_HOURS)
            await keep_state(writing, web_message(session), state, now, keep)
    return session


def links_of(reply: Reply) -> list[Button]:
    """Return the buttons of a reply that would open another page."""
    buttons = (*(card.primary for card in reply.cards), *reply.choices, *reply.follow_ups)
    return [
        button
        for button in buttons
        if button and button.url.startswith("http") and len(button.url) <= LONGEST_QR
    ]


async def tiles(
    database: Database, published: Published, chosen: str, *, now: datetime
) -> list[Tile]:
    """Return the first screen: what the settings choose, or else what citizens ask most."""
    codes = [code.strip() for code in chosen.split(",") if code.strip()]
    if not codes:
        codes = [*await _asked_most(database, now), *FIRST_TILES]
    found = (_tile(published, code) for code in dict.fromkeys(codes))
    return [tile for tile in found if tile is not None][:TILES]


async def _asked_most(database: Database, now: datetime) -> list[str]:
    query = (
        select(Turn.codes)
        .where(Turn.at >= now - RECENT, Turn.action == Action.ANSWER)
        .order_by(col(Turn.id).desc())
        .limit(SAMPLE)
    )
    async with database.read() as session:
        counts = Counter(codes[0] for codes in await session.exec(query) if codes)
    return [code for code, count in counts.most_common(TILES) if count >= ASKED_OFTEN]


def fields(published: Published) -> dict[str, list[Tile]]:
    """Return the starter procedures by field, the largest field first; small ones together last."""
    by_field: dict[str, list[Tile]] = {}
    for code, live in published.live.items():
        entry, tile = published.index.entry(code), _tile(published, code)
        if live.curated and entry and tile and entry.field:
            by_field.setdefault(entry.field, []).append(tile)
    large = {field: of for field, of in by_field.items() if len(of) > SMALL_FIELD}
    rest = [tile for field, of in by_field.items() if field not in large for tile in of]
    shown = dict(sorted(large.items(), key=lambda item: (-len(item[1]), item[0])))
    return {**shown, words.OTHERS: rest} if rest else shown


def _tile(published: Published, code: str) -> Tile | None:
    entry = published.index.entry(code)
    if entry is None:
        return None
    label = entry.common_name or entry.title
    return Tile(label[:1].upper() + label[1:], code)
