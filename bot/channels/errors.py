"""The three ways a send can fail, named by what the caller may conclude."""

from __future__ import annotations

from datetime import timedelta


class SendError(Exception):
    """`code` is the carrier's own (or a short word of ours); `detail` never holds a number or a text."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code
        self.detail = detail


class Rejected(SendError):
    """Never again: the other side understood and refused."""


class Unavailable(SendError):
    """Nothing was taken: the same may be sent again, after `retry_after`."""

    def __init__(self, code: str, detail: str = "", retry_after: timedelta = timedelta(seconds=30)) -> None:
        super().__init__(code, detail)
        self.retry_after = retry_after


class Unconfirmed(SendError):
    """Perhaps taken: never send again before the other side's books have been asked."""
