"""How a command ends badly: one line on standard error, a non-zero exit, no traceback."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NoReturn

import typer

#: What is wrong with a setting, by pydantic's name of it; the braces are its own.
_WRONG: Final = {
    "string_pattern_mismatch": "không đúng dạng",
    "int_parsing": "phải là số nguyên",
    "float_parsing": "phải là số",
    "bool_parsing": "phải là true hoặc false",
    "literal_error": "chỉ nhận {expected}",
    "greater_than": "phải lớn hơn {gt}",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than": "phải nhỏ hơn {lt}",
    "less_than_equal": "phải từ {le} trở xuống",
    "value_error": "{error}",
}
#: Where the right form of each stands.
SETTING_FIX: Final = "sửa trong .env; mỗi dòng của .env.example có ví dụ"


def fail(message: str, code: int = 1) -> NoReturn:
    """Print `message` and exit with `code`."""
    typer.echo(f"motcua: {message}", err=True)
    raise typer.Exit(code)


def wrong_setting(problem: Mapping[str, Any]) -> str:
    """Return which setting pydantic found wrong, and how; never what was typed, it may be a secret."""
    name = "_".join(("MOTCUA", *map(str, problem["loc"]))).upper()
    words = _WRONG.get(problem["type"], "không đọc được").format(**problem.get("ctx", {}))
    return f"cài đặt {name} {words}"
