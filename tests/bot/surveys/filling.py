"""Filled-in surveys to send in."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.db import Database
from bot.drafts import keep
from bot.models import Aspect, SurveyDraft
from bot.privacy.pseudonyms import Pseudonyms
from bot.surveys import Filed, Wanted, file
from bot.surveys.drafts import KEPT_FOR

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
NAMES = Pseudonyms((b"k" * 32,))


def filled(channel: str = "telegram", address: str = "1", score: int = 4, **other: str) -> Wanted:
    """A survey about one centre, all questions answered alike."""
    return Wanted(
        channel=channel,
        address=address,
        names=NAMES.all_of(channel, address),
        centre=other.get("centre", "implied-29302"),
        centre_name="Trung tâm Phục vụ hành chính công xã Hòa Long",
        province_code="82",
        field=other.get("field", "Hộ tịch"),
        month=date.fromisoformat(other.get("month", "2026-11-01")),
        scores=dict.fromkeys(Aspect, score),
        comment=other.get("comment", ""),
        consent_version="2026-11",
    )


async def send(database: Database, wanted: Wanted, now: datetime = NOW) -> Filed:
    """Fill in the form and send it."""
    async with database.write() as session:
        await keep(
            session,
            SurveyDraft,
            wanted.channel,
            wanted.address,
            step="confirm",
            data={},
            now=now,
            kept_for=KEPT_FOR,
        )
    return await send_again(database, wanted, now)


async def send_again(database: Database, wanted: Wanted, now: datetime = NOW) -> Filed:
    """Send what the form holds; it may be gone."""
    async with database.write() as session:
        return await file(session, wanted, now=now)
