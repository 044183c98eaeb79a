"""Moments as they are written in options and in requests of the driver."""

from datetime import UTC, datetime


class BadMoment(ValueError):
    """No moment, or one without its offset; the message names the place."""


def read_moment(place: str, text: object) -> datetime:
    """An aware moment from ISO 8601."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise BadMoment(f"{place}: {text!r} is not a moment in ISO 8601") from None
    if moment.tzinfo is None:
        raise BadMoment(f"{place}: {text!r} lacks its UTC offset")
    return moment.astimezone(UTC)
