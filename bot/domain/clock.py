"""Time is a parameter: whoever stands at an edge asks a Clock once and passes `now` down."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...
