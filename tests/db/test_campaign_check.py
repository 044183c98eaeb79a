"""A campaign's check and approval on a real database: what stands between a draft and its start."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from bot.domain.checks import Finding, Point, Verdict
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import Mover
from bot.flow.load import load_flow
from bot.store.models import CampaignRow, CustomerRow, FlowRevisionRow
from tests.db.factories import make_customer, make_user
from tests.db.house import HOUR, MOVE, STATUS, House
from tests.db.parts import FLOW, NOW


def of(findings: list[Finding], verdict: Verdict) -> set[Point]:
    return {one.point for one in findings if one.verdict is verdict}


# -- check -----------------------------------------------------------------------------------------------------


def test_a_campaign_in_order_is_checked_and_keeps_what_was_found(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    findings = house.move(campaign, MOVE.CHECK)
    assert of(findings, Verdict.ERROR) == set()
    assert {Point.FLOW, Point.AUDIENCE, Point.POLICY, Point.BUDGET, Point.LANGUAGES} <= of(
        findings, Verdict.OK
    )
    kept = house.campaign(campaign)
    assert kept.status is STATUS.CHECKED
    assert kept.checked_at == NOW
    assert [one["point"] for one in kept.findings or ()] == [one.point.value for one in findings]


def test_what_is_wrong_keeps_a_campaign_a_draft_and_it_cannot_start(house: House) -> None:
    campaign = house.create(bonus_budget=None, ends_at=NOW + HOUR)
    findings = house.move(campaign, MOVE.CHECK, NOW + 2 * HOUR)
    assert of(findings, Verdict.ERROR) == {Point.AUDIENCE_EMPTY, Point.BUDGET_MISSING, Point.SCHEDULE_OVER}
    assert house.status(campaign) is STATUS.DRAFT
    with pytest.raises(
        CampaignError, match=r"may not go out: Nobody is in the audience; .*no budget bounds them"
    ):
        house.start(campaign, NOW + 2 * HOUR)
    assert house.enrolled(campaign) == []


def test_languages_and_values_that_texts_lack_are_counted(house: House) -> None:
    house.parts.customer(language="fr")
    for _ in range(3):
        house.parts.customer()
    with house.parts.transaction() as tx:
        poor = make_customer(tx, factors={"balance": 1, "arpu": 60, "sms_habit": True})
        tx.execute(update(CustomerRow).where(CustomerRow.id == poor).values(name=None))
    source = FLOW.read_text(encoding="utf-8").replace("{balance:money}", "{name}")
    flow = load_flow(source, FLOW.stem)
    findings = house.move(house.create(flow=flow, flow_source=source), MOVE.CHECK)
    (language,) = (one for one in findings if one.point is Point.LANGUAGE_MISSING)
    assert (language.details["language"], language.details["count"]) == ("fr", 1)
    (missing,) = (one for one in findings if one.point is Point.VALUES_MISSING)
    assert (missing.verdict, missing.details) == (
        Verdict.WARNING,
        {"name": "name", "count": 1, "sample": 5},
    )


def test_a_policy_that_became_unreadable_is_an_error_of_the_check(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    with house.parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(policy={"hours": {}}))
    assert Point.POLICY_UNREADABLE in of(house.move(campaign, MOVE.CHECK), Verdict.ERROR)


def test_a_flow_published_after_the_check_has_to_be_checked_again(house: House) -> None:
    house.parts.customer()
    campaign = house.create()
    house.move(campaign, MOVE.CHECK)
    with house.parts.transaction() as tx:
        old = tx.get_one(CampaignRow, campaign)
        source = tx.get_one(FlowRevisionRow, old.flow_revision)
        tx.add(FlowRevisionRow(revision="n", flow=source.flow, source=source.source, published_at=NOW))
        tx.flush()
        old.flow_revision = "n"
    for move in (MOVE.START, MOVE.SCHEDULE):
        with pytest.raises(CampaignError, match="another flow since it was checked: check it again"):
            house.move(campaign, move)
    house.move(campaign, MOVE.CHECK)
    house.move(campaign, MOVE.START)


NEEDED: dict[str, Any] = {"caps": [], "min_gap": {}, "approval": {"needed": True}}


def people(house: House) -> tuple[Mover, Mover]:
    with house.parts.transaction() as tx:
        ids = [make_user(tx, role="operator") for _ in range(2)]
    return Mover(ids[0], "operator"), Mover(ids[1], "operator")


# -- approval --------------------------------------------------------------------------------------------------


def test_an_approval_needs_a_second_person(house: House) -> None:
    house.parts.customer()
    author, second = people(house)
    campaign = house.create(policy=NEEDED, user_id=author.user_id)
    house.move(campaign, MOVE.CHECK, by=author)
    with pytest.raises(CampaignError, match="its policy asks for an approval by a second person"):
        house.move(campaign, MOVE.START, by=author)
    with pytest.raises(CampaignError, match="written by the same person: an approval needs a second one"):
        house.move(campaign, MOVE.APPROVE, by=author)
    with pytest.raises(CampaignError, match="an approval is a person's: say whose with --as LOGIN"):
        house.move(campaign, MOVE.APPROVE)
    house.move(campaign, MOVE.APPROVE, by=second)
    kept = house.campaign(campaign)
    assert (kept.status, kept.approver_id, kept.approved_at) == (STATUS.APPROVED, second.user_id, NOW)
    house.move(campaign, MOVE.START, by=author)


def test_a_new_check_takes_the_approval_away(house: House) -> None:
    house.parts.customer()
    author, second = people(house)
    campaign = house.create(policy=NEEDED, user_id=author.user_id)
    house.move(campaign, MOVE.CHECK)
    house.move(campaign, MOVE.APPROVE, by=second)
    house.move(campaign, MOVE.CHECK)
    with pytest.raises(CampaignError, match="asks for an approval"):
        house.move(campaign, MOVE.SCHEDULE)


def test_where_an_approval_is_needed_the_author_must_be_known(house: House) -> None:
    with pytest.raises(CampaignError, match="say who the first one is"):
        house.create(policy=NEEDED)


def test_a_manager_of_customers_moves_no_campaign(house: House) -> None:
    campaign = house.create()
    with pytest.raises(CampaignError, match="managers may not check a campaign"):
        house.move(campaign, MOVE.CHECK, by=Mover(None, "manager"))
