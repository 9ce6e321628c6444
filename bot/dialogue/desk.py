"""An official's own chat: their commands go to the desk; for everybody else there are none.

Who is no linked official, or lacks the role, or writes in a group, gets the ordinary answer: nothing
tells that these commands exist.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.conversation import Reply, is_personal
from bot.dialogue.question import DESK, Question
from bot.officials import official_of_chat
from knowledge.text import fold

_COMMAND = re.compile(r"/(?:thong_?ke|duyet|cau_?hoi)\b")


async def serve(question: Question) -> Reply | None:
    """Do what an official asks at their desk in chat; None for everything else."""
    sources, message = question.sources, question.message
    if sources.desk is None or not question.keeps or not is_personal(message):
        return None
    began = question.state.form == DESK
    if not began and not _COMMAND.match(fold(message.text.strip()).lower()):
        return None
    async with sources.database.read() as session:
        official = await official_of_chat(
            session, message.channel, message.chat_id, now=question.now
        )
    reply = await sources.desk(question, official) if official is not None else None
    if reply is None:
        if began:  # something else is asked: what was offered is over
            question.state = replace(question.state, form="", choices=(), asked="")
        return None
    return replace(reply, aside=True)
