"""The JSON and the readable summary of a report that was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from knowledge.reports.found import ArithmeticFinding, FoundFact, Kind, ReadReport, Severity

KIND_NAMES: Final = {
    Kind.STATISTIC: "Số liệu",
    Kind.TARGET: "Chỉ tiêu",
    Kind.LEGAL_DOC: "Văn bản",
    Kind.SYSTEM: "Hệ thống",
    Kind.CENTRE: "Nơi tiếp nhận",
    Kind.INITIATIVE: "Mô hình, sáng kiến",
    Kind.SHORTCOMING: "Tồn tại, hạn chế",
    Kind.PLAN: "Kế hoạch",
}
SEVERITY_NAMES: Final = {
    Severity.WRONG: "SAI",
    Severity.MISMATCH: "LỆCH",
    Severity.ROUNDING: "LÀM TRÒN",
    Severity.TYPO: "CHÍNH TẢ",
    Severity.UNCLEAR: "MƠ HỒ",
}


def as_json(report: ReadReport) -> dict[str, Any]:
    """Return the shape `motcua report read --json` prints; `facts` of a finding are indexes."""
    return {
        "title": report.title,
        "locality": report.locality,
        "period": report.period,
        "facts": [_fact(fact) for fact in report.facts],
        "findings": [_finding(finding) for finding in report.findings],
        "dropped": [dropped.text for dropped in report.dropped],
        "locality_today": report.locality_today,
    }


def _fact(fact: FoundFact) -> dict[str, Any]:
    return {
        "kind": fact.kind.value,
        "subject": fact.subject,
        "value": fact.value,
        "unit": fact.unit,
        "period": fact.period,
        "locality": fact.locality,
        "level": fact.level,
        "sentence": fact.sentence,
        "offset": fact.offset,
        "confidence": fact.confidence,
        "span": list(fact.span),
        "parent": fact.parent,
        "relation": fact.relation.value,
        "note": fact.note,
        "details": fact.details,
    }


def _finding(finding: ArithmeticFinding) -> dict[str, Any]:
    return {
        "type": finding.type,
        "printed": finding.printed,
        "computed": finding.computed,
        "facts": list(finding.facts),
        "severity": finding.severity.value,
        "explanation": finding.explanation,
        "confidence": finding.confidence,
    }


def summary(report: ReadReport) -> Iterator[str]:
    """Yield the lines of a readable summary."""
    today = (
        f" (nay {report.locality_today})"
        if report.locality_today not in ("", report.locality)
        else ""
    )
    yield report.title
    yield f"{report.locality or 'chưa rõ địa phương'}{today} · {report.period or 'chưa rõ kỳ'}"
    counts = Counter(fact.kind for fact in report.facts)
    yield (
        " · ".join(f"{KIND_NAMES[kind].lower()} {counts[kind]}" for kind in Kind if counts[kind])
        or "không có dữ kiện"
    )
    for kind in Kind:
        if counts[kind]:
            yield f"\n{KIND_NAMES[kind]}"
            yield from (f"  {_line(fact)}" for fact in report.facts if fact.kind is kind)
    if report.findings:
        yield "\nKiểm tra số học"
        for finding in report.findings:
            yield f"  {SEVERITY_NAMES[finding.severity]}: {finding.explanation}"
    if report.dropped:
        yield f"\nĐã bỏ {len(report.dropped)} dòng không thuộc báo cáo."


def _line(fact: FoundFact) -> str:
    value = (
        f"{fact.value}{'%' if fact.unit == '%' else f' {fact.unit}'} – "
        if fact.value and fact.unit
        else ""
    )
    if fact.kind is Kind.LEGAL_DOC:
        value = ""
    around = ", ".join(
        part for part in (f"cấp {fact.level}" if fact.level else "", fact.period) if part
    )
    return f"{value}{fact.subject}" + (f" [{around}]" if around else "")
