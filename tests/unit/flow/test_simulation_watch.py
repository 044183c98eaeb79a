"""The simulator's watch reckons hours, caps and whereabouts by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.attempts import Channel
from bot.domain.policy import read_policy
from bot.flow.simulation.invariants import Broken, Invariant, Watch, whereabouts
from bot.flow.simulation.people import START
from tests.unit.flow.faulty import (
    ANY_CONSENT,
)
from tests.unit.flow.simulating import POLICY


def watch(**changes: Any) -> Watch:
    given: dict[str, Any] = {
        "policy": POLICY,
        "zones": ("America/New_York",),
        "consents": ANY_CONSENT,
        "expires_at": START + timedelta(days=10),
        "asks_recharge": True,
        "yes_keys": frozenset({"1"}),
    }
    return Watch(**{**given, **changes})


def utc(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=UTC)


def test_the_hours_follow_the_clock_on_the_customers_wall_over_its_change() -> None:
    assert watch().contact(utc(13, 14), Channel.SMS, "marketing") == 9
    assert watch().contact(utc(14, 13), Channel.SMS, "marketing") == 9
    with pytest.raises(Broken, match=r"sms at Sat 08:00 in America/New_York"):
        watch().contact(utc(13, 13), Channel.SMS, "marketing")


@pytest.mark.parametrize(
    ("zones", "at", "permitted"),
    [
        (("Asia/Shanghai",), utc(10, 1), True),
        (("Asia/Shanghai",), utc(10, 0, 59), False),
        (("Asia/Shanghai",), utc(10, 4), False),
        (("Asia/Shanghai", "Asia/Urumqi"), utc(10, 1), False),
        (("Asia/Shanghai", "Asia/Urumqi"), utc(10, 3), True),
        ((), utc(10, 3), False),
    ],
)
def test_all_candidate_zones_must_permit(zones: tuple[str, ...], at: datetime, permitted: bool) -> None:
    if permitted:
        watch(zones=zones).contact(at, Channel.SMS, "marketing")
        return
    with pytest.raises(Broken) as caught:
        watch(zones=zones).contact(at, Channel.SMS, "marketing")
    assert caught.value.invariant is Invariant.QUIET_HOURS


def test_holidays_and_worked_weekends_are_known_to_the_watch() -> None:
    policy = read_policy({"holidays": ["2027-03-10"]})
    with pytest.raises(Broken, match="quiet_hours"):
        watch(policy=policy, zones=("Asia/Shanghai",)).contact(utc(10, 1), Channel.SMS, "marketing")
    watch(policy=policy, zones=("Asia/Shanghai",)).contact(utc(11, 1), Channel.SMS, "marketing")


def test_the_third_call_of_a_day_breaks_the_cap_and_one_too_soon_the_gap() -> None:
    seen = watch(zones=("Asia/Shanghai",))
    seen.contact(utc(10, 1), Channel.CALL, "marketing")
    seen.contact(utc(10, 2), Channel.CALL, "marketing")
    with pytest.raises(Broken, match="3 contacts within 1 day, 0:00:00, where 2 are permitted"):
        seen.contact(utc(10, 3), Channel.CALL, "marketing")
    hasty = watch(zones=("Asia/Shanghai",))
    hasty.contact(utc(10, 1), Channel.CALL, "marketing")
    with pytest.raises(Broken, match="call only 0:29:00 after the one before"):
        hasty.contact(utc(10, 1, 29), Channel.CALL, "marketing")


def test_a_cap_by_the_calendar_begins_anew_at_the_customers_midnight() -> None:
    policy = read_policy({"hours": {"marketing": ["00:00-24:00"], "service": ["00:00-24:00"]}, "min_gap": {},
                          "caps": [{"limit": 1, "per": "day", "channel": "sms"}]})  # fmt: skip
    seen = watch(policy=policy, zones=("Asia/Shanghai",))
    seen.contact(utc(10, 15), Channel.SMS, "marketing")
    seen.contact(utc(10, 16), Channel.SMS, "marketing")  # it is the 11th there
    with pytest.raises(Broken, match="caps"):
        seen.contact(utc(11, 15), Channel.SMS, "marketing")


def test_where_a_customer_may_be_is_reckoned_without_the_gate() -> None:
    assert whereabouts("Asia/Urumqi", "+8613900000001", POLICY) == ("Asia/Urumqi",)
    assert whereabouts(None, "+8613900000001", POLICY) == ("Asia/Shanghai", "Asia/Urumqi")
    assert whereabouts(None, "+447700900001", POLICY) == ()
