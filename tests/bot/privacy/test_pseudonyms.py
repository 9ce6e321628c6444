"""Keys of pseudonyms: made once, kept private, rotated without losing anyone, refused when broken."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.privacy.pseudonyms import KEY_FILE, KeyFileError, Pseudonyms, rotate
from bot.settings import Settings


def _settings(folder: Path, privacy_keys: str = "") -> Settings:
    return Settings(_env_file=None, data_dir=folder, privacy_keys=privacy_keys)


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = Pseudonyms.load(_settings(tmp_path))

    assert Pseudonyms.load(_settings(tmp_path)) == first
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_rotating_gives_new_names_and_still_knows_the_old(tmp_path: Path) -> None:
    old = Pseudonyms.load(_settings(tmp_path)).of("telegram", "1")

    assert rotate(_settings(tmp_path)) == 2

    names = Pseudonyms.load(_settings(tmp_path))
    assert names.all_of("telegram", "1") == [names.of("telegram", "1"), old]
    assert names.of("telegram", "1") != old


def test_dropping_the_old_key_makes_old_names_nobodys(tmp_path: Path) -> None:
    old = Pseudonyms.load(_settings(tmp_path)).of("telegram", "1")

    assert rotate(_settings(tmp_path), keep_old=False) == 1

    assert old not in Pseudonyms.load(_settings(tmp_path)).all_of("telegram", "1")


def test_the_channel_and_the_address_cannot_be_confused(tmp_path: Path) -> None:
    names = Pseudonyms.load(_settings(tmp_path))

    assert names.of("web", "1a") != names.of("web1", "a")


@pytest.mark.parametrize("keys", ["xyz", "ab", "ab" * 32 + ",zz", ","])
def test_a_broken_key_is_refused_by_name(tmp_path: Path, keys: str) -> None:
    with pytest.raises(KeyFileError):
        Pseudonyms.load(_settings(tmp_path, privacy_keys=keys))


def test_keys_of_the_settings_are_the_operators_to_rotate(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError):
        rotate(_settings(tmp_path, privacy_keys="ab" * 32))
