"""Where the service centre is, whether it is open, and which days are worked."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time

from bot import messages as say
from bot.conversation import Action, Button, Card, Location, Reply
from bot.dialogue import places
from bot.dialogue.facets import capital, day
from bot.dialogue.question import Question
from bot.messages import surveys
from knowledge.centres import (
    Centre,
    Detail,
    Known,
    describe,
    is_gone,
    named,
    nearest,
    of_commune,
    of_province,
)
from knowledge.hours import (
    ZONE,
    Asked,
    DayKind,
    When,
    next_opening,
    opening_on,
    read_when,
    state_at,
)
from knowledge.places import OutsideVietnamError

_CENTRE = re.compile(
    r"\b(?:trung tam (?:phuc vu )?hanh chinh(?: cong)?|tt ?pvhcc|(?:bo phan )?mot cua"
    r"|(?:uy ban|ubnd|ub)(?: nhan dan)?(?: (?:xa|phuong|tinh))?|noi tiep nhan|tru so)\b"
)
_WHERE = re.compile(
    r"\b(?:o dau|cho nao|dia chi|duong di|di duong nao|so dien thoai|sdt|con khong)\b"
)
_HOURS = re.compile(
    r"\b(?:lam viec|mo cua|dong cua|con kip|kip khong|nghi (?:khong|trua|le|tet|may)|gio (?:hanh chinh|lam)"
    r"|co lam(?: viec)?(?: khong| k| ko|$)|co mo|mo chua|lam khong|lam den|lam toi|may gio|truc khong)\b"
)
#: Words of a procedure: then "làm" means "to do it", and the procedures answer.
_PAPERWORK = re.compile(
    r"\b(?:giay phep|dang ky|khai sinh|ket hon|tam tru|thuong tru|can cuoc|ho chieu|giay|so do|the|xin"
    r"|cap|doi|ho so|kinh doanh|mo tiem|mo quan|nguoi lao dong|lam them|giay chung nhan)\b"
)
#: Offered to whoever has been there, or will have been.
_SURVEY = Button(surveys.OFFER, send=surveys.OFFER)


async def answer(question: Question) -> Reply | None:
    """Answer where a centre is or when it is open; None for anything else."""
    if question.message.location is not None:
        return _nearest(question, question.message.location)
    if question.text == say.SHARE_LOCATION:
        return _ask_where()
    gone = _gone(question)
    if gone is not None:
        return gone
    when = read_when(question.text, question.now, question.published.calendar)
    if (
        when is not None
        and _HOURS.search(question.folded)
        and not _PAPERWORK.search(question.folded)
    ):
        return _hours(question, when)
    if _CENTRE.search(question.folded) and _WHERE.search(question.folded):
        return None if _PAPERWORK.search(question.folded) else _where(question)
    return None


# --- Where ---------------------------------------------------------------------------------------


def _gone(question: Question) -> Reply | None:
    """Tell of a centre called by its name that is no more."""
    if not _CENTRE.search(question.folded):
        return None
    known = named(question.text, question.published.centres, question.today)
    if known is None or not is_gone(known.centre, question.today):
        return None
    lines = [say.CENTRE_GONE.format(name=known.centre.name)]
    if known.successor is None:
        return Reply(Action.PLACE, lines[0])
    lines.append(say.CENTRE_NOW.format(name=known.successor.name))
    now = describe(known.successor, question.published.centres)
    return Reply(Action.PLACE, "\n".join(lines), cards=(_card(question, now),))


def _where(question: Question) -> Reply:
    places.remember(question, question.text)
    centres = centres_of(question)
    if not centres:
        return _ask_where()
    cards = tuple(_card(question, known) for known in centres)
    return Reply(Action.PLACE, cards=cards, follow_ups=(_SURVEY,))


def _ask_where() -> Reply:
    """Ask for the commune, and offer to share the location where the channel can."""
    here = Button(say.NEAR_ME, send=say.SHARE_LOCATION)
    return Reply(Action.PLACE, say.CENTRE_WHERE, follow_ups=(here,))


def _nearest(question: Question, here: Location) -> Reply:
    """Return the centres nearest to a shared location, and say how the distance was measured."""
    known = question.published
    try:
        found = nearest(here.latitude, here.longitude, known.centres, known.places, question.today)
    except OutsideVietnamError:
        return Reply(Action.PLACE, say.LOCATION_ABROAD)
    cards = []
    for near in found:
        card = _card(question, near.known)
        how = say.NEAR_EXACT if near.exact else say.NEAR_MIDDLE
        distance = how.format(km=f"{near.km:.1f}".replace(".", ","))
        cards.append(replace(card, lead=(distance, *card.lead)))
    return Reply(Action.PLACE, cards=tuple(cards), follow_ups=(_SURVEY,))


def centres_of(question: Question) -> tuple[Known, ...]:
    """Return the centres of the citizen's commune, or else of the province; none if not told."""
    known = question.published
    if question.state.commune_code:
        code = question.state.commune_code
        return of_commune(code, known.centres, known.places, question.today)
    if question.state.province_code:
        return of_province(question.state.province_code, known.centres, question.today)
    return ()


def _card(question: Question, known: Known) -> Card:
    centre = known.centre
    lines: list[str] = []
    if Detail.ADDRESS in known.missing:
        place = places.unit_name(question, centre.unit_code)
        lines.append(say.CENTRE_ADDRESS_MISSING.format(place=place))
    else:
        lines.append(say.CENTRE_ADDRESS.format(address=centre.address))
    if Detail.PHONE not in known.missing:
        lines.append(say.CENTRE_PHONE.format(phones=", ".join(centre.phones)))
    notices = [say.CENTRE_ADDRESS_DOUBTFUL] if Detail.ADDRESS in known.doubtful else []
    if centre.implied:
        notices.append(say.CENTRE_IMPLIED)
    if centre.note:
        notices.append(centre.note)
    return Card(
        title=centre.name,
        lead=tuple(lines),
        notices=tuple(notices),
        primary=_map(centre),
        source=_source(centre),
    )


def _map(centre: Centre) -> Button | None:
    if centre.point is None:
        return None
    latitude, longitude = centre.point
    return Button(say.CENTRE_MAP, url=say.MAP_URL.format(latitude=latitude, longitude=longitude))


def _source(centre: Centre) -> str:
    sources = "; ".join(centre.sources)
    if centre.verified_on is None:
        return say.CENTRE_SOURCE_UNDATED.format(sources=sources)
    return say.CENTRE_SOURCE.format(sources=sources, day=day(centre.verified_on))


# --- When ----------------------------------------------------------------------------------------


def _hours(question: Question, when: When) -> Reply:
    places.remember(question, question.text)
    lines: list[str] = []
    centres = centres_of(question)
    known = next((one.centre for one in centres if one.centre.hours.known), None)
    if known is not None:
        lines += [known.name + ".", *_hours_of(question, known, when)]
    else:
        lines += _day_in_general(question, when.day)
        name = centres[0].centre.name if centres else say.HOURS_THE_CENTRE
        lines += [say.HOURS_UNKNOWN.format(centre=name), say.HOURS_ASK]
    if not question.published.calendar.day(when.day, question.state.province_code).verified:
        lines.append(say.HOURS_UNVERIFIED)
    return Reply(Action.PLACE, "\n".join(lines))


def _hours_of(question: Question, centre: Centre, when: When) -> list[str]:
    calendar, province = question.published.calendar, centre.province_code
    if when.asked is Asked.NOW:
        return [_now(question, centre)]
    if when.asked is Asked.REOPENING:
        start = datetime.combine(when.day, time(), ZONE)
        opens = next_opening(centre.hours, max(start, question.now), calendar, province)
        return [capital(moment(opens)) + "."] if opens else [say.HOURS_ASK]
    opening = opening_on(centre.hours, when.day, calendar, province)
    name = capital(long_day(when.day))
    if not opening.spans:
        why = opening.reason or say.WHY_CLOSED.get(opening.why, "")
        return [say.HOURS_DAY_CLOSED.format(day=name, why=why)]
    if when.asked is Asked.CLOSING and opening.closes:
        return [say.HOURS_CLOSING.format(day=name, closes=clock(opening.closes))]
    spans = ", ".join(f"{clock(span.opens)}–{clock(span.closes)}" for span in opening.spans)
    return [say.HOURS_DAY.format(day=name, spans=spans)]


def _now(question: Question, centre: Centre) -> str:
    state = state_at(centre.hours, question.now, question.published.calendar, centre.province_code)
    if state.is_open and state.closes_at:
        closes, minutes = clock(state.closes_at.time()), state.minutes_left
        return say.HOURS_OPEN.format(closes=closes, minutes=minutes)
    why = state.opening.reason or say.WHY_CLOSED.get(state.why, "")
    if state.opens_at is None:
        return say.HOURS_CLOSED_FOR_LONG.format(why=why)
    return say.HOURS_CLOSED.format(why=why, opens=moment(state.opens_at))


def _day_in_general(question: Question, asked: date) -> list[str]:
    """Say whether offices work on a day, for a centre whose hours nobody has entered."""
    calendar, province = question.published.calendar, question.state.province_code
    found = calendar.day(asked, province)
    name = capital(long_day(asked))
    if found.kind is DayKind.WORKING:
        return [say.HOURS_WORKING_DAY.format(day=name)]
    if found.kind is DayKind.MAKE_UP:
        return [say.HOURS_MAKE_UP.format(day=name)]
    following = say.HOURS_NEXT_WORKING.format(day=long_day(calendar.next_working(asked, province)))
    if found.kind is DayKind.WEEKEND:
        return [say.HOURS_WEEKEND.format(day=name), following]
    return [say.HOURS_HOLIDAY.format(day=name, name=found.name), following]


def long_day(when: date) -> str:
    """Return a day with its weekday: "thứ Năm 03/12/2026"."""
    return f"{say.WEEKDAYS[when.weekday()]} {when:%d/%m/%Y}"


def clock(at: time) -> str:
    """Return a time as people say it: "7 giờ 30"."""
    return f"{at.hour} giờ {at.minute:02}" if at.minute else f"{at.hour} giờ"


def moment(at: datetime) -> str:
    """Return a moment in Vietnam: "7 giờ 30 thứ Hai 23/11/2026"."""
    local = at.astimezone(ZONE)
    return f"{clock(local.time())} {long_day(local.date())}"
