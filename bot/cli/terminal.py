"""The screen that tables are shown on: as wide as the terminal; in a pipe as wide as they need, so no name is cut."""

from __future__ import annotations

import sys

from rich.console import Console

_WIDTH_OF_A_PIPE = 10_000  # lines are never filled up to it


def screen() -> Console:
    """What people wrote is shown as written, square brackets and all."""
    return Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else _WIDTH_OF_A_PIPE)
