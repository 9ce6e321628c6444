"""/duyet: what waits, a short diff of one, approve or send back with a reason, each asked twice."""

from __future__ import annotations

from collections.abc import Iterator

from bot import deeds
from bot.admin.announcing import approve_and_release, reach_of
from bot.admin.chat.turn import Turn, cut
from bot.admin.chat.waiting import announcements_waiting, revisions_waiting
from bot.admin.procedures import deciding
from bot.admin.procedures.work import Opened, open_work, verdict_on
from bot.broadcast import digest, lifecycle
from bot.broadcast.wording import message_text
from bot.conversation import Button, Reply
from bot.messages import desk as words
from bot.models import Announcement, AnnouncementStatus, Role
from knowledge.golden import Verdict
from knowledge.hours import ZONE
from knowledge.models import Procedure, Revision
from knowledge.publishing import PublishingError, changes
from knowledge.publishing.changes import Change, Kind, Row

#: Things of one list.
SHOWN = 5
#: Broken golden questions named.
NAMED = 3
_NAME = "/duyet"


async def run(turn: Turn, rest: list[str]) -> Reply:
    """List, show, ask, or do."""
    if not rest:
        return await _list(turn)
    kind, number = rest[0][:1], rest[0][1:]
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return turn.say(words.GONE)
    if kind == "r" and turn.may(Role.APPROVER):
        return await _revision(turn, int(number), rest[1:])
    if kind == "a" and turn.may(Role.SENDER):
        return await _announcement(turn, int(number), rest[1:])
    return turn.say(words.GONE)


async def _list(turn: Turn) -> Reply:
    buttons: list[Button] = []
    async with turn.press.database.read() as session:
        if turn.may(Role.APPROVER):
            for revision, procedure in (await revisions_waiting(session))[:SHOWN]:
                title = revision.title or procedure.code
                label = words.REVISION.format(title=title[:80], author=revision.author)
                buttons.append(Button(label, send=f"{_NAME} r{revision.id}"))
        if turn.may(Role.SENDER):
            for one in (await announcements_waiting(session))[:SHOWN]:
                title = (one.title or one.text).splitlines()[0][:60] if one.text else ""
                label = words.ANNOUNCEMENT.format(number=one.id, title=title, author=one.author)
                buttons.append(Button(label, send=f"{_NAME} a{one.id}"))
    if not buttons:
        return turn.say(words.NOTHING_WAITS)
    return turn.say(words.WHAT_WAITS, buttons)


# --- A revision ------------------------------------------------------------------------------------


async def _revision(turn: Turn, number: int, rest: list[str]) -> Reply:
    opened, revision = await _opened(turn, number)
    match rest:
        case ["duyet"]:
            return await _ask_to_publish(turn, opened, revision)
        case ["duyet", "chac"]:
            live = await deciding.approve(
                turn.press, opened.key, number, turn.doer, reason=turn.words
            )
            return turn.say(words.PUBLISHED if live else words.APPROVED)
        case ["tra"]:
            return _ask_to_return(turn, f"{_NAME} r{number}")
        case ["tra", "chac"]:
            await deciding.send_back(turn.press, opened.key, number, turn.doer, reason=turn.words)
            return turn.say(words.RETURNED)
    return await _show(turn, opened, revision)


async def _opened(turn: Turn, number: int) -> tuple[Opened, Revision]:
    """Return what waits under a number.

    Raises:
        PublishingError: it does not wait any more.
    """
    async with turn.press.database.read() as session:
        revision = await session.get(Revision, number)
        procedure = await session.get(Procedure, revision.procedure_id) if revision else None
        opened = await open_work(session, deeds.key_of(procedure)) if procedure else None
    waits = opened.work.open if opened else None
    if opened is None or waits is None or waits.id != number or waits.approver:
        raise PublishingError(words.GONE)
    return opened, waits


async def _show(turn: Turn, opened: Opened, revision: Revision) -> Reply:
    live = opened.work.live
    found = changes(opened.content(live) if live else None, opened.content(revision))
    lines = [
        words.CHANGES.format(
            title=opened.title, key=opened.key, number=revision.number, author=revision.author
        ),
        *([] if live else [words.FIRST]),
        *(line for change in found for line in _lines(change)),
    ]
    if revision.publish_at:
        time = revision.publish_at.astimezone(ZONE)
        lines.insert(1, words.SCHEDULED.format(time=f"{time:%H:%M %d/%m/%Y}"))
    here, buttons = f"{_NAME} r{revision.id}", []
    async with turn.press.database.read() as session:
        second = await deeds.needs_second_person(session)
    text = cut(lines, words.CUT)
    if second and revision.author == turn.official.login:
        text = f"{text}\n{words.OWN}"
    else:
        buttons.append(Button(words.APPROVE, send=f"{here} duyet"))
    buttons += [Button(words.RETURN, send=f"{here} tra"), Button(words.BACK, send=_NAME)]
    return turn.say(text, buttons)


def _lines(change: Change) -> Iterator[str]:
    yield f"{change.heading}:"
    for row in change.rows:
        if row.kind is not Kind.SAME:
            yield _line(row)


def _line(row: Row) -> str:
    if row.kind is Kind.ADDED:
        return "+ " + "".join(one.text for one in row.segments)
    if row.kind is Kind.REMOVED:
        return "− " + "".join(one.text for one in row.segments)
    marks = {Kind.SAME: "{}", Kind.REMOVED: "[bỏ: {}]", Kind.ADDED: "[thêm: {}]"}
    return "~ " + "".join(marks[one.kind].format(one.text) for one in row.segments)


async def _ask_to_publish(turn: Turn, opened: Opened, revision: Revision) -> Reply:
    here = f"{_NAME} r{revision.id} duyet"
    verdict = await verdict_on(turn.press, opened, revision)
    if not verdict.passed and not turn.words:
        return turn.say(broken_text(verdict), awaits=here)
    sure = words.SURE_PUBLISH.format(number=revision.number, title=opened.title)
    return turn.say(sure, _yes_or(here, _NAME), keeps=turn.words)


def broken_text(verdict: Verdict) -> str:
    """Return which golden questions would break, and that a reason is needed to go on."""
    named = "; ".join(f"“{before.golden.question}”" for before, _ in verdict.broke[:NAMED])
    broken = words.BROKEN.format(count=len(verdict.broke), questions=named)
    return f"{broken}\n{words.GIVE_OVERRIDE}"


def _ask_to_return(turn: Turn, here: str) -> Reply:
    if not turn.words:
        return turn.say(words.GIVE_REASON, awaits=f"{here} tra")
    reason = turn.words[: deciding.REASON]
    sure = words.SURE_RETURN.format(reason=reason)
    return turn.say(sure, _yes_or(f"{here} tra", _NAME), keeps=reason)


def _yes_or(command: str, back: str) -> list[Button]:
    return [Button(words.YES, send=f"{command} chac"), Button(words.STOP, send=back)]


# --- An announcement -------------------------------------------------------------------------------


async def _announcement(turn: Turn, number: int, rest: list[str]) -> Reply:
    here = f"{_NAME} a{number}"
    async with turn.press.database.read() as session:
        one = await session.get(Announcement, number)
        if one is None or one.status is not AnnouncementStatus.DRAFT:
            return turn.say(words.GONE)
        hour = turn.question.sources.settings.digest_hour
        reach = await reach_of(session, one, digest_hour=hour)
        people = reach.reachable
    match rest:
        case ["duyet"] if people > lifecycle.BULK and not turn.words:
            return turn.say(words.GIVE_COUNT.format(count=people), awaits=f"{here} duyet")
        case ["duyet"] if people <= lifecycle.BULK:
            return turn.say(words.SURE_SEND.format(count=people), _yes_or(f"{here} duyet", _NAME))
        case ["duyet"] | ["duyet", "chac"]:
            return await _send(turn, number)
        case ["tra"]:
            return _ask_to_return(turn, here)
        case ["tra", "chac"]:
            async with turn.press.database.write() as session:
                await lifecycle.send_back(
                    session, number, by=turn.doer.login, reason=turn.words, where=turn.doer.where
                )
            return turn.say(words.RETURNED)
    reaches = words.REACHES.format(count=people)
    if within := digest.in_estimate(reach):
        reaches = f"{reaches.rstrip('.')}, {within}."
    text = cut([message_text(one), reaches], words.CUT)
    return turn.say(
        text,
        [
            Button(words.APPROVE, send=f"{here} duyet"),
            Button(words.RETURN, send=f"{here} tra"),
            Button(words.BACK, send=_NAME),
        ],
    )


async def _send(turn: Turn, number: int) -> Reply:
    async with turn.press.database.write() as session:
        one = await session.get_one(Announcement, number)
        people = await approve_and_release(session, one, turn.doer, confirmed=turn.words)
    return turn.say(words.SENT.format(count=people))
