"""A database in which every desk has something to show, and officials to work at them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import officials
from bot.db import Database
from bot.imports.packing import pack
from bot.models import (
    Announcement,
    Contest,
    ContestQuestion,
    ContestStatus,
    DossierLoad,
    Feedback,
    ImportJob,
    ImportRow,
    JobKind,
    JobStatus,
    MissedQuestion,
    Petition,
    Role,
    RowOutcome,
    Thread,
    ThreadMessage,
)
from knowledge.columns import utc_now
from knowledge.content import Content, Override
from knowledge.importing import Draft
from knowledge.publishing import find_procedure, save_edit, save_override_edit, work_on

#: Officials of the running assistant, their roles and the one password.
PASSWORD: Final = "bốn con ngựa ăn cỏ"
OFFICIALS: Final = {"quantri": Role.ADMIN, "duyet": Role.APPROVER, "soan": Role.EDITOR}
#: A procedure whose edit waits for an approver, and a province with terms of its own.
EDITED: Final = "1.000894"
PROVINCE: Final = "87"


async def fill(database: Database, lasts: timedelta = timedelta(hours=1)) -> dict[str, str]:
    """Add officials and one of everything; return the token of a session for each login."""
    hashed, now = await officials.hash_password(PASSWORD), utc_now()
    tokens = {}
    async with database.write() as session:
        for login, role in OFFICIALS.items():
            official = await officials.add(
                session, login=login, name=f"Cán bộ {login}", roles=[role],
                password_hash=hashed, actor="test", now=now,
            )  # fmt: skip
            tokens[login] = await officials.open_session(
                session, official, address="127.0.0.1", browser="test",
                lasts=lasts, now=now,
            )  # fmt: skip
        live = (await work_on(session, await find_procedure(session, EDITED))).live
        assert live is not None
        content = Content.model_validate(live.content)
        edited = content.model_copy(update={"summary": "Làm tại nơi một trong hai người cư trú."})
        await save_edit(session, edited, author="soan", base=live.id, now=now)
        await save_override_edit(
            session, EDITED, PROVINCE, Override(), author="soan", base=None, now=now
        )
        _add_rows(session)
        _add_jobs(session)
    return tokens


def _add_rows(session: AsyncSession) -> None:
    """Add what waits at the desks of questions, petitions, talks and announcements."""
    missed = MissedQuestion(
        id=1, folded="to khai tham ho", question="tờ khai thăm họ", action="abstain", group_id=1
    )
    thread = Thread(id=1, channel="web", address="browser", centre="Xã Hòa Long")
    session.add_all([
        missed,
        Feedback(turn_id=1, channel="web", helpful=False, comment="cũ rồi", question="phí?"),
        Announcement(id=1, title="Nghỉ lễ", text="Bộ phận một cửa nghỉ ngày 01/01.", author="soan"),
        Petition(
            id=1, code="PA-7KQ3-XN4C", secret_hash="", channel="web", text="Chờ lâu quá.",
            consent_version="1", fingerprint="browser", due_on=date(2026, 12, 31),
        ),
        thread,
        DossierLoad(
            id=1, name="hồ sơ.csv", author="quantri", good=1, bad=1, days=7,
            problems=["Dòng 3: thiếu trạng thái"], expires_at=utc_now() + timedelta(days=7),
        ),
    ])  # fmt: skip
    session.add(ThreadMessage(thread_id=1, by="citizen", text="Cho tôi hỏi"))
    _add_contests(session)


def _add_contests(session: AsyncSession) -> None:
    """Add a contest that is being written and one that is over."""
    now = utc_now()
    for number, status in enumerate((ContestStatus.DRAFT, ContestStatus.APPROVED), 1):
        session.add(
            Contest(
                id=number, title="Hội thi thử", rules="Một bài.", status=status, author="soan",
                opens_at=now - timedelta(days=2), closes_at=now - timedelta(days=1),
            )
        )  # fmt: skip
        session.add(
            ContestQuestion(
                id=number, contest_id=number, position=1, text="Khai sinh trong bao nhiêu ngày?",
                choices=["30", "60"], right_choice=1, explanation="60 ngày", source="Luật Hộ tịch",
            )
        )  # fmt: skip


def _add_jobs(session: AsyncSession) -> None:
    """Add a file that was read and waits for a decision, and a report that could not be read."""
    new = Content(code="9.000001", title="Thủ tục thử nhận từ tệp", field="Hộ tịch")
    session.add_all([
        ImportJob(
            id=1, name="thử.jsonl", stored_as="", size=10, format="own", status=JobStatus.READY,
            share=1.0, records=1, author="soan",
        ),
        ImportJob(
            id=2, kind=JobKind.REPORT, name="báo cáo.txt", stored_as="", size=10, author="soan",
            status=JobStatus.FAILED, error="Không đọc được.",
        ),
    ])  # fmt: skip
    session.add(
        ImportRow(
            id=1, job_id=1, record=1, code=new.code, title=new.title, field=new.field,
            outcome=RowOutcome.NEW, packed=pack(Draft(source="thử", content=new)),
        )
    )  # fmt: skip
