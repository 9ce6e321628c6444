"""Every setting, read once from the environment or `.env`; the only place that reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


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
    rate_limit: str = Field("30/minute", description="Messages one client may send, e.g. 30/minute")
    trust_proxy: bool = Field(
        default=False, description="Take the client's address from X-Forwarded-For"
    )
    max_body_bytes: int = Field(16_384, gt=0, description="Largest request body accepted, in bytes")
    stale_days: int = Field(
        90, gt=0, description="Days after which a verified fact is called old in an answer"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least important message logged"
    )

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
