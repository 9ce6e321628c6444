"""`motcua announce`: send announcements, follow them, stop them and take them back."""

from __future__ import annotations

import asyncio
import csv
import getpass
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.broadcast import digest, lifecycle, progress, recall
from bot.broadcast.audience import estimate
from bot.broadcast.clock import shown
from bot.broadcast.firing import digest_for
from bot.broadcast.lifecycle import LifecycleError
from bot.broadcast.places import AudienceError, place_codes
from bot.broadcast.trial import send_trial
from bot.broadcast.wording import message_text
from bot.channels import Channel, SendError
from bot.channels.limits import SharedLimit, platform_limits
from bot.cli.failing import fail
from bot.cli.opening import open_database
from bot.cli.progress_line import line_of
from bot.db import Database
from bot.messages import announcements as words
from bot.models import Announcement
from bot.wiring.platforms import open_channels
from knowledge.columns import utc_now
from knowledge.hours import ZONE
from knowledge.places.stored import read_places

app = typer.Typer(help="Thông báo đến người đăng ký.", no_args_is_help=True)


@app.command("send")
def send(
    text: Annotated[str, typer.Option(help="Nội dung")],
    topic: Annotated[str, typer.Option(help="Chủ đề, ví dụ storms, vaccination, closures")],
    place: Annotated[
        list[str] | None, typer.Option(help="Nơi nhận, tên cũ hay mới; bỏ trống = mọi nơi")
    ] = None,
    title: Annotated[str, typer.Option(help="Tiêu đề")] = "",
    source: Annotated[str, typer.Option(help="Đường dẫn nguồn")] = "",
    at: Annotated[str, typer.Option(help="Giờ gửi, ví dụ 2026-12-01 07:30")] = "",
    cron: Annotated[str, typer.Option(help="Lặp lại theo cron năm phần")] = "",
    rrule: Annotated[str, typer.Option(help="Lặp lại theo RRULE")] = "",
    expires: Annotated[str, typer.Option(help="Hết hiệu lực lúc")] = "",
    urgent: Annotated[bool, typer.Option("--urgent", help="Khẩn: gửi cả ban đêm")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Không hỏi lại")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Tự gửi và chờ xong")] = False,
    test: Annotated[
        str, typer.Option(help="Chỉ gửi thử cho mình, ví dụ telegram:123456; không lưu gì")
    ] = "",
) -> None:
    """Gửi thông báo đến người đăng ký chủ đề ở nơi đó."""
    announcement = Announcement(
        text=text, topic=topic, title=title, source_url=source, cron=cron, rrule=rrule,
        urgent=urgent, send_at=_moment(at), expires_at=_moment(expires), created_at=utc_now(),
    )  # fmt: skip
    if test:
        asyncio.run(_try_out(announcement, place or [], test))
        return
    asyncio.run(_send(announcement, place or [], yes=yes, wait=wait))


async def _send(announcement: Announcement, names: list[str], *, yes: bool, wait: bool) -> None:
    async with open_database() as (settings, database):
        now, channels = utc_now(), open_channels(settings, database)
        if not channels:
            fail("chưa nối nền tảng nào; đặt MOTCUA_TELEGRAM_TOKEN hoặc nối Zalo trước")
        async with database.read() as session:
            await _check(session, announcement, names, channels, now)
            twin = await lifecycle.twin_of(session, announcement, now=now)
            at = digest_for(announcement, announcement.send_at or now, hour=settings.digest_hour)
            found = await estimate(session, announcement, tuple(channels), digest_at=at)
        if not found.reachable:
            fail(words.NOBODY)
        by_channel = ", ".join(f"{name} {count}" for name, count in found.by_channel.items())
        within = digest.in_estimate(found)
        typer.echo(
            ", ".join(filter(None, (f"Người nhận: {found.reachable} ({by_channel})", within)))
        )
        if twin is not None:
            typer.echo(twin.warning, err=True)
        if not yes:
            _confirm(found.reachable)
        number = await _release(database, announcement, found.reachable, now)
        typer.echo(f"Thông báo số {number} đã được nhận.")
        if wait:
            # Imported only here: who begins announcements does all the scheduler's jobs, and those are large.
            from bot.cli.announcing import send_until_done

            await send_until_done(settings, database, number)
            await _report(database, number)


async def _check(
    session: AsyncSession,
    announcement: Announcement,
    names: list[str],
    channels: Mapping[str, Channel],
    now: datetime,
) -> None:
    """Fill in the places, and end the command when something is wrong."""
    limits = {name: one.capabilities.text_limit for name, one in channels.items()}
    try:
        announcement.places = place_codes(await read_places(session), names)
    except AudienceError as error:
        fail(str(error))
    if wrong := lifecycle.check(announcement, limits, now=now):
        fail(" ".join(wrong))


async def _try_out(announcement: Announcement, names: list[str], test: str) -> None:
    name, _, address = test.partition(":")
    async with open_database() as (settings, database):
        channels = open_channels(settings, database)
        channel = channels.get(name)
        if channel is None or not address:
            known = ", ".join(channels) or "chưa nối nền tảng nào"
            fail(f"--test cần KÊNH:ĐỊA_CHỈ, ví dụ telegram:123456; kênh đã nối: {known}", 2)
        async with database.read() as session:
            await _check(session, announcement, names, channels, utc_now())
        await channel.start()
        try:
            pace = SharedLimit(database, platform_limits(settings))
            await send_trial(channel, pace, address, announcement)
        except SendError as error:
            fail(f"{name} không nhận tin thử: {error.reason}")
        except (TimeoutError, OSError):
            fail(f"{name} không trả lời, chưa biết tin thử có tới không")
        finally:
            await channel.close()
    typer.echo(f"đã gửi thử đến {name}; chưa lưu và chưa gửi cho ai khác")


def _confirm(count: int) -> None:
    """Ask; more than BULK people must be typed as a number."""
    if count <= lifecycle.BULK:
        typer.confirm("Gửi?", abort=True)
    elif typer.prompt(words.CONFIRM.format(count=count)).strip() != str(count):
        fail("số không khớp, chưa gửi gì")


async def _release(
    database: Database, announcement: Announcement, people: int, now: datetime
) -> int:
    by = f"cli:{getpass.getuser()}"
    try:
        async with database.write() as session:
            saved = await lifecycle.save_draft(session, announcement, by=by, where="cli")
            number = saved.id or 0
            await lifecycle.approve(
                session, number, by=by, people=people, alone=True, where="cli", now=now
            )
            await lifecycle.release(session, number, by=by, where="cli", now=now)
            return number
    except LifecycleError as error:
        fail(str(error))


def _moment(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        fail(f"không đọc được giờ “{text}”; ví dụ đúng: 2026-12-01 07:30", 2)
    return (found if found.tzinfo else found.replace(tzinfo=ZONE)).astimezone(utc_now().tzinfo)


@app.command("list")
def list_(most: Annotated[int, typer.Option(help="Số dòng nhiều nhất")] = 20) -> None:
    """Xem các thông báo gần đây."""
    asyncio.run(_list(most))


async def _list(most: int) -> None:
    async with open_database(bare=True) as (_, database), database.read() as session:
        query = select(Announcement).order_by(col(Announcement.id).desc()).limit(most)
        for one in (await session.exec(query)).all():
            when = f", gửi {shown(one.next_fire_at)}" if one.next_fire_at else ""
            said = (one.title or one.text).splitlines()[0][:60]
            typer.echo(f"{one.id}\t{words.STATUSES[one.status]}{when}\t{said}")


@app.command("show")
def show(number: Annotated[int, typer.Argument(help="Số thông báo")]) -> None:
    """Xem một thông báo và nó đã đi đến đâu."""
    asyncio.run(_show(number))


async def _show(number: int) -> None:
    async with open_database(bare=True) as (_, database), database.read() as session:
        announcement = await session.get(Announcement, number)
        if announcement is None:
            fail(f"không có thông báo số {number}")
        typer.echo(message_text(announcement))
        typer.echo(f"\nTrạng thái: {words.STATUSES[announcement.status]}")
        await _tell(session, number)


@app.command("stop")
def stop(number: Annotated[int, typer.Argument(help="Số thông báo")]) -> None:
    """Dừng một thông báo đang gửi hay chờ gửi."""
    asyncio.run(_step(number, "stop"))
    typer.echo(f"đã dừng thông báo số {number}")


@app.command("resume")
def resume(number: Annotated[int, typer.Argument(help="Số thông báo")]) -> None:
    """Gửi tiếp một thông báo đã dừng."""
    asyncio.run(_step(number, "resume"))
    typer.echo(f"gửi tiếp thông báo số {number}")


async def _step(number: int, step: str) -> None:
    by = f"cli:{getpass.getuser()}"
    async with open_database(bare=True) as (_, database):
        try:
            async with database.write() as session:
                if await session.get(Announcement, number) is None:
                    fail(f"không có thông báo số {number}")
                if step == "stop":
                    await lifecycle.stop(session, number, by=by, where="cli", now=utc_now())
                else:
                    await lifecycle.resume(session, number, by=by, where="cli", now=utc_now())
        except LifecycleError as error:
            fail(str(error))


@app.command("recall")
def take_back(number: Annotated[int, typer.Argument(help="Số thông báo")]) -> None:
    """Thu hồi tin đã gửi, ở nơi nền tảng cho phép; ngắt giữa chừng thì máy chủ làm tiếp."""
    asyncio.run(_take_back(number))


async def _take_back(number: int) -> None:
    async with open_database(bare=True) as (settings, database):
        try:
            async with database.write() as session:
                if await session.get(Announcement, number) is None:
                    fail(f"không có thông báo số {number}")
                by = f"cli:{getpass.getuser()}"
                await recall.ask(session, number, by=by, where="cli", now=utc_now())
        except LifecycleError as error:
            fail(str(error))
        from bot.cli.announcing import take_back_from_here

        await take_back_from_here(settings, database, number)


@app.command("report")
def report(
    number: Annotated[int, typer.Argument(help="Số thông báo")],
    each: Annotated[bool, typer.Option("--csv", help="In từng người nhận, dạng CSV")] = False,
) -> None:
    """Xem kết quả, lỗi gom theo lý do; --csv in từng người."""
    asyncio.run(__report(number, each=each))


async def __report(number: int, *, each: bool) -> None:
    async with open_database(bare=True) as (_, database):
        if not each:
            await _report(database, number)
            return
        writer = csv.writer(sys.stdout)
        writer.writerow(("channel", "address", "status", "reason", "attempts", "at"))
        async with database.read() as session:
            async for row in progress.outcomes(session, number):
                at = row.done_at.astimezone(ZONE).isoformat() if row.done_at else ""
                writer.writerow(
                    (row.channel, row.address, row.status, row.reason, row.attempts, at)
                )


async def _tell(session: AsyncSession, number: int) -> None:
    """Say how far it has come, and who gets it with a daily digest."""
    typer.echo(line_of(await progress.progress(session, number, now=utc_now())))
    for sentence in await digest.in_report(session, number, now=utc_now()):
        typer.echo(sentence)


async def _report(database: Database, number: int) -> None:
    async with database.read() as session:
        await _tell(session, number)
        for status, reason, count in await progress.reasons(session, number):
            typer.echo(f"  {count}\t{status}\t{reason}")
