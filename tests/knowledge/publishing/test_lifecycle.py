"""What may become live, and what happens to everything else when it does."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlmodel import col, select

from bot.db import Database
from knowledge.content import Content, Fee, FeeKind, Override
from knowledge.models import (
    Alias,
    FieldSwitch,
    Origin,
    Procedure,
    ProcedureKind,
    Revision,
    RevisionStatus,
)
from knowledge.publishing import (
    AUTHORS,
    Hold,
    Outcome,
    Phrase,
    PublishingError,
    Saved,
    add_phrases,
    approve,
    archive,
    content_hash,
    current_version,
    discard,
    dump,
    hide,
    keep_only_phrases,
    publish,
    resolve_code,
    roll_back,
    save_draft,
    save_drafts,
    save_override,
    send_back,
    submit,
    switch_field,
)

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def content(code: str = "1.000001", title: str = "Thủ tục mượn sách", **more: object) -> Content:
    return Content.model_validate({"code": code, "title": title, "field": "Thư viện", **more})


async def save(
    database: Database, given: Content, *, author: str = "lan", origin: Origin = Origin.EDITOR
) -> Saved:
    async with database.write() as session:
        return await save_draft(session, given, author=author, origin=origin)


async def put_live(
    database: Database, given: Content, *, author: str = "lan", origin: Origin = Origin.EDITOR
) -> Saved:
    saved = await save(database, given, author=author, origin=origin)
    async with database.write() as session:
        await publish(session, [saved.revision_id], approver="minh", now=NOW)
    return saved


async def imported(database: Database, given: Content) -> Saved:
    return await save(database, given, author=AUTHORS[Origin.IMPORT], origin=Origin.IMPORT)


async def statuses(database: Database, code: str = "1.000001") -> list[str]:
    async with database.read() as session:
        rows = await session.exec(
            select(Revision.status)
            .join(Procedure)
            .where(Procedure.code == code)
            .order_by(col(Revision.number))
        )
        return [str(status) for status in rows]


async def procedure(database: Database, code: str = "1.000001") -> Procedure:
    async with database.read() as session:
        return (await session.exec(select(Procedure).where(Procedure.code == code))).one()


async def version(database: Database) -> int:
    async with database.read() as session:
        return await current_version(session)


async def test_the_same_content_is_stored_once(database: Database) -> None:
    first = await save(database, content())
    again = await save(database, content())

    assert first.outcome is Outcome.NEW
    assert again.outcome is Outcome.UNCHANGED
    assert again.revision_id == first.revision_id
    assert await statuses(database) == ["draft"]


async def test_a_changed_content_is_the_next_revision(database: Database) -> None:
    await save(database, content())
    saved = await save(database, content(summary="Ra phường mượn sách."))

    assert saved.outcome is Outcome.CHANGED
    assert await statuses(database) == ["draft", "draft"]


async def test_many_drafts_are_saved_in_the_order_given(database: Database) -> None:
    given = [content(f"1.{number:06}") for number in range(600, 0, -1)]
    async with database.write() as session:
        saved = await save_drafts(session, given, author="import", origin=Origin.IMPORT)
        await publish(session, [one.revision_id for one in saved], approver="import")

    assert [one.code for one in saved] == [one.code for one in given]
    async with database.read() as session:
        live = await session.exec(
            select(Procedure.code, Revision.content).join(
                Revision,
                col(Revision.id) == col(Procedure.live_revision_id),
            )
        )
        pairs = live.all()
    assert len(pairs) == 600
    assert all(code == stored["code"] for code, stored in pairs)


async def test_one_code_twice_in_a_batch_is_a_mistake_of_the_caller(database: Database) -> None:
    async with database.write() as session:
        with pytest.raises(ValueError, match="once"):
            await save_drafts(session, [content(), content()], author="x", origin=Origin.IMPORT)


async def test_a_dry_run_stores_nothing(database: Database) -> None:
    async with database.write() as session:
        (saved,) = await save_drafts(
            session, [content()], author="import", origin=Origin.IMPORT, dry_run=True
        )
    assert saved.outcome is Outcome.NEW
    async with database.read() as session:
        assert (await session.exec(select(Procedure))).all() == []


async def test_the_hash_does_not_depend_on_fields_left_at_their_default() -> None:
    assert content_hash(dump(content())) == content_hash(dump(content(summary="", steps=())))


async def test_publishing_makes_live_archives_the_former_and_counts_up(database: Database) -> None:
    await put_live(database, content())
    second = await put_live(database, content(summary="Mới.", field="Văn hóa"))

    assert await statuses(database) == ["archived", "published"]
    found = await procedure(database)
    assert found.live_revision_id == second.revision_id
    assert found.field == "Văn hóa"
    assert await version(database) == 2
    async with database.read() as session:
        revision = await session.get(Revision, second.revision_id)
    assert revision is not None
    assert (revision.approver, revision.published_at) == ("minh", NOW)


@pytest.mark.parametrize("status", [RevisionStatus.PUBLISHED, RevisionStatus.ARCHIVED])
async def test_what_is_live_or_archived_cannot_be_published(
    database: Database, status: RevisionStatus
) -> None:
    first = await put_live(database, content())
    if status is RevisionStatus.ARCHIVED:
        await put_live(database, content(summary="Mới."))
    before = await version(database)

    with pytest.raises(PublishingError, match="không công bố được nữa"):
        async with database.write() as session:
            await publish(session, [first.revision_id], approver="minh")
    assert await version(database) == before


async def test_two_revisions_of_one_procedure_are_not_published_together(
    database: Database,
) -> None:
    first = await save(database, content())
    second = await save(database, content(summary="Mới."))

    with pytest.raises(PublishingError, match="một bản một lần"):
        async with database.write() as session:
            await publish(session, [first.revision_id, second.revision_id], approver="minh")
    assert await statuses(database) == ["draft", "draft"]


async def test_an_unknown_revision_publishes_nothing(database: Database) -> None:
    saved = await save(database, content())
    with pytest.raises(PublishingError, match="không còn"):
        async with database.write() as session:
            await publish(session, [saved.revision_id, 999], approver="minh")
    assert await statuses(database) == ["draft"]


async def test_a_second_person_must_have_approved(database: Database) -> None:
    saved = await save(database, content())
    with pytest.raises(PublishingError, match="người khác duyệt"):
        async with database.write() as session:
            await publish(session, [saved.revision_id], approver="lan", second_person=True)

    async with database.write() as session:
        await submit(session, saved.revision_id)
    with pytest.raises(PublishingError, match="không tự duyệt"):
        async with database.write() as session:
            await approve(session, saved.revision_id, approver="lan")
    async with database.write() as session:
        await approve(session, saved.revision_id, approver="minh")
        await publish(session, [saved.revision_id], approver="lan", second_person=True)

    assert await statuses(database) == ["published"]


async def test_a_revision_sent_back_must_be_submitted_again(database: Database) -> None:
    saved = await save(database, content())
    async with database.write() as session:
        await submit(session, saved.revision_id)
        revision = await send_back(session, saved.revision_id, note="Thiếu nguồn")
    assert (revision.status, revision.note) == (RevisionStatus.DRAFT, "Thiếu nguồn")

    with pytest.raises(PublishingError, match="đang soạn, không duyệt"):
        async with database.write() as session:
            await approve(session, saved.revision_id, approver="minh")


async def test_a_discarded_draft_stays_away(database: Database) -> None:
    saved = await save(database, content())
    async with database.write() as session:
        await discard(session, saved.revision_id)
    with pytest.raises(PublishingError, match="đã lưu trữ"):
        async with database.write() as session:
            await submit(session, saved.revision_id)


async def test_rolling_back_publishes_the_older_content_as_a_new_revision(
    database: Database,
) -> None:
    await put_live(database, content())
    await put_live(database, content(summary="Sai."))
    async with database.write() as session:
        await roll_back(session, "1.000001", 1, author="minh")

    assert await statuses(database) == ["archived", "archived", "published"]
    async with database.read() as session:
        live = (
            await session.exec(select(Revision.content).where(Revision.status == "published"))
        ).one()
    assert live == dump(content())
    for number in (3, 9):
        with pytest.raises(PublishingError):
            async with database.write() as session:
                await roll_back(session, "1.000001", number, author="minh")


async def test_an_archived_procedure_is_gone_and_no_import_brings_it_back(
    database: Database,
) -> None:
    await imported(database, content())
    async with database.write() as session:
        (saved,) = await save_drafts(session, [content()], author="import", origin=Origin.IMPORT)
        await publish(session, [saved.revision_id], approver="import")
        await archive(session, "1.000001")

    assert (await procedure(database)).live_revision_id is None
    again = await imported(database, content(summary="Mới."))
    assert again.hold is Hold.CURATED
    with pytest.raises(PublishingError, match="hiện không công bố"):
        async with database.write() as session:
            await archive(session, "1.000001")


async def test_hiding_counts_the_version_up(database: Database) -> None:
    await put_live(database, content())
    async with database.write() as session:
        await hide(session, "1.000001")
    assert (await procedure(database)).hidden
    assert await version(database) == 2


@pytest.mark.parametrize("origin", [Origin.STARTER, Origin.EDITOR])
async def test_an_import_never_replaces_what_people_wrote(
    database: Database, origin: Origin
) -> None:
    await put_live(database, content(), author=AUTHORS.get(origin, "lan"), origin=origin)

    saved = await imported(database, content(title="TÊN TRÊN CỔNG"))

    assert saved.hold is Hold.CURATED
    assert not saved.publishable
    assert await statuses(database) == ["published", "draft"]


async def test_what_an_editor_publishes_over_an_import_is_the_editors(database: Database) -> None:
    await put_live(database, content(), author="import", origin=Origin.IMPORT)
    await put_live(database, content(summary="Viết lại."))

    assert (await procedure(database)).origin is Origin.EDITOR
    assert (await imported(database, content())).outcome is Outcome.UNCHANGED
    assert (await imported(database, content(summary="Cổng."))).hold is Hold.CURATED


async def test_the_starter_takes_over_an_imported_procedure(database: Database) -> None:
    await put_live(database, content(), author="import", origin=Origin.IMPORT)
    starter = await save(
        database, content(summary="Viết lại."), author="starter", origin=Origin.STARTER
    )
    assert starter.publishable


async def test_an_older_unpublished_import_is_archived_by_the_next(database: Database) -> None:
    await imported(database, content())
    await imported(database, content(summary="Tháng sau."))
    assert await statuses(database) == ["archived", "draft"]


async def test_old_codes_point_at_the_new_one_even_if_never_imported(database: Database) -> None:
    await put_live(database, content("1.000001"))
    await put_live(database, content("2.000001", supersedes=["1.000001", "0.000001"]))
    await put_live(database, content("3.000001", supersedes=["2.000001"]))

    async with database.read() as session:
        assert await resolve_code(session, "0.000001") == ("0.000001", "2.000001", "3.000001")
        assert await resolve_code(session, "3.000001") == ("3.000001",)
        assert await resolve_code(session, "chưa có") == ("chưa có",)
    assert (await procedure(database, "1.000001")).live_revision_id is None
    assert (await imported(database, content("0.000001"))).hold is Hold.SUPERSEDED


async def test_a_code_no_longer_superseded_is_let_go(database: Database) -> None:
    await put_live(database, content("2.000001", supersedes=["1.000001"]))
    await put_live(database, content("2.000001", supersedes=[]))
    assert (await procedure(database, "1.000001")).superseded_by == ""


async def test_two_codes_cannot_replace_each_other(database: Database) -> None:
    await put_live(database, content("1.000001"))
    first = await save(database, content("1.000001", supersedes=["2.000001"]))
    second = await save(database, content("2.000001", supersedes=["1.000001"]))
    with pytest.raises(PublishingError, match="thay thế lẫn nhau"):
        async with database.write() as session:
            await publish(session, [first.revision_id, second.revision_id], approver="minh")
    assert await version(database) == 1


async def test_a_province_sets_its_own_fee(database: Database) -> None:
    await put_live(database, content())
    override = Override(fees=(Fee(kind=FeeKind.FREE),), verified_on=date(2026, 11, 1))
    async with database.write() as session:
        saved = await save_override(session, "1.000001", "08", override, author="lan")
        again = await save_override(session, "1.000001", "08", override, author="lan")
        await publish(session, [saved.revision_id], approver="minh")

    assert again.outcome is Outcome.UNCHANGED
    async with database.read() as session:
        rows = (await session.exec(select(Procedure).order_by(col(Procedure.id)))).all()
    assert [(row.kind, row.province_code) for row in rows] == [
        (ProcedureKind.NATIONAL, ""),
        (ProcedureKind.OVERRIDE, "08"),
    ]
    assert rows[1].live_revision_id == saved.revision_id
    assert rows[1].field == "Thư viện"


async def test_only_a_national_procedure_can_be_overridden(database: Database) -> None:
    await put_live(database, content(province_code="52"))
    for code in ("1.000001", "9.999999"):
        with pytest.raises(PublishingError):
            async with database.write() as session:
                await save_override(session, code, "08", Override(), author="lan")


async def test_a_field_is_switched_off_with_a_reason(database: Database) -> None:
    await put_live(database, content())
    async with database.write() as session:
        await switch_field(session, "Thư viện", on=False, reason="chờ rà soát")
    async with database.read() as session:
        switch = (await session.exec(select(FieldSwitch))).one()
    assert (switch.field, switch.on, switch.reason) == ("Thư viện", False, "chờ rà soát")
    with pytest.raises(PublishingError, match="Không có lĩnh vực"):
        async with database.write() as session:
            await switch_field(session, "Không đâu", on=False, reason="")


async def test_a_phrase_is_stored_once_whatever_its_case(database: Database) -> None:
    async with database.write() as session:
        first = await add_phrases(
            session,
            [Phrase("1.000001", "mượn sách"), Phrase("1.000001", "Mượn Sách")],
            origin=Origin.STARTER,
        )
        second = await add_phrases(session, [Phrase("1.000001", "MƯỢN SÁCH")], origin=Origin.EDITOR)
    assert (first, second) == (1, 0)


async def test_only_phrases_of_one_origin_are_tidied_away(database: Database) -> None:
    async with database.write() as session:
        await add_phrases(
            session, [Phrase("1.1", "cũ"), Phrase("1.1", "giữ")], origin=Origin.STARTER
        )
        await add_phrases(session, [Phrase("1.1", "của dân")], origin=Origin.EDITOR)
        gone = await keep_only_phrases(session, [Phrase("1.1", "Giữ")], origin=Origin.STARTER)
    assert gone == 1
    async with database.read() as session:
        assert set(await session.exec(select(Alias.text))) == {"giữ", "của dân"}
