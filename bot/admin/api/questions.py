"""Missed questions by the API: listed with what they would get now, taught, drafted, closed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.admin.access import database_of
from bot.admin.api.access import Reader, Writer
from bot.admin.api.bodies import Body, Reason
from bot.admin.procedures.work import doer_of, library_of, press_of
from bot.admin.questions import (
    MAX_ALIAS,
    PAGE,
    answered_now,
    begin_answer,
    put_away,
    teach,
)
from bot.missed import group_new, open_groups, questions_of
from bot.models import MissedStatus

router = APIRouter(prefix="/questions")
GroupId = Annotated[int, Path(ge=1, lt=2**31, description="Số của nhóm")]


class AnswerNow(BaseModel):
    """What a new conversation would get."""

    model_config = ConfigDict(from_attributes=True)

    what: str
    short: str
    whole: str


class GroupListed(BaseModel):
    """Questions that ask the same."""

    id: int
    question: str
    times: int
    wordings: int
    last_at: datetime
    now: AnswerNow


class Groups(BaseModel):
    """One page of the open groups."""

    groups: list[GroupListed]
    more: bool


class WordingAsked(BaseModel):
    """One wording, masked."""

    model_config = ConfigDict(from_attributes=True)

    question: str
    times: int
    status: MissedStatus
    last_at: datetime


class Meant(BaseModel):
    """A procedure that may be meant, with the probability."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    title: str
    p: float


class GroupRead(BaseModel):
    """A group: its wordings, what it would get now, and what it may mean."""

    id: int
    questions: list[WordingAsked]
    now: AnswerNow
    procedures: list[Meant]


class Taught(Body):
    """A wording of a procedure; a reason when golden questions would break."""

    code: Annotated[str, Field(max_length=40)]
    text: Annotated[str, Field(max_length=MAX_ALIAS)]
    reason: Reason = ""


class Titled(Body):
    """The name of a new procedure."""

    title: Annotated[str, StringConstraints(max_length=500)]


class Closing(Body):
    """Out of scope (kept as a golden question), or no question at all."""

    as_: Annotated[Literal["out_of_scope", "dismissed"], Field(alias="as")]


class Code(BaseModel):
    """The code of what was begun."""

    code: str


class Closed(BaseModel):
    """How many questions were still open."""

    closed: int


@router.get("", summary="Câu chưa trả lời, theo nhóm")
async def search(
    request: Request,
    _: Reader,
    order: Literal["times", "newest"] = "times",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Groups:
    """List the open groups, ten a page, each with what it would get now."""
    database = database_of(request)
    await group_new(database)
    async with database.read() as session:
        found = await open_groups(
            session, newest=order == "newest", limit=PAGE + 1, offset=(page - 1) * PAGE
        )
    listed = [
        GroupListed(
            id=one.id, question=one.question, times=one.times, wordings=one.wordings,
            last_at=one.last_at,
            now=AnswerNow.model_validate(await answered_now(request, one.question)),
        )
        for one in found[:PAGE]
    ]  # fmt: skip
    return Groups(groups=listed, more=len(found) > PAGE)


@router.get("/{group_id}", summary="Đọc một nhóm")
async def read(request: Request, _: Reader, group_id: GroupId) -> GroupRead:
    """Return the wordings of a group and the procedures it may mean."""
    async with database_of(request).read() as session:
        questions = await questions_of(session, group_id)
    if not questions:
        raise HTTPException(404)
    hits = library_of(request).current.index.search(questions[0].question).hits[:8]
    return GroupRead(
        id=group_id, questions=[WordingAsked.model_validate(one) for one in questions],
        now=AnswerNow.model_validate(await answered_now(request, questions[0].question)),
        procedures=[Meant(code=hit.code, title=hit.title, p=hit.p) for hit in hits],
    )  # fmt: skip


@router.post("/{group_id}/alias", summary="Thêm cách gọi cho một thủ tục")
async def add_alias(
    request: Request, visitor: Writer, group_id: GroupId, given: Taught
) -> GroupRead:
    """Teach a wording past the golden questions, at once, and close the group."""
    await teach(
        press_of(request), group_id, given.code, given.text, doer_of(visitor), reason=given.reason
    )
    return await read(request, visitor, group_id)


@router.post("/{group_id}/draft", status_code=201, summary="Bắt đầu thủ tục mới từ câu hỏi")
async def make_draft(request: Request, visitor: Writer, group_id: GroupId, given: Titled) -> Code:
    """Begin a procedure that answers the group, as a draft."""
    async with database_of(request).write() as session:
        code = await begin_answer(session, group_id, given.title, doer_of(visitor))
    return Code(code=code)


@router.post("/{group_id}/close", summary="Đóng nhóm")
async def close(request: Request, visitor: Writer, group_id: GroupId, given: Closing) -> Closed:
    """Close a group without teaching anything."""
    outside = given.as_ == "out_of_scope"
    async with database_of(request).write() as session:
        count = await put_away(session, group_id, doer_of(visitor), out_of_scope=outside)
    return Closed(closed=count)
