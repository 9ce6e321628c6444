"""Missed questions that ask the same are one group, quickly; what was settled opens when missed again."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert
from sqlmodel import select

from bot.conversation import Action
from bot.db import Database
from bot.dialogue.recording import count_missed
from bot.missed import Groups, group_new, open_groups, questions_of, settle
from bot.models import MissedQuestion, MissedStatus
from knowledge.text import fold

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


async def missed(database: Database, *questions: tuple[str, int, int]) -> None:
    async with database.write() as session:
        for question, times, days_ago in questions:
            session.add(
                MissedQuestion(
                    folded=fold(question), question=question, action=Action.ABSTAIN, times=times,
                    first_at=NOW, last_at=NOW - timedelta(days=days_ago),
                )
            )  # fmt: skip
    while await group_new(database):
        pass


async def groups(database: Database, *, newest: bool = False) -> list[tuple[str, int, int]]:
    async with database.read() as session:
        found = await open_groups(session, newest=newest, limit=10)
    return [(group.question, group.times, group.wordings) for group in found]


async def test_alike_questions_are_one_group_in_the_order_asked_for(database: Database) -> None:
    await missed(
        database,
        ("xin giấy phép nuôi cá sấu ở đâu", 3, 5),
        ("nuôi chim yến cần giấy tờ gì", 4, 1),
        ("giấy phép nuôi cá sấu xin thế nào ạ", 2, 3),
    )
    assert await groups(database) == [
        ("xin giấy phép nuôi cá sấu ở đâu", 5, 2),
        ("nuôi chim yến cần giấy tờ gì", 4, 1),
    ]
    assert (await groups(database, newest=True))[0][0] == "nuôi chim yến cần giấy tờ gì"


async def test_a_new_question_joins_its_group_later(database: Database) -> None:
    await missed(database, ("xin giấy phép nuôi cá sấu", 1, 0))
    await missed(database, ("giay phep nuoi ca sau xin o dau", 1, 0))
    assert await groups(database) == [("xin giấy phép nuôi cá sấu", 2, 2)]


async def test_settling_ends_a_group_and_missing_it_again_opens_what_was_mended(
    database: Database,
) -> None:
    for status, opens in ((MissedStatus.ALIASED, True), (MissedStatus.DISMISSED, False)):
        question = f"nuôi cá sấu {status}"
        await missed(database, (question, 1, 0))
        async with database.write() as session:
            group = (
                await session.exec(
                    select(MissedQuestion.group_id).where(MissedQuestion.question == question)
                )
            ).one()
            assert await settle(session, group or 0, status) == 1
        async with database.write() as session:
            await count_missed(session, [question], NOW)
        async with database.read() as session:
            (kept,) = await questions_of(session, group or 0)
        assert (kept.status is MissedStatus.OPEN, kept.times) == (opens, 2)
        async with database.write() as session:
            await settle(session, group or 0, MissedStatus.DISMISSED)


def test_questions_of_only_common_words_still_have_a_group() -> None:
    known = Groups([(1, "lam sao"), (2, "")])
    assert known.find("lam sao") == 1
    assert known.find("cap doi the can cuoc") is None


async def test_fifty_thousand_are_listed_within_a_page_s_time(database: Database) -> None:
    rows = [
        {
            "folded": f"cau {n}", "question": f"câu {n}", "action": "abstain", "times": n % 7 + 1,
            "first_at": NOW, "last_at": NOW - timedelta(minutes=n), "status": MissedStatus.OPEN,
            "id": n + 1, "group_id": n // 5 * 5 + 1,
        }
        for n in range(50_000)
    ]  # fmt: skip
    async with database.write() as session:
        await (await session.connection()).execute(insert(MissedQuestion), rows)
    started = time.process_time()
    listed = await groups(database)
    assert len(listed) == 10
    assert time.process_time() - started < 0.3
