"""What deploys us names only commands, settings and files that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import COMMANDS
from bot.settings import Settings
from tests.conftest import ROOT

UNITS = sorted((ROOT / "docs/deploy/systemd").glob("*.service"))
FILES = [ROOT / "Dockerfile", ROOT / "compose.yaml", *UNITS]
SERVICES = {"web", "worker", "scheduler"}


def _compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return parsed


def test_compose_runs_web_workers_and_scheduler_beside_postgres() -> None:
    services = _compose()["services"]

    assert set(services) == {"postgres", *SERVICES}
    assert {name: services[name]["command"] for name in SERVICES} == {n: [n] for n in SERVICES}


def test_a_unit_for_each_process_runs_its_command_and_starts_again() -> None:
    started = {}
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        (started[unit.name],) = re.findall(r"^ExecStart=\S+/motcua (\w+)$", text, re.MULTILINE)
        assert "\nRestart=always\n" in text
    assert started == {
        "motcua-scheduler.service": "scheduler",
        "motcua-web.service": "web",
        "motcua-worker@.service": "worker",
    }


def test_the_image_starts_a_command_that_exists_and_installs_by_hash() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (command,) = re.findall(r'^CMD \["(\w+)"\]$', text, re.MULTILINE)

    assert {command, *SERVICES} <= set(COMMANDS)
    assert "pip install --require-hashes -r requirements.lock" in text
    assert "\nUSER motcua\n" in text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_named_exists(path: Path) -> None:
    known = {f"MOTCUA_{name.upper()}" for name in Settings.model_fields}

    assert set(re.findall(r"MOTCUA_[A-Z_]+", path.read_text(encoding="utf-8"))) <= known


def test_every_command_and_setting_of_the_guide_exists() -> None:
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    known = {f"MOTCUA_{name.upper()}" for name in Settings.model_fields}

    assert set(re.findall(r"MOTCUA_[A-Z_]+", text)) <= known
    assert set(re.findall(r"`motcua (\w+)", text)) <= set(COMMANDS)
