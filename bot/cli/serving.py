"""`motcua run`: serve the web page and its API."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Sequence
from typing import Annotated, Final

import typer
import uvicorn

from bot.app import create_app
from bot.channels.zalo_oa.tokens import put
from bot.cli.failing import fail
from bot.sandbox import Fake, serving
from bot.sandbox.zalo_oa import FakeZaloOA
from bot.settings import Settings
from bot.wiring.knowledge import prepare
from bot.wiring.logs import set_up_logging
from knowledge.columns import utc_now

#: Objects made before the collector looks again, and how many looks before it looks further back: a
#: reply makes thousands that die at once by themselves.
_COLLECT: Final = (20_000, 20, 20)


def run(
    host: Annotated[str | None, typer.Option(help="Địa chỉ lắng nghe")] = None,
    port: Annotated[int | None, typer.Option(help="Cổng lắng nghe", min=1, max=65535)] = None,
    sandbox: Annotated[
        str | None, typer.Option(help="Chạy thử với nền tảng giả trên máy này, ví dụ telegram,zalo")
    ] = None,
    sandbox_port: Annotated[
        int | None, typer.Option(help="Cổng của nền tảng giả", min=1, max=65535)
    ] = None,
) -> None:
    """Chạy trợ lý; in các địa chỉ để mở."""
    settings = Settings()
    settings = settings.model_copy(
        update={"host": host or settings.host, "port": port or settings.port}
    )
    set_up_logging(settings)
    _refuse_taken_port(settings.host, settings.port)
    base = f"http://{_shown(settings.host)}:{settings.port}"
    if sandbox is not None:
        at = sandbox_port or settings.port + 1
        settings = _in_sandbox(settings, sandbox, base=base, port=at)
        typer.echo(f"  Nền tảng thử    http://{serving.HOST}:{at}/sandbox/\n")
    typer.echo("motcua đang khởi động (lần đầu cần nạp kho kiến thức, chừng vài giây).\n")
    typer.echo(f"  Trang hỏi đáp   {base}/")
    typer.echo(f"  API             {base}/api/v1/messages   (mô tả: {base}/openapi.json)")
    typer.echo(f"  Tình trạng      {base}/healthz  {base}/readyz\n")
    typer.echo("Bấm Ctrl+C để dừng.")
    _serve(settings)


def web(
    host: Annotated[str | None, typer.Option(help="Địa chỉ lắng nghe")] = None,
    port: Annotated[int | None, typer.Option(help="Cổng lắng nghe", min=1, max=65535)] = None,
) -> None:
    """Chỉ phục vụ web và hội thoại; gửi thông báo là việc của `worker` và `scheduler`."""
    settings = Settings()
    settings = settings.model_copy(
        update={"host": host or settings.host, "port": port or settings.port}
    )
    set_up_logging(settings)
    _refuse_taken_port(settings.host, settings.port)
    _serve(settings, announces=False)


def _serve(settings: Settings, *, announces: bool = True) -> None:
    """Serve until told to stop; what is made on the way there stays, so nobody looks for garbage."""
    gc.disable()
    uvicorn.run(
        create_app(settings, announces=announces, on_ready=_settle),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
    )


def _shown(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - only shown


def _in_sandbox(settings: Settings, names: str, *, base: str, port: int) -> Settings:
    """Start the fakes; return settings that lead to them alone, with a database of their own."""
    try:
        fakes = serving.choose(names)
    except ValueError as error:
        fail(f"không có nền tảng giả “{error}”; có: {', '.join(serving.FAKES)}", 2)
    _refuse_taken_port(serving.HOST, port)
    # No real account may meet the sandbox's citizens, and no real citizen its answers.
    defaults = {
        name: field.get_default()
        for name, field in Settings.model_fields.items()
        if name.startswith(("zalo_", "telegram_"))
    }
    alone = {
        "data_dir": settings.data_dir / "sandbox",
        "database_url": "",
        "public_url": settings.public_url or base,  # links in chats lead here
        **defaults,
    }
    changed = serving.start(fakes, port=port, app=base)
    settings = Settings.model_validate({**settings.model_dump(), **alone, **changed})
    asyncio.run(_connect(settings, fakes))
    return settings


async def _connect(settings: Settings, fakes: Sequence[Fake]) -> None:
    """Put in the tokens an official would have put in."""
    database = await prepare(settings)
    for fake in fakes:
        if isinstance(fake, FakeZaloOA):
            await put(
                database,
                fake.app_id,
                refresh=fake.refresh_token,
                access=fake.access_token,
                now=utc_now(),
            )
    await database.close()


def _settle() -> None:
    """Let the collector pass over what stays as long as the process: the knowledge, the modules.

    Going through all of it made a reply a third of a second late, again and again, and the start
    most of a second. Hardly any of it is garbage (150 objects of 330,000).
    """
    gc.freeze()
    gc.set_threshold(*_COLLECT)
    gc.enable()


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            fail(f"không mở được {host}:{port} ({error.strerror}); đặt MOTCUA_PORT sang cổng khác")
