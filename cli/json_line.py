"""One JSON value on one line of stdout: what `--json` prints."""

from __future__ import annotations

import json
import sys

from .lasting import Lasting


def print_json(value: object) -> None:
    """NaN and infinities become null."""
    stream = Lasting(sys.stdout)
    stream.write(json.dumps(_plain(value), ensure_ascii=False, allow_nan=False) + "\n")
    stream.flush()


def _plain(value: object) -> object:
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
