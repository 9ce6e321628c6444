"""Taking in a filled-in survey: once a person, a centre, a field and a quarter, whatever they try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import attempts, people
from bot.conversation import ANSWER_ONLY, KIOSK
from bot.drafts import load
from bot.models import Aspect, Person, SurveyAnswer, SurveyDraft, SurveySource
from bot.privacy import mask
from bot.surveys import drafts

#: Surveys of one person about visits of one quarter: someone who went more often is rare, someone
#: who answers for every field to shift the index is not.
MOST_A_QUARTER: Final = 5
#: Answers within an hour about one centre where nobody proves to be a person of their own.
MOST_AN_HOUR: Final[Mapping[SurveySource, int]] = {
    SurveySource.PAGE: 30,
    SurveySource.DEVICE: 12,
}
#: Months that can be told of: this one and those before it; memory fades.
MONTHS: Final = 3
#: Longer comments are cut.
LONGEST: Final = 1_000


class Filed(StrEnum):
    """What became of a survey."""

    TAKEN = "taken"
    ALREADY = "already"
    """This person has answered about this centre, field and quarter."""
    ENOUGH = "enough"
    """This person has answered MOST_A_QUARTER times about this quarter."""
    BUSY = "busy"
    """Too many answers from shared devices or pages within the hour; the form is kept."""
    GONE = "gone"
    """The form was sent or cancelled elsewhere."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filled-in form and whose it is."""

    channel: str
    address: str
    names: Sequence[str]
    """The address's pseudonyms, the present one first."""
    centre: str
    centre_name: str
    province_code: str
    field: str
    month: date
    scores: Mapping[Aspect, int | None]
    comment: str
    consent_version: str


def quarter(month: date) -> str:
    """Return the period a month belongs to, e.g. "2026-Q4"."""
    return f"{month.year}-Q{(month.month - 1) // 3 + 1}"


def months_back(today: date) -> tuple[date, ...]:
    """Return the first days of the months a visit may have been in, the latest first."""
    months = [today.replace(day=1)]
    for _ in range(MONTHS - 1):
        last = months[-1]
        months.append(date(last.year - (last.month == 1), (last.month - 2) % 12 + 1, 1))
    return tuple(months)


async def file(session: AsyncSession, wanted: Wanted, *, now: datetime) -> Filed:
    """Store a survey and drop its form, in the caller's transaction.

    Sending twice, on two devices or two linked channels, or over the limits leaves one answer.
    """
    draft = await load(session, SurveyDraft, wanted.channel, wanted.address, now, lock=True)
    if draft is None:
        return Filed.GONE
    answer = _row(wanted, now)
    filed = None if wanted.channel == KIOSK else await _claim(session, wanted, answer, now)
    filed = filed or await _store(session, answer, now)
    if filed is not Filed.BUSY:
        await drafts.discard(session, wanted.channel, wanted.address)
    return filed


async def _store(session: AsyncSession, answer: SurveyAnswer, now: datetime) -> Filed:
    if answer.source in MOST_AN_HOUR:
        key = f"survey:{answer.source}:{answer.centre}"
        if not await attempts.may_try(session, key, now=now, most=MOST_AN_HOUR[answer.source]):
            return Filed.BUSY
    try:
        async with session.begin_nested():
            session.add(answer)
            await session.flush()
    except IntegrityError:
        return Filed.ALREADY
    return Filed.TAKEN


async def answered_before(
    session: AsyncSession, wanted: tuple[str, str, str], names: Sequence[str], person: str | None
) -> bool:
    """Whether a person, or any of an address's pseudonyms, answered about (period, centre, field)."""
    period, centre, field = wanted
    mine = or_(col(SurveyAnswer.who).in_(names), col(SurveyAnswer.person_id) == (person or "-"))
    query = select(SurveyAnswer.id).where(
        mine,
        SurveyAnswer.period == period,
        SurveyAnswer.centre == centre,
        SurveyAnswer.field == field,
    )
    return (await session.exec(query.limit(1))).first() is not None


def _row(wanted: Wanted, now: datetime) -> SurveyAnswer:
    given = [score for score in wanted.scores.values() if score is not None]
    scores: dict[str, Any] = {aspect.value: score for aspect, score in wanted.scores.items()}
    return SurveyAnswer(
        **scores,
        source=SurveySource.DEVICE,
        centre=wanted.centre,
        centre_name=wanted.centre_name,
        province_code=wanted.province_code,
        field=wanted.field,
        month=wanted.month,
        period=quarter(wanted.month),
        score=sum(given) / len(given),
        comment=mask(wanted.comment)[:LONGEST],
        consent_version=wanted.consent_version,
        at=now,
    )


async def _claim(
    session: AsyncSession, wanted: Wanted, answer: SurveyAnswer, now: datetime
) -> Filed | None:
    """Put the answer down as its person's; return why not, when they may give no more.

    The person is locked, so that two devices at once cannot both stay under the limit.
    """
    contact = await people.heard_from(session, wanted.channel, wanted.address, now=now)
    person = contact.person_id
    await session.exec(select(Person.id).where(Person.id == person).with_for_update())
    slot = (answer.period, answer.centre, answer.field)
    if await answered_before(session, slot, wanted.names, person):
        return Filed.ALREADY
    mine = or_(col(SurveyAnswer.who).in_(wanted.names), col(SurveyAnswer.person_id) == person)
    counted = select(func.count()).where(mine, SurveyAnswer.period == answer.period)
    if (await session.exec(counted)).one() >= MOST_A_QUARTER:
        return Filed.ENOUGH
    channels = {one.channel for one in await people.contacts_of(session, person)}
    has_account = bool(channels - ANSWER_ONLY)
    answer.person_id, answer.who = person, wanted.names[0]
    answer.source = SurveySource.ACCOUNT if has_account else SurveySource.PAGE
    return None
