"""`motcua webhook set|info|delete`: tell a platform where to call us, or ask what it was told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final

import typer
from telegram.error import TelegramError

from bot.channels import SendError
from bot.channels.telegram import Telegram
from bot.channels.telegram.errors import classify
from bot.channels.telegram.updates import WANTED
from bot.channels.zalo_bot import ZaloBot
from bot.cli.doctor.platforms import webhook_address
from bot.cli.failing import fail
from bot.settings import Settings

app = typer.Typer(help="Khai webhook với nền tảng: telegram, zalo_bot.", no_args_is_help=True)
Platform = Annotated[str, typer.Argument(help="telegram hoặc zalo_bot")]
#: Calls a method of a platform's Bot API: (method, body) → result.
Call = Callable[[str, Mapping[str, Any]], Awaitable[Any]]

ZALO_OA: Final = (
    "Zalo OA không cho khai webhook bằng lệnh. Vào developers.zalo.me, chọn ứng dụng, mục Webhook, "
    "dán {address}, bật các sự kiện người dùng gửi, quan tâm và bỏ quan tâm."
)


@app.command("set")
def set_(platform: Platform) -> None:
    """Bảo nền tảng gửi tin về MOTCUA_PUBLIC_URL."""
    settings, registration = _registration(platform)
    address = webhook_address(settings, platform)
    if not address.startswith("https://"):
        fail("đặt MOTCUA_PUBLIC_URL=https://… là địa chỉ công khai của máy chủ này", 2)
    if len(registration.secret) < registration.least_secret:
        fail(f"đặt {registration.named} dài ít nhất {registration.least_secret} ký tự", 2)
    body = {"url": address, "secret_token": registration.secret, **registration.more}
    _run(registration, "setWebhook", body)
    typer.echo(f"Đã khai {address}.")


@app.command()
def info(platform: Platform) -> None:
    """In những gì nền tảng đang biết, dạng JSON."""
    _, registration = _registration(platform)
    typer.echo(json.dumps(_run(registration, "getWebhookInfo", {}), ensure_ascii=False))


@app.command()
def delete(platform: Platform) -> None:
    """Bảo nền tảng thôi gọi; sau đó trợ lý lấy tin bằng cách hỏi liên tục."""
    _, registration = _registration(platform)
    _run(registration, "deleteWebhook", {})
    typer.echo("Đã xóa webhook.")


class Registration:
    """How one platform is told of our webhook."""

    def __init__(
        self,
        call: Call,
        close: Callable[[], Awaitable[None]],
        *,
        secret: str,
        named: str,
        least_secret: int = 1,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Take what calls its API, the secret it must send, and what else it wants to know."""
        self.call = call
        self.close = close
        self.secret = secret
        self.named = named
        self.least_secret = least_secret
        self.more = dict(more or {})


def _zalo_bot(settings: Settings) -> Registration:
    if not settings.zalo_bot_token.get_secret_value():
        fail("đặt MOTCUA_ZALO_BOT_TOKEN trước", 2)
    bot = ZaloBot(settings)
    return Registration(
        bot.call,
        bot.close,
        secret=settings.zalo_bot_webhook_secret.get_secret_value(),
        named="MOTCUA_ZALO_BOT_WEBHOOK_SECRET",
        least_secret=8,
    )


def _telegram(settings: Settings) -> Registration:
    if not settings.telegram_token.get_secret_value():
        fail("đặt MOTCUA_TELEGRAM_TOKEN trước", 2)
    channel = Telegram(settings)

    async def call(method: str, body: Mapping[str, Any]) -> Any:
        await channel.start()
        try:
            if method == "setWebhook":
                return await channel.bot.set_webhook(**body)
            if method == "deleteWebhook":
                return await channel.bot.delete_webhook()
            return (await channel.bot.get_webhook_info()).to_dict()
        except TelegramError as error:
            raise classify(error) from error

    return Registration(
        call,
        channel.close,
        secret=settings.telegram_secret.get_secret_value(),
        named="MOTCUA_TELEGRAM_SECRET",
        least_secret=8,
        more={"allowed_updates": list(WANTED)},
    )


#: Platforms whose webhook is set by their API.
REGISTRATIONS: Final[Mapping[str, Callable[[Settings], Registration]]] = {
    "telegram": _telegram,
    "zalo_bot": _zalo_bot,
}


def _registration(platform: str) -> tuple[Settings, Registration]:
    settings = Settings()
    if platform == "zalo_oa":
        address = webhook_address(settings, platform) or "https://…/webhook/zalo_oa"
        fail(ZALO_OA.format(address=address))
    if platform not in REGISTRATIONS:
        fail(f"không có nền tảng “{platform}”; có: {', '.join(REGISTRATIONS)}", 2)
    return settings, REGISTRATIONS[platform](settings)


def _run(registration: Registration, method: str, body: Mapping[str, Any]) -> Any:
    async def call() -> Any:
        try:
            return await registration.call(method, body)
        finally:
            await registration.close()

    try:
        return asyncio.run(call())
    except SendError as error:
        fail(f"nền tảng không nhận: {error.reason}")
