"""Prices by prefix, limits as data, what fits under them, and the worst case before anybody is contacted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.flow.simulate import POLICY, Settings, people
from bot.cli.spend_screen import over, to_json
from bot.config import ROOT
from bot.domain.attempts import Channel
from bot.domain.notices import in_words
from bot.domain.policy import PolicyError, read_policy
from bot.domain.policy.fields import Fault, Field
from bot.domain.policy.spending import read_spend
from bot.domain.spend import (
    ANYWHERE,
    Account,
    Amounts,
    Ceiling,
    Held,
    Limits,
    Prices,
    begun_minutes,
    fitting,
    price,
)
from bot.flow.estimate import AudienceShape, Estimate, Group, estimate
from bot.flow.load import load_flow
from bot.flow.model import Flow
from bot.flow.simulation.simulate import simulate
from bot.flow.simulation.world import World
from bot.policies import load_policy
from bot.prices import PriceError, load_prices
from bot.rules.catalogue import load_catalogue

FLOWS = sorted(
    file
    for file in (ROOT / "flows").glob("*.yaml")
    if not file.name.endswith(".test.yaml") and file.name != "factors.yaml"
)
CATALOGUE = load_catalogue(ROOT / "flows" / "factors.yaml")
FLAT = Prices("CNY", {channel: {ANYWHERE: Decimal(1)} for channel in Channel})
FREE = read_policy({"caps": [], "min_gap": {}})


# -- prices -------------------------------------------------------------------------------------------------


def test_the_longest_prefix_that_fits_makes_the_price() -> None:
    prices = Prices("CNY", {Channel.SMS: {"+": Decimal(9), "+8": Decimal(3), "+852": Decimal(2)}})
    assert price(prices, Channel.SMS, "+85212345678", 2) == 4
    assert price(prices, Channel.SMS, "+8613800000000", 1) == 3
    assert price(prices, Channel.SMS, "+14155550100", 3) == 27
    assert prices.prefixes == ("+", "+8", "+852")


def test_the_shipped_prices_can_be_read() -> None:
    prices = load_prices()
    assert prices.of(Channel.SMS, "+8613800000000") < prices.of(Channel.SMS, "+9991234567")


def test_each_mistake_of_a_price_table_has_its_place(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text('currency: yuan\nsms:\n  "+86": -1\n  "86": 0.05\ncall: 3\nrent: 1\n', encoding="utf-8")
    with pytest.raises(PriceError) as error:
        load_prices(file)
    assert [str(one).removeprefix(f"{tmp_path}/") for one in error.value.problems] == [
        "bad.yaml:1:11: error KL411: a currency has three capital letters, such as CNY",
        'bad.yaml:3:3: error KL411: sms has no price for any other place ("+": 0.60)',
        "bad.yaml:3:10: error KL411: a price is a number, 0 or more",
        """bad.yaml:4:3: error KL411: '86' is no prefix (such as "+86", or "+" for any other)""",
        'bad.yaml:5:7: error KL411: call needs its prices by prefix (call: {"+": 0.05})',
        "bad.yaml:6:1: error KL411: there is no field 'rent' (known are example, currency, sms, call)",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the file is empty"),
        ("- 1\n", "a price table is a mapping"),
        ("sms: {'+': .nan}\ncall: {'+': 1}\ncurrency: CNY\n", "a price is a number, 0 or more"),
        ("sms: {'+': 1}\ncall: {'+': 1}\n", "no currency is named"),
        ("currency: CNY\nsms: {'+': 1}\n", "call needs its prices by prefix"),
        ("example: maybe\n", "example is true, or the line is taken out"),
    ],
)
def test_a_bad_price_table_is_refused_in_words(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PriceError, match=rf"prices\.yaml:\d+:\d+: error KL\d+: {fault}"):
        load_prices(file)


def test_the_shipped_prices_say_that_they_are_examples_until_the_line_is_taken_out(tmp_path: Path) -> None:
    assert load_prices().example
    file = tmp_path / "prices.yaml"
    file.write_text("currency: CNY\nsms: {'+': 1}\ncall: {'+': 1}\n", encoding="utf-8")
    assert not load_prices(file).example


def test_a_missing_price_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(PriceError, match="cannot be read"):
        load_prices(tmp_path / "none.yaml")


# -- limits -------------------------------------------------------------------------------------------------


def limits(**spend: Any) -> tuple[Limits, list[str]]:
    faults: list[Fault] = []
    return read_spend(Field(spend, ("spend",), faults)), [str(fault) for fault in faults]


def test_limits_are_read_from_the_policy() -> None:
    read, faults = limits(money=5000, per_day=800, segments=90_000, minutes=3000, zone="Asia/Shanghai")
    assert faults == []
    assert read.total == Ceiling(90_000, 3000, Decimal(5000))
    assert read.per_day == Ceiling(money=Decimal(800))
    assert read.given


def test_a_day_may_have_limits_of_every_kind() -> None:
    read, faults = limits(per_day={"segments": 10, "minutes": 60}, longest_call="10m")
    assert (faults, read.per_day) == ([], Ceiling(10, 60, None))
    assert read.longest_call == timedelta(minutes=10)


def test_a_day_may_have_all_that_there_is() -> None:
    assert limits(money=10, bonuses=5, per_day={"money": 10, "segments": 100})[1] == []


def test_without_limits_nothing_is_counted() -> None:
    assert not limits()[0].given


@pytest.mark.parametrize(
    ("spend", "fault"),
    [
        ({"money": 0}, "spend.money: 0 is not an amount above 0"),
        ({"money": 10**12}, "spend.money: 1000000000000 is not an amount above 0, of at most 1_000_000_000"),
        ({"money": "1e200000"}, "spend.money: '1e200000' is not an amount above 0"),
        ({"money": "1e-20000"}, "spend.money: '1e-20000' is not an amount above 0"),
        ({"segments": 10**20}, "spend.segments: must be a whole number from 1 to 1_000_000_000"),
        ({"per_day": {"minutes": 2**63}}, "spend.per_day.minutes: must be a whole number from 1"),
        ({"money": "much"}, "spend.money: 'much' is not an amount above 0"),
        ({"money": True}, "spend.money: True is not an amount above 0"),
        ({"segments": 0}, "spend.segments: must be a whole number from 1 to"),
        ({"segments": 1.5}, "spend.segments: must be a whole number from 1 to"),
        ({"minutes": 2}, "spend.minutes: 2 minutes are less than one call may take"),
        ({"per_day": {"minutes": 4}}, "spend.per_day.minutes: 4 minutes are less than one call may take"),
        (
            {"money": 10, "per_day": {"money": "10.01"}},
            "spend.per_day.money: 10.01 a day is more than 10 in all, so it would limit nothing",
        ),
        ({"money": 10, "per_day": 100}, "spend.per_day: 100 a day is more than 10 in all"),
        (
            {"segments": 5, "per_day": {"segments": 6, "minutes": 60}},
            "spend.per_day.segments: 6 a day is more than 5 in all",
        ),
        ({"per_day": -1}, "spend.per_day: -1 is not an amount above 0"),
        ({"per_day": {"calls": 4}}, "spend.per_day.calls: no such field"),
        ({"zone": "Mars/Base"}, "spend.zone: 'Mars/Base' is not a known time zone"),
        ({"longest_call": "soon"}, "spend.longest_call: 'soon' is not a duration"),
        ({"cash": 5}, "spend.cash: no such field"),
    ],
)
def test_odd_limits_are_refused_by_their_name(spend: dict[str, Any], fault: str) -> None:
    (found,) = limits(**spend)[1]
    assert found.startswith(fault)
    with pytest.raises(PolicyError):
        read_policy({"spend": spend})


def test_a_day_begins_at_midnight_of_the_operators_zone() -> None:
    read = limits(per_day=1, zone="Asia/Shanghai")[0]
    late = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
    assert read.day(late, "UTC") == date(2026, 11, 23)
    assert read.next_day(date(2026, 11, 23), "UTC") == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert limits(per_day=1)[0].day(late, "UTC") == date(2026, 11, 22)


# -- what fits ----------------------------------------------------------------------------------------------

ONE = Amounts(segments=1)


def test_contacts_fit_in_their_order_until_the_limit() -> None:
    account = Account(total=Amounts(segments=8))
    assert fitting(account, Limits(total=Ceiling(segments=10)), [ONE] * 3) == [None, None, Held.IN_THE_AIR]


def test_a_smaller_contact_may_still_fit() -> None:
    account = Account(total=Amounts(segments=8))
    asked = [Amounts(segments=5), Amounts(segments=2)]
    assert fitting(account, Limits(total=Ceiling(segments=10)), asked) == [Held.TOTAL, None]


def test_spent_money_is_gone_and_reserved_money_may_come_back() -> None:
    total = Limits(total=Ceiling(segments=10))
    used = Amounts(segments=10)
    assert fitting(Account(total=used), total, [ONE]) == [Held.TOTAL]
    assert fitting(Account(total=used, open_total=ONE), total, [ONE]) == [Held.IN_THE_AIR]
    daily = Limits(per_day=Ceiling(segments=10))
    assert fitting(Account(total=used, today=used), daily, [ONE]) == [Held.DAY]
    assert fitting(Account(total=used, today=used, open_today=ONE), daily, [ONE]) == [Held.IN_THE_AIR]


amounts = st.builds(
    Amounts,
    segments=st.integers(0, 9),
    minutes=st.integers(0, 9),
    money=st.decimals(0, 9, places=3, allow_nan=False, allow_infinity=False),
)
ceilings = st.builds(
    Ceiling,
    segments=st.none() | st.integers(1, 30),
    minutes=st.none() | st.integers(1, 30),
    money=st.none() | st.decimals(1, 30, places=2, allow_nan=False, allow_infinity=False),
)


@given(total=ceilings, per_day=ceilings, asked=st.lists(amounts, max_size=12))
def test_what_fits_never_passes_a_limit_and_nobody_is_held_who_fits_alone(
    total: Ceiling, per_day: Ceiling, asked: list[Amounts]
) -> None:
    rules = Limits(total=total, per_day=per_day)
    answers = fitting(Account(), rules, asked)
    used = sum((one for one, held in zip(asked, answers, strict=True) if held is None), Amounts())
    assert total.holds(used)
    assert per_day.holds(used)
    for one, held in zip(asked, answers, strict=True):
        fits = total.holds(used + one) and per_day.holds(used + one)
        assert held is None or not fits


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (1, 1), (60, 1), (61, 2)])
def test_minutes_are_billed_when_begun(seconds: int, minutes: int) -> None:
    assert begun_minutes(timedelta(seconds=seconds)) == minutes


# -- the worst case -----------------------------------------------------------------------------------------

HEAD = """\
flow: tried
title: {en: Tried, zh: 试}
purpose: marketing
expires: 10d
offer: {min_recharge: 50, bonus: 10, within: 7d}
start: first
steps:
"""


def sms(name: str, words: str, exits: str) -> str:
    texts = f'{{en: "{words}, STOP to opt out", zh: "【{{brand}}】{words}，拒收回T"}}'
    return f"  {name}:\n    sms: {texts}\n    then: {exits}\n"


def tried(steps: str) -> Flow:
    return load_flow(HEAD + steps, name="tried")


def worst(flow: Flow, policy: Any = FREE, prices: Prices = FLAT, **group: Any) -> Estimate:
    facts: dict[str, Any] = {"language": "en", "destination": "+", "customers": 1} | group
    return estimate(flow, policy, AudienceShape((Group(**facts),)), prices, catalogue=CATALOGUE)


def test_the_dearest_way_counts_and_not_all_ways() -> None:
    flow = tried(
        sms("first", "Reply 1 or 2", "{reply 1: short, reply 2: long, after 1d: end}")
        + sms("short", "Yes", "{after 1d: end}")
        + sms("long", "No " * 60, "{after 1d: short}")
    )
    found = worst(flow)
    assert [(row.step, row.times, row.each) for row in found.rows] == [
        ("first", 2, 1),  # the question, and once more because the answer was not understood
        ("long", 1, 2),
        ("short", 1, 1),
    ]
    assert (found.worst, found.contacts.segments, found.unending) == (Decimal(5), 5, ())


def test_every_try_of_a_call_takes_its_longest_time() -> None:
    call = (
        "  first:\n    call:\n      say: {en: 'Press 1, or 0 for no more calls', zh: 请按1，退订按0}\n"
        "      keys: {1: end, 0: opt_out}\n      retry: {times: 3, busy: 10m}\n    then: {unreached: end}\n"
    )
    found = worst(tried(call), destination="+86", customers=10)
    (row,) = found.rows
    assert (row.times, row.what) == (3, "call")
    assert found.contacts.minutes == 10 * 3 * row.each
    assert 2 <= row.each <= 5


def test_the_policys_caps_end_a_loop() -> None:
    flow = tried(sms("first", "Hello", "{after 1d: first}"))
    week = read_policy({"caps": [{"limit": 2, "period": "7d", "channel": "sms"}], "min_gap": {}})
    assert worst(flow, week).contacts.segments == 4  # ten days: two windows of seven
    assert worst(flow, week).unending == ()


def test_a_loop_that_no_cap_ends_is_named() -> None:
    assert worst(tried(sms("first", "Hello", "{after 1d: first}"))).unending == ("first",)


def test_a_cap_is_spent_on_what_is_dearest() -> None:
    flow = tried(sms("first", "Hello", "{after 1d: long}") + sms("long", "No " * 60, "{after 1d: end}"))
    once = read_policy({"caps": [{"limit": 1, "period": "30d"}], "min_gap": {}})
    assert [row.step for row in worst(flow, once).rows] == ["long"]


def test_what_a_policy_never_permits_costs_nothing() -> None:
    flow = tried(sms("first", "Hello", "{after 1d: end}"))
    never = read_policy({"caps": [{"never": True, "channel": "sms"}]})
    assert worst(flow, never).worst == 0


def test_everybody_gets_the_bonus_once() -> None:
    flow = load_flow(ROOT / "flows" / "low_balance_recharge.yaml")
    found = worst(flow, load_policy(POLICY), customers=200)
    assert found.bonus == 200 * 10


def test_long_names_and_other_alphabets_make_more_segments() -> None:
    flow = tried(sms("first", "{name}, " + "hello " * 20, "{after 1d: end}"))
    assert worst(flow, longest={"name": "Li"}).contacts.segments == 1
    assert worst(flow, longest={"name": "欧阳"}).contacts.segments == 3
    assert worst(flow, longest={"name": "M" * 200}).contacts.segments == 3


def test_the_estimate_says_which_limits_it_would_pass() -> None:
    found = worst(tried(sms("first", "Hello", "{after 1d: end}")), customers=100)
    assert over(found, Ceiling(segments=99, money=Decimal(100))) == ["segments"]
    written = to_json(found, Limits(total=Ceiling(segments=99)))
    assert (written["worst"], written["over"], written["rows"][0]["step"]) == ("100", ["segments"], "first")


@pytest.mark.parametrize("file", FLOWS, ids=lambda file: file.stem)
def test_no_simulated_audience_costs_more_than_the_worst_case(file: Path) -> None:
    flow = load_flow(file)
    start = datetime(2026, 11, 22, tzinfo=UTC)
    settings = Settings(60, 12, 11, start, load_policy(POLICY), CATALOGUE)
    world = World(flow, settings.policy, start, settings.days)
    audience = list(people(settings, world))
    tally = simulate(world, audience).tally
    groups = tuple(
        Group(one.language, "+", 1, {"name": str(one.facts["name"])} if one.facts.get("name") else {})
        for one in audience
    )
    found = estimate(flow, settings.policy, AudienceShape(groups), FLAT, catalogue=CATALOGUE)
    assert tally.segments + tally.minutes + tally.bonus <= found.worst


# -- in words -----------------------------------------------------------------------------------------------


def test_notices_speak_both_languages() -> None:
    details = {"money": "800 CNY", "minutes": 60, "day": "2026-11-22"}
    english, chinese = (in_words("spend.day", details, language) for language in ("en", "zh"))
    assert (
        english
        == "The limit of 2026-11-22 is spent (800 CNY, 60 minutes); contacts and bonuses wait for the next day"
    )
    assert chinese == "2026-11-22的费用已达当日上限（800 CNY、60分钟），联系与奖励顺延至次日"
    assert in_words("brake.unheard_of", {}, "en") == "brake.unheard_of"
