"""The platforms: tokens, webhooks, and whether our clock is theirs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx
from sqlmodel import func, select

from bot.channels.zalo_oa.tokens import load
from bot.cli.doctor.findings import Finding, Level, Patient
from bot.db import Database
from bot.models import Contact
from bot.settings import Settings

#: Clocks that differ by more make signed webhooks look like replays.
WORST_SKEW: Final = timedelta(minutes=5)
NOTED_SKEW: Final = timedelta(seconds=30)
#: A refresh token that ends sooner is told: someone may be on leave.
REFRESH_NOTICE: Final = timedelta(days=14)
TIMEOUT: Final = 10.0


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
