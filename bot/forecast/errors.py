"""What a forecast or a story cannot be told of, in one line."""

from __future__ import annotations


class ForecastError(ValueError):
    """The message says what there is none of, or which of several is meant."""
