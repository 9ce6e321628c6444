"""How a contest went, as the one who entered may know it: nothing that helps others before it closes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.contests import entries, scoring
from bot.contests.entries import Who
from bot.conversation import Action, Button, Card, Reply, Section
from bot.dialogue.centres import moment
from bot.dialogue.question import Question
from bot.messages import contests as words
from bot.models import Contest, ContestEntry, ContestQuestion
from bot.people import find_contact
from bot.receipts import new_seal

#: Pages a citizen is sent to.
PAGE = "/hoi-thi"
CERTIFICATE = f"{PAGE}/giay-chung-nhan"
#: Places, and answers with their explanations, shown in the chat; the page has all.
_TOP, _ANSWERS = 10, 10


@dataclass(frozen=True, slots=True)
class Standing:
    """A contest, its questions in the order of the citizen's entry, and the entry if there is one."""

    contest: Contest
    asked: Sequence[ContestQuestion]
    entry: ContestEntry | None


async def results(
    question: Question, who: Who, contest_id: int | None = None, *, secret: str = ""
) -> Reply:
    """Return how the citizen's entry stands; `secret` is given once, when it has just been finished."""
    async with question.sources.database.read() as session:
        found = await _standing(session, question, who, contest_id)
        if found is None:
            return Reply(Action.OTHER, words.NO_ENTRY)
        shows = found.contest.is_over(question.now) or found.contest.shows_scores
        placed = await entries.ranking(session, found.contest, limit=_TOP) if shows else []
        score = await _score(session, found) if shows else []
    lines = _lines(question, found, score, secret=secret)
    cards = (_top(placed, len(found.asked)),) if placed else ()
    offers = (
        (Button(words.SEE_ANSWERS, send=words.SEE_ANSWERS),)
        if found.contest.is_over(question.now)
        else ()
    )
    return Reply(Action.OTHER, "\n".join(lines), cards=cards, follow_ups=offers)


async def renew_secret(question: Question, who: Who) -> Reply:
    """Give a new secret for the citizen's newest finished entry; the old one is worth nothing then."""
    seal = await new_seal()
    async with question.sources.database.write() as session:
        found = await _standing(session, question, who, None)
        entry = found.entry if found else None
        if found is None or entry is None or entry.finished_at is None:
            return Reply(Action.OTHER, words.NO_ENTRY)
        entry.secret_hash = seal.stored
        session.add(entry)
    lines = [
        words.ALREADY.format(title=found.contest.title, nickname=entry.nickname),
        words.RECEIPT.format(code=entry.code, secret=seal.secret),
        words.RENEWED,
        words.CERTIFICATE_AT.format(url=_url(question, CERTIFICATE)),
    ]
    return Reply(Action.OTHER, "\n".join(lines))


async def show_answers(question: Question, who: Who) -> Reply:
    """Return the right answers with their explanations and sources, once the contest is over."""
    async with question.sources.database.read() as session:
        found = await _standing(session, question, who, None)
    if found is None:
        return Reply(Action.OTHER, words.NO_ENTRY)
    if not found.contest.is_over(question.now):
        return Reply(Action.OTHER, words.LATER.format(closes=moment(found.contest.closes_at)))
    given = {one["question"]: one["choice"] for one in found.entry.answers} if found.entry else {}
    sections = tuple(
        Section(
            words.ANSWER_TITLE.format(number=number, text=asked.text),
            _answer_lines(asked, given.get(asked.id)),
        )
        for number, asked in enumerate(found.asked[:_ANSWERS], 1)
    )
    more = words.MORE_ANSWERS.format(url=_url(question, f"{PAGE}/{found.contest.id}"))
    return Reply(
        Action.OTHER, cards=(Card(found.contest.title, sections=sections, notices=(more,)),)
    )


def _answer_lines(asked: ContestQuestion, given: int | None) -> tuple[str, ...]:
    lines = [words.ANSWER_RIGHT.format(choice=asked.choices[asked.right_choice])]
    if given is not None:
        lines.append(words.ANSWER_YOURS.format(choice=asked.choices[given]))
    return (*lines, asked.explanation, words.ANSWER_SOURCE.format(source=asked.source))


async def _standing(
    session: AsyncSession, question: Question, who: Who, contest_id: int | None
) -> Standing | None:
    """Return the contest asked for, or else the newest the citizen has entered, or the newest over."""
    if contest_id is None:
        contest_id = await _newest_entered(session, who) or await _newest_over(session, question)
    contest = await session.get(Contest, contest_id) if contest_id else None
    if contest is None or contest.id is None:
        return None
    entry = await entries.entry_of(session, contest.id, who)
    asked = await entries.questions_of(session, contest.id)
    return Standing(contest, scoring.order_of(asked, entry.seed) if entry else asked, entry)


async def _newest_entered(session: AsyncSession, who: Who) -> int | None:
    contact = await find_contact(session, who.channel, who.address)
    person = contact.person_id if contact else "-"
    mine = or_(col(ContestEntry.who).in_(who.names), col(ContestEntry.person_id) == person)
    query = select(ContestEntry.contest_id).where(mine).order_by(col(ContestEntry.id).desc())
    return (await session.exec(query.limit(1))).first()


async def _newest_over(session: AsyncSession, question: Question) -> int | None:
    known = await entries.shown(session, question.now, limit=20)
    return next((one.id for one in known if one.is_over(question.now)), None)


def _lines(question: Question, found: Standing, score: Sequence[str], *, secret: str) -> list[str]:
    contest, entry = found.contest, found.entry
    if entry is None or entry.finished_at is None:
        closes = moment(contest.closes_at)
        if contest.is_open(question.now) and entry is not None:
            left = len(found.asked) - len(entry.answers)
            return [words.RESUME.format(left=left, closes=closes)]
        over = words.LAST.format(title=contest.title, closes=closes)
        return [over, words.UNFINISHED if entry else words.NO_ENTRY]
    done = words.DONE if secret else words.ALREADY
    lines = [done.format(title=contest.title, nickname=entry.nickname)]
    lines += score or [words.LATER.format(closes=moment(contest.closes_at))]
    if secret:
        lines.append(words.RECEIPT.format(code=entry.code, secret=secret))
        lines.append(words.KEEP_RECEIPT)
        lines.append(words.CERTIFICATE_AT.format(url=_url(question, CERTIFICATE)))
    return lines


async def _score(session: AsyncSession, found: Standing) -> list[str]:
    entry = found.entry
    if entry is None or entry.finished_at is None:
        return []
    placed = await entries.place_of(session, found.contest, entry)
    said = words.SCORE.format(score=entry.score, count=len(found.asked), seconds=entry.seconds)
    if placed is None:
        return [said, words.NOT_RANKED]
    return [said, words.PLACE.format(place=placed[0], ranked=placed[1])]


def _top(placed: Sequence[scoring.Placed], count: int) -> Card:
    lines = (
        words.TOP_LINE.format(
            place=one.place, nickname=one.entry.nickname, score=one.entry.score,
            count=count, seconds=one.entry.seconds,
        )
        for one in placed
    )  # fmt: skip
    return Card(words.TOP, tuple(lines))


def _url(question: Question, path: str) -> str:
    return question.sources.settings.public_url.rstrip("/") + path
