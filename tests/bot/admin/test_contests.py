"""The contest desk and its public pages end to end: two officials, a citizen, a printed certificate."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from bot.contests.sheet import COLUMNS
from bot.db import Database
from bot.models import Contest, ContestEntry, ContestStatus, Role
from bot.receipts import hash_secret
from bot.settings import Settings
from bot.sheets import line
from knowledge.columns import utc_now
from tests.bot.admin.conftest import Desk
from tests.bot.contests.making import RIGHT, held, taken, who
from tests.conftest import stored_bytes

HARMFUL = "<script>alert(1)</script>"
SETTINGS = {
    "title": f"Thi tìm hiểu {HARMFUL}",
    "rules": "Mỗi người một bài.",
    "prizes": "",
    "opens_at": "2026-01-01T08:00",
    "closes_at": "2026-01-02T08:00",
}
QUESTION = {
    "text": "Khai sinh trong bao nhiêu ngày?", "choice0": "30", "choice1": "", "choice2": "60",
    "right": "2", "explanation": "Luật ghi 60 ngày.", "source": "Luật Hộ tịch, Điều 15",
}  # fmt: skip


def soon(**later: float) -> str:
    return (utc_now() + timedelta(hours=7, **later)).strftime("%Y-%m-%dT%H:%M")


def written(client: TestClient, **settings: str) -> str:
    """The path of a new draft."""
    form = {**SETTINGS, "opens_at": soon(days=-1), "closes_at": soon(days=1), **settings}
    return str(client.post("/admin/contests/new", data=form).headers["location"])


def stored(settings: Settings, path: str) -> Contest:
    async def load() -> Contest:
        database = Database(settings.url)
        async with database.read() as session:
            found = await session.get(Contest, int(path.rsplit("/", 1)[1]))
        await database.close()
        assert found is not None
        return found

    return asyncio.run(load())


def test_a_contest_is_written_by_one_and_approved_by_another(
    desk: Desk, settings: Settings
) -> None:
    editor, approver = desk(Role.EDITOR), desk(Role.APPROVER)
    path = written(approver)
    early = approver.post(f"{path}/submit").status_code
    assert stored(settings, path).status is ContestStatus.DRAFT
    assert editor.post(f"{path}/questions/0", data=QUESTION).status_code == 303
    approver.post(f"{path}/submit")  # who submits counts as the author
    page = approver.get(path).text
    own = approver.post(f"{path}/judge", data={"step": "approve"})
    still = stored(settings, path).status
    returned = approver.post(f"{path}/judge", data={"step": "return", "reason": "Thiếu nguồn"})
    editor.post(f"{path}/submit")
    approver.post(f"{path}/judge", data={"step": "approve"})

    assert (early, own.status_code, returned.status_code) == (303, 303, 303)
    assert "Chờ một người khác" in page
    assert HARMFUL not in page
    assert (still, stored(settings, path).status) == ("in_review", "approved")
    late = editor.post(f"{path}/questions/0", data=QUESTION)
    assert "đã duyệt" in approver.get(late.headers["location"]).text


def test_wrong_settings_and_questions_are_shown_again(desk: Desk) -> None:
    editor = desk(Role.EDITOR)
    backwards = editor.post(
        "/admin/contests/new", data=SETTINGS | {"closes_at": "2025-01-01T08:00"}
    )
    nonsense = editor.post("/admin/contests/new", data=SETTINGS | {"opens_at": "mai"})
    path = written(editor)
    question = editor.post(f"{path}/questions/0", data=QUESTION | {"right": "1", "source": ""})

    assert (backwards.status_code, nonsense.status_code, question.status_code) == (422, 422, 422)
    assert "Giờ đóng phải sau giờ mở" in backwards.text
    assert "“mai” không đúng" in nonsense.text
    assert "Hãy ghi nguồn" in question.text
    assert "Hãy chọn đáp án đúng" in question.text
    assert "Luật ghi 60 ngày." in question.text


def test_questions_come_from_a_file_whole_or_not_at_all(desk: Desk) -> None:
    editor = desk(Role.EDITOR)
    path = written(editor)
    good = ("Ai ký?", "Chủ tịch", "Công chức", "", "", "", "", "A", "x", "Điều 7")
    bad = (*good[:7], "F", "x", "Điều 7")

    def send(name: str, *rows: tuple[str, ...]) -> str:
        raw = "".join(line(row) for row in (COLUMNS, *rows))
        file = {"file": (name, raw.encode(), "text/csv")}
        answer = editor.post(f"{path}/import", files=file)
        return answer.text or editor.get(path).text

    wrong = send("hoi.csv", good, bad)
    assert "Dòng 3: Hãy chọn đáp án đúng" in wrong
    assert "Câu hỏi (0)" in wrong
    assert "Chỉ nhận tệp" in send("hoi.exe", good)
    assert "Đã thêm 1 câu hỏi." in send("hoi.csv", good)
    assert "Ai ký?,Chủ tịch,Công chức" in editor.get(f"{path}/questions.csv").text
    assert "Đáp án: Chủ tịch" in editor.get(f"{path}/preview").text


@pytest.fixture
def contest(anyone: TestClient, settings: Settings) -> Contest:
    """An open contest with two entries that are finished and one that is not ranked."""

    async def make() -> Contest:
        database, now = Database(settings.url), utc_now()
        made = await held(database, now=now, title=f"Hội thi {HARMFUL}")
        await taken(database, made, who(address=f"c{made.id}-1"), "Sóc Nâu", right=2, now=now)
        await taken(database, made, who(address=f"c{made.id}-2"), "Sóc Xám", right=3, now=now)
        await taken(database, made, who("web", f"c{made.id}"), "Khách", right=3, now=now)
        async with database.write() as session:
            query = select(ContestEntry).where(ContestEntry.contest_id == made.id)
            for entry in await session.exec(query.order_by(col(ContestEntry.id))):
                entry.secret_hash = await hash_secret("7KQ3XN4C")
                session.add(entry)
        await database.close()
        return made

    return asyncio.run(make())


def closed(settings: Settings, contest: Contest) -> None:
    async def close() -> None:
        database = Database(settings.url)
        async with database.write() as session:
            found = await session.get(Contest, contest.id)
            assert found is not None
            found.closes_at = utc_now() - timedelta(minutes=1)
            session.add(found)
        await database.close()

    asyncio.run(close())


def test_the_public_page_keeps_places_and_answers_until_it_is_over(
    anyone: TestClient, settings: Settings, contest: Contest
) -> None:
    open_ = anyone.get(f"/hoi-thi/{contest.id}").text
    closed(settings, contest)
    over = anyone.get(f"/hoi-thi/{contest.id}").text

    assert "3 người đã vào thi, 3 người đã nộp bài" in open_
    assert not [word for word in (RIGHT, "Giải thích bí mật", "Sóc Xám", HARMFUL) if word in open_]
    assert re.findall(r"<tr><td>(\d)</td><td>([^<]+)</td>", over) == [
        ("1", "Sóc Xám"),
        ("2", "Sóc Nâu"),
    ]
    assert f"Đáp án: {RIGHT}" in over
    assert "Hội thi &lt;script&gt;" in anyone.get("/hoi-thi").text
    assert anyone.get("/hoi-thi/99999999999").status_code == 404


def test_a_draft_is_nobodys_business(anyone: TestClient, desk: Desk) -> None:
    path = written(desk(Role.EDITOR))

    assert anyone.get(f"/hoi-thi/{path.rsplit('/', 1)[1]}").status_code == 404


def test_the_desk_counts_and_exports_nicknames_only(
    desk: Desk, anyone: TestClient, contest: Contest
) -> None:
    editor = desk(Role.EDITOR)
    page = editor.get(f"/admin/contests/{contest.id}").text
    sheet = editor.get(f"/admin/contests/{contest.id}/ranking.csv").text

    assert "3, trong đó 2 có tài khoản" in page
    assert "% trả lời đúng" in page
    assert [row.split(",")[:3] for row in sheet.splitlines()[1:]] == [
        ["1", "Sóc Xám", "3"],
        ["2", "Sóc Nâu", "2"],
    ]
    assert f"c{contest.id}-1" not in sheet


def test_a_stopped_contest_says_why(desk: Desk, anyone: TestClient, contest: Contest) -> None:
    approver = desk(Role.APPROVER)
    path = f"/admin/contests/{contest.id}"
    approver.post(f"{path}/judge", data={"step": "stop", "reason": ""})
    assert "Đang mở" in anyone.get(f"/hoi-thi/{contest.id}").text
    approver.post(f"{path}/judge", data={"step": "stop", "reason": "Lộ đề"})

    assert "đã dừng hội thi: Lộ đề" in anyone.get(f"/hoi-thi/{contest.id}").text


def test_a_certificate_needs_both_codes_and_keeps_no_name(
    anyone: TestClient, settings: Settings, contest: Contest
) -> None:
    async def code() -> str:
        database = Database(settings.url)
        async with database.read() as session:
            query = select(ContestEntry.code).where(
                ContestEntry.contest_id == contest.id, ContestEntry.nickname == "Sóc Xám"
            )
            found = (await session.exec(query)).one()
        await database.close()
        return str(found)

    receipt = asyncio.run(code())
    path = "/hoi-thi/giay-chung-nhan"
    right = {"code": receipt.lower(), "secret": "7kq3 xn4c"}
    wrong = anyone.post(path, data={"code": receipt, "secret": "7KQ3XN4A"})
    named = anyone.post(path, data=right | {"name": "Nàng <b>Mơ Tuyết</b>"})
    plain = anyone.post(path, data=right)
    closed(settings, contest)
    placed = anyone.post(path, data=right)
    guesses = [
        anyone.post(path, data={"code": receipt, "secret": "X"}).status_code for _ in range(7)
    ]

    assert wrong.status_code == 400
    assert receipt not in wrong.text
    assert "Nàng &lt;b&gt;Mơ Tuyết&lt;/b&gt;" in named.text
    assert named.headers["cache-control"] == "no-store"
    assert "Sóc Xám" in plain.text
    assert "Hạng" not in plain.text
    assert "Hạng 1 trong 2 bài" in placed.text
    assert guesses == [400] * 5 + [429] * 2
    assert "Mơ Tuyết".encode() not in stored_bytes(settings.data_dir)
