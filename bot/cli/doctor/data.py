"""What is kept: the database, the knowledge, and the system of dossiers beside it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import and_, col, or_, select

from bot.cli.doctor.findings import Finding, Level, Patient
from bot.db import Database, newest_migration
from bot.dossiers import AwayError, Connector
from knowledge.models import KnowledgeVersion, Revision, RevisionStatus


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


async def check_dossiers(patient: Patient) -> list[Finding]:
    """The system of dossiers, where there is one, answers as agreed; it is asked for one it cannot know."""
    system = Connector.of(patient.settings)
    if system is None:
        return []
    try:
        await system.look_again("motcua-doctor")
    except AwayError as error:
        return [
            Finding(
                "dossiers", Level.BAD, f"Hệ thống hồ sơ không trả lời đúng quy ước ({error}).",
                "xem MOTCUA_DOSSIER_URL, MOTCUA_DOSSIER_TOKEN và docs/dossiers.md",
            )
        ]  # fmt: skip
    return [Finding("dossiers", Level.OK, "Hệ thống hồ sơ trả lời.")]
