"""Every setting, read once from the environment or `.env`; the only place that reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

#: "30/minute", "5 per 10 seconds".
_RATE: Final = r"^\d+ ?(/|per) ?(\d+ ?)?(second|minute|hour|day|month|year)s?$"


class Settings(BaseSettings):
    """Settings with the prefix MOTCUA_; each has a line in `.env.example`."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore")

    host: str = Field("127.0.0.1", description="Address the web server listens on")
    port: int = Field(8000, ge=1, le=65535, description="Port the web server listens on")
    data_dir: Path = Field(Path("var"), description="Folder for the database and other files")
    database_url: str = Field(
        "",
        description="Database; empty = SQLite in the data folder, or postgresql://user@host/name",
    )
    public_url: str = Field(
        "", description="Address citizens open, for QR codes and links; empty = as they came"
    )
    organisation: str = Field(
        "", description="Office that runs this instance, named in the greeting"
    )
    hotline: str = Field("", description="Phone number citizens may call; empty = none is offered")
    province_code: str = Field(
        "", pattern=r"^(\d{2})?$", description="Two-digit code of the province served; empty = all"
    )
    chat_hours: float = Field(
        24.0, gt=0, description="Hours after which an idle conversation is forgotten"
    )
    rate_limit: str = Field(
        "30/minute", pattern=_RATE, description="Messages one client may send, e.g. 30/minute"
    )
    trust_proxy: bool = Field(
        default=False, description="Take the client's address from X-Forwarded-For"
    )
    widget_origins: str = Field(
        "",
        pattern=r"^(\s*https?://[a-z0-9.:\-]+\s*(,|$))*$",
        description="Sites that may show the widget: exact origins, comma-separated; empty = none",
    )
    kiosk_idle_seconds: int = Field(
        90, ge=10, description="Seconds without a touch after which a kiosk asks who is there"
    )
    kiosk_warning_seconds: int = Field(
        20, ge=5, description="Seconds a kiosk then waits before it wipes everything"
    )
    kiosk_commune: str = Field(
        "",
        pattern=r"^(\d{5})?$",
        description="Five-digit code of the commune of the kiosks; /kiosk?xa=CODE sets it for one",
    )
    kiosk_tiles: str = Field(
        "",
        description="Procedure codes on a kiosk's first screen, comma-separated; empty = most asked",
    )
    max_body_bytes: int = Field(16_384, gt=0, description="Largest request body accepted, in bytes")
    max_upload_mb: int = Field(
        256, gt=0, description="Largest file an official may upload, in megabytes"
    )
    admin_idle_minutes: int = Field(
        60, gt=0, description="Minutes without a request after which an official must sign in again"
    )
    admin_session_hours: int = Field(
        12, gt=0, description="Hours after which an official must sign in again in any case"
    )
    api_rate_limit: str = Field(
        "120/minute", pattern=_RATE, description="Calls one API token may make, e.g. 120/minute"
    )
    stale_days: int = Field(
        90, gt=0, description="Days after which a verified fact is called old in an answer"
    )
    privacy_keys: str = Field(
        "",
        description="Keys of pseudonyms, newest first, 64 hex digits each, comma-separated;"
        " empty = a file in the data folder",
    )
    petition_days: int = Field(
        15, gt=0, le=250, description="Working days within which a petition is to be answered"
    )
    digest_hour: int = Field(
        17, ge=7, le=20, description="Hour of the daily digest of announcements, Vietnam's time"
    )
    dossier_url: str = Field(
        "",
        pattern=r"^(https?://[^\s@]+)?$",
        description="Address of the system that knows dossiers' statuses (docs/dossiers.md);"
        " empty = none",
    )
    dossier_token: SecretStr = Field(
        SecretStr(""), description="Token sent to that system; empty = none is sent"
    )
    dossier_timeout: float = Field(
        5.0, gt=0, le=30, description="Seconds that system may take for an answer"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least important message logged"
    )
    telegram_token: SecretStr = Field(
        SecretStr(""), description="Token of the Telegram bot, from @BotFather; empty = no Telegram"
    )
    telegram_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret of 8-256 letters for the Telegram webhook; empty = polling",
    )
    telegram_base_url: str = Field(
        "https://api.telegram.org",
        description="Address of the Telegram Bot API, or of a local Bot API server",
    )
    telegram_per_second: float = Field(
        30.0,
        gt=0,
        description="Messages a second that Telegram allows; more when broadcasts are paid",
    )
    telegram_proxy: str = Field(
        "", description="HTTP proxy to reach Telegram through; empty = directly"
    )
    zalo_oa_app_id: str = Field(
        "", description="Zalo app that owns the webhook; empty = no Zalo OA"
    )
    zalo_oa_id: str = Field("", description="Id of the Zalo Official Account itself")
    zalo_oa_app_secret: SecretStr = Field(
        SecretStr(""), description="Secret key of the Zalo app, for new access tokens"
    )
    zalo_oa_secret: SecretStr = Field(
        SecretStr(""), description="OA secret key, with which Zalo signs its webhooks"
    )
    zalo_oa_signs_id: Literal["app", "oa"] = Field(
        "app", description="Id that comes first in the webhook's signature: app or oa"
    )
    zalo_oa_signs_secret: Literal["oa", "app"] = Field(
        "oa", description="Secret that comes last in the webhook's signature: oa or app"
    )
    zalo_oa_replay_minutes: int = Field(
        180, gt=0, description="Minutes after which a signed Zalo OA webhook is refused as a replay"
    )
    zalo_oa_site_verification: str = Field(
        "",
        pattern=r"^[A-Za-z0-9_-]*$",
        description="Code by which Zalo proves that this site is ours, told on its home page; empty = none",
    )
    zalo_oa_buttons: bool = Field(
        default=False, description="Send buttons to Zalo OA besides the numbered choices"
    )
    zalo_oa_billable: bool = Field(
        default=False,
        description="Write to Zalo OA citizens from 48 hours to 7 days too, for money",
    )
    zalo_oa_template_id: str = Field(
        "",
        pattern=r"^\d*$",
        description="Approved ZBS template for announcements beyond the window, for money; empty = none",
    )
    zalo_oa_template_blank: str = Field(
        "noi_dung",
        pattern=r"^[A-Za-z0-9_]{1,50}$",
        description="Name of that template's one parameter, which the announcement's words fill",
    )
    zalo_oa_template_chars: int = Field(
        200, gt=0, le=2_000, description="Characters Zalo approved for that parameter"
    )
    zalo_oa_per_minute: float = Field(
        4_000.0, gt=0, description="Requests a minute that Zalo allows the app"
    )
    zalo_oa_api_url: str = Field(
        "https://openapi.zalo.me", description="Address of the Zalo OA OpenAPI"
    )
    zalo_oa_auth_url: str = Field(
        "https://oauth.zaloapp.com", description="Address that exchanges Zalo OA tokens"
    )
    zalo_oa_business_url: str = Field(
        "https://business.openapi.zalo.me", description="Address that sends ZBS templates by phone"
    )
    zalo_bot_token: SecretStr = Field(
        SecretStr(""), description="Token of the Zalo Bot; empty = no Zalo Bot"
    )
    zalo_bot_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret of 8-256 characters for the Zalo Bot webhook; empty = polling",
    )
    zalo_bot_per_second: float = Field(
        10.0, gt=0, description="Messages a second that the Zalo Bot sends at most"
    )
    zalo_bot_per_month: int = Field(
        3_000, ge=0, description="Messages a month of the Zalo Bot's plan; 0 = as many as one likes"
    )
    zalo_bot_api_url: str = Field(
        "https://bot-api.zaloplatforms.com", description="Address of the Zalo Bot API"
    )

    @field_validator("telegram_token")
    @classmethod
    def _is_a_token(cls, token: SecretStr) -> SecretStr:
        number, _, rest = token.get_secret_value().partition(":")
        if (number or rest) and not (number.isdigit() and rest):
            raise ValueError("phải có dạng 123456:ABC…, do @BotFather cấp")
        return token

    @property
    def url(self) -> str:
        """The SQLAlchemy URL with its async driver."""
        if not self.database_url:
            return f"sqlite+aiosqlite:///{(self.data_dir / 'motcua.db').as_posix()}"
        scheme, _, rest = self.database_url.partition("://")
        drivers = {
            "sqlite": "sqlite+aiosqlite",
            "postgres": "postgresql+asyncpg",
            "postgresql": "postgresql+asyncpg",
        }
        return f"{drivers.get(scheme, scheme)}://{rest}"
