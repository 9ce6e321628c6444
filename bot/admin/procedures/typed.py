"""What an official typed into the form of a procedure: kept as typed, moved by row, made content.

Typed values are strings by path ("fees.0.amount"), held as nested dicts and lists in the shape of
the content. They are never lost: what cannot be read comes back with a sentence beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from bot.admin.procedures.fields import Field, Kind, Part, Rows, Section
from knowledge.wording import number_words

#: A value as typed: text, ticks, a row, or rows.
Typed = Any
#: Path of a field → what is wrong with it.
Errors = dict[str, str]

#: Rows of one list; a form with more is not ours.
MOST_ROWS: Final = 500
#: Digits and separators of the largest number anybody means.
LONGEST_NUMBER: Final = 18
#: A row that is not shown open travels as one field of this name.
FOLDED: Final = "_"
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_DECIMAL: Final = re.compile(r"\d+(?:[.,]\d+)?")
_DAY: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_ESCAPED: Final = re.compile(r"\\(.)")
_INDEX: Final = re.compile(r"\d{1,4}")


# --- From what is stored --------------------------------------------------------------------------


def shown(section: Section, content: Mapping[str, Any]) -> dict[str, Typed]:
    """Return what the form of `section` shows for a stored `content` (as dumped, defaults left out)."""
    return {part.name: _shown(part, content.get(part.name)) for part in section.parts}


def _shown(part: Field | Rows | Part, value: Any) -> Typed:
    if isinstance(part, Field):
        return _shown_field(part, value)
    if isinstance(part, Part):
        return {one.name: _shown(one, (value or {}).get(one.name)) for one in part.fields}
    return [_shown_row(part, row) for row in value or ()]


def _shown_row(rows: Rows, row: Any) -> Typed:
    if rows.is_plain:
        return {"": row}
    cells = {one.name: _shown_field(one, row.get(one.name)) for one in rows.fields}
    return cells | (
        {rows.inner.name: _shown(rows.inner, row.get(rows.inner.name))} if rows.inner else {}
    )


def _shown_field(field: Field, value: Any) -> Typed:
    if field.kind is Kind.CHECKS:
        return list(value or ())
    if value is None:
        return field.default
    if field.kind is Kind.CHECK:
        return "1" if value else ""
    if field.kind is Kind.LINES:
        return "\n".join(value)
    return number_words(Decimal(str(value))) if field.kind is Kind.NUMBER else str(value)


# --- From the form --------------------------------------------------------------------------------


def read(section: Section, form: Iterable[tuple[str, str]]) -> dict[str, Typed]:
    """Return what was typed; names that the form does not have, and too many rows, are passed over."""
    tree: dict[str, Any] = {}
    for name, value in form:
        _plant(tree, name.split("."), value.replace("\x00", ""))
    return {part.name: _read(part, tree.get(part.name)) for part in section.parts}


def _plant(tree: dict[str, Any], path: Sequence[str], value: str) -> None:
    """Put a value at its path; one name given several times is a list."""
    for step in path[:-1]:
        below = tree.setdefault(step, {})
        if not isinstance(below, dict):
            return
        tree = below
    if not isinstance(tree.get(path[-1]), dict):
        tree.setdefault(path[-1], []).append(value)


def _read(part: Field | Rows | Part, value: Any) -> Typed:
    if isinstance(part, Field):
        return _read_field(part, value)
    below = value if isinstance(value, dict) else {}
    if isinstance(part, Part):
        return {one.name: _read_field(one, below.get(one.name)) for one in part.fields}
    numbers = sorted((key for key in below if _INDEX.fullmatch(key)), key=int)
    found = (row for number in numbers[:MOST_ROWS] for row in _read_rows(part, below[number]))
    return list(islice(found, MOST_ROWS))


def _read_rows(rows: Rows, value: Any) -> Iterator[Typed]:
    if rows.is_plain:
        value = {"": value} if isinstance(value, list) else value
    below = value if isinstance(value, dict) else {}
    if FOLDED in below:
        yield from (_read_row(rows, one) for one in _unfolded(rows, below[FOLDED]))
    else:
        yield _read_row(rows, below)


def _read_row(rows: Rows, below: Mapping[str, Any]) -> Typed:
    cells = {one.name: _read_field(one, below.get(one.name)) for one in rows.fields}
    return cells | (
        {rows.inner.name: _read(rows.inner, below.get(rows.inner.name))} if rows.inner else {}
    )


def _read_field(field: Field, value: Any) -> Typed:
    given = [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
    if field.kind is Kind.CHECKS:
        return given
    return given[-1].replace("\r\n", "\n").strip() if given else ""


def folded(rows: Sequence[Mapping[str, Typed]]) -> str:
    """Return rows without inner rows as one value of a hidden field: a cell a line, "name=value".

    An empty line stands between rows. JSON would be twice as long on the page, its quotes being
    escaped, and a field for each row a fifth longer: a procedure may ask for 224 papers.
    """
    return "\n\n".join(_folded(row) or "=" for row in rows)


def _folded(row: Mapping[str, Typed]) -> str:
    cells = ((name, ",".join(one) if isinstance(one, list) else one) for name, one in row.items())
    return "\n".join(
        f"{name}={value.replace(chr(92), chr(92) * 2).replace(chr(10), chr(92) + 'n')}"
        for name, value in cells
        if value
    )


def _unfolded(rows: Rows, value: Any) -> Iterator[dict[str, Any]]:
    lists = {one.name for one in rows.fields if one.kind is Kind.CHECKS}
    text = value[-1].replace("\r\n", "\n") if isinstance(value, list) and value else ""
    for block in text.split("\n\n"):
        cells: dict[str, Any] = {}
        for line in block.split("\n"):
            name, _, written = line.partition("=")
            plain = _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], written)
            cells[name] = plain.split(",") if name in lists else [plain]
        yield cells


# --- Moving rows ----------------------------------------------------------------------------------


def act(section: Section, typed: dict[str, Typed], what: str) -> str:
    """Do what a row's button says ("add:fees", "up:fees.2", …); return the path to look at next.

    A button that fits nothing (any more) does nothing and returns "".
    """
    verb, _, path = what.partition(":")
    if verb == "add":
        rows, spec = _rows_at(section, typed, path.split("."))
        if rows is None or spec is None or len(rows) >= MOST_ROWS:
            return ""
        rows.append(_empty(spec))
        return f"{path}.{len(rows) - 1}"
    if verb not in ("up", "down", "remove", "open"):
        return ""
    above, _, number = path.rpartition(".")
    rows, _spec = _rows_at(section, typed, above.split("."))
    if rows is None or not _INDEX.fullmatch(number) or int(number) >= len(rows):
        return ""
    return _move(rows, verb, int(number), above)


def _move(rows: list[Typed], verb: str, at: int, above: str) -> str:
    if verb == "remove":
        del rows[at]
        return f"{above}.{min(at, len(rows) - 1)}" if rows else above
    to = {"up": max(at - 1, 0), "down": min(at + 1, len(rows) - 1)}.get(verb, at)
    rows.insert(to, rows.pop(at))
    return f"{above}.{to}"


def _rows_at(
    section: Section, typed: dict[str, Typed], path: Sequence[str]
) -> tuple[list[Typed] | None, Rows | None]:
    spec = next((p for p in section.parts if isinstance(p, Rows) and p.name == path[0]), None)
    if spec is None:
        return None, None
    rows = typed[spec.name]
    if len(path) == 1:
        return rows, spec
    if len(path) != 3 or spec.inner is None or path[2] != spec.inner.name:
        return None, None
    if not _INDEX.fullmatch(path[1]) or int(path[1]) >= len(rows):
        return None, None
    return rows[int(path[1])][spec.inner.name], spec.inner


def _empty(rows: Rows) -> dict[str, Typed]:
    row = {one.name: [] if one.kind is Kind.CHECKS else one.default for one in rows.fields}
    return row | ({rows.inner.name: [_empty(rows.inner)]} if rows.inner else {})


# --- To content -----------------------------------------------------------------------------------


def compact(section: Section, typed: dict[str, Typed]) -> None:
    """Take out the rows in which nothing was filled in."""
    for part in section.parts:
        if isinstance(part, Rows):
            _compact(part, typed[part.name])


def _compact(rows: Rows, typed: list[Typed]) -> None:
    if rows.inner:
        for row in typed:
            _compact(rows.inner, row[rows.inner.name])
    typed[:] = [row for row in typed if not _is_blank(rows, row)]


def _is_blank(rows: Rows, row: Mapping[str, Typed]) -> bool:
    if rows.inner and row[rows.inner.name]:
        return False
    return all(row[one.name] in ("", [], one.default) for one in rows.fields)


def values(section: Section, typed: Mapping[str, Typed]) -> tuple[dict[str, Any], Errors]:
    """Return the parts of the content as JSON, without what is empty, and what cannot be read."""
    errors: Errors = {}
    found: dict[str, Any] = {}
    for part in section.parts:
        value = _value(part, typed[part.name], part.name, errors)
        if value not in (None, "", [], {}):
            found[part.name] = value
    return found, errors


def _value(part: Field | Rows | Part, typed: Typed, path: str, errors: Errors) -> Any:
    if isinstance(part, Field):
        return _field_value(part, typed, path, errors)
    if isinstance(part, Part):
        return _cells(part.fields, typed, path, errors)
    return [_row_value(part, row, f"{path}.{at}", errors) for at, row in enumerate(typed)]


def _row_value(rows: Rows, row: Mapping[str, Typed], path: str, errors: Errors) -> Any:
    if rows.is_plain:
        return _field_value(rows.fields[0], row[""], path, errors)
    cells = _cells(rows.fields, row, path, errors)
    if rows.inner and row[rows.inner.name]:
        name = rows.inner.name
        cells[name] = _value(rows.inner, row[name], f"{path}.{name}", errors)
    return cells


def _cells(
    fields: Sequence[Field], row: Mapping[str, Typed], path: str, errors: Errors
) -> dict[str, Any]:
    cells = {
        one.name: _field_value(one, row[one.name], f"{path}.{one.name}", errors) for one in fields
    }
    return {name: value for name, value in cells.items() if value not in (None, "", [])}


def _field_value(field: Field, typed: Typed, path: str, errors: Errors) -> Any:
    if field.kind is Kind.CHECKS:
        if set(typed) - set(field.choices):
            errors[path] = "Hãy chọn trong các mục có sẵn."
        return list(dict.fromkeys(typed))
    if not typed:
        return None
    if len(typed) > field.limit:
        errors[path] = (
            f"Dài {number_words(Decimal(len(typed)))} ký tự;"
            f" nhiều nhất {number_words(Decimal(field.limit))}. Hãy rút gọn."
        )
        return None
    try:
        return _READ[field.kind](field, typed)
    except ValueError as error:
        errors[path] = str(error)
        return None


def _choice(field: Field, typed: str) -> str:
    if typed not in field.choices:
        raise ValueError("Hãy chọn một mục có sẵn.")
    return typed


def _count(_: Field, typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or int(typed[:5]) > 999:
        raise ValueError("Hãy ghi một số nguyên từ 0 đến 999, ví dụ: 1.")
    return int(typed)


def number(typed: str) -> Decimal:
    """Return a number written as here: 1.250.000 or 2,5; the word đồng behind it is allowed.

    Raises:
        ValueError: it is no number, with a sentence for the official.
    """
    plain = re.sub(r"\s|đồng|đ$|vnđ$", "", typed.lower())
    if len(plain) <= LONGEST_NUMBER and plain.isascii():
        if _THOUSANDS.fullmatch(plain):
            return Decimal(plain.replace(".", "").replace(",", "."))
        if _DECIMAL.fullmatch(plain):
            return Decimal(plain.replace(",", "."))
    raise ValueError("Hãy ghi bằng số, ví dụ: 8.000 hoặc 2,5.")


def _number(_: Field, typed: str) -> str:
    return f"{number(typed):f}"


def _date(_: Field, typed: str) -> str:
    try:
        written = _DAY.fullmatch(typed)
        if written:
            return date(int(written[3]), int(written[2]), int(written[1])).isoformat()
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise ValueError("Ngày này không có. Hãy ghi như 31/12/2026.") from None


_READ: Final = {
    Kind.LINE: lambda _, typed: " ".join(typed.split()),
    Kind.TEXT: lambda _, typed: typed,
    Kind.LINES: lambda _, typed: [line.strip() for line in typed.splitlines() if line.strip()],
    Kind.CHECK: lambda _, typed: bool(typed),
    Kind.CHOICE: _choice,
    Kind.COUNT: _count,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
}


def number_of(value: object) -> int:
    """Return the id that a hidden field holds; 0, which nothing has, for anything else."""
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
