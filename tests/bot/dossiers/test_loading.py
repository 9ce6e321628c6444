"""An export is checked line by line, previewed, used, replaced, taken back and forgotten; nothing in the clear."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, delete, func, select

from bot import dossiers
from bot.db import Database
from bot.dossiers import Asked, LoadError, Refused, Standing
from bot.dossiers import sheet as sheets
from bot.models import Dossier, DossierStatus
from bot.privacy import retention
from bot.sheets import SheetError
from knowledge.hours import ZONE
from tests.bot.dossiers.making import CODE, NAMES, NOW, OTHER, SECRET, export, line, loaded

TODAY = NOW.astimezone(ZONE).date()


async def asked(database: Database, code: str = CODE, *, later: timedelta = timedelta()) -> object:
    one = Asked("telegram", "1", code, "7KX4913")
    return await dossiers.look_up(database, NAMES, None, one, now=NOW + later)


async def rows(database: Database) -> int:
    async with database.read() as session:
        return (await session.exec(select(func.count()).select_from(Dossier))).one()


def test_each_bad_line_is_named_and_the_rest_is_good() -> None:
    third = "H58.16-261110-0014"
    data = export(
        line(),
        line(code=OTHER),
        line(code=OTHER),
        f"H58.16-261310-0015,{SECRET},đang xử lý",
        f"{third},{SECRET},bay mất",
        f"{third},ngắn1,đang xử lý",
        f"{third},261110,đang xử lý",
        line(code=third, due="31/02/2026"),
    )
    good, bad = sheets.read(data, today=TODAY)

    assert [one.code for one in good] == [CODE]
    said = sheets.problems(bad)
    assert [one.split(":")[0] for one in said] == [f"dòng {n}" for n in range(3, 10)]
    assert said[0] == "dòng 3: mã hồ sơ trùng với dòng 4"
    assert said[1] == "dòng 4: mã hồ sơ trùng với dòng 3"
    assert "ngày tiếp nhận có thật" in said[2]
    assert "không có trạng thái “bay mất”" in said[3]
    assert "6–32" in said[4]
    assert "ai cũng đoán được" in said[5]
    assert "31/02/2026" in said[6]
    everything = "\n".join(said)
    assert "0014" not in everything
    assert "ngắn1" not in everything


@pytest.mark.parametrize(
    "data",
    [b"", b"\0\1", b"a,b\n1,2\n", "Mã hồ sơ,Trạng thái\nx,y\n".encode()],
    ids=["empty", "binary", "strange", "no-secret"],
)
def test_wrong_columns_are_refused(data: bytes) -> None:
    with pytest.raises(SheetError):
        sheets.read(data, today=TODAY)


async def test_a_preview_answers_nobody_and_a_used_load_does(database: Database) -> None:
    load = await dossiers.prepare(
        database, NAMES, export(line()), name="a.csv", author="lan", days=7, now=NOW
    )
    before = await asked(database)
    await dossiers.take_effect(database, load.id or 0, now=NOW)
    after = await asked(database)

    assert before is Refused.NOT_FOUND
    assert isinstance(after, Standing)
    assert (after.status, after.office) == (DossierStatus.PROCESSING, "Xã Hòa Long")
    with pytest.raises(LoadError):
        await dossiers.take_effect(database, load.id or 0, now=NOW)


async def test_a_load_cut_off_half_way_is_never_used(database: Database) -> None:
    load = await dossiers.prepare(
        database,
        NAMES,
        export(line(), line(code=OTHER)),
        name="a.csv",
        author="lan",
        days=7,
        now=NOW,
    )
    async with database.write() as session:  # what a kill between two batches leaves
        await session.exec(delete(Dossier).where(col(Dossier.ending) == "0013"))

    with pytest.raises(LoadError, match="dở dang"):
        await dossiers.take_effect(database, load.id or 0, now=NOW)
    assert await asked(database) is Refused.NOT_FOUND


async def test_neither_code_nor_secret_is_stored(database: Database) -> None:
    await loaded(database, line())
    async with database.read() as session:
        row = (await session.exec(select(Dossier))).one()
    stored = repr(row.model_dump())

    assert row.ending == "0012"
    assert CODE not in stored
    assert "7KX" not in stored
    assert "261110" not in stored


async def test_a_newer_load_replaces_the_dossiers_it_has(database: Database) -> None:
    await loaded(database, line(), line(code=OTHER))
    await loaded(database, line("đã có kết quả"), now=NOW + timedelta(hours=1))
    first = await asked(database, later=timedelta(hours=2))
    second = await asked(database, OTHER, later=timedelta(hours=2))

    assert isinstance(first, Standing)
    assert isinstance(second, Standing)
    assert (first.status, second.status) == (DossierStatus.READY, DossierStatus.PROCESSING)
    assert await rows(database) == 2


async def test_after_its_time_nothing_is_told_and_the_night_deletes_it(database: Database) -> None:
    await loaded(database, line(), days=7)
    later = timedelta(days=7, seconds=1)
    told = await asked(database, later=later)
    async with database.read() as session:
        possible = await dossiers.is_possible(session, None, now=NOW + later)
    report = await retention.run(database, now=NOW + later)

    assert told is Refused.NOT_FOUND
    assert not possible
    assert report.counts == {"dossier": 1}
    assert await rows(database) == 0


async def test_a_load_taken_back_is_gone_at_once(database: Database) -> None:
    load = await loaded(database, line())
    await dossiers.withdraw(database, load.id or 0)

    assert await asked(database) is Refused.NOT_FOUND
    assert await rows(database) == 0
    with pytest.raises(LoadError):
        await dossiers.withdraw(database, load.id or 0)


async def test_a_file_without_a_good_line_leaves_nothing(database: Database) -> None:
    with pytest.raises(LoadError) as caught:
        await dossiers.prepare(
            database, NAMES, export("x,y,z"), name="a.csv", author="lan", days=7, now=NOW
        )

    assert len(caught.value.problems) == 1
    assert await rows(database) == 0


@pytest.mark.parametrize("span", ["", "0", "-1", "91d", "7h", "mai"])
def test_a_span_that_is_none_is_refused(span: str) -> None:
    with pytest.raises(LoadError):
        dossiers.read_days(span)


def test_a_span_is_read() -> None:
    assert [dossiers.read_days(span) for span in ("7d", "7", "30 ngày")] == [7, 7, 30]
