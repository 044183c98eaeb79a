"""The check of a campaign knows where its people are, and what is asked of its messages there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import update

from bot.config import load_settings
from bot.domain.campaigns import CampaignMove
from bot.domain.checks import Finding, Point, Verdict
from bot.domain.people import Brand
from bot.enrolment.check import Ground
from bot.enrolment.create import ConditionAudience, create_campaign
from bot.enrolment.ground import ground_of
from bot.enrolment.move import move_campaign
from bot.flow.load import load_flow
from bot.rulebook import open_rulebook
from bot.rules.catalogue import load_catalogue
from bot.store.models import CampaignRow
from tests.db.factories import make_customer
from tests.db.parts import ENVIRONMENT, FLOW, NOW, Parts

SOURCE = FLOW.read_text(encoding="utf-8")
GROUND = Ground(
    load_catalogue(FLOW.parent / "factors.yaml"), rulebook=open_rulebook(), brand=Brand("凯灵", "Keepline")
)
POLICY: dict[str, Any] = {"caps": [], "min_gap": {}}


def check(
    parts: Parts, source: str = SOURCE, ground: Ground = GROUND, policy: dict[str, Any] = POLICY
) -> list[Finding]:
    campaign = create(parts, source, policy)
    with parts.transaction() as tx:
        return list(move_campaign(tx, campaign, CampaignMove.CHECK, NOW, ground=ground).findings)


def create(parts: Parts, source: str = SOURCE, policy: dict[str, Any] = POLICY) -> int:
    with parts.transaction() as tx:
        return create_campaign(
            tx,
            name="november",
            flow=load_flow(source, FLOW.stem),
            flow_source=source,
            audience=ConditionAudience("balance < 10"),
            control_share=0,
            starts_at=NOW,
            bonus_budget=Decimal(1000),
            policy=policy,
            now=NOW,
        )


def people(parts: Parts, *who: dict[str, Any]) -> None:
    with parts.transaction() as tx:
        for one in who:
            make_customer(tx, factors={"balance": 1, "arpu": 60, "sms_habit": True}, **one)


def test_a_shipped_flow_says_what_the_places_of_its_people_ask(parts: Parts) -> None:
    people(
        parts,
        {"msisdn": "+8613800138000", "language": "zh"},
        {"msisdn": "+12025550123", "language": "en"},
        {"msisdn": "+12125550123", "language": "en", "region": "New York"},
    )
    findings = [one for one in check(parts) if one.point is Point.CONDUCT]
    assert [(one.verdict, one.details["places"]) for one in findings] == [(Verdict.OK, "cn, us, us_tight")]


def test_a_text_without_a_brand_is_an_error_for_those_who_read_it_where_it_counts(parts: Parts) -> None:
    people(
        parts,
        {"msisdn": "+8613800138000", "language": "zh"},
        {"msisdn": "+12125550123", "language": "en", "region": "New York"},
        {"msisdn": "+12125550124", "language": "en", "region": "New York"},
        {"msisdn": "+12125550125", "language": "en", "status": "left"},
    )
    unsigned = SOURCE.replace("{brand}: {name}, your balance is", "Hello {name}, your balance is")
    assert unsigned != SOURCE
    wrong = [one for one in check(parts, unsigned) if one.verdict is Verdict.ERROR]
    assert Counter(one.point for one in wrong) == {Point.UNSIGNED: 1}
    assert wrong[0].details == {"step": "invite_by_sms", "language": "en", "place": "us", "count": 2}


def test_nobody_abroad_means_no_rules_from_abroad(parts: Parts) -> None:
    people(parts, {"msisdn": "+8613800138000", "language": "zh"})
    unsigned = SOURCE.replace("{brand}: {name}, your balance is", "Hello {name}, your balance is")
    assert all(one.verdict is not Verdict.ERROR for one in check(parts, unsigned))


def test_a_policy_that_cannot_be_read_is_told_once(parts: Parts) -> None:
    people(parts, {"msisdn": "+8613800138000", "language": "zh"})
    campaign = create(parts)
    with parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(policy={"hours": {}}))
        findings = move_campaign(tx, campaign, CampaignMove.CHECK, NOW, ground=GROUND).findings
    wrong = [one.point for one in findings if one.verdict is Verdict.ERROR]
    assert wrong == [Point.POLICY_UNREADABLE]


def test_limits_that_are_counted_by_example_prices_are_a_warning(parts: Parts) -> None:
    people(parts, {"msisdn": "+8613800138000", "language": "zh"})
    installed = ground_of(load_settings(ENVIRONMENT))
    assert installed.example_prices == "flows/prices/default.yaml"
    limited = POLICY | {"spend": {"money": 100}}
    (warning,) = [
        one for one in check(parts, ground=installed, policy=limited) if "example" in one.point.value
    ]
    assert warning.verdict is Verdict.WARNING
    assert "flows/prices/default.yaml" in warning.words("zh")


def test_without_limits_or_with_prices_of_ones_own_nothing_is_said(parts: Parts) -> None:
    people(parts, {"msisdn": "+8613800138000", "language": "zh"})
    installed = ground_of(load_settings(ENVIRONMENT))
    limited = POLICY | {"spend": {"money": 100}}
    own = replace(installed, example_prices=None)
    assert Point.EXAMPLE_PRICES not in {one.point for one in check(parts, ground=own, policy=limited)}
