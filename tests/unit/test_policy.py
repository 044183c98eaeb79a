"""A contact policy is checked when it is read: whatever is odd in it is named by its field."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bot.channels.messages import OutboundCall
from bot.domain.attempts import RINGS_FOR, Channel
from bot.domain.holidays import Calendar, UnknownCalendar
from bot.domain.policy import (
    DEFAULT,
    KINDS,
    Cap,
    Per,
    Policy,
    PolicyError,
    RecordedVoice,
    read_policy,
    strictest,
)
from bot.domain.policy.fields import spelled
from bot.domain.policy.model import Abandonment
from bot.domain.policy.wording import Wrong
from bot.domain.quiet_hours import NEVER, Closed, Open, Timetable, Window, timetable
from bot.domain.sentences import say
from bot.rules.yaml_source import load_mapping

SHIPPED = Path(__file__).parents[2] / "flows" / "policies" / "default.yaml"
SERVICE = {"service": ["08:00-22:00"]}
SMS, CALL = Channel.SMS, Channel.CALL
SHANGHAI = ("Asia/Shanghai",)
MONDAY_NOON = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)  # 12:30 in Shanghai


def only(policy: Policy, channel: Channel = SMS, purpose: str = "marketing") -> Timetable:
    (table,) = policy.timetables[channel, purpose]
    return table


def marketing(*spans: str) -> dict[str, Any]:
    return {"hours": {"marketing": list(spans), **SERVICE}}


def test_nothing_given_is_the_default() -> None:
    policy = read_policy({})
    assert policy == read_policy(DEFAULT)
    assert only(policy) == timetable((Window(time(9), time(12)), Window(time(14), time(20, 30))))
    assert policy.caps[0] == Cap(2, timedelta(days=1), CALL, "marketing", everywhere=True)
    assert policy.min_gap == {(CALL, purpose): timedelta(minutes=30) for purpose in ("marketing", "service")}
    assert policy.needs_consent == {(SMS, "marketing"), (CALL, "marketing")}
    assert policy.longest_memory == timedelta(days=30)


def test_the_shipped_policy_is_the_default() -> None:
    assert read_policy(load_mapping(SHIPPED)) == read_policy({})


def test_a_policy_stored_by_an_earlier_release_is_still_read() -> None:
    stored = {
        "hours": {"marketing": ["09:00-12:00 mon-fri", "10:00-11:00 sat"], "service": ["08:00-22:00"]},
        "caps": [
            {"limit": 2, "period": "1d", "channel": "call", "purpose": "marketing", "everywhere": False}
        ],
        "min_gap": {"call": "30m", "sms": "1h"},
        "holidays": ["2027-02-17"],
        "zones": {"+86": ["Asia/Shanghai"]},
        "needs_consent": ["marketing", "service"],
    }
    policy = read_policy(json.loads(json.dumps(stored)))
    assert policy.caps == (Cap(2, timedelta(days=1), CALL, "marketing", everywhere=False),)
    assert policy.needs_consent == set(KINDS)
    assert only(policy).calendar == Calendar(frozenset({date(2027, 2, 17)}))


def test_a_part_replaces_only_itself() -> None:
    policy = read_policy({"holidays": ["2027-02-17", date(2027, 2, 18)]})
    assert only(policy).calendar.holidays == {date(2027, 2, 17), date(2027, 2, 18)}
    assert policy.caps == read_policy({}).caps


@pytest.mark.parametrize("span", ["09:00-12:00 sat-mon", "sat-mon 09:00-12:00", "mon,sat-sun 09:00-12:00"])
def test_weekdays_stand_before_or_after_and_may_wrap_around_the_week(span: str) -> None:
    table = only(read_policy(marketing(span)))
    assert [bool(spans) for spans in table.week] == [True, False, False, False, False, True, True]


def test_two_spans_may_share_hours_on_different_days() -> None:
    table = only(read_policy(marketing("09:00-12:00 mon", "10:00-11:00 tue")))
    assert table.week[:2] == (((9 * 3600, 12 * 3600),), ((10 * 3600, 11 * 3600),))


def test_a_day_ends_at_24_00() -> None:
    policy = read_policy(marketing("22:00-24:00", "00:00-02:00"))
    night = policy.hours(SMS, "marketing", ("UTC",), datetime(2026, 11, 22, 23, tzinfo=UTC))
    assert night == Open(datetime(2026, 11, 23, 2, tzinfo=UTC))


def test_each_channel_of_a_purpose_may_have_its_own_hours() -> None:
    hours = {"marketing": {"sms": ["09:00-21:00"], "call": ["mon-fri 14:00-18:00"]}, **SERVICE}
    policy = read_policy({"hours": hours})
    assert policy.hours(SMS, "marketing", SHANGHAI, MONDAY_NOON) == Open(
        MONDAY_NOON.replace(hour=13, minute=0)
    )
    assert policy.hours(CALL, "marketing", SHANGHAI, MONDAY_NOON) == Closed(
        MONDAY_NOON.replace(hour=6, minute=0)
    )
    assert only(policy, SMS, "service") == only(policy, CALL, "service")


def test_what_is_never_permitted_has_no_hours_and_no_cap() -> None:
    caps = [{"never": True, "channel": "call", "purpose": "marketing"}, {"limit": 1, "period": "1d"}]
    policy = read_policy({"caps": caps})
    assert only(policy, CALL) == NEVER
    assert policy.hours(CALL, "marketing", SHANGHAI, MONDAY_NOON) == Closed(None)
    assert only(policy, SMS) != NEVER
    assert only(policy, CALL, "service") != NEVER
    assert len(policy.caps) == 1


def test_a_cap_may_be_one_of_the_calendar() -> None:
    policy = read_policy({"caps": [{"limit": 3, "per": "day"}], "min_gap": {}})
    assert policy.caps == (Cap(3, Per.DAY, None, None, everywhere=True),)
    assert policy.longest_memory > timedelta(hours=26)  # a day of 25 hours, as seen from any candidate zone


def test_only_caps_of_every_purpose_make_exceptions() -> None:
    caps = [{"limit": 1, "period": "1d"}, {"limit": 1, "period": "1d", "purpose": "service"}]
    general, own = read_policy({"caps": caps, "exempt": ["service"]}).caps
    assert (general.binds(SMS, "marketing"), general.binds(SMS, "service")) == (True, False)
    assert (own.binds(SMS, "marketing"), own.binds(SMS, "service")) == (False, True)


def test_a_gap_may_hold_for_one_purpose_alone() -> None:
    assert read_policy({"min_gap": {"call": {"marketing": "4h"}, "sms": "10m"}}).min_gap == {
        (CALL, "marketing"): timedelta(hours=4),
        (SMS, "marketing"): timedelta(minutes=10),
        (SMS, "service"): timedelta(minutes=10),
    }


def test_consent_may_be_asked_for_one_channel_of_a_purpose() -> None:
    policy = read_policy({"needs_consent": ["marketing", "call:service"]})
    assert [policy.asks_consent(*kind) for kind in KINDS] == [True, True, False, True]


NEW_YEAR = Calendar(
    frozenset({date(2027, 2, 17)}), frozenset({date(2027, 2, 20), date(2027, 2, 21)}), 2020, 2030
)


def calendars(name: str) -> Calendar:
    if name != "CN":
        raise UnknownCalendar(say(Wrong.NO_CALENDAR, name=name))
    return NEW_YEAR


def test_holidays_come_from_calendars_and_from_what_is_written_down() -> None:
    holidays = {"calendars": ["CN"], "dates": ["2027-02-20"], "workdays": ["2027-02-17"]}
    calendar = only(read_policy({"holidays": holidays}, calendars)).calendar
    assert calendar.holidays == {date(2027, 2, 20)}  # what a person wrote outranks the calendar
    assert calendar.workdays == {date(2027, 2, 17), date(2027, 2, 21)}
    assert (calendar.first, calendar.last) == (2020, 2030)


def test_a_holiday_may_have_hours_of_its_own() -> None:
    holidays = {"dates": ["2026-11-23"], "hours": {"service": {"sms": ["12:00-13:00"]}}}
    policy = read_policy({"holidays": holidays})
    assert policy.hours(SMS, "service", SHANGHAI, MONDAY_NOON) == Open(MONDAY_NOON.replace(hour=5, minute=0))
    for channel, purpose in ((CALL, "service"), (SMS, "marketing")):
        assert isinstance(policy.hours(channel, purpose, SHANGHAI, MONDAY_NOON), Closed)


def test_a_place_says_more_than_hours_and_counts() -> None:
    conduct = read_policy(
        {
            "sms": {"signature": ["marketing", "service"], "refusal_line": ["marketing"]},
            "voice": {
                "recorded": "written",
                "abandoned": {"at_most": "3%", "over": "30d"},
                "ring_at_least": "15s",
            },
            "opt_out": {"words": ["stop", "opt out"], "confirmed_within": "5m"},
            "keep": {"contacts": "153d"},
        }
    ).conduct
    assert conduct.signature == {"marketing", "service"}
    assert conduct.refusal_line == {"marketing"}
    assert conduct.recorded_voice is RecordedVoice.WRITTEN
    assert conduct.abandonment == Abandonment(Decimal("0.03"), timedelta(days=30))
    assert conduct.opt_out_words == ("stop", "opt out")
    assert conduct.opt_out_confirmed_within == timedelta(minutes=5)
    assert conduct.keep_contacts == timedelta(days=153)
    assert conduct.keep_recordings is None


def test_a_refusal_is_confirmed_unless_a_policy_goes_without() -> None:
    assert read_policy({}).conduct.opt_out_confirmed
    assert read_policy({"opt_out": {"confirmed": True, "confirmed_within": "5m"}}).conduct.opt_out_confirmed
    silent = read_policy({"opt_out": {"confirmed": False}})
    assert not silent.conduct.opt_out_confirmed
    assert not strictest(read_policy({}), silent).conduct.opt_out_confirmed


def test_every_telephone_rings_as_long_as_any_policy_may_ask() -> None:
    """It is refused where it is read, so that a call need not know whose rules it is made by."""
    longest = read_policy({"voice": {"ring_at_least": f"{RINGS_FOR.seconds}s"}})
    call = OutboundCall(UUID(int=1), "+8613800000001", "+861095000")
    assert longest.conduct.ring_at_least == call.ring_for


def test_everything_that_is_odd_is_found_at_once() -> None:
    with pytest.raises(PolicyError) as error:
        read_policy({"caps": [{"limit": 0, "period": "1x"}], "hour": {}, "zones": {"+86": ["Asia/Atlantis"]}})
    assert [str(fault.path) for fault in error.value.faults] == [
        "('hour',)",
        "('caps', 0, 'limit')",
        "('caps', 0, 'period')",
        "('zones', '+86', 0)",
    ]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"hour": {}}, "hour: no such field; known are profile, hours"),
        ({"hours": ["09:00-12:00"]}, "hours: must be a mapping"),
        ({"hours": {"marketing": ["09:00-12:00"]}}, "hours.service: missing"),
        ({"hours": {"marketing": {"sms": ["09:00-12:00"]}, **SERVICE}}, "hours.marketing.call: missing"),
        (
            {"hours": {"marketing": {"sms": ["09:00-12:00"], "call": ["09:00-10:00"], "fax": []}, **SERVICE}},
            "hours.marketing.fax: 'fax' is none of sms, call",
        ),
        (
            {"hours": {"marketing": ["09:00-12:00"], **SERVICE, "x": ["09:00-12:00"]}},
            "hours.x: 'x' is none of",
        ),
        (marketing(), "hours.marketing: must be a list of spans"),
        (marketing("9-12"), "hours.marketing[0]: '9-12' is not a span"),
        (marketing("mon 09:00-12:00 tue"), "hours.marketing[0]: 'mon 09:00-12:00 tue' is not a span"),
        (marketing("09:00-24:30"), "hours.marketing[0]: 24:30 is no time of the day"),
        (marketing("25:00-26:00"), "hours.marketing[0]: 25:00 is no time of the day"),
        (marketing("24:00-24:00"), "hours.marketing[0]: 24:00 is no time of the day"),
        (marketing("22:00-02:00"), "over midnight write two spans, 22:00-24:00 and 00:00-02:00"),
        (marketing("12:00-00:00"), "'12:00-00:00' ends before it begins"),
        (marketing("09:00-09:00"), "'09:00-09:00' ends before it begins"),
        (marketing("09:00-12:00 mo-fr"), "'mo-fr' is not a weekday"),
        (marketing("mon,,tue 09:00-12:00"), "'' is not a weekday"),
        (
            marketing("09:00-20:00 mon", "10:00-11:00 tue", "12:00-13:00 mon"),
            "hours.marketing[2]: 09:00-20:00 and 12:00-13:00 overlap",
        ),
        (marketing("22:00-24:00", "mon 23:00-24:00"), "22:00-24:00 and 23:00-24:00 overlap"),
        ({"caps": {}}, "caps: must be a list"),
        ({"caps": ["2 a day"]}, "caps[0]: must be a mapping"),
        (
            {"caps": [{"limit": 0, "period": "1d"}]},
            "caps[0].limit: 0 would forbid every contact: if that is meant",
        ),
        ({"caps": [{"limit": -1, "period": "1d"}]}, "caps[0].limit: must be a whole number"),
        ({"caps": [{"limit": True, "period": "1d"}]}, "caps[0].limit: must be a whole number"),
        ({"caps": [{"limit": 2}]}, "caps[0].period: missing"),
        ({"caps": [{"limit": 2, "period": "0d"}]}, "caps[0].period: '0d' is not a duration"),
        ({"caps": [{"limit": 2, "period": "999999d"}]}, "caps[0].period: '999999d' is not a duration"),
        ({"caps": [{"limit": 2, "per": "year"}]}, "caps[0].per: 'year' is none of day, week, month"),
        (
            {"caps": [{"limit": 2, "per": "day", "period": "1d"}]},
            "caps[0].period: a cap has a rolling period or",
        ),
        ({"caps": [{"never": False}]}, "caps[0].never: must be true, or be left out"),
        ({"caps": [{"never": True, "limit": 2}]}, "caps[0].limit: does not go with never: true"),
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
        ({"exempt": ["everyone"]}, "exempt[0]: 'everyone' is none of marketing, service"),
        ({"min_gap": {"fax": "1h"}}, "min_gap.fax: 'fax' is none of sms, call"),
        ({"min_gap": {"call": "soon"}}, "min_gap.call: 'soon' is not a duration"),
        ({"min_gap": {"call": {"spam": "1h"}}}, "min_gap.call.spam: no such field"),
        ({"holidays": "2027-02-17"}, "holidays: must be a list of dates or a mapping"),
        ({"holidays": ["17.2.2027"]}, "holidays[0]: '17.2.2027' is not a date"),
        ({"holidays": {"days": []}}, "holidays.days: no such field"),
        ({"holidays": {"calendars": ["XX"]}}, "holidays.calendars[0]: there is no calendar 'XX'"),
        (
            {"holidays": {"dates": ["2027-01-01"], "workdays": ["2027-01-01"]}},
            "2027-01-01 is among the dates as well",
        ),
        ({"holidays": {"closed": False}}, "holidays.closed: then holidays.hours must say"),
        (
            {"holidays": {"closed": True, "hours": {"service": ["09:00-10:00"]}}},
            "holidays.hours: holidays cannot be both closed and have hours",
        ),
        (
            {"holidays": {"hours": {"service": ["mon 09:00-10:00"]}}},
            "holidays.hours.service[0]: a holiday's hours name no weekday",
        ),
        ({"zones": {86: ["Asia/Shanghai"]}}, 'zones.86: a calling code is written in quotes, such as "+86"'),
        ({"zones": {"+86": "Asia/Shanghai"}}, "zones.+86: must be a list"),
        ({"zones": {"+86": []}}, "zones.+86: names no time zone"),
        ({"zones": {"+86": ["Asia/Atlantis"]}}, "zones.+86[0]: 'Asia/Atlantis' is not a known time zone"),
        ({"needs_consent": "marketing"}, "needs_consent: must be a list"),
        ({"needs_consent": ["everything"]}, "needs_consent[0]: 'everything' is none of"),
        ({"sms": {"signature": "marketing"}}, "sms.signature: must be a list"),
        ({"voice": {"recorded": "maybe"}}, "voice.recorded: 'maybe' is none of nothing, consent, written"),
        (
            {"voice": {"abandoned": {"at_most": "3", "over": "30d"}}},
            "voice.abandoned.at_most: '3' is not a share",
        ),
        ({"opt_out": {"words": [0]}}, "opt_out.words[0]: 0 is no text"),
        ({"opt_out": {"confirmed": "no"}}, "opt_out.confirmed: must be true or false"),
        (
            {"opt_out": {"confirmed": False, "confirmed_within": "5m"}},
            "opt_out.confirmed: contradicts confirmed_within, which asks for a confirmation",
        ),
        ({"voice": {"ring_at_least": "26s"}}, "voice.ring_at_least: no call rings longer than 25s"),
        ({"voice": {"ring_at_least": "long"}}, "voice.ring_at_least: 'long' is not a duration"),
        ({"keep": {"contacts": "five months"}}, "keep.contacts: 'five months' is not a duration"),
        ({"profile": 7}, "profile: 7 is no text"),
    ],
)
def test_what_is_odd_is_named_by_its_field(data: dict[str, Any], complaint: str) -> None:
    with pytest.raises(PolicyError) as error:
        read_policy(data, calendars)
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)
    for fault in error.value.faults:
        chinese = fault.told.words("zh")
        assert re.search(r"[\u4e00-\u9fff]", chinese)
        assert chinese.startswith(f"{spelled(fault.path)}：")


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


def test_other_guesses_only_ever_add_candidates() -> None:
    policy = read_policy({"zones": {"+86": ["Asia/Shanghai"]}})
    guesses = ("Asia/Urumqi", "Asia/Shanghai", "Mars/Base")
    assert policy.candidate_zones(None, "+8613800000001", guesses) == ("Asia/Shanghai", "Asia/Urumqi")
    assert policy.candidate_zones(None, "+4915100000001", guesses) == ("Asia/Urumqi", "Asia/Shanghai")
    assert policy.candidate_zones("Asia/Tokyo", "+8613800000001", guesses) == ("Asia/Tokyo",)


def test_a_calendar_that_nobody_can_answer_for_is_refused() -> None:
    with pytest.raises(PolicyError, match="nobody to ask for the calendar CN"):
        read_policy({"holidays": {"calendars": ["CN"]}})
