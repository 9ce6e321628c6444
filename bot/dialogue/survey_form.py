"""The satisfaction survey in the chat: one question a message, kept after each answer.

A question asked in the middle is answered, and then the survey's own question is put again. What was
answered stays for thirty days when the chat breaks off; on a kiosk for a quarter of an hour.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from bot import surveys
from bot.conversation import KIOSK, Action, Button, Card, Reply
from bot.dialogue import forms, scope
from bot.dialogue.centres import centres_of, long_day
from bot.dialogue.question import Question
from bot.dialogue.survey_steps import Form, Step, choose_centre, steps_of
from bot.drafts import keep, load
from bot.messages import late
from bot.messages import surveys as words
from bot.models import Aspect, SurveyDraft
from bot.people import find_contact
from bot.surveys import drafts
from bot.surveys.centres import centre_by_key
from knowledge.hours import ZONE
from knowledge.matching import recognise_facet
from knowledge.text import fold, normalise

NAME = "survey"
_WANT = r"(?:(?:toi|tui|em|minh|con|chau)(?: \w+)? )?(?:(?:muon|can|xin|dinh|cho|duoc) )*"
_CENTRE = r"(?:trung tam|bo phan mot cua|mot cua|noi (?:tiep dan|lam thu tuc)|can bo mot cua)"
_BEGIN = re.compile(
    rf"^/?{_WANT}(?:(?:lam |tra loi |tham gia )?(?:phieu )?khao sat(?: (?:su )?hai long)?"
    rf"|(?:danh gia|cham diem) (?:{_CENTRE}|(?:muc do |su )hai long|(?:lan |viec )?di lam (?:thu tuc|giay to))"
    rf"|gop y (?:ve |cho )?(?:{_CENTRE}|lan di lam (?:thu tuc|giay to)))(?: (?:nhe|a|nha|di|o day|moi))*\W*$"
)
#: The link or code printed at a centre: "/start survey_<key>" on Telegram, "/khaosat <key>" elsewhere.
_LINK = re.compile(r"^/?(?:start survey_|khaosat[ _])([a-z0-9-]{2,60})\W*$")
_RESUME = re.compile(r"^(?:tiep tuc|lam tiep)(?: (?:phieu )?khao sat)?\W*$")
_CANCEL_DRAFT = re.compile(r"^(?:huy|xoa|bo) (?:phieu )?khao sat\W*$")
#: A longer remark with a question mark is a remark.
_LONGEST_QUESTION = 15
#: Scores of 2 or less: something may have to be put right, which a survey does not do.
_UNHAPPY = 2


async def begin(question: Question) -> Reply | None:
    """Open the survey, by words or by a printed code; None for anything else."""
    link = _LINK.match(question.message.text.strip().lower())
    if not link and not _BEGIN.match(question.folded.strip()):
        return None
    if not question.keeps:
        return Reply(Action.OTHER, words.NOT_KEPT)
    if question.message.in_group:
        return Reply(Action.OTHER, words.NOT_IN_GROUP)
    form = Form(question, "centre", {})
    form.said.append(words.START)
    centre = centre_by_key(question.published, link[1], question.today) if link else None
    if centre is None and question.message.channel == KIOSK and question.state.commune_code:
        centre = centres_of(question)[0].centre
    if centre is not None:
        choose_centre(form, centre)
        form.data["given"] = True
        form.step = "field"
        form.said.append(words.AT.format(centre=form.data["centre_name"]))
    question.state = replace(question.state, form=NAME, choices=(), asked="")
    return await _move(form, 0)


async def go_on(question: Question) -> Reply | None:
    """Take the answer to the survey's question; None when none is open, or a question came between."""
    if question.state.form != NAME:
        return await _waiting(question)
    if not question.keeps:
        return None
    draft = await _draft(question)
    if draft is None:
        question.state = replace(question.state, form="")
        return None
    form = Form(question, draft.step, dict(draft.data))
    urgent = scope.urgent(question)
    if urgent is not None:
        question.closing = _resume_card(form)
        return urgent
    if not question.message.text.strip():
        return await _move(form, 0)
    return await _turn(form)


async def _turn(form: Form) -> Reply | None:
    text = form.picked(form.question.message.text.strip())
    if text is None:
        form.question.closing = _resume_card(form)
        return None  # a number that answers the question in between
    folded = fold(normalise(text))
    if _LINK.match(text.lower()) or _BEGIN.match(folded):
        return await _move(form, 0)  # opened a second time: where it stands
    if forms.CANCEL.match(folded) or _CANCEL_DRAFT.match(folded):
        return await _cancel(form.question)
    if forms.BACK.match(folded):
        return await _move(form, -1)
    step = _step(form)
    if forms.SKIP.match(folded):
        return await _skip(form, step)
    if _is_question(form, text, folded):
        form.question.closing = _resume_card(form)
        return None
    again = await step.read(form, text)
    if again is not None:
        await _keep(form)
        return again
    if form.step == "confirm":
        return await _send(form)
    if form.step == "month" and await _is_answered(form):
        await _discard(form.question)
        return Reply(Action.OTHER, words.FILED[surveys.Filed.ALREADY])
    return await _move(form, 1)


async def _waiting(question: Question) -> Reply | None:
    """Go on with, or drop, a survey left unfinished; mention it at the start of a conversation."""
    folded = question.folded.strip()
    resumes, cancels = _RESUME.match(folded), _CANCEL_DRAFT.match(folded)
    if not question.keeps:
        return None
    if not (resumes or cancels):
        _mention(question, question.opening.survey)
        return None
    draft = await _draft(question)
    if draft is None:
        return Reply(Action.OTHER, words.NO_DRAFT) if "khao sat" in folded else None
    if cancels:
        return await _cancel(question)
    question.state = replace(question.state, form=NAME, choices=(), asked="")
    return await _move(Form(question, draft.step, dict(draft.data)), 0)


def _mention(question: Question, draft: SurveyDraft | None) -> None:
    if draft is not None and question.closing is None:
        day = long_day(draft.updated_at.astimezone(ZONE).date())
        question.closing = Card(words.RESUME_TITLE, lead=(words.DRAFT_WAITS.format(day=day),))


def _step(form: Form) -> Step:
    steps = steps_of(form)
    return next((step for step in steps if step.name == form.step), steps[0])


def _is_question(form: Form, text: str, folded: str) -> bool:
    """Whether the citizen asks something instead of answering."""
    if normalise(text) in {normalise(choice) for choice in form.choices}:
        return False
    if forms.COMMAND.match(folded):
        return True
    if form.step == "comment":
        short = len(text.split()) <= _LONGEST_QUESTION
        return short and text.endswith("?") and recognise_facet(normalise(text)) is not None
    return bool(forms.ASKING.search(folded)) or (
        form.step != "field" and recognise_facet(normalise(text)) is not None
    )


def _resume_card(form: Form) -> Card:
    return Card(words.RESUME_TITLE, lead=(_step(form).asks,))


async def _skip(form: Form, step: Step) -> Reply:
    if step.skipped is None:
        form.said.append(words.CANNOT_SKIP)
        return await _move(form, 0)
    form.data.update(step.skipped)
    return await _move(form, 1)


async def _move(form: Form, by: int) -> Reply:
    """Put the next question (or the same, or the one before), and keep the form."""
    steps = steps_of(form)
    names = [step.name for step in steps]
    at = (names.index(form.step) if form.step in names else 0) + by
    if at < 0:
        form.said.append(words.FIRST_STEP)
        at = 0
    form.step = names[at]
    form.question.state = replace(form.question.state, choices=(), asked="")
    reply = await steps[at].prompt(form)
    await _keep(form)
    return reply


async def _draft(question: Question) -> SurveyDraft | None:
    message = question.message
    async with question.sources.database.read() as session:
        return await load(session, SurveyDraft, message.channel, message.chat_id, question.now)


async def _keep(form: Form) -> None:
    message = form.question.message
    async with form.question.sources.database.write() as session:
        await keep(
            session, SurveyDraft, message.channel, message.chat_id,
            step=form.step, data=form.data, now=form.question.now,
            kept_for=drafts.kept_for(message.channel),
        )  # fmt: skip


async def _cancel(question: Question) -> Reply:
    await _discard(question)
    return Reply(Action.OTHER, words.CANCELLED)


async def _discard(question: Question) -> None:
    question.state = replace(question.state, form="", choices=(), asked="")
    message = question.message
    async with question.sources.database.write() as session:
        await drafts.discard(session, message.channel, message.chat_id)


# --- Sending ---------------------------------------------------------------------------------------


async def _is_answered(form: Form) -> bool:
    """Whether this citizen has answered already: better said before the five questions than after."""
    question, message = form.question, form.question.message
    if message.channel == KIOSK:
        return False
    month = date.fromisoformat(form.data["month"])
    slot = (surveys.quarter(month), form.data["centre"], form.data["field"])
    names = question.sources.pseudonyms.all_of(message.channel, message.chat_id)
    async with question.sources.database.read() as session:
        contact = await find_contact(session, message.channel, message.chat_id)
        person = contact.person_id if contact else None
        return await surveys.answered_before(session, slot, names, person)


async def _send(form: Form) -> Reply:
    """Take the survey in; the form is gone in the same transaction."""
    question, data, message = form.question, form.data, form.question.message
    wanted = surveys.Wanted(
        channel=message.channel,
        address=message.chat_id,
        names=question.sources.pseudonyms.all_of(message.channel, message.chat_id),
        centre=data["centre"],
        centre_name=data["centre_name"],
        province_code=data["province_code"],
        field=data["field"],
        month=date.fromisoformat(data["month"]),
        scores={aspect: data[aspect.value] for aspect in Aspect},
        comment=data.get("comment", ""),
        consent_version=words.CONSENT_VERSION,
    )
    async with question.sources.database.write() as session:
        filed = await surveys.file(session, wanted, now=question.now)
    if filed is not surveys.Filed.BUSY:
        question.state = replace(question.state, form="", choices=(), asked="")
    text = words.FILED[filed]
    low = [score for score in wanted.scores.values() if score is not None and score <= _UNHAPPY]
    if filed is surveys.Filed.TAKEN and low:
        petition = Button(late.OFFER, send=late.OFFER)
        return Reply(Action.OTHER, f"{text}\n{words.PETITION_HINT}", follow_ups=(petition,))
    return Reply(Action.OTHER, text)
