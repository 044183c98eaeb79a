"""What the checker holds contacts against: hours, caps and gaps, written out by hand from the texts of the rules.

Nothing here is read from a policy file: whoever changes one there must say so here, or the journey fails. The texts
and their sources are in docs/compliance.md; of the days of the journey only 2026-11-03 is a holiday of any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Rules, channel, purpose, weekdays, and the spans of the local day in which a contact may be made.
_HOURS = """
    cn         both  marketing  mon-sun  09:00-12:00  14:00-20:30
    cn         both  service    mon-sun  08:00-22:00
    uk         both  marketing  mon-fri  09:00-20:00
    uk         both  marketing  sat-sat  10:00-17:00
    uk         both  service    mon-sun  08:00-21:00
    us         both  marketing  mon-sun  08:00-21:00
    us         both  service    mon-sun  08:00-21:00
    us_tight   both  marketing  mon-fri  10:00-18:00
    us_tight   both  marketing  sat-sat  10:00-17:00
    us_tight   both  service    mon-sun  08:00-21:00
    default    both  marketing  mon-sun  09:00-12:00  14:00-20:30
    default    both  service    mon-sun  08:00-22:00
    tightened  sms   marketing  mon-sun  10:00-11:30  15:00-17:30
    tightened  call  marketing  mon-sun  10:30-11:30  15:00-17:00
    tightened  both  service    mon-sun  09:00-20:00
    careful    sms   marketing  mon-sun  09:30-12:00  14:00-20:00
    careful    call  marketing  mon-sun  10:00-12:00  15:00-19:30
    careful    both  service    mon-sun  08:30-21:30
"""


@dataclass(frozen=True, slots=True)
class Hours:
    """`days` by ISO: Monday is 1."""

    rules: str
    channel: str
    purpose: str
    days: tuple[int, ...]
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class Closed:
    rules: str
    purpose: str
    day: date


@dataclass(frozen=True, slots=True)
class Most:
    """At most `contacts`: in any `rolling` time, or (`rolling` None) on a day of the customer's calendar."""

    rules: str
    contacts: int
    rolling: timedelta | None
    channel: str | None
    purpose: str | None
    of_all_campaigns: bool = True


@dataclass(frozen=True, slots=True)
class Gap:
    """Between any two contacts of the channel."""

    rules: str
    channel: str
    least: timedelta


def hours() -> Iterator[Hours]:
    for line in _HOURS.strip().splitlines():
        rules, channel, purpose, days, *spans = line.split()
        first, last = (_DAYS.index(name) + 1 for name in days.split("-"))
        for one in ("sms", "call") if channel == "both" else (channel,):
            for span in spans:
                opens, closes = span.split("-")
                yield Hours(rules, one, purpose, tuple(range(first, last + 1)), opens, closes)


ELECTION_DAY = date(2026, 11, 3)
CLOSED = (
    Closed("us_tight", "marketing", ELECTION_DAY),  # a holiday in Louisiana
    Closed("careful", "marketing", ELECTION_DAY),  # its own day off
    Closed("careful", "service", ELECTION_DAY),
)

_DAY, _WEEK, _MONTH = timedelta(hours=24), timedelta(days=7), timedelta(days=30)
MOSTS = (
    Most("cn", 2, None, "call", "marketing"),
    Most("cn", 1, None, "sms", "marketing"),
    Most("cn", 3, _WEEK, "sms", "marketing"),
    Most("cn", 8, _MONTH, None, "marketing"),
    Most("uk", 1, None, "call", "marketing"),
    Most("uk", 2, _WEEK, "call", "marketing"),
    Most("uk", 3, _WEEK, "sms", "marketing"),
    Most("uk", 8, _MONTH, None, "marketing"),
    Most("us", 3, _DAY, "call", "marketing"),
    Most("us", 3, _WEEK, "sms", "marketing"),
    Most("us", 8, _MONTH, None, "marketing"),
    Most("us_tight", 3, _DAY, "call", "marketing"),
    Most("us_tight", 3, _WEEK, "sms", "marketing"),
    Most("us_tight", 8, _MONTH, None, "marketing"),
    Most("default", 2, _DAY, "call", "marketing"),
    Most("default", 3, _WEEK, "sms", "marketing"),
    Most("default", 8, _MONTH, None, "marketing"),
    Most("tightened", 1, _DAY, "call", "marketing"),
    Most("tightened", 2, _WEEK, "sms", "marketing"),
    Most("tightened", 5, _MONTH, None, None),
    Most("careful", 1, None, "call", "marketing"),
    Most("careful", 2, timedelta(days=3), None, "marketing", of_all_campaigns=False),
    Most("careful", 6, _MONTH, None, "marketing"),
)
GAPS = (
    Gap("cn", "call", timedelta(minutes=30)),
    Gap("uk", "call", timedelta(minutes=30)),
    Gap("us", "call", timedelta(minutes=30)),
    Gap("us_tight", "call", timedelta(minutes=30)),
    Gap("default", "call", timedelta(minutes=30)),
    Gap("tightened", "call", timedelta(hours=3)),
    Gap("careful", "call", timedelta(hours=2)),
    Gap("careful", "sms", timedelta(minutes=20)),
)

# The two campaigns' own policies, as an operator gives them to the product. Where so many refuse on purpose and the
# carrier fails so often, the brakes would stop them: here they are off.
_UNBRAKED = """\
brakes: {carrier_errors: off, spam_filter: off, opt_outs: off, complaints: off, abandonment: off, harm: off}
"""
DEFAULT = "extends: default\n" + _UNBRAKED
TIGHTENED = (
    _UNBRAKED
    + """\
hours:
  marketing:
    sms: ["10:00-11:30", "15:00-17:30"]
    call: ["10:30-11:30", "15:00-17:00"]
  service: ["09:00-20:00"]
caps:
  - {limit: 1, period: 1d, channel: call, purpose: marketing}
  - {limit: 2, period: 7d, channel: sms, purpose: marketing}
  - {limit: 5, period: 30d}
min_gap: {call: 3h}
"""
)
CAREFUL = (
    _UNBRAKED
    + """\
hours:
  marketing:
    sms: ["09:30-12:00", "14:00-20:00"]
    call: ["10:00-12:00", "15:00-19:30"]
  service: ["08:30-21:30"]
holidays: [2026-11-03]
caps:
  - {limit: 1, per: day, channel: call, purpose: marketing}
  - {limit: 2, period: 3d, purpose: marketing, everywhere: false}
  - {limit: 6, period: 30d, purpose: marketing}
min_gap: {call: 2h, sms: 20m}
"""
)
