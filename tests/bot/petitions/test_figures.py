"""The figures of a year stay as they were when people are erased and petitions pass their time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlmodel import func, select

from bot import people
from bot.db import Database
from bot.models import Petition, PetitionStatus
from bot.petitions import listing
from bot.privacy import retention, rights
from bot.privacy.pseudonyms import Pseudonyms

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
TODAY = date(2026, 11, 23)
NAMES = Pseudonyms((b"k" * 32,))


def petition(number: int, person_id: str | None, **given: object) -> Petition:
    at = NOW - timedelta(days=30)
    return Petition.model_validate(
        {
            "code": f"PA-{number}", "secret_hash": "", "person_id": person_id, "channel": "telegram",
            "text": "Chậm", "consent_version": "1", "fingerprint": str(number), "unit": "Xã A",
            "due_on": TODAY, "created_at": at, **given,
        }
    )  # fmt: skip


async def year(database: Database, unit: str = "") -> listing.Figures:
    async with database.read() as session:
        return await listing.figures(
            session, since=date(2026, 1, 1), until=TODAY, today=TODAY, unit=unit
        )


async def seed(database: Database) -> None:
    late = NOW - timedelta(days=1)
    async with database.write() as session:
        contact = await people.heard_from(session, "telegram", "1", now=NOW)
        mine, closed = contact.person_id, PetitionStatus.CLOSED
        session.add_all(
            [
                petition(1, mine, status=closed, answered_at=late, closed_at=NOW, solved=True),
                petition(2, mine, status=closed, answered_at=late, closed_at=NOW, unit="Xã B",
                         solved=False, due_on=TODAY - timedelta(days=9)),
                petition(3, mine, status=PetitionStatus.DECLINED, closed_at=NOW),
                petition(4, mine),
                petition(5, None),
            ]
        )  # fmt: skip


async def test_an_erased_persons_petitions_stay_counted(database: Database) -> None:
    await seed(database)
    before, before_b = await year(database), await year(database, "Xã B")
    async with database.read() as session:
        identity = await rights.identity_of(session, NAMES, "telegram", "1")
    await rights.erase(database, identity, now=NOW)
    after, after_b = await year(database), await year(database, "Xã B")

    assert before == listing.Figures(
        received=5, answered=2, in_time=1, owed=2, declined=1, solved=1, not_solved=1
    )
    assert after == listing.Figures(
        received=5, answered=2, in_time=1, owed=1, declined=1, solved=1, not_solved=1
    )
    assert before_b == after_b == listing.Figures(received=1, answered=1, not_solved=1)


async def test_petitions_go_in_time_closed_or_never_closed_and_stay_counted(
    database: Database,
) -> None:
    await seed(database)
    before = await year(database)
    keep = timedelta(days=1_095)
    assert (await retention.run(database, now=NOW + keep - timedelta(days=10))).counts.get(
        "petition"
    ) is None
    report = await retention.run(database, now=NOW + keep + timedelta(days=1))
    after = await year(database)

    assert report.counts["petition"] == 5
    async with database.read() as session:
        assert (await session.exec(select(func.count()).select_from(Petition))).one() == 0
    assert (after.received, after.answered, after.owed) == (before.received, before.answered, 0)


async def test_units_are_each_once_in_order(database: Database) -> None:
    async with database.write() as session:
        for number, unit in enumerate(("Xã B", "Xã A", "", "Xã B", "Ấp C")):
            session.add(petition(number, None, unit=unit))
    async with database.read() as session:
        found = await listing.units(session)
        none = await listing.figures(
            session, since=date(2020, 1, 1), until=date(2020, 12, 31), today=TODAY
        )

    assert found == sorted(["Xã A", "Xã B", "Ấp C"])
    assert none == listing.Figures()


async def test_no_petition_no_unit(database: Database) -> None:
    async with database.read() as session:
        assert await listing.units(session) == []
