"""Golden questions by the API: listed, kept, and asked of what is live."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from bot.admin.access import database_of
from bot.admin.api.access import Reader, Writer
from bot.admin.api.bodies import Body
from bot.admin.api.problems import Kind, Problem
from bot.admin.golden import (
    LONGEST,
    MOST_CODES,
    PER_PAGE,
    holding,
    mend,
    question_of,
    store,
    take_out,
    wrong_golden,
)
from bot.admin.procedures.work import doer_of, gate_of, library_of, press_of

router = APIRouter(prefix="/golden")
QuestionId = Annotated[int, Path(ge=1, lt=2**31, description="Số của câu hỏi mẫu")]


class GoldenListed(BaseModel):
    """A question and the codes of which any is right; none = it must not be answered."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    question: str
    codes: list[str]


class GoldenPage(BaseModel):
    """One page of the questions that count."""

    questions: list[GoldenListed]
    count: int


class GoldenGiven(Body):
    """A question and its right answers."""

    question: Annotated[str, Field(max_length=LONGEST)]
    codes: Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(max_length=MOST_CODES)]


class GoldenFailed(BaseModel):
    """A question that what is live answers wrongly."""

    question: str
    right: list[str]
    told: list[str]


class GoldenRun(BaseModel):
    """How the questions fare now."""

    asked: int
    failed: list[GoldenFailed]


class Done(BaseModel):
    """It is done."""

    done: bool = True


@router.get("", summary="Câu hỏi mẫu")
async def search(
    request: Request,
    _: Reader,
    q: Annotated[str, Query(max_length=LONGEST)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> GoldenPage:
    """List the questions that count, fifty a page, newest first."""
    async with database_of(request).read() as session:
        rows = await holding(session, q)
    shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
    return GoldenPage(
        questions=[GoldenListed.model_validate(one) for one in shown], count=len(rows)
    )


@router.get("/run", summary="Hỏi thử tất cả")
async def run(request: Request, _: Reader) -> GoldenRun:
    """Ask every question of what is live now."""
    await library_of(request).refresh()
    answered = await gate_of(request).now()
    failed = [
        GoldenFailed(
            question=one.golden.question, right=sorted(one.golden.codes), told=list(one.codes)
        )
        for one in answered
        if not one.right
    ]
    return GoldenRun(asked=len(answered), failed=failed)


@router.post("", status_code=201, summary="Thêm câu hỏi mẫu")
async def add(request: Request, visitor: Writer, given: GoldenGiven) -> Done:
    """Add a question with its right answers."""
    codes = list(dict.fromkeys(given.codes))
    await _check(request, given.question, codes, None)
    async with database_of(request).write() as session:
        await store(session, " ".join(given.question.split()), codes, doer_of(visitor))
    return Done()


async def _check(request: Request, question: str, codes: list[str], own: int | None) -> None:
    if wrong := await wrong_golden(press_of(request), question, codes, own):
        raise Problem(Kind.INVALID, wrong)


@router.put("/{question_id}", summary="Sửa câu hỏi mẫu")
async def change(
    request: Request, visitor: Writer, question_id: QuestionId, given: GoldenGiven
) -> Done:
    """Change the words or the right answers of a question."""
    one = await question_of(request, question_id)
    question, codes = " ".join(given.question.split()), list(dict.fromkeys(given.codes))
    await _check(request, question, codes, one.id)
    async with database_of(request).write() as session:
        await mend(session, one, question, codes, doer_of(visitor))
    return Done()


@router.delete("/{question_id}", summary="Bỏ câu hỏi mẫu")
async def remove(request: Request, visitor: Writer, question_id: QuestionId) -> Done:
    """Let a question count no more."""
    one = await question_of(request, question_id)
    async with database_of(request).write() as session:
        await take_out(session, one, doer_of(visitor))
    return Done()
