"""The desk of missed questions: what nobody could answer, and answers that citizens call wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, cast

from fastapi import APIRouter, HTTPException, Request
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from bot import audit, deeds
from bot.admin.access import Editor, Viewer, database_of
from bot.admin.desk import Desk
from bot.admin.pages import page, read_form, redirect, typed, whole
from bot.admin.procedures.deciding import asked_with
from bot.admin.procedures.work import Press, doer_of, open_work, press_of
from bot.conversation import Action, Message, Reply
from bot.deeds import Doer, HeldError
from bot.dialogue import Dialogue, State
from bot.missed import Group, group_new, open_groups, questions_of, settle
from bot.models import Feedback, FeedbackStatus, MissedQuestion, MissedStatus, Role
from knowledge.columns import utc_now
from knowledge.content import Content
from knowledge.hours import ZONE
from knowledge.models import GoldenQuestion, Origin, Procedure
from knowledge.publishing import Phrase, PublishingError, add_phrases, save_draft
from knowledge.text import fold

router = APIRouter()

#: Groups on one page: each is asked again to show what it would get now.
PAGE: Final = 10
REMARKS: Final = 30
#: Answers kept to be shown again; each takes some kilobytes.
MOST_KEPT: Final = 500
MAX_ALIAS: Final = 200
_ACTIONS: Final = {
    Action.ANSWER: "trả lời",
    Action.CLARIFY: "hỏi lại",
    Action.ABSTAIN: "chưa biết",
    Action.REPORT: "trả lời từ báo cáo",
    Action.PLACE: "trả lời về địa danh",
    Action.OTHER: "câu trả lời khác",
}
REASONS: Final = {
    "": "không nói lý do",
    "wrong": "sai",
    "outdated": "cũ",
    "missing": "thiếu",
    "unclear": "khó hiểu",
    "other_question": "không đúng câu hỏi",
}


@dataclass(frozen=True, slots=True)
class Now:
    """What a question would get now: in a few words, and whole."""

    what: str
    short: str
    whole: str


@router.get("/questions")
async def show(request: Request, visitor: Viewer) -> Response:
    """Show the open groups of missed questions, each with what it would get now."""
    newest = request.query_params.get("order") == "newest"
    number = _number(request.query_params.get("page", "1"))
    database = database_of(request)
    await group_new(database)
    async with database.read() as session:
        groups = await open_groups(
            session, newest=newest, limit=PAGE + 1, offset=(number - 1) * PAGE
        )
        remarks = await _remarks_waiting(session)
    shown: list[tuple[Group, Now]] = [
        (group, await answered_now(request, group.question)) for group in groups[:PAGE]
    ]
    return page(request, visitor, "questions/list.html", groups=shown, newest=newest,
                number=number, more=len(groups) > PAGE, remarks=remarks)  # fmt: skip


def _number(text: str) -> int:
    return max(1, whole(text, 1, most=999_999))


async def answered_now(request: Request, question: str) -> Now:
    """Return what a new conversation would get for `question`, recording nothing.

    The same is kept until something is published or the day ends.
    """
    dialogue = _dialogue(request)
    edition = dialogue.sources.library.current.version, utc_now().astimezone(ZONE).date()
    kept: dict[Any, Now] = request.app.state.__dict__.setdefault("answered_now", {})
    known = kept.get((edition, question))
    if known is not None:
        return known
    message = Message("desk", "desk", question, introduced=True)
    reply = await dialogue.answer_fresh(message, State())
    if len(kept) >= MOST_KEPT:
        kept.clear()
    now = kept[edition, question] = Now(_ACTIONS[reply.action], _short(reply), reply.plain())
    return now


def _short(reply: Reply) -> str:
    if reply.cards:
        return reply.cards[0].title
    if reply.choices:
        return "; ".join(choice.label for choice in reply.choices[:3])
    return reply.text[:120]


def _dialogue(request: Request) -> Dialogue:
    return cast("Dialogue", request.app.state.dialogue)


@router.get("/questions/remarks")
async def show_remarks(request: Request, visitor: Viewer) -> Response:
    """Show the answers citizens called wrong, the newest first."""
    async with database_of(request).read() as session:
        remarks = (
            await session.exec(
                select(Feedback)
                .where(Feedback.status == FeedbackStatus.OPEN, col(Feedback.helpful).is_(False))
                .order_by(col(Feedback.id).desc())
                .limit(REMARKS)
            )
        ).all()
        count = await _remarks_waiting(session)
    return page(request, visitor, "questions/remarks.html", remarks=remarks, count=count,
                reasons=REASONS)  # fmt: skip


@router.post("/questions/remarks/{remark_id}")
async def settle_remark(request: Request, visitor: Editor, remark_id: int) -> Response:
    """Close a remark: the knowledge was mended, or there is nothing to mend."""
    form = await read_form(request)
    status = FeedbackStatus.DONE if typed(form, "deed") == "done" else FeedbackStatus.DISMISSED
    async with database_of(request).write() as session:
        remark = await session.get(Feedback, remark_id, with_for_update=True)
        if remark is None or remark.status is not FeedbackStatus.OPEN:
            return redirect(request, "/questions/remarks", "Góp ý này đã được xử lý.", bad=True)
        remark.status, remark.handled_by, remark.handled_at = status, visitor.login, utc_now()
        session.add(remark)
        await _log(
            session,
            doer_of(visitor),
            "feedback.settle",
            f"feedback:{remark_id}",
            status=status.value,
        )
    return redirect(request, "/questions/remarks", "Đã xử lý góp ý.")


@router.get("/questions/{group_id}")
async def show_group(request: Request, visitor: Viewer, group_id: int) -> Response:
    """Show one group: its wordings, what it would get now, and procedures it may mean."""
    async with database_of(request).read() as session:
        questions = await questions_of(session, group_id)
    if not questions:
        raise HTTPException(404)
    wanted = request.query_params.get("q", "")[:300] or questions[0].question
    published = _dialogue(request).sources.library.current
    hits = published.index.search(wanted).hits[:8]
    now = await answered_now(request, questions[0].question)
    return page(request, visitor, "questions/group.html", group_id=group_id, questions=questions,
                wanted=wanted, hits=hits, now=now, may_edit=visitor.may(Role.EDITOR),
                words=STATUS_WORDS, limit=MAX_ALIAS)  # fmt: skip


STATUS_WORDS: Final = {
    MissedStatus.OPEN: "đang chờ",
    MissedStatus.ALIASED: "đã thêm cách gọi",
    MissedStatus.DRAFTED: "đã tạo bản nháp",
    MissedStatus.OUT_OF_SCOPE: "ngoài phạm vi",
    MissedStatus.DISMISSED: "đã bỏ qua",
}


@router.post("/questions/{group_id}/alias")
async def add_alias(request: Request, visitor: Editor, group_id: int) -> Response:
    """Teach a wording of a procedure, at once, and close the group."""
    form = await read_form(request)
    code, text = typed(form, "code", 40), typed(form, "text")
    here = f"/questions/{group_id}"
    try:
        text = await teach(press_of(request), group_id, code, text, doer_of(visitor))
    except HeldError as error:
        where = f"Hoặc thêm ở trang “Cách gọi” của thủ tục {code}, nơi kể các câu đó."
        return redirect(request, here, f"{error} {where}", bad=True)
    except PublishingError as error:
        return redirect(request, here, str(error), bad=True)
    return redirect(request, here, f"Đã thêm cách gọi “{text}” cho thủ tục {code}.")


async def teach(
    press: Press, group_id: int, code: str, text: str, doer: Doer, *, reason: str = ""
) -> str:
    """Teach a wording of a procedure past the golden questions, close the group; return the wording.

    Raises:
        HTTPException: 404, there is no such group.
        HeldError: golden questions would break and no reason is given.
        PublishingError: it cannot be a wording, or there is no such procedure.
    """
    text = " ".join(text.split())
    if not 2 <= len(text) <= MAX_ALIAS or not text.isprintable():
        raise PublishingError(f"Cách gọi cần từ 2 đến {MAX_ALIAS} ký tự.")
    async with press.database.read() as session:
        await _existing(session, group_id)
        known = select(Procedure.id).where(Procedure.code == code).limit(1)
        if (await session.exec(known)).first() is None:
            raise PublishingError(f"Không có thủ tục {code}.")
        opened = await open_work(session, code)
    add = [Phrase(code, text)]
    verdict = await asked_with(press, opened, add, ())
    async with press.database.write() as session:
        await deeds.change_phrases(session, code, doer, add=add, verdict=verdict, reason=reason)
        count = await settle(session, group_id, MissedStatus.ALIASED)
        await _log(session, doer, "question.alias", f"question:{group_id}", code=code, count=count)
    await press.show(verdict)
    return text


@router.post("/questions/{group_id}/draft")
async def make_draft(request: Request, visitor: Editor, group_id: int) -> Response:
    """Begin a procedure that answers the group, as a draft."""
    form = await read_form(request)
    here = f"/questions/{group_id}"
    try:
        async with database_of(request).write() as session:
            title = typed(form, "title", 500)
            code = await begin_answer(session, group_id, title, doer_of(visitor))
    except PublishingError as error:
        return redirect(request, here, str(error), bad=True)
    return redirect(request, here, f"Đã tạo bản nháp {code}. Hãy soạn tiếp ở bàn thủ tục.")


async def begin_answer(session: AsyncSession, group_id: int, title: str, doer: Doer) -> str:
    """Begin a procedure that answers the group, as a draft; return its code.

    Raises:
        HTTPException: 404, there is no such group.
        PublishingError: the title is too short.
    """
    title = " ".join(title.split())
    if len(title) < 3:
        raise PublishingError("Hãy ghi tên thủ tục, ít nhất 3 ký tự.")
    questions = await _existing(session, group_id)
    code = _code(title, group_id)
    await save_draft(session, Content(code=code, title=title), author=doer.login,
                     note="Từ câu chưa trả lời")  # fmt: skip
    examples = [Phrase(code, one.question) for one in questions[:5]]
    await add_phrases(session, examples, origin=Origin.EDITOR, author=doer.login)
    await settle(session, group_id, MissedStatus.DRAFTED)
    await _log(session, doer, "procedure.draft", f"procedure:{code}", group=group_id)
    return code


def _code(title: str, group_id: int) -> str:
    """Return a code of our own: MC-, words of the title, the group."""
    words = re.findall(r"[a-z0-9]+", fold(title).lower())
    return f"MC-{'-'.join(words)[:28].strip('-')}-{group_id}"


@router.post("/questions/{group_id}/close")
async def close(request: Request, visitor: Editor, group_id: int) -> Response:
    """Close a group without teaching anything: out of scope (kept as a golden question), or no question."""
    form = await read_form(request)
    outside = typed(form, "deed") == "out_of_scope"
    async with database_of(request).write() as session:
        count = await put_away(session, group_id, doer_of(visitor), out_of_scope=outside)
    said = "Nhóm câu hỏi này đã đóng trước đó." if not count else f"Đã đóng {count} câu hỏi."
    return redirect(request, "/questions", said)


async def put_away(session: AsyncSession, group_id: int, doer: Doer, *, out_of_scope: bool) -> int:
    """Close a group without teaching anything; return how many questions were open.

    What is out of scope is kept as a golden question, so that it stays unanswered.

    Raises:
        HTTPException: 404, there is no such group.
    """
    status = MissedStatus.OUT_OF_SCOPE if out_of_scope else MissedStatus.DISMISSED
    questions = await _existing(session, group_id)
    if out_of_scope:
        await _keep_as_golden(session, questions[0].question)
    count = await settle(session, group_id, status)
    await _log(session, doer, "question.close", f"question:{group_id}", status=status.value)
    return count


async def _keep_as_golden(session: AsyncSession, question: str) -> None:
    """Have every change tested for still not answering `question`."""
    known = select(GoldenQuestion.id).where(GoldenQuestion.question == question)
    if (await session.exec(known)).first() is None:
        session.add(GoldenQuestion(question=question, codes=[], in_scope=False))


async def _existing(session: AsyncSession, group_id: int) -> list[MissedQuestion]:
    questions = await questions_of(session, group_id)
    if not questions:
        raise HTTPException(404)
    return list(questions)


async def _log(
    session: AsyncSession, doer: Doer, action: str, subject: str, **after: object
) -> None:
    await audit.write(session, actor=doer.login, action=action, subject=subject, after=after,
                      where=doer.where, now=doer.now)  # fmt: skip


async def _remarks_waiting(session: AsyncSession) -> int:
    query = select(func.count()).where(
        Feedback.status == FeedbackStatus.OPEN, col(Feedback.helpful).is_(False)
    )
    return (await session.exec(query)).one()


async def _waiting(session: AsyncSession) -> int:
    groups = select(func.count(func.distinct(MissedQuestion.group_id))).where(
        MissedQuestion.status == MissedStatus.OPEN
    )
    return (await session.exec(groups)).one() + await _remarks_waiting(session)


DESK: Final = Desk(
    "Câu chưa trả lời", "/questions", Role.VIEWER, router,
    "Câu dân hỏi mà trợ lý chưa biết, và câu trả lời bị chê; thêm cách gọi, tạo nháp, đóng.",
    _waiting,
)  # fmt: skip
