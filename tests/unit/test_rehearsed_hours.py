"""The closing check reads the hours for itself: the richer forms of a policy, and never narrower than the gate."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.attempts import Channel
from bot.domain.quiet_hours import Open
from bot.rulebook import open_rulebook
from scripts.rehearsing.permitted import Whom, permitted

ALWAYS = {"marketing": ["00:00-24:00"], "service": ["00:00-24:00"]}
BEIJING = Whom("+8613900000001", "beijing", "Asia/Shanghai")
WHERE = (
    BEIJING,
    Whom("+8613900000001", None, None),
    Whom("+8613900000001", "xinjiang", None),
    Whom("+12125550000", "new_york", "America/New_York"),
    Whom("+14155550000", "california", None),
    Whom("+4915112345678", "BY", "Europe/Berlin"),
    Whom("+447400123456", None, None),
    Whom("+85290000001", None, None),
)


def at(wall: str) -> datetime:
    return datetime.fromisoformat(f"2026-{wall}:00+08:00")


@pytest.mark.parametrize(
    ("policy", "wall", "allowed"),
    [
        ({}, "11-23T10:00", True),
        ({}, "11-23T12:00", False),  # the place's rest at noon, whatever the campaign says
        ({"hours": {"marketing": ["mon-fri 09:00-11:00"]}}, "11-23T10:59", True),
        ({"hours": {"marketing": ["mon-fri 09:00-11:00"]}}, "11-23T11:00", False),
        ({"hours": {"marketing": ["mon-fri 09:00-24:00"]}}, "11-22T10:00", False),
        ({"hours": {"marketing": ["09:00-24:00 sat,sun"]}}, "11-22T10:00", True),
        ({"hours": {"marketing": ["fri-mon 09:00-24:00"]}}, "11-24T10:00", False),
        ({"hours": {"marketing": {"call": ["15:00-16:00"], "sms": ["09:00-12:00"]}}}, "11-23T10:00", True),
        ({"hours": {"marketing": {"sms": ["15:00-16:00"], "call": ["09:00-12:00"]}}}, "11-23T10:00", False),
        ({"holidays": ["2026-11-23"]}, "11-23T10:00", False),
        (
            {"holidays": {"dates": ["2026-11-23"], "hours": {"marketing": ["10:00-11:00"]}}},
            "11-23T10:00",
            True,
        ),
        ({"holidays": {"calendars": ["CN"]}}, "10-01T10:00", False),
        ({}, "10-10T10:00", True),  # a Saturday that is worked
        (
            {"hours": {"marketing": ["sat 09:00-12:00"]}, "holidays": {"calendars": ["CN"]}},
            "10-10T10:00",
            False,
        ),
    ],
)
def test_every_form_of_hours_is_understood(policy: dict[str, Any], wall: str, allowed: bool) -> None:
    assert permitted({"hours": ALWAYS, **policy}, "sms", "marketing", BEIJING, at(wall)) is allowed


def test_a_number_of_no_country_is_permitted_at_no_hour() -> None:
    assert not permitted({}, "sms", "service", Whom("+99912345678", None, None), at("11-23T10:00"))


@pytest.mark.parametrize("whom", WHERE, ids=lambda whom: f"{whom.msisdn[:5]} {whom.region}")
def test_what_the_gate_permits_the_check_permits_and_little_else(whom: Whom) -> None:
    """Every half hour of two weeks with holidays, worked weekend days and a clock change."""
    campaign = {"hours": {"marketing": ["08:00-22:00"], "service": ["07:00-23:00"]}, "zones": {}}
    book = open_rulebook()
    policy = book.policy_for(json.dumps(campaign), whom.msisdn, whom.region)
    guesses = book.zone_guesses(whom.msisdn, whom.region, None)
    zones = policy.candidate_zones(whom.time_zone, whom.msisdn, guesses)
    differing = checked = 0
    for start in (datetime(2026, 9, 30, tzinfo=UTC), datetime(2026, 10, 29, tzinfo=UTC)):
        for half_hour in range(48 * 12):
            now = start + timedelta(minutes=30 * half_hour)
            for purpose in ("marketing", "service"):
                gate = isinstance(policy.hours(Channel.SMS, purpose, zones, now), Open)
                check = permitted(campaign, Channel.SMS, purpose, whom, now)
                assert check >= gate
                checked, differing = checked + 1, differing + (check != gate)
    assert differing <= checked // 20  # days between holidays, regions by another name
