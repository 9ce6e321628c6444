"""Officials edit one after another: nobody overwrites, nothing typed is lost, times are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.db import Database
from knowledge.content import Content, Override
from knowledge.models import Origin, Procedure, Revision, RevisionStatus
from knowledge.publishing import (
    AUTHORS,
    PublishingError,
    StaleError,
    Work,
    approve,
    archive,
    due,
    ended,
    publish,
    save_draft,
    save_edit,
    save_override_edit,
    schedule,
    submit,
    work_on,
)

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
CODE = "1.000001"


def content(**more: object) -> Content:
    return Content.model_validate({"code": CODE, "title": "Mượn sách", **more})


async def edit(
    database: Database, given: Content, base: int | None, *, author: str = "lan"
) -> Revision:
    async with database.write() as session:
        return await save_edit(session, given, author=author, base=base, now=NOW)


async def live(database: Database, given: Content, base: int | None = None) -> Revision:
    revision = await edit(database, given, base)
    assert revision.id is not None
    async with database.write() as session:
        await publish(session, [revision.id], approver="minh", now=NOW)
    return revision


async def work(database: Database) -> Work:
    async with database.read() as session:
        procedure = (await session.exec(select(Procedure).where(Procedure.code == CODE))).one()
        return await work_on(session, procedure)


async def statuses(database: Database) -> list[tuple[int, str]]:
    async with database.read() as session:
        rows = await session.exec(select(Revision).order_by(col(Revision.number)))
        return [(row.number, row.status.value) for row in rows]


async def test_each_save_goes_on_from_the_one_before(database: Database) -> None:
    first = await edit(database, content(), None)
    second = await edit(database, content(where="Ra phường."), first.id)

    assert await statuses(database) == [(1, "archived"), (2, "draft")]
    assert (await work(database)).current == second


async def test_saving_the_same_again_stores_nothing(database: Database) -> None:
    first = await edit(database, content(), None)
    again = await edit(database, content(), first.id)

    assert again.id == first.id


async def test_of_two_editors_the_later_is_shown_what_stands_there(database: Database) -> None:
    first = await live(database, content())
    lan = await edit(database, content(where="Ra phường."), first.id)

    with pytest.raises(StaleError, match="lan đã lưu bản 2") as refused:
        await edit(database, content(where="Ra xã."), first.id, author="minh")

    assert refused.value.current.id == lan.id
    assert await statuses(database) == [(1, "published"), (2, "draft")]


async def test_a_publication_in_between_refuses_the_save(database: Database) -> None:
    first = await edit(database, content(), None)
    second = await live(database, content(where="Ra phường."), first.id)

    with pytest.raises(StaleError):
        await edit(database, content(where="Ra xã."), first.id)

    current = (await work(database)).current
    assert current is not None
    assert current.id == second.id


async def test_what_was_taken_off_meanwhile_becomes_a_draft(database: Database) -> None:
    first = await live(database, content())
    async with database.write() as session:
        await archive(session, CODE)

    await edit(database, content(where="Ra phường."), first.id)

    assert await statuses(database) == [(1, "archived"), (2, "draft")]


async def test_what_is_gone_altogether_is_said(database: Database) -> None:
    with pytest.raises(PublishingError, match=r"Thủ tục 1\.000001 không còn trong kho"):
        await edit(database, content(), 7)


async def test_a_code_is_given_once(database: Database) -> None:
    await edit(database, content(), None)

    with pytest.raises(PublishingError, match=r"Mã 1\.000001 đã có"):
        await edit(database, content(title="Trả sách"), None)


async def test_an_import_does_not_come_between(database: Database) -> None:
    first = await live(database, content())
    async with database.write() as session:
        await save_draft(
            session,
            content(where="Theo nguồn."),
            author=AUTHORS[Origin.IMPORT],
            origin=Origin.IMPORT,
        )

    second = await edit(database, content(where="Ra phường."), first.id)
    found = await work(database)

    assert [one.number for one in (found.live, found.open, found.brought) if one] == [1, 3, 2]
    assert second.number == 3


async def test_an_edit_of_an_edit_in_review_takes_it_back(database: Database) -> None:
    first = await edit(database, content(), None)
    assert first.id is not None
    async with database.write() as session:
        await submit(session, first.id)

    await edit(database, content(where="Ra phường."), first.id)

    assert await statuses(database) == [(1, "archived"), (2, "draft")]


async def test_a_province_edits_its_own_terms(database: Database) -> None:
    await live(database, content())
    async with database.write() as session:
        first = await save_override_edit(
            session, CODE, "87", Override(where="Ra xã."), author="lan", base=None, now=NOW
        )
    async with database.write() as session:
        with pytest.raises(StaleError):
            await save_override_edit(
                session, CODE, "87", Override(where="Ra tỉnh."), author="minh", base=None, now=NOW
            )

    assert (first.number, first.status) == (1, RevisionStatus.DRAFT)


async def test_a_time_set_is_kept_by_the_next_save_and_comes_due(database: Database) -> None:
    first = await edit(database, content(), None)
    assert first.id is not None
    async with database.write() as session:
        await schedule(
            session,
            first.id,
            publish_at=NOW + timedelta(hours=1),
            expires_at=NOW + timedelta(days=30),
            now=NOW,
        )
    second = await edit(database, content(where="Ra phường."), first.id)
    assert second.id is not None
    async with database.write() as session:
        await submit(session, second.id)
        await approve(session, second.id, approver="minh")

    async with database.read() as session:
        assert await due(session, NOW) == []
        assert [one.id for one in await due(session, NOW + timedelta(hours=1))] == [second.id]


async def test_without_an_approval_nothing_comes_due(database: Database) -> None:
    first = await edit(database, content(), None)
    assert first.id is not None
    async with database.write() as session:
        await schedule(
            session, first.id, publish_at=NOW + timedelta(hours=1), expires_at=None, now=NOW
        )
        await submit(session, first.id)

    async with database.read() as session:
        assert await due(session, NOW + timedelta(days=1)) == []


async def test_what_has_ended_is_found_on_time(database: Database) -> None:
    first = await edit(database, content(), None)
    assert first.id is not None
    async with database.write() as session:
        await schedule(
            session, first.id, publish_at=None, expires_at=NOW + timedelta(days=1), now=NOW
        )
        await publish(session, [first.id], approver="minh", now=NOW)

    async with database.read() as session:
        assert await ended(session, NOW) == []
        assert [one.code for one in await ended(session, NOW + timedelta(days=1))] == [CODE]


@pytest.mark.parametrize(
    ("publish_at", "expires_at", "reason"),
    [
        (NOW - timedelta(minutes=1), None, "Giờ hẹn công bố đã qua"),
        (NOW + timedelta(days=2), NOW + timedelta(days=1), "phải sau ngày công bố"),
        (None, NOW, "phải sau ngày công bố"),
    ],
)
async def test_times_that_make_no_sense_are_refused(
    database: Database, publish_at: datetime | None, expires_at: datetime | None, reason: str
) -> None:
    first = await edit(database, content(), None)
    assert first.id is not None

    async with database.write() as session:
        with pytest.raises(PublishingError, match=reason):
            await schedule(session, first.id, publish_at=publish_at, expires_at=expires_at, now=NOW)
