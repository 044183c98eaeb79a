"""Events to outcomes to next steps: what a customer, a carrier and billing say, and what a run makes of it."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from bot.domain.attempts import TRANSITIONS, AttemptStatus, advance
from bot.domain.ids import new_id
from bot.enrolment.tend import finish_campaigns
from bot.inbound.reports import CALL_STATUS, SMS_STATUS
from bot.store import events
from bot.store.events import NewEvent
from bot.store.models import AttemptRow, CampaignRow, CustomerRow, EnrolmentRow, GrantRow, WorkOrderRow
from tests.db.factories import make_attempt, make_enrolment
from tests.db.parts import AS_SERVICE, NOW, Parts

DAY = timedelta(days=1)


def invited(parts: Parts, customer: int | None = None, *, source: str | None = None) -> int:
    """An enrolment whose invitation the carrier has accepted."""
    enrolment = parts.enrol(parts.campaign(source), customer)
    parts.sms_outreach.send_due(NOW)
    assert parts.attempt(enrolment).status == "accepted"
    return enrolment


# -- starting and time ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factors", "tier", "step", "channel"),
    [
        ({"sms_habit": True}, "ordinary", "invite_by_sms", "sms"),
        ({"sms_habit": False}, "ordinary", "invite_by_call", "call"),
    ],
)
def test_a_run_starts_where_its_flow_says(
    parts: Parts, factors: dict[str, Any], tier: str, step: str, channel: str
) -> None:
    enrolment = parts.enrol(customer=parts.customer(factors=factors, tier=tier))
    one = parts.attempt(enrolment)
    assert (one.step, one.channel, one.status, one.due_at, one.try_no) == (step, channel, "due", NOW, 1)
    assert (parts.enrolment(enrolment).step, parts.enrolment(enrolment).visit) == (step, one.visit)


def test_a_customer_of_high_value_goes_to_a_manager_at_once(parts: Parts) -> None:
    enrolment = parts.enrol(customer=parts.customer(tier="high", factors={"arpu": 150}))
    assert parts.attempts(enrolment) == []
    with parts.transaction() as tx:
        order = tx.scalars(select(WorkOrderRow)).one()
    assert (order.enrolment_id, order.queue, order.priority) == (enrolment, "retention", 1)
    assert order.due_at == NOW + timedelta(hours=4)


def test_a_run_is_woken_once(parts: Parts) -> None:
    enrolment = parts.enrol()
    assert parts.inbound.wake_due(NOW) == 0
    assert parts.inbound.wake_due(NOW + timedelta(hours=1)) == 0
    assert len(parts.attempts(enrolment)) == 1


def test_silence_after_the_invitation_leads_on(parts: Parts) -> None:
    enrolment = invited(parts)
    assert parts.inbound.wake_due(NOW + DAY - timedelta(seconds=1)) == 0
    assert parts.inbound.wake_due(NOW + DAY) == 1
    assert parts.enrolment(enrolment).step == "invite_by_call"
    assert parts.attempt(enrolment).channel == "call"


def test_a_run_ends_when_its_time_is_over_and_what_is_queued_with_it(parts: Parts) -> None:
    enrolment = parts.enrol()
    assert parts.inbound.wake_due(NOW + timedelta(days=10)) == 1
    over = parts.enrolment(enrolment)
    assert (over.status, over.result, over.due_at) == ("finished", "expired", None)
    assert over.finished_at == NOW + timedelta(days=10)
    assert parts.attempt(enrolment).status == "canceled"


def test_a_paused_campaigns_clock_stands_still(parts: Parts) -> None:
    enrolment = invited(parts)
    with parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(status="paused"))
    assert parts.inbound.wake_due(NOW + 3 * DAY) == 0
    with parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(status="running"))
    assert parts.inbound.wake_due(NOW + 3 * DAY) == 1
    assert parts.enrolment(enrolment).step == "invite_by_call"


def test_a_campaign_is_finished_when_nobody_is_under_way(parts: Parts) -> None:
    campaign = parts.campaign()
    assert finish_campaigns(parts.transaction, NOW) == 0  # nobody was enrolled yet
    parts.enrol(campaign)
    with parts.transaction() as tx:
        make_enrolment(tx, campaign_id=campaign, arm="control")
    assert finish_campaigns(parts.transaction, NOW) == 0
    parts.inbound.wake_due(NOW + 10 * DAY)
    assert finish_campaigns(parts.transaction, NOW + 10 * DAY) == 1
    assert finish_campaigns(parts.transaction, NOW + 10 * DAY) == 0


# -- carrier's reports ---------------------------------------------------------------------------------


def test_reports_move_an_attempt_forward_only(parts: Parts) -> None:
    enrolment = invited(parts)
    attempt = parts.attempt(enrolment).id
    parts.status(attempt, "delivered", NOW + timedelta(seconds=3))
    parts.status(attempt, "sent", NOW + timedelta(seconds=4))
    parts.status(attempt, "queued", NOW + timedelta(seconds=5))
    one = parts.attempt(enrolment)
    assert (one.status, one.settled_at) == ("delivered", NOW + timedelta(seconds=3))
    late = parts.event("sms:SM1:sent")
    assert late is not None
    assert (late.outcome, late.enrolment_id) == ("ignored:stale", enrolment)


@pytest.mark.parametrize("seed", range(2))
def test_every_pair_of_statuses_obeys_the_table_in_the_store(parts: Parts, seed: int) -> None:
    """All pairs at once, in batches of a random size: none ever stands where the table does not lead."""
    expected: dict[Any, AttemptStatus] = {}
    pairs = [
        (channel, start, word, reported)
        for channel, table in (("sms", SMS_STATUS), ("call", CALL_STATUS))
        for start in AttemptStatus
        for word, reported in table.items()
    ]
    with parts.transaction() as tx:
        enrolment = make_enrolment(tx, campaign_id=parts.campaign(), status="finished", result="completed")
        for visit, (channel, start, word, reported) in enumerate(pairs):
            attempt = make_attempt(
                tx, enrolment_id=enrolment, visit=visit, channel=channel, status=start, lease_until=NOW
            )
            sid, status = ("MessageSid", "MessageStatus") if channel == "sms" else ("CallSid", "CallStatus")
            payload = {sid: f"{attempt}:{word}", status: word}
            report = NewEvent(payload[sid], f"{channel}.status", payload, NOW, attempt_id=attempt)
            events.leave(tx, [report])
            expected[attempt] = advance(start, reported) or start
    chance = random.Random(seed)
    while parts.inbound.process_waiting(NOW, limit=chance.randint(20, 200)):
        pass
    with parts.transaction() as tx:
        stands = {row.id: AttemptStatus(row.status) for row in tx.scalars(select(AttemptRow))}
    assert stands == expected


def test_a_sid_is_adopted_from_a_callback_even_if_it_moves_nothing(parts: Parts) -> None:
    enrolment = invited(parts)
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(carrier_sid=None, status="delivered"))
    parts.status(parts.attempt(enrolment).id, "sent", sid="SM-late")
    assert (parts.attempt(enrolment).status, parts.attempt(enrolment).carrier_sid) == ("delivered", "SM-late")


def test_a_second_sid_never_replaces_the_first(parts: Parts) -> None:
    enrolment = invited(parts)
    first = parts.attempt(enrolment).carrier_sid
    parts.status(parts.attempt(enrolment).id, "sent", sid="SM-other")
    assert parts.attempt(enrolment).carrier_sid == first


def test_a_sid_of_another_attempt_is_left_to_it(parts: Parts) -> None:
    one, other = invited(parts), invited(parts)
    sid = parts.attempt(one).carrier_sid or ""
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).where(AttemptRow.enrolment_id == other).values(carrier_sid=None))
    parts.status(parts.attempt(other).id, "sent", sid=sid)
    assert (parts.attempt(one).carrier_sid, parts.attempt(other).carrier_sid) == (sid, None)
    assert parts.attempt(other).status == "sent"


def test_of_two_attempts_that_one_batch_gives_the_same_sid_the_first_has_it(parts: Parts) -> None:
    one, other = invited(parts), invited(parts)
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(carrier_sid=None))
        for key, enrolment in (("a", one), ("b", other)):
            payload = {"MessageSid": "SM-same", "MessageStatus": "sent"}
            attempt = tx.scalars(select(AttemptRow.id).where(AttemptRow.enrolment_id == enrolment)).one()
            events.leave(tx, [NewEvent(key, "sms.status", payload, NOW, attempt)])
    parts.inbound.process_waiting(NOW)
    assert [parts.attempt(each).carrier_sid for each in (one, other)] == ["SM-same", None]
    assert [parts.attempt(each).status for each in (one, other)] == ["sent", "sent"]


def test_of_two_batches_that_give_the_same_sid_at_once_the_first_has_it(parts: Parts) -> None:
    one, other = invited(parts), invited(parts)
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(carrier_sid=None))
    first = parts.transaction()
    with ThreadPoolExecutor(1) as pool, first as tx:
        tx.execute(update(AttemptRow).where(AttemptRow.enrolment_id == one).values(carrier_sid="SM-same"))
        second = pool.submit(parts.status, parts.attempt(other).id, "sent", sid="SM-same")
        while not waits_for_a_lock(parts):
            assert not second.done()
    second.result()
    assert [parts.attempt(each).carrier_sid for each in (one, other)] == ["SM-same", None]
    assert parts.attempt(other).status == "sent"


def waits_for_a_lock(parts: Parts) -> bool:
    with parts.transaction() as tx:
        return bool(tx.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())


def test_a_report_without_our_id_is_matched_by_its_sid(parts: Parts) -> None:
    enrolment = invited(parts)
    sid = parts.attempt(enrolment).carrier_sid
    parts.hear("sms.status", {"MessageSid": sid, "MessageStatus": "delivered"}, key="x")
    assert parts.attempt(enrolment).status == "delivered"


@pytest.mark.parametrize("word", ["delivered", "sent"])
def test_an_attempt_that_nobody_knows_changes_nothing(parts: Parts, word: str) -> None:
    enrolment = invited(parts)
    stranger = make_id()
    parts.hear("sms.status", {"MessageSid": "SM-x", "MessageStatus": word}, attempt_id=stranger, key="x")
    event = parts.event("x")
    assert event is not None
    assert event.outcome == "unmatched"
    assert parts.attempt(enrolment).status == "accepted"


@pytest.mark.parametrize("kind", ["sms.status", "call.status"])
def test_a_word_that_nobody_knows_changes_nothing(parts: Parts, kind: str) -> None:
    enrolment = invited(parts)
    payload = {"MessageSid": "SM", "MessageStatus": "teleported", "CallStatus": "teleported"}
    parts.hear(kind, payload, attempt_id=parts.attempt(enrolment).id)
    assert parts.attempt(enrolment).status == "accepted"


def test_an_undelivered_invitation_leads_to_a_call_once(parts: Parts) -> None:
    enrolment = invited(parts)
    attempt = parts.attempt(enrolment).id
    parts.status(attempt, "undelivered", ErrorCode="30003")
    parts.status(attempt, "failed", ErrorCode="30003")  # a second report of the same end
    sms, call = parts.attempts(enrolment)
    assert (sms.status, sms.error_code, call.channel) == ("undelivered", "30003", "call")


def test_a_message_that_arrives_after_all_is_delivered_without_an_error(parts: Parts) -> None:
    enrolment = invited(parts)
    attempt = parts.attempt(enrolment).id
    parts.status(attempt, "undelivered", ErrorCode="30003")
    parts.status(attempt, "delivered")
    sms, _ = parts.attempts(enrolment)
    assert (sms.status, sms.error_code) == ("delivered", None)


def test_a_callback_that_nobody_answered_for_starts_the_time_to_answer(parts: Parts) -> None:
    """The worker died between the POST and its record; the carrier's last word comes first."""
    enrolment = parts.enrol()
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(status="sending", lease_until=NOW, started_at=NOW))
    parts.status(parts.attempt(enrolment).id, "delivered", NOW + timedelta(seconds=9))
    assert parts.enrolment(enrolment).due_at == NOW + timedelta(seconds=9) + DAY
    assert parts.attempt(enrolment).taken_at == NOW
    parts.status(parts.attempt(enrolment).id, "sent", NOW + timedelta(hours=1))
    assert parts.enrolment(enrolment).due_at == NOW + timedelta(seconds=9) + DAY  # once


def test_a_carriers_21610_in_a_report_is_a_refusal_of_everything(parts: Parts) -> None:
    customer = parts.customer()
    first, second = invited(parts, customer), invited(parts, customer, source=AS_SERVICE)
    parts.status(parts.attempt(first).id, "failed", ErrorCode="21610")
    (line,) = parts.register()
    assert (line.customer_id, line.source, line.evidence) == (customer, "carrier_21610", "sms:SM1:failed")
    assert [parts.enrolment(one).result for one in (first, second)] == ["opted_out", "opted_out"]


# -- replies -------------------------------------------------------------------------------------------


def test_a_yes_is_an_acceptance_with_its_evidence(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    parts.reply(customer, "1", NOW + timedelta(hours=1))
    standing = parts.enrolment(enrolment)
    assert (standing.step, standing.due_at) == ("await_recharge", NOW + timedelta(hours=1) + 7 * DAY)
    with parts.transaction() as tx:
        grant = tx.scalars(select(GrantRow)).one()
    assert (grant.status, grant.accepted_at) == ("accepted", NOW + timedelta(hours=1))
    proof = grant.evidence["accepted"]
    assert proof["event"] == "sms:in:SM-in"
    assert proof["Body"] == "1"
    assert proof["step"] == "invite_by_sms"
    assert proof["revision"] == standing.flow_revision


def test_a_reply_that_comes_twice_counts_once(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    parts.reply(customer, "1")
    before = parts.enrolment(enrolment)
    parts.reply(customer, "1")
    parts.reply(customer, "1", sid="SM-again")
    after = parts.enrolment(enrolment)
    assert (after.step, after.visit, after.due_at) == (before.step, before.visit, before.due_at)


def test_asking_for_a_manager_opens_a_work_order(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    parts.reply(customer, "2")
    with parts.transaction() as tx:
        order = tx.scalars(select(WorkOrderRow)).one()
    assert (order.enrolment_id, order.reason) == (enrolment, "reply 2")


def test_a_reply_of_a_stranger_is_kept_and_unmatched(parts: Parts) -> None:
    parts.hear("sms.inbound", {"MessageSid": "SM", "From": "+8613900000000", "Body": "1"}, key="x")
    event = parts.event("x")
    assert event is not None
    assert event.outcome == "unmatched:number"


def test_a_reply_of_somebody_whom_nobody_asked_is_kept_and_ignored(parts: Parts) -> None:
    customer = parts.customer()
    parts.reply(customer, "1")
    event = parts.event("sms:in:SM-in")
    assert event is not None
    assert (event.outcome, event.customer_id) == ("ignored:nobody_asked", customer)


def test_a_reply_goes_to_the_run_that_asked_last(parts: Parts) -> None:
    customer = parts.customer()
    older, newer = invited(parts, customer), invited(parts, customer, source=AS_SERVICE)
    parts.reply(customer, "1")
    assert [parts.enrolment(one).step for one in (older, newer)] == ["invite_by_sms", "await_recharge"]
    parts.reply(customer, "1", sid="SM-second")
    assert [parts.enrolment(one).step for one in (older, newer)] == ["await_recharge", "await_recharge"]


# -- refusals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["T", "STOP", "退订", "别再发了", "please stop texting me"])
def test_a_refusal_cancels_what_is_queued_and_ends_every_run_of_the_customer(
    parts: Parts, words: str
) -> None:
    customer = parts.customer()
    asked, queued = invited(parts, customer), parts.enrol(customer=customer)
    other = parts.enrol()
    parts.reply(customer, words)

    (line,) = parts.register()
    assert (line.customer_id, line.action, line.source) == (customer, "suppress", "sms_reply")
    assert (line.channel, line.purpose, line.wording) == ("all", "all", words)
    assert line.evidence == "sms:in:SM-in"
    for enrolment in (asked, queued):
        ended = parts.enrolment(enrolment)
        assert (ended.status, ended.result, ended.due_at) == ("finished", "opted_out", None)
    assert (parts.attempt(queued).status, parts.attempt(queued).reason) == ("canceled", "flow_moved_on")
    assert parts.enrolment(other).status == "active"

    again = parts.enrol(customer=customer)
    parts.sms_outreach.send_due(NOW + timedelta(minutes=1))
    assert (parts.attempt(again).status, parts.attempt(again).reason) == ("denied", "suppressed")


def test_a_refusal_and_a_yes_in_one_batch_is_a_refusal_whichever_came_first(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    with parts.transaction() as tx:
        number = tx.get_one(CustomerRow, customer).msisdn
        for sid, body in (("SM-yes", "1"), ("SM-no", "T"), ("SM-yes-again", "1")):
            payload = {"MessageSid": sid, "From": number, "Body": body}
            events.leave(tx, [NewEvent(sid, "sms.inbound", payload, NOW, customer_id=customer)])
    parts.inbound.process_waiting(NOW)
    ended = parts.enrolment(enrolment)
    assert (ended.status, ended.result) == ("finished", "opted_out")


def test_a_refusal_from_a_number_that_nobody_knows_is_registered(parts: Parts) -> None:
    payload = {"MessageSid": "SM", "From": "+8613912345678", "Body": "STOP"}
    parts.hear("sms.inbound", payload, key="sms:in:SM")
    (line,) = parts.register()
    assert (line.msisdn, line.customer_id, line.action) == ("+8613912345678", None, "suppress")
    later = parts.enrol(customer=parts.customer(msisdn="+8613912345678"))
    parts.sms_outreach.send_due(NOW)
    assert parts.attempt(later).reason == "suppressed"


def test_a_refusal_from_nowhere_does_not_stop_the_others(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    parts.hear("sms.inbound", {"MessageSid": "SM", "Body": "STOP"}, key="nowhere")
    parts.reply(customer, "1")
    assert parts.register() == []
    assert parts.enrolment(enrolment).step == "await_recharge"


@pytest.mark.parametrize("words", ["START", "恢复接收"])
def test_an_explicit_start_restores_and_the_register_keeps_both_lines(parts: Parts, words: str) -> None:
    customer = parts.customer()
    parts.reply(customer, "STOP")
    parts.reply(customer, words, sid="SM-start")
    assert [line.action for line in parts.register()] == ["suppress", "restore"]
    enrolment = parts.enrol(customer=customer)
    parts.sms_outreach.send_due(NOW)
    assert parts.attempt(enrolment).status == "accepted"


@pytest.mark.parametrize("words", ["1", "yes", "ok", "帮助", "HELP"])
def test_nothing_but_an_explicit_start_restores(parts: Parts, words: str) -> None:
    customer = parts.customer()
    parts.reply(customer, "STOP")
    parts.reply(customer, words, sid="SM-more")
    assert [line.action for line in parts.register()] == ["suppress"]


def test_a_managers_do_not_contact_ends_every_run(parts: Parts) -> None:
    customer = parts.customer()
    enrolments = [invited(parts, customer), parts.enrol(customer=customer)]
    parts.hear(
        "opt_out", {"source": "work_order"}, enrolment_id=enrolments[0], customer_id=customer, key="wo"
    )
    (line,) = parts.register()
    assert (line.source, line.customer_id) == ("work_order", customer)
    assert {parts.enrolment(one).result for one in enrolments} == {"opted_out"}


# -- billing -------------------------------------------------------------------------------------------


def test_a_recharge_in_time_and_large_enough_qualifies(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    parts.reply(customer, "1")
    parts.topup(customer, "49.99")
    assert parts.enrolment(enrolment).step == "await_recharge"
    parts.topup(customer, "50", key="billing:2")
    assert parts.enrolment(enrolment).step == "confirm_by_call"
    with parts.transaction() as tx:
        grant = tx.scalars(select(GrantRow)).one()
    assert grant.status == "qualified"
    assert grant.evidence["qualified"]["event"] == "billing:2"
    assert grant.evidence["qualified"]["amount"] == "50"


def test_a_recharge_counts_in_every_run_of_the_customer(parts: Parts) -> None:
    customer = parts.customer()
    enrolments = [invited(parts, customer), invited(parts, customer, source=AS_SERVICE)]
    parts.topup(customer, "100")
    assert [parts.enrolment(one).step for one in enrolments] == ["confirm_by_call"] * 2


def test_a_recharge_that_is_told_twice_counts_once(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    parts.topup(customer, "100")
    before = parts.enrolment(enrolment)
    parts.topup(customer, "100")
    parts.topup(customer, "100", key="billing:other")
    assert parts.enrolment(enrolment).visit == before.visit
    assert len(parts.attempts(enrolment)) == 2


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        ({"amount": "100", "status": "failed"}, "ignored:not_completed"),
        ({"amount": "100"}, "ignored:not_completed"),
        ({"amount": "a lot", "status": "completed"}, "unmatched:amount"),
        ({"status": "completed"}, "unmatched:amount"),
    ],
)
def test_a_recharge_that_did_not_happen_changes_nothing(
    parts: Parts, payload: dict[str, str], outcome: str
) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    parts.hear("billing.topup", payload, customer_id=customer, key="b")
    event = parts.event("b")
    assert event is not None
    assert event.outcome == outcome
    assert parts.enrolment(enrolment).step == "invite_by_sms"


def test_a_recharge_of_a_stranger_is_kept_and_unmatched(parts: Parts) -> None:
    parts.hear("billing.topup", {"amount": "100", "status": "completed"}, key="b")
    event = parts.event("b")
    assert event is not None
    assert event.outcome == "unmatched:number"


# -- the store -----------------------------------------------------------------------------------------


def test_an_event_is_applied_whole_or_not_at_all(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = invited(parts, customer)
    with parts.transaction() as tx:
        broken = tx.scalars(select(EnrolmentRow)).one()
        broken.state = {"step": "invite_by_sms", "last_sms": "invite_by_sms", "visit": "no number"}
    with parts.transaction() as tx:
        said = {"From": "+8613800000000", "Body": "1"}
        events.leave(tx, [NewEvent("a", "sms.inbound", said, NOW, customer_id=customer)])
    parts.inbound.process_waiting(NOW)
    event = parts.event("a")
    assert event is not None
    assert (event.processed_at, event.tries) == (None, 1)  # put off, not half applied
    assert parts.enrolment(enrolment).step == "invite_by_sms"


def test_an_event_of_an_unknown_kind_is_kept_and_ignored(parts: Parts) -> None:
    parts.hear("weather.changed", {}, key="w")
    event = parts.event("w")
    assert event is not None
    assert event.outcome == "ignored:unknown_kind"


def test_every_status_of_the_table_may_be_stored(parts: Parts) -> None:
    with parts.transaction() as tx:
        enrolment = make_enrolment(tx)
        for visit, status in enumerate(TRANSITIONS):
            make_attempt(tx, enrolment_id=enrolment, visit=visit, status=status, lease_until=NOW)
    assert len(parts.attempts(enrolment)) == len(TRANSITIONS)


def make_id() -> Any:
    return new_id(NOW)
