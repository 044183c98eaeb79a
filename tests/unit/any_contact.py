"""Any customer, at any moment, under any policy: what the gate's promises are tried on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import Contact, Past, Person
from bot.domain.policy import Policy, read_policy
from tests.unit.contacts import PERSON

ZONES = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "America/New_York",
    "America/St_Johns",
    "Africa/Cairo",
    "Europe/London",
)
CHANGES = (
    datetime(2026, 3, 8, 7, tzinfo=UTC),  # New York forward
    datetime(2026, 11, 1, 6, tzinfo=UTC),  # and back
    datetime(2026, 4, 23, 22, tzinfo=UTC),  # Cairo forward, at midnight
    datetime(2026, 10, 29, 21, tzinfo=UTC),  # and back
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # London forward
)
MINUTE = timedelta(minutes=1)


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    around = draw(st.sampled_from(CHANGES))
    return around + MINUTE * draw(st.integers(-3 * 24 * 60, 3 * 24 * 60))


@st.composite
def spans(draw: st.DrawFn) -> list[str]:
    edges = draw(st.lists(st.integers(0, 48), min_size=2, max_size=6, unique=True).map(sorted))
    days = st.sampled_from(["", "mon-fri ", "sat,sun ", "fri-mon "])
    return [
        f"{draw(days)}{opens // 2:02}:{opens % 2 * 30:02}-{closes // 2:02}:{closes % 2 * 30:02}"
        for opens, closes in list(pairwise(edges))[::2]
    ]


@st.composite
def caps(draw: st.DrawFn) -> dict[str, Any]:
    period = draw(st.sampled_from([{"period": "6h"}, {"period": "1d"}, {"per": "day"}, {"per": "week"}]))
    scope = draw(st.sampled_from([{}, {"channel": "sms"}, {"purpose": "marketing"}, {"everywhere": False}]))
    return {"limit": draw(st.integers(1, 3)), **period, **scope}


@st.composite
def policies(draw: st.DrawFn) -> tuple[dict[str, Any], Policy]:
    days = st.lists(st.dates(date(2026, 3, 5), date(2026, 11, 3)).map(str), max_size=3)
    data = {
        "hours": {"marketing": {"sms": draw(spans()), "call": draw(spans())}, "service": draw(spans())},
        "caps": draw(st.lists(caps(), max_size=3)),
        "exempt": draw(st.sampled_from([[], ["service"]])),
        "min_gap": draw(st.sampled_from([{}, {"sms": "30m"}, {"call": {"marketing": "5h"}}])),
        "holidays": draw(days),
        "needs_consent": [],
    }
    return data, read_policy(data)


@st.composite
def people(draw: st.DrawFn, now: datetime) -> Person:
    ages = draw(st.lists(st.integers(0, 9 * 24 * 60), max_size=6))
    known = draw(st.booleans())
    return replace(
        PERSON,
        msisdn="+99900000001",
        time_zone=draw(st.sampled_from(ZONES)) if known else None,
        zone_guesses=tuple(draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True))),
        past=[
            Past(now - MINUTE * age, draw(st.sampled_from(list(Channel))), draw(PURPOSE), draw(st.booleans()))
            for age in ages
        ],
    )


PURPOSE = st.sampled_from(["marketing", "service"])
CONTACTS = st.builds(Contact, st.sampled_from(list(Channel)), PURPOSE, st.just(Arm.TREATMENT))
