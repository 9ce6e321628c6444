"""The kill switches by the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from bot.admin.access import database_of
from bot.admin.api.access import Switcher
from bot.admin.api.bodies import Body, Reason
from bot.admin.procedures.work import doer_of, library_of
from bot.admin.switches import standing, turn_one
from bot.switches import MAX_CHARS

router = APIRouter(prefix="/switches")


class Stopped(BaseModel):
    """The bot or a channel that answers with a message only."""

    model_config = ConfigDict(from_attributes=True)

    message: str
    reason: str
    actor: str
    at: datetime


class FieldOff(BaseModel):
    """A field that is off."""

    model_config = ConfigDict(from_attributes=True)

    field: str
    reason: str


class Standing(BaseModel):
    """What is off now."""

    bot: Stopped | None
    channels: dict[str, Stopped | None]
    fields: list[FieldOff]
    procedures: list[str]


class Turn(Body):
    """What is turned off or on; `name` is a channel, a field or a code; `message` is told instead."""

    on: bool
    kind: Literal["bot", "channel", "field", "procedure"]
    name: Annotated[str, Field(max_length=300)] = ""
    message: Annotated[str, Field(max_length=MAX_CHARS)] = ""
    reason: Reason


@router.get("", summary="Đang tắt những gì")
async def show(request: Request, _: Switcher) -> Standing:
    """Return what is off now."""
    async with database_of(request).read() as session:
        found = await standing(session)
    bot, channels = found["bot"], found["channels"]
    return Standing(
        bot=Stopped.model_validate(bot) if bot else None,
        channels={n: Stopped.model_validate(row) if row else None for n, row in channels.items()},
        fields=[FieldOff.model_validate(one) for one in found["fields_off"]],
        procedures=[code for code, _ in found["hidden"]],
    )


@router.post("", summary="Tắt hoặc bật")
async def turn(request: Request, visitor: Switcher, given: Turn) -> Standing:
    """Turn one thing off or on at once, with a reason."""
    async with database_of(request).write() as session:
        await turn_one(
            session, doer_of(visitor), on=given.on, kind=given.kind, name=given.name,
            message=given.message, reason=given.reason,
        )  # fmt: skip
    await library_of(request).refresh()
    return await show(request, visitor)
