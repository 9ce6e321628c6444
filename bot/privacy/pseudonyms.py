"""Names for people that only this instance can make, so that the log need not know who they are.

A pseudonym is a keyed hash of the address. Rotating adds a key: new turns get new names, old ones can
still be found (to export or erase them) as long as their key is kept; dropping a key makes what it
named nobody's for ever.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from bot.settings import Settings

KEY_BYTES = 32
KEY_FILE = "privacy.keys"


class KeyFileError(ValueError):
    """The keys are unreadable; guessing new ones would lose everyone's rights."""


@dataclass(frozen=True)
class Pseudonyms:
    """The keys, newest first."""

    keys: tuple[bytes, ...]

    def of(self, channel: str, address: str) -> str:
        """Return the name under which an address is recorded now."""
        return _name(self.keys[0], channel, address)

    def all_of(self, channel: str, address: str) -> list[str]:
        """Return every name the address has had under the keys that are kept."""
        return [_name(key, channel, address) for key in self.keys]

    @classmethod
    def load(cls, settings: Settings) -> Pseudonyms:
        """Return the keys of the settings, or those in the data folder, made on first use.

        Raises:
            KeyFileError: a key is not 64 hexadecimal digits.
        """
        if settings.privacy_keys:
            return cls(_parse(settings.privacy_keys.split(",")))
        path = settings.data_dir / KEY_FILE
        if not path.exists():
            _write(path, (secrets.token_bytes(KEY_BYTES),))
        return cls(_parse(path.read_text(encoding="ascii").split()))


def rotate(settings: Settings, *, keep_old: bool = True) -> int:
    """Add a key to the data folder's file, and return how many there are now.

    Raises:
        KeyFileError: the keys are in the settings, where only the operator can change them.
    """
    if settings.privacy_keys:
        raise KeyFileError("khóa nằm trong MOTCUA_PRIVACY_KEYS: thêm khóa mới vào đầu danh sách đó")
    old = Pseudonyms.load(settings).keys if keep_old else ()
    keys = (secrets.token_bytes(KEY_BYTES), *old)
    _write(settings.data_dir / KEY_FILE, keys)
    return len(keys)


def _name(key: bytes, channel: str, address: str) -> str:
    return blake2b(f"{channel}\0{address}".encode(), key=key, digest_size=16).hexdigest()


def _parse(written: list[str]) -> tuple[bytes, ...]:
    try:
        keys = tuple(bytes.fromhex(one.strip()) for one in written)
    except ValueError as error:
        raise KeyFileError("khóa bí danh không phải chuỗi hex") from error
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise KeyFileError("mỗi khóa bí danh cần đúng 64 chữ số hex")
    return keys


def _write(path: Path, keys: tuple[bytes, ...]) -> None:
    """Replace the file whole, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("".join(f"{key.hex()}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
