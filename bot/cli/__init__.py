"""The command line: run the assistant, ask it, keep its knowledge.

A command's module is imported when it is used: `motcua worker` never sees the web, and a command that
only writes a row, such as `announce stop`, is not kept waiting by the matcher.
"""

from __future__ import annotations

import gc
from importlib import import_module
from types import ModuleType
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

#: Each command, or group of commands, with the module it is in and its name there.
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "run": ("serving", "run"),
    "web": ("serving", "web"),
    "worker": ("sending", "worker"),
    "scheduler": ("scheduling", "scheduler"),
    "ask": ("asking", "ask"),
    "chat": ("asking", "chat"),
    "place": ("place", "place"),
    "doctor": ("doctor", "doctor"),
    "centre": ("centre", "app"),
    "calendar": ("centre", "calendar"),
    "units": ("place", "units"),
    "kb": ("kb", "app"),
    "announce": ("announce", "app"),
    "subscribers": ("subscribers", "app"),
    "dossiers": ("dossiers", "app"),
    "report": ("report", "app"),
    "audit": ("audit", "app"),
    "official": ("official", "app"),
    "privacy": ("privacy", "app"),
    "zalo": ("zalo", "app"),
    "webhook": ("webhook", "app"),
}


class Commands(TyperGroup):
    """COMMANDS, each imported when it is asked for; `--help` asks for all."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is the library's
        """Return the names in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Return one command, or None where there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name]
        found = getattr(_imported(f"bot.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            group = get_group(found)
            group.name = cmd_name
            return group
        alone = typer.Typer(add_completion=False)
        alone.command(cmd_name)(found)
        return get_command(alone)


def _imported(module: str) -> ModuleType:
    """Import a module; nothing is garbage meanwhile, and looking for it takes a sixth of the time."""
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.enable()


app = typer.Typer(
    cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
)


@app.callback()
def motcua() -> None:
    """Trợ lý một cửa: hỏi đáp thủ tục hành chính."""
