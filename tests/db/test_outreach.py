"""Claim, call, record: each attempt is posted at most once, whatever the carrier answers and who else is sending."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from bot.channels.errors import Rejected, SendError, Unavailable, Unconfirmed
from bot.channels.messages import Accepted
from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm, CampaignStatus
from bot.outreach.outgoing import ASK_AFTER, LEASE, SMS_SILENCE
from bot.outreach.prepare import prepare
from bot.outreach.record import record
from bot.store import events, sending
from bot.store.events import NewEvent
from bot.store.models import AttemptRow, CampaignRow, CustomerRow, EnrolmentRow
from bot.store.transaction import Transaction
from tests.db.factories import make_attempt, make_campaign, make_enrolment, make_suppression
from tests.db.parts import AS_SERVICE, NOW, UNCAPPED, Parts
from tests.fakes import FakePacing, Lost, Outbound

NIGHT = datetime.fromisoformat("2026-11-22T15:00:00+00:00")


def test_an_accepted_sms_is_sending_before_its_post_and_accepted_after_it(parts: Parts) -> None:
    enrolment = parts.enrol()
    seen: list[AttemptRow] = []
    parts.sms.while_sending = lambda _: seen.append(parts.attempt(enrolment))
    assert parts.sms_outreach.send_due(NOW) == 1

    (during,) = seen
    assert (during.status, during.sends, during.fence, during.taken_at) == ("sending", 1, 1, NOW)
    assert during.lease_until == NOW + LEASE
    after = parts.attempt(enrolment)
    assert (after.status, after.carrier_sid) == ("accepted", parts.sms.books[0].sid)
    assert after.lease_until == NOW + SMS_SILENCE
    (sent,) = parts.sms.sent
    assert sent.attempt_id == after.id
    assert (after.to_number, after.sender, after.body) == (sent.to, sent.sender, getattr(sent, "body", None))
    assert after.segments
    assert parts.decisions(after.id) == [("allowed", None)]


def test_the_text_is_the_flows_in_the_customers_language(parts: Parts) -> None:
    parts.enrol(customer=parts.customer(language="en", name="Ann", factors={"balance": 3}))
    parts.sms_outreach.send_due(NOW)
    body = getattr(parts.sms.sent[0], "body", "")
    assert body.startswith("Keepline: Ann, your balance is")
    assert body.endswith("STOP to opt out")


def test_an_sms_is_valid_no_longer_than_hours_and_step_permit(parts: Parts) -> None:
    parts.enrol()
    parts.sms_outreach.send_due(NOW)
    assert getattr(parts.sms.sent[0], "valid_for", None) == timedelta(hours=2)  # the noon rest begins


def test_the_customers_time_to_answer_starts_with_the_carriers_yes(parts: Parts) -> None:
    enrolment = parts.enrol()
    assert parts.enrolment(enrolment).due_at == NOW + timedelta(days=10)
    parts.sms_outreach.send_due(NOW)
    assert parts.enrolment(enrolment).due_at == NOW + timedelta(hours=24)


def test_a_refused_sms_fails_and_its_flow_is_told(parts: Parts) -> None:
    parts.sms.script = [Rejected("21211")]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    failed = parts.attempt(enrolment)
    assert (failed.status, failed.error_code, failed.settled_at) == ("failed", "21211", NOW)
    assert failed.taken_at is None  # caps do not count what nobody received
    parts.inbound.process_waiting(NOW)
    assert parts.enrolment(enrolment).step == "invite_by_call"


def test_a_refusal_that_only_the_carrier_knew_goes_to_the_register(parts: Parts) -> None:
    parts.sms.script = [Rejected("21610")]
    customer = parts.customer()
    first, second = parts.enrol(customer=customer), parts.enrol(customer=customer)
    parts.sms_outreach.send_due(NOW, limit=1)
    parts.sms_outreach.send_due(NOW)  # the news is not processed yet: nothing may pass
    assert len(parts.sms.sent) == 1
    parts.inbound.process_waiting(NOW)
    (line,) = parts.register()
    assert (line.customer_id, line.action, line.source) == (customer, "suppress", "carrier_21610")
    assert [parts.enrolment(one).result for one in (first, second)] == ["opted_out", "opted_out"]
    parts.sms_outreach.send_due(NOW + timedelta(minutes=1))
    assert len(parts.sms.sent) == 1


def test_what_the_carrier_did_not_take_is_due_again_later(parts: Parts) -> None:
    parts.sms.script = [Unavailable("20429", retry_after=timedelta(seconds=2))]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    again = parts.attempt(enrolment)
    assert (again.status, again.due_at, again.taken_at) == ("due", NOW + timedelta(seconds=2), None)
    assert parts.enrolment(enrolment).due_at == NOW + timedelta(days=10)  # nobody has anything to answer yet
    assert parts.sms_outreach.send_due(NOW + timedelta(seconds=1)) == 0
    assert parts.sms_outreach.send_due(NOW + timedelta(seconds=2)) == 1
    assert parts.attempt(enrolment).status == "accepted"


def test_what_the_carrier_perhaps_took_is_never_sent_again_blindly(parts: Parts) -> None:
    parts.sms.script = [Lost()]
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW)
    unknown = parts.attempt(enrolment)
    assert (unknown.status, unknown.carrier_sid, unknown.taken_at) == ("unconfirmed", None, NOW)
    assert unknown.lease_until == NOW + ASK_AFTER
    for minutes in range(0, 60 * 5, 7):
        parts.sms_outreach.send_due(NOW + timedelta(minutes=minutes))
    assert len(parts.sms.sent) == 1


def test_one_bad_answer_spoils_no_other_of_its_batch(parts: Parts) -> None:
    script: list[SendError] = [Rejected("21211"), Unavailable("20429"), Unconfirmed("no_answer")]
    parts.sms.script = list(script)
    campaign = parts.campaign()
    enrolments = [parts.enrol(campaign) for _ in range(4)]
    assert parts.sms_outreach.send_due(NOW) == 4
    assert sorted(parts.attempt(one).status for one in enrolments) == [
        "accepted",
        "due",
        "failed",
        "unconfirmed",
    ]


# -- the gate ------------------------------------------------------------------------------------------


def test_an_attempt_at_night_waits_for_the_morning(parts: Parts) -> None:
    enrolment = parts.enrol(now=NIGHT)
    parts.sms_outreach.send_due(NIGHT)
    waiting = parts.attempt(enrolment)
    assert parts.decisions(waiting.id) == [("deferred", "quiet_hours")]
    assert (waiting.status, waiting.reason) == ("expired", "quiet_hours")  # six hours are over before nine
    assert parts.sms.sent == []


def test_an_attempt_that_may_wait_is_put_off_to_the_opening(parts: Parts) -> None:
    enrolment = parts.enrol(now=NOW + timedelta(hours=2, minutes=30))
    parts.sms_outreach.send_due(NOW + timedelta(hours=2, minutes=30))
    waiting = parts.attempt(enrolment)
    assert (waiting.status, waiting.due_at) == ("due", NOW + timedelta(hours=4))
    assert parts.sms_outreach.send_due(NOW + timedelta(hours=4)) == 1
    assert parts.decisions(waiting.id) == [("deferred", "quiet_hours"), ("allowed", None)]


@pytest.mark.parametrize(("on_denied", "status"), [("wait", "due"), ("skip", "denied"), ("exit", "denied")])
def test_the_flows_author_says_what_a_deferred_step_does(parts: Parts, on_denied: str, status: str) -> None:
    now = NOW + timedelta(hours=2, minutes=30)
    enrolment = parts.enrol(now=now)
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(on_denied=on_denied))
    parts.sms_outreach.send_due(now)
    one = parts.attempt(enrolment)
    assert one.status == status
    told = parts.event(f"attempt:{one.id}:denied")
    assert (told is not None) == (status == "denied")


def test_an_attempt_whose_time_has_passed_is_never_sent(parts: Parts) -> None:
    enrolment = parts.enrol()
    parts.sms_outreach.send_due(NOW + timedelta(hours=6))
    one = parts.attempt(enrolment)
    assert (one.status, one.reason) == ("expired", "too_late")
    parts.inbound.process_waiting(NOW + timedelta(hours=6))
    assert parts.enrolment(enrolment).step == "invite_by_call"


def test_a_refusal_stops_what_is_queued_even_where_no_flow_has_seen_it(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = parts.enrol(customer=customer)
    with parts.transaction() as tx:
        make_suppression(tx, customer_id=customer)
    parts.sms_outreach.send_due(NOW)
    one = parts.attempt(enrolment)
    assert (one.status, one.reason) == ("denied", "suppressed")
    assert parts.decisions(one.id) == [("denied", "suppressed")]


def test_news_that_no_flow_has_seen_holds_everything_back(parts: Parts) -> None:
    customer = parts.customer()
    enrolment = parts.enrol(customer=customer)
    with parts.transaction() as tx:
        events.leave(tx, [NewEvent("sms:in:1", "sms.inbound", {"Body": "T"}, NOW, customer_id=customer)])
    parts.sms_outreach.send_due(NOW)
    assert parts.decisions(parts.attempt(enrolment).id) == [("deferred", "news_waiting")]
    parts.inbound.process_waiting(NOW)
    parts.sms_outreach.send_due(NOW + timedelta(seconds=5))
    assert parts.sms.sent == []
    assert parts.attempt(enrolment).status == "canceled"


def test_an_attempt_that_its_flow_has_left_behind_is_not_sent(parts: Parts) -> None:
    enrolment = parts.enrol()
    with parts.transaction() as tx:
        tx.execute(update(EnrolmentRow).values(visit=EnrolmentRow.visit + 1))
    parts.sms_outreach.send_due(NOW)
    one = parts.attempt(enrolment)
    assert (one.status, one.reason) == ("denied", "flow_moved_on")
    assert parts.event(f"attempt:{one.id}:denied") is None  # the flow has gone on without it


def test_a_text_with_a_hole_is_never_sent(parts: Parts) -> None:
    enrolment = parts.enrol(customer=parts.customer(name=None))
    parts.sms_outreach.send_due(NOW)
    one = parts.attempt(enrolment)
    assert (one.status, one.reason) == ("denied", "missing_value")
    assert parts.sms.sent == []


def test_nobody_is_called_whom_the_first_words_could_not_be_said_to(parts: Parts) -> None:
    customer = parts.customer(factors={"sms_habit": False, "balance": None})
    enrolment = parts.enrol(customer=customer)
    parts.voice_outreach.call_due(NOW)
    one = parts.attempt(enrolment)
    assert (one.channel, one.status, one.reason) == ("call", "denied", "missing_value")
    assert parts.voice.sent == []


def test_only_guests_are_contacted_while_there_is_a_guest_list(parts: Parts) -> None:
    guest, other = parts.customer(), parts.customer()
    with parts.transaction() as tx:
        parts.guest_list = frozenset({tx.get_one(CustomerRow, guest).msisdn})
    campaign = parts.campaign()
    invited, passed_over = parts.enrol(campaign, guest), parts.enrol(campaign, other)
    parts.sms_outreach.send_due(NOW)
    assert parts.attempt(invited).status == "accepted"
    assert parts.decisions(parts.attempt(passed_over).id) == [("denied", "not_on_guest_list")]


def test_a_paused_campaigns_attempts_are_not_claimed(parts: Parts) -> None:
    campaign = parts.campaign()
    enrolment = parts.enrol(campaign)
    for status in (CampaignStatus.PAUSED, CampaignStatus.ABORTED, CampaignStatus.FINISHED):
        with parts.transaction() as tx:
            tx.execute(update(CampaignRow).values(status=status.value))
        assert parts.sms_outreach.send_due(NOW) == 0
    with parts.transaction() as tx:
        tx.execute(update(CampaignRow).values(status="running"))
    assert parts.sms_outreach.send_due(NOW) == 1
    assert parts.attempt(enrolment).status == "accepted"


# -- the control arm -----------------------------------------------------------------------------------


@pytest.mark.parametrize("touch", [{"due_at": NOW}, {"step": "invite_by_sms"}, {"status": "active"}])
def test_a_control_customer_cannot_be_given_a_step(parts: Parts, touch: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="control_untouched"), parts.transaction() as tx:
        make_enrolment(tx, **({"arm": Arm.CONTROL.value} | touch))


def test_an_attempt_forged_for_a_control_customer_is_denied(parts: Parts) -> None:
    with parts.transaction() as tx:
        enrolment = make_enrolment(tx, campaign_id=parts.campaign(), arm="control")
        make_attempt(tx, enrolment_id=enrolment, visit=0)
    parts.sms_outreach.send_due(NOW)
    assert parts.attempt(enrolment).status == "denied"
    assert parts.sms.sent == []


# -- fences and leases ---------------------------------------------------------------------------------


def test_a_worker_that_died_leaves_an_unconfirmed_attempt_not_a_due_one(parts: Parts) -> None:
    enrolment = parts.enrol()

    def die(_: Sequence[Outbound]) -> None:
        raise KeyboardInterrupt

    parts.sms.while_sending = die
    with pytest.raises(KeyboardInterrupt):
        parts.sms_outreach.send_due(NOW)
    assert parts.attempt(enrolment).status == "sending"
    parts.sms.while_sending = lambda _: None
    later = NOW + LEASE + timedelta(seconds=1)
    assert parts.sms_outreach.send_due(later) == 0
    parts.reconciler.reconcile(later)
    suspected = parts.attempt(enrolment)
    assert (suspected.status, suspected.lease_until) == ("unconfirmed", later + ASK_AFTER)
    assert parts.sms_outreach.send_due(later) == 0


@pytest.mark.parametrize(
    "late", [Accepted("SM-late"), Rejected("21211"), Unavailable("20429"), Unconfirmed("no_answer")]
)
def test_a_late_record_under_an_old_fence_changes_nothing(parts: Parts, late: Accepted | SendError) -> None:
    enrolment = parts.enrol()
    with parts.transaction() as tx:
        _, ready = prepare(
            tx, Channel.SMS, parts.outgoing, parts.flows, parts.sms_outreach._render, limit=10, now=NOW
        )
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(fence=AttemptRow.fence + 1, status="due"))
    before = parts.attempt(enrolment)
    with parts.transaction() as tx:
        record(tx, ready, [late], now=NOW, silence=SMS_SILENCE)
    after = parts.attempt(enrolment)
    assert (after.status, after.carrier_sid, after.error_code) == ("due", None, None)
    assert (after.due_at, after.lease_until) == (before.due_at, before.lease_until)
    assert parts.event(f"attempt:{after.id}:failed") is None


def test_a_record_after_a_lost_lease_still_brings_the_sid(parts: Parts) -> None:
    enrolment = parts.enrol()
    late = NOW + LEASE + timedelta(seconds=1)
    parts.sms.while_sending = lambda _: parts.reconciler.reconcile(late) and None
    parts.sms_outreach.send_due(NOW)
    one = parts.attempt(enrolment)
    assert (one.status, one.carrier_sid) == ("unconfirmed", parts.sms.books[0].sid)
    parts.reconciler.reconcile(late + ASK_AFTER)
    parts.inbound.process_waiting(late + ASK_AFTER)
    assert parts.attempt(enrolment).status == "accepted"
    assert len(parts.sms.sent) == 1
    assert parts.enrolment(enrolment).due_at == late + ASK_AFTER + timedelta(hours=24)


def test_a_callback_that_overtakes_the_answer_is_not_undone_by_it(parts: Parts) -> None:
    enrolment = parts.enrol()
    at_once = NOW + timedelta(milliseconds=300)
    parts.sms.while_sending = lambda batch: parts.status(
        batch[0].attempt_id, "delivered", at_once, sid="SM-early"
    )
    parts.sms_outreach.send_due(NOW)
    one = parts.attempt(enrolment)
    assert (one.status, one.carrier_sid, one.lease_until) == ("delivered", "SM-early", None)
    # The callback started the time to answer, and the carrier's answer did not start it again.
    assert parts.enrolment(enrolment).due_at == at_once + timedelta(hours=24)


def test_an_answer_whose_sid_is_anothers_does_not_undo_its_batch(parts: Parts) -> None:
    campaign = parts.campaign()
    one, other = parts.enrol(campaign), parts.enrol(campaign)
    with parts.transaction() as tx:
        stranger = make_enrolment(tx, campaign_id=campaign)
        make_attempt(tx, enrolment_id=stranger, status="accepted", carrier_sid=f"SM{1:032}")
    parts.sms_outreach.send_due(NOW)
    assert [parts.attempt(each).status for each in (one, other)] == ["accepted", "accepted"]
    assert {parts.attempt(each).carrier_sid for each in (one, other)} == {None, f"SM{2:032}"}


# -- many at once --------------------------------------------------------------------------------------


def _together(workers: int, work: Any) -> list[Any]:
    """All start at the same moment."""
    gate = threading.Barrier(workers)

    def one(_: int) -> Any:
        gate.wait(10)
        return work()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, range(workers)))


def test_two_senders_never_send_one_attempt_twice(parts: Parts) -> None:
    campaign = parts.campaign()
    for _ in range(40):
        parts.enrol(campaign)

    def send() -> int:
        return sum(parts.sms_outreach.send_due(NOW, limit=7) for _ in range(10))

    assert sum(_together(2, send)) == 40
    ids = [one.attempt_id for one in parts.sms.sent]
    assert len(ids) == len(set(ids)) == 40


def test_two_senders_never_exceed_a_cap_between_them(parts: Parts) -> None:
    policy = UNCAPPED | {"caps": [{"limit": 2, "period": "1d", "channel": "sms", "everywhere": True}]}
    customers = [parts.customer() for _ in range(5)]
    for _ in range(4):
        campaign = parts.campaign(AS_SERVICE, policy=policy)
        for customer in customers:
            parts.enrol(campaign, customer)

    def send() -> None:
        for _ in range(12):
            parts.sms_outreach.send_due(NOW, limit=3)

    _together(2, send)
    numbers = [one.to for one in parts.sms.sent]
    assert {number: numbers.count(number) for number in numbers} == dict.fromkeys(set(numbers), 2)
    assert len(set(numbers)) == 5


def test_a_call_and_an_sms_at_once_share_their_cap(parts: Parts) -> None:
    policy = UNCAPPED | {"caps": [{"limit": 1, "period": "1d", "everywhere": True}]}
    customers = [parts.customer() for _ in range(6)]
    sms, call = parts.campaign(policy=policy), parts.campaign(policy=policy)
    for customer in customers:
        parts.enrol(sms, customer)
    with parts.transaction() as tx:
        for row in tx.query(CustomerRow):
            row.factors = {**row.factors, "sms_habit": False}
    for customer in customers:
        parts.enrol(call, customer)

    outreach = [
        lambda: parts.sms_outreach.send_due(NOW, limit=2),
        lambda: parts.voice_outreach.call_due(NOW, limit=2),
    ]

    def work() -> None:
        mine = outreach.pop()
        for _ in range(8):
            mine()

    _together(2, work)
    numbers = [one.to for one in (*parts.sms.sent, *parts.voice.sent)]
    assert sorted(numbers) == sorted(set(numbers))
    assert len(numbers) == 6


def test_two_attempts_to_one_person_in_one_batch_see_each_other(parts: Parts) -> None:
    policy = UNCAPPED | {"caps": [{"limit": 1, "period": "1d", "everywhere": True}]}
    customer = parts.customer()
    enrolments = [parts.enrol(parts.campaign(policy=policy), customer) for _ in range(3)]
    assert parts.sms_outreach.send_due(NOW) == 3
    assert len(parts.sms.sent) == 1
    assert sorted(parts.attempt(one).status for one in enrolments) == ["accepted", "expired", "expired"]


# -- pace and fairness ---------------------------------------------------------------------------------


def test_no_more_goes_out_than_the_pace_allows_however_many_campaigns_run(parts: Parts) -> None:
    for _ in range(3):
        parts.enrol()
    parts.pacing = FakePacing(1)
    assert parts.sms_outreach.send_due(NOW) == 1
    assert len(parts.sms.sent) == 1
    assert parts.sms_outreach.send_due(NOW) == 0


def test_tokens_that_the_gate_left_unused_are_given_back(parts: Parts) -> None:
    campaign = parts.campaign()
    parts.enrol(campaign, parts.customer(consents=[]))
    parts.enrol(campaign)
    parts.pacing = FakePacing(5)
    parts.sms_outreach.send_due(NOW)
    assert parts.pacing.allowance == 4


def test_a_huge_campaign_does_not_starve_a_small_one(parts: Parts) -> None:
    huge, small = parts.campaign(), parts.campaign()
    for _ in range(10):
        parts.enrol(huge)
    lonely = parts.enrol(small, now=NOW + timedelta(minutes=1))
    parts.sms_outreach.send_due(NOW + timedelta(minutes=1), limit=4)
    assert parts.attempt(lonely).status == "accepted"
    assert len(parts.sms.sent) == 3


def test_where_only_one_may_go_each_campaign_gets_its_turn(transaction: Transaction) -> None:
    """A campaign with an older backlog does not have every turn."""
    with transaction() as tx:
        old, new = make_campaign(tx), make_campaign(tx)
        for campaign, age in ((old, 60), (new, 1)):
            enrolment = make_enrolment(tx, campaign_id=campaign)
            make_attempt(tx, enrolment_id=enrolment, due_at=NOW - timedelta(minutes=age))
    turns = []
    for second in range(40):
        with transaction() as tx:
            claimed = sending.claim_due(tx, channel="sms", limit=1, now=NOW + timedelta(seconds=second))
            turns += [one.campaign_id for one in claimed]
    assert len(turns) == 40
    assert 8 <= turns.count(old) <= 32  # within four standard deviations of a half


def test_where_only_one_may_go_a_campaign_of_twice_the_weight_goes_twice_as_often(
    transaction: Transaction,
) -> None:
    """A priority weighs one more than its number; chance decides, so that the lowest is never starved."""
    with transaction() as tx:
        for priority in (0, 1, 5):
            campaign = make_campaign(tx, priority=priority)
            make_attempt(tx, enrolment_id=make_enrolment(tx, campaign_id=campaign))
    served = Counter[int]()
    with transaction() as tx:
        for second in range(450):
            (one,) = sending.claim_due(tx, channel="sms", limit=1, now=NOW + timedelta(seconds=second))
            served[one.priority] += 1
    # within four standard deviations of 50, 100 and 300
    assert 23 <= served[0] <= 77
    assert 62 <= served[1] <= 138
    assert 260 <= served[5] <= 340


def test_of_one_campaign_the_longest_due_go_first(transaction: Transaction) -> None:
    with transaction() as tx:
        campaign = make_campaign(tx)
        due = [NOW - timedelta(minutes=n) for n in range(5)]
        for moment in due:
            make_attempt(tx, enrolment_id=make_enrolment(tx, campaign_id=campaign), due_at=moment)
    with transaction() as tx:
        claimed = sending.claim_due(tx, channel="sms", limit=2, now=NOW)
    assert [one.due_at for one in claimed] == [due[4], due[3]]
