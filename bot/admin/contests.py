"""The contest desk: write questions with their sources, have them approved, follow who takes part."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from bot import audit
from bot.admin.access import Approver, Editor, Visitor, database_of
from bot.admin.desk import Desk
from bot.admin.pages import page, read_form, redirect, typed, whole
from bot.admin.sheets import csv_response
from bot.contests import entries, lifecycle, sheet
from bot.contests.lifecycle import LONGEST, MOST_CHOICES, ContestError, Doer
from bot.deeds import needs_second_person
from bot.messages import contests as words
from bot.models import Contest, ContestEntry, ContestQuestion, ContestStatus, Role
from knowledge.columns import utc_now
from knowledge.hours import ZONE

PATH: Final = "/contests"
PAGE: Final = 50
#: Places shown; the sheet has all.
TOP: Final = 20
#: Entries from which it is told how many have a question right.
SAMPLE: Final = 5_000
_ONE: Final = f"{PATH}/{{contest_id:int}}"
_RANKING_HEAD: Final = ("Hạng", "Biệt danh", "Đúng", "Giây", "Nộp lúc", "Mã bài thi")

router = APIRouter()


def _doer(visitor: Visitor) -> Doer:
    return Doer(visitor.login, visitor.address, utc_now())


async def _waiting(session: AsyncSession) -> int:
    waits = select(func.count()).where(Contest.status == ContestStatus.IN_REVIEW)
    return (await session.exec(waits)).one()


async def _contest(session: AsyncSession, contest_id: int, *, lock: bool = False) -> Contest:
    found = await (
        lifecycle.lock(session, contest_id) if lock else session.get(Contest, contest_id)
    )
    if found is None:
        raise HTTPException(404)
    return found


# --- Seeing ----------------------------------------------------------------------------------------


@router.get(PATH)
async def show_list(request: Request, visitor: Editor) -> Response:
    """List contests, newest first, with how many take part."""
    async with database_of(request).read() as session:
        query = select(Contest).order_by(col(Contest.id).desc()).limit(PAGE)
        found = (await session.exec(query)).all()
        counts = {one.id: await entries.counts(session, one.id or 0) for one in found}
    return page(
        request, visitor, "contests/list.html",
        contests=found, counts=counts, now=utc_now(), words=words,
    )  # fmt: skip


@router.get(_ONE)
async def show_one(request: Request, visitor: Editor, contest_id: int) -> Response:
    """Show one contest: its forms while it is a draft, then what it is and who takes part."""
    async with database_of(request).read() as session:
        contest = await _contest(session, contest_id)
    return await _one_page(request, visitor, contest, [])


async def _one_page(
    request: Request, visitor: Visitor, contest: Contest, problems: Sequence[str]
) -> Response:
    now = utc_now()
    async with database_of(request).read() as session:
        questions = await entries.questions_of(session, contest.id or 0) if contest.id else ()
        counts = await entries.counts(session, contest.id or 0)
        placed = await entries.ranking(session, contest, limit=TOP) if counts.finished else []
        shares = await _shares(session, contest) if counts.finished else {}
        second = await needs_second_person(session)
    return page(
        request, visitor, "contests/one.html", status=422 if problems else 200,
        one=contest, questions=questions, counts=counts, placed=placed, shares=shares,
        problems=problems, wrong=lifecycle.wrong_with(contest, questions, now) if contest.id else [],
        now=now, words=words, local=_local, longest=LONGEST, columns=sheet.COLUMNS,
        may_approve=visitor.may(Role.APPROVER) and not (second and contest.author == visitor.login),
    )  # fmt: skip


async def _shares(session: AsyncSession, contest: Contest) -> dict[int, float]:
    """Return for each question the share of the newest finished entries that have it right."""
    questions = await entries.questions_of(session, contest.id or 0)
    right = {one.id: one.right_choice for one in questions}
    query = select(ContestEntry.answers).where(
        ContestEntry.contest_id == contest.id, col(ContestEntry.finished_at).is_not(None)
    )
    query = query.order_by(col(ContestEntry.id).desc()).limit(SAMPLE)
    asked, hits = Counter[int](), Counter[int]()
    for answers in await session.exec(query):
        for given in answers:
            asked[given["question"]] += 1
            hits[given["question"]] += right.get(given["question"]) == given["choice"]
    return {number: hits[number] / count for number, count in asked.items()}


@router.get(f"{_ONE}/preview")
async def preview(request: Request, visitor: Editor, contest_id: int) -> Response:
    """Show the rules and questions as citizens read them, with what they read when it is over."""
    async with database_of(request).read() as session:
        contest = await _contest(session, contest_id)
        questions = await entries.questions_of(session, contest_id)
    return page(
        request, visitor, "contests/preview.html", one=contest, questions=questions, words=words
    )


# --- Writing ---------------------------------------------------------------------------------------


@router.get(f"{PATH}/new")
async def show_new(request: Request, visitor: Editor) -> Response:
    """Show the empty form."""
    return await _one_page(request, visitor, _blank(), [])


def _blank() -> Contest:
    morning = utc_now().astimezone(ZONE).replace(hour=8, minute=0, second=0, microsecond=0)
    week = morning + timedelta(days=1), morning + timedelta(days=15)
    return Contest(title="", opens_at=week[0], closes_at=week[1])


@router.post(f"{PATH}/new")
async def create(request: Request, visitor: Editor) -> Response:
    """Store a new draft."""
    return await _save(request, visitor, None)


@router.post(_ONE)
async def save(request: Request, visitor: Editor, contest_id: int) -> Response:
    """Change the settings of a draft, or show what is wrong with what was typed kept."""
    return await _save(request, visitor, contest_id)


async def _save(request: Request, visitor: Visitor, contest_id: int | None) -> Response:
    form = await read_form(request)
    try:
        async with database_of(request).write() as session:
            contest = await _contest(session, contest_id, lock=True) if contest_id else _blank()
            problems = _read_settings(form, contest)
            if not problems:
                await lifecycle.save(session, contest, _doer(visitor))
            else:
                session.expunge_all()  # what was typed is shown again, and not stored
    except ContestError as error:
        return redirect(request, f"{PATH}/{contest_id}", str(error), bad=True)
    if problems:
        return await _one_page(request, visitor, contest, problems)
    return redirect(request, f"{PATH}/{contest.id}", "Đã lưu bản nháp.")


def _read_settings(form: FormData, contest: Contest) -> list[str]:
    """Put what was typed into a contest; return what is wrong."""
    problems: list[str] = []
    for name in ("title", "rules", "prizes"):
        text = typed(form, name, LONGEST[name]).replace("\r\n", "\n")
        setattr(contest, name, " ".join(text.split()) if name == "title" else text)
    contest.ranks_pages = typed(form, "ranks_pages") == "on"
    contest.shows_scores = typed(form, "shows_scores") == "on"
    for name, what in (("opens_at", "Giờ mở"), ("closes_at", "Giờ đóng")):
        said = typed(form, name, 40)
        try:
            moment = datetime.fromisoformat(said).replace(tzinfo=ZONE)
        except ValueError:
            problems.append(words.BAD_MOMENT.format(what=what, said=said))
        else:
            setattr(contest, name, moment)
    return problems or lifecycle.wrong_settings(contest)


def _local(moment: datetime) -> str:
    """Return a moment as a datetime-local field holds it."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


@router.get(f"{_ONE}/questions/{{question_id:int}}")
async def show_question(
    request: Request, visitor: Editor, contest_id: int, question_id: int
) -> Response:
    """Show one question in its form; 0 is a new one."""
    async with database_of(request).read() as session:
        contest = await _contest(session, contest_id)
        question = await _question(session, contest_id, question_id)
    return _question_page(request, visitor, contest, question, [])


async def _question(session: AsyncSession, contest_id: int, question_id: int) -> ContestQuestion:
    if question_id == 0:
        return ContestQuestion(
            contest_id=contest_id, position=0, text="", choices=[], right_choice=-1
        )
    found = await session.get(ContestQuestion, question_id)
    if found is None or found.contest_id != contest_id:
        raise HTTPException(404)
    return found


def _question_page(
    request: Request,
    visitor: Visitor,
    contest: Contest,
    question: ContestQuestion,
    problems: Sequence[str],
) -> Response:
    return page(
        request, visitor, "contests/question.html", status=422 if problems else 200,
        one=contest, question=question, problems=problems, most=MOST_CHOICES, longest=LONGEST,
    )  # fmt: skip


@router.post(f"{_ONE}/questions/{{question_id:int}}")
async def save_question(
    request: Request, visitor: Editor, contest_id: int, question_id: int
) -> Response:
    """Add, change or take out a question of a draft."""
    form = await read_form(request)
    removes = typed(form, "do", 10) == "remove" and question_id != 0
    problems: list[str] = []
    try:
        async with database_of(request).write() as session:
            contest = await _contest(session, contest_id, lock=True)
            question = await _question(session, contest_id, question_id)
            if removes:
                await lifecycle.drop_question(session, contest, question, _doer(visitor))
            else:
                _read_question(form, question)
                problems = lifecycle.wrong_question(question)
                if problems:
                    session.expunge_all()
                else:
                    await lifecycle.put_question(session, contest, question, _doer(visitor))
    except ContestError as error:
        return redirect(request, f"{PATH}/{contest_id}", str(error), bad=True)
    if problems:
        return _question_page(request, visitor, contest, question, problems)
    said = "Đã bỏ câu hỏi." if removes else "Đã lưu câu hỏi."
    return redirect(request, f"{PATH}/{contest_id}", said)


def _read_question(form: FormData, question: ContestQuestion) -> None:
    question.text = " ".join(typed(form, "text", 2_000).split())
    given = [" ".join(typed(form, f"choice{n}", 1_000).split()) for n in range(MOST_CHOICES)]
    right = typed(form, "right", 2)
    chosen = whole(right, -1, most=MOST_CHOICES - 1)
    # Empty fields between others are left out, and the right one moves up with its words.
    question.right_choice = sum(map(bool, given[:chosen])) if chosen >= 0 and given[chosen] else -1
    question.choices = [choice for choice in given if choice]
    question.explanation = typed(form, "explanation", 5_000)
    question.source = typed(form, "source", 2_000)


@router.post(f"{_ONE}/import")
async def take_file(request: Request, visitor: Editor, contest_id: int) -> Response:
    """Add the questions of a CSV or XLSX, all of them or none."""
    form = await read_form(request)
    upload = form.get("file")
    async with database_of(request).read() as session:
        contest = await _contest(session, contest_id)
    if not isinstance(upload, UploadFile) or not upload.filename:
        return await _one_page(request, visitor, contest, ["Anh/chị chưa chọn tệp."])
    try:
        questions = await asyncio.to_thread(
            _read_file, await upload.read(), PurePosixPath(upload.filename).suffix, contest_id
        )
        async with database_of(request).write() as session:
            stored = await _contest(session, contest_id, lock=True)
            await lifecycle.take_in(session, stored, questions, _doer(visitor))
    except sheet.SheetError as error:
        return await _one_page(request, visitor, contest, error.problems)
    except ContestError as error:
        return redirect(request, f"{PATH}/{contest_id}", str(error), bad=True)
    finally:
        await form.close()
    return redirect(request, f"{PATH}/{contest_id}", f"Đã thêm {len(questions)} câu hỏi.")


def _read_file(raw: bytes, suffix: str, contest_id: int) -> list[ContestQuestion]:
    """Return the questions of an uploaded file; the readers want it on disk."""
    if suffix.lower() not in (".csv", ".xlsx"):
        raise sheet.SheetError(["Chỉ nhận tệp .csv hoặc .xlsx."])
    with NamedTemporaryFile(prefix="cau-hoi-", suffix=suffix.lower()) as file:
        file.write(raw)
        file.flush()
        return sheet.read(Path(file.name), contest_id)


# --- Deciding --------------------------------------------------------------------------------------


@router.post(f"{_ONE}/submit")
async def submit(request: Request, visitor: Editor, contest_id: int) -> Response:
    """Hand a draft to an approver, or delete it."""
    form = await read_form(request)
    discards = typed(form, "do", 10) == "discard"
    try:
        async with database_of(request).write() as session:
            contest = await _contest(session, contest_id, lock=True)
            step = lifecycle.discard if discards else lifecycle.submit
            await step(session, contest, _doer(visitor))
    except ContestError as error:
        return redirect(request, f"{PATH}/{contest_id}", str(error), bad=True)
    if discards:
        return redirect(request, PATH, "Đã xóa bản nháp.")
    return redirect(request, f"{PATH}/{contest_id}", "Đã gửi duyệt.")


@router.post(f"{_ONE}/judge")
async def judge(request: Request, visitor: Approver, contest_id: int) -> Response:
    """Approve, return or stop a contest."""
    form = await read_form(request)
    step, reason, doer = typed(form, "step", 20), typed(form, "reason", 500), _doer(visitor)
    try:
        async with database_of(request).write() as session:
            contest = await _contest(session, contest_id, lock=True)
            match step:
                case "approve":
                    second = await needs_second_person(session)
                    await lifecycle.approve(session, contest, doer, second_person=second)
                    said = "Đã duyệt. Hội thi mở đúng giờ đã ghi."
                case "return":
                    await lifecycle.send_back(session, contest, doer, reason=reason)
                    said = "Đã trả lại người soạn."
                case "stop":
                    await lifecycle.stop(session, contest, doer, reason=reason)
                    said = "Đã dừng hội thi."
                case _:
                    raise HTTPException(404)
    except ContestError as error:
        return redirect(request, f"{PATH}/{contest_id}", str(error), bad=True)
    return redirect(request, f"{PATH}/{contest_id}", said)


# --- Taking away -----------------------------------------------------------------------------------


@router.get(f"{_ONE}/questions.csv")
async def export_questions(request: Request, visitor: Editor, contest_id: int) -> Response:  # noqa: ARG001
    """Return the questions as the table that can be taken in again."""
    async with database_of(request).read() as session:
        await _contest(session, contest_id)
        questions = await entries.questions_of(session, contest_id)

    async def rows() -> AsyncIterator[tuple[str, ...]]:
        for row in sheet.write(questions):
            yield row

    return csv_response(f"cau-hoi-{contest_id}.csv", sheet.COLUMNS, rows())


@router.get(f"{_ONE}/ranking.csv")
async def export_ranking(request: Request, visitor: Editor, contest_id: int) -> Response:
    """Return the ranking: nicknames, never who they are."""
    async with database_of(request).write() as session:
        contest = await _contest(session, contest_id)
        placed = await entries.ranking(session, contest)
        await audit.write(
            session, actor=visitor.login, action="contest.export", subject=f"contest:{contest_id}",
            where=visitor.address,
        )  # fmt: skip

    async def rows() -> AsyncIterator[tuple[object, ...]]:
        for one in placed:
            entry = one.entry
            assert entry.finished_at is not None
            day = f"{entry.finished_at.astimezone(ZONE):%d/%m/%Y %H:%M}"
            yield one.place, entry.nickname, entry.score, entry.seconds, day, entry.code

    return csv_response(f"xep-hang-{contest_id}.csv", _RANKING_HEAD, rows())


DESK: Final = Desk(
    "Hội thi", PATH, Role.EDITOR, router,
    "Soạn, duyệt hội thi tìm hiểu thủ tục và cải cách; xem ai dự, xếp hạng.", _waiting,
)  # fmt: skip
