"""How often a citizen is told of news: gathered into one message a day, or at once as they come.

A message means that only when it holds nothing else: "gom rác mỗi ngày một lần", "gộp thửa đất" and
insurance paid "một lần" are other matters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot import people, subscriptions
from bot.conversation import ANSWER_ONLY, Action, Reply
from bot.dialogue import kiosk, topics
from bot.dialogue.question import Question
from bot.messages import subscriptions as words
from bot.messages.announcements import TOPICS
from bot.models import Subscription, Topic


def _words(written: str) -> frozenset[str]:
    return frozenset(written.split())


#: Words that change nothing, folded: who, please, and what is sent.
_PLAIN: Final = _words(
    "a ah anh ban bac be bi bot cac cai cam cho chau chi chu co con cu da de di du dum duoc em gap"
    " giup gium hay het hoi hon khong kieu la lai lam len luon ma minh moi muon nen nguoi nha nhe nhen"
    " nhi nhu nhung on oi phien roi sao tat ca ta thay thi thoi toan toi tui tuy ve vo vao vay voi vui"
    " long xin oke ok tin thong bao gui nhan nhac ban nay kia do"
)
_GATHERING: Final = _PLAIN | _words(
    "gom gop tong hop mot 1 ngay lan luot cuoi hang nhieu qua dung bot it le te tung chung thanh buoi"
    " chieu nua dong don cung phat lien tuc"
)
_AT_ONCE: Final = _PLAIN | _words(
    "ngay lien luc lap tuc khi nao truoc tung mot binh thuong bo huy tat dung ngung gom gop nua gi kip"
)
_NEWS: Final = re.compile(r"\b(?:tin|thong bao|gui|nhan|bao)\b")
_GATHER: Final = re.compile(
    r"\b(?:gom|gop|tong hop)\b"
    r"|\bngay\b.*\b(?:mot|1) (?:lan|luot|tin|ban|cai)\b"
    r"|\b(?:mot|1) (?:lan|luot|tin|ban)(?: tin)? (?:mot |1 |moi |tren )?ngay\b"
    r"|\bcuoi (?:ngay|buoi)\b"
)
_NO_GATHERING: Final = re.compile(
    r"\b(?:thoi|dung|khong|bo|huy|tat|ngung)(?: \w+){0,2} (?:gom|gop)\b|\b(?:gom|gop)(?: \w+){0,2} nua\b"
)
_ONCE: Final = re.compile(r"\b(?:mot|1) (?:lan|luot)\b")
_TELL: Final = re.compile(
    r"\b(?:gui|bao|tin|nhac|nhan(?= tin| thong bao| ngay (?:khi|tin)))\b.*"
    r"\b(?:ngay|lien|lap tuc|tung tin)\b|\b(?:gui|bao|tin|nhac|nhan)\b.*\bnhu (?:cu|truoc|binh thuong)\b"
)
#: "gửi ngay" may be of anything; these say that it is of news.
_OF_NEWS: Final = re.compile(r"\b(?:tin|thong bao|bao|khi (?:nao )?co|nhu (?:cu|truoc))\b")
#: Without a word of gathering these stop, or ask for less: bot.dialogue.subscriptions knows.
_NO: Final = re.compile(r"\b(?:dung|ngung|huy|bo|tat|khong|thoi)\b(?! *$)")
#: "bao" that is no storm (bão) but telling (báo).
_TELLING: Final = re.compile(r" (?:ngay|lien|mot|1|moi|cho|luon|tung|it)\b")
_MOST_WORDS: Final = 18


@dataclass(frozen=True, slots=True)
class Choice:
    """What a citizen asked for."""

    daily: bool
    topic: Topic | None = None
    """None = of all they subscribed to."""
    named: bool = True
    """It says that it is about news; "gom lại giùm" does not."""


async def choose(question: Question, text: str) -> Reply | None:
    """Gather, or tell at once, as a citizen asks; None for anything else."""
    choice = choice_in(text, question.text if question.accented else "")
    if choice is None or (not choice.named and question.state.topic):
        return None
    message = question.message
    if message.channel in ANSWER_ONLY:
        if not (choice.named and choice.daily):
            return None
        return kiosk.on_phone(question) or Reply(Action.OTHER, words.NOT_HERE)
    async with question.sources.database.write() as session:
        contact = await people.find_contact(session, message.channel, message.chat_id)
        if contact is None or not question.keeps:
            return _said(choice, question, 0, 0, waits=False)
        mine, changed = await subscriptions.set_daily(
            session, contact.person_id, daily=choice.daily, topic=choice.topic, now=question.now
        )
        waits = await subscriptions.awaits_digest(session, contact.person_id, now=question.now)
    return _said(choice, question, mine, changed, waits=waits)


def _said(
    choice: Choice, question: Question, mine: int, changed: int, *, waits: bool
) -> Reply | None:
    """Return what a choice is answered with: of `mine` subscriptions it `changed` some."""
    what = words.ALL_NEWS
    if choice.topic is not None:
        what = words.TOPIC_NEWS.format(topic=TOPICS[choice.topic])
    hour = question.sources.settings.digest_hour
    if not mine:
        if not (choice.daily and choice.named):
            return None
        return Reply(Action.OTHER, words.NOTHING_TO_GATHER.format(what=what))
    if choice.daily:
        said = words.GATHERED if changed else words.GATHERED_ALREADY
        return Reply(Action.OTHER, said.format(what=what, hour=hour))
    if not changed and not choice.named:
        return None
    if not changed:
        return Reply(Action.OTHER, words.AT_ONCE_ALREADY.format(what=what))
    said = words.AT_ONCE.format(what=what)
    if waits:
        said = f"{said}\n{words.AT_ONCE_REST.format(hour=hour)}"
    return Reply(Action.OTHER, said)


def how_it_is(wishes: Sequence[Subscription], question: Question) -> str:
    """Return the sentence that says how often news come; empty where none does."""
    if not wishes:
        return ""
    hour = question.sources.settings.digest_hour
    if subscriptions.are_daily(wishes):
        return words.LIST_ALL_DAILY.format(hour=hour)
    if any(one.daily for one in wishes):
        return words.LIST_SOME_DAILY.format(hour=hour)
    return words.LIST_AT_ONCE


# --- Understanding ---------------------------------------------------------------------------------


def choice_in(text: str, accented: str = "") -> Choice | None:
    """Return what folded words ask for; None when they are about anything else.

    `accented` is the same with its diacritics, where it was typed with any: "ngay" is not "ngày".
    """
    text, topic = _without_topic(" ".join(re.findall(r"\w+", text)), accented)
    said = text.split()
    if len(said) > _MOST_WORDS:
        return None
    if (gathers := _GATHER.search(text)) is not None:
        if _NO_GATHERING.search(text) and not _ONCE.search(text):
            return Choice(False, topic) if _AT_ONCE.union(_GATHERING).issuperset(said) else None
        if _is_a_day(gathers[0], accented):
            named = topic is not None or bool(_NEWS.search(text))
            return Choice(True, topic, named) if _GATHERING.issuperset(said) else None
    tells = _TELL.search(text)
    if tells is None or not _AT_ONCE.issuperset(said) or _NO.search(text):
        return None
    if not _is_now(tells[0], accented):
        return None
    return Choice(False, topic, bool(_OF_NEWS.search(text)))


def _without_topic(text: str, accented: str) -> tuple[str, Topic | None]:
    """Take the name of a topic out of the words: "tin" stands in its place."""
    found = topics.match_in(text)
    if found is None:
        return text, None
    topic, match = found
    may_be_told = topic is Topic.STORMS and match[0].endswith("bao")
    if may_be_told and "bão" not in accented and (accented or _TELLING.match(text, match.end())):
        return text, None
    return f"{text[: match.start()]} tin {text[match.end() :]}", topic


def _is_a_day(words_: str, accented: str) -> bool:
    """Whether "ngay" in a wish for gathering is "ngày", as far as it can be known."""
    return "ngay" not in words_.split() or not accented or "ngày" in accented


def _is_now(words_: str, accented: str) -> bool:
    """Whether "ngay" in a wish to be told at once is no "ngày", as far as it can be known."""
    return "ngay" not in words_.split() or not accented or "ngay" in re.findall(r"\w+", accented)
