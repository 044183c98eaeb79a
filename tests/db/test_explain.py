"""What happened to one customer, out of all the journals: told in its order, with its reasons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

import pytest

from bot.domain.arms import bucket
from bot.domain.contact import Reason
from bot.forecast.explain import Story, explain
from bot.forecast.story_words import Teller
from bot.store import forecasting, story
from bot.store.models import RiskListEntryRow
from bot.store.transaction import Transaction
from tests.db.factories import (
    make_attempt,
    make_campaign,
    make_customer,
    make_decision,
    make_enrolment,
    make_manual_call,
    make_risk_list,
    make_user,
    make_work_order,
)
from tests.db.parts import NOW, Parts


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
    customer = parts.customer()
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
    customer = parts.customer()
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
