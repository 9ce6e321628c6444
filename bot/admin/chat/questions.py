"""/cauhoi: what was asked most and never answered; a wording for a procedure, or out of scope."""

from __future__ import annotations

from bot.admin.chat.review import broken_text
from bot.admin.chat.turn import Turn
from bot.admin.questions import MAX_ALIAS, put_away, teach
from bot.conversation import Button, Reply
from bot.deeds import HeldError
from bot.messages import desk as words
from bot.missed import group_new, open_groups, questions_of
from bot.models import MissedQuestion, MissedStatus

#: Groups of one list, and procedures offered for one.
SHOWN = 5
OFFERED = 3
_NAME = "/cauhoi"


async def run(turn: Turn, rest: list[str]) -> Reply:
    """List, show, ask, or do."""
    if not rest:
        return await _list(turn)
    number = rest[0]
    group = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    async with turn.press.database.read() as session:
        questions = [
            one for one in await questions_of(session, group) if one.status is MissedStatus.OPEN
        ]
    if not questions:
        return turn.say(words.GONE)
    here, text = f"{_NAME} {group}", questions[0].question[:MAX_ALIAS]
    match rest[1:]:
        case ["la", code]:
            sure = words.SURE_TEACH.format(text=text, title=await _title(turn, code))
            return turn.say(sure, _yes_or(f"{here} la {code}", here))
        case ["la", code, "chac"]:
            return await _teach(turn, group, code, text)
        case ["ngoai"]:
            sure = words.SURE_OUTSIDE.format(question=text)
            return turn.say(sure, _yes_or(f"{here} ngoai", here))
        case ["ngoai", "chac"]:
            async with turn.press.database.write() as session:
                count = await put_away(session, group, turn.doer, out_of_scope=True)
            return turn.say(words.CLOSED.format(count=count))
    return _show(turn, here, questions)


async def _list(turn: Turn) -> Reply:
    await group_new(turn.press.database)
    async with turn.press.database.read() as session:
        groups = await open_groups(session, newest=False, limit=SHOWN)
    if not groups:
        return turn.say(words.NO_QUESTIONS)
    buttons = [
        Button(f"{one.question[:80]} ({one.times})", send=f"{_NAME} {one.id}") for one in groups
    ]
    return turn.say(words.QUESTIONS, buttons)


def _show(turn: Turn, here: str, questions: list[MissedQuestion]) -> Reply:
    first = questions[0]
    said = words.QUESTION.format(
        question=first.question, times=sum(one.times for one in questions), wordings=len(questions)
    )
    hits = turn.press.library.current.index.search(first.question).hits[:OFFERED]
    buttons = [
        Button(f"{hit.title[:80]} ({hit.code})", send=f"{here} la {hit.code}") for hit in hits
    ]
    buttons += [Button(words.OUTSIDE, send=f"{here} ngoai"), Button(words.BACK, send=_NAME)]
    return turn.say("\n".join([said, *([words.IS_IT] if hits else [])]), buttons)


async def _title(turn: Turn, code: str) -> str:
    library = turn.press.library
    content = await library.content(library.current, code)
    return f"{content.name} ({code})" if content else code


async def _teach(turn: Turn, group: int, code: str, text: str) -> Reply:
    try:
        taught = await teach(turn.press, group, code, text, turn.doer, reason=turn.words)
    except HeldError as error:
        return turn.say(broken_text(error.verdict), awaits=f"{_NAME} {group} la {code} chac")
    return turn.say(words.TAUGHT.format(text=taught, code=code))


def _yes_or(command: str, back: str) -> list[Button]:
    return [Button(words.YES, send=f"{command} chac"), Button(words.STOP, send=back)]
