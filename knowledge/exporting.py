"""What is published, for others to use: our own JSON lines, a table, and linked open data.

The linked data speaks CPSV-AP (the European model of public services) and schema.org at once. As in
an answer to a citizen, a fee or time that is not sure is left out of the table and the linked data.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.cells import (
    CODE,
    COLUMNS,
    FORMULA,
    PHRASES,
    fee_words,
    time_words,
    write,
)
from knowledge.content import (
    Confidence,
    Content,
    Fee,
    FeeKind,
    Method,
    ProcessingTime,
    Unit,
)
from knowledge.models import Alias, AliasKind, Procedure, ProcedureKind, Revision
from knowledge.national_record import record_of
from knowledge.publishing import dump
from knowledge.wording import METHOD_NAMES
from knowledge.workbooks import TextSheet

#: The headings of the portal's list.
LIST_HEADINGS: Final = ("Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực")
#: Contents in memory at a time.
CHUNK: Final = 200


@dataclass(frozen=True, slots=True)
class Exported:
    """One published procedure with the phrases that lead to it."""

    content: Content
    aliases: tuple[str, ...]
    examples: tuple[str, ...]


async def published(session: AsyncSession, *, with_hidden: bool = False) -> AsyncIterator[Exported]:
    """Yield what is live and not hidden, by code, a chunk in memory at a time."""
    rows = (
        await session.exec(
            select(Procedure.code, Procedure.live_revision_id)
            .where(
                Procedure.kind != ProcedureKind.OVERRIDE,
                col(Procedure.live_revision_id).is_not(None),
                *(() if with_hidden else (col(Procedure.hidden).is_(False),)),
            )
            .order_by(Procedure.code)
        )
    ).all()
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        contents = await _contents(session, [revision for _, revision in chunk if revision])
        phrases = await _phrases(session, [code for code, _ in chunk])
        for code, revision in chunk:
            assert revision is not None
            yield Exported(
                contents[revision],
                tuple(phrases[code, AliasKind.ALIAS]),
                tuple(phrases[code, AliasKind.EXAMPLE]),
            )


async def _contents(session: AsyncSession, ids: Sequence[int]) -> dict[int, Content]:
    rows = await session.exec(
        select(col(Revision.id), Revision.content).where(col(Revision.id).in_(ids))
    )
    return {id_: Content.model_validate(content) for id_, content in rows if id_ is not None}


async def _phrases(
    session: AsyncSession, codes: Sequence[str]
) -> defaultdict[tuple[str, AliasKind], list[str]]:
    found: defaultdict[tuple[str, AliasKind], list[str]] = defaultdict(list)
    rows = await session.exec(
        select(Alias.code, Alias.kind, Alias.text)
        .where(col(Alias.code).in_(codes))
        .order_by(col(Alias.id))
    )
    for code, kind, text in rows:
        found[code, AliasKind(kind)].append(text)
    return found


# --- JSON lines -----------------------------------------------------------------------------------


def _jsonl(exported: Exported) -> str:
    fields = dump(exported.content)
    if exported.aliases:
        fields["aliases"] = list(exported.aliases)
    if exported.examples:
        fields["examples"] = list(exported.examples)
    return _json(fields) + "\n"


async def national(session: AsyncSession) -> AsyncIterator[str]:
    """Yield what is live as records of the national database, hidden or not.

    A copy of that database lists everything, so what it lacks counts as removed when it is read back.
    """
    async for one in published(session, with_hidden=True):
        yield _json(record_of(one.content, one.aliases, one.examples)) + "\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# --- table ----------------------------------------------------------------------------------------

#: Headings of the table; the phrases of citizens come last.
HEADINGS: Final = (CODE, *COLUMNS, PHRASES)


def row(one: Exported) -> dict[str, str]:
    """Return a procedure as cells by heading, each harmless to a spreadsheet."""
    cells = write(one.content) | {PHRASES: "\n".join(one.aliases)}
    return {heading: _harmless(cell) for heading, cell in cells.items()}


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def _harmless(cell: str) -> str:
    """Return a cell that a spreadsheet shows and never runs."""
    return f"'{cell}" if cell.lstrip().startswith(FORMULA) else cell


def _day(content: Content) -> str:
    return content.verified_on.isoformat() if content.verified_on else ""


# --- linked data ----------------------------------------------------------------------------------

CONTEXT: Final = {
    "schema": "https://schema.org/",
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "@language": "vi",
}
#: ISO 8601 knows no working days, so only these become durations.
_ISO_UNITS: Final = {
    Unit.MINUTE: "PT{}M",
    Unit.HOUR: "PT{}H",
    Unit.DAY: "P{}D",
    Unit.MONTH: "P{}M",
    Unit.YEAR: "P{}Y",
}
_AUDIENCE_OF_LEVEL: Final = "Việt Nam"


def linked(exported: Exported) -> dict[str, Any]:
    """Return a procedure as a node that is a cpsv:PublicService and a schema:GovernmentService."""
    content = exported.content
    node: dict[str, Any] = {
        "@id": f"urn:motcua:procedure:{content.code}",
        "@type": ["cpsv:PublicService", "schema:GovernmentService"],
        "dct:identifier": content.code,
        "schema:identifier": content.code,
        "dct:title": content.title,
        "schema:name": content.name,
        "schema:alternateName": list(exported.aliases),
        "dct:description": content.summary,
        "cv:thematicArea": content.field,
        "schema:serviceType": content.field,
        "schema:audience": [
            {"@type": "schema:Audience", "schema:audienceType": name} for name in content.applicants
        ],
        "schema:areaServed": _area(content),
        "cv:hasCompetentAuthority": _organisation(content.agencies.competent),
        "schema:provider": _organisation(content.agencies.performing),
        "schema:availableChannel": [_channel(way.method) for way in content.submission_methods],
        "cpsv:hasInput": _evidence(content),
        "cpsv:produces": [
            {"@type": "cpsv:Output", "dct:title": result} for result in content.outcome
        ],
        "schema:serviceOutput": [
            {"@type": "schema:Thing", "schema:name": result} for result in content.outcome
        ],
        "cv:hasCost": [_cost(fee) for fee in content.fees if _is_told(fee)],
        "cv:processingTime": [_duration(time) for time in content.processing_times if time.sure],
        "cv:hasLegalResource": [
            {
                "@type": "eli:LegalResource",
                "eli:id_local": law.number,
                "eli:title": law.title,
                "dct:description": law.note,
            }
            for law in content.legal_basis
        ],
        "dct:requires": list(content.requirements),
        "dct:source": content.source.title if content.source else "",
        "dct:modified": {"@type": "xsd:date", "@value": _day(content)} if _day(content) else None,
    }
    return {key: kept for key, value in node.items() if (kept := _less_empty(value))}


def _less_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: kept for key, inner in value.items() if (kept := _less_empty(inner))}
    if isinstance(value, list):
        return [kept for inner in value if (kept := _less_empty(inner))]
    return value


def _area(content: Content) -> dict[str, str]:
    if content.province_code:
        return {"@type": "schema:AdministrativeArea", "schema:identifier": content.province_code}
    return {"@type": "schema:Country", "schema:name": _AUDIENCE_OF_LEVEL}


def _organisation(name: str) -> dict[str, str] | None:
    return {"@type": "schema:GovernmentOrganization", "schema:name": name} if name else None


def _channel(method: Method) -> dict[str, str]:
    return {"@type": "schema:ServiceChannel", "schema:name": METHOD_NAMES[method]}


def _evidence(content: Content) -> list[dict[str, str]]:
    if content.dossier_confidence in (Confidence.LOW, Confidence.NONE):
        return []
    return [
        {
            "@type": "cv:Evidence",
            "dct:title": paper.name,
            "dct:description": ", ".join(filter(None, (case.name, paper.condition))),
        }
        for case in content.cases
        for paper in case.components
    ]


def _is_told(fee: Fee) -> bool:
    return fee.sure and fee.kind in (FeeKind.AMOUNT, FeeKind.FREE)


def _cost(fee: Fee) -> dict[str, Any]:
    amount = "0" if fee.kind is FeeKind.FREE else f"{fee.amount or 0:f}"
    return {
        "@type": "cv:Cost",
        "cv:value": {"@type": "xsd:decimal", "@value": amount},
        "cv:currency": fee.currency.value,
        "dct:description": fee_words(fee),
    }


def _duration(time: ProcessingTime) -> Any:
    pattern = _ISO_UNITS.get(time.unit)
    if pattern is None or time.amount is None or time.amount != time.amount.to_integral_value():
        return time_words(time)
    return {"@type": "xsd:duration", "@value": pattern.format(f"{time.amount:f}")}


# --- formats --------------------------------------------------------------------------------------


async def jsonl(session: AsyncSession) -> AsyncIterator[str]:
    """Yield one content with its phrases a line; `motcua kb import` reads it back."""
    async for one in published(session):
        yield _jsonl(one)


async def table(session: AsyncSession) -> AsyncIterator[str]:
    """Yield a CSV that spreadsheets open as UTF-8 and never run; an import reads it back."""
    yield "\ufeff" + _line(HEADINGS)
    async for one in published(session):
        yield _line(list(row(one).values()))


async def jsonld(session: AsyncSession) -> AsyncIterator[str]:
    """Yield one JSON-LD document with a node for each procedure."""
    yield f'{{"@context":{_json(CONTEXT)},"@graph":['
    separator = "\n"
    async for one in published(session):
        yield separator + _json(linked(one))
        separator = ",\n"
    yield "\n]}\n"


#: Format → what writes it; each yields pieces of text.
EXPORTERS: Final[dict[str, Callable[[AsyncSession], AsyncIterator[str]]]] = {
    "jsonl": jsonl,
    "csv": table,
    "jsonld": jsonld,
    "national": national,
}


# --- workbooks ------------------------------------------------------------------------------------


async def workbook(session: AsyncSession, file: BinaryIO) -> None:
    """Write the table as an Excel file whose cells are all text; an import reads it back."""
    widths = [14, *[40] * (len(HEADINGS) - 1)]
    sheet = TextSheet("Thủ tục", widths=widths, freeze="B2")
    sheet.append(HEADINGS, bold=True)
    async for one in published(session):
        sheet.append(row(one).values())
    await asyncio.to_thread(sheet.save, file)


async def listing(session: AsyncSession, file: BinaryIO) -> None:
    """Write the list of procedures as the national portal exports it: titles, hardly more."""
    sheet = TextSheet("Danh sách")
    sheet.append(["DANH SÁCH THỦ TỤC HÀNH CHÍNH"], bold=True)
    sheet.append(LIST_HEADINGS, bold=True)
    async for one in published(session):
        agencies = one.content.agencies
        texts = (one.content.code, one.content.title, agencies.competent, agencies.performing)
        sheet.append(_harmless(text) for text in (*texts, one.content.field))
    await asyncio.to_thread(sheet.save, file)


#: Format → what writes it to a file of bytes.
WORKBOOKS: Final[dict[str, Callable[[AsyncSession, BinaryIO], Awaitable[None]]]] = {
    "xlsx": workbook,
    "list": listing,
}
