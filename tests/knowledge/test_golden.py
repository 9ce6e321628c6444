"""Nothing goes live that makes a golden question wrong, unless somebody says why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.db import Database
from knowledge import golden
from knowledge.content import Content
from knowledge.golden import Gate, Golden
from knowledge.matching import Action, Entry, Index
from knowledge.models import GoldenQuestion, Origin
from knowledge.published import Library
from knowledge.publishing import publish, save_draft

MARRIAGE = Content(code="1.000894", title="Đăng ký kết hôn", field="Hộ tịch")
PIGEONS = Content(code="1.000001", title="Đăng ký nuôi chim bồ câu đưa thư", field="Chăn nuôi")
#: Takes the words away by which the procedure is found.
RUINED = PIGEONS.model_copy(update={"title": "Thủ tục số bảy", "field": ""})
QUESTION = "nuôi chim bồ câu đưa thư"


async def put_live(database: Database, *contents: Content) -> None:
    async with database.write() as session:
        saved = [await save_draft(session, content, author="lan") for content in contents]
        await publish(session, [one.revision_id for one in saved], approver="minh")


async def gate(database: Database, *questions: tuple[str, list[str]]) -> Gate:
    await put_live(database, MARRIAGE, PIGEONS)
    async with database.write() as session:
        for question, codes in questions:
            session.add(GoldenQuestion(question=question, codes=codes, in_scope=bool(codes)))
    library = Library(database.read)
    await library.refresh()
    return Gate(database.read, library)


async def test_a_harmless_change_passes(database: Database) -> None:
    opened = await gate(database, (QUESTION, [PIGEONS.code]))

    verdict = await opened.verdict([PIGEONS.model_copy(update={"where": "Ra phường."})])

    assert verdict.passed
    assert [one.right for one in verdict.after] == [True]


async def test_a_change_that_loses_a_question_names_it(database: Database) -> None:
    opened = await gate(database, (QUESTION, [PIGEONS.code]), ("kết hôn", [MARRIAGE.code]))

    verdict = await opened.verdict([RUINED])

    assert [before.golden.question for before, _ in verdict.broke] == [QUESTION]
    assert not verdict.passed


async def test_a_change_that_finds_a_question_is_told_too(database: Database) -> None:
    opened = await gate(database, ("thả gu", [PIGEONS.code]))

    verdict = await opened.verdict([PIGEONS], {PIGEONS.code: (("thả gu",), ())})

    assert [before.golden.question for before, _ in verdict.mended] == ["thả gu"]
    assert verdict.passed


async def test_asking_changes_nothing_for_citizens(database: Database) -> None:
    library = Library(database.read)
    await put_live(database, PIGEONS)
    published = await library.refresh()

    await Gate(database.read, library).verdict([RUINED])

    assert library.current is published
    assert published.index.search(QUESTION).hits[0].code == PIGEONS.code


async def test_what_has_been_asked_is_remembered_until_the_questions_change(
    database: Database,
) -> None:
    opened = await gate(database, (QUESTION, [PIGEONS.code]))
    first = await opened.verdict([RUINED])
    again = await opened.verdict([RUINED])
    async with database.write() as session:
        session.add(GoldenQuestion(question="kết hôn", codes=[MARRIAGE.code]))
    more = await opened.verdict([RUINED])

    assert again.after is first.after
    assert len(more.after) == 2


def test_a_question_out_of_scope_is_right_unless_it_is_answered() -> None:
    index = Index.build([Entry.from_content(MARRIAGE)])
    answered = golden.ask(
        index, [Golden("1.000894", frozenset()), Golden("mai có mưa không", frozenset())]
    )

    assert [(one.right, one.action is Action.ANSWER) for one in answered] == [
        (False, True),
        (True, False),
    ]


@pytest.mark.parametrize(
    "superseded", [{"9.000009": "1.000894"}, {"9.000009": "9.000008", "9.000008": "1.000894"}]
)
def test_the_code_that_replaced_a_right_one_is_right(superseded: dict[str, str]) -> None:
    index = Index.build([Entry.from_content(MARRIAGE)])
    question = Golden("1.000894", frozenset({"9.000009"}))

    assert [one.right for one in golden.ask(index, [question], superseded)] == [True]
    assert [one.right for one in golden.ask(index, [question])] == [False]


async def test_our_questions_come_in_once_and_stay_out_when_taken_out(
    database: Database, tmp_path: Path
) -> None:
    lines = [
        {"q": "kết hôn", "codes": ["1.000894"], "facet": None, "scope": "in"},
        {"q": "mai mưa không", "codes": [], "facet": None, "scope": "out"},
    ]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (tmp_path / golden.FILE).write_text(text, encoding="utf-8")
    async with database.write() as session:
        await golden.load(session, tmp_path)
    async with database.write() as session:
        stored = (await session.exec(select(GoldenQuestion).order_by(col(GoldenQuestion.id)))).all()
        assert [one.origin for one in stored] == [Origin.STARTER, Origin.STARTER]
        stored[0].active = False
    async with database.write() as session:
        await golden.load(session, tmp_path)

    async with database.read() as session:
        assert await golden.active(session) == [Golden("mai mưa không", frozenset())]
