"""Brakes as rules over counts: thresholds, samples and ages, with their defaults and mistakes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.brakes import Brakes, Cause, Counted, Rule, harmful, too_many, too_old
from bot.domain.notices import in_words
from bot.domain.policy import PolicyError, read_policy
from bot.domain.policy.braking import abandonment_rule, read_brakes
from bot.domain.policy.fields import Fault, Field
from bot.domain.uplift import ArmOutcome
from bot.policies import SHIPPED, policy_data, policy_names

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TENTH = Rule(Decimal("0.1"), 100, timedelta(hours=1))


def brakes(**written: Any) -> tuple[Brakes, list[str]]:
    faults: list[Fault] = []
    return read_brakes(Field(written, ("brakes",), faults)), [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("bad", "all_", "pulled"),
    [(11, 100, True), (10, 100, False), (99, 99, False), (0, 100, False), (101, 1000, True), (0, 0, False)],
)
def test_a_rate_trips_above_its_threshold_and_only_with_a_sample(bad: int, all_: int, pulled: bool) -> None:
    assert (too_many(Cause.OPT_OUTS, TENTH, Counted(bad, all_)) is not None) is pulled


@given(all_=st.integers(0, 5000), bad=st.integers(0, 5000))
def test_more_of_the_bad_never_releases_a_brake(all_: int, bad: int) -> None:
    bad = min(bad, all_)
    if too_many(Cause.OPT_OUTS, TENTH, Counted(bad, all_)) and bad < all_:
        assert too_many(Cause.OPT_OUTS, TENTH, Counted(bad + 1, all_))


def test_a_pull_carries_the_figures_that_the_operator_reads() -> None:
    pull = too_many(Cause.SPAM_FILTER, TENTH, Counted(30, 200))
    assert pull is not None
    assert in_words(f"brake.{pull.cause}", pull.details, "en") == (
        "Stopped: 30 of 200 messages were filtered as spam in 60 minutes (15.0%, more than 10.0%)"
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "Stopped: 5 of 100 people who picked up in places with the rules of us found nobody in 30 days "
            "(5.0%, more than 3.0%)",
        ),
        ("zh", "已暂停：30天内适用us规则的100位接听客户有5位无人应答（5.0%，超过3.0%）"),
    ],
)
def test_a_pull_by_a_places_rule_names_the_place(language: str, words: str) -> None:
    month = Rule(Decimal("0.03"), 100, timedelta(days=30))
    pull = too_many(Cause.ABANDONMENT, month, Counted(5, 100), "us")
    assert pull is not None
    assert in_words(f"brake.{pull.cause}", pull.details, language) == words


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_its_words_in_both_languages(cause: Cause) -> None:
    rate: dict[str, Any] = {"bad": 1, "all": 2, "minutes": 60, "share": "50.0%", "above": "10.0%"}
    others = {
        "hours": 9,
        "treated": "1.0%",
        "control": "2.0%",
        "customers": 3,
        "segments": 4,
        "fault": "hours",
    }
    details = rate | others
    english, chinese = (in_words(f"brake.{cause}", details, language) for language in ("en", "zh"))
    assert english.startswith("Stopped: ")
    assert chinese.startswith("已暂停：")


def test_data_may_be_old_but_not_too_old() -> None:
    two_days = timedelta(days=2)
    assert too_old(two_days, NOW - two_days, NOW) is None
    pull = too_old(two_days, NOW - timedelta(days=2, minutes=1), NOW)
    assert pull is not None
    assert pull.details == {"hours": 48, "above": 48}
    assert too_old(two_days, None, NOW) is None
    assert too_old(None, NOW - timedelta(days=900), NOW) is None


def test_harm_is_told_only_beyond_chance_and_with_enough_customers() -> None:
    assert harmful(500, ArmOutcome(1000, 50), ArmOutcome(1000, 150)) is not None
    assert harmful(500, ArmOutcome(1000, 140), ArmOutcome(1000, 150)) is None
    assert harmful(500, ArmOutcome(1000, 150), ArmOutcome(1000, 50)) is None
    assert harmful(500, ArmOutcome(5000, 0), ArmOutcome(499, 499)) is None
    assert harmful(None, ArmOutcome(1000, 0), ArmOutcome(1000, 1000)) is None


def test_a_difference_that_one_look_in_twenty_would_show_is_no_harm_yet() -> None:
    treatment, control = ArmOutcome(1000, 100), ArmOutcome(1000, 130)
    assert harmful(500, treatment, control) is None


def test_a_policy_that_says_nothing_brakes_all_the_same() -> None:
    found, faults = brakes()
    assert faults == []
    assert set(found.rates) == {Cause.CARRIER_ERRORS, Cause.SPAM_FILTER, Cause.OPT_OUTS, Cause.COMPLAINTS}
    assert found.by_place  # calls that find nobody: by the rule of each place
    assert found.harm_sample == 500
    assert found.stale_after is None  # only the operator knows how often the feed comes


def read(voice: Any, **written: Any) -> Brakes:
    faults: list[Fault] = []
    found = read_brakes(Field(written, ("brakes",), faults), Field(voice, ("voice",), faults))
    assert faults == []
    return found


USUAL = Rule(Decimal("0.03"), 100, timedelta(days=1))
TWO_PERCENT = {"abandoned": {"at_most": "2%", "over": "30d"}}


@pytest.mark.parametrize(
    ("voice", "written", "rule"),
    [
        (None, {}, None),
        ({"ring_at_least": "15s"}, {}, None),
        (TWO_PERCENT, {}, Rule(Decimal("0.02"), 100, timedelta(days=30))),
        (
            {"abandoned": {"at_most": "2%", "over": "30d", "of_at_least": 40}},
            {},
            Rule(Decimal("0.02"), 40, timedelta(days=30)),
        ),
        (
            TWO_PERCENT,
            {"abandonment": {"above": "1%", "sample": 50}},
            Rule(Decimal("0.01"), 50, timedelta(days=30)),
        ),
        (None, {"abandonment": {"sample": 10}}, Rule(Decimal("0.03"), 10, timedelta(days=1))),
        ({"abandoned": {"at_most": "few", "over": "30d"}}, {}, None),
        ({"abandoned": {"at_most": "2%", "over": "30d", "of_at_least": "few"}}, {}, None),
        ("odd", {}, None),
    ],
)
def test_a_campaign_has_a_rule_of_its_own_for_calls_that_find_nobody_only_where_it_says_so(
    voice: Any, written: dict[str, Any], rule: Rule | None
) -> None:
    """What is wrong with `voice:` is told where it is read; here it is as if it said nothing."""
    found = read(voice, **written)
    assert found.rates.get(Cause.ABANDONMENT) == rule
    assert found.by_place


def test_a_campaign_that_turns_that_brake_off_is_held_to_no_places_rule_either() -> None:
    found = read(TWO_PERCENT, abandonment="off")
    assert (found.rates.get(Cause.ABANDONMENT), found.by_place) == (None, False)


@pytest.mark.parametrize(
    ("policy", "rule"),
    [
        ({}, USUAL),
        ({"voice": TWO_PERCENT}, Rule(Decimal("0.02"), 100, timedelta(days=30))),
        (
            {"voice": TWO_PERCENT, "brakes": {"abandonment": {"sample": 7}}},
            Rule(Decimal("0.02"), 7, timedelta(days=30)),
        ),
        ({"brakes": {"abandonment": "off"}}, None),
        ({"voice": {"abandoned": "few"}, "brakes": "odd"}, USUAL),
    ],
)  # fmt: skip
def test_a_places_rule_is_its_profiles_completed_by_the_default(
    policy: dict[str, Any], rule: Rule | None
) -> None:
    assert abandonment_rule(policy) == rule


def test_each_shipped_profile_brings_its_own_time_and_smallest_number_of_calls() -> None:
    """United States: 3 % in 30 days of a campaign. The others: in a day. Sources in docs/compliance.md."""
    rules = {name: abandonment_rule(policy_data(SHIPPED / f"{name}.yaml")) for name in policy_names()}
    month = Rule(Decimal("0.03"), 100, timedelta(days=30))
    assert rules == dict.fromkeys(policy_names(), USUAL) | {"us": month, "us_tight": month}


@pytest.mark.parametrize("fewest", [0, -1, 5001, True, "many", 1.5])
def test_an_odd_smallest_number_of_calls_is_refused_by_its_name(fewest: Any) -> None:
    abandoned = {"at_most": "3%", "over": "1d", "of_at_least": fewest}
    with pytest.raises(
        PolicyError, match=r"voice\.abandoned\.of_at_least: must be a whole number from 1 to 5000"
    ):
        read_policy({"voice": {"abandoned": abandoned}})


def test_each_brake_is_completed_by_its_defaults_or_taken_away() -> None:
    found, faults = brakes(opt_outs={"above": "5%"}, complaints="off", harm="off", stale_data={"after": "2d"})
    assert faults == []
    assert found.rates[Cause.OPT_OUTS] == Rule(Decimal("0.05"), 200, timedelta(days=1))
    assert Cause.COMPLAINTS not in found.rates
    assert (found.harm_sample, found.stale_after) == (None, timedelta(days=2))


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ({"opt_outs": {"above": 5}}, "brakes.opt_outs.above: 5 is not a share such as 3%"),
        ({"opt_outs": {"sample": 0}}, "brakes.opt_outs.sample: must be a whole number from 1 to 5000"),
        ({"opt_outs": {"sample": 5001}}, "brakes.opt_outs.sample: must be a whole number from 1 to 5000"),
        ({"opt_outs": {"over": "long"}}, "brakes.opt_outs.over: 'long' is not a duration"),
        ({"opt_outs": {"limit": 3}}, "brakes.opt_outs.limit: no such field"),
        ({"opt_outs": "never"}, "brakes.opt_outs: must be a mapping"),
        ({"stale_data": {"after": None}}, "brakes.stale_data.after: missing"),
        ({"harm": {"sample": "many"}}, "brakes.harm.sample: must be a whole number from 1 to"),
        ({"spend": {"above": "1%"}}, "brakes.spend: no such field"),
    ],
)
def test_odd_brakes_are_refused_by_their_name(written: dict[str, Any], fault: str) -> None:
    (found,) = brakes(**written)[1]
    assert found.startswith(fault)
    with pytest.raises(PolicyError):
        read_policy({"brakes": written})
