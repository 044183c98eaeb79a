"""A contact policy is checked when it is read: whatever is odd in it is named by its field."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.domain.attempts import Channel
from bot.domain.policy import DEFAULT, Cap, PolicyError, read_policy
from bot.domain.quiet_hours import Window

SHIPPED = Path(__file__).parents[2] / "flows" / "policies" / "default.yaml"
SERVICE = {"service": ["08:00-22:00"]}


def test_nothing_given_is_the_default() -> None:
    policy = read_policy({})
    assert policy == read_policy(DEFAULT)
    assert policy.windows["marketing"] == (Window(time(9), time(12)), Window(time(14), time(20, 30)))
    assert policy.caps[0] == Cap(2, timedelta(days=1), Channel.CALL, "marketing", everywhere=True)
    assert policy.min_gap == {Channel.CALL: timedelta(minutes=30)}
    assert policy.longest_memory == timedelta(days=30)


def test_the_shipped_policy_is_the_default() -> None:
    assert read_policy(YAML(typ="safe").load(SHIPPED)) == read_policy({})


def test_a_part_replaces_only_itself() -> None:
    policy = read_policy({"holidays": ["2027-02-17", date(2027, 2, 18)]})
    assert policy.holidays == {date(2027, 2, 17), date(2027, 2, 18)}
    assert policy.caps == read_policy({}).caps


def test_weekdays_may_wrap_around_the_week() -> None:
    hours = {"marketing": ["09:00-12:00 sat-mon", "13:00-14:00 wed"], **SERVICE}
    morning, noon = read_policy({"hours": hours}).windows["marketing"]
    assert (morning.weekdays, noon.weekdays) == ({5, 6, 0}, {2})


def test_two_spans_may_share_hours_on_different_days() -> None:
    hours = {"marketing": ["09:00-12:00 mon", "10:00-11:00 tue"], **SERVICE}
    assert len(read_policy({"hours": hours}).windows["marketing"]) == 2


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"hour": {}}, "hour: no such field"),
        ({"hours": ["09:00-12:00"]}, "hours: must be a mapping"),
        ({"hours": {"marketing": ["09:00-12:00"]}}, "hours.service: missing"),
        ({"hours": {"marketing": ["09:00-12:00"], **SERVICE, "x": ["09:00-12:00"]}}, "hours: 'x' is none of"),
        ({"hours": {"marketing": [], **SERVICE}}, "hours.marketing: must be a list of spans"),
        ({"hours": {"marketing": ["9-12"], **SERVICE}}, "hours.marketing: '9-12' is not a span"),
        ({"hours": {"marketing": ["09:00-24:30"], **SERVICE}}, "'09:00-24:30' is not a span"),
        ({"hours": {"marketing": ["12:00-09:00"], **SERVICE}}, "ends before it begins"),
        ({"hours": {"marketing": ["09:00-09:00"], **SERVICE}}, "ends before it begins"),
        ({"hours": {"marketing": ["09:00-12:00 mo-fr"], **SERVICE}}, "'mo-fr' is not a weekday"),
        (
            {"hours": {"marketing": ["09:00-20:00 mon", "10:00-11:00 tue", "12:00-13:00 mon"], **SERVICE}},
            "09:00-20:00 and 12:00-13:00 overlap",
        ),
        ({"caps": {}}, "caps: must be a list"),
        ({"caps": ["2 a day"]}, "caps[0]: must be a mapping"),
        ({"caps": [{"limit": 0, "period": "1d"}]}, "caps[0].limit: must be a whole number"),
        ({"caps": [{"limit": True, "period": "1d"}]}, "caps[0].limit: must be a whole number"),
        ({"caps": [{"limit": 2}]}, "caps[0].period: 'None' is not a duration"),
        ({"caps": [{"limit": 2, "period": "0d"}]}, "caps[0].period: '0d' is not a duration"),
        ({"caps": [{"limit": 2, "period": "999999d"}]}, "caps[0].period: '999999d' is not a duration"),
        (
            {"caps": [{"limit": 2, "period": "1d", "channel": "fax"}]},
            "caps[0].channel: 'fax' is none of sms, call",
        ),
        ({"caps": [{"limit": 2, "period": "1d", "purpose": "spam"}]}, "caps[0].purpose: 'spam' is none of"),
        (
            {"caps": [{"limit": 2, "period": "1d", "everywhere": "no"}]},
            "caps[0].everywhere: must be true or false",
        ),
        ({"caps": [{"limit": 2, "period": "1d", "chanel": "sms"}]}, "caps[0].chanel: no such field"),
        ({"min_gap": {"fax": "1h"}}, "min_gap: 'fax' is none of sms, call"),
        ({"min_gap": {"call": "soon"}}, "min_gap.call: 'soon' is not a duration"),
        ({"holidays": "2027-02-17"}, "holidays: must be a list"),
        ({"holidays": ["17.2.2027"]}, "holidays: '17.2.2027' is not a date"),
        ({"zones": {86: ["Asia/Shanghai"]}}, 'zones.86: a calling code is written in quotes, such as "+86"'),
        ({"zones": {"+86": "Asia/Shanghai"}}, "zones.+86: must be a list"),
        ({"zones": {"+86": ["Asia/Atlantis"]}}, "zones.+86: 'Asia/Atlantis' is not a known time zone"),
        ({"needs_consent": "marketing"}, "needs_consent: must be a list"),
        ({"needs_consent": ["everything"]}, "needs_consent: 'everything' is none of"),
    ],
)
def test_what_is_odd_is_named_by_its_field(data: dict[str, Any], complaint: str) -> None:
    with pytest.raises(PolicyError) as error:
        read_policy(data)
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("zone", "number", "candidates"),
    [
        ("Asia/Tokyo", "+8613800000001", ("Asia/Tokyo",)),
        (None, "+8613800000001", ("Asia/Shanghai", "Asia/Urumqi")),
        ("", "+85290000001", ("Asia/Hong_Kong",)),
        (None, "+4915100000001", ()),
    ],
)
def test_the_longest_calling_code_names_the_candidates(
    zone: str | None, number: str, candidates: tuple[str, ...]
) -> None:
    zones = {"+8": ["Asia/Tokyo"], "+86": ["Asia/Shanghai", "Asia/Urumqi"], "+852": ["Asia/Hong_Kong"]}
    assert read_policy({"zones": zones}).candidate_zones(zone, number) == candidates
