"""Contests that are open, and people who enter them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.contests import entries
from bot.contests.entries import Outcome, Who
from bot.db import Database
from bot.models import Contest, ContestEntry, ContestQuestion, ContestStatus
from bot.privacy.pseudonyms import Pseudonyms
from bot.receipts import Seal

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
NAMES = Pseudonyms((b"k" * 32,))
SEAL = Seal("SECRET", "salt$hash")
#: In each question the right choice says so, so that a test can look for it where it must not be.
RIGHT = "Đúng là thế này"


def who(channel: str = "telegram", address: str = "1") -> Who:
    return Who(channel, address, NAMES.all_of(channel, address))


async def held(
    database: Database, *, now: datetime = NOW, questions: int = 3, **settings: Any
) -> Contest:
    """An open contest of so many questions; the second choice is right."""
    async with database.write() as session:
        contest = Contest(
            **{
                "title": "Hội thi mẫu",
                "rules": "Mỗi người một bài.",
                "prizes": "Một quyển sổ.",
                "opens_at": now - timedelta(days=1),
                "closes_at": now + timedelta(days=7),
                "status": ContestStatus.APPROVED,
                **settings,
            }
        )
        session.add(contest)
        await session.flush()
        for position in range(1, questions + 1):
            session.add(
                ContestQuestion(
                    contest_id=contest.id or 0,
                    position=position,
                    text=f"Đăng ký khai sinh trong bao nhiêu ngày, cách hỏi thứ {position}?",
                    choices=["Không giới hạn", RIGHT, "Năm ngày"],
                    right_choice=1,
                    explanation="Giải thích bí mật",
                    source="Luật Hộ tịch 60/2014/QH13, Điều 15",
                )
            )
    return contest


async def taken(
    database: Database,
    contest: Contest,
    person: Who,
    nickname: str,
    *,
    right: int = 3,
    each: float = 10,
    now: datetime = NOW,
) -> ContestEntry:
    """An entry that is finished, with so many right answers and so many seconds each."""
    async with database.write() as session:
        entry = await entries.enter(session, contest, person, nickname, now=now)
        assert isinstance(entry, ContestEntry), entry
    outcome = Outcome.TAKEN
    position = 0
    while outcome is Outcome.TAKEN:
        now += timedelta(seconds=each)
        async with database.write() as session:
            choice = 1 if position < right else 0
            outcome, answered = await entries.answer(
                session, contest, person, position=position, choice=choice, seal=SEAL, now=now
            )
        position += 1
    assert outcome is Outcome.FINISHED
    assert answered is not None
    return answered
