"""A contact policy as data: permitted hours, caps and what else the gate weighs, checked when it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import combinations
from typing import Any

from bot.domain.attempts import Channel
from bot.domain.quiet_hours import EVERY_DAY, Window, is_zone

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PURPOSES = ("marketing", "service")


class PolicyError(ValueError):
    """The message names the field."""


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` contacts in any `period` (rolling), of these channels and purposes.

    `everywhere` counts all campaigns together, otherwise only the attempt's own campaign counts.
    """

    limit: int
    period: timedelta
    channel: Channel | None
    purpose: str | None
    everywhere: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """`windows` by purpose; `zones` are the candidates for a number without a zone, by country calling code."""

    windows: Mapping[str, tuple[Window, ...]]
    caps: tuple[Cap, ...]
    min_gap: Mapping[Channel, timedelta]
    holidays: frozenset[date]
    zones: Mapping[str, tuple[str, ...]]
    needs_consent: frozenset[str]

    def candidate_zones(self, time_zone: str | None, msisdn: str) -> tuple[str, ...]:
        """The longest calling code decides; a zone that this machine's database lacks counts as unknown."""
        if time_zone and is_zone(time_zone):
            return (time_zone,)
        code = max((code for code in self.zones if msisdn.startswith(code)), key=len, default=None)
        return self.zones[code] if code is not None else ()

    @property
    def longest_memory(self) -> timedelta:
        """How far back the journal must be read to decide."""
        spans = [cap.period for cap in self.caps] + list(self.min_gap.values())
        return max(spans, default=timedelta(0))


def read_policy(data: Mapping[str, Any]) -> Policy:
    """From JSON or YAML; anything missing takes the default's. Raises PolicyError with the field's path."""
    merged = {**DEFAULT, **data}
    unknown = set(merged) - set(DEFAULT)
    if unknown:
        raise PolicyError(f"{min(unknown)}: no such field; known are {', '.join(DEFAULT)}")
    hours = _mapping(merged["hours"], "hours")
    missing = set(PURPOSES) - set(hours)
    if missing:
        raise PolicyError(f"hours.{min(missing)}: missing")
    for purpose in hours:
        _one_of(purpose, PURPOSES, "hours")
    return Policy(
        windows={purpose: _windows(spans, f"hours.{purpose}") for purpose, spans in hours.items()},
        caps=tuple(_cap(cap, f"caps[{n}]") for n, cap in enumerate(_listed(merged["caps"], "caps"))),
        min_gap={
            Channel(_one_of(channel, tuple(Channel), "min_gap")): _duration(gap, f"min_gap.{channel}")
            for channel, gap in _mapping(merged["min_gap"], "min_gap").items()
        },
        holidays=frozenset(_day(day, "holidays") for day in _listed(merged["holidays"], "holidays")),
        zones={code: _zones(code, zones) for code, zones in _mapping(merged["zones"], "zones").items()},
        needs_consent=frozenset(
            _one_of(purpose, PURPOSES, "needs_consent")
            for purpose in _listed(merged["needs_consent"], "needs_consent")
        ),
    )


DEFAULT: dict[str, Any] = {
    # Our default after MIIT's "no marketing at rest hours" and industry practice; a law is the operator's to check.
    "hours": {
        "marketing": ["09:00-12:00", "14:00-20:30"],
        "service": ["08:00-22:00"],
    },
    "caps": [
        {"limit": 2, "period": "1d", "channel": "call", "purpose": "marketing", "everywhere": True},
        {"limit": 3, "period": "7d", "channel": "sms", "purpose": "marketing", "everywhere": True},
        {"limit": 8, "period": "30d", "purpose": "marketing", "everywhere": True},
    ],
    "min_gap": {"call": "30m"},
    "holidays": [],
    "zones": {
        "+86": ["Asia/Shanghai", "Asia/Urumqi"],
        "+1": ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"],
    },
    "needs_consent": ["marketing"],
}


def _mapping(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise PolicyError(f"{field}: must be a mapping")
    return value


def _listed(value: Any, field: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise PolicyError(f"{field}: must be a list")
    return value


def _one_of(value: Any, known: Sequence[str | None], field: str) -> Any:
    if value not in known:
        raise PolicyError(f"{field}: {value!r} is none of {', '.join(one for one in known if one)}")
    return value


def _zones(code: Any, names: Any) -> tuple[str, ...]:
    field = f"zones.{code}"
    if not (isinstance(code, str) and code.startswith("+") and code[1:].isdecimal()):
        raise PolicyError(f'{field}: a calling code is written in quotes, such as "+86"')
    for name in _listed(names, field):
        if not (isinstance(name, str) and is_zone(name)):
            raise PolicyError(f"{field}: {name!r} is not a known time zone")
    return tuple(names)


def _windows(spans: Any, field: str) -> tuple[Window, ...]:
    if not isinstance(spans, list) or not spans:
        raise PolicyError(f"{field}: must be a list of spans such as 09:00-12:00")
    windows = sorted((_window(span, field) for span in spans), key=lambda window: window.opens)
    for earlier, later in combinations(windows, 2):
        if later.opens < earlier.closes and earlier.weekdays & later.weekdays:
            raise PolicyError(f"{field}: {_span(earlier)} and {_span(later)} overlap")
    return tuple(windows)


_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_SPAN_TEXT = re.compile(rf"({_TIME})-({_TIME})(?: +(\S+))?")


def _window(span: Any, field: str) -> Window:
    """`09:00-12:00` or `09:00-12:00 mon-fri`."""
    parts = _SPAN_TEXT.fullmatch(str(span).strip())
    if parts is None:
        raise PolicyError(f"{field}: {span!r} is not a span such as 09:00-12:00")
    opens, closes, days = time.fromisoformat(parts[1]), time.fromisoformat(parts[2]), parts[3]
    if opens >= closes:
        raise PolicyError(f"{field}: {span!r} ends before it begins")
    return Window(opens, closes, _weekdays(days, field) if days else EVERY_DAY)


def _weekdays(text: str, field: str) -> frozenset[int]:
    first, _, last = text.partition("-")
    try:
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    except ValueError:
        raise PolicyError(f"{field}: {text!r} is not a weekday or a span of them, such as mon-fri") from None
    return frozenset(range(start, end + 1)) if start <= end else EVERY_DAY - frozenset(range(end + 1, start))


def _span(window: Window) -> str:
    return f"{window.opens:%H:%M}-{window.closes:%H:%M}"


_CAP_FIELDS = frozenset({"limit", "period", "channel", "purpose", "everywhere"})


def _cap(value: Any, field: str) -> Cap:
    cap = _mapping(value, field)
    unknown = set(cap) - _CAP_FIELDS
    if unknown:
        raise PolicyError(
            f"{field}.{min(unknown)}: no such field; known are {', '.join(sorted(_CAP_FIELDS))}"
        )
    limit, everywhere = cap.get("limit"), cap.get("everywhere", True)
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise PolicyError(f"{field}.limit: must be a whole number of at least 1")
    if not isinstance(everywhere, bool):
        raise PolicyError(f"{field}.everywhere: must be true or false")
    channel = _one_of(cap.get("channel"), (None, *Channel), f"{field}.channel")
    purpose = _one_of(cap.get("purpose"), (None, *PURPOSES), f"{field}.purpose")
    return Cap(
        limit=limit,
        period=_duration(cap.get("period"), f"{field}.period"),
        channel=Channel(channel) if channel else None,
        purpose=purpose,
        everywhere=everywhere,
    )


_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile("[1-9][0-9]{0,4}[smhd]")


def _duration(value: Any, field: str) -> timedelta:
    text = str(value)
    if not _DURATION.fullmatch(text):
        raise PolicyError(f"{field}: {text!r} is not a duration such as 30m, 4h or 7d")
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


def _day(value: Any, field: str) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise PolicyError(f"{field}: {value!r} is not a date such as 2027-02-17") from None
