"""The house is complete: each list of things has every thing, and nothing stands where it must not."""

from __future__ import annotations

import importlib
import pkgutil
import re
import string
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from sqlmodel import SQLModel

from bot import messages
from bot.app import CHANNELS
from bot.dialogue.facets import RENDERERS
from bot.dialogue.procedures import FOLLOW_UPS
from bot.messages import announcements
from bot.models import Topic
from bot.privacy.register import HOLDINGS
from bot.settings import Settings
from knowledge.content import Facet, Level, Method, Unit
from knowledge.matching import siblings
from knowledge.matching.facets import TRIGGERS
from tests.conftest import ROOT

TOP_LEVEL = {"bot", "knowledge", "migrations", "tests", "docs", ".ci"}
BANNED_NAMES = {"utils", "helpers", "common", "misc", "manager", "helper"}
REGISTRIES = ("py" + "pi.org", "python" + "hosted", "registry." + "npm", "deb." + "debian")


def tracked() -> list[Path]:
    """Every file git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("facet", Facet)
def test_each_facet_has_its_renderer_its_words_and_its_triggers(facet: Facet) -> None:
    assert facet in RENDERERS
    assert facet in messages.FACETS
    assert facet in messages.FACET_QUESTIONS
    assert facet in TRIGGERS


def test_units_and_methods_all_have_words() -> None:
    assert set(messages.UNITS) == set(Unit)
    assert set(messages.METHODS) == set(Method)
    assert set(FOLLOW_UPS) <= set(Facet)


def test_the_example_environment_is_exactly_the_settings() -> None:
    defaults = Settings(_env_file=None)
    lines = [
        f"# {field.description}\nMOTCUA_{name.upper()}={getattr(defaults, name)}"
        for name, field in Settings.model_fields.items()
    ]
    _, _, body = (ROOT / ".env.example").read_text(encoding="utf-8").partition("\n\n")

    assert body.strip() == "\n".join(lines)


def test_every_topic_has_a_name() -> None:
    assert set(announcements.TOPICS) == set(Topic)


def test_every_way_to_tell_siblings_apart_has_words() -> None:
    assert set(messages.ACTS) == {siblings.FIRST_TIME, *siblings.ACTS}
    assert set(messages.WHICH_QUALIFIER) == set(siblings.QUALIFIERS)
    assert set(messages.LEVELS) == set(Level)


def test_each_channel_carries_the_name_it_is_listed_under() -> None:
    assert {name: module.NAME for name, module in CHANNELS.items()} == {n: n for n in CHANNELS}


def _message_modules() -> dict[str, ModuleType]:
    """The citizens' sentences: the package's own, and one module an ability."""
    names = [module.name for module in pkgutil.iter_modules(messages.__path__)]
    modules = {name: importlib.import_module(f"bot.messages.{name}") for name in names}
    return {"": messages, **modules}


def _sentences() -> list[tuple[str, str, str]]:
    return [
        (module, name, value)
        for module, contents in _message_modules().items()
        for name, value in vars(contents).items()
        if name.isupper() and isinstance(value, str)
    ]


def test_each_message_is_used() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "bot").rglob("*")
        if path.suffix in (".py", ".html", ".js") and path.parent.name != "messages"
    )
    used = set(re.findall(r"\b(\w+)\.([A-Z][A-Z0-9_]*)\b", code))
    unused = [
        (module, name)
        for module, name, _ in _sentences()
        if not used & {(called, name) for called in ("say", "words", module)}
    ]
    assert unused == []


@pytest.mark.parametrize(("module", "name", "text"), _sentences())
def test_a_message_is_plain_vietnamese(module: str, name: str, text: str) -> None:
    assert text == text.strip() or name in (
        "VALID_UNTIL",
        "OF_ORGANISATION",
        "OR",
        "OR_CALL",
        "PORTAL_MERGED",
    )
    assert list(string.Formatter().parse(text))
    for sentence in re.split(r"(?<=[.!?:…])\s+", text):
        assert len(sentence.split()) <= 25, sentence


def test_every_table_says_what_it_keeps_of_people() -> None:
    """A new table needs its Holding in bot/privacy/register.py, or nobody's rights reach it."""
    talking = {
        str(mapper.local_table)
        for mapper in SQLModel._sa_registry.mappers
        if mapper.class_.__module__.startswith("bot.models")
    }
    assert talking == {holding.table for holding in HOLDINGS}


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [path for path in tracked() if path.stem in BANNED_NAMES] == []


def test_the_top_level_is_as_agreed() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in tracked() if path.parent != ROOT}
    assert folders == TOP_LEVEL


def test_no_tracked_file_names_a_registry_or_this_machine() -> None:
    bad = re.compile("|".join((*map(re.escape, REGISTRIES), r"/work/(?:main|shared)", r"/root/")))
    guilty = []
    for path in tracked():
        if path.suffix in (".xz", ".png", ".xlsx", ".pdf", ".docx") or path.name == "test_house.py":
            continue
        if bad.search(path.read_text(encoding="utf-8", errors="ignore")):
            guilty.append(path.relative_to(ROOT))
    assert guilty == []


def test_citizens_read_one_spelling_of_a_word_with_two() -> None:
    sentences = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "bot" / "messages").rglob("*.py")
    )

    assert re.findall(r"\b(?:xóa|hủy|khỏe)\b", sentences, re.IGNORECASE) == []
