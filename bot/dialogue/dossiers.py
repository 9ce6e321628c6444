"""Where my dossier is: how to look it up, and its status where the deployer may tell it.

Nothing is told without the code and the secret printed on the slip, and neither is kept: what a message
held of them is left out of the record too (`holds_secret`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from bot import dossiers, people, petitions
from bot.conversation import ANSWER_ONLY, KIOSK, Action, Button, Card, Reply, Section, SectionKind
from bot.dialogue import deadlines, kiosk
from bot.dialogue.centres import centres_of, long_day
from bot.dialogue.question import Question, State
from bot.dossiers import Asked, CodeError, Found, Refused, Standing
from bot.messages import dossiers as words
from bot.messages import kiosk as kiosk_words
from bot.messages import late
from bot.messages import subscriptions as subscribing
from bot.models import FINISHED, RUNNING, DossierStatus
from bot.receipts import looks_like_code
from knowledge.deadlines import REPEATED_RULES, lateness
from knowledge.hours import ZONE
from knowledge.text import fold, normalise

_ME: Final = r"(?:toi|tui|em|minh|con|chau|nha toi)"
_ASKED: Final = re.compile(
    r"\b(?:tra|tra cuu|kiem tra|xem|coi|theo doi)"
    rf"(?: (?:cuu|giup|gium|ho|dum|cho|{_ME}|tinh trang|trang thai|tien do|ket qua|ma|so|lai|nhanh))*"
    r" ho so\b(?!(?: \w+){0,5} (?:can|gom|gi|nhung|mau|bao nhieu|o dau nop))"
    rf"|\bho so (?:cua )?{_ME}(?: \w+){{0,3}}"
    r" (?:den dau|toi dau|xong chua|the nao|ra sao|duoc chua|sao roi|co chua|o dau roi|dang o dau)\b"
    r"|\bho so (?:da |nop )?(?:den|toi) dau\b|\bho so (?:da )?xong chua\b"
    r"|\b(?:tinh trang|trang thai|tien do) (?:xu ly |giai quyet )?ho so\b"
    rf"|\bma (?:so )?ho so (?:cua {_ME}|la gi|o dau|nam (?:o )?dau|in (?:o )?dau|(?:xem|tim|lay|coi)(?: \w+)? dau)"
)
_STOP: Final = re.compile(
    r"^(?:toi |tui |em )?(?:thoi|dung|ngung|huy|bo|khong)(?: khong| muon)* theo doi"
    r" (?:cac |nhung )?ho so\b.{0,40}$"
)
#: What the button of `_stands` sends, as it comes back.
_WATCH: Final = fold(normalise(words.SEND_WATCH))
#: The code of a procedure, which people send alone too.
_PROCEDURE: Final = re.compile(r"\d\.\d{6}(?:\.\w+)*")
_AWAITED, _SHOWN = "dossier", "dossier shown"


def holds_secret(text: str, state: State) -> bool:
    """Whether a message may hold a secret, or a code that comes with one: the record must not."""
    if state.wish[:1] == (_AWAITED,) or dossiers.is_meant(text):
        return True
    alone = dossiers.read_secret(text) is not None and not _PROCEDURE.fullmatch(text.strip())
    return alone or looks_like_code(petitions.PREFIX, text)


async def look_up(question: Question) -> Reply | None:
    """Take a code or a secret, or say how to look a dossier up; None for anything else."""
    awaited = question.state.wish[1] if question.state.wish[:1] == (_AWAITED,) else None
    text = question.message.text
    asks = bool(_ASKED.search(question.folded)) and not deadlines.is_late(question)
    try:
        found = dossiers.read_code(text, today=question.today, asked=asks or awaited is not None)
    except CodeError as error:
        return _explain(question, (words.WRONG.format(why=error),), open_=await _open(question))
    if found is None and awaited:
        found = _with_secret(awaited, text)
    if found is not None:
        return await _take(question, found)
    if awaited == "" and _secret_in(text):
        return Reply(Action.OTHER, words.ASK_BOTH)
    if awaited is not None:
        question.state = replace(question.state, wish=())
    if not asks or _STOP.match(question.folded):
        return None
    is_open = await _open(question)
    if is_open and not _overheard(question):
        question.state = replace(question.state, wish=(_AWAITED, ""))
        return _explain(question, (words.ASK_BOTH,), open_=True)
    return _explain(question, (), open_=is_open)


async def follow(question: Question) -> Reply | None:
    """Tell of changes of the dossier shown last, or stop; None for anything else."""
    text = question.folded.strip()
    if text == _WATCH:
        return await _watch(question)
    if _STOP.match(text) and question.keeps:
        message = question.message
        async with question.sources.database.write() as session:
            contact = await people.find_contact(session, message.channel, message.chat_id)
            count = 0
            if contact is not None:
                count = await dossiers.stop(session, contact.person_id, now=question.now)
        said = words.UNWATCHED.format(count=count) if count else words.NOTHING_WATCHED
        return Reply(Action.OTHER, said)
    return None


def _with_secret(code: str, text: str) -> Found | None:
    """Return the awaited code with what may be its secret; None when the talk is of something else."""
    parts = text.split()
    if _secret_in(text) or (len(parts) == 1 and any(sign.isdigit() for sign in text)):
        return Found(code, text)
    return None


def _secret_in(text: str) -> str | None:
    """Return the one secret among words; None when there is none, or more than one could be it."""
    parts = [part.strip(".,;:!?()\"'") for part in text.split()]
    found = [secret for part in parts if (secret := dossiers.read_secret(part))]
    if not found and parts and all(any(sign.isdigit() for sign in part) for part in parts):
        return dossiers.read_secret("".join(parts))
    return found[0] if len(found) == 1 else None


async def _open(question: Question) -> bool:
    """Whether a status can be told at all."""
    async with question.sources.database.read() as session:
        return await dossiers.is_possible(session, question.sources.dossiers, now=question.now)


def _overheard(question: Question) -> str:
    """Return why no secret is asked for here; "" where only the citizen reads."""
    if question.message.channel == KIOSK:
        return f"{kiosk_words.ON_PHONE} {kiosk_words.ON_PHONE_HOW}"
    return words.NOT_IN_GROUP if question.message.in_group else ""


async def _take(question: Question, found: Found) -> Reply:
    """Go on with a code that can be one: ask for its secret, or look it up."""
    question.state = replace(question.state, wish=())
    if not await _open(question):
        return _explain(question, (words.CODE_RIGHT,), open_=False)
    if overheard := _overheard(question):
        return kiosk.on_phone(question) or Reply(Action.OTHER, overheard)
    if not question.keeps:
        return Reply(Action.OTHER, words.NOT_KEPT)
    secret = _secret_in(found.rest)
    if secret is not None:
        return await _tell(question, found, secret)
    question.state = replace(question.state, wish=(_AWAITED, found.code))
    meant = any(sign.isdigit() for sign in found.rest)
    return Reply(Action.OTHER, words.BAD_SECOND if meant else words.ASK_SECOND)


async def _tell(question: Question, found: Found, secret: str) -> Reply:
    message, sources = question.message, question.sources
    asked = Asked(message.channel, message.chat_id, found.code, secret)
    standing = await dossiers.look_up(
        sources.database, sources.pseudonyms, sources.dossiers, asked, now=question.now
    )
    match standing:
        case Refused.NOT_FOUND:
            return Reply(Action.OTHER, words.NOT_FOUND)
        case Refused.TOO_OFTEN:
            return Reply(Action.OTHER, words.TOO_OFTEN)
        case Refused.AWAY:
            return Reply(Action.OTHER, words.AWAY)
        case Standing():
            return _stands(question, found, standing)


# --- What is shown ---------------------------------------------------------------------------------


def _explain(question: Question, lead: tuple[str, ...], *, open_: bool) -> Reply:
    """Return where the code is printed and how to look the dossier up elsewhere, after `lead`."""
    if open_ and (overheard := _overheard(question)):
        lead = (*lead, overheard)
    own = () if open_ else (words.NOT_MINE,)
    card = Card(
        words.HOW_TITLE,
        lead=(*lead, *own, words.WHERE_CODE, words.ONLINE_CODE),
        sections=(Section(words.HOW, _ways(question)),),
        source=words.SOURCE,
    )
    buttons = (
        Button(words.ASK_WHERE, send=words.SEND_WHERE),
        Button(words.ASK_LATE, send=words.SEND_LATE),
    )
    return Reply(Action.OTHER, cards=(card,), follow_ups=buttons)


def _ways(question: Question) -> tuple[str, ...]:
    known = centres_of(question)
    centre = known[0].centre.name if known else words.THE_CENTRE
    ways = [words.PORTAL, words.VNEID, words.AT_CENTRE.format(centre=centre)]
    if hotline := question.sources.settings.hotline:
        ways.append(words.BY_PHONE.format(hotline=hotline))
    return tuple(ways)


def _stands(question: Question, found: Found, standing: Standing) -> Reply:
    """Return where a dossier stands, what the rule says of that, and the offer to be told of changes."""
    title = words.STANDS_TITLE.format(ending=found.ending, status=words.STATUSES[standing.status])
    lines = [_due(question, standing)]
    if standing.procedure:
        lines.append(words.PROCEDURE.format(name=standing.procedure))
    if standing.office:
        lines.append(words.OFFICE.format(office=standing.office))
    lines.append(_as_of(standing))
    if standing.status is DossierStatus.WAITING:
        asked = words.ASKED.format(asked=standing.asked) if standing.asked else words.ASK_WHAT
        lines.insert(0, asked)
    if standing.status is DossierStatus.REFUSED:
        lines.insert(0, words.REFUSED_HOW)
    sections, buttons = _rule(question, standing)
    card = Card(
        title,
        lead=tuple(line for line in lines if line),
        sections=sections,
        notices=(words.NO_PROMISE,),
    )
    choices = _offer_watch(question, found, standing)
    text = words.CONSENT if choices else ""
    return Reply(Action.OTHER, text, cards=(card,), choices=choices, follow_ups=buttons)


def _due(question: Question, standing: Standing) -> str:
    if standing.due_on is None or standing.status not in (*RUNNING, DossierStatus.WAITING):
        return ""
    day, late_by = long_day(standing.due_on), _days_late(question, standing)
    if late_by:
        return words.OVERDUE.format(day=day, days=late_by)
    return words.DUE.format(day=day)


def _days_late(question: Question, standing: Standing) -> int:
    """Return how many working days the office is late; 0 while it is not, or its time does not run."""
    if standing.due_on is None or standing.status not in RUNNING:
        return 0
    province = question.state.province_code
    calendar = question.published.calendar
    return lateness(standing.due_on, question.today, calendar, province).working_days


def _as_of(standing: Standing) -> str:
    known = standing.updated_on or standing.as_of.astimezone(ZONE).date()
    return words.AS_OF.format(day=f"{known:%d/%m/%Y}")


def _rule(question: Question, standing: Standing) -> tuple[tuple[Section, ...], tuple[Button, ...]]:
    if _days_late(question, standing):
        return deadlines.late_sections(), (deadlines.offer_petition(late.TELL_LATE),)
    if standing.status is DossierStatus.WAITING:
        rules = tuple(f"{basis.text} [{basis.law}]" for basis in REPEATED_RULES[:2])
        again = Button(late.REPEATED, send=late.REPEATED)
        return (Section(words.RULE, rules, SectionKind.LIST),), (again,)
    return (), ()


# --- Being told of changes -------------------------------------------------------------------------


def _offer_watch(question: Question, found: Found, standing: Standing) -> tuple[Button, ...]:
    """Return the button that asks for news; what it needs is remembered without the code."""
    if (
        standing.status in FINISHED
        or not standing.watchable
        or question.message.channel in ANSWER_ONLY
    ):
        return ()
    name = dossiers.name_of(question.sources.pseudonyms, found.code)
    shown = (_SHOWN, name, found.ending, standing.handle, standing.known)
    choice = Button(words.WATCH, send=words.SEND_WATCH)
    question.state = replace(question.state, wish=shown, choices=(choice.send,), asked=words.WATCH)
    return (choice,)


async def _watch(question: Question) -> Reply:
    shown, question.state = question.state.wish, replace(question.state, wish=(), choices=())
    if question.message.channel in ANSWER_ONLY:
        return Reply(Action.OTHER, subscribing.NOT_HERE)
    if shown[:1] != (_SHOWN,) or not question.keeps:
        return Reply(Action.OTHER, words.LOOK_FIRST)
    _, name, ending, handle, known = shown
    message, now = question.message, question.now
    try:
        async with question.sources.database.write() as session:
            contact = await people.heard_from(session, message.channel, message.chat_id, now=now)
            new = await dossiers.watch(
                session, contact.person_id, code_name=name, ending=ending, handle=handle,
                known=known, source=message.channel, now=now,
            )  # fmt: skip
    except dossiers.TooManyError:
        return Reply(Action.OTHER, words.WATCHES_ENOUGH)
    said = words.WATCHING if new else words.WATCHING_ALREADY
    return Reply(Action.OTHER, said.format(ending=ending, days=dossiers.LASTS.days))
