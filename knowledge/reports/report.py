"""Reads one report: its facts, what is wrong with its sums, and what of the page was dropped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from knowledge.reports.arithmetic import check
from knowledge.reports.cleaning import Page, clean
from knowledge.reports.found import ArithmeticFinding, FoundFact, Kind, ReadReport
from knowledge.reports.localities import Locality, locality_of
from knowledge.reports.mentions import Mention, find_mentions
from knowledge.reports.mood import Mood, moods
from knowledge.reports.people import leave_out
from knowledge.reports.periods import Period, find_periods
from knowledge.reports.reading import read_text, tidy_text
from knowledge.reports.sentences import Sentence, split
from knowledge.reports.statistics import Statistic, find_statistics
from knowledge.reports.terms import notes_on
from knowledge.reports.typos import find_typos

_YEAR = re.compile(r"\b(20[0-4]\d)\b")


def read_report(source: Path | str) -> ReadReport:
    """Return what the report in a file (Path) or in pasted text (str) says.

    Raises:
        ReportError: the file cannot be read; the message is one Vietnamese line for the editor.
    """
    text = read_text(source) if isinstance(source, Path) else tidy_text(source)
    page = clean(text)
    sentences = _sentences(page)
    locality = locality_of(page.title, [one.text for one in sentences], page.letterhead)
    year = _year(page, sentences)
    reads = list(moods(sentences))
    statistics = find_statistics(reads, year=year, locality=locality)
    told = [one.sentence for one in reads if one.mood not in (Mood.PLAN, Mood.PROPOSAL)]
    period = _report_period(page.title, told, statistics, year)
    year = period.year if period and period.year else year
    facts = [_statistic(one, locality, period) for one in statistics]
    facts += [_mention(one, locality, period) for one in find_mentions(reads, locality, year)]
    findings = [*check(statistics), *find_typos(reads, year)]
    order = sorted(range(len(facts)), key=lambda i: (facts[i].offset, facts[i].span))
    return ReadReport(
        page.title,
        locality.name,
        period.text if period else "",
        _in_order(facts, order),
        _renumbered(findings, order),
        page.dropped,
        locality.today,
        year,
        text,
    )


def _sentences(page: Page) -> list[Sentence]:
    return [
        sentence
        for i, paragraph in enumerate(page.paragraphs)
        for sentence in split(paragraph.text, paragraph.start, i, heading=paragraph.heading)
        if not (paragraph.heading and sentence.text == page.title)
    ]


def _year(page: Page, sentences: Sequence[Sentence]) -> int | None:
    """Return the year the report is written about: named by a dated period, else most often."""
    for text in (page.title, *(one.text for one in sentences[:60])):
        for at in find_periods(text):
            if at.period.is_dated and (at.frame or text is page.title):
                return at.period.year
    years = Counter(year for one in sentences for year in _YEAR.findall(one.text))
    years.update(_YEAR.findall(page.letterhead))
    return int(years.most_common(1)[0][0]) if years else None


def _report_period(
    title: str, sentences: Sequence[Sentence], statistics: Sequence[Statistic], year: int | None
) -> Period | None:
    """Return the title's period unless the figures are about another, else the first that opens a sentence."""
    frames = [
        at.period
        for one in sentences
        for at in find_periods(one.text, year)
        if at.frame and at.period.is_dated and not at.compared
    ]
    titled = next((at.period for at in find_periods(title, year) if at.period.is_dated), None)
    told = [
        one.period for one in statistics if one.period and one.period.is_dated and not one.planned
    ]
    if titled and (not told or any(titled.overlaps(period) for period in told)):
        return titled
    if frames:
        return frames[0]
    if titled:
        return titled
    if told:
        return Counter(told).most_common(1)[0][0]
    return Period(f"năm {year}", year) if year else None


def _statistic(one: Statistic, locality: Locality, period: Period | None) -> FoundFact:
    figure = one.figure
    place = one.place or locality
    planned = one.planned or figure.target
    said = one.period or period
    start = one.sentence.start
    return FoundFact(
        Kind.TARGET if planned else Kind.STATISTIC,
        one.subject or leave_out(one.sentence.text)[:120],
        leave_out(one.sentence.text),
        start,
        (start + figure.start, start + figure.end),
        value=figure.value,
        unit=figure.unit,
        period=said.text if said else "",
        locality=place.name,
        level=one.level or (one.place.level if one.place else ""),
        confidence=one.confidence,
        parent=one.parent,
        relation=one.relation,
        note=_note(place, one.sentence.text),
        details={"change": "1"} if figure.change else {},
    )


def _mention(one: Mention, locality: Locality, period: Period | None) -> FoundFact:
    place = one.place or locality
    start = one.sentence.start
    said = one.period or (period.text if period else "")
    return FoundFact(
        one.kind,
        one.subject,
        leave_out(one.sentence.text),
        start,
        (start + one.start, start + one.end),
        value=one.value,
        unit=one.unit,
        period=said,
        locality=place.name,
        level=one.level,
        confidence=one.confidence,
        note=_note(place, f"{one.subject} {one.value}"),
        details=one.details,
    )


def _note(place: Locality, text: str) -> str:
    return " ".join(dict.fromkeys(note for note in (place.note, *notes_on(text)) if note))


def _in_order(facts: Sequence[FoundFact], order: Sequence[int]) -> tuple[FoundFact, ...]:
    new = {old: i for i, old in enumerate(order)}
    return tuple(
        replace(facts[old], parent=new[parent])
        if (parent := facts[old].parent) is not None
        else facts[old]
        for old in order
    )


def _renumbered(
    findings: Sequence[ArithmeticFinding], order: Sequence[int]
) -> tuple[ArithmeticFinding, ...]:
    new = {old: i for i, old in enumerate(order)}
    return tuple(replace(one, facts=tuple(new[i] for i in one.facts)) for one in findings)
