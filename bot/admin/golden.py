"""The golden questions: officials keep them, and ask them of what is live now."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from bot import audit
from bot.admin.access import Editor, Viewer, Visitor, database_of
from bot.admin.desk import Desk
from bot.admin.pages import page, read_form, redirect, typed
from bot.admin.procedures.catalogue import titles
from bot.admin.procedures.work import Press, doer_of, gate_of, library_of, press_of
from bot.deeds import Doer
from bot.models import Role
from knowledge.golden import Answered
from knowledge.models import GoldenQuestion, Origin
from knowledge.text import fold, normalise

router = APIRouter()

#: Questions on one page.
PER_PAGE: Final = 50
#: Seconds a page waits for the questions to be asked, and after which it comes again.
PATIENCE: Final = 0.2
COME_AGAIN: Final = 2
#: Longest question and most codes of one.
LONGEST: Final = 300
MOST_CODES: Final = 10
_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-]{0,39}")


@router.get("/golden")
async def show_golden(request: Request, visitor: Viewer, q: str = "", at: int = 1) -> Response:
    """List the questions that count."""
    return await _list(request, visitor, q=q[:LONGEST], at=min(max(at, 1), 10_000))


async def _list(
    request: Request,
    visitor: Visitor,
    *,
    q: str = "",
    at: int = 1,
    given: tuple[str, str] = ("", ""),
    problem: str = "",
) -> Response:
    async with database_of(request).read() as session:
        rows = await holding(session, q)
        shown = rows[(at - 1) * PER_PAGE : at * PER_PAGE]
        names = await titles(session, [code for one in shown for code in one.codes])
    return page(
        request, visitor, "golden/list.html",
        status=422 if problem else 200, rows=shown, count=len(rows), q=q, at=at, names=names,
        pages=max(1, -(-len(rows) // PER_PAGE)), given=given, problem=problem,
    )  # fmt: skip


async def holding(session: AsyncSession, q: str) -> list[GoldenQuestion]:
    """Return the questions that count and have all words of `q`, newest first."""
    query = select(GoldenQuestion).where(col(GoldenQuestion.active).is_(True))
    every = (await session.exec(query.order_by(col(GoldenQuestion.id).desc()))).all()
    words = fold(normalise(q)).split()
    return [one for one in every if _holds(one, words)]


def _holds(one: GoldenQuestion, words: Sequence[str]) -> bool:
    text = fold(normalise(f"{one.question} {' '.join(one.codes)}"))
    return all(word in text for word in words)


@router.post("/golden")
async def add(request: Request, visitor: Editor) -> Response:
    """Add a question with its right answer."""
    form = await read_form(request)
    question, codes = typed(form, "question", 5_000), typed(form, "codes", 2_000)
    wrong = await wrong_golden(press_of(request), question, _codes(codes))
    if wrong:
        return await _list(request, visitor, given=(question, codes), problem=wrong)
    async with database_of(request).write() as session:
        await store(session, " ".join(question.split()), _codes(codes), doer_of(visitor))
    return redirect(request, "/golden", "Đã thêm câu hỏi mẫu.")


def _codes(given: str) -> list[str]:
    return list(dict.fromkeys(re.split(r"[\s,;]+", given.strip()))) if given.strip() else []


async def wrong_golden(
    press: Press, question: str, codes: Sequence[str], own: int | None = None
) -> str:
    """Return what is wrong with a question as one sentence, or ""."""
    question = " ".join(question.split())
    if not 3 <= len(question) <= LONGEST:
        return f"Câu hỏi cần từ 3 đến {LONGEST} ký tự."
    if len(codes) > MOST_CODES or not all(map(_CODE.fullmatch, codes)):
        return "Mã thủ tục không đúng. Hãy ghi mã như 1.001193, cách nhau bằng dấu phẩy."
    published = press.library.current
    unknown = [code for code in codes if published.current_code(code) is None]
    if unknown:
        return f"Mã {', '.join(unknown)} hiện không công bố. Hãy kiểm tra lại."
    async with press.database.read() as session:
        same = (
            await session.exec(select(GoldenQuestion).where(GoldenQuestion.question == question))
        ).first()
    if same is not None and same.active and same.id != own:
        return "Câu hỏi này đã có trong danh sách."
    return ""


async def store(session: AsyncSession, question: str, codes: list[str], doer: Doer) -> None:
    """Add a question, or bring back one that was taken out."""
    found = (
        await session.exec(select(GoldenQuestion).where(GoldenQuestion.question == question))
    ).first()
    found = found or GoldenQuestion(question=question, codes=codes)
    found.codes, found.in_scope, found.active = codes, bool(codes), True
    found.origin, found.author, found.created_at = Origin.EDITOR, doer.login, doer.now
    session.add(found)
    await _log(session, doer, "golden.add", question, after={"codes": codes})


@router.get("/golden/run")
async def run(request: Request, visitor: Viewer) -> Response:
    """Ask every question of what is live now and show which fail; meanwhile a page that comes again."""
    await library_of(request).refresh()
    answered = await _asked(request)
    if answered is None:
        return page(request, visitor, "golden/asking.html", again=COME_AGAIN)
    failed = [one for one in answered if not one.right]
    async with database_of(request).read() as session:
        codes = [code for one in failed for code in (*one.codes, *one.golden.codes)]
        names = await titles(session, codes)
    return page(request, visitor, "golden/run.html", answered=answered, failed=failed, names=names)


async def _asked(request: Request) -> tuple[Answered, ...] | None:
    """Return what the questions were answered, or None while they are still being asked."""
    asking: asyncio.Future[tuple[Answered, ...]] | None
    asking = getattr(request.app.state, "asking", None)
    if asking is None or asking.done():  # what was asked of this version is remembered
        asking = request.app.state.asking = asyncio.create_task(gate_of(request).now())
    await asyncio.wait([asking], timeout=PATIENCE)
    return asking.result() if asking.done() else None


@router.get("/golden/{question_id}")
async def show_one(request: Request, visitor: Editor, question_id: int) -> Response:
    """Show one question to change or remove."""
    one = await question_of(request, question_id)
    given = (one.question, ", ".join(one.codes))
    return page(request, visitor, "golden/one.html", one=one, given=given, problem="")


async def question_of(request: Request, question_id: int) -> GoldenQuestion:
    """Return one question that counts.

    Raises:
        HTTPException: 404, there is none.
    """
    async with database_of(request).read() as session:
        found = None
        if 0 < question_id < 2**31:
            found = await session.get(GoldenQuestion, question_id)
    if found is None or not found.active:
        raise HTTPException(404, "Không có câu hỏi này, hoặc vừa có người bỏ ra.")
    return found


@router.post("/golden/{question_id}")
async def change(request: Request, visitor: Editor, question_id: int) -> Response:
    """Change a question or take it out."""
    form = await read_form(request)
    one = await question_of(request, question_id)
    doer = doer_of(visitor)
    if typed(form, "do", 10) == "remove":
        async with database_of(request).write() as session:
            await take_out(session, one, doer)
        return redirect(request, "/golden", "Đã bỏ câu hỏi mẫu.")
    question, codes = " ".join(typed(form, "question", 5_000).split()), typed(form, "codes", 2_000)
    wrong = await wrong_golden(press_of(request), question, _codes(codes), one.id)
    if wrong:
        return page(
            request, visitor, "golden/one.html", status=422, one=one,
            given=(question, codes), problem=wrong,
        )  # fmt: skip
    async with database_of(request).write() as session:
        await mend(session, one, question, _codes(codes), doer)
    return redirect(request, "/golden", "Đã lưu câu hỏi mẫu.")


async def mend(
    session: AsyncSession, one: GoldenQuestion, question: str, codes: list[str], doer: Doer
) -> None:
    """Change the words or the right answer of a question."""
    if question != one.question:
        await take_out(session, one, doer)
    await store(session, question, codes, doer)


async def take_out(session: AsyncSession, one: GoldenQuestion, doer: Doer) -> None:
    """Let a question count no more; its row stays, so that no release brings it back."""
    stored = await session.get(GoldenQuestion, one.id)
    if stored is not None:
        stored.active = False
        session.add(stored)
        await _log(session, doer, "golden.remove", one.question, before={"codes": one.codes})


async def _log(
    session: AsyncSession,
    doer: Doer,
    action: str,
    question: str,
    *,
    before: Any = None,
    after: Any = None,
) -> None:
    await audit.write(
        session, actor=doer.login, action=action, subject=question,
        before=before, after=after, where=doer.where, now=doer.now,
    )  # fmt: skip


DESK: Final = Desk(
    "Câu hỏi mẫu",
    "/golden",
    Role.VIEWER,
    router,
    about="Những câu phải luôn được trả lời đúng; hỏi thử trước mỗi lần công bố.",
)
