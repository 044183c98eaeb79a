"""One customer's story: stored rows in the order of time, and plainly why a campaign did not make contact."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from bot.domain.arms import bucket
from bot.domain.contact import Reason
from bot.forecast.errors import ForecastError
from bot.forecast.explain import Story, explain, find
from bot.forecast.story_words import Teller
from bot.store import forecasting, story
from bot.store.models import RiskListEntryRow
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
    make_manual_call,
    make_risk_list,
    make_suppression,
    make_user,
    make_work_order,
)
from tests.db.parts import NOW, Parts

NUMBER = "+8613812345678"


def told(transaction: Transaction, customer_id: int) -> Story:
    with transaction() as tx:
        forecasting.freeze(tx)
        subject = story.by_id(tx, customer_id)
        assert subject is not None
        return explain(tx, subject, NOW)


def conclusion(transaction: Transaction, customer_id: int, language: str = "en") -> str:
    """Of the only campaign."""
    found = told(transaction, customer_id)
    (chapter,) = found.chapters
    return Teller(language, UTC).conclusion(chapter)


def test_a_whole_conversation_is_told_in_its_order(parts: Parts) -> None:
    """Invited, taken, delivered, answered, recharged, called; then the customer has enough of it."""
    customer = parts.customer(msisdn=NUMBER)
    run = parts.enrol(parts.campaign(name="November"), customer)
    parts.sms_outreach.send_due(NOW)
    invited = parts.attempt(run).id
    parts.status(invited, "delivered", NOW + timedelta(seconds=5))
    parts.reply(customer, "1", NOW + timedelta(minutes=1))
    parts.topup(customer, "50.00", NOW + timedelta(minutes=2))
    parts.reply(customer, "退订", NOW + timedelta(minutes=3), sid="SM-stop")

    found = told(parts.transaction, customer)

    kinds = [entry.kind for entry in found.entries]
    assert kinds == [
        "enrolled", "planned", "allowed", "sent", "ended", "reply", "grant",
        "recharge", "planned", "grant", "register", "reply", "not_made", "finished",
    ]  # fmt: skip
    assert [entry.at for entry in found.entries] == sorted(entry.at for entry in found.entries)
    assert [(one.channel, one.purpose) for one in found.refusals] == [("all", "all")]
    assert conclusion(parts.transaction, customer) == "Contacted once."
    lines = {line.kind: line for line in Teller("en", UTC).lines(found)}
    assert lines["ended"].sentence == "The SMS of step invite_by_sms ends: delivered."
    assert lines["reply"].text == "退订"
    assert lines["register"].sentence.startswith(
        "Register: refuses every channel, every purpose, every topic; by a reply by SMS."
    )
    assert lines["finished"].sentence == "The run ends: opted out."
    assert {line.campaign for line in lines.values()} == {"November", None}


def test_calls_by_hand_are_told_with_what_the_gate_said_of_them(parts: Parts) -> None:
    customer = parts.customer(msisdn=NUMBER)
    with parts.transaction() as tx:
        run = make_enrolment(tx, customer_id=customer, campaign_id=make_campaign(tx, name="November"))
        manager = make_user(tx, login="mei")
        order = make_work_order(tx, enrolment_id=run, owner_id=manager)
        about = {"order_id": order, "user_id": manager}
        make_manual_call(tx, **about, status="refused", verdict="denied", reason="suppressed", ended_at=NOW)
        later = {"verdict": "deferred", "reason": "quiet_hours", "until": NOW + timedelta(hours=1)}
        make_manual_call(tx, **about, status="refused", **later, ended_at=NOW)
        make_manual_call(tx, **about, status="completed", taken_at=NOW, duration_s=75, ended_at=NOW)
        make_manual_call(tx, **about, status="busy", way="own_phone", taken_at=NOW, ended_at=NOW)
        make_manual_call(tx, **about, status="away", ended_at=NOW)  # the customer heard nothing of it
    found = told(parts.transaction, customer)
    lines = {line.kind: line for line in Teller("en", UTC).lines(found) if "call" in line.sentence}
    assert set(lines) == {"hand_denied", "hand_deferred", "hand_call", "own_call"}
    assert lines["hand_call"].sentence == "A manager calls (service): completed."
    assert lines["hand_call"].notes == ("75 s", "by mei")
    assert lines["hand_call"].campaign == "November"
    assert lines["own_call"].sentence == "A manager calls from their own phone (service): busy."
    assert lines["hand_denied"].sentence.startswith("A manager wants to call (service) and may not: ")
    assert "not before 2026-11-22 03:00" in lines["hand_deferred"].sentence


def attempt_of(tx: Any, customer: int, **over: Any) -> UUID:
    run = make_enrolment(tx, customer_id=customer, campaign_id=make_campaign(tx, **over.pop("campaign", {})))
    return make_attempt(tx, enrolment_id=run, **over)


def _refused(tx: Any, customer: int) -> None:
    attempt = attempt_of(tx, customer, status="denied", reason="no_consent", settled_at=NOW)
    make_decision(tx, attempt_id=attempt, verdict="denied", reason="no_consent")


def _put_off(tx: Any, customer: int) -> None:
    attempt = attempt_of(tx, customer)
    until = NOW + timedelta(hours=7)
    make_decision(tx, attempt_id=attempt, verdict="deferred", reason="quiet_hours", until=until)


def _too_late(tx: Any, customer: int) -> None:
    attempt = attempt_of(tx, customer, status="expired", reason="cap", settled_at=NOW)
    until = NOW + timedelta(days=2)
    make_decision(tx, attempt_id=attempt, verdict="deferred", reason="cap", until=until)


def _overdue(tx: Any, customer: int) -> None:
    attempt_of(tx, customer, status="expired", reason="too_late", settled_at=NOW)


def _moved_on(tx: Any, customer: int) -> None:
    attempt_of(tx, customer, status="canceled", reason="flow_moved_on", settled_at=NOW)


def _carrier(tx: Any, customer: int) -> None:
    attempt_of(tx, customer, status="failed", error_code="21211", settled_at=NOW)


def _paused(tx: Any, customer: int) -> None:
    attempt_of(tx, customer, campaign={"status": "paused"})


def _paused_before_it_began(tx: Any, customer: int) -> None:
    paused = make_campaign(tx, status="paused")
    make_enrolment(tx, customer_id=customer, campaign_id=paused, step=None, visit=0, due_at=NOW)


def _due(tx: Any, customer: int) -> None:
    attempt_of(tx, customer)


def _control(tx: Any, customer: int) -> None:
    make_enrolment(tx, customer_id=customer, arm="control")


def _global_control(tx: Any, customer: int) -> None:
    make_enrolment(tx, customer_id=customer, arm="control", global_control_until=NOW + timedelta(days=9))


def _not_begun(tx: Any, customer: int) -> None:
    make_enrolment(tx, customer_id=customer, step=None, visit=0, due_at=NOW + timedelta(hours=1))


def _with_a_manager(tx: Any, customer: int) -> None:
    make_enrolment(tx, customer_id=customer, step="manager")


def _ended_before(tx: Any, customer: int) -> None:
    over = {"status": "finished", "result": "interrupted", "finished_at": NOW}
    make_enrolment(tx, customer_id=customer, **over)


def _listed_only(tx: Any, customer: int, **campaign: Any) -> None:
    listed = make_risk_list(tx)
    tx.add(RiskListEntryRow(risk_list_id=listed, customer_id=customer, cause="test"))
    make_campaign(tx, risk_list_id=listed, **campaign)


def _draft(tx: Any, customer: int) -> None:
    _listed_only(tx, customer, status="draft", started_at=None)


def _came_later(tx: Any, customer: int) -> None:
    _listed_only(tx, customer)


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (_refused, "Not contacted: The customer has not consented to this purpose on this channel."),
        (
            _put_off,
            "Not contacted yet: put off until 2026-11-22 09:00. It is not a permitted hour where the customer is, "
            "or may be.",
        ),
        (
            _too_late,
            "Not contacted: put off until it was too late. The customer has been contacted as often as the policy "
            "permits.",
        ),
        (_overdue, "Not contacted: Its time has passed."),
        (_moved_on, "Not contacted: Something happened in between; the contact is no longer needed."),
        (_carrier, "Not contacted: the carrier refused it, code 21211."),
        (_paused, "Not contacted: the campaign is paused."),
        (_paused_before_it_began, "Not contacted: the campaign is paused."),
        (_due, "Not contacted yet: a contact waits for its turn, due 2026-11-22 02:00."),
        (
            _control,
            "Not contacted: The customer belongs to the control group, which shows what happens without us.",
        ),
        (
            _global_control,
            "Not contacted: The customer belongs to the global control group, which no campaign markets to.",
        ),
        (_not_begun, "Not contacted yet: its run has not begun, due 2026-11-22 03:00."),
        (_with_a_manager, "Not contacted yet: the run stands on step manager, which makes no contact."),
        (
            _ended_before,
            "Not contacted: the run ended before it wanted to make contact (gave way to another campaign).",
        ),
        (_draft, "Not contacted: the campaign is a draft."),
        (_came_later, "Not contacted: on its list, but not enrolled by it; the campaign is running."),
    ],
)
def test_why_there_was_no_contact_is_said_plainly(
    transaction: Transaction, prepare: Callable[[Any, int], None], said: str
) -> None:
    with transaction() as tx:
        customer = make_customer(tx)
        prepare(tx, customer)
    assert conclusion(transaction, customer) == said
    chinese = conclusion(transaction, customer, "zh")
    assert chinese.startswith(("未联系：", "尚未联系："))
    assert "{" not in chinese


@pytest.mark.parametrize(
    ("share", "arm", "agrees"), [("0.25", "treatment", True), ("0.25", "control", False)]
)
def test_the_arm_is_explained_by_its_hash_where_that_is_the_reason(
    transaction: Transaction, share: str, arm: str, agrees: bool
) -> None:
    with transaction() as tx:
        customer = make_customer(tx)
        salt = next(salt for salt in "abcdefgh" if bucket(salt, customer) >= 2500)
        campaign = make_campaign(tx, control_share=share, salt=salt)
        make_enrolment(tx, customer_id=customer, campaign_id=campaign, arm=arm)
    (line,) = Teller("en", UTC).lines(told(transaction, customer))
    explained = f"its hash is {bucket(salt, customer)} of 10000, and below 2500 is control"
    assert (explained in line.sentence) is agrees
    assert ("do not say so" in line.sentence) is not agrees


def test_deferrals_that_say_the_same_are_told_once_and_all_kept_for_programs(
    transaction: Transaction,
) -> None:
    with transaction() as tx:
        customer = make_customer(tx)
        attempt = attempt_of(tx, customer)
        for hour in range(4):
            at, until = NOW + timedelta(hours=hour), NOW + timedelta(hours=hour + 4)
            reason = "quiet_hours" if hour == 3 else "work_order_open"
            make_decision(tx, attempt_id=attempt, verdict="deferred", reason=reason, until=until, at=at)
    found = told(transaction, customer)
    assert [entry.kind for entry in found.entries].count("deferred") == 4
    sentences = [line.sentence for line in Teller("en", UTC).lines(found) if line.kind == "deferred"]
    assert len(sentences) == 2
    assert "off until 2026-11-22 08:00" in sentences[0]
    assert "(asked 3 times, the last answer)" in sentences[0]


def test_one_campaigns_contacts_are_not_anothers(transaction: Transaction) -> None:
    with transaction() as tx:
        customer = make_customer(tx)
        attempt_of(tx, customer, campaign={"name": "A"}, status="delivered", taken_at=NOW, settled_at=NOW)
        attempt = attempt_of(tx, customer, campaign={"name": "B"}, status="denied", reason="cap")
        make_decision(tx, attempt_id=attempt, verdict="denied", reason="cap")
        make_enrolment(tx, customer_id=make_customer(tx), campaign_id=make_campaign(tx, name="C"))
    chapters = {one.campaign: one.conclusion for one in told(transaction, customer).chapters}
    assert {name: (one.contacts, one.why) for name, one in chapters.items()} == {
        "A": (1, None),
        "B": (0, Reason.CAP),
    }


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


# -- the command -------------------------------------------------------------------------------------


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


# -- the page ----------------------------------------------------------------------------------------


@pytest.fixture
def client(transaction: Transaction, now: datetime) -> FlaskClient:
    with transaction() as tx:
        make_person(tx, login="olga", role="operator")
        make_person(tx, login="mo", role="manager")
    app = make_app(transaction, now)
    if pages.blueprint.name not in app.blueprints:
        app.register_blueprint(pages.blueprint)
    return app.test_client()


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
