"""The console script `motcua`."""

from __future__ import annotations

import os
import sys

import structlog
from pydantic import ValidationError

from bot.cli import app
from bot.cli.failing import SETTING_FIX, wrong_setting

#: What sysexits.h calls an internal software error.
UNEXPECTED = 70


def main() -> None:
    """Run the command line; a bug costs one line, its traceback goes to the log in DEBUG."""
    try:
        app()
    except ValidationError as error:
        _stop(f"{wrong_setting(error.errors()[0])}; {SETTING_FIX}", 2)
    except Exception as error:
        if os.environ.get("MOTCUA_LOG_LEVEL") == "DEBUG":
            structlog.get_logger().exception("command failed")
        text = str(error).splitlines() or [""]
        _stop(f"lỗi không ngờ ({type(error).__name__}): {text[0][:300]}", UNEXPECTED)


def _stop(message: str, code: int) -> None:
    sys.stderr.write(f"motcua: {message}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
