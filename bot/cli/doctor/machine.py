"""This machine: its settings, its disk, its port."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Final

import httpx

from bot.cli.doctor.findings import Finding, Level, Patient
from bot.settings import Settings

#: Less room than this on the disk must be mended, less than that is told.
LEAST_DISK: Final = 200 * 2**20
LOW_DISK: Final = 2**30


async def check_settings(patient: Patient) -> list[Finding]:
    """Settings can be read, secrets only by us, and platforms can reach us."""
    found = [Finding("settings", Level.OK, "Đọc được mọi cài đặt.")]
    for path in (Path(".env"), patient.settings.data_dir):
        if os.name == "posix" and path.exists() and path.stat().st_mode & 0o077:
            mode = "700" if path.is_dir() else "600"
            found.append(
                Finding(
                    "settings", Level.WARN, f"Người khác trên máy đọc được {path}, nơi có khóa.",
                    f"chmod {mode} {path}",
                )
            )  # fmt: skip
    public = patient.settings.public_url
    if _hooked(patient.settings) and not public.startswith("https://"):
        found.append(
            Finding(
                "settings", Level.BAD, "Nền tảng chỉ gọi webhook ở địa chỉ https.",
                "đặt MOTCUA_PUBLIC_URL=https://… là địa chỉ công khai của máy chủ này",
            )
        )  # fmt: skip
    elif not public and (patient.settings.telegram_token or patient.settings.zalo_bot_token):
        found.append(
            Finding(
                "settings", Level.WARN, "Đường dẫn trong tin nhắn không có tên miền.",
                "đặt MOTCUA_PUBLIC_URL là địa chỉ người dân mở được",
            )
        )  # fmt: skip
    return found


def _hooked(settings: Settings) -> bool:
    """Whether a platform must be able to call us."""
    hooks = (
        (settings.zalo_bot_token, settings.zalo_bot_webhook_secret),
        (settings.telegram_token, settings.telegram_secret),
    )
    return bool(settings.zalo_oa_app_id) or any(
        token.get_secret_value() and secret.get_secret_value() for token, secret in hooks
    )


async def check_disk(patient: Patient) -> list[Finding]:
    """The data folder takes files, and there is room for the database to grow."""
    folder = patient.settings.data_dir
    while not folder.exists():
        folder = folder.parent
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        words = f"Không ghi được vào thư mục {patient.settings.data_dir} ({error.strerror})."
        fix = "đặt MOTCUA_DATA_DIR sang thư mục mà tài khoản chạy motcua ghi được"
        return [Finding("disk", Level.BAD, words, fix)]
    free = shutil.disk_usage(folder).free
    line = f"Ổ đĩa còn trống {free / 2**30:.1f} GB."
    if free < LEAST_DISK:
        return [Finding("disk", Level.BAD, line, "dọn ổ đĩa trước khi cơ sở dữ liệu ngừng ghi")]
    level = Level.WARN if free < LOW_DISK else Level.OK
    return [Finding("disk", level, line, "nên dọn bớt" if level is Level.WARN else "")]


async def check_port(patient: Patient) -> list[Finding]:
    """The port is free, or held by us."""
    host, port = patient.settings.host, patient.settings.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if await _is_ours(port):
                return [Finding("port", Level.OK, f"motcua đang chạy ở cổng {port}.")]
            words = f"Không mở được {host}:{port} ({error.strerror})."
            return [Finding("port", Level.BAD, words, "đặt MOTCUA_PORT sang cổng khác")]
    return [Finding("port", Level.OK, f"Cổng {port} còn trống.")]


async def _is_ours(port: int) -> bool:
    try:
        async with httpx.AsyncClient(timeout=2.0) as client:
            answer = await client.get(f"http://127.0.0.1:{port}/healthz")
            return bool(answer.json() == {"status": "ok"})
    except (httpx.HTTPError, ValueError):
        return False
