"""`motcua doctor`: what is well, what is not, and what to do about it, in plain Vietnamese."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer
from alembic.migration import MigrationContext
from pydantic import ValidationError
from sqlalchemy import Connection, func, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import and_, col, or_, select

from bot.channels.zalo_oa.tokens import load
from bot.db import Database, newest_migration
from bot.models import Contact
from bot.settings import Settings
from bot.wiring.logs import set_up_logging
from knowledge.columns import utc_now
from knowledge.models import KnowledgeVersion, Revision, RevisionStatus

#: Less room than this on the disk must be mended, less than that is told.
LEAST_DISK: Final = 200 * 2**20
LOW_DISK: Final = 2**30
#: Clocks that differ by more make signed webhooks look like replays.
WORST_SKEW: Final = timedelta(minutes=5)
NOTED_SKEW: Final = timedelta(seconds=30)
#: A refresh token that ends sooner is told: someone may be on leave.
REFRESH_NOTICE: Final = timedelta(days=14)
TIMEOUT: Final = 10.0


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


MARKS: Final = {Level.OK: "✔", Level.WARN: "!", Level.BAD: "✘"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    level: Level
    text: str
    fix: str = ""


@dataclass
class Patient:
    """What is examined, and what one check learns for another."""

    settings: Settings
    now: Callable[[], datetime] = utc_now
    transport: httpx.AsyncBaseTransport | None = None
    dates: dict[str, timedelta] = field(default_factory=dict)
    """How far each platform's clock is from ours."""
    database: Database | None = None
    """Set once it was opened and holds our tables."""


Check = Callable[[Patient], Awaitable[list[Finding]]]


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="In JSON, mỗi mục một đối tượng")] = False,
) -> None:
    """Khám cài đặt, cơ sở dữ liệu, khóa, webhook, đồng hồ; mã thoát 1 khi có chỗ phải sửa."""
    try:
        settings = Settings()
    except ValidationError as error:
        findings = [_bad_setting(problem) for problem in error.errors()]
    else:
        set_up_logging(settings)
        findings = asyncio.run(examine(Patient(settings)))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in findings], ensure_ascii=False))
    else:
        _print(findings)
    if any(one.level is Level.BAD for one in findings):
        raise typer.Exit(1)


async def examine(patient: Patient) -> list[Finding]:
    """Return every check's findings, in order; a check that fails is a finding itself."""
    findings: list[Finding] = []
    try:
        for check in CHECKS:
            try:
                findings += await check(patient)
            except Exception as error:  # a doctor must not fall ill
                name = check.__name__.removeprefix("check_")
                findings.append(
                    Finding(name, Level.BAD, f"không khám được ({type(error).__name__})")
                )
    finally:
        if patient.database is not None:
            await patient.database.close()
    return findings


def _print(findings: list[Finding]) -> None:
    for one in findings:
        typer.echo(f"{MARKS[one.level]} {one.text}")
        if one.fix:
            typer.echo(f"    → {one.fix}")
    bad = sum(one.level is Level.BAD for one in findings)
    typer.echo(f"\n{bad} chỗ phải sửa." if bad else "\nKhông có chỗ nào phải sửa.")


def _bad_setting(problem: Mapping[str, Any]) -> Finding:
    name = "_".join(("MOTCUA", *map(str, problem["loc"]))).upper()
    return Finding(
        "settings", Level.BAD, f"Cài đặt {name} chưa đúng: {problem['msg']}", "sửa trong .env"
    )


# --- This machine --------------------------------------------------------------------------------


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
    """There is room for the database to grow."""
    folder = patient.settings.data_dir
    while not folder.exists():
        folder = folder.parent
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


# --- The database --------------------------------------------------------------------------------


async def check_database(patient: Patient) -> list[Finding]:
    """It opens, has the tables of this program, and takes writing."""
    if _is_missing(patient.settings.url):
        words = "Chưa có cơ sở dữ liệu."
        return [Finding("database", Level.WARN, words, "chạy motcua run một lần để tạo")]
    database = Database(patient.settings.url)
    patient.database = database
    try:
        async with database.writer.connect() as connection:
            revision = await connection.run_sync(_revision)
            await connection.rollback()
            if revision == newest_migration():
                await connection.execute(text("UPDATE knowledge_version SET version = version"))
                await connection.rollback()
    except (SQLAlchemyError, OSError) as error:
        patient.database = None
        await database.close()
        reason = str(getattr(error, "orig", None) or error).splitlines()[0][:200]
        fix = "xem MOTCUA_DATABASE_URL, quyền ghi thư mục và máy chủ cơ sở dữ liệu"
        return [Finding("database", Level.BAD, f"Cơ sở dữ liệu không ghi được: {reason}", fix)]
    if revision != newest_migration():
        patient.database = None
        await database.close()
        words = f"Cơ sở dữ liệu ở bản {revision or 'trống'}, chương trình cần {newest_migration()}."
        return [
            Finding("database", Level.WARN, words, "chạy motcua run để nâng cấp, sao lưu trước")
        ]
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    return [Finding("database", Level.OK, f"Cơ sở dữ liệu {kind} ghi được, đúng bản {revision}.")]


def _is_missing(url: str) -> bool:
    """Whether the file of an SQLite database is not there yet."""
    made = make_url(url)
    return made.get_backend_name() == "sqlite" and not Path(made.database or "").exists()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def check_knowledge(patient: Patient) -> list[Finding]:
    """There is something to answer from, and it was looked at lately."""
    if patient.database is None:
        return []
    limit = patient.now().date() - timedelta(days=patient.settings.stale_days)
    live = col(Revision.status) == RevisionStatus.PUBLISHED
    verified = col(Revision.verified_on)
    stale = and_(live, or_(verified.is_(None), verified < limit))
    async with patient.database.read() as session:
        count = (await session.exec(select(func.count()).select_from(Revision).where(live))).one()
        old = (await session.exec(select(func.count()).select_from(Revision).where(stale))).one()
        changed = (await session.exec(select(KnowledgeVersion.changed_at))).first()
    if not count:
        fix = "chạy motcua run, hoặc motcua kb import TỆP --publish"
        return [Finding("knowledge", Level.BAD, "Chưa có thủ tục nào để trả lời.", fix)]
    day = f", đổi lần cuối {changed:%d/%m/%Y}" if changed else ""
    found = [Finding("knowledge", Level.OK, f"Có {count} thủ tục đang dùng{day}.")]
    if old * 2 > count:
        words = f"{old}/{count} thủ tục đã quá {patient.settings.stale_days} ngày chưa kiểm tra."
        found.append(
            Finding("knowledge", Level.WARN, words, "kiểm tra lại từ những thủ tục hay hỏi")
        )
    return found


# --- The platforms -------------------------------------------------------------------------------


async def check_zalo_oa(patient: Patient) -> list[Finding]:
    """The account's secrets are set, its pair of tokens lives, and Zalo takes it."""
    settings = patient.settings
    if not settings.zalo_oa_app_id:
        return [Finding("zalo_oa", Level.OK, "Zalo OA: không dùng.")]
    found = [
        Finding("zalo_oa", Level.BAD, f"Zalo OA: chưa có {name}.", f"đặt {name} trong .env")
        for name, value in (
            ("MOTCUA_ZALO_OA_ID", settings.zalo_oa_id),
            ("MOTCUA_ZALO_OA_APP_SECRET", settings.zalo_oa_app_secret.get_secret_value()),
            ("MOTCUA_ZALO_OA_SECRET", settings.zalo_oa_secret.get_secret_value()),
        )
        if not value
    ]
    if patient.database is not None:
        found += await _zalo_token(patient, patient.database)
        found.append(await _last_heard(patient.database, "zalo_oa"))
    address = f"{settings.public_url.rstrip('/') or 'https://…'}/webhook/zalo_oa"
    return [
        *found,
        Finding("zalo_oa", Level.OK, f"Zalo OA: webhook khai ở trang Zalo là {address}"),
        _zalo_template(settings),
    ]


def _zalo_template(settings: Settings) -> Finding:
    """Tell what becomes of announcements to people outside the window; only Zalo knows its templates."""
    if not settings.zalo_oa_template_id:
        words = "Zalo OA: thông báo không tới được người đã im lặng quá 48 giờ (chưa đặt mẫu ZBS)."
        if settings.zalo_oa_billable:
            words = words.replace("48 giờ", "7 ngày")
        fix = "không bắt buộc; xem docs/vi/ket-noi-zalo.md, mục Mẫu ZBS"
        return Finding("zalo_oa", Level.OK, words, fix)
    words = (
        f"Zalo OA: mẫu ZBS {settings.zalo_oa_template_id} (có phí), tham số "
        f"{settings.zalo_oa_template_blank}, thông báo tối đa {settings.zalo_oa_template_chars} ký tự."
    )
    fix = "đối chiếu ba số này với mẫu đã duyệt ở trang Zalo"
    return Finding("zalo_oa", Level.OK, words, fix)


async def _zalo_token(patient: Patient, database: Database) -> list[Finding]:
    row = await load(database, patient.settings.zalo_oa_app_id)
    new = "lấy khóa ở trang Zalo rồi chạy motcua zalo token set"
    if row is None:
        return [Finding("zalo_oa", Level.BAD, "Zalo OA: chưa có khóa.", new)]
    now = patient.now()
    if row.refused_at is not None:
        left = max(timedelta(0), row.access_expires_at - now)
        hours = int(left.total_seconds() // 3_600)
        words = f"Zalo OA: Zalo từ chối đổi khóa ({row.refused_why}); khóa cũ còn {hours} giờ."
        return [Finding("zalo_oa", Level.BAD, words, new)]
    if row.refresh_expires_at <= now:
        return [Finding("zalo_oa", Level.BAD, "Zalo OA: khóa đã hết hạn.", new)]
    found = []
    if row.refresh_expires_at - now < REFRESH_NOTICE:
        words = (
            f"Zalo OA: khóa hết hạn ngày {row.refresh_expires_at:%d/%m/%Y} nếu máy chủ không chạy."
        )
        found.append(Finding("zalo_oa", Level.WARN, words, "chạy motcua run để khóa tự đổi"))
    if row.access_expires_at <= now:
        words = "Zalo OA: khóa ngắn hạn đã hết, sẽ được đổi khi có tin phải gửi."
        return [*found, Finding("zalo_oa", Level.OK, words)]
    headers = {"access_token": row.access_token}
    url = f"{patient.settings.zalo_oa_api_url}/v2.0/oa/getoa"
    answer = await _ask(patient, "Zalo", "GET", url, headers=headers)
    if answer is None:
        return [*found, _unreachable("zalo_oa", "Zalo OA", "MOTCUA_ZALO_OA_API_URL")]
    if answer.get("error") != 0:
        words = f"Zalo OA: Zalo không nhận khóa ({answer.get('error')})."
        return [*found, Finding("zalo_oa", Level.BAD, words, new)]
    name = str((answer.get("data") or {}).get("name", ""))
    return [*found, Finding("zalo_oa", Level.OK, f"Zalo OA: kết nối được tài khoản {name}.")]


async def _last_heard(database: Database, channel: str) -> Finding:
    async with database.read() as session:
        query = select(func.max(Contact.last_seen_at)).where(Contact.channel == channel)
        last: datetime | None = (await session.exec(query)).one()
    if last is None:
        fix = "nhắn thử một tin; nếu không thấy, xem lại địa chỉ webhook ở trang của nền tảng"
        return Finding(channel, Level.WARN, "Zalo OA: chưa nhận được tin nào.", fix)
    return Finding(channel, Level.OK, f"Zalo OA: nhận tin lần cuối {last:%H:%M %d/%m/%Y} (UTC).")


async def check_zalo_bot(patient: Patient) -> list[Finding]:
    """The bot's token is taken, and its webhook leads here or nowhere."""
    settings = patient.settings
    return await _bot(
        patient,
        "zalo_bot",
        "Zalo Bot",
        base=settings.zalo_bot_api_url,
        base_setting="MOTCUA_ZALO_BOT_API_URL",
        token=settings.zalo_bot_token.get_secret_value(),
        secret=settings.zalo_bot_webhook_secret.get_secret_value(),
    )


async def check_telegram(patient: Patient) -> list[Finding]:
    """The bot's token is taken, and its webhook leads here or nowhere."""
    settings = patient.settings
    return await _bot(
        patient,
        "telegram",
        "Telegram",
        base=settings.telegram_base_url,
        base_setting="MOTCUA_TELEGRAM_BASE_URL, MOTCUA_TELEGRAM_PROXY",
        token=settings.telegram_token.get_secret_value(),
        secret=settings.telegram_secret.get_secret_value(),
        proxy=settings.telegram_proxy,
    )


async def _bot(
    patient: Patient,
    check: str,
    title: str,
    *,
    base: str,
    base_setting: str,
    token: str,
    secret: str,
    proxy: str = "",
) -> list[Finding]:
    """Examine a platform that has a Bot API: both have the same three methods."""
    if not token:
        return [Finding(check, Level.OK, f"{title}: không dùng.")]
    methods = f"{base.rstrip('/')}/bot{token}"
    me = await _ask(patient, title, "POST", f"{methods}/getMe", proxy=proxy)
    if me is None:
        return [_unreachable(check, title, base_setting)]
    if me.get("ok") is not True:
        fix = f"sửa MOTCUA_{check.upper()}_TOKEN"
        return [Finding(check, Level.BAD, f"{title}: nền tảng không nhận khóa.", fix)]
    info = await _ask(patient, title, "POST", f"{methods}/getWebhookInfo", proxy=proxy) or {}
    result = info.get("result")
    known = result if isinstance(result, dict) else {}
    wanted = webhook_address(patient.settings, check) if secret else ""
    found = [Finding(check, Level.OK, f"{title}: kết nối được.")]
    found.append(_registered(check, title, str(known.get("url", "")), wanted))
    if known.get("last_error_message"):
        words = f"{title}: lần gọi webhook gần đây bị lỗi: {str(known['last_error_message'])[:200]}"
        fix = "mở địa chỉ webhook từ ngoài xem chứng chỉ và tường lửa"
        found.append(Finding(check, Level.WARN, words, fix))
    return found


def webhook_address(settings: Settings, channel: str) -> str:
    """Return where a platform must call us; "" while no public address is set."""
    public = settings.public_url.rstrip("/")
    return f"{public}/webhook/{channel}" if public else ""


def _registered(check: str, title: str, url: str, wanted: str) -> Finding:
    if url == wanted:
        words = (
            f"{title}: webhook dẫn về {url}" if url else f"{title}: lấy tin bằng cách hỏi liên tục."
        )
        return Finding(check, Level.OK, words)
    command = "set" if wanted else "delete"
    words = f"{title}: webhook đang là {url or 'chưa có'}, cần {wanted or 'bỏ đi để lấy tin'}."
    return Finding(check, Level.BAD, words, f"motcua webhook {command} {check}")


def _unreachable(check: str, title: str, setting: str) -> Finding:
    fix = f"xem mạng của máy chủ và {setting}"
    return Finding(check, Level.BAD, f"{title}: không kết nối được.", fix)


async def _ask(
    patient: Patient,
    title: str,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    proxy: str = "",
) -> dict[str, Any] | None:
    """Return what a platform answers, or None; note how far its clock is from ours."""
    try:
        async with httpx.AsyncClient(
            timeout=TIMEOUT, transport=patient.transport, proxy=proxy or None
        ) as client:
            answer = await client.request(method, url, headers=headers)
            found = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None
    try:
        theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
        patient.dates[title] = patient.now() - theirs.astimezone(UTC)
    except (ValueError, TypeError):
        pass
    return found if isinstance(found, dict) else None


async def check_clock(patient: Patient) -> list[Finding]:
    """Our clock agrees with the platforms'."""
    if not patient.dates:
        return [Finding("clock", Level.OK, "Đồng hồ: không có nền tảng nào để so.")]
    title, skew = max(patient.dates.items(), key=lambda one: abs(one[1]))
    seconds = round(abs(skew.total_seconds()))
    if abs(skew) <= NOTED_SKEW:
        return [Finding("clock", Level.OK, f"Đồng hồ lệch {seconds} giây so với {title}.")]
    level = Level.BAD if abs(skew) >= WORST_SKEW else Level.WARN
    words = f"Đồng hồ lệch {seconds} giây so với {title}; lệch nhiều thì webhook bị từ chối."
    return [Finding("clock", level, words, "bật đồng bộ giờ: timedatectl set-ntp true")]


#: In the order they are told; the clock is judged by what the platforms answered before.
CHECKS: Final[tuple[Check, ...]] = (
    check_settings,
    check_disk,
    check_port,
    check_database,
    check_knowledge,
    check_zalo_oa,
    check_zalo_bot,
    check_telegram,
    check_clock,
)
