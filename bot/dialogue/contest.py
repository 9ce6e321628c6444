"""A contest in the chat: its rules, a nickname, one question a message, and the results afterwards.

Right answers stand nowhere in a reply until the contest is over: two people could otherwise share
them, or one person with two accounts. An entry is kept, so that it can be gone on with anywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.contests import entries, scoring
from bot.contests.entries import Outcome, Who
from bot.contests.nicknames import Bad
from bot.conversation import ANSWER_ONLY, KIOSK, Action, Button, Card, Reply, Section
from bot.dialogue import forms, linking, scope
from bot.dialogue.centres import moment
from bot.dialogue.contest_results import renew_secret, results, show_answers
from bot.dialogue.question import Question
from bot.messages import contests as words
from bot.models import Contest, ContestEntry, ContestQuestion
from bot.petitions import is_rude
from bot.receipts import Seal, new_seal
from knowledge.matching import recognise_facet
from knowledge.text import fold, normalise

#: Before the number of the contest in State.form; after it stands the question shown in this chat.
NAME = "contest"
_WANT = r"(?:(?:toi|tui|em|minh|con|chau)(?: \w+)? )?(?:(?:muon|can|xin|dinh|cho|duoc) )*"
_SUBJECT = (
    r"(?: (?:tim hieu|ve|cai cach|hanh chinh|thu tuc|cchc|truc tuyen|phap luat|nay|di|nhe|a|nha|do"
    r"|dang mo))*"
)
_BEGIN = re.compile(
    rf"^/?{_WANT}(?:(?:tham gia|du|vao|lam|choi) )?"
    rf"(?:(?:cuoc |hoi |bai )?thi tim hieu|hoi thi|cuoc thi|du thi|vao thi|bai thi|hoithi){_SUBJECT}\W*$"
)
_ONE = re.compile(r"^/?(?:hoithi|du thi so) (\d{1,9})\W*$")
_RESUME = re.compile(r"^(?:tiep tuc|lam tiep|thi tiep)(?: (?:bai )?thi(?: tim hieu)?)?\W*$")
_RESULTS = re.compile(
    r"^(?:xem )?(?:ket qua|diem|bang xep hang|xep hang|giay chung nhan|ma bi mat)(?: cua toi)? "
    r"(?:(?:cuoc|bai|hoi|du) )?thi(?: tim hieu)?\W*$"
)
_SECRET = re.compile(r"giay chung nhan|ma bi mat")
_ANSWERS = re.compile(r"^(?:xem )?dap an(?: (?:cuoc|bai|hoi))?(?: thi)?(?: tim hieu)?\W*$")
#: A button says which question it answers, so that one pressed twice answers no other.
_PRESSED = re.compile(r"câu (\d{1,2}): ([1-9])", re.IGNORECASE)
_CHOICE = re.compile(r"(?:so |chon |cau |dap an |phuong an |y )*([1-9a-f])[.)]?")
#: Made only for the last answer: it takes a while.
_NO_SEAL = Seal("", "")


@dataclass(slots=True)
class Turn:
    """One turn of an entry."""

    question: Question
    contest: Contest
    asked: list[ContestQuestion]
    """All questions, in the order of the entry once there is one."""
    entry: ContestEntry | None = None

    @property
    def closes(self) -> str:
        """When it closes, in words."""
        return moment(self.contest.closes_at)


async def begin(question: Question) -> Reply | None:
    """Open a contest, or show how one went; None for anything else."""
    folded = fold(
        normalise(question.text)
    ).strip()  # a choice is put in place as its button says it
    one = _ONE.match(folded)
    wanted = one or _BEGIN.match(folded)
    after = _RESULTS.match(folded) or _ANSWERS.match(folded)
    if not (wanted or after or (_RESUME.match(folded) and "thi" in folded.split())):
        return None
    if question.message.channel == KIOSK:
        return Reply(Action.OTHER, words.NOT_AT_KIOSK)
    if question.message.in_group:
        return Reply(Action.OTHER, words.NOT_IN_GROUP)
    if not question.keeps:
        return Reply(Action.OTHER, words.NOT_KEPT)
    question.state = replace(question.state, form="", choices=(), asked="")
    if after:
        renew = _SECRET.search(folded)
        show = renew_secret if renew else show_answers if _ANSWERS.match(folded) else results
        return await show(question, who_of(question))
    return await _choose(question, int(one[1]) if one else None)


async def go_on(question: Question) -> Reply | None:
    """Take the answer to the open question; None when none is open, or a question came between."""
    name, _, rest = question.state.form.partition(":")
    if not question.keeps:
        return None
    if name != NAME:
        await _remind(question)
        return None
    contest_id, _, shown = rest.partition(":")
    turn = await _turn(question, int(contest_id))
    if turn is None or not turn.contest.is_open(question.now):
        question.state = replace(question.state, form="", choices=())
        return _closed(turn.contest) if turn else None
    urgent = scope.urgent(question)
    if urgent is not None:
        question.closing = _resume_card(turn)
        return urgent
    text = question.message.text.strip()
    if not text:
        return await _ask(turn)
    return await _take(turn, text, int(shown or 0))


async def _remind(question: Question) -> None:
    """Mention an unfinished entry at the start of a conversation."""
    if question.state.introduced or question.closing or question.message.channel == KIOSK:
        return
    for contest in question.opening.contests:
        turn = await _turn(question, contest.id or 0)
        if turn is not None and turn.entry is not None and turn.entry.finished_at is None:
            question.closing = _resume_card(turn)
            return


def who_of(question: Question) -> Who:
    """Return the citizen as entries know them."""
    message = question.message
    names = question.sources.pseudonyms.all_of(message.channel, message.chat_id)
    return Who(message.channel, message.chat_id, names)


# --- Which contest ---------------------------------------------------------------------------------


async def _choose(question: Question, wanted: int | None) -> Reply:
    async with question.sources.database.read() as session:
        known = await entries.open_now(session, question.now)
    chosen = [one for one in known if wanted in (None, one.id)]
    if not chosen:
        return await _none_open(question)
    if len(chosen) > 1:
        choices = tuple(
            Button(one.title, send=words.ENTER.format(number=one.id)) for one in chosen[:9]
        )
        question.state = replace(question.state, choices=tuple(one.send for one in choices))
        return Reply(Action.OTHER, words.WHICH, choices=choices)
    turn = await _turn(question, chosen[0].id or 0)
    assert turn is not None
    if turn.entry is None:
        return _introduce(turn)
    if turn.entry.finished_at is not None:
        return await results(question, who_of(question), turn.contest.id)
    return await _ask(turn)


async def _none_open(question: Question) -> Reply:
    async with question.sources.database.read() as session:
        known = await entries.shown(session, question.now, limit=20)
    lines = [words.NONE_OPEN]
    coming = [one for one in known if not one.is_over(question.now) and one.opens_at > question.now]
    if coming:
        lines.append(words.COMING.format(title=coming[-1].title, opens=moment(coming[-1].opens_at)))
    over = next((one for one in known if one.is_over(question.now)), None)
    if over is None:
        return Reply(Action.OTHER, "\n".join(lines))
    lines.append(words.LAST.format(title=over.title, closes=moment(over.closes_at)))
    offers = tuple(Button(text, send=text) for text in (words.SEE_RESULTS, words.SEE_ANSWERS))
    return Reply(Action.OTHER, "\n".join(lines), follow_ups=offers)


async def _turn(question: Question, contest_id: int) -> Turn | None:
    async with question.sources.database.read() as session:
        contest = await session.get(Contest, contest_id)
        if contest is None:
            return None
        asked = list(await entries.questions_of(session, contest_id))
        entry = await entries.entry_of(session, contest_id, who_of(question))
    if entry is not None:
        asked = scoring.order_of(asked, entry.seed)
    return Turn(question, contest, asked, entry)


def _introduce(turn: Turn) -> Reply:
    """Tell the rules and ask for a nickname, with which the clock begins."""
    question, contest = turn.question, turn.contest
    question.state = replace(question.state, form=f"{NAME}:{contest.id}", choices=(), asked="")
    sections = [Section(words.RULES, tuple(contest.rules.splitlines()))]
    if contest.prizes:
        sections.append(Section(words.PRIZES, tuple(contest.prizes.splitlines())))
    sections.append(Section(words.FAIR, words.HOW_SCORED))
    intro = words.INTRO.format(title=contest.title, closes=turn.closes, count=len(turn.asked))
    title, _, lead = intro.partition("\n")
    on_page = question.message.channel in ANSWER_ONLY and not contest.ranks_pages
    rules = Card(title, (lead,), tuple(sections), (words.ON_PAGE,) if on_page else ())
    nickname = Card(words.NICKNAME, (words.ASK_NICKNAME, words.CONSENT))
    pause = Button(words.PAUSE, send=words.PAUSE)
    return Reply(Action.OTHER, cards=(rules, nickname), follow_ups=(pause,))


# --- One turn --------------------------------------------------------------------------------------


async def _take(turn: Turn, text: str, shown: int) -> Reply | None:
    question, folded = turn.question, fold(normalise(text))
    if forms.CANCEL.match(folded) or folded in ("dung lai", "dung", "tam dung", "nghi", "de sau"):
        return _pause(turn)
    if turn.entry is not None and turn.entry.finished_at is not None:
        question.state = replace(question.state, form="", choices=())
        return await results(question, who_of(question), turn.contest.id)
    if _BEGIN.match(folded) or _RESUME.match(folded) or _ONE.match(folded):
        return await _ask(turn) if turn.entry else _introduce(turn)
    in_between = question.state.choices and forms.NUMBER.match(folded)
    if in_between or linking.is_meant(question):
        question.closing = _resume_card(turn)
        return None
    if turn.entry is None:
        return await _enter(turn, text)
    position, choice = _read(turn, text, shown)
    if choice is not None:
        return await _answer(turn, position, choice)
    if forms.BACK.match(folded):
        return await _ask(turn, words.NO_CHANGE)
    if forms.SKIP.match(folded):
        return await _ask(turn, words.NO_SKIP)
    if _asks_something(folded, text):
        question.closing = _resume_card(turn)
        return None
    last = len(_open_question(turn).choices)
    return await _ask(turn, words.CHOOSE.format(last=last))


def _asks_something(folded: str, text: str) -> bool:
    asking = forms.COMMAND.match(folded) or forms.ASKING.search(folded)
    return bool(asking) or recognise_facet(normalise(text)) is not None


def _open_question(turn: Turn) -> ContestQuestion:
    assert turn.entry is not None
    return turn.asked[len(turn.entry.answers)]


def _read(turn: Turn, text: str, shown: int) -> tuple[int, int | None]:
    """Return which question is answered and by which choice; None when the words are no choice."""
    pressed = _PRESSED.fullmatch(text)
    if pressed:
        position = int(pressed[1]) - 1
        return position, _choice_in(turn, position, int(pressed[2]) - 1)
    same = [
        number
        for number, choice in enumerate(_open_question(turn).choices)
        if normalise(choice) == normalise(text)
    ]
    if same:
        return shown, same[0]
    found = _CHOICE.fullmatch(fold(normalise(text)))
    if found is None:
        return shown, None
    said = found[1]
    return shown, _choice_in(turn, shown, "abcdef".find(said) if said.isalpha() else int(said) - 1)


def _choice_in(turn: Turn, position: int, choice: int) -> int | None:
    if not 0 <= position < len(turn.asked):
        return None
    return choice if 0 <= choice < len(turn.asked[position].choices) else None


async def _enter(turn: Turn, text: str) -> Reply | None:
    """Take the nickname, and with it begin."""
    question = turn.question
    folded = fold(normalise(text))
    if text.endswith("?") or _asks_something(folded, text):
        question.closing = _resume_card(turn)
        return None
    if is_rude(text):
        return _again(Bad.RUDE)
    async with question.sources.database.write() as session:
        made = await entries.enter(session, turn.contest, who_of(question), text, now=question.now)
    if isinstance(made, Bad):
        return _again(made)
    turn.entry, turn.asked = made, scoring.order_of(turn.asked, made.seed)
    return await _ask(turn)


def _again(wrong: Bad) -> Reply:
    return Reply(Action.OTHER, words.BAD_NICKNAME[wrong])


async def _ask(turn: Turn, said: str = "") -> Reply:
    """Show the open question, and remember in this chat which one it is."""
    entry = turn.entry
    assert entry is not None
    position = len(entry.answers)
    asked = turn.asked[position]
    question = turn.question
    form = f"{NAME}:{turn.contest.id}:{position}"
    question.state = replace(question.state, form=form, choices=(), asked="")
    number = position + 1
    text = words.QUESTION.format(number=number, count=len(turn.asked), text=asked.text)
    choices = tuple(
        Button(choice, send=words.PRESSED.format(number=number, choice=at))
        for at, choice in enumerate(asked.choices, 1)
    )
    return Reply(
        Action.OTHER, "\n".join(filter(None, (said, text))), choices=choices,
        follow_ups=(Button(words.PAUSE, send=words.PAUSE),),
    )  # fmt: skip


async def _answer(turn: Turn, position: int, choice: int) -> Reply:
    question = turn.question
    is_last = position == len(turn.asked) - 1
    seal = await new_seal() if is_last else _NO_SEAL
    async with question.sources.database.write() as session:
        contest = await session.get(Contest, turn.contest.id)
        assert contest is not None
        outcome, entry = await entries.answer(
            session, contest, who_of(question),
            position=position, choice=choice, seal=seal, now=question.now,
        )  # fmt: skip
    turn.entry = entry
    match outcome:
        case Outcome.FINISHED:
            question.state = replace(question.state, form="", choices=())
            return await results(question, who_of(question), contest.id, secret=seal.secret)
        case Outcome.TAKEN:
            return await _ask(turn)
        case Outcome.STALE if entry is not None and entry.finished_at is None:
            return await _ask(turn, words.ANSWERED_ELSEWHERE)
        case Outcome.STALE:
            question.state = replace(question.state, form="", choices=())
            return await results(question, who_of(question), contest.id)
    question.state = replace(question.state, form="", choices=())
    return _closed(contest)


def _pause(turn: Turn) -> Reply:
    turn.question.state = replace(turn.question.state, form="", choices=())
    left = len(turn.asked) - (len(turn.entry.answers) if turn.entry else 0)
    return Reply(Action.OTHER, words.PAUSED.format(left=left, closes=turn.closes))


def _closed(contest: Contest) -> Reply:
    said = words.CLOSED.format(title=contest.title, closes=moment(contest.closes_at))
    return Reply(Action.OTHER, said)


def _resume_card(turn: Turn) -> Card:
    left = len(turn.asked) - (len(turn.entry.answers) if turn.entry else 0)
    return Card(words.RESUME_TITLE, lead=(words.RESUME.format(left=left, closes=turn.closes),))
