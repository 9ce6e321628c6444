"""Answer about a procedure: by its code, by what the question means, or by what was talked about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot import messages as say
from bot.conversation import Action, Button, Candidate, Card, Reply
from bot.dialogue import places
from bot.dialogue.cards import compose
from bot.dialogue.facets import Asked, cut
from bot.dialogue.memory import topic_elsewhere
from bot.dialogue.question import Question
from knowledge.content import Content, Facet
from knowledge.matching import Action as Decision
from knowledge.matching import By, Finding, Hit, Separation, recognise_facet
from knowledge.matching.facets import triggers
from knowledge.matching.spelling import clean
from knowledge.text import fold

_CODE = re.compile(r"^(?:ma (?:so |thu tuc |tthc )*)?(\d\.\d{6}|mc-[a-z0-9-]+)\W*$")
_CODE_INSIDE = re.compile(r"(?<![\d.])(\d\.\d{6})(?!\d)")
#: What follow-up buttons offer, in this order, less the facet just answered.
FOLLOW_UPS = (Facet.DOCUMENTS, Facet.FEE, Facet.TIME, Facet.WHERE, Facet.ONLINE)
MOST_FOLLOW_UPS = 4
#: Longer titles are shortened on buttons, in characters.
LONGEST_LABEL = 120
#: Words a follow-up may hold besides the facet it asks.
_FILLERS = frozenset(
    [
        "the",
        "con",
        "thi",
        "vay",
        "va",
        "a",
        "oi",
        "u",
        "ha",
        "nhi",
        "nhe",
        "nha",
        "ne",
        "da",
        "ok",
        "voi",
        "nua",
        "cai",
        "nay",
        "do",
        "no",
        "thu",
        "tuc",
        "viec",
        "giay",
        "to",
        "minh",
        "toi",
        "tui",
        "em",
        "anh",
        "chi",
        "con",
        "co",
        "chu",
        "bac",
        "ban",
        "cho",
        "hoi",
        "xin",
        "luon",
        "roi",
        "la",
        "gi",
        "sao",
        "nao",
        "ma",
        "duoc",
        "khong",
        "phai",
        "bao",
        "nhieu",
        "lau",
        "can",
        "nhung",
        "tien",
        "mat",
        "het",
        "tat",
        "ca",
        "neu",
        "nhu",
        "ve",
        "vu",
        "do",
        "day",
        "kia",
        "vu",
        "nop",
        "ket",
        "qua",
    ]
)


async def answer(question: Question) -> Reply | None:
    """Return the answer, the question which one is meant, or None when nothing fits."""
    by_code = await _by_code(question, question.text)
    if by_code is not None:
        return by_code
    rest = places.remember(question, question.text)
    facet = recognise_facet(rest)
    if facet and _is_follow_up(rest):
        return await _follow_up(question, facet)
    finding = question.published.index.search(rest, province_code=question.state.province_code)
    if finding.parts:
        return await _parts(question, finding.parts)
    return await _found(question, finding)


async def _found(question: Question, finding: Finding) -> Reply | None:
    if finding.action is Decision.ANSWER:
        return await _answer(question, finding.hits[0].code, finding.facet, finding.hits)
    if finding.action is Decision.CLARIFY:
        return _clarify(question, finding)
    question.considered = candidates(finding.hits)
    return None


async def _answer(
    question: Question, code: str, facet: Facet | None, hits: Sequence[Hit] = ()
) -> Reply | None:
    card = await card_of(question, code, facet)
    if card is None:
        return None
    question.state = replace(
        question.state, topic=code, facet=facet or "", choices=(), asked="", missed=0
    )
    return Reply(
        Action.ANSWER,
        cards=(card,),
        follow_ups=follow_ups(facet),
        facet=facet,
        candidates=candidates(hits) or (Candidate(code, card.title, 1.0),),
    )


async def card_of(question: Question, code: str, facet: Facet | None) -> Card | None:
    """Return the card of the live procedure `code`, or None."""
    content = await _content(question, code)
    return compose(content, _asked(question, content, facet)) if content else None


async def _content(question: Question, code: str) -> Content | None:
    return await question.sources.library.content(
        question.published, code, question.state.province_code
    )


def _asked(question: Question, content: Content, facet: Facet | None) -> Asked:
    return Asked(
        today=question.today,
        facet=facet,
        province=places.province_name(question),
        place=places.place_name(question),
        owner=places.unit_name(question, content.province_code),
        stale_days=question.sources.settings.stale_days,
    )


def follow_ups(facet: Facet | None) -> tuple[Button, ...]:
    """Return the buttons to ask on about the same procedure."""
    others = [one for one in FOLLOW_UPS if one is not facet][:MOST_FOLLOW_UPS]
    return tuple(Button(say.FACETS[one], send=say.FACET_QUESTIONS[one]) for one in others)


def _clarify(question: Question, finding: Finding) -> Reply:
    offered = finding.offered or finding.hits[:3]
    question.state = replace(
        question.state,
        choices=(*(hit.code for hit in offered), ""),
        asked=finding.question,
        facet=finding.facet or "",
        topic="",
    )
    return Reply(
        Action.CLARIFY,
        _question_of(finding.ask),
        choices=(
            *(Button(_short(hit.title), send=hit.code) for hit in offered),
            Button(say.NONE_OF_THESE, send=say.NONE_OF_THESE),
        ),
        facet=finding.facet,
        candidates=candidates(finding.hits),
    )


def _question_of(separation: Separation | None) -> str:
    """Return the question that tells the offered procedures apart, in a citizen's words."""
    if separation is None or separation.by is By.TITLE:
        return say.WHICH_ONE
    if separation.by is By.QUALIFIER:
        return say.WHICH_QUALIFIER[separation.names[0]]
    words = say.LEVELS if separation.by is By.LEVEL else say.ACTS
    *first, last = (words[name] for name in separation.names)
    choices = f"{', '.join(first)}{say.OR}{last}"
    template = say.WHICH_LEVEL if separation.by is By.LEVEL else say.WHICH_ACT
    return template.format(choices=choices)


def _short(title: str) -> str:
    """Return a title for a button: without "Thủ tục", and without long brackets."""
    if len(title) > LONGEST_LABEL:
        title = cut(title.split(" (", 1)[0], LONGEST_LABEL)
    for prefix in ("Thủ tục hành chính ", "Thủ tục "):
        if title.startswith(prefix) and len(title) > len(prefix):
            rest = title[len(prefix) :]
            return rest[0].upper() + rest[1:]
    return title


def candidates(hits: Iterable[Hit]) -> tuple[Candidate, ...]:
    """Return the hits as a reply carries them."""
    return tuple(Candidate(hit.code, hit.title, hit.p) for hit in hits)


async def _parts(question: Question, parts: Sequence[Finding]) -> Reply | None:
    """Answer a two-in-one question part by part; parts that are not sure are asked about."""
    sure = [part for part in parts if part.action is Decision.ANSWER]
    if not sure:
        return await _found(question, parts[0])
    cards = [await card_of(question, part.hits[0].code, part.facet) for part in sure]
    unsure = next((part for part in parts if part.action is Decision.CLARIFY), None)
    asked = _clarify(question, unsure) if unsure else None
    if asked is None:
        last = sure[-1]
        question.state = replace(
            question.state, topic=last.hits[0].code, facet=last.facet or "", choices=(), missed=0
        )
    intro = [say.TWO_QUESTIONS] if len(sure) > 1 else []
    return Reply(
        Action.ANSWER,
        "\n".join([*intro, *([asked.text] if asked else [])]),
        cards=tuple(card for card in cards if card),
        choices=asked.choices if asked else (),
        facet=sure[0].facet,
        candidates=tuple(candidates(hit for part in sure for hit in part.hits[:1])),
    )


# --- By code -------------------------------------------------------------------------------------


async def _by_code(question: Question, text: str) -> Reply | None:
    folded = fold(text)
    whole = _CODE.match(folded)
    found = whole or _CODE_INSIDE.search(folded)
    if not found:
        return None
    code = found[1].upper() if found[1].startswith("mc-") else found[1]
    code = next((one for one in question.published.live if one.lower() == found[1]), code)
    current = question.published.current_code(code)
    if current is None:
        return Reply(Action.ABSTAIN, say.UNKNOWN_CODE.format(code=code))
    facet = question.last_facet if whole else recognise_facet(text.replace(found[0], " "))
    reply = await _answer(question, current, facet)
    if reply is not None and current != code:
        return replace(reply, text=say.CODE_REPLACED.format(old=code, new=current))
    return reply


# --- What was talked about -----------------------------------------------------------------------


async def _follow_up(question: Question, facet: Facet) -> Reply:
    topic = question.state.topic or await _topic_elsewhere(question)
    if topic:
        reply = await _answer(question, topic, facet)
        if reply is not None:
            return reply
    example = f"{say.FACET_EXAMPLE} {say.FACET_QUESTIONS[facet]}"
    return Reply(Action.ABSTAIN, say.WHICH_PROCEDURE.format(example=example), facet=facet)


async def _topic_elsewhere(question: Question) -> str:
    """Return what was talked about on a linked channel, where nothing was on this one."""
    if not question.keeps:
        return ""
    async with question.sources.database.read() as session:
        return await topic_elsewhere(session, question.message, question.now)


def _is_follow_up(text: str) -> bool:
    """Whether `text` asks a facet and names nothing else."""
    words = [token.text for token in clean(text, slips=False)]
    asked = {at for one in triggers(words) for at in range(one.start, one.end)}
    return all(fold(word) in _FILLERS for at, word in enumerate(words) if at not in asked)
