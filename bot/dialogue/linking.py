"""One person, several channels: a one-time code shown on one and typed on the other joins them.

Never automatic: only the code, in the citizen's own hands, says that two addresses are one person.
Its letters are ones that no Vietnamese keyboard changes and no eye confuses.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from datetime import datetime, timedelta

from sqlmodel import col, delete, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import people
from bot.conversation import Action, Message, Reply, is_personal
from bot.dialogue.question import Question
from bot.messages import linking as words
from bot.models import Contact, LinkCode, LinkGuess, Official
from bot.officials.chats import claim_chat, spend_chat_code

WORKS_FOR = timedelta(minutes=10)
#: No vowels and no w, d, s, f, r, x, j, z, which Telex eats; no 0 O 1 I L 5 S 8 B, which look alike.
ALPHABET = "CHKMNPTV234679"
#: 14^8 codes: with ten of them live, all the guesses a channel allows find one in fifty years.
LETTERS = 8
#: Wrong codes within WORKS_FOR after which a chat, or a whole channel (web chats cost nothing), waits.
CHAT_GUESSES, CHANNEL_GUESSES = 5, 60

_CHANNEL = r"(?:zalo(?: oa| bot)?|tele(?:gram)?|(?:trang )?web(?:site)?|kenh (?:kia|khac|nay))"
_LINK = re.compile(
    rf"(?:/lien_?ket|/noi|(?:lien ket|ket noi|noi|gop)(?: (?:cac|hai|2|nhieu))? kenh(?: .{{0,40}})?"
    rf"|(?:lien ket|ket noi|noi|gop)(?: (?:voi|qua|sang|vao|kenh|nick|tai khoan|cai))* {_CHANNEL}"
    rf"(?: (?:nay|cua (?:toi|tui|em|minh)))?"
    rf"(?: (?:voi|va|qua|sang|vao)(?: (?:kenh|nick|tai khoan|cai))? {_CHANNEL})?"
    rf"(?: (?:nay|lai|cua (?:toi|tui|em|minh)|voi nhau|giup (?:toi|tui|em|minh)))*)[.!?]*"
)
_UNLINK = re.compile(
    rf"(?:/bo_?lien_?ket|(?:bo|huy|thoi|ngung|go|tach)(?: (?:lien ket|ket noi|noi))"
    rf"(?: (?:voi|kenh|{_CHANNEL}))*|tach kenh)[.!?]*"
)
_HALF = rf"[{ALPHABET}]{{{LETTERS // 2}}}"
_CODE = re.compile(
    rf"(?:/?(?:liên ?kết|lien_?ket|nối|noi|mã|ma)\W+)*({_HALF})[ \-–.]?({_HALF})[.!]?",
    re.IGNORECASE,
)


async def link(question: Question) -> Reply | None:
    """Give a code, take one, or part two channels; None for anything else."""
    if not is_meant(question):
        return None
    code = _code_in(question.message.text)
    if not question.keeps or question.message.channel not in words.CHANNELS:
        return _say(words.NOT_HERE)
    if question.message.in_group:
        return await _refuse_in_group(question, code)
    if code:
        return await _take(question, code)
    if _UNLINK.fullmatch(question.folded):
        return await _part(question)
    return await _give(question)


def is_meant(question: Question) -> bool:
    """Whether the words are about joining or parting channels; a form lets them through."""
    says_so = _LINK.fullmatch(question.folded) or _UNLINK.fullmatch(question.folded)
    return bool(says_so or _code_in(question.message.text))


def _code_in(text: str) -> str:
    """Return the code a message consists of, or ""; it has letters and digits, as no other word."""
    found = _CODE.fullmatch(text.strip())
    code = (found[1] + found[2]).upper() if found else ""
    return code if _is_mixed(code) else ""


def _is_mixed(code: str) -> bool:
    return any(c.isdigit() for c in code) and any(c.isalpha() for c in code)


def new_code() -> str:
    """Return a code as it is shown: "HK4M-7PT2"."""
    code = ""
    while not _is_mixed(code):
        code = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    return f"{code[: LETTERS // 2]}-{code[LETTERS // 2 :]}"


async def hash_code(code: str) -> str:
    """Return what is stored of a code: slow to make, so that a copy of the table opens nothing."""
    raw = await asyncio.to_thread(
        hashlib.scrypt, code.replace("-", "").encode(), salt=b"motcua link code", n=2**12, r=8, p=1
    )
    return raw.hex()


async def _give(question: Question) -> Reply:
    code, now, message = new_code(), question.now, question.message
    hashed = await hash_code(code)
    async with question.sources.database.write() as session:
        person = (
            await people.heard_from(session, message.channel, message.chat_id, now=now)
        ).person_id
        earlier = or_(col(LinkCode.person_id) == person, col(LinkCode.expires_at) <= now)
        await session.exec(delete(LinkCode).where(earlier))
        session.add(LinkCode(code_hash=hashed, person_id=person, expires_at=now + WORKS_FOR))
    return _say(words.CODE.format(code=code, minutes=_minutes()))


async def _refuse_in_group(question: Question, code: str) -> Reply:
    """Link nobody where others read along, and end a code they have seen."""
    if not code:
        return _say(words.NOT_IN_GROUP)
    hashed = await hash_code(code)
    async with question.sources.database.write() as session:
        await session.exec(delete(LinkCode).where(col(LinkCode.code_hash) == hashed))
        await spend_chat_code(session, hashed)
    return _say(words.SEEN_IN_GROUP)


async def _take(question: Question, code: str) -> Reply:
    hashed, now, message = await hash_code(code), question.now, question.message
    async with question.sources.database.write() as session:
        if await _guessed_too_often(session, message, now):
            return _say(words.TOO_MANY.format(minutes=_minutes()))
        query = select(LinkCode).where(LinkCode.code_hash == hashed).with_for_update()
        found = (await session.exec(query)).first()
        official = await _official(session, hashed, message, now) if found is None else None
        if official is not None:
            return _say(words.OFFICIAL_LINKED.format(name=official.name))
        if found is None or found.expires_at <= now:
            session.add(LinkGuess(channel=message.channel, address=message.chat_id, at=now))
            return _say(words.WRONG_CODE)
        return await _join(session, found, message, now)


async def _official(
    session: AsyncSession, hashed: str, message: Message, now: datetime
) -> Official | None:
    """Return the official whose desk gave the code; their chat is linked now."""
    if not is_personal(message):
        return None
    return await claim_chat(session, hashed, message.channel, message.chat_id, now=now)


async def _join(session: AsyncSession, found: LinkCode, message: Message, now: datetime) -> Reply:
    here = await people.heard_from(session, message.channel, message.chat_id, now=now)
    others = await people.contacts_of(session, found.person_id)
    if here.person_id == found.person_id:
        return _say(words.SAME_CHAT if len(others) == 1 else words.ALREADY)
    kept = found.person_id
    await session.delete(found)
    await session.flush()
    await people.join(session, kept=kept, joined=here.person_id)
    latest = max(others, key=lambda contact: contact.last_seen_at)
    return _say(words.LINKED.format(here=_name(here), there=_name(latest)))


async def _part(question: Question) -> Reply:
    message, now = question.message, question.now
    async with question.sources.database.write() as session:
        parted = await people.part(session, message.channel, message.chat_id, now=now)
    return _say(words.UNLINKED if parted else words.NOT_LINKED)


async def _guessed_too_often(session: AsyncSession, message: Message, now: datetime) -> bool:
    await session.exec(delete(LinkGuess).where(col(LinkGuess.at) <= now - WORKS_FOR))
    of_channel = LinkGuess.channel == message.channel
    of_chat = of_channel, LinkGuess.address == message.chat_id
    for limit, whose in ((CHAT_GUESSES, of_chat), (CHANNEL_GUESSES, (of_channel,))):
        wrong = await session.exec(select(func.count()).select_from(LinkGuess).where(*whose))
        if wrong.one() >= limit:
            return True
    return False


def _name(contact: Contact) -> str:
    return words.CHANNELS.get(contact.channel, contact.channel)


def _minutes() -> int:
    return int(WORKS_FOR.total_seconds() // 60)


def _say(text: str) -> Reply:
    return Reply(Action.OTHER, text)
