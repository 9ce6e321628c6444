"""The command line: run the assistant, ask it, keep its knowledge."""

from __future__ import annotations

import typer

from bot.cli import asking, centre, kb, report, serving
from bot.cli.place import place, units

app = typer.Typer(
    name="motcua",
    help="Trợ lý một cửa: hỏi đáp thủ tục hành chính.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("run")(serving.run)
app.command("ask")(asking.ask)
app.command("chat")(asking.chat)
app.command("place")(place)
app.add_typer(centre.app, name="centre")
app.add_typer(centre.calendar, name="calendar")
app.add_typer(units, name="units")
app.add_typer(kb.app, name="kb")
app.add_typer(report.app, name="report")
