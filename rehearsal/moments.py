"""Moments as they are read, in options and requests of the driver, and written, in events."""

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


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
