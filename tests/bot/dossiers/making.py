"""Invented dossiers, and a real HTTP server that plays the deployer's system."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot import dossiers
from bot.db import Database
from bot.models import DossierLoad
from bot.privacy.pseudonyms import Pseudonyms

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
NAMES = Pseudonyms((b"k" * 32,))
CODE, SECRET = "H58.16-261110-0012", "7KX-4913"
OTHER = "H58.16-261110-0013"
HEAD = "Mã hồ sơ,Mã tra cứu,Trạng thái,Thủ tục,Nơi giải quyết,Cần bổ sung,Hẹn trả,Cập nhật\n"


def export(*lines: str) -> bytes:
    """A file of statuses as an office's system saves it."""
    return (HEAD + "".join(f"{line}\n" for line in lines)).encode()


def line(
    status: str = "đang xử lý", *, code: str = CODE, due: str = "30/11/2026", asked: str = ""
) -> str:
    return f"{code},{SECRET},{status},Đăng ký khai sinh,Xã Hòa Long,{asked},{due},20/11/2026"


async def loaded(
    database: Database,
    *lines: str,
    names: Pseudonyms = NAMES,
    now: datetime = NOW,
    days: int = 7,
) -> DossierLoad:
    """Load an export and let it take effect."""
    load = await dossiers.prepare(
        database, names, export(*lines), name="a.csv", author="test", days=days, now=now
    )
    return await dossiers.take_effect(database, load.id or 0, now=now)


class Office:
    """What the deployer's system was asked, and how it answers: status, headers and bytes."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.url = ""
        self.answer: Callable[[dict[str, Any]], Any] = lambda body: {"found": False}
        self.status = 200
        self.headers: dict[str, str] = {}
        self.release = threading.Event()
        self.release.set()


@contextmanager
def office() -> Iterator[Office]:
    """Serve an Office on a free port of this machine."""
    played = Office()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            played.asked.append((self.headers.get("Authorization", ""), body))
            played.release.wait(10)
            answer = played.answer(body)
            raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(played.status)
            for name, value in played.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played.url = f"http://127.0.0.1:{server.server_port}/dossiers"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield played
    finally:
        played.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
