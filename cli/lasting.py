"""A stream that outlives its reader: when the pipe or terminal behind it is gone, what is written is dropped."""

from __future__ import annotations

import os
from typing import Any, TextIO


class Lasting:
    """Writes to `stream` until that fails, and from then on to nowhere. All else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.lost = False

    def write(self, text: str) -> int:
        """Write, or drop; never raises OSError. Gives the number of characters."""
        if not self.lost:
            try:
                return self._stream.write(text)
            except OSError:
                self._lose()
        return len(text)

    def flush(self) -> None:
        """Flush, or drop."""
        if not self.lost:
            try:
                self._stream.flush()
            except OSError:
                self._lose()

    def _lose(self) -> None:
        self.lost = True
        # what the stream still holds is flushed when Python ends: that must not fail and change the exit code
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
