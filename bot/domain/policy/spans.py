"""Hours as people write them: `09:00-12:00`, `mon-fri 09:00-12:00`, `sat,sun 10:00-24:00`."""

from __future__ import annotations

import re
from datetime import time
from itertools import combinations

from bot.domain.policy.fields import Field
from bot.domain.policy.wording import Wrong
from bot.domain.quiet_hours import EVERY_DAY, Window

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_SPAN = re.compile(r"(?:([^\s\d]\S*) +)?(\d\d:\d\d)-(\d\d:\d\d)(?: +([^\s\d]\S*))?")
_MIDNIGHT = "24:00"


def read_windows(spans: Field, *, weekdays: bool = True) -> tuple[Window, ...]:
    """In order, none overlapping another. Without `weekdays` a span may not name any."""
    if not isinstance(spans.value, list | tuple) or not spans.value:
        spans.refuse(Wrong.NO_SPANS)
        return ()
    read = [(field, window) for field in spans.items() if (window := _window(field, weekdays))]
    for (_, one), (field, other) in combinations(read, 2):
        if one.weekdays & other.weekdays and one.opens < _end(other) and other.opens < _end(one):
            earlier, later = sorted((one, other), key=lambda window: window.opens)
            field.refuse(Wrong.OVERLAP, earlier=_spelled(earlier), later=_spelled(later))
    return tuple(sorted((window for _, window in read), key=lambda window: window.opens))


def _window(field: Field, weekdays: bool) -> Window | None:
    parts = _SPAN.fullmatch(str(field.value).strip())
    if parts is None or (parts[1] and parts[4]):
        field.refuse(Wrong.NO_SPAN, value=field.value)
        return None
    opens, closes = _time(parts[2]), time.min if parts[3] == _MIDNIGHT else _time(parts[3])
    if opens is None or closes is None:
        field.refuse(Wrong.NO_TIME, time=parts[2] if opens is None else parts[3])
        return None
    named = parts[1] or parts[4]
    if named and not weekdays:
        field.refuse(Wrong.WEEKDAY_ON_HOLIDAY)
        return None
    days = _weekdays(field, named) if named else EVERY_DAY
    if days is None or not _in_order(field, parts[2], parts[3]):
        return None
    return Window(opens, closes, days)


def _in_order(field: Field, opens: str, closes: str) -> bool:
    if opens < closes:
        return True
    if "00:00" < closes < opens:
        field.refuse(Wrong.OVER_MIDNIGHT, value=field.value, opens=opens, closes=closes)
    else:
        field.refuse(Wrong.ENDS_FIRST, value=field.value)
    return False


def _time(text: str) -> time | None:
    try:
        return time(int(text[:2]), int(text[3:]))
    except ValueError:
        return None


def _weekdays(field: Field, text: str) -> frozenset[int] | None:
    """`mon-fri`, `sat`, `mon,wed,fri`; a span may wrap around the week's end."""
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            field.refuse(Wrong.NO_WEEKDAY, value=part)
            return None
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        found |= set(range(start, end + 1)) if start <= end else EVERY_DAY - set(range(end + 1, start))
    return frozenset(found)


def _end(window: Window) -> time:
    return window.closes if window.closes > time.min else time.max


def _spelled(window: Window) -> str:
    closes = f"{window.closes:%H:%M}" if window.closes > time.min else _MIDNIGHT
    return f"{window.opens:%H:%M}-{closes}"
