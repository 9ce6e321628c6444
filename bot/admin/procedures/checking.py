"""From typed values to a whole content, or to one plain sentence beside each wrong field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from bot.admin.procedures.fields import Field, Part, Rows, Section
from bot.admin.procedures.typed import Errors, Typed, values
from knowledge.content import Content, Override

Whole = TypeVar("Whole", Content, Override)

_SENTENCES: Final = {
    "missing": "Cần điền ô này.",
    "string_too_short": "Ngắn quá; cần ít nhất 3 ký tự.",
    "string_too_long": "Dài quá. Hãy rút gọn hoặc chia thành nhiều dòng.",
    "enum": "Hãy chọn một mục có sẵn.",
}
_PATTERNS: Final = {
    "province_code": "Mã tỉnh gồm đúng hai chữ số, ví dụ: 87. Để trống nếu là của cả nước.",
    "code": "Mã thủ tục chỉ có chữ không dấu, số, dấu chấm và gạch ngang, ví dụ: 1.001193.",
}
_OTHER: Final = "Giá trị này không dùng được. Hãy xem lại."
_URL: Final = re.compile(r"https?://[^\s<>\"']+")


def check(
    section: Section, typed: Mapping[str, Typed], base: Mapping[str, Any], model: type[Whole]
) -> tuple[Whole | None, Errors]:
    """Return `base` with what was typed on one page, or None and what is wrong, by path.

    What an import found wrong with these parts counts as settled once they were changed.
    """
    found, errors = values(section, typed)
    names = {part.name for part in section.parts}
    merged = {name: value for name, value in base.items() if name not in names} | found
    changed = {name for name in names if merged.get(name) != base.get(name)}
    if problems := merged.get("problems"):
        merged["problems"] = [one for one in problems if one.get("field") not in changed]
    errors |= {path: said for path, said in unlikely(section, found) if path not in errors}
    try:
        whole = model.model_validate(merged)
    except ValidationError as error:
        for one in error.errors():
            path = _path(section, one["loc"])
            errors.setdefault(path, sentence_of(str(one["type"]), one["loc"]))
        return None, errors
    return (None, errors) if errors else (whole, {})


def sentence_of(kind: str, loc: Sequence[int | str]) -> str:
    """Return one error of validation as a plain sentence."""
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(str(loc[-1]), _OTHER)
    if kind == "value_error":
        return "Ngày bắt đầu phải trước ngày hết hạn."
    return _SENTENCES.get(kind, _OTHER)


def _path(section: Section, loc: Sequence[int | str]) -> str:
    """Return the path of the field to which an error of the content belongs."""
    spec = next((part for part in section.parts if part.name == loc[0]), None)
    if spec is None or isinstance(spec, Field):
        return str(loc[0])
    path = ".".join(map(str, loc))
    if isinstance(spec, Rows):
        if spec.is_plain:
            return path
        if len(loc) == 2:  # of the row as a whole: its dates are out of order
            return f"{path}.effective_to"
    return path


def unlikely(section: Section, found: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield what is well-formed and still cannot be meant."""
    for path, kind, value in _each(section, found):
        if kind == "url" and not _URL.fullmatch(str(value)):
            yield path, "Địa chỉ cần bắt đầu bằng https:// và không có dấu cách."
    for at, fee in enumerate(found.get("fees", ())):
        if fee.get("kind") == "amount" and "amount" not in fee:
            yield f"fees.{at}.amount", "Hãy ghi số tiền, hoặc chọn loại khác."
        if fee.get("kind") == "free" and fee.get("amount") not in (None, "0"):
            yield f"fees.{at}.amount", "Đã chọn miễn phí thì để trống số tiền."
    for at, time in enumerate(found.get("processing_times", ())):
        if "amount" in time and time.get("unit", "unknown") == "unknown":
            yield f"processing_times.{at}.unit", "Hãy chọn đơn vị: ngày, ngày làm việc, giờ…"


def _each(section: Section, found: Mapping[str, Any]) -> Iterable[tuple[str, str, Any]]:
    """Yield (path, name, value) of every line typed in rows and groups."""
    for part in section.parts:
        value = found.get(part.name)
        if isinstance(part, Part) and isinstance(value, dict):
            yield from ((f"{part.name}.{name}", name, one) for name, one in value.items())
        elif isinstance(part, Rows) and not part.is_plain and isinstance(value, list):
            for at, row in enumerate(value):
                yield from ((f"{part.name}.{at}.{name}", name, one) for name, one in row.items())


def wrong_rows(errors: Errors) -> set[str]:
    """Return the paths of all rows that hold something wrong, so that they are shown open."""
    rows: set[str] = set()
    for path in errors:
        steps = path.split(".")
        rows |= {".".join(steps[:end]) for end in range(2, len(steps) + 1)}
    return rows


def focus_of(section: Section, errors: Errors) -> str:
    """Return the first wrong field in reading order, to which the summary links first."""
    order = {part.name: at for at, part in enumerate(section.parts)}
    paths = sorted(errors, key=lambda path: (order.get(path.split(".")[0], 99), _numbered(path)))
    return paths[0] if paths else ""


def _numbered(path: str) -> list[tuple[int, str]]:
    return [(int(step), "") if step.isdigit() else (0, step) for step in path.split(".")]


def label_of(section: Section, path: str) -> str:
    """Return how a field is called in the summary of what is wrong: "Mức phí 2: Số tiền"."""
    steps = path.split(".")
    spec = next((part for part in section.parts if part.name == steps[0]), None)
    if isinstance(spec, Rows):
        return _label_in_rows(spec, steps[1:])
    if isinstance(spec, Part):
        return next((one.label for one in spec.fields if one.name == steps[-1]), spec.label)
    return spec.label if spec else steps[0]


def _label_in_rows(rows: Rows, steps: Sequence[str]) -> str:
    if not steps or not steps[0].isdigit():
        return rows.label
    row = f"{rows.one.capitalize()} {int(steps[0]) + 1}"
    if rows.inner and len(steps) > 1 and steps[1] == rows.inner.name:
        return f"{row}, {_label_in_rows(rows.inner, steps[2:]).lower()}"
    name = steps[1] if len(steps) > 1 else ""
    label = next((one.label for one in rows.fields if one.name == name), "")
    return f"{row}: {label}" if label and not rows.is_plain else row
