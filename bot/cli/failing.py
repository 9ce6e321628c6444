"""How a command ends badly: one line on standard error, a non-zero exit, no traceback."""

from __future__ import annotations

from typing import NoReturn

import typer


def fail(message: str, code: int = 1) -> NoReturn:
    """Print `message` and exit with `code`."""
    typer.echo(f"motcua: {message}", err=True)
    raise typer.Exit(code)
