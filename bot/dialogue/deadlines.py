"""When a dossier handed in on a day must be answered, and what to ask for when it is late."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time

from bot import messages as say
from bot.conversation import Action, Button, Candidate, Card, Reply, Section, SectionKind
from bot.dialogue import places, procedures
from bot.dialogue.cards import source_of
from bot.dialogue.centres import long_day
from bot.dialogue.facets import RENDERERS, Asked, capital
from bot.dialogue.petition_steps import happened_on as past_day
from bot.dialogue.question import Question
from bot.messages import late as words
from knowledge.content import Content, Facet, ProcessingTime
from knowledge.deadlines import (
    DUTIES,
    LATE_ENTITLEMENTS,
    REFUSED_RULES,
    REPEATED_RULES,
    Basis,
    Due,
    Filing,
    due_for,
    lateness,
    own_deadline,
)
from knowledge.hours import ZONE, read_when
from knowledge.matching import Action as Decision
from knowledge.text import fold

_WHEN_READY = re.compile(
    r"\b(?:nop|gui|lam|dang ky|bo ho so)\b.*\b(?:hom nay|bua nay|ngay mai|mai|sang nay|chieu nay|bay gio|thu \w+"
    r"|t[2-7]|ngay \d+|\d+[/-]\d+|hom qua"
    r"|tuan (?:sau|nay))\b.*\b(?:bao gio|khi nao|ngay nao|hom nao|chung nao|bua nao)\b"
    r"|\b(?:bao gio|khi nao|ngay nao|chung nao)\b.*\b(?:neu|khi)? ?nop (?:hom nay|ngay mai|bay gio)\b"
)
_LATE = re.compile(
    r"\b(?:tre hen|qua hen|(?:ho so|giay)(?: \w+){0,4} (?:tre han|qua han|bi tre|cham)|hen (?:hoai|mai|lui)"
    r"|qua ngay hen|mai (?:chua|khong) (?:tra|co|xong)|tre (?:hen|han) tra)\b"
)
_REFUSED = re.compile(
    r"\b(?:khong|ko|k|tu choi|chang)(?: \w+){0,2} (?:nhan|tiep nhan) (?:ho so|don|giay to)\b"
    r"|\btu choi (?:nhan )?ho so\b"
)
_REPEATED = re.compile(
    r"\bbat (?:\w+ ){0,3}bo sung\b|\bbo sung (?:\w+ ){0,3}(?:nhieu|hai|ba|bon|nam|\d+) lan\b"
    r"|\b(?:nhieu|hai|ba|bon|nam|\d+) lan(?: \w+){0,2} bo sung\b|\bbo sung (?:ho so )?(?:hoai|mai)\b"
)
#: "Thứ Bảy có nhận hồ sơ không" asks for hours.
_HOURS = re.compile(r"\b(?:thu (?:bay|sau|7)|chu nhat|may gio|ngay nao|hom nay|le|tet)\b")
_BY_WHEN = re.compile(
    r"\b(?:han|cham nhat|muon nhat|tre nhat|truoc ngay|den (?:bao gio|khi nao|ngay nao|luc nao)"
    r"|(?:bao gio|khi nao|ngay nao) (?:thi )?(?:phai|het han)|con kip|qua han chua)\b"
)
_EVENTS = {
    "birth": re.compile(r"\b(?:sinh|de|khai sinh)\b"),
    "death": re.compile(r"\b(?:mat|chet|qua doi|khai tu)\b"),
}
#: Words that only ask for the date; what is left names the procedure.
_ASKING = re.compile(
    r"\b(?:nop|gui|hom nay|bua nay|ngay mai|sang nay|chieu nay|bay gio|bao gio|khi nao|ngay nao|hom nao|chung nao"
    r"|bua nao|thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat|ngay \d+\S*"
    r"|thi|co|xong|lay|nhan|duoc|ket qua|ho so|neu|khi|tra)\b"
)


async def answer(question: Question) -> Reply | None:
    """Return the day a dossier must be answered, or what a late one entitles to; else None."""
    if _LATE.search(question.folded):
        return _late(question)
    if _REPEATED.search(question.folded):
        return _turned_away(words.REPEATED, REPEATED_RULES, words.TELL_REPEATED)
    if _REFUSED.search(question.folded) and not _HOURS.search(question.folded):
        return _turned_away(words.REFUSED, REFUSED_RULES, words.TELL_REFUSED)
    duty = _duty(question)
    if duty is not None:
        return duty
    if not _WHEN_READY.search(question.folded):
        return None
    content = await _content(question)
    if content is None:
        return Reply(Action.ABSTAIN, say.DUE_WHICH, facet=Facet.TIME)
    question.state = replace(question.state, topic=content.code, facet=Facet.TIME, missed=0)
    meant = question.considered or (Candidate(content.code, content.title, 1.0),)
    card = _card(question, content)
    return Reply(Action.ANSWER, cards=(card,), facet=Facet.TIME, candidates=meant)


def _duty(question: Question) -> Reply | None:
    """Return by when the citizen must act after a birth or death whose day is named."""
    if not _BY_WHEN.search(question.folded):
        return None
    key = next((key for key, words in _EVENTS.items() if words.search(question.folded)), None)
    calendar = question.published.calendar
    when = read_when(question.text, question.now, calendar)
    if key is None or when is None:
        return None
    # A day without a year is read as the coming one; an event has already been.
    day = when.day if when.day <= question.today else when.day.replace(year=when.day.year - 1)
    duty = next(duty for duty in DUTIES if duty.key == key)
    due = own_deadline(duty, datetime.combine(day, time(), ZONE), calendar)
    assert due.day is not None
    passed = say.OWN_DUE_PASSED if due.day < question.today else say.OWN_DUE
    text = passed.format(
        what=duty.what,
        due=long_day(due.day),
        amount=duty.amount,
        unit=say.UNITS[duty.unit],
        event=duty.event,
    )
    meant = tuple(Candidate(code, duty.what, 1.0) for code in duty.procedures)
    law = say.OWN_DUE_LAW.format(law=duty.basis.law)
    return Reply(Action.ANSWER, f"{text}\n{law}", facet=Facet.DEADLINE, candidates=meant)


def is_late(question: Question) -> bool:
    """Whether the talk is of a dossier whose day has passed."""
    return bool(_LATE.search(question.folded))


def _late(question: Question) -> Reply:
    """Return what a late dossier entitles to, and how late it is when its day is named."""
    appointed = past_day(question.text, question.today)
    lead = [say.LATE_HOW]
    if appointed is not None:
        province = question.state.province_code
        late = lateness(appointed, question.today, question.published.calendar, province)
        how = words.DAYS_LATE if late.late else words.NOT_LATE
        lead.insert(0, how.format(day=long_day(appointed), days=late.working_days))
    card = Card(
        title=say.LATE_TITLE,
        lead=tuple(lead),
        sections=late_sections(),
        notices=(words.NO_PROMISE,),
    )
    return Reply(Action.OTHER, cards=(card,), follow_ups=(offer_petition(words.TELL_LATE),))


def late_sections() -> tuple[Section, ...]:
    """Return what a late dossier entitles to, and what to ask the office for."""
    rights = tuple(f"{basis.text} [{basis.law}]" for basis in LATE_ENTITLEMENTS)
    return (
        Section(say.LATE_DOSSIER, rights),
        Section(words.ASK_FOR, words.LATE_ASKS, SectionKind.CHECKLIST),
    )


def _turned_away(title: str, rules: tuple[Basis, ...], tell: str) -> Reply:
    """Return the rule about refusing or sending back a dossier, and what to ask for."""
    said = tuple(f"{basis.text} [{basis.law}]" for basis in rules)
    card = Card(
        title=title,
        sections=(
            Section(words.RULE, said),
            Section(words.ASK_FOR, words.TURNED_AWAY_ASKS, SectionKind.CHECKLIST),
        ),
        notices=(words.NO_PROMISE,),
    )
    return Reply(Action.OTHER, cards=(card,), follow_ups=(offer_petition(tell),))


def offer_petition(told: str) -> Button:
    """Return the button that opens a petition with what happened already written."""
    return Button(words.OFFER, send=words.SEND_PETITION.format(told=told))


async def _content(question: Question) -> Content | None:
    """Return the procedure named in the question, or the one talked about."""
    named = _without_asking(places.remember(question, question.text))
    code = question.state.topic
    if len(named.split()) > 1:
        found = question.published.index.search(named, province_code=question.state.province_code)
        if found.action is Decision.ANSWER:
            code = found.hits[0].code
            question.considered = procedures.candidates(found.hits)
        elif not code:
            return None
    library = question.sources.library
    return await library.content(question.published, code, question.state.province_code)


def _without_asking(text: str) -> str:
    """Return `text` without the words that only ask for a date; accents stay."""
    folded = fold(text)
    if len(folded) != len(text):
        return text
    kept = list(text)
    for found in _ASKING.finditer(folded):
        kept[found.start() : found.end()] = " " * (found.end() - found.start())
    return " ".join("".join(kept).split())


def _card(question: Question, content: Content) -> Card:
    lines: list[str] = []
    notices: list[str] = []
    days: list[date] = []
    filing = _filing(question)
    for processing in content.processing_times:
        due = due_for(filing, processing, question.published.calendar, question.state.province_code)
        if due.day is not None:
            lines.append(_line(filing, processing, due))
            days.append(due.day)
            notices += [say.DUE_UNSURE] if due.unsure else []
    asked = Asked(question.today)
    if not lines:
        lines = [say.DUE_UNKNOWN, *RENDERERS[Facet.TIME](content, asked).lines]
    else:
        notices += [say.DUE_ELSEWHERE, say.DUE_PROMISE]
        lines = list(dict.fromkeys([*_closed(question, filing), *lines]))
    return Card(
        title=say.DUE_TITLE.format(name=content.name),
        lead=tuple(lines),
        notices=tuple(dict.fromkeys(notices)),
        primary=_calendar_button(question, content, days),
        source=source_of(content),
        code=content.code,
    )


def _calendar_button(question: Question, content: Content, days: list[date]) -> Button | None:
    if not days:
        return None
    base = question.sources.settings.public_url.rstrip("/")
    url = say.CALENDAR_URL.format(base=base, code=content.code, due=max(days).isoformat())
    return Button(say.DUE_CALENDAR, url=url)


def _filing(question: Question) -> Filing:
    """Return the dossier handed in on the day named: at once today, else when offices open."""
    when = read_when(question.text, question.now, question.published.calendar)
    if when is None or when.day == question.today:
        return Filing(question.now)
    return Filing(datetime.combine(when.day, time(8), ZONE))


def _closed(question: Question, filing: Filing) -> list[str]:
    calendar, province = question.published.calendar, question.state.province_code
    filed = filing.at.astimezone(ZONE).date()
    if calendar.is_working(filed, province):
        return []
    following = long_day(calendar.next_working(filed, province))
    return [say.DUE_NOT_WORKING.format(day=capital(long_day(filed)), next=following)]


def _line(filing: Filing, processing: ProcessingTime, due: Due) -> str:
    assert due.day is not None
    filed = long_day(filing.at.astimezone(ZONE).date())
    parts = [say.METHODS[processing.method]] if processing.method else []
    parts += [processing.condition] if processing.condition else []
    when = f" ({', '.join(parts)})" if parts else ""
    return say.DUE.format(filed=filed, due=long_day(due.day), when=when)
