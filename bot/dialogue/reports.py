"""Answer from administrative-reform reports: what was printed, where, when, and what is doubtful."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from bot import messages as say
from bot.conversation import Action, Button, Card, Reply, Section
from bot.dialogue.question import Question
from knowledge.reports import ReportFact
from knowledge.reports.trends import TrendPoint, rows


async def answer(question: Question) -> Reply | None:
    """Return what the reports say, a refusal to rank localities, or None."""
    facts = question.published.reports.facts
    if facts.asks_for_trend(question.text):
        return _trend(question)
    if facts.compares(question.text):
        return Reply(Action.REPORT, say.REPORT_NO_RANKING)
    listed = facts.all_of_a_kind(question.text)
    if listed:
        return Reply(Action.REPORT, cards=tuple(map(_list_card, _by_report(listed))))
    about = facts.is_about_reports(question.text)
    localities = facts.localities_in(question.text)
    hits = facts.find(question.text)
    if hits and (about or localities or hits[0].score > _CERTAIN):
        return Reply(Action.REPORT, cards=tuple(_card(hit.fact) for hit in hits))
    if about and localities and _wants_figure(question):
        known = ", ".join(facts.localities)
        return Reply(Action.REPORT, say.REPORT_UNKNOWN.format(localities=known))
    return None


#: A question for a place's shortcomings is answered from this many of its reports.
_MOST_REPORTS = 3
#: Without a word of reports only a nearly complete match is believed.
_CERTAIN = 0.85


def _trend(question: Question) -> Reply | None:
    """Return one figure over the reports of its locality, set side by side and never ranked."""
    facts = question.published.reports.facts
    hits = [hit.fact for hit in facts.find(question.text) if hit.fact.kind == "statistic"]
    if not hits:
        return None
    points = facts.trend_of(hits[0].key)
    if len(points) == 1:
        return Reply(Action.REPORT, say.TREND_ONE, cards=(_card(hits[0]),))
    base = question.sources.settings.public_url.rstrip("/")
    card = Card(
        title=trend_title(points[0]),
        sections=(
            Section(
                say.TREND_CAPTION, tuple(f"{p}: {v} [{r}]" for p, v, r in rows(as_points(points)))
            ),
        ),
        notices=(say.TREND_WARNING, say.REPORT_OLD.format(locality=_then_and_now(points[0]))),
        primary=Button(say.TREND_SEE, url=say.TREND_URL.format(base=base, key=points[0].key)),
        source=_source(points[0]),
    )
    return Reply(Action.REPORT, cards=(card,))


def trend_title(fact: ReportFact) -> str:
    """Return the heading of a figure over several reports."""
    return say.TREND_TITLE.format(subject=fact.subject, locality=fact.locality)


def as_points(facts: Sequence[ReportFact]) -> list[TrendPoint]:
    """Return facts as the points of a trend."""
    return [
        TrendPoint(
            fact.period,
            fact.value,
            fact.unit,
            fact.report_title,
            doubtful=fact.finding is not None and fact.finding.is_error,
        )
        for fact in facts
    ]


def _wants_figure(question: Question) -> bool:
    return any(word in question.folded for word in ("bao nhieu", "ty le", "ti le", "phan tram"))


def _card(fact: ReportFact) -> Card:
    locality = fact.place or fact.locality
    lead = [fact.statement]
    notices = [_doubt(fact)] if fact.finding else []
    notices += [say.REPORT_OLD.format(locality=_then_and_now(fact)), fact.note]
    return Card(
        title=f"{fact.subject} ({locality}, {fact.period})",
        lead=tuple(lead),
        notices=tuple(notice for notice in notices if notice),
        source=_source(fact),
    )


def _by_report(facts: Sequence[ReportFact]) -> list[tuple[ReportFact, ...]]:
    """Return what each report says, that of the latest year first; of the latest few only."""
    reports: dict[str, list[ReportFact]] = defaultdict(list)
    for fact in facts:
        reports[fact.report_title].append(fact)
    latest = sorted(reports.values(), key=lambda told: -max(map(_year, told)))
    return [tuple(told) for told in latest[:_MOST_REPORTS]]


def _year(fact: ReportFact) -> int:
    return max(map(int, re.findall(r"\b(?:19|20)\d\d\b", fact.period)), default=0)


def _list_card(facts: tuple[ReportFact, ...]) -> Card:
    first = facts[0]
    return Card(
        title=f"{say.REPORT_KINDS[first.kind]} ({first.locality}, {first.period})",
        sections=(Section(say.REPORT_LISTED, tuple(fact.statement for fact in facts)),),
        notices=(say.REPORT_OLD.format(locality=_then_and_now(first)), *_notes(facts)),
        source=_source(first),
    )


def _notes(facts: Sequence[ReportFact]) -> list[str]:
    """Return what the names and terms of several facts are called today, each note once."""
    return list(dict.fromkeys(fact.note for fact in facts if fact.note))


def _source(fact: ReportFact) -> str:
    return say.REPORT_SOURCE.format(
        title=fact.report_title, locality=fact.locality, period=fact.period
    )


def _doubt(fact: ReportFact) -> str:
    assert fact.finding is not None
    if fact.finding.is_error:
        return say.REPORT_DOUBT.format(finding=fact.finding.text)
    return fact.finding.text


def _then_and_now(fact: ReportFact) -> str:
    if not fact.locality_today or fact.locality_today == fact.locality:
        return fact.locality
    return f"{fact.locality} (nay thuộc {fact.locality_today})"
