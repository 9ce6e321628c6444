"""The desk in an official's own chat: figures, what waits for approval, questions nobody answered.

The commands are the deeds of the pages, by the same functions. What changes something is asked twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException

from bot.admin.chat import figures, questions, review
from bot.admin.chat.turn import Turn
from bot.admin.procedures.work import Press
from bot.broadcast.lifecycle import LifecycleError
from bot.conversation import Reply
from bot.dialogue.question import DESK, Desk, Question
from bot.messages import desk as words
from bot.models import Official, Role
from knowledge.publishing import PublishingError
from knowledge.text import fold

_STOP: Final = frozenset({"thoi", "huy", "huy bo", "bo qua"})


@dataclass(frozen=True, slots=True)
class Command:
    """One command: who may give it (any of these roles), and what it does with what follows."""

    roles: tuple[Role, ...]
    run: Callable[[Turn, list[str]], Awaitable[Reply]]


COMMANDS: Final[Mapping[str, Command]] = {
    "/thongke": Command((Role.VIEWER,), figures.show),
    "/duyet": Command((Role.APPROVER, Role.SENDER), review.run),
    "/cauhoi": Command((Role.EDITOR,), questions.run),
}


def at(press: Press) -> Desk:
    """Return the desk of a running application."""

    async def serve(question: Question, official: Official) -> Reply | None:
        turn = Turn.of(press, question, official)
        command = _command_of(question, turn)
        if command is None:
            return None
        if fold(turn.words).lower() in _STOP:
            return turn.say(words.LEFT)
        name, *rest = command.split()
        known = COMMANDS.get(fold(name).lower().replace("_", ""))
        if known is None or not any(turn.may(role) for role in known.roles):
            return None
        try:
            return await known.run(turn, rest)
        except (PublishingError, LifecycleError) as error:
            return turn.say(str(error))
        except HTTPException:
            return turn.say(words.GONE)

    return serve


def _command_of(question: Question, turn: Turn) -> str | None:
    """Return the command of a message: itself, what its number stands for, or what waits for words."""
    text = question.message.text.strip()
    state = question.state
    kept = state.asked.removeprefix("=") if state.asked.startswith("=") else ""
    if text.startswith("/"):
        turn.words = kept if text in state.choices else ""  # a reason is for what it was given for
        return text
    if state.form != DESK:
        return None
    if state.asked.startswith("/"):  # it asked for words, and here they are
        turn.words = text
        return state.asked
    at_number = int(text) - 1 if text.isascii() and text.isdigit() and len(text) < 3 else -1
    if not 0 <= at_number < len(state.choices):
        return None
    turn.words = kept
    return state.choices[at_number]
