"""The procedures desk: find, edit, review, publish, roll back; what citizens call each procedure."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from bot.admin.desk import Desk
from bot.admin.procedures import editing, history, listing, phrases, reviewing
from bot.admin.procedures.catalogue import waiting
from bot.models import Role

router = APIRouter()
for part in (listing, editing, reviewing, history, phrases):
    router.include_router(part.router)

DESK: Final = Desk(
    "Thủ tục",
    "/procedures",
    Role.VIEWER,
    router,
    about="Tìm, sửa, duyệt và công bố nội dung thủ tục.",
    waiting=waiting,
)
