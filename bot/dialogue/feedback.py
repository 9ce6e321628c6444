"""Was the answer any good? One unobtrusive pair of buttons, then one question why not."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.conversation import Action, Button, Reply
from bot.dialogue.question import Question
from bot.messages import feedback as words
from bot.models import Feedback, FeedbackReason, FeedbackStatus, Turn
from bot.people import find_contact
from bot.privacy import mask
from knowledge.text import fold, normalise

#: What counts as 👍 and as 👎, without accents and closing words.
_GOOD = frozenset(["👍", "👍 dung y", "dung y", "huu ich", "tra loi tot", "tra loi dung"])
_BAD = frozenset(
    ["👎", "👎 chua dung", "chua dung", "khong dung", "tra loi sai", "sai roi", "khong huu ich"]
)
#: What says it without a word.
MARKS = ("👍", "👎")
#: One sign said several times or in a colour of skin, as telephones send it.
_SIGNS = re.compile(r"^(👍|👎)(?:\1|[\U0001F3FB-\U0001F3FF\uFE0F\s])*$")
_CLOSING = re.compile(r"(?: (?:a|em|ban|nhe|nha))?\W*$")
_COMMENT = re.compile(r"^gop y\s*:\s*(.+)", re.DOTALL)
_REASONS = {fold(normalise(label)): FeedbackReason(key) for key, label in words.REASONS.items()}
#: Longer comments are cut.
_LONGEST = 1_000

#: Offered under an answer.
PAIR = (Button(words.HELPED, send=words.HELPED), Button(words.DID_NOT, send=words.DID_NOT))


async def take(question: Question) -> Reply | None:
    """Note an opinion of the last answer; None for anything else."""
    text = normalise(question.text)  # a choice is put in place as its button says it
    folded = _SIGNS.sub(r"\1", fold(text))
    comment = _COMMENT.match(folded)
    if comment:
        # Folding keeps the length, so the comment stands at the same place with its accents.
        return await _comment(question, text[comment.start(1) :])
    reason = _REASONS.get(folded)
    if reason is not None and question.state.answered:
        return await _reason(question, reason)
    said = folded if folded in _GOOD | _BAD else _CLOSING.sub("", folded)
    if said in _GOOD:
        return await _opinion(question, helpful=True)
    return await _opinion(question, helpful=False) if said in _BAD else None


def invite(reply: Reply) -> Reply:
    """Return an answer with the pair of buttons under it."""
    if reply.action is not Action.ANSWER or not reply.cards:
        return reply
    return replace(reply, follow_ups=(*reply.follow_ups, *PAIR))


async def _opinion(question: Question, *, helpful: bool) -> Reply:
    if not question.state.answered:
        return Reply(Action.OTHER, words.NOTHING_TO_JUDGE)
    await _keep(question, helpful=helpful)
    if helpful:
        return Reply(Action.OTHER, words.THANKS)
    choices = tuple(Button(label, send=label) for label in words.REASONS.values())
    question.state = replace(
        question.state, choices=tuple(choice.send for choice in choices), asked="feedback"
    )
    return Reply(Action.OTHER, words.WHY, choices=choices)


async def _reason(question: Question, reason: FeedbackReason) -> Reply:
    await _keep(question, helpful=False, reason=reason)
    question.state = replace(question.state, choices=(), asked="")
    return Reply(Action.OTHER, words.NOTED)


async def _comment(question: Question, comment: str) -> Reply:
    if not question.state.answered:
        return Reply(Action.OTHER, words.NOTHING_TO_JUDGE)
    await _keep(question, comment=mask(comment)[:_LONGEST])
    return Reply(Action.OTHER, words.COMMENT_KEPT)


async def _keep(
    question: Question,
    *,
    helpful: bool | None = None,
    reason: FeedbackReason | None = None,
    comment: str = "",
) -> None:
    """Store an opinion; a second one about the same answer replaces the first."""
    if not question.keeps:
        return
    async with question.sources.database.write() as session:
        kept = await _feedback(session, question)
        if kept is None:
            return
        if helpful is not None:
            kept.helpful = helpful
        if kept.helpful:
            kept.reason = FeedbackReason.NONE
        kept.reason = reason if reason is not None else kept.reason
        kept.comment = comment or kept.comment
        kept.status = FeedbackStatus.OPEN
        kept.at = question.now
        session.add(kept)


async def _feedback(session: AsyncSession, question: Question) -> Feedback | None:
    turn_id = question.state.answered
    query = select(Feedback).where(Feedback.turn_id == turn_id).with_for_update()
    kept = (await session.exec(query)).first()
    if kept is not None:
        return kept
    turn = await session.get(Turn, turn_id)
    if turn is None:
        return None
    message = question.message
    contact = await find_contact(session, message.channel, message.chat_id)
    return Feedback(
        turn_id=turn_id,
        person_id=contact.person_id if contact else None,
        channel=message.channel,
        helpful=False,
        question=turn.question,
        facet=turn.facet,
        codes=list(turn.codes),
    )
