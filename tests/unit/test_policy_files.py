"""Policy files: what they extend, where their mistakes are, whose rules they are, and that the shipped ones hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.attempts import Channel
from bot.domain.marks import Effect, Precedence, Treatment
from bot.domain.policy import KINDS, Policy, RecordedVoice, read_policy
from bot.domain.quiet_hours import Open
from bot.domain.reasons import as_markdown
from bot.number_plan import country_of
from bot.policies import (
    SHIPPED,
    PolicyFileError,
    load_policy,
    load_profiles,
    policy_data,
    policy_data_of,
    policy_names,
    policy_of,
    policy_text,
)
from bot.rulebook import open_rulebook

COMPLIANCE = Path(__file__).parents[2] / "docs" / "compliance.md"
PLACES = ("cn", "us", "us_tight", "uk", "eu")
MONDAY = datetime(2026, 11, 30, tzinfo=UTC)  # of a week without a holiday anywhere

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, text: str) -> Path:
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def complaints(path: Path) -> list[str]:
    with pytest.raises(PolicyFileError) as error:
        load_policy(path)
    assert str(error.value).count("\n") == len(error.value.problems) - 1
    return [str(problem).removeprefix(f"{path.parent}/") for problem in error.value.problems]


def test_a_file_completes_what_it_extends(write: Write) -> None:
    path = write(
        "mine", "extends: cn\nhours: {marketing: {call: ['14:00-18:00'], sms: ['09:00-12:00']}}\ncaps: []\n"
    )
    mine, china = load_policy(path, "CN"), load_policy(SHIPPED / "cn.yaml", "CN")
    assert mine.profile == "cn"
    assert mine.caps == ()
    assert mine.timetables[Channel.CALL, "marketing"] != china.timetables[Channel.CALL, "marketing"]
    assert mine.timetables[Channel.CALL, "service"] == china.timetables[Channel.CALL, "service"]
    assert mine.conduct == china.conduct


def test_a_list_is_replaced_as_a_whole_and_a_mapping_name_by_name(write: Write) -> None:
    write("base", "min_gap: {call: 1h, sms: 2h}\nneeds_consent: [marketing, service]\n")
    policy = load_policy(write("mine", "extends: base\nmin_gap: {sms: 3h}\nneeds_consent: [service]\n"))
    assert policy.min_gap[Channel.CALL, "marketing"] == timedelta(hours=1)
    assert policy.min_gap[Channel.SMS, "marketing"] == timedelta(hours=3)
    assert policy.needs_consent == {(Channel.SMS, "service"), (Channel.CALL, "service")}


def test_a_file_beside_it_comes_before_a_shipped_one(write: Write) -> None:
    write("cn", "caps: []\n")
    assert load_policy(write("mine", "extends: cn\n")).caps == ()


@pytest.mark.parametrize("name", [*policy_names()])
def test_what_is_stored_of_a_file_needs_no_other_file(name: str) -> None:
    stored = json.loads(json.dumps(policy_data(SHIPPED / f"{name}.yaml")))
    assert policy_of(stored, "CN", None) == load_policy(SHIPPED / f"{name}.yaml", "CN")


def test_a_fraction_is_stored_as_it_was_written(write: Write) -> None:
    path = write("own", "spend: {money: 99.50, per_day: {bonuses: 10.5}}")
    stored = json.loads(json.dumps(policy_data(path)))
    assert stored == {"spend": {"money": "99.50", "per_day": {"bonuses": "10.5"}}}
    assert policy_data_of(policy_text(stored)) == stored


BAD = """\
# a comment
profile: mine
hours:
  marketing:
    - 09:00-12:00
    - mon 11:00-13:00
  service:
    call: [22:00-02:00]
    sms: [25:00-26:00]
holidays:
  calendars: [CN, DE-XX]
zones: {"+86": [Asia/Shanghai, Asia/Atlantis]}
caps:
  - {limit: 0, period: 1d}
  - {limit: 1, per: day, chanel: sms}
houres: {}
"""


def test_each_mistake_is_named_by_file_line_and_column(write: Write) -> None:
    assert complaints(write("bad", BAD)) == [
        "bad.yaml:6:7: error KL401: hours.marketing[1]: 09:00-12:00 and 11:00-13:00 overlap",
        "bad.yaml:8:12: error KL401: hours.service.call[0]: '22:00-02:00' ends before it begins; over midnight "
        "write two spans, 22:00-24:00 and 00:00-02:00",
        "bad.yaml:9:11: error KL401: hours.service.sms[0]: 25:00 is no time of the day",
        "bad.yaml:11:19: error KL401: holidays.calendars[1]: there is no calendar 'DE-XX'; the parts of DE are: BB, "
        "BE, BW, BY, HB, HE, HH, MV, NI, NW, RP, SH, SL, SN, ST, TH, Augsburg",
        "bad.yaml:12:32: error KL401: zones.+86[1]: 'Asia/Atlantis' is not a known time zone",
        "bad.yaml:14:13: error KL401: caps[0].limit: 0 would forbid every contact: if that is meant, write "
        "never: true instead",
        "bad.yaml:15:26: error KL401: caps[1].chanel: no such field; known are limit, period, per, channel, "
        "purpose, everywhere, never",
        "bad.yaml:16:1: error KL401: houres: no such field; known are profile, hours, caps, exempt, min_gap, "
        "holidays, zones, needs_consent, marks, sms, voice, opt_out, keep, spend, brakes, approval",
    ]


def test_what_is_missing_is_named_where_it_should_be(write: Write) -> None:
    assert complaints(write("bad", "caps: []\nhours:\n  marketing: {sms: ['09:00-12:00']}\n")) == [
        "bad.yaml:2:1: error KL401: hours.service: missing",
        "bad.yaml:3:3: error KL401: hours.marketing.call: missing",
    ]


def test_a_mistake_in_what_is_extended_is_named_there(write: Write) -> None:
    write("base", "caps:\n  - {limit: 1, period: soon}\n")
    assert complaints(write("mine", "extends: base\nmin_gap: {call: soon}\n")) == [
        "base.yaml:2:24: error KL401: caps[0].period: 'soon' is not a duration such as 30m, 4h or 7d",
        "mine.yaml:2:17: error KL401: min_gap.call: 'soon' is not a duration such as 30m, 4h or 7d",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "KL001: the file is empty"),
        ("hours: [", "KL001: this is not YAML"),
        ("- hours", "bad.yaml:1:1: error KL401: a policy is a mapping"),
        ("caps: []\ncaps: []", "bad.yaml:2:1: error KL002: 'caps' is given twice"),
        ("extends: chn", "bad.yaml:1:10: error KL402: there is no policy 'chn' (did you mean cn?)"),
        ("extends: ../secrets", "bad.yaml:1:10: error KL402: there is no policy '../secrets'"),
        ("extends: profiles", "KL402: there is no policy 'profiles'"),
        ("extends: [cn]", "KL402: there is no policy ['cn']"),
        ("extends: bad", "bad.yaml:1:10: error KL402: 'bad' extends this file in turn"),
    ],
)
def test_a_file_that_is_no_policy_is_refused_in_one_line(write: Write, text: str, complaint: str) -> None:
    (found,) = complaints(write("bad", text))
    assert complaint in found


def test_a_circle_of_files_is_refused(write: Write) -> None:
    write("one", "extends: two\n")
    (found,) = complaints(write("two", "extends: one\n"))
    assert "one.yaml:1:10: error KL402: 'two' extends this file in turn" in found


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    (found,) = complaints(tmp_path / "absent.yaml")
    assert found.startswith("absent.yaml:1:1: error KL401: cannot be read")


# -- the shipped profiles ------------------------------------------------------------------------------------------


def open_hours(policy: Policy, channel: Channel, purpose: str, zone: str = "UTC") -> set[datetime]:
    quarters = (MONDAY + timedelta(minutes=15 * n) for n in range(7 * 96))
    return {one for one in quarters if isinstance(policy.hours(channel, purpose, (zone,), one), Open)}


@pytest.mark.parametrize("place", [*PLACES, "default"])
def test_strict_permits_nothing_that_another_profile_forbids(place: str) -> None:
    strict, other = (load_policy(SHIPPED / f"{name}.yaml", "CN") for name in ("strict", place))
    for channel, purpose in KINDS:
        assert open_hours(strict, channel, purpose) <= open_hours(other, channel, purpose)
        assert strict.min_gap.get((channel, purpose), timedelta(0)) >= other.min_gap.get(
            (channel, purpose), timedelta(0)
        )
    assert strict.needs_consent >= other.needs_consent
    assert strict.conduct.signature >= other.conduct.signature
    assert strict.conduct.refusal_line >= other.conduct.refusal_line
    severity = list(RecordedVoice)
    assert severity.index(strict.conduct.recorded_voice) >= severity.index(other.conduct.recorded_voice)


@pytest.mark.parametrize("place", PLACES)
def test_every_profile_asks_consent_for_marketing_and_a_way_to_refuse(place: str) -> None:
    policy = load_policy(SHIPPED / f"{place}.yaml", "CN")
    assert policy.profile == place
    assert policy.needs_consent >= {(channel, "marketing") for channel in Channel}
    assert "marketing" in policy.conduct.refusal_line
    assert any(cap.purpose == "marketing" for cap in policy.caps)


def test_china_rests_at_noon_and_sells_nothing_on_holidays() -> None:
    china = load_policy(SHIPPED / "cn.yaml", "CN")
    noon, national_day = datetime(2026, 11, 23, 5, tzinfo=UTC), datetime(2026, 10, 2, 2, tzinfo=UTC)
    assert not isinstance(china.hours(Channel.SMS, "marketing", ("Asia/Shanghai",), noon), Open)
    assert isinstance(china.hours(Channel.SMS, "service", ("Asia/Shanghai",), noon), Open)
    assert not isinstance(china.hours(Channel.SMS, "marketing", ("Asia/Shanghai",), national_day), Open)
    assert isinstance(china.hours(Channel.SMS, "service", ("Asia/Shanghai",), national_day), Open)


def test_the_united_states_are_called_from_eight_to_nine_of_the_called_party() -> None:
    us = load_policy(SHIPPED / "us.yaml", "US", "new york")
    opened = open_hours(us, Channel.CALL, "marketing", "America/New_York")
    assert {one.hour for one in opened} == {(hour + 5) % 24 for hour in range(8, 21)}
    assert us.conduct.opt_out_words == ("stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe")
    assert us.conduct.opt_out_confirmed_within == timedelta(minutes=5)
    assert us.conduct.recorded_voice is RecordedVoice.WRITTEN
    assert us.conduct.abandonment is not None
    assert us.conduct.abandonment.at_most * 100 == 3


def test_a_country_without_a_calendar_of_its_own_is_not_contacted_where_one_is_asked_for() -> None:
    strict = load_policy(SHIPPED / "strict.yaml")
    assert open_hours(strict, Channel.SMS, "marketing") == set()


@pytest.mark.parametrize(
    ("number", "region", "profile"),
    [
        ("+8613800000001", "guangdong", "cn"),
        ("+85291234567", None, "strict"),
        ("+12125550123", None, "us_tight"),
        ("+12125550123", "New-York", "us"),
        ("+12125550123", "florida", "us_tight"),
        ("+16045550123", None, "strict"),  # Canada shares the calling code
        ("+447400123456", "Scotland", "uk"),
        ("+4915112345678", "by", "eu"),
        ("+99900000001", "guangdong", "strict"),
    ],
)
def test_a_customers_profile_comes_from_number_and_region(
    number: str, region: str | None, profile: str
) -> None:
    assert load_profiles().profile_of(country_of(number), region) == profile
    assert open_rulebook().profile_of(number, region) == profile


def test_a_campaigns_own_rules_never_loosen_those_of_the_place() -> None:
    book = open_rulebook()
    loose = json.dumps(
        {"hours": {"marketing": ["00:00-24:00"], "service": ["00:00-24:00"]}, "caps": [], "needs_consent": []}
    )
    alone = book.policy_for(None, "+8613800000001", None)
    both = book.policy_for(loose, "+8613800000001", None)
    for channel, purpose in KINDS:
        assert open_hours(both, channel, purpose) == open_hours(alone, channel, purpose)
    assert both.caps == alone.caps
    assert both.needs_consent == alone.needs_consent
    assert book.policy_for(loose, "+8613800000002", None) is both  # remembered


def test_rules_that_say_the_same_are_one() -> None:
    book = open_rulebook()
    campaign = json.dumps({"caps": []})
    numbers = ("+8613800000001", "beijing"), ("+8613800000001", "xinjiang"), ("+8613900000002", None)
    assert len({id(book.policy_for(campaign, number, region)) for number, region in numbers}) == 1
    bavaria, berlin = (book.policy_for(campaign, "+4915112345678", region) for region in ("BY", "BE"))
    assert bavaria != berlin  # other holidays


def test_a_place_keeps_its_marks_whatever_a_campaign_says() -> None:
    lenient = json.dumps({"marks": {"black": {"marketing": "as_usual", "priority": "low"}}, "voice": {}})
    policy = open_rulebook().policy_for(lenient, "+12125550123", "new york")
    assert policy.marks["black"] == Effect(Treatment.NEVER, Precedence.LOW)
    assert policy.asks_written_consent(Channel.CALL, "marketing")


def test_a_campaigns_own_rules_may_tighten_those_of_the_place() -> None:
    tight = json.dumps({"hours": {"marketing": ["mon 09:00-10:00"], "service": ["09:00-10:00"]}})
    policy = open_rulebook().policy_for(tight, "+8613800000001", None)
    shanghai = open_hours(policy, Channel.SMS, "marketing", "Asia/Shanghai")
    assert shanghai == {datetime(2026, 11, 30, 1, 15 * n, tzinfo=UTC) for n in range(4)}


def test_whatever_points_at_a_zone_is_a_candidate() -> None:
    book = open_rulebook()
    assert book.zone_guesses("+12125550123", "Hawaii", "Asia/Shanghai") == (
        "America/New_York",
        "Pacific/Honolulu",
        "Asia/Shanghai",
    )
    assert book.zone_guesses("+99900000001", None, None) == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("countries: {CN: cn}", "default: missing"),
        (
            "default: base\ncountries: {China: base}",
            "profiles.yaml:2:13: error KL401: countries.China: 'China' is no",
        ),
        (
            "default: base\ncountries: {CN: cn}",
            "profiles.yaml:2:17: error KL401: countries.CN: 'cn' is none of base",
        ),
        ("default: base\nregions: {US: {ohio: us}}", "regions.US.ohio: 'us' is none of base"),
        (
            "default: base\nregion_zones: {CN: {x: [Mars]}}",
            "region_zones.CN.x[0]: 'Mars' is not a known time zone",
        ),
        ("default: base\nstates: {}", "states: no such field"),
    ],
)
def test_a_bad_table_of_profiles_is_refused_by_place(write: Write, text: str, complaint: str) -> None:
    write("base", "caps: []\n")
    path = write("profiles", text)
    with pytest.raises(PolicyFileError) as error:
        load_profiles(path.parent)
    assert complaint in str(error.value)


def test_the_default_policy_is_what_is_meant_by_none() -> None:
    assert load_policy(SHIPPED / "default.yaml") == read_policy({})


def test_the_example_in_the_documentation_is_a_policy(write: Write) -> None:
    section = COMPLIANCE.read_text(encoding="utf-8").split("## 4. Writing a policy")[1]
    example = "\n".join(line[4:] for line in section.splitlines() if line.startswith("    "))
    policy = load_policy(write("example", example), "CN")
    assert policy.profile == "my_cn"
    assert policy.conduct.opt_out_words == ("退订",)


def test_the_documentation_has_the_table_of_reasons_and_names_every_profile() -> None:
    text = COMPLIANCE.read_text(encoding="utf-8")
    assert as_markdown() in text
    assert all(f"`{name}.yaml`" in text for name in (*PLACES, "strict", "profiles"))
