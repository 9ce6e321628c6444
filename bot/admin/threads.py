"""The desk of talks: officials answer citizens who asked for a person."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from sqlmodel import col, select
from starlette.responses import Response

from bot import audit, threads
from bot.admin.access import Editor, Visitor, database_of
from bot.admin.desk import Desk
from bot.admin.pages import page, read_form, redirect, typed
from bot.messages import threads as words
from bot.models import Role, Thread, ThreadStatus
from knowledge.columns import utc_now

PATH: Final = "/threads"
#: Talks shown in the list.
MOST: Final = 100
STATUSES: Final = {
    ThreadStatus.WAITING: "đang chờ cán bộ",
    ThreadStatus.LEFT: "để lại câu hỏi",
    ThreadStatus.OPEN: "đang nói chuyện",
    ThreadStatus.CLOSED: "đã kết thúc",
}

router = APIRouter()


@router.get(PATH)
async def show_list(
    request: Request, visitor: Editor, closed: Annotated[bool, Query()] = False
) -> Response:
    """List the talks that wait or go on, those waiting longest first; or those that are over."""
    query = select(Thread).limit(MOST)
    if closed:
        query = query.where(Thread.status == ThreadStatus.CLOSED).order_by(
            col(Thread.last_at).desc()
        )
    else:
        query = query.where(Thread.status != ThreadStatus.CLOSED).order_by(col(Thread.last_at))
    async with database_of(request).read() as session:
        found = (await session.exec(query)).all()
    return page(
        request, visitor, "threads/list.html", threads=found, statuses=STATUSES, closed=closed
    )


@router.get(f"{PATH}/{{thread_id:int}}")
async def show_one(request: Request, visitor: Editor, thread_id: int) -> Response:
    """Show one talk with the form to answer."""
    return await _one(request, visitor, thread_id)


@router.get(f"{PATH}/{{thread_id:int}}/messages")
async def show_messages(
    request: Request, visitor: Editor, thread_id: int, after: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """Return what was said after a message, as list items: the page's script adds them."""
    async with database_of(request).read() as session:
        thread = await _thread(request, thread_id)
        said = await threads.said_in(session, thread_id, after=after)
    return page(request, visitor, "threads/messages.html", said=said, thread=thread)


async def _one(
    request: Request, visitor: Visitor, thread_id: int, *, problem: str = "", kept: str = ""
) -> Response:
    thread = await _thread(request, thread_id)
    async with database_of(request).read() as session:
        said = await threads.said_in(session, thread_id)
    return page(
        request, visitor, "threads/one.html", status=422 if problem else 200, thread=thread,
        said=said, problem=problem, kept=kept, statuses=STATUSES,
        may_answer=thread.status is not ThreadStatus.CLOSED
        and thread.owner in ("", visitor.login),
    )  # fmt: skip


async def _thread(request: Request, thread_id: int) -> Thread:
    async with database_of(request).read() as session:
        thread = await session.get(Thread, thread_id)
    if thread is None:
        raise HTTPException(404)
    return thread


@router.post(f"{PATH}/{{thread_id:int}}")
async def answer(request: Request, visitor: Editor, thread_id: int) -> Response:
    """Say something, take the talk, or end it."""
    form = await read_form(request)
    step, text = typed(form, "step", 10), typed(form, "text", threads.LONGEST)
    await _thread(request, thread_id)
    try:
        async with database_of(request).write() as session:
            thread = await session.get(Thread, thread_id, with_for_update=True)
            assert thread is not None
            now = utc_now()
            if step == "end":
                threads.take(session, thread, login=visitor.login)
                told = words.ENDED_BY_OFFICIAL
                await threads.end(session, thread, by=visitor.login, now=now, told=told)
            elif step == "take":
                threads.take(session, thread, login=visitor.login)
            else:
                await threads.reply(
                    session, thread, text=text, login=visitor.login, name=visitor.name, now=now
                )
            await audit.write(
                session, actor=visitor.login, action=f"thread.{step or 'reply'}",
                subject=f"thread {thread_id}", where=visitor.address,
            )  # fmt: skip
    except threads.ThreadError as error:
        return await _one(request, visitor, thread_id, problem=str(error), kept=text)
    return redirect(request, f"{PATH}/{thread_id}")


DESK: Final = Desk(
    "Nói chuyện với người dân",
    PATH,
    Role.EDITOR,
    router,
    "Người dân xin gặp cán bộ: trả lời ngay tại đây.",
    threads.waiting,
)
