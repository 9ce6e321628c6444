"""What is published is found within a moment, whole, and without dropping the version in use."""

from __future__ import annotations

from bot.db import Database
from knowledge.content import Content, FeeKind, Override
from knowledge.matching import Action
from knowledge.models import Alias, AliasKind, FieldSwitch, Origin
from knowledge.published import Library
from knowledge.publishing import bump_version, publish, save_draft, save_override

MARRIAGE = Content(code="1.000894", title="Đăng ký kết hôn", field="Hộ tịch")
BIRTH = Content(code="1.001193", title="Đăng ký khai sinh", field="Hộ tịch")
PET = Content(code="1.000001", title="Đăng ký nuôi chim bồ câu đưa thư", field="Chăn nuôi")


async def put_live(database: Database, *contents: Content) -> None:
    async with database.write() as session:
        saved = [await save_draft(session, content, author="lan") for content in contents]
        await publish(session, [one.revision_id for one in saved], approver="minh")


async def library(database: Database) -> Library:
    made = Library(database.read)
    await made.refresh()
    return made


async def test_nothing_published_answers_nothing(database: Database) -> None:
    published = (await library(database)).current
    assert published.live == {}
    assert published.index.search("đăng ký kết hôn").action is Action.ABSTAIN


async def test_a_published_revision_is_found_after_a_refresh(database: Database) -> None:
    await put_live(database, MARRIAGE, BIRTH)
    shelf = await library(database)
    before = shelf.current

    await put_live(database, PET)
    after = await shelf.refresh()

    assert after.version > before.version
    assert after.index.search("nuôi chim bồ câu đưa thư").hits[0].code == PET.code
    assert PET.code not in before.live  # who began with the old version ends with it


async def test_an_alias_is_found_after_a_refresh(database: Database) -> None:
    await put_live(database, MARRIAGE, BIRTH, PET)
    shelf = await library(database)
    async with database.write() as session:
        session.add(Alias(code=PET.code, text="thả gu", kind=AliasKind.ALIAS, origin=Origin.EDITOR))
        await bump_version(session)

    hits = (await shelf.refresh()).index.search("thả gu").hits

    assert hits[0].code == PET.code


async def test_the_same_version_is_not_loaded_twice(database: Database) -> None:
    await put_live(database, MARRIAGE)
    shelf = await library(database)
    assert await shelf.refresh() is await shelf.refresh()


async def test_a_field_switched_off_disappears(database: Database) -> None:
    await put_live(database, MARRIAGE, PET)
    shelf = await library(database)
    async with database.write() as session:
        session.add(FieldSwitch(field="Chăn nuôi", on=False, reason="thử"))
        await bump_version(session)
    assert set((await shelf.refresh()).live) == {MARRIAGE.code}


async def test_an_old_code_leads_to_the_new_one(database: Database) -> None:
    new = Content(code="1.116410", title="Cấp thẻ căn cước", supersedes=("1.014061",))
    await put_live(database, new)
    published = (await library(database)).current
    assert published.current_code("1.014061") == "1.116410"
    assert published.current_code("9.999999") is None


async def test_a_province_hears_its_own_fee(database: Database) -> None:
    await put_live(database, MARRIAGE)
    override = Override.model_validate({"fees": [{"kind": "free", "source": "Nghị quyết thử"}]})
    async with database.write() as session:
        saved = await save_override(session, MARRIAGE.code, "87", override, author="lan")
        await publish(session, [saved.revision_id], approver="minh")
    shelf = await library(database)

    there = await shelf.content(shelf.current, MARRIAGE.code, "87")
    elsewhere = await shelf.content(shelf.current, MARRIAGE.code, "86")

    assert there is not None
    assert [fee.kind for fee in there.fees] == [FeeKind.FREE]
    assert elsewhere is not None
    assert elsewhere.fees == ()
