"""The index is what the textbooks say, summed by the database, and points at nobody."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.db import Database
from bot.models import Aspect, SurveySource
from bot.surveys.index import ENOUGH, Filters, Measure, comments, enough, read, wilson
from tests.bot.surveys.filling import filled, send


def of(*scores: float) -> Measure:
    return Measure(
        len(scores),
        sum(scores),
        sum(score**2 for score in scores),
        sum(score >= 4 for score in scores),
    )


def test_wilson_is_the_published_one() -> None:
    # R. G. Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (hits, n), interval in published.items():
        assert wilson(hits, n) == pytest.approx(interval, abs=5e-5)


def test_the_mean_has_students_interval() -> None:
    # t(0.975; 9) = 2.2622, s = 0.9944, n = 10: half = 0.7114
    measure = of(3, 4, 5, 4, 4, 5, 3, 2, 4, 5)
    low, high = measure.mean_interval
    assert measure.mean == pytest.approx(3.9)
    assert (round(low, 3), round(high, 3)) == (3.189, 4.611)
    assert of(5, 5, 5).mean_interval == (5.0, 5.0)


@given(st.lists(st.integers(0, 40), max_size=30))
def test_what_is_left_out_cannot_be_told_from_the_sum(sizes: list[int]) -> None:
    groups = {number: Measure(n) for number, n in enumerate(sizes) if n}
    shown = enough(groups)
    hidden = sum(one.n for one in groups.values()) - sum(one.n for one in shown.values())

    assert all(one.is_enough for one in shown.values())
    assert hidden == 0 or hidden >= ENOUGH or not shown


async def test_the_database_sums_what_was_answered(database: Database) -> None:
    for n in range(12):
        await send(database, filled(address=str(n), score=5 if n < 9 else 3, comment="được"))
    await send(database, filled(address="x", score=1, centre="implied-26734", month="2026-10-01"))
    await send(database, filled("kiosk", "k", score=1))

    async with database.read() as session:
        survey = await read(session, Filters())
        devices = await read(session, Filters(source=SurveySource.DEVICE))
        october = await read(session, Filters(until=date(2026, 10, 1)))
        said = await comments(session, Filters(centre="implied-29302"), limit=5)

    here = survey.by(lambda cell: cell.centre)["implied-29302"]
    assert (survey.whole.n, here.n, here.satisfied, here.mean) == (13, 12, 9, 4.5)
    assert [here.of(aspect) for aspect in Aspect] == [4.5] * 5
    assert survey.whole.aspects[0] == (55.0, 13)
    assert [devices.whole.n, october.whole.n] == [1, 1]
    assert october.whole.of(Aspect.ACCESS) is None
    assert said == ["được"] * 5
    assert list(enough(survey.by(lambda cell: cell.centre))) == []
