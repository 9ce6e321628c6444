"""Subscribers as a sheet, which bot.broadcast.importing reads back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import sheets
from bot.broadcast.importing import AT_ONCE, COLUMNS, DAILY, HOW
from bot.messages.subscriptions import EVERYWHERE
from bot.models import Contact, Subscription
from knowledge.hours import ZONE
from knowledge.places import Places

#: Rows read at once.
PAGE: Final = 1_000


async def sheet(session: AsyncSession, places: Places) -> AsyncIterator[str]:
    """Yield the CSV, byte-order mark first: one line for each address and living subscription."""
    yield sheets.BOM + sheets.line((*COLUMNS, HOW, "consent_version", "source"))
    names: dict[str, str] = {}
    after = (0, 0)
    while True:
        query = (
            select(Subscription, Contact)
            .join(Contact, col(Contact.person_id) == Subscription.person_id)
            .where(
                col(Subscription.ended_at).is_(None),
                (col(Subscription.id) > after[0])
                | ((col(Subscription.id) == after[0]) & (col(Contact.id) > after[1])),
            )
            .order_by(col(Subscription.id), col(Contact.id))
            .limit(PAGE)
        )
        rows = (await session.exec(query)).all()
        for wish, contact in rows:
            code = wish.commune_code or wish.province_code
            if code not in names:
                names[code] = _place(places, code)
            day = wish.consented_at.astimezone(ZONE).date().isoformat()
            yield sheets.line(
                (contact.channel, contact.address, wish.topic.value, names[code], day,
                 DAILY if wish.daily else AT_ONCE, wish.consent_text_version, wish.source)
            )  # fmt: skip
        if len(rows) < PAGE:
            return
        after = (rows[-1][0].id or 0, rows[-1][1].id or 0)
        session.expunge_all()


def _place(places: Places, code: str) -> str:
    """Return the name that means this unit alone: a spreadsheet makes 1 of the code 01."""
    unit = places.unit(code)
    if unit is None:
        return code or EVERYWHERE
    province = places.unit(unit.province_code)
    name = unit.name if unit.is_province or province is None else f"{unit.name}, {province.name}"
    found = places.resolve(name).best
    return name if found is not None and found.code == code else code
