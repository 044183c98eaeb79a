"""What can go wrong on the way from a file to customers, said in one line that names the place."""

from __future__ import annotations

from bot.rules.problems import Place


class AudienceError(Exception):
    """Nothing was taken; the message is fit to be shown as it is."""


class SourceError(AudienceError):
    """The file itself cannot be read."""


class MapError(AudienceError):
    """The column map is wrong, or does not fit the file."""

    def __init__(self, file: str, place: Place, message: str) -> None:
        super().__init__(f"{file}:{place.line}:{place.col}: {message}")


class CellError(ValueError):
    """One cell cannot be taken; the message is a reason that never repeats the cell's content."""
