"""Reading YAML with the C parser where there is one: ten times as fast as the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds: plain values only, never an object it names.

    Raises:
        yaml.YAMLError: it is not YAML.
        UnicodeDecodeError: it is not UTF-8.
        OSError: it cannot be read.
    """
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
