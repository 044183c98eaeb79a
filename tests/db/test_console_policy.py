"""A campaign's rules of contact in the console: told in words, changed as YAML, and every change on record."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.store.models import AuditRow, CampaignRow, UserRow
from bot.store.transaction import Transaction
from tests.console_app import make_app, make_person, make_readable_campaign, post, sign_in

NIGHT = 'hours: {marketing: ["10:00-11:00"], service: ["08:00-22:00"]}\n'


@pytest.fixture
def client(transaction: Transaction, now: datetime) -> FlaskClient:
    with transaction() as tx:
        make_person(tx, login="olga", name="Olga", role="operator")
    client = make_app(transaction, now).test_client()
    sign_in(client, "olga")
    return client


@pytest.fixture
def campaign(transaction: Transaction) -> int:
    with transaction() as tx:
        return make_readable_campaign(tx, name="December", policy={})


def told(page: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]*)</dd>", page))


def agreed_to(client: FlaskClient, path: str, **form: str) -> TestResponse:
    """Sends the rules, sees what they change, and agrees."""
    seen = post(client, path, **form)
    assert seen.status_code == 200, seen.text
    return post(client, path, agreed=agreement(seen.text), **form)


def agreement(page: str) -> str:
    (found,) = re.findall(r'name="agreed" value="(\w+)"', page)
    return str(found)


def changes(page: str) -> list[tuple[str, ...]]:
    """Each line of the table: rule, until now, from now on, and what that is."""
    found = []
    for row in re.findall(r"<tr data-direction=.*?</tr>", page, re.DOTALL):
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        bare = (re.sub(r'<span class="soft[^>]*>[^<]*</span>', "", cell) for cell in cells)
        found.append(tuple(re.sub(r"<[^>]+>", "", cell).strip() for cell in bare))
    return found


def stored(transaction: Transaction, campaign: int) -> CampaignRow:
    with transaction() as tx:
        return tx.get_one(CampaignRow, campaign)


def test_the_rules_are_told_in_words_and_the_hours_drawn(client: FlaskClient, campaign: int) -> None:
    page = client.get(f"/campaigns/{campaign}/policy").text
    assert page.count("09:00–12:00, 14:00–20:30</td>") == 7
    assert '<rect class="open" x="540" width="180"' in page
    said = told(page)
    assert said["Marketing by phone"] == "2 times at most, in any 1 day, all campaigns together"
    assert said["Marketing by phone, Service by phone"] == "30 minutes between two at least"
    assert said["Customers opt out"] == "more than 10.0% in 1 day, of 200 or more"
    assert said["Black list"] == "no marketing"


def test_money_holidays_and_approval_are_told_too(client: FlaskClient, transaction: Transaction) -> None:
    policy = {
        "spend": {"money": 5000, "per_day": {"segments": 800}},
        "holidays": {"dates": ["2026-12-25"], "hours": {"service": ["10:00-12:00"]}},
        "approval": {"needed": True},
        "brakes": {"opt_outs": "off", "stale_data": {"after": "36h"}},
        "caps": [{"limit": 1, "per": "week", "everywhere": False}],
        "exempt": ["service"],
    }
    with transaction() as tx:
        campaign = make_readable_campaign(tx, policy=policy)
    page = client.get(f"/campaigns/{campaign}/policy").text
    said = told(page)
    assert said["In all"] == "CN¥5,000.00"
    assert said["A day"] == "800 segments"
    assert said["Approval"] == "A second person approves it before it starts"
    assert said["Marketing"] == "1 time at most, a week, by this campaign"
    assert "Customers opt out" not in said
    assert said["The customers&#39; data is stale"] == "older than 36 hours"
    assert "On holidays: 10:00–12:00" in page
    assert "On holidays: closed" in page


def test_an_operator_tightens_the_rules_of_a_running_campaign_and_it_is_on_record(
    client: FlaskClient, transaction: Transaction, campaign: int
) -> None:
    answer = agreed_to(client, f"/campaigns/{campaign}/policy", policy=NIGHT, reason="the regulator called")
    assert answer.status_code == 303
    after = stored(transaction, campaign)
    assert (after.status, after.policy["hours"]["marketing"]) == ("running", ["10:00-11:00"])
    page = client.get(f"/campaigns/{campaign}/policy").text
    assert "Changed: hours. They hold from now on." in page
    assert page.count("10:00–11:00</td>") == 7
    assert re.search(r"<strong>hours</strong><br><span class=\"soft\"><time[^>]*>[^<]*</time> · Olga", page)
    assert "the regulator called" in client.get(f"/campaigns/{campaign}").text
    with transaction() as tx:
        note = tx.scalars(select(AuditRow).where(AuditRow.action == "campaign.policy")).one()
    assert note.after is not None
    assert note.after["reason"] == "the regulator called"


def test_what_becomes_looser_and_what_tighter_is_seen_before_anything_changes(
    client: FlaskClient, transaction: Transaction, campaign: int
) -> None:
    path = f"/campaigns/{campaign}/policy"
    written = NIGHT + "needs_consent: []\nspend: {money: 5000}\nbrakes: {opt_outs: {above: 20%}}\n"
    seen = post(client, path, policy=written, reason="a trial")
    assert seen.status_code == 200
    assert changes(seen.text) == [
        ("Hours, marketing, every day", "09:00-12:00, 14:00-20:30", "10:00-11:00", "Tighter"),
        ("Consent, marketing", "needed", "not needed", "Looser"),
        ("Money in all", "no limit", "5,000", "Tighter"),
        ("The longest call", "no limit", "5 minutes", "Tighter"),
        (
            "It stops by itself: customers opt out",
            "above 10% in 1 day, of 200 or more",
            "above 20% in 1 day, of 200 or more",
            "Looser",
        ),
    ]
    assert 'value="a trial"' in seen.text
    assert stored(transaction, campaign).policy == {}
    post(client, "/language/zh")
    assert ("同意，营销", "须取得", "不需要", "更宽") in changes(post(client, path, policy=written).text)


def test_who_agrees_to_some_rules_has_not_agreed_to_others(
    client: FlaskClient, transaction: Transaction, campaign: int
) -> None:
    path = f"/campaigns/{campaign}/policy"
    agreed = agreement(post(client, path, policy=NIGHT).text)
    edited = post(client, path, policy="caps: []", agreed=agreed)
    assert edited.status_code == 200
    with transaction() as tx:
        tx.get_one(CampaignRow, campaign).policy = {"caps": []}
    assert post(client, path, policy=NIGHT, agreed=agreed).status_code == 200
    assert stored(transaction, campaign).policy == {"caps": []}


def test_rules_that_say_the_same_in_other_words_are_told_as_such(client: FlaskClient, campaign: int) -> None:
    seen = post(client, f"/campaigns/{campaign}/policy", policy="sms: {signature: []}")
    assert "no rule is looser or tighter than before" in seen.text
    assert changes(seen.text) == []


def test_the_author_learns_at_once_that_a_second_person_must_do_it(
    client: FlaskClient, transaction: Transaction
) -> None:
    with transaction() as tx:
        olga = tx.scalars(select(UserRow.id).where(UserRow.login == "olga")).one()
        campaign = make_readable_campaign(tx, policy={"approval": {"needed": True}}, author_id=olga)
    post(client, "/language/zh")
    answer = post(client, f"/campaigns/{campaign}/policy", policy=NIGHT)
    assert answer.status_code == 422
    assert "此活动由您编写，更改其规则需由第二人进行。" in answer.text


def test_mistakes_are_told_in_chinese(client: FlaskClient, campaign: int) -> None:
    post(client, "/language/zh")
    written = (
        'hours: {marketing: ["09:00-12:00", "11:00-14:00"], service: ["08:00-22:00"]}\ncaps: [{limit: 0}]'
    )
    page = post(client, f"/campaigns/{campaign}/policy", policy=written).text
    assert "hours.marketing[1]：09:00-12:00 与 11:00-14:00 重叠" in page
    assert "caps[0].limit：0 会禁止一切触达" in page
    assert "caps[0].period：缺失" in page


def test_a_campaign_that_has_not_started_is_a_draft_again(
    client: FlaskClient, transaction: Transaction
) -> None:
    with transaction() as tx:
        campaign = make_readable_campaign(tx, status="checked", policy={}, started_at=None)
    agreed_to(client, f"/campaigns/{campaign}/policy", policy="extends: cn")
    after = stored(transaction, campaign)
    assert (after.status, after.policy["profile"]) == ("draft", "cn")
    assert "It must be checked again" in client.get(f"/campaigns/{campaign}/policy").text


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("caps:\n  - {limit: 0, per: day}", "Line 2, column 13: caps[0].limit: 0 would forbid every contact"),
        ('hours: {marketing: ["12:00-09:00"], service: []}', "Line 1, column 22: hours.marketing[0]"),
        ("hours: [", "Line 1, column"),
        ("extends: cnn", "did you mean cn"),
        ("zones: {'+86': [Asia/Shanghia]}", "is not a known time zone"),
        ("a list", "Line 1, column 1: a policy is a mapping"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_column_and_changes_nothing(
    client: FlaskClient, transaction: Transaction, campaign: int, written: str, said: str
) -> None:
    answer = post(client, f"/campaigns/{campaign}/policy", policy=written)
    assert answer.status_code == 422
    assert said in answer.text
    assert stored(transaction, campaign).policy == {}
    assert written.splitlines()[0].replace("'", "&#39;").replace('"', "&#34;") in answer.text


def test_the_same_rules_and_an_endless_text_are_refused(client: FlaskClient, campaign: int) -> None:
    same = post(client, f"/campaigns/{campaign}/policy", policy="")
    assert (same.status_code, "The campaign has these rules already." in same.text) == (422, True)
    assert post(client, f"/campaigns/{campaign}/policy", policy="#" * 30_000).status_code == 413


def test_rules_that_cannot_be_read_any_more_can_be_replaced_on_their_page(
    client: FlaskClient, transaction: Transaction
) -> None:
    with transaction() as tx:
        campaign = make_readable_campaign(tx, policy={"hours": 3})
    page = client.get(f"/campaigns/{campaign}/policy")
    assert page.status_code == 200
    assert "The stored rules cannot be read any more" in page.text
    seen = post(client, f"/campaigns/{campaign}/policy", policy=NIGHT)
    assert "so nothing can be compared with it" in seen.text
    assert agreed_to(client, f"/campaigns/{campaign}/policy", policy=NIGHT).status_code == 303


def test_a_supervisor_reads_the_rules_and_a_manager_does_not(
    transaction: Transaction, now: datetime, campaign: int
) -> None:
    with transaction() as tx:
        make_person(tx, login="sue", role="supervisor")
        make_person(tx, login="max", role="manager")
    path, client = f"/campaigns/{campaign}/policy", make_app(transaction, now).test_client()
    sign_in(client, "sue")
    page = client.get(path)
    assert page.status_code == 200
    assert "<textarea" not in page.text
    assert post(client, path, policy=NIGHT).status_code == 403
    post(client, "/logout")
    sign_in(client, "max")
    assert client.get(path).status_code == 403
    assert stored(transaction, campaign).policy == {}
