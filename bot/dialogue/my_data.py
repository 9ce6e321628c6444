"""A citizen asks what is stored about them, collects it, or has it erased."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.conversation import Action, Button, Reply
from bot.dialogue import kiosk
from bot.dialogue.question import Question
from bot.messages import my_data as words
from bot.privacy import rights
from bot.privacy.register import HOLDINGS
from bot.privacy.tickets import WORKS_FOR, issue

_MINE: Final = (
    r"(?:du lieu|thong tin)(?: ca nhan)?(?: da luu)?(?: cua| ve)? (?:toi|tui|minh|em|anh|chi)"
)
_ERASE: Final = re.compile(
    r"^/?(?:(?:hay |xin |vui long |toi muon |tui muon |yeu cau )*(?:xoa|huy)"
    rf"(?: het| sach| toan bo| tat ca)* {_MINE}"
    r"|xoadulieu|quen toi di)\W*$"
)
_CONFIRMED: Final = re.compile(rf"^dong y xoa {_MINE}\W*$")
_KEEP: Final = re.compile(r"^thoi giu lai du lieu\W*$")
_SHOW: Final = re.compile(
    rf"^/?(?:(?:cho |xem |xuat |tai |lay |toi muon xem |tui muon xem |ban (?:dang )?(?:luu|giu) )*{_MINE}"
    r"|dulieu|(?:ban|may|em|bot) (?:dang )?(?:luu|giu|biet) (?:gi|nhung gi) ve (?:toi|tui|minh|em|anh|chi))"
    r"(?: (?:a|nhe|di|khong|gi|nao))*\W*$"
)
_POLICY: Final = re.compile(
    r"\b(?:quyen rieng tu|bao mat thong tin|bao ve du lieu|chinh sach du lieu)\b|co luu (?:thong tin|so) (?:cua )?"
    r"(?:toi|tui|minh)"
)
_MOST_WORDS: Final = 14


async def handle(question: Question) -> Reply | None:
    """Answer a request about the citizen's own data; None for anything else."""
    text = question.folded.strip()
    if len(text.split()) > _MOST_WORDS:
        return None
    if any(one.match(text) for one in (_CONFIRMED, _ERASE, _SHOW)) and (
        elsewhere := kiosk.on_phone(question)
    ):
        return elsewhere
    if _CONFIRMED.match(text):
        return await _erase(question)
    if _KEEP.match(text):
        return Reply(Action.OTHER, words.KEPT)
    if _ERASE.match(text):
        choices = (
            Button(words.ERASE, send=words.CONFIRMATION),
            Button(words.KEEP, send=words.KEEPING),
        )
        question.state = replace(
            question.state, choices=tuple(one.send for one in choices), asked=question.text
        )
        return Reply(Action.OTHER, words.CONFIRM_ERASE, choices=choices)
    if _SHOW.match(text):
        return await _show(question)
    return Reply(Action.OTHER, _policy()) if _POLICY.search(text) else None


async def _show(question: Question) -> Reply:
    message, sources = question.message, question.sources
    if not question.keeps:
        return Reply(Action.OTHER, _policy())
    async with sources.database.read() as session:
        identity = await _identity(question, session)
        stored = await rights.collect(session, identity)
    if not stored:
        return Reply(Action.OTHER, f"{words.NOTHING}\n\n{_policy()}")
    what = {holding.table: holding.what for holding in HOLDINGS}
    lines = [
        words.STORED_LINE.format(what=what[table], count=len(rows))
        for table, rows in stored.items()
    ]
    code = await issue(sources.database, message.channel, message.chat_id, now=question.now)
    collect = words.COLLECT.format(
        url=f"{sources.settings.public_url.rstrip('/')}/du-lieu-cua-toi",
        code=code,
        minutes=int(WORKS_FOR / timedelta(minutes=1)),
    )
    return Reply(
        Action.OTHER, "\n\n".join(["\n".join([words.STORED, *lines]), collect, words.MAY_ERASE])
    )


async def _erase(question: Question) -> Reply:
    sources = question.sources
    if not question.keeps:
        return Reply(Action.OTHER, _policy())
    async with sources.database.read() as session:
        identity = await _identity(question, session)
    proof = await rights.erase(sources.database, identity, now=question.now)
    text = words.ERASED.format(count=sum(proof.counts.values()), receipt=proof.receipt)
    return Reply(Action.OTHER, text, forget=True)


async def _identity(question: Question, session: AsyncSession) -> rights.Identity:
    message = question.message
    return await rights.identity_of(
        session, question.sources.pseudonyms, message.channel, message.chat_id
    )


def _policy() -> str:
    keep = next(holding.keep for holding in HOLDINGS if holding.table == "turn")
    assert keep is not None
    return words.ABOUT.format(days=keep.days)
