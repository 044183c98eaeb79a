"""Two policies compared: what is looser is so for every contact, and the other way round it is tighter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from bot.calendars import calendars_for
from bot.domain.attempts import Channel
from bot.domain.policy import DEFAULT, KINDS
from bot.domain.policy.compare import compare
from bot.domain.policy.comparison import Difference, Direction
from bot.domain.policy.counting import Past, held_back
from bot.domain.policy.rules import Rules, read_rules
from bot.domain.quiet_hours import Open
from bot.domain.sentences import in_words
from bot.policies import SHIPPED, policy_data, policy_names, rules_of

LOOSER, TIGHTER, DIFFERENT = Direction
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
QUICK = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def rules(data: Mapping[str, Any]) -> Rules:
    return read_rules(data, calendars_for(None, None))


def told(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    return [
        (in_words(one.rule), in_words(one.before), in_words(one.after), one.direction.value)
        for one in compare(rules(before), rules(after))
    ]


# -- policies at random ---------------------------------------------------------------------------------------

spans = st.sampled_from(
    [["08:00-22:00"], ["09:00-12:00", "14:00-20:00"], ["mon-fri 09:00-17:00"], ["sat,sun 10:00-24:00"]]
)
hours = st.fixed_dictionaries({"marketing": spans, "service": spans})
purposes = st.lists(st.sampled_from(["marketing", "service"]), unique=True)
lasting = st.sampled_from(["30m", "4h", "1d", "7d", "30d"])
caps = st.lists(
    st.builds(
        lambda limit, period, bound: {"limit": limit, **period, **bound},
        st.integers(1, 8),
        st.one_of(
            st.builds(lambda span: {"period": span}, lasting),
            st.builds(lambda per: {"per": per}, st.sampled_from(["day", "week", "month"])),
        ),
        st.fixed_dictionaries(
            {},
            optional={
                "channel": st.sampled_from(["sms", "call"]),
                "purpose": st.sampled_from(["marketing", "service"]),
                "everywhere": st.booleans(),
            },
        ),
    ),
    max_size=4,
)
holidays = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {"dates": st.lists(st.sampled_from(["2026-11-24", "2026-11-28", "2026-12-25"]), unique=True)},
        optional={
            "workdays": st.just(["2026-11-29"]),
            "hours": st.fixed_dictionaries({"service": st.just(["10:00-23:00"])}),
        },
    ),
)
brake = st.one_of(
    st.just("off"),
    st.fixed_dictionaries({}, optional={"above": st.sampled_from(["1%", "20%"]), "over": lasting}),
)
policies = st.fixed_dictionaries(
    {},
    optional={
        "profile": st.sampled_from(["cn", "us"]),
        "hours": hours,
        "caps": caps,
        "exempt": purposes,
        "min_gap": st.dictionaries(st.sampled_from(["sms", "call"]), lasting),
        "holidays": holidays,
        "zones": st.dictionaries(
            st.sampled_from(["+86", "+1", "+852"]),
            st.lists(
                st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "America/Chicago"]), unique=True, min_size=1
            ),
        ),
        "needs_consent": st.lists(st.sampled_from(["marketing", "service", "call:service"]), unique=True),
        "sms": st.fixed_dictionaries({}, optional={"signature": purposes, "refusal_line": purposes}),
        "voice": st.fixed_dictionaries(
            {},
            optional={
                "recorded": st.sampled_from(["nothing", "consent", "written"]),
                "ring_at_least": st.sampled_from(["10s", "20s"]),
                "abandoned": st.fixed_dictionaries(
                    {"at_most": st.sampled_from(["1%", "3%"]), "over": lasting}
                ),
            },
        ),
        "opt_out": st.fixed_dictionaries(
            {},
            optional={
                "words": st.lists(st.sampled_from(["TD", "N"]), unique=True),
                "honoured_within": lasting,
            },
        ),
        "keep": st.fixed_dictionaries({}, optional={"contacts": lasting}),
        "marks": st.dictionaries(
            st.sampled_from(["black", "red", "vip"]),
            st.fixed_dictionaries(
                {},
                optional={
                    "marketing": st.sampled_from(["as_usual", "by_hand", "wait", "never"]),
                    "priority": st.sampled_from(["highest", "low"]),
                },
            ),
        ),
        "spend": st.fixed_dictionaries(
            {}, optional={"money": st.sampled_from([100, 5000]), "per_day": st.sampled_from([10, 20])}
        ),
        "brakes": st.fixed_dictionaries(
            {},
            optional={"opt_outs": brake, "stale_data": st.one_of(st.just("off"), st.just({"after": "2d"}))},
        ),
        "approval": st.fixed_dictionaries({"needed": st.booleans()}),
    },
)


@QUICK
@given(policies)
def test_compared_with_itself_nothing_is_other(policy: dict[str, Any]) -> None:
    assert compare(rules(policy), rules(policy)) == []


@QUICK
@given(policies, policies)
def test_the_other_way_round_looser_is_tighter(one: dict[str, Any], other: dict[str, Any]) -> None:
    there, back = compare(rules(one), rules(other)), compare(rules(other), rules(one))
    assert sorted(map(repr, there)) == sorted(map(repr, map(turned, back)))


def turned(one: Difference) -> Difference:
    return Difference(one.part, one.rule, one.after, one.before, one.direction.back)


@QUICK
@given(policies, policies)
def test_no_rule_is_told_twice(one: dict[str, Any], other: dict[str, Any]) -> None:
    named = [str(each.rule) for each in compare(rules(one), rules(other))]
    assert len(named) == len(set(named))


#: Each within the one before it.
NARROWER = (
    ["08:00-24:00"],
    ["mon-sat 09:00-21:00"],
    ["mon-fri 09:00-12:00", "mon-fri 14:00-20:00"],
    ["wed 10:00-11:00"],
)
narrower = st.builds(
    lambda marketing, service: {"marketing": NARROWER[marketing], "service": NARROWER[service]},
    st.integers(0, 3),
    st.integers(0, 3),
)
quarters = st.lists(st.integers(0, 40 * 24 * 4), min_size=12, max_size=12)


@settings(QUICK, max_examples=100)
@given(narrower, narrower, holidays, holidays, quarters)
def test_hours_that_only_become_tighter_open_at_no_new_moment(
    one: dict[str, Any], other: dict[str, Any], free: dict[str, Any], free_now: dict[str, Any], at: list[int]
) -> None:
    before, after = rules({"hours": one, "holidays": free}), rules({"hours": other, "holidays": free_now})
    found = {each.direction for each in compare(before, after)}
    event(f"{sorted(found)}")
    if found == {LOOSER}:
        before, after = after, before
    elif found - {TIGHTER}:
        return
    for quarter in at:
        now = MONDAY + timedelta(minutes=15 * quarter)
        for kind in KINDS:
            if isinstance(after.policy.hours(*kind, ("UTC",), now), Open):
                assert isinstance(before.policy.hours(*kind, ("UTC",), now), Open), (now, kind)


pasts = st.lists(
    st.builds(
        Past,
        at=st.integers(0, 45 * 24).map(lambda hours: MONDAY - timedelta(hours=hours)),
        channel=st.sampled_from(Channel),
        purpose=st.sampled_from(["marketing", "service"]),
        same_campaign=st.booleans(),
    ),
    max_size=14,
)


@settings(QUICK, max_examples=100)
@given(caps, caps, purposes, st.lists(pasts, min_size=3, max_size=3))
def test_limits_that_only_become_tighter_let_nobody_through_who_was_held_back(
    one: list[Any], more: list[Any], exempt: list[str], journals: list[list[Past]]
) -> None:
    """The second has limits of its own in the place of one of the first's."""
    before = rules({"caps": one, "exempt": exempt, "min_gap": {}})
    after = rules({"caps": one[1:] + more, "exempt": exempt, "min_gap": {}})
    assume(all(each.direction is TIGHTER for each in compare(before, after)))
    for past in journals:
        for kind in KINDS:
            if held_back(before.policy, *kind, past, ("Asia/Shanghai",), MONDAY) is not None:
                assert held_back(after.policy, *kind, past, ("Asia/Shanghai",), MONDAY) is not None


# -- each rule ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (
            {},
            {"hours": {"marketing": ["09:00-21:00"], "service": ["08:00-22:00"]}},
            ("hours, marketing, every day", "09:00-12:00, 14:00-20:30", "09:00-21:00", "looser"),
        ),
        (
            {},
            {"caps": [*DEFAULT["caps"][:2], {**DEFAULT["caps"][2], "limit": 9}]},
            ("limit, marketing, in any 30 days, all campaigns together", "8 at most", "9 at most", "looser"),
        ),
        (
            {},
            {"caps": DEFAULT["caps"][:2]},
            (
                "limit, marketing, in any 30 days, all campaigns together",
                "8 at most",
                "no limit of its own",
                "looser",
            ),
        ),
        (
            {},
            {"min_gap": {"call": "10m"}},
            (
                "gap between two contacts, marketing by phone, service by phone",
                "30 minutes",
                "10 minutes",
                "looser",
            ),
        ),
        (
            {"holidays": {"calendars": ["CN"]}},
            {},
            ("calendars of holidays", "CN", "none", "looser"),
        ),
        ({}, {"needs_consent": []}, ("consent, marketing", "needed", "not needed", "looser")),
        (
            {},
            {"brakes": {"opt_outs": {"above": "20%"}}},
            (
                "it stops by itself: customers opt out",
                "above 10% in 1 day, of 200 or more",
                "above 20% in 1 day, of 200 or more",
                "looser",
            ),
        ),
        (
            {},
            {"brakes": {"harm": "off"}},
            (
                "it stops by itself: the treated do worse than the control arm",
                "of 500 customers of each arm or more",
                "never",
                "looser",
            ),
        ),
        (
            {},
            {"marks": {**DEFAULT["marks"], "black": {"marketing": "by_hand"}}},
            ("marketing to customers on the list black", "never", "by a person only", "looser"),
        ),
        (
            {"marks": {"flea": {"marketing": "wait"}}},
            {"marks": {"flea": {"marketing": "by_hand"}}},
            ("marketing to customers on the list flea", "waits", "by a person only", "different"),
        ),
        (
            {"spend": {"money": 100}},
            {"spend": {"money": 5000}},
            ("money in all", "100", "5,000", "looser"),
        ),
        (
            {"approval": {"needed": True}},
            {},
            ("approval by a second person", "needed", "not needed", "looser"),
        ),
        (
            {"voice": {"recorded": "written"}},
            {"voice": {"recorded": "consent"}},
            ("a recorded or machine-made voice", "with consent in writing", "with consent", "looser"),
        ),
        (
            {},
            {"zones": {**DEFAULT["zones"], "+86": ["Asia/Shanghai"]}},
            ("zones of numbers that begin with +86", "Asia/Shanghai, Asia/Urumqi", "Asia/Shanghai", "looser"),
        ),
        (
            {},
            {"zones": {"+1": DEFAULT["zones"]["+1"]}},
            (
                "zones of numbers that begin with +86",
                "Asia/Shanghai, Asia/Urumqi",
                "those of the number plan",
                "different",
            ),
        ),
        (
            {},
            {"brakes": {"abandonment": "off"}},
            (
                "it stops by itself by the rule of each place: answered calls find nobody",
                "yes",
                "no",
                "looser",
            ),
        ),
        (
            {"keep": {"contacts": "30d"}},
            {"keep": {"contacts": "7d"}},
            ("contacts are kept for at least", "30 days", "7 days", "looser"),
        ),
    ],
)
def test_a_rule_is_told_with_its_direction(
    before: dict[str, Any], after: dict[str, Any], line: tuple[str, str, str, str]
) -> None:
    back = {"looser": "tighter", "tighter": "looser", "different": "different"}
    assert told(before, after) == [line]
    assert told(after, before) == [(line[0], line[2], line[1], back[line[3]])]


def test_hours_that_open_and_close_are_merely_different() -> None:
    moved = {"hours": {"marketing": ["mon-fri 10:00-21:00", "sat 14:00-20:30"], "service": ["08:00-22:00"]}}
    assert told({}, moved) == [
        ("hours, marketing, Mon to Fri", "09:00-12:00, 14:00-20:30", "10:00-21:00", "different"),
        ("hours, marketing, Sat", "09:00-12:00, 14:00-20:30", "14:00-20:30", "tighter"),
        ("hours, marketing, Sun", "09:00-12:00, 14:00-20:30", "closed", "tighter"),
    ]


def test_a_limit_that_another_one_holds_as_well_is_not_missed() -> None:
    weekly = {"limit": 1, "period": "7d", "purpose": "marketing"}
    daily = {"limit": 3, "period": "1d", "purpose": "marketing", "channel": "sms"}
    assert told({"caps": [weekly, daily]}, {"caps": [weekly]}) == []
    assert told({"caps": [daily]}, {"caps": [weekly]}) == [
        (
            "limit, marketing, in any 7 days, all campaigns together",
            "no limit of its own",
            "1 at most",
            "tighter",
        )
    ]


def test_a_holiday_with_longer_hours_than_weekdays_is_not_called_tighter() -> None:
    holiday = {"dates": ["2026-12-25"], "hours": {"service": ["06:00-23:00"]}}
    assert told({}, {"holidays": holiday}) == [
        ("further days that are holidays", "none", "2026-12-25", "different")
    ]


@pytest.mark.parametrize("name", policy_names())
def test_every_shipped_policy_is_compared_with_every_other_in_both_languages(name: str) -> None:
    one = rules_of(policy_data(SHIPPED / f"{name}.yaml"), None, None)
    for other in policy_names():
        found = compare(one, rules_of(policy_data(SHIPPED / f"{other}.yaml"), None, None))
        assert bool(found) == (name != other)
        for each in found:
            assert in_words(each.rule, "zh") != in_words(each.rule, "en")
