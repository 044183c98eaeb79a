"""How people ask what happened to a customer: the command and the page, and neither shows the number."""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial

import pytest
from flask.testing import FlaskClient

from bot.forecast.errors import ForecastError
from bot.forecast.explain import find
from bot.store.transaction import Transaction
from console import explain as pages
from tests.console_app import make_app, make_person, post, sign_in
from tests.db.commands import Keepline
from tests.db.factories import (
    make_attempt,
    make_campaign,
    make_customer,
    make_decision,
    make_enrolment,
    make_event,
    make_grant,
    make_suppression,
    make_work_order,
)
from tests.db.parts import NOW, Parts

NUMBER = "+8613812345678"


def test_a_customer_is_found_by_each_name_and_not_by_a_guess(transaction: Transaction) -> None:
    with transaction() as tx:
        anna = make_customer(tx, external_id="A-1", msisdn=NUMBER)
        other = make_customer(tx, external_id=str(anna))
    with transaction() as tx:
        assert find(tx, "A-1", None).id == anna
        assert find(tx, "13812345678", NUMBER).id == anna
        with pytest.raises(ForecastError, match="external-id and id of different customers"):
            find(tx, str(anna), None)
        assert find(tx, str(anna), None, "id").id == anna
        assert find(tx, str(anna), None, "external-id").id == other
        with pytest.raises(ForecastError, match="there is no customer of this id, external id or number"):
            find(tx, "9" * 18, None)
        with pytest.raises(ForecastError, match="there is no customer of this number"):
            find(tx, "A-1", None, "number")


@pytest.fixture
def ask(keepline: Keepline) -> Keepline:
    return partial(keepline, "campaign", "explain")


@pytest.fixture
def anna(transaction: Transaction) -> int:
    """Invited by one campaign, held out by another, with a manager now."""
    with transaction() as tx:
        customer = make_customer(tx, external_id="A-1", msisdn=NUMBER, name="安娜")
        run = make_enrolment(tx, customer_id=customer, campaign_id=make_campaign(tx, name="November"))
        sent = {"status": "delivered", "taken_at": NOW, "settled_at": NOW, "segments": 1}
        attempt = make_attempt(tx, enrolment_id=run, body="您好[bold]，回1参加，电话13812345678", **sent)
        make_decision(tx, attempt_id=attempt)
        make_event(
            tx, customer_id=customer, enrolment_id=run, outcome="unclear", payload={"Body": "打13812345678"}
        )
        make_grant(tx, enrolment_id=run, status="accepted", qualified_at=None)
        make_work_order(tx, enrolment_id=run)
        make_suppression(tx, customer_id=customer, channel="call", wording="别打了")
        make_enrolment(tx, customer_id=customer, campaign_id=make_campaign(tx, name="October"), arm="control")
    return customer


# -- the command -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["A-1", "13812345678", "+86 138 1234 5678"])
def test_the_command_tells_it_without_the_number(ask: Keepline, anna: int, written: str) -> None:
    answer = ask(written, "--language", "zh")
    assert answer.exit_code == 0, answer.output
    assert "138****5678" in answer.output
    assert "13812345678" not in answer.output
    assert "安娜" not in answer.output
    assert "November: 已联系1次。" in answer.output
    assert "October: 未联系：客户属于对照组" in answer.output
    assert "您好[bold]" in answer.output
    assert "打138****5678" in answer.output


def test_the_command_answers_programs_in_json(ask: Keepline, anna: int) -> None:
    answer = ask(str(anna), "--by", "id", "--json")
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.output)
    assert "13812345678" not in answer.output
    assert found["customer"]["number"] == "138****5678"
    assert found["customer"]["refusals"] == [{"channel": "call", "purpose": "all"}]
    assert [(one["campaign"], one["contacts"], one["why_not"]) for one in found["campaigns"]] == [
        ("November", 1, None),
        ("October", 0, "control_arm"),
    ]
    moments = [datetime.fromisoformat(entry["at"]) for entry in found["entries"]]
    assert moments == sorted(moments)
    assert all(entry["words"] and "{" not in entry["words"] for entry in found["entries"])


def test_steps_are_called_by_their_titles_in_the_readers_language(parts: Parts, ask: Keepline) -> None:
    customer = parts.customer(external_id="A-7")
    parts.enrol(parts.campaign(name="November"), customer)
    parts.sms_outreach.send_due(NOW)
    assert "The SMS of step “Invitation by SMS” (invite_by_sms) goes to the carrier." in ask("A-7").output
    assert "短信（步骤“短信邀请”（invite_by_sms））交给运营商。" in ask("A-7", "--language", "zh").output


def test_nobody_is_said_in_one_line(ask: Keepline, transaction: Transaction) -> None:
    answer = ask("nobody")
    said = "Error: there is no customer of this id, external id or number"
    assert (answer.exit_code, answer.output.strip()) == (1, said)


def test_whom_no_campaign_knows_has_a_short_story(ask: Keepline, transaction: Transaction) -> None:
    with transaction() as tx:
        make_customer(tx, external_id="A-9")
    answer = ask("A-9")
    assert "No campaign has had anything to do with this customer." in answer.output


@pytest.fixture
def client(transaction: Transaction, now: datetime) -> FlaskClient:
    with transaction() as tx:
        make_person(tx, login="olga", role="operator")
        make_person(tx, login="mo", role="manager")
    app = make_app(transaction, now)
    if pages.blueprint.name not in app.blueprints:
        app.register_blueprint(pages.blueprint)
    return app.test_client()


# -- the page --------------------------------------------------------------------------------------------------


def test_an_operator_finds_a_customer_without_the_number_in_an_address(
    client: FlaskClient, anna: int
) -> None:
    sign_in(client, "olga")
    answer = post(client, "/customers/", who="138 1234 5678")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/customers/{anna}")
    page = client.get(f"/customers/{anna}").text
    assert "138****5678" in page
    assert "13812345678" not in page
    assert "Contacted once." in page
    assert "control group, which shows what happens without us" in page
    assert "别打了" in page
    assert 'data-kind="work_order"' not in page  # it has no moves yet
    assert "<style" not in page


def test_the_page_speaks_the_readers_language(client: FlaskClient, anna: int) -> None:
    sign_in(client, "olga")
    post(client, "/language/zh")
    assert "已联系1次。" in client.get(f"/customers/{anna}").text


def test_the_page_calls_steps_by_their_titles(client: FlaskClient, parts: Parts) -> None:
    customer = parts.customer()
    parts.enrol(parts.campaign(), customer)
    sign_in(client, "olga")
    post(client, "/language/zh")
    assert "步骤“短信邀请”（invite_by_sms）" in client.get(f"/customers/{customer}").text


def test_who_is_not_found_is_not_echoed(client: FlaskClient) -> None:
    sign_in(client, "olga")
    answer = post(client, "/customers/", who="13900001111")
    assert answer.status_code == 404
    assert "There is no such customer" in answer.text
    assert "13900001111" not in answer.text
    assert client.get("/customers/999999").status_code == 404
    assert client.get(f"/customers/{'9' * 30}").status_code == 404


def test_a_manager_has_no_business_here(client: FlaskClient, anna: int) -> None:
    sign_in(client, "mo")
    assert client.get("/customers/").status_code == 403
    assert client.get(f"/customers/{anna}").status_code == 403
    assert post(client, "/customers/", who="A-1").status_code == 403
