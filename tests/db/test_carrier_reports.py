"""What a carrier reports of messages and calls, and what a run makes of it, once and in one direction."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from bot.domain.attempts import AttemptStatus, advance
from bot.domain.ids import new_id
from bot.inbound.reports import CALL_STATUS, SMS_STATUS
from bot.store import events
from bot.store.events import NewEvent
from bot.store.models import AttemptRow
from tests.db.factories import make_attempt, make_enrolment
from tests.db.invited import DAY, invited
from tests.db.parts import AS_SERVICE, NOW, Parts

# -- carrier's reports -----------------------------------------------------------------------------------------


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


def make_id() -> Any:
    return new_id(NOW)
