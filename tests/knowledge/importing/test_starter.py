"""The starter knowledge is loaded once for each release and never over an editor's work."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.db import Database
from knowledge.content import Content
from knowledge.importing import Draft, Refused, UnreadableFileError
from knowledge.importing.starter import DATA, Loaded, load_starter, read, read_phrases
from knowledge.models import Alias, Origin, Procedure, Revision, Source
from knowledge.publishing import current_version, publish, resolve_code, save_draft

SAMPLE = Path(__file__).parent / "samples" / "starter"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "data"))


def edit(data: Path, old: str, new: str) -> None:
    (file,) = (data / "procedures").glob("*/*.yaml")
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


async def live_summary(database: Database) -> str:
    async with database.read() as session:
        content = (
            await session.exec(
                select(Revision.content).join(
                    Procedure, col(Procedure.live_revision_id) == col(Revision.id)
                )
            )
        ).one()
    return str(content["summary"])


async def aliases(database: Database) -> set[tuple[str, str]]:
    async with database.read() as session:
        return set((await session.exec(select(Alias.code, Alias.text))).all())


def test_our_own_data_is_sound() -> None:
    assert [draft for draft in read(DATA) if isinstance(draft, Refused)] == []
    assert list(read_phrases(DATA))


async def test_the_first_load_publishes_all_and_the_next_does_nothing(
    database: Database, data: Path
) -> None:
    assert await load_starter(database.write, data) == Loaded(procedures=1, phrases=4)
    assert await load_starter(database.write, data) == Loaded()

    assert await live_summary(database) == "Làm thẻ để mượn sách."
    assert await aliases(database) == {
        ("9.000001", "làm thẻ thư viện"),
        ("9.000001", "muốn mượn sách thì làm thẻ ở đâu"),
        ("9.000003", "mượn sách"),
        ("9.999999", "hỏi trước khi có thủ tục thì sao"),
    }
    async with database.read() as session:
        assert await current_version(session) == 1
        assert await resolve_code(session, "9.000000") == ("9.000000", "9.000001")


async def test_a_new_release_brings_its_changes(database: Database, data: Path) -> None:
    await load_starter(database.write, data)
    edit(data, "Làm thẻ để mượn sách.", "Thẻ mượn sách.")
    edit(data, "[làm thẻ thư viện]", "[xin thẻ thư viện]")

    assert await load_starter(database.write, data) == Loaded(procedures=1, phrases=2)

    assert await live_summary(database) == "Thẻ mượn sách."
    assert ("9.000001", "xin thẻ thư viện") in await aliases(database)
    assert ("9.000001", "làm thẻ thư viện") not in await aliases(database)


async def test_a_new_release_leaves_an_editors_content(database: Database, data: Path) -> None:
    await load_starter(database.write, data)
    mine = Content(code="9.000001", title="Thủ tục cấp thẻ", summary="Bản của xã.")
    async with database.write() as session:
        saved = await save_draft(session, mine, author="lan")
        await publish(session, [saved.revision_id], approver="minh")
    edit(data, "Làm thẻ để mượn sách.", "Thẻ mượn sách.")

    assert await load_starter(database.write, data) == Loaded(kept=1)
    assert await live_summary(database) == "Bản của xã."


async def test_other_data_is_loaded_in_the_same_transaction(database: Database, data: Path) -> None:
    async def part(session: AsyncSession, folder: Path) -> bool:
        assert folder == data
        session.add(Source(key="part", title="Phần khác"))
        return True

    async def broken(_session: AsyncSession, _folder: Path) -> bool:
        raise UnreadableFileError("hỏng")

    with pytest.raises(UnreadableFileError):
        await load_starter(database.write, data, parts=(part, broken))
    async with database.read() as session:
        assert (await session.exec(select(Source))).all() == []

    assert (await load_starter(database.write, data, parts=(part,))).parts == 1


@pytest.mark.parametrize(
    "text",
    ["title: [", "- danh sách", 'code: "x y"\ntitle: Tên', "code: 1\nkhoá_lạ: 2"],
)
async def test_a_wrong_file_is_named_and_nothing_loaded(
    database: Database, data: Path, text: str
) -> None:
    (file,) = (data / "procedures").glob("*/*.yaml")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match=r"9\.000001\.yaml"):
        await load_starter(database.write, data)


def test_a_folder_reads_as_drafts_by_hand() -> None:
    (draft,) = read(SAMPLE)
    assert isinstance(draft, Draft)
    assert draft.origin is Origin.STARTER
