"""`motcua doctor`: what is well, what is not, and what to do about it, in plain Vietnamese."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

from bot.cli.doctor.data import check_database, check_dossiers, check_knowledge
from bot.cli.doctor.findings import Check, Finding, Level, Patient
from bot.cli.doctor.machine import check_disk, check_port, check_settings
from bot.cli.doctor.platforms import check_clock, check_telegram, check_zalo_bot, check_zalo_oa
from bot.cli.failing import SETTING_FIX, wrong_setting
from bot.settings import Settings
from bot.wiring.logs import set_up_logging

MARKS: Final = {Level.OK: "✔", Level.WARN: "!", Level.BAD: "✘"}
#: In the order they are told; the clock is judged by what the platforms answered before.
CHECKS: Final[tuple[Check, ...]] = (
    check_settings,
    check_disk,
    check_port,
    check_database,
    check_knowledge,
    check_dossiers,
    check_zalo_oa,
    check_zalo_bot,
    check_telegram,
    check_clock,
)


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
    words = wrong_setting(problem)
    return Finding("settings", Level.BAD, f"{words[:1].upper()}{words[1:]}.", SETTING_FIX)
