"""Being told of news: a citizen asks for it, agrees, sees the list, and stops it with one word."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from bot import dossiers, people, subscriptions
from bot.conversation import ANSWER_ONLY, Action, Button, Reply
from bot.dialogue import digest, kiosk, places, topics
from bot.dialogue.question import Question
from bot.messages import subscriptions as words
from bot.messages.announcements import TOPICS
from bot.models import Topic
from knowledge.content import Content
from knowledge.matching import Action as Decision
from knowledge.text import fold, normalise

_ME: Final = r"(?:toi|tui|em|minh|con|chau)"
_WISH: Final = re.compile(
    rf"\b(?:bao|nhan|nhan tin|thong bao|gui tin|nhac|cho {_ME} (?:biet|hay))\b(?! (?:nhieu|lau|gio))"
    r".{0,30}\b(?:khi|neu|luc|he|hoi) (?:nao )?co\b"
    r"|\b(?:dang ky|muon|cho|xin)(?: \w+){0,2} nhan (?:tin|thong bao)\b"
    rf"|\b(?:khi nao|hoi nao|chung nao|luc nao|co) .{{2,60}}\b(?:bao|nhan|nhac)(?: tin)?(?: cho)? {_ME}\b"
)
_FOLLOW: Final = re.compile(
    rf"\b(?:bao|nhan|thong bao|nhac|cho {_ME} (?:biet|hay))\b.{{0,20}}\b(?:khi|neu|luc)"
    r" (?:thu tuc |viec )*(?P<which>.{0,80}?)(?: co| bi)?(?: su)? thay doi\b"
    r"|^(?:toi muon |cho toi )?theo doi (?:thu tuc |viec )*(?P<named>.{2,80})$"
)
_THIS: Final = re.compile(r"^(?:thu tuc )?(?:nay|do|tren|kia|no|vua roi|vua hoi)?\W*$")
_LIST: Final = re.compile(
    rf"^(?:{_ME} )?(?:dang |da )(?:dang ky |nhan |theo doi )+(?:tin |thong bao |nhung |cac |chu de )*(?:gi|nao)\b"
    r"|^/(?:tin|dangky)$|^(?:xem )?(?:danh sach|cac) (?:tin|chu de|thu tuc) (?:dang |da )"
    r"(?:nhan|dang ky|theo doi)"
)
_STOP: Final = re.compile(
    rf"^/?(?:xin |hay |vui long |lam on |thoi |cho {_ME} |{_ME} muon |{_ME} xin |{_ME} (?=khong|dung|huy))*"
    r"(?:(?:dung|stop|ngung|unsubscribe|dung lai|ngung lai)(?: lai)?"
    rf"(?: (?:het|tat ca|toan bo|nhan|gui|bao|tin|nhan tin|thong bao|cho|{_ME}|nua|lai|di|nhe|nha|a))*"
    r"|(?:huy|tat|bo|thoi|go|khong(?: muon)?)"
    r"(?: (?:het|tat ca|toan bo))?(?: ?(?:dang ky|nhan|gui|theo doi))* ?(?:nhan tin|tin|thong bao)"
    r"(?: (?:nua|di|nhe|nha|a|het))*)"
    r"(?: (?:ve )?(?P<topic>.{3,40}))?\W*$"
)
_UNFOLLOW: Final = re.compile(
    r"^(?:thoi|dung|ngung|huy|bo|khong)(?: khong| muon)* theo doi (?:thu tuc |viec )*(?P<which>.{0,80})$"
)
_BARE: Final = re.compile(r"^dung\W*$")
_ENDING: Final = (
    r"(?: (?:a|em|anh|chi|ban|bot|nhe|nha|roi|day|di|luon|cho (?:toi|tui|em|minh)))*\W*$"
)
_YES: Final = re.compile(
    r"^(?:(?:da|vang|u|uh|uhm|co|ok|oke|okay|okie|yes|duoc|dung|phai|chinh xac|dong y|nhat tri|y nhan"
    r"|nhan|nhan tin|dang ky)(?: (?=\w))?)+(?: (?:roi|vay|the|y toi|y em))?" + _ENDING
)
_NO: Final = re.compile(
    r"^(?:da )?(?:khong|thoi|no|chua|dung dang ky)(?: (?:can|dau|phai|dung|dong y|nhan|dang ky|muon|nua))*"
    + _ENDING
)
_EVERYWHERE: Final = re.compile(r"\b(?:ca nuoc|toan quoc|moi noi|tat ca cac tinh)\b")
_HERE: Final = re.compile(
    rf"\b(?:(?:cho|xa|phuong|tinh|noi) (?:{_ME}|nay)|(?:o|tai) (?:xa|phuong))\b"
)
_MOST_WORDS: Final = 30


def _fold(text: str) -> str:
    return fold(normalise(text))


#: What the buttons of agreement send, as it comes back.
_AGREED: Final = _fold(words.AGREED)
_DECLINED: Final = _fold(words.DECLINING)


async def decide(question: Question) -> Reply | None:
    """Take a yes or a no, in any words, to the question whether they want it; None for other words.

    "dung" without its accent is "đúng" or "dừng", which is asked rather than guessed.
    """
    wish, text = question.state.wish, question.folded.strip()
    if wish[:1] not in (("agree",), ("follow",)):
        return None
    if _BARE.match(text) and not question.accented:
        return await _ask_again(question, wish)
    no, yes = _NO.match(text), _YES.match(text)
    if not (no or yes) or "dừng" in question.text.split():
        return None
    question.state = replace(question.state, wish=(), choices=(), asked="")
    return await _go_on(question, _DECLINED if no else _AGREED, wish)


async def answer(question: Question) -> Reply | None:
    """Take, list or stop what the citizen is told of; None for anything else."""
    text = question.folded.strip()
    wish, question.state = question.state.wish, replace(question.state, wish=())
    if len(text.split()) > _MOST_WORDS:
        return None
    stopped = await _unfollow(question, text) or await _stop(question, text)
    if stopped is not None:
        return stopped
    if (chosen := await digest.choose(question, text)) is not None:
        return chosen
    if _LIST.search(text):
        return await _list(question)
    if wish:
        went_on = await _go_on(question, text, wish)
        if went_on is not None:
            return went_on
    return await _begin(question, text)


# --- Asking ----------------------------------------------------------------------------------------


async def _begin(question: Question, text: str) -> Reply | None:
    topic = topics.topic_in(text)
    wished = bool(_WISH.search(text))
    followed = _FOLLOW.search(text)
    if not wished and not followed:
        return None
    if question.message.channel in ANSWER_ONLY:
        return kiosk.on_phone(question) or Reply(Action.OTHER, words.NOT_HERE)
    if followed and (topic is None or (topic is Topic.PROCEDURES and not wished)):
        return await _ask_to_follow(question, followed["which"] or followed["named"] or "")
    if topic is None:
        return _which_topic(question)
    return await _place_of(question, topic, text, agreed=False)


async def _go_on(question: Question, text: str, wish: tuple[str, ...]) -> Reply | None:
    """Go on where the last reply asked for a topic, a place or the citizen's agreement."""
    match wish:
        case ("topic",):
            topic = topics.topic_in(text) or topics.named_topic(text)
            return await _place_of(question, topic, text, agreed=True) if topic else None
        case ("place", topic):
            return await _place_of(question, Topic(topic), text, agreed=True)
        case ("agree", topic, province, commune) if text == _AGREED:
            return await _subscribe(question, Topic(topic), province, commune)
        case ("follow", code) if text == _AGREED:
            return await _follow(question, code)
        case ("agree", *_) | ("follow", *_) if text == _DECLINED:
            return Reply(Action.OTHER, words.DECLINED)
        case ("agree", topic, *_) if places.is_only_place(question):
            return await _place_of(question, Topic(topic), text, agreed=False)
    return None


async def _place_of(question: Question, topic: Topic, text: str, *, agreed: bool) -> Reply | None:
    """Subscribe where the words or the conversation name a place, else ask for it."""
    if _EVERYWHERE.search(text):
        return await _agree_or_subscribe(question, topic, "", "", agreed=agreed)
    found = question.published.places.find_in(question.text)
    if found is None and agreed and places.names_unit(question):
        found = question.published.places.resolve(question.text)
    if found is not None and found.ask:
        question.state = replace(question.state, wish=("place", topic))
        names = [f"{one.name}, {one.province}" for one in found.ask]
        return _offer(question, words.WHICH_PLACE, [Button(name, send=name) for name in names])
    if found is not None and found.matches:
        best = found.matches[0]
        commune = best.code if found.level == "commune" else ""
        return await _agree_or_subscribe(
            question, topic, best.province_code, commune, agreed=agreed
        )
    known = question.state
    if _HERE.search(text) and known.commune_code:
        return await _agree_or_subscribe(
            question, topic, known.province_code, known.commune_code, agreed=agreed
        )
    if agreed and topics.topic_in(text) is None and topics.named_topic(text) is None:
        if not places.names_unit(question):
            return None
        question.state = replace(question.state, wish=("place", topic))
        return Reply(Action.OTHER, words.PLACE_UNCLEAR)
    question.state = replace(question.state, wish=("place", topic))
    return Reply(Action.OTHER, f"{words.WHICH_PLACE}\n{words.CONSENT}")


def _which_topic(question: Question) -> Reply:
    question.state = replace(question.state, wish=("topic",))
    buttons = [Button(name, send=name) for name in TOPICS.values()]
    return _offer(question, f"{words.WHICH_TOPIC}\n{words.CONSENT}", buttons)


def _offer(question: Question, text: str, buttons: list[Button]) -> Reply:
    question.state = replace(
        question.state, choices=tuple(one.send for one in buttons), asked=question.text
    )
    return Reply(Action.OTHER, text, choices=tuple(buttons))


def _ask_consent(question: Question, what: str) -> Reply:
    buttons = [
        Button(words.AGREE, send=words.AGREED),
        Button(words.DECLINE, send=words.DECLINING),
    ]
    return _offer(question, f"{words.ASK_CONSENT.format(what=what)}\n{words.CONSENT}", buttons)


async def _ask_again(question: Question, wish: tuple[str, ...]) -> Reply | None:
    """Ask once more what `wish` waits for."""
    match wish:
        case ("agree", topic, province, commune):
            what = _named(question, Topic(topic), province, commune)
            return _ask_consent(question, what)
        case ("follow", code):
            return await _ask_to_follow_code(question, code)
    return None


async def _agree_or_subscribe(
    question: Question, topic: Topic, province: str, commune: str, *, agreed: bool
) -> Reply:
    if agreed:
        return await _subscribe(question, topic, province, commune)
    question.state = replace(question.state, wish=("agree", topic, province, commune))
    return _ask_consent(question, _named(question, topic, province, commune))


async def _subscribe(question: Question, topic: Topic, province: str, commune: str) -> Reply:
    shown = {"topic": TOPICS[topic], "place": _place(question, province, commune)}
    if not question.keeps:
        return Reply(Action.OTHER, words.SUBSCRIBED.format(**shown))
    message = question.message
    try:
        async with question.sources.database.write() as session:
            contact = await people.heard_from(
                session, message.channel, message.chat_id, now=question.now
            )
            new = await subscriptions.subscribe(
                session,
                contact.person_id,
                topic,
                province_code=province,
                commune_code=commune,
                consent=words.CONSENT_VERSION,
                source=message.channel,
                now=question.now,
            )
            wishes = await subscriptions.subscriptions_of(session, contact.person_id)
    except subscriptions.TooManyError:
        return Reply(Action.OTHER, words.TOO_MANY)
    said = (words.SUBSCRIBED if new else words.ALREADY).format(**shown)
    if not any(one.daily for one in wishes if one.topic == topic):
        return Reply(Action.OTHER, said)
    return Reply(Action.OTHER, f"{said}\n{digest.how_it_is(wishes, question)}")


# --- Following a procedure -------------------------------------------------------------------------


async def _ask_to_follow(question: Question, which: str) -> Reply:
    return await _ask_to_follow_code(question, _procedure_meant(question, which))


async def _ask_to_follow_code(question: Question, code: str) -> Reply:
    content = await _content(question, code)
    if content is None:
        return Reply(Action.OTHER, words.WHICH_PROCEDURE)
    question.state = replace(question.state, wish=("follow", code))
    return _ask_consent(question, words.FOLLOWING.format(name=content.name, code=code))


async def _follow(question: Question, code: str) -> Reply:
    content = await _content(question, code)
    if content is None:
        return Reply(Action.OTHER, words.WHICH_PROCEDURE)
    new = True
    if question.keeps:
        message = question.message
        try:
            async with question.sources.database.write() as session:
                contact = await people.heard_from(
                    session, message.channel, message.chat_id, now=question.now
                )
                new = await subscriptions.follow(
                    session,
                    contact.person_id,
                    code,
                    consent=words.CONSENT_VERSION,
                    source=message.channel,
                    now=question.now,
                )
        except subscriptions.TooManyError:
            return Reply(Action.OTHER, words.TOO_MANY)
    sentence = words.FOLLOWED if new else words.FOLLOWED_ALREADY
    return Reply(Action.OTHER, sentence.format(name=content.name))


def _procedure_meant(question: Question, named: str) -> str:
    """Return the code of the procedure named, or of the one talked about; empty when unclear."""
    if _THIS.match(named.strip()):
        return question.state.topic
    finding = question.published.index.search(named, province_code=question.state.province_code)
    return finding.hits[0].code if finding.action is Decision.ANSWER else ""


async def _content(question: Question, code: str) -> Content | None:
    return await question.sources.library.content(question.published, code) if code else None


# --- Seeing and stopping ---------------------------------------------------------------------------


async def _list(question: Question) -> Reply:
    message = question.message
    async with question.sources.database.read() as session:
        contact = await people.find_contact(session, message.channel, message.chat_id)
        wishes = await subscriptions.subscriptions_of(session, contact.person_id) if contact else ()
        followed = await subscriptions.follows_of(session, contact.person_id) if contact else ()
        watched = await dossiers.watched_by(session, contact.person_id) if contact else ()
    lines = [
        (words.LIST_DAILY if one.daily else words.LIST_LINE).format(
            what=_named(question, one.topic, one.province_code, one.commune_code)
        )
        for one in wishes
    ]
    for one in followed:
        content = await _content(question, one.code)
        name = content.name if content else one.code
        lines.append(words.LIST_PROCEDURE.format(name=name, code=one.code))
    lines += [words.LIST_DOSSIER.format(ending=one.ending) for one in watched]
    if not lines:
        return Reply(Action.OTHER, words.NO_LIST)
    ends = [digest.how_it_is(wishes, question), words.LIST_HOW_TO_STOP]
    return Reply(Action.OTHER, "\n".join([words.LIST, *lines, *filter(None, ends)]))


async def _unfollow(question: Question, text: str) -> Reply | None:
    found = _UNFOLLOW.match(text)
    if found is None or not question.keeps:
        return None
    code = _procedure_meant(question, found["which"])
    message = question.message
    async with question.sources.database.write() as session:
        contact = await people.find_contact(session, message.channel, message.chat_id)
        ended = contact is not None and await subscriptions.unfollow(
            session, contact.person_id, code, now=question.now
        )
    return Reply(Action.OTHER, words.UNFOLLOWED if ended else words.NOTHING_FOLLOWED)


async def _stop(question: Question, text: str) -> Reply | None:
    """Stop at once when that is what was said; "đúng" is no "dừng"."""
    found = _STOP.match(text)
    if found is None or not question.keeps:
        return None
    if question.accented and not {"dừng", "đừng"} & set(question.text.split()) and "dung" in text:
        return None
    topic = topics.topic_in(found["topic"]) if found["topic"] else None
    if topic is None and "bão" in question.text.split():  # unaccented it is the verb "báo"
        topic = Topic.STORMS
    if found["topic"] and topic is None:
        return None
    if _BARE.match(text) and not question.accented and _asks_one(question):
        return None
    message = question.message
    async with question.sources.database.write() as session:
        contact = await people.find_contact(session, message.channel, message.chat_id)
        count = 0
        if contact is not None:
            count = await subscriptions.stop(
                session, contact.person_id, topic=topic, now=question.now
            )
    if not count:
        return Reply(Action.OTHER, words.NOTHING_TO_STOP)
    if topic is not None:
        return Reply(Action.OTHER, words.STOPPED_TOPIC.format(topic=TOPICS[topic]))
    return Reply(Action.OTHER, words.STOPPED.format(count=count))


def _asks_one(question: Question) -> bool:
    """Whether one thing only was offered, so that "dung" may say it is the right one ("đúng")."""
    return sum(map(bool, question.state.choices)) == 1


# --- Words -----------------------------------------------------------------------------------------


def _named(question: Question, topic: Topic, province: str, commune: str) -> str:
    return words.CHOSEN.format(topic=TOPICS[topic], place=_place(question, province, commune))


def _place(question: Question, province: str, commune: str) -> str:
    names = [places.unit_name(question, code) for code in (commune, province) if code]
    return ", ".join(names) or words.EVERYWHERE
