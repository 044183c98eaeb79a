"""The typical cost: drawn customers keep what is known of them, and each stands for as many of the audience."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bot.config import ROOT
from bot.domain.attempts import Channel
from bot.domain.contact import Refusal
from bot.domain.policy import read_policy
from bot.domain.spend import Prices
from bot.flow.estimate import AudienceShape, Group, estimate
from bot.flow.load import load_flow
from bot.flow.model import Flow
from bot.flow.simulation.people import Known
from bot.flow.simulation.typical import Drawn, typical
from bot.policies import load_policy
from bot.rules.catalogue import load_catalogue

CATALOGUE = load_catalogue(ROOT / "flows" / "factors.yaml")
START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PRICES = Prices(
    "CNY",
    {
        Channel.SMS: {"+": Decimal(9), "+86": Decimal(1), "+1": Decimal(3)},
        Channel.CALL: {"+": Decimal(9)},
    },
)
FREE = read_policy(
    {
        "caps": [],
        "min_gap": {},
        "hours": {"marketing": ["00:00-24:00"], "service": ["00:00-24:00"]},
    }
)
ONE_SMS = """\
flow: tried
title: {en: Tried, zh: 试}
purpose: marketing
expires: 2d
start: first

steps:
  first:
    switch:
      - when: balance < 10
        go: hello
    else: end
  hello:
    sms: {en: "Hello, STOP to opt out", zh: "您好，拒收回T"}
    expires: 6h
    then: {after 1d: end}
"""


def flow() -> Flow:
    return load_flow(ONE_SMS, "tried")


def drawn(number: int, **over: Any) -> Drawn:
    facts: dict[str, Any] = {
        "number": number,
        "msisdn": f"+8613800000{number:03}",
        "name": "王小明",
        "language": "zh",
        "region": "Shanghai",
        "time_zone": "Asia/Shanghai",
        "tier": "mid",
        "complaint_open": False,
        "factors": {"balance": 5},
    }
    consents = over.pop("consents", frozenset({"sms:marketing", "call:marketing"}))
    refusals = over.pop("refusals", ())
    return Drawn(Known(**(facts | over)), consents, refusals)


def test_each_drawn_customer_stands_for_as_many_of_the_audience() -> None:
    some = [
        drawn(1),
        drawn(2, msisdn="+12125550111", time_zone="America/New_York"),
        drawn(3, refusals=(Refusal("all", "all"),)),
        drawn(4, consents=frozenset()),
    ]
    found = typical(flow(), FREE, some, 200, PRICES, CATALOGUE, START)
    assert (found.simulated, found.treated) == (4, 200)
    assert (found.sms, found.segments, found.calls, found.minutes, found.grants) == (100, 100, 0, 0, 0)
    assert (found.money, found.bonuses) == (50 * 1 + 50 * 3, 0)


def test_what_is_known_of_a_customer_is_not_made_up() -> None:
    """The simulation of a flow draws values beside its bounds, to walk every way; the costs are of this audience."""
    rich = [drawn(number, factors={"balance": 50}) for number in range(40)]
    poor = [drawn(number) for number in range(40)]
    assert typical(flow(), FREE, rich, 40, PRICES, CATALOGUE, START).segments == 0
    assert typical(flow(), FREE, poor, 40, PRICES, CATALOGUE, START).segments == 40


def test_an_audience_of_nobody_costs_nothing() -> None:
    found = typical(flow(), FREE, [], 0, PRICES, CATALOGUE, START)
    assert (found.simulated, found.money) == (0, 0)


def test_it_is_the_same_each_time_and_below_the_worst_case() -> None:
    shipped = load_flow(ROOT / "flows" / "low_balance_recharge.yaml")
    policy = load_policy(ROOT / "flows" / "policies" / "default.yaml")
    some = [drawn(number, factors={"balance": 5, "sms_habit": number % 2 == 0}) for number in range(60)]
    found = typical(shipped, policy, some, 600, PRICES, CATALOGUE, START)
    assert found == typical(shipped, policy, some, 600, PRICES, CATALOGUE, START)
    worst = estimate(
        shipped, policy, AudienceShape((Group("zh", "+86", 600, {}),)), PRICES, catalogue=CATALOGUE
    )
    assert 0 < found.money < worst.worst
    assert 0 < found.grants < 600
    assert found.bonuses == found.grants * 10
