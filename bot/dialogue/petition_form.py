"""The guided form of a petition: one question a message, kept in the database after each answer.

A question asked in the middle is answered, and then the form's own question is put again. What was
written stays for thirty days when the chat breaks off.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot import people, petitions
from bot.conversation import Action, Attachment, AttachmentKind, Button, Card, Reply
from bot.dialogue import forms, scope
from bot.dialogue.centres import long_day
from bot.dialogue.petition_steps import FORM, NAMES, Form, photo_reply
from bot.dialogue.question import Question
from bot.drafts import keep, load
from bot.messages import petitions as words
from bot.models import PetitionDraft
from bot.petitions import drafts
from bot.receipts import new_seal
from knowledge.hours import ZONE
from knowledge.matching import recognise_facet
from knowledge.text import fold, normalise

NAME = "petition"
_RESUME = re.compile(r"^(?:tiep tuc|viet tiep)(?: (?:phan anh|kien nghi))?\W*$")
_CANCEL_DRAFT = re.compile(r"^(?:huy|xoa|bo) (?:phan anh|ban (?:nhap|viet do))\W*$")
#: A longer text with a question mark tells what happened.
_LONGEST_QUESTION = 15


async def go_on(question: Question) -> Reply | None:
    """Take the answer to the form's question; None when no form is open, or a question came between."""
    if question.state.form != NAME:
        return await _waiting(question)
    if not question.keeps:
        return None
    async with question.sources.database.read() as session:
        message = question.message
        draft = await load(session, PetitionDraft, message.channel, message.chat_id, question.now)
        photos = await drafts.count_photos(session, draft.id) if draft and draft.id else 0
    if draft is None:
        question.state = replace(question.state, form="")
        return None
    form = Form(question, draft.step, dict(draft.data), photos=photos)
    urgent = scope.urgent(question)
    if urgent is not None:
        question.closing = _resume_card(form)
        return urgent
    return await _turn(form, draft)


async def _turn(form: Form, draft: PetitionDraft) -> Reply | None:
    question = form.question
    if question.message.attachments:
        return await _photos(form, draft)
    text = form.picked(question.message.text.strip())
    if text is None:
        question.closing = _resume_card(form)
        return None  # a number that answers the question in between
    folded = fold(normalise(text))
    command = await _command(form, draft, folded)
    if command is not None:
        return command
    step = FORM[NAMES.index(form.step)]
    other = petitions.other_way(text) if form.step == "what" else None
    if other is not None:
        return await _own_law(question, draft, other)
    if _is_question(form, text, folded):
        question.closing = _resume_card(form)
        return None
    again = await step.read(form, text)
    if again is not None:
        await _keep(form)
        return again
    return await _send(form, draft) if form.step == "confirm" else await _move(form, 1)


async def _command(form: Form, draft: PetitionDraft, folded: str) -> Reply | None:
    """Obey "huỷ", "quay lại" and "bỏ qua", which work at every step."""
    if forms.CANCEL.match(folded):
        return await _cancel(form.question, draft)
    if forms.BACK.match(folded):
        return await _move(form, -1)
    if not forms.SKIP.match(folded):
        return None
    step = FORM[NAMES.index(form.step)]
    if not step.can_skip:
        form.said.append(words.CANNOT_SKIP)
        return await _move(form, 0)
    for key in step.keys:
        form.data.pop(key, None)
    return await _move(form, 1)


async def begin(question: Question, text: str = "") -> Reply:
    """Open the form; `text` is what happened, if the citizen has said so already."""
    data: dict[str, Any] = {"text": text} if text else {}
    form = Form(question, "procedure" if text else "what", data)
    form.said.append(words.START if question.keeps else words.NOT_KEPT)
    await _drop_old(question)
    question.state = replace(question.state, form=NAME, choices=(), asked="")
    return await _move(form, 0)


async def _waiting(question: Question) -> Reply | None:
    """Go on with, or drop, a form left unfinished; mention it at the start of a new conversation."""
    folded = question.folded.strip()
    resumes, cancels = _RESUME.match(folded), _CANCEL_DRAFT.match(folded)
    if not question.keeps:
        return None
    if not (resumes or cancels):
        _mention(question, question.opening.petition)
        return None
    message = question.message
    async with question.sources.database.read() as session:
        draft = await load(session, PetitionDraft, message.channel, message.chat_id, question.now)
        photos = await drafts.count_photos(session, draft.id) if draft and draft.id else 0
    if draft is None:
        named = "phan anh" in folded or "kien nghi" in folded
        return Reply(Action.OTHER, words.NO_DRAFT) if named else None
    if cancels:
        return await _cancel(question, draft)
    question.state = replace(question.state, form=NAME, choices=(), asked="")
    return await _move(Form(question, draft.step, dict(draft.data), photos=photos), 0)


def _mention(question: Question, draft: PetitionDraft | None) -> None:
    if draft is not None:
        day = long_day(draft.updated_at.astimezone(ZONE).date())
        question.closing = Card(words.RESUME_TITLE, lead=(words.DRAFT_WAITS.format(day=day),))


def _is_question(form: Form, text: str, folded: str) -> bool:
    """Whether the citizen asks something instead of answering."""
    if normalise(text) in {normalise(choice) for choice in form.choices}:
        return False
    if forms.COMMAND.match(folded):
        return True
    if form.step in ("what", "contact"):
        short = len(text.split()) <= _LONGEST_QUESTION
        return short and text.endswith("?") and recognise_facet(normalise(text)) is not None
    return bool(forms.ASKING.search(folded)) or recognise_facet(normalise(text)) is not None


def _resume_card(form: Form) -> Card:
    asks = {
        "what": words.ASK_WHAT,
        "procedure": words.ASK_PROCEDURE,
        "where": words.ASK_WHERE,
        "when": words.ASK_WHEN,
        "photos": words.ASK_PHOTOS.format(most=petitions.MOST_PHOTOS),
        "contact": words.ASK_CONTACT,
        "confirm": words.PRESS_SEND,
    }
    return Card(words.RESUME_TITLE, lead=(asks[form.step],))


async def _move(form: Form, by: int) -> Reply:
    """Put the next question (or the same, or the one before), and keep the form."""
    at = NAMES.index(form.step) + by
    if at < 0:
        form.said.append(words.FIRST_STEP)
        at = 0
    form.step = NAMES[at]
    form.question.state = replace(form.question.state, choices=(), asked="")
    reply = await FORM[at].prompt(form)
    await _keep(form)
    return reply


async def _keep(form: Form) -> None:
    question = form.question
    if not question.keeps:
        return
    async with question.sources.database.write() as session:
        await keep(
            session,
            PetitionDraft,
            question.message.channel,
            question.message.chat_id,
            step=form.step,
            data=form.data,
            now=question.now,
            kept_for=drafts.KEPT_FOR,
        )


async def _drop_old(question: Question) -> None:
    if not question.keeps:
        return
    message = question.message
    async with question.sources.database.write() as session:
        old = await load(session, PetitionDraft, message.channel, message.chat_id, question.now)
        if old is not None:
            await drafts.discard(session, old)


async def _cancel(question: Question, draft: PetitionDraft) -> Reply:
    await _discard(question, draft)
    return Reply(Action.OTHER, words.CANCELLED)


async def _own_law(question: Question, draft: PetitionDraft, way: petitions.OtherWay) -> Reply:
    """Tell the way of a complaint or denunciation; nothing of it stays here."""
    await _discard(question, draft)
    return other_law(way)


def other_law(way: petitions.OtherWay) -> Reply:
    """Return the way that a complaint or denunciation goes by its own law."""
    text = words.COMPLAINT if way is petitions.OtherWay.COMPLAINT else words.DENUNCIATION
    return Reply(Action.OTHER, f"{text}\n{words.STILL_PETITION}")


async def _discard(question: Question, draft: PetitionDraft) -> None:
    question.state = replace(question.state, form="", choices=(), asked="")
    if not question.keeps:
        return
    async with question.sources.database.write() as session:
        await drafts.discard(session, await session.merge(draft))


# --- Photos ----------------------------------------------------------------------------------------


async def _photos(form: Form, draft: PetitionDraft) -> Reply | None:
    """Take the photos of a message; each is decoded and written anew before it is kept."""
    if form.step != "photos":
        form.said.append(words.PHOTO_NOT_NOW)
        return await _move(form, 0)
    assert draft.id is not None
    taken, refused = await _taken_photos(form)
    if taken:
        async with form.question.sources.database.write() as session:
            for photo in taken:
                form.photos = await drafts.add_photo(session, draft.id, photo, form.question.now)
    reply = photo_reply(form, refused)
    await _keep(form)
    return reply


async def _taken_photos(form: Form) -> tuple[list[petitions.Photo], petitions.Refused | None]:
    """Return the photos of a message and why the last refused one was; all before any is stored.

    A platform may take long to hand one over, and whoever writes holds up the others who do.
    """
    taken: list[petitions.Photo] = []
    refused: petitions.Refused | None = None
    for attachment in form.question.message.attachments:
        if form.photos + len(taken) >= petitions.MOST_PHOTOS:
            return taken, petitions.Refused.TOO_MANY
        try:
            taken.append(await _photo(form.question, attachment))
        except petitions.PhotoError as error:
            refused = error.why
    return taken, refused


async def _photo(question: Question, attachment: Attachment) -> petitions.Photo:
    if attachment.kind not in (AttachmentKind.PHOTO, AttachmentKind.FILE):
        raise petitions.PhotoError(petitions.Refused.NO_PHOTO)
    if (attachment.size or 0) > petitions.MOST_BYTES:
        raise petitions.PhotoError(petitions.Refused.TOO_LARGE)
    raw = attachment.content or await _download(question, attachment)
    return await asyncio.to_thread(petitions.clean, raw)


async def _download(question: Question, attachment: Attachment) -> bytes:
    download = question.sources.download
    if download is None:
        raise petitions.PhotoError(petitions.Refused.GONE)
    try:
        return await download(question.message.channel, attachment, limit=petitions.MOST_BYTES)
    except ValueError as error:
        raise petitions.PhotoError(petitions.Refused.TOO_LARGE) from error
    except LookupError as error:
        raise petitions.PhotoError(petitions.Refused.GONE) from error


# --- Sending ---------------------------------------------------------------------------------------


async def _send(form: Form, draft: PetitionDraft) -> Reply:
    """Take the petition in; the form is gone in the same transaction."""
    question, data = form.question, form.data
    message = question.message
    seal = await new_seal()
    async with question.sources.database.write() as session:
        contact = await people.heard_from(
            session, message.channel, message.chat_id, now=question.now
        )
        wanted = petitions.Wanted(
            channel=message.channel,
            address=message.chat_id,
            text=data["text"],
            consent_version=words.CONSENT_VERSION,
            person_id=contact.person_id,
            procedure_code=data.get("procedure_code", ""),
            procedure=data.get("procedure", ""),
            field=data.get("field", ""),
            place=data.get("place", ""),
            commune_code=data.get("commune_code", ""),
            province_code=data.get("province_code", ""),
            happened=data.get("happened", ""),
            happened_on=date.fromisoformat(data["happened_on"])
            if data.get("happened_on")
            else None,
            contact=data.get("contact", ""),
            draft_id=draft.id,
        )
        filed = await petitions.file(
            session,
            wanted,
            seal,
            calendar=question.published.calendar,
            days=question.sources.settings.petition_days,
            now=question.now,
        )
        await drafts.discard(session, await session.merge(draft))
    question.state = replace(question.state, form="", choices=(), asked="")
    return _receipt(filed)


def _receipt(filed: petitions.Filed) -> Reply:
    petition = filed.petition
    if filed.again:
        status = words.STATUSES[petition.status]
        return Reply(Action.OTHER, words.AGAIN.format(code=petition.code, status=status))
    unit = words.ROUTED.format(unit=petition.unit) if petition.unit else words.NOT_ROUTED
    lines: Sequence[str] = (
        words.RECEIVED.format(code=petition.code, secret=filed.secret),
        unit,
        words.DUE.format(due=long_day(petition.due_on)),
        words.NO_PROMISE,
    )
    look = Button(petition.code, send=petition.code)
    return Reply(Action.OTHER, "\n".join(lines), follow_ups=(look,))
