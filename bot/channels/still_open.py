"""Hours go on while a batch is being posted: nothing is handed over that could only arrive after they have ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

from bot.channels.errors import Unavailable

SHORTEST = timedelta(seconds=5)  # what the carrier needs at least to put a message or call through
HOURS_OVER = "hours_over"


@dataclass(frozen=True, slots=True)
class Posting:
    """One batch, from the moment for which it was weighed."""

    begun: float = field(default_factory=lambda: monotonic())

    def left_of(self, valid_for: timedelta) -> timedelta:
        """Raises Unavailable where too little is left: the gate decides again."""
        left = valid_for - timedelta(seconds=monotonic() - self.begun)
        if left < SHORTEST:
            raise Unavailable(HOURS_OVER, retry_after=SHORTEST)
        return left
