"""`motcua run`: serve the web page and its API."""

from __future__ import annotations

import socket
from typing import Annotated

import typer
import uvicorn

from bot.app import create_app, set_up_logging
from bot.cli.failing import fail
from bot.settings import Settings


def run(
    host: Annotated[str | None, typer.Option(help="Địa chỉ lắng nghe")] = None,
    port: Annotated[int | None, typer.Option(help="Cổng lắng nghe", min=1, max=65535)] = None,
) -> None:
    """Chạy trợ lý; in các địa chỉ để mở."""
    settings = Settings()
    settings = settings.model_copy(
        update={"host": host or settings.host, "port": port or settings.port}
    )
    set_up_logging(settings)
    _refuse_taken_port(settings)
    base = f"http://{_shown(settings.host)}:{settings.port}"
    typer.echo("motcua đang khởi động (lần đầu cần nạp kho kiến thức, chừng vài giây).\n")
    typer.echo(f"  Trang hỏi đáp   {base}/")
    typer.echo(f"  API             {base}/api/v1/messages   (mô tả: {base}/openapi.json)")
    typer.echo(f"  Tình trạng      {base}/healthz  {base}/readyz\n")
    typer.echo("Bấm Ctrl+C để dừng.")
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
    )


def _shown(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - only shown


def _refuse_taken_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            fail(
                f"không mở được {settings.host}:{settings.port} ({error.strerror}); "
                "đặt MOTCUA_PORT sang cổng khác"
            )
