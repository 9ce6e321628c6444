"""How each facet of a procedure is answered: what is sure, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from bot import messages as say
from bot.conversation import Section, SectionKind
from knowledge.content import (
    Case,
    Confidence,
    Content,
    Currency,
    DossierComponent,
    Facet,
    Fee,
    FeeKind,
    Level,
    Method,
    OnlineLevel,
    ProcessingTime,
    Stated,
    Unit,
)

#: Papers shown before the list is cut with a pointer to the portal.
MAX_PAPERS = 14
#: A longer official text is cut at the end of a sentence.
MAX_ITEM_CHARS = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer depends on besides the procedure."""

    today: date
    facet: Facet | None = None
    province: str = ""
    """Name of the citizen's province, e.g. "tỉnh Vĩnh Long"; empty = not told."""
    place: str = ""
    """Name of the commune and province as they are today; empty = not told."""
    owner: str = ""
    """The province whose own procedure this is; empty = a national one."""
    stale_days: int = 90


@dataclass(frozen=True, slots=True)
class Answer:
    """The part of a card that answers one facet."""

    lines: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()


def _documents(content: Content, _asked: Asked) -> Answer:
    if content.dossier_confidence is Confidence.NONE or not any(
        case.components for case in content.cases
    ):
        return Answer((say.NO_DOCUMENTS,))
    sections: list[Section] = []
    shown = 0
    papers = sum(len(case.components) for case in content.cases)
    for case in content.cases:
        items = [_paper(component) for component in case.components[: MAX_PAPERS - shown]]
        shown += len(items)
        if items:
            sections.append(Section(_case_title(case), tuple(items), SectionKind.CHECKLIST))
    if papers > shown:
        more = Section(say.BRING, (say.MORE_PAPERS.format(count=papers - shown),))
        sections.append(more)
    lines = (say.DOSSIER_UNSURE,) if content.dossier_confidence is Confidence.LOW else ()
    if content.dossier_sets and content.dossier_sets > 1:
        lines = (*lines, say.DOSSIER_SETS.format(sets=content.dossier_sets))
    return Answer(lines, tuple(sections))


def _case_title(case: Case) -> str:
    if not case.name:
        return say.BRING
    name = case.name.rstrip(":. ")
    known = ("giấy tờ", "trường hợp", "hồ sơ", "thành phần", "nếu", "mang")
    return cut(name) if name.lower().startswith(known) else say.CASE.format(name=cut(name))


def _paper(component: DossierComponent) -> str:
    counts = [
        text.format(count=count)
        for text, count in (
            (say.ORIGINALS, component.originals),
            (say.COPIES, component.copies),
        )
        if count and not component.show_only
    ]
    details = [
        *([say.SHOW_ONLY] if component.show_only else counts),
        *(
            [say.BY_FORM.format(form=component.form)]
            if _adds(component.form, component.name)
            else []
        ),
        *([component.issuer] if component.issuer else []),
    ]
    name = cut(component.name)
    text = f"{name} ({'; '.join(details)})" if details else name
    return f"{text}, {component.condition}" if component.condition else text


def _adds(form: str, name: str) -> bool:
    """Whether naming the form says more than the paper's own name does."""
    return "mẫu" in form.lower() and not form.lower().startswith(name.lower())


def _fee(content: Content, asked: Asked) -> Answer:
    if not content.fees:
        return Answer((say.FEE_UNKNOWN,))
    current = [fee for fee in content.fees if fee.holds_on(asked.today)]
    if not current:
        ends = [fee.effective_to for fee in content.fees if fee.effective_to]
        return Answer((say.FEE_EXPIRED.format(day=day(max(ends))),) if ends else (say.FEE_UNKNOWN,))
    lines = tuple(dict.fromkeys(_fee_line(fee, asked) for fee in current))
    zero = any(problem.code == "zero_fee" for problem in content.problems)
    unknown = all(fee.kind in (FeeKind.UNKNOWN, FeeKind.PROVINCIAL) for fee in current)
    return Answer((*lines, say.ZERO_IS_NOT_FREE) if zero and unknown else lines)


def _fee_line(fee: Fee, asked: Asked) -> str:
    label, condition = _labelled(fee.condition)
    when = _when(fee.method, condition) + _until(fee)
    if fee.kind is FeeKind.PROVINCIAL:
        province = asked.province or say.YOUR_PROVINCE
        before = f"{when.removeprefix(', ')}: " if when else ""
        return capital(say.FEE_PROVINCIAL.format(when=before, province=province))
    if fee.sure and fee.kind is FeeKind.FREE:
        return label + say.FREE.format(when=when)
    if fee.sure and fee.kind is FeeKind.AMOUNT and fee.amount is not None:
        per = f"/{fee.per}" if fee.per else ""
        amount = money(fee.amount, fee.currency)
        return label + say.FEE_AMOUNT.format(amount=amount, per=per, when=when)
    if fee.sure and fee.text:
        return cut(fee.text)
    return _unsure(fee, say.FEE_UNKNOWN)


def _labelled(condition: str) -> tuple[str, str]:
    """Return (what the fee is for, when it is due): the portal writes both in one place."""
    if not condition or condition.lower().startswith(_CONDITIONS):
        return "", condition
    return f"{capital(cut(condition, 120)).rstrip('.:; ')}: ", ""


_CONDITIONS = ("nếu", "khi", "trường hợp", "đối với", "với", "từ", "trong")


def _unsure(fact: Stated, otherwise: str) -> str:
    """Return what may be said of a fact that is not sure; where to ask is always part of it."""
    if not _wordy(fact.text):
        return otherwise
    text = _sentence(fact.text)
    return text if "hỏi" in text else f"{text} {otherwise}"


def _wordy(text: str) -> bool:
    """Whether a text of a fact that is not sure may be shown: it must hold no number."""
    return bool(text) and not any(character.isdigit() for character in text)


def _time(content: Content, asked: Asked) -> Answer:
    current = [time for time in content.processing_times if time.holds_on(asked.today)]
    lines = tuple(dict.fromkeys(_time_line(time) for time in _merged(current)))
    counted = any(time.sure and time.unit in _COUNTED for time in current)
    return Answer((*lines, say.TIME_FROM) if counted else lines or (say.TIME_UNKNOWN,))


#: Units for which it matters when counting begins (Decree 309/2026/NĐ-CP).
_COUNTED = frozenset({Unit.DAY, Unit.WORKING_DAY, Unit.MONTH})


def _merged(times: Iterable[ProcessingTime]) -> list[ProcessingTime]:
    """Drop the method where every method takes the same time."""
    times = list(times)
    same = {(time.amount, time.unit, time.condition, time.text, time.sure) for time in times}
    if len(times) > 1 and len(same) == 1:
        return [times[0].model_copy(update={"method": None})]
    return times


def _time_line(time: ProcessingTime) -> str:
    if not time.sure or (not time.text and (time.amount is None or time.unit is Unit.UNKNOWN)):
        return _unsure(time, say.TIME_UNKNOWN)
    if time.text:
        return cut(time.text)
    when = _when(time.method, time.condition) + _until(time)
    amount = _number(time.amount or Decimal(0))
    return say.TIME.format(amount=amount, unit=say.UNITS[time.unit], when=when)


def _number(amount: Decimal) -> str:
    text = f"{amount.normalize():f}".replace(".", ",")
    return text.zfill(2) if text.isdigit() and amount < 10 else text


def _where(content: Content, asked: Asked) -> Answer:
    lines: list[str] = []
    if content.where:
        lines.append(content.where)
    elif Level.COMMUNE in content.levels:
        lines.append(say.WHERE_COMMUNE)
    elif Level.PROVINCE in content.levels:
        lines.append(say.WHERE_PROVINCE)
    agency = content.agencies.receiving or content.agencies.performing
    if not content.where and agency and not _names_abolished_body(content):
        lines.append(say.WHERE_AGENCY.format(agency=cut(agency).rstrip(".")))
    if not lines:
        return Answer((say.WHERE_UNKNOWN,))
    if asked.place:
        lines.append(say.WHERE_HERE.format(place=asked.place))
        lines.append(say.CENTRE_UNVERIFIED.format(place=asked.place))
    lines.append(say.WHERE_ABROAD)
    return Answer(tuple(lines))


def _names_abolished_body(content: Content) -> bool:
    return any(problem.code == "abolished_body" for problem in content.problems)


def _online(content: Content, _asked: Asked) -> Answer:
    online = [one for one in content.submission_methods if one.method is Method.ONLINE]
    if not online:
        return Answer((say.ONLINE_NO,))
    level = {OnlineLevel.FULL: say.ONLINE_FULL, OnlineLevel.PARTIAL: say.ONLINE_PARTIAL}
    lines = [say.ONLINE_YES]
    if content.online_level in level:
        lines.append(level[content.online_level])
    lines += [cut(one.text) for one in online if one.text]
    return Answer(tuple(lines))


def _form(content: Content, _asked: Asked) -> Answer:
    names = [f"{form.name} ({form.number})" if form.number else form.name for form in content.forms]
    names += [
        component.name
        if not _adds(component.form, component.name)
        else f"{component.name}: {component.form}"
        for case in content.cases
        for component in case.components
        if component.form
    ]
    if not names:
        return Answer((say.FORM_NONE,))
    return Answer(
        (say.FORM_WHERE,), (Section(say.FACETS[Facet.FORM], tuple(dict.fromkeys(names))),)
    )


def _steps(content: Content, _asked: Asked) -> Answer:
    if not content.steps:
        return Answer((say.STEPS_NONE,))
    steps = tuple(cut(step) for step in content.steps)
    return Answer((), (Section(say.FACETS[Facet.STEPS], steps, SectionKind.STEPS),))


def _requirements(content: Content, _asked: Asked) -> Answer:
    return _list(content.requirements, Facet.REQUIREMENTS, say.REQUIREMENTS_NONE)


def _legal_basis(content: Content, _asked: Asked) -> Answer:
    items = tuple(
        " ".join(
            part for part in (law.title, law.number, f"({law.note})" if law.note else "") if part
        )
        for law in content.legal_basis
    )
    answer = _list(items, Facet.LEGAL_BASIS, say.LEGAL_NONE)
    if not content.decision:
        return answer
    decision = say.DECISION.format(decision=content.decision)
    return Answer((*answer.lines, decision), answer.sections)


def _outcome(content: Content, _asked: Asked) -> Answer:
    return _list(content.outcome, Facet.OUTCOME, say.OUTCOME_NONE)


def _applicant(content: Content, _asked: Asked) -> Answer:
    return _list(content.applicants, Facet.APPLICANT, say.APPLICANT_NONE)


def _deadline(content: Content, asked: Asked) -> Answer:
    lines = tuple(one.text for one in content.deadlines if one.holds_on(asked.today))
    return Answer(lines or (say.DEADLINE_NONE,))


def _list(items: Iterable[str], facet: Facet, none: str) -> Answer:
    shown = tuple(cut(item) for item in items if item)
    if not shown:
        return Answer((none,))
    return Answer(shown) if len(shown) == 1 else Answer((), (Section(say.FACETS[facet], shown),))


def _when(method: Method | None, condition: str) -> str:
    parts = [say.METHODS[method]] if method else []
    if condition:
        parts.append(condition)
    return "".join(f", {part}" for part in parts)


def _until(fact: Stated) -> str:
    return say.VALID_UNTIL.format(day=day(fact.effective_to)) if fact.effective_to else ""


def capital(text: str) -> str:
    """Return `text` with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def cut(text: str, limit: int = MAX_ITEM_CHARS) -> str:
    """Return `text`, or its whole sentences (else words) that fit in `limit` characters and "…"."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    head = text[:limit]
    end = max(head.rfind(". "), head.rfind("; "))
    if end < limit // 3:
        end = head.rfind(" ")
    return f"{head[:end].rstrip('.,; ')}…"


def day(moment: date) -> str:
    """Return a date as people here write it: 19/7/2026."""
    return f"{moment.day}/{moment.month}/{moment.year}"


def money(amount: Decimal, currency: Currency) -> str:
    """Return an amount with thousands marked by dots, e.g. "20.000 đồng"."""
    whole = f"{int(amount):,}".replace(",", ".")
    return f"{whole} đồng" if currency is Currency.VND else f"{whole} đô la Mỹ"


RENDERERS: Final[Mapping[Facet, Callable[[Content, Asked], Answer]]] = {
    Facet.DOCUMENTS: _documents,
    Facet.FEE: _fee,
    Facet.TIME: _time,
    Facet.WHERE: _where,
    Facet.ONLINE: _online,
    Facet.FORM: _form,
    Facet.STEPS: _steps,
    Facet.REQUIREMENTS: _requirements,
    Facet.LEGAL_BASIS: _legal_basis,
    Facet.OUTCOME: _outcome,
    Facet.APPLICANT: _applicant,
    Facet.DEADLINE: _deadline,
}
