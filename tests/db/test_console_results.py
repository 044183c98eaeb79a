"""The result part of a campaign's page: experiments, what to doubt, other campaigns; and that it is kept a moment."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from bot.store.models import CampaignRow
from bot.store.transaction import Transaction
from tests.console_app import operators_browser
from tests.db.factories import make_campaign, make_enrolment, make_flow_revision, make_topup
from tests.db.wording_try import SPLIT, contact, customer_of, go


@pytest.fixture
def client(transaction: Transaction, now: datetime) -> FlaskClient:
    return operators_browser(transaction, now)


@pytest.fixture
def campaign(transaction: Transaction) -> int:
    """20 and 12 treated on two ways, 4 control."""
    with transaction() as tx:
        campaign = make_campaign(tx, flow_revision=make_flow_revision(tx, source=SPLIT), control_share="0.1")
        go(tx, campaign, "short", 20, recharging=2)
        go(tx, campaign, "long", 12, recharging=10)
        go(tx, campaign, None, 4, arm="control")
    return campaign


def page_of(client: FlaskClient, campaign: int, language: str = "en") -> str:
    client.post(f"/language/{language}", data={"csrf_token": client.get("/token-for-tests").text})
    return client.get(f"/campaigns/{campaign}").text


def row(page: str, name: str) -> list[str]:
    """The cells of the line that begins with the name, as they are read."""
    (line,) = re.findall(rf"<tr>\s*<td>{re.escape(name)}</td>(.*?)</tr>", page, re.DOTALL)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", line, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]


def test_an_experiment_is_a_table_with_its_verdict(client: FlaskClient, campaign: int) -> None:
    page = page_of(client, campaign)
    assert "More recharged with long than with short." in page
    assert row(page, "short")[:3] == ["20 62.5% asked: 50.0%", "10.0% 2.8% – 30.1%", ""]
    customers, rate, difference, *_ = row(page, "long")
    assert (customers, rate[:5]) == ("12 37.5% asked: 30.0%", "83.3%")
    assert difference.startswith("+73.3")
    assert difference.endswith("p &lt; 0.001")
    assert "corrected for their number after Holm" in page


def test_the_same_in_chinese(client: FlaskClient, campaign: int) -> None:
    page = page_of(client, campaign, "zh")
    assert "long 的充值率高于 short。" in page
    assert "与其他活动的重叠" in page


def test_uneven_ways_are_a_warning_with_its_meaning(
    client: FlaskClient, transaction: Transaction, campaign: int
) -> None:
    with transaction() as tx:
        go(tx, campaign, "short", 40)
    page = page_of(client, campaign)
    assert "the ways&#39; sizes are not chance: short 60 (asked: 50.0%)" in page
    assert "do not believe the difference before the cause is found" in page


def test_contacts_by_other_campaigns_have_their_own_table(
    client: FlaskClient, transaction: Transaction, campaign: int, now: datetime
) -> None:
    with transaction() as tx:
        held = go(tx, campaign, None, 2, arm="control", global_control_until=now + timedelta(days=40))
        contact(tx, customer_of(tx, held[0]), now)
    page = page_of(client, campaign)
    assert row(page, "Global control, contacted for marketing") == ["1", "50.0% of 2"]
    assert row(page, "Held out, but contacted by this campaign") == ["0", "0.0% of 6"]
    assert "1 of 2 customers of the global control group were contacted for marketing." in page
    assert "4 control, 2 in the global control" in page


def test_the_figures_are_kept_for_a_moment_but_not_beyond_a_move(
    client: FlaskClient, transaction: Transaction, campaign: int
) -> None:
    def shown() -> str:
        return row(client.get(f"/campaigns/{campaign}/live").text, "long")[1][:5]

    before = shown()
    with transaction() as tx:
        enrolment = make_enrolment(tx, campaign_id=campaign, state={"ways": {"wording": "long"}})
        make_topup(tx, customer_of(tx, enrolment), "50")
    again = shown()
    with transaction() as tx:
        tx.get_one(CampaignRow, campaign).status = "paused"
    assert (before, again, shown()) == ("83.3%", "83.3%", "84.6%")
