"""The one error of the data readers."""

from __future__ import annotations

from ...dsl.diagnostics import NetloomError


class DataError(NetloomError):
    """Data that is not there or not fit to train on.

    `code` is stable (`E303`), the message names file, row and column where there are any, and `suggestion`
    is the way out, in words.
    """

    def __init__(self, code: str, message: str, suggestion: str) -> None:
        super().__init__(f"{message}. {suggestion} [{code}]")
        self.code = code
        self.message = message
        self.suggestion = suggestion
