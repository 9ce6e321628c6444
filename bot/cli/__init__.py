"""The command line: run the assistant, ask it, keep its knowledge."""

from __future__ import annotations

import typer

from bot.cli import (
    announce,
    asking,
    audit,
    centre,
    doctor,
    dossiers,
    kb,
    official,
    privacy,
    processes,
    report,
    serving,
    subscribers,
    webhook,
    zalo,
)
from bot.cli.place import place, units

app = typer.Typer(
    name="motcua",
    help="Trợ lý một cửa: hỏi đáp thủ tục hành chính.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("run")(serving.run)
app.command("web")(serving.web)
app.command("worker")(processes.worker)
app.command("scheduler")(processes.scheduler)
app.command("ask")(asking.ask)
app.command("chat")(asking.chat)
app.command("place")(place)
app.command("doctor")(doctor.doctor)
app.add_typer(centre.app, name="centre")
app.add_typer(centre.calendar, name="calendar")
app.add_typer(units, name="units")
app.add_typer(kb.app, name="kb")
app.add_typer(announce.app, name="announce")
app.add_typer(subscribers.app, name="subscribers")
app.add_typer(dossiers.app, name="dossiers")
app.add_typer(report.app, name="report")
app.add_typer(audit.app, name="audit")
app.add_typer(official.app, name="official")
app.add_typer(privacy.app, name="privacy")
app.add_typer(zalo.app, name="zalo")
app.add_typer(webhook.app, name="webhook")
