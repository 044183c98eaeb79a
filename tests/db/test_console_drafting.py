"""A campaign written down in the console: the same draft as on the command line, and each slip beside its field."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.enrolment.errors import CampaignError
from bot.enrolment.shelf import on_offer, take
from bot.store.models import AuditRow, CampaignRow, CustomerRow, UserRow
from bot.store.transaction import Transaction
from console.draft_form import Draft, chosen_policy
from tests.console_app import make_app, make_person, make_readable_campaign, operators_browser, post, sign_in
from tests.db.factories import make_customer, make_flow_revision, make_risk_list

NEW = "/campaigns/new/low_balance_recharge"
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@pytest.fixture
def client(transaction: Transaction, now: datetime) -> FlaskClient:
    return operators_browser(transaction, now)


def filled(**over: Any) -> dict[str, Any]:
    """The form as somebody leaves it who changes nothing but the name."""
    usual = {
        "name": "December",
        "audience": "flow",
        "control_share": "10",
        "order": "as-is",
        "priority": "",
        "offer.bonus": "10",
        "offer.min_recharge": "50",
        "offer.within": "7d",
        "occasion": "once",
        "days": DAYS,
        "rhythm_at": "02:00",
        "policy": "",
    }
    return usual | over


def only_campaign(transaction: Transaction) -> CampaignRow:
    with transaction() as tx:
        return tx.scalars(select(CampaignRow)).one()


def wrong(page: str) -> dict[str, str]:
    """What is said beside which field."""
    return dict(re.findall(r'<p class="wrong" id="([\w-]+?)(?:-wrong)?"[^>]*>([^<]*)<', page))


def test_the_flows_of_this_installation_are_offered_with_their_titles(client: FlaskClient) -> None:
    page = client.get("/campaigns/new").text
    assert "Low balance, recharge bonus" in page
    assert 'href="/campaigns/new/winback"' in page
    assert "satisfaction" not in page  # a part, which only runs inside others


def test_a_published_flow_that_is_not_on_the_shelf_is_offered_as_it_was_published(
    transaction: Transaction,
) -> None:
    with transaction() as tx:
        revision = make_flow_revision(tx, flow="only_published")
        assert revision in {one.key for one in on_offer(tx) if one.published_at is not None}
        assert take(tx, revision).source.startswith("flow: low_balance_recharge")
        with pytest.raises(CampaignError, match=r"there is no flow 'low_balance_rechage'; did you mean"):
            take(tx, "low_balance_rechage")


def test_an_operator_writes_a_campaign_down_and_is_its_author(
    client: FlaskClient, transaction: Transaction, now: datetime
) -> None:
    answer = post(client, NEW, **filled())
    campaign = only_campaign(transaction)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/campaigns/{campaign.id}"
    with transaction() as tx:
        author = tx.scalars(select(UserRow.id).where(UserRow.login == "olga")).one()
        made = tx.scalars(select(AuditRow).where(AuditRow.action == "campaign.create")).one()
    assert (campaign.status, campaign.condition) == ("draft", "balance < 10 and days_since_recharge >= 25")
    assert (campaign.control_share, campaign.starts_at, campaign.author_id) == (Decimal("0.1"), now, author)
    assert (campaign.offer, campaign.policy, campaign.bonus_budget) == ({}, {}, None)
    assert made.user_id == author
    page = client.get(answer.headers["Location"]).text
    assert "The campaign is written down" in page
    assert 'name="move" value="check"' in page


def test_every_choice_of_the_form_reaches_the_campaign(client: FlaskClient, transaction: Transaction) -> None:
    with transaction() as tx:
        make_risk_list(tx, name="november-risk")
    choices = filled(
        audience="list",
        risk_list="november-risk",
        control_share="12.5%",
        order="risk",
        priority="8",
        budget="5000",
        starts="2026-12-01T09:30",
        ends="2026-12-20T18:00",
        occasion="rhythm",
        days=["mon", "thu"],
        rhythm_at="09:30",
        again_after="90",
        policy="cn",
        approval="1",
    )
    choices["offer.bonus"] = "12"
    assert post(client, NEW, **choices).status_code == 303
    made = only_campaign(transaction)
    assert (made.control_share, made.send_order, made.priority) == (Decimal("0.125"), "risk", 8)
    assert (made.offer, made.bonus_budget) == ({"bonus": "12"}, Decimal(5000))
    assert made.starts_at == datetime(2026, 12, 1, 9, 30, tzinfo=UTC)  # the console tells time in UTC here
    assert made.ends_at == datetime(2026, 12, 20, 18, 0, tzinfo=UTC)
    assert (made.rhythm, made.rhythm_zone, made.again_after) == (
        "mon,thu@09:30",
        "Asia/Shanghai",
        timedelta(days=90),
    )
    assert made.policy["profile"] == "cn"
    assert made.policy["approval"] == {"needed": True}


def test_a_campaign_may_wait_for_an_event_or_for_another_campaign(
    client: FlaskClient, transaction: Transaction
) -> None:
    with transaction() as tx:
        first = make_readable_campaign(tx, name="first")
    assert (
        post(client, NEW, **filled(name="second", occasion="after", after="first", reached="50")).status_code
        == 303
    )
    assert post(client, NEW, **filled(name="third", occasion="event", event="complaint")).status_code == 303
    with transaction() as tx:
        found = {one.name: one for one in tx.scalars(select(CampaignRow))}
    assert (found["second"].after_id, found["second"].after_share) == (first, Decimal("0.5"))
    assert found["third"].on_event == "complaint"


@pytest.mark.parametrize(
    ("over", "field", "said"),
    [
        ({"name": " "}, "name", "Please give it a name."),
        ({"name": "x" * 121}, "name", "One line of at most 120 characters."),
        ({"offer.bonus": "1000000001"}, "offer-bonus", "At most 1,000,000,000."),
        ({"control_share": "100"}, "control_share", "At least 0% and below 100%."),
        ({"control_share": "a tenth"}, "control_share", "Please give a percentage, such as 10."),
        ({"starts": "tomorrow"}, "starts", "Please give a day and a time."),
        (
            {"starts": "2026-12-02T00:00", "ends": "2026-12-01T00:00"},
            "ends",
            "The end is not after the start.",
        ),
        ({"budget": "0"}, "budget", "It must be above 0."),
        ({"budget": "much"}, "budget", "Please give an amount."),
        ({"offer.within": "soon"}, "offer-within", "Please write it like 7d."),
        ({"offer.bonus": "ten"}, "offer-bonus", "Please write it like 10."),
        ({"audience": "list"}, "risk_list", "Please choose a risk list."),
        ({"order": "risk"}, "order", "Only the customers of a risk list have a risk to order them by."),
        ({"occasion": "rhythm", "days": []}, "days", "Please choose a day."),
        ({"occasion": "rhythm", "rhythm_at": ""}, "rhythm_at", "Please give a time, such as 02:00."),
        ({"occasion": "event", "event": "rain"}, "event", "Please choose one of the list."),
        ({"occasion": "after", "after": ""}, "after", "Please choose a campaign."),
        ({"policy": "../../etc/passwd"}, "policy", "Please choose one of the list."),
    ],
)
def test_a_slip_is_named_beside_its_field_and_nothing_is_written_down(
    client: FlaskClient, transaction: Transaction, over: dict[str, Any], field: str, said: str
) -> None:
    with transaction() as tx:
        make_readable_campaign(tx, name="another")
    answer = post(client, NEW, **filled(**over))
    assert answer.status_code == 422
    assert wrong(answer.text) == {field: said}
    with transaction() as tx:
        assert tx.scalars(select(CampaignRow.name)).all() == ["another"]


def test_everything_that_does_not_fit_is_told_at_once(client: FlaskClient, transaction: Transaction) -> None:
    """What the fields, the condition, the offer and the campaign as a whole are refused for: in one go."""
    with transaction() as tx:
        make_readable_campaign(tx, name="December")
    form = filled(
        audience="condition",
        condition="balnce < 10 and teir = 'high'",
        control_share="100",
        starts="tomorrow",
        ends="2020-01-01T00:00",
        budget="0",
        occasion="rhythm",
        days=[],
        rhythm_at="later",
        policy="../cn",
    )
    form |= {"offer.bonus": "ten", "offer.min_recharge": "1000000001"}
    said = wrong(post(client, NEW, **form).text.replace("<br>", " / "))
    assert said == {
        "name": "There already is a campaign of this name.",
        "people": "Line 1, column 1: unknown factor &#39;balnce&#39; (did you mean balance?)"
        " / Line 1, column 17: unknown factor &#39;teir&#39; (did you mean tier?)",
        "control_share": "At least 0% and below 100%.",
        "offer-bonus": "Please write it like 10.",
        "offer-min_recharge": "At most 1,000,000,000.",
        "budget": "It must be above 0.",
        "starts": "Please give a day and a time.",
        "days": "Please choose a day.",
        "rhythm_at": "Please give a time, such as 02:00.",
        "policy": "Please choose one of the list.",
    }


def test_a_condition_is_refused_in_the_readers_language(client: FlaskClient) -> None:
    post(client, "/language/zh")
    answer = post(client, "/campaigns/new/people", condition="balnce < 10 and tier = 3")
    assert "第1行第1列：未知的因子 &#39;balnce&#39;（是否为 balance？）<br>" in answer.text
    assert "&#39;tier&#39; 是文字，而 &#39;3&#39; 是数值（文字须加引号）" in answer.text


def test_a_shipped_policy_that_somebody_has_broken_is_told_beside_its_field(
    transaction: Transaction, now: datetime, tmp_path: Path
) -> None:
    (tmp_path / "cn.yaml").write_text("caps: [{limit: 0, per: day}]\n", encoding="utf-8")
    draft = Draft({"policy": "cn"})
    with make_app(transaction, now).test_request_context():
        chosen_policy(draft, tmp_path)
    assert draft.errors["policy"].startswith("Line 1, column 16: caps[0].limit: 0 would forbid every contact")


def test_what_was_written_need_not_be_typed_twice(client: FlaskClient) -> None:
    page = post(
        client, NEW, **filled(control_share="x", audience="condition", condition="tier = 'high'")
    ).text
    assert 'value="December"' in page
    assert "tier = &#39;high&#39;" in page
    assert re.search(r'value="condition" checked', page)


def test_a_name_that_is_taken_is_told_in_the_readers_language(
    client: FlaskClient, transaction: Transaction
) -> None:
    with transaction() as tx:
        make_readable_campaign(tx, name="December")
    post(client, "/language/zh")
    assert wrong(post(client, NEW, **filled()).text) == {"name": "已有同名活动。"}
    too_long = post(client, NEW, **filled(name="x" * 121)).text
    assert wrong(too_long) == {"name": "须为一行，最多120个字符。"}


def test_a_condition_is_counted_while_it_is_written_and_its_mistakes_have_a_place(
    client: FlaskClient, transaction: Transaction
) -> None:
    with transaction() as tx:
        for balance in (3, 8, 40):
            tx.get_one(CustomerRow, make_customer(tx)).factors = {"balance": balance}
    people = "/campaigns/new/people"
    assert "Holds for 2 people just now." in post(client, people, condition="balance < 10").text
    assert "Holds for 1 person just now." in post(client, people, condition="balance > 10").text
    answer = post(client, people, condition="balnce < 10").text
    assert "Line 1, column 1: " in answer
    assert "did you mean balance" in answer
    answer = post(client, NEW, **filled(audience="condition", condition="balnce < 10"))
    assert answer.status_code == 422
    assert "did you mean balance" in wrong(answer.text)["people"]


def test_a_condition_that_meets_a_value_beyond_all_bounds_says_so_in_the_readers_language(
    client: FlaskClient, transaction: Transaction
) -> None:
    with transaction() as tx:
        tx.get_one(CustomerRow, make_customer(tx)).factors = {"arpu": 1e308}
    people, condition = "/campaigns/new/people", "arpu * 12 > 5"
    told = wrong(post(client, people, condition=condition).text)["people"]
    assert told.startswith("a customer&#39;s value of arpu is too large to calculate with")
    post(client, "/language/zh")
    assert wrong(post(client, people, condition=condition).text)["people"].startswith(
        "有客户的 arpu 数值过大"
    )


@pytest.mark.parametrize("role", ["manager", "supervisor"])
def test_only_operators_write_campaigns_down(transaction: Transaction, now: datetime, role: str) -> None:
    with transaction() as tx:
        make_person(tx, login="other", role=role)
    client = make_app(transaction, now).test_client()
    sign_in(client, "other")
    assert client.get("/campaigns/new").status_code == 403
    assert client.get(NEW).status_code == 403
    assert post(client, NEW, **filled()).status_code == 403
    assert post(client, "/campaigns/new/people", condition="balance < 10").status_code == 403
    with transaction() as tx:
        assert not tx.scalars(select(CampaignRow.id)).all()


def test_an_unknown_flow_is_no_page_and_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    assert client.get("/campaigns/new/nothing").status_code == 404
    assert client.post(NEW, data=filled()).status_code == 400
