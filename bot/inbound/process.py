"""Events to outcomes to next steps: the waiting ones in batches, and the enrolments whose time has come."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.channels.twilio_client import OPTED_OUT
from bot.domain.people import Brand
from bot.flow.happenings import Happening, Started, TimedOut
from bot.inbound import business
from bot.inbound.batch import FLOOR_FREED, Batch
from bot.inbound.interpret import interpret
from bot.inbound.run import EXPIRED
from bot.published import PublishedFlows
from bot.rulebook import Rulebook
from bot.store import attempts, changed_numbers, customer_facts, enrolments, events, rounds
from bot.store.enrolments import Enrolment
from bot.store.events import Event, Processed
from bot.store.transaction import Transaction, Tx

log = logging.getLogger(__name__)

BATCH = 200
SOON = timedelta(seconds=2)
WAKE_AGAIN = timedelta(minutes=10)  # an enrolment whose waking failed for a mistake of ours


@dataclass(frozen=True, slots=True)
class Inbound:
    """What one event or enrolment may raise is not known beforehand: a flow meets a fact of a kind that its author did
    not think of, a row was written by an older program. So here, and only here, everything is caught: what raises is
    logged and put off, and the others go on. A fault that is nobody's in particular (nothing could be claimed, nothing
    can be put off: the database is gone) is raised."""

    transaction: Transaction
    flows: PublishedFlows
    brand: Brand
    rulebook: Rulebook

    def process_waiting(self, now: datetime, limit: int = BATCH) -> int:
        """Apply the oldest waiting events; answers how many there were."""
        claimed: list[Event] = []
        try:
            with self.transaction() as tx:
                claimed = events.claim_waiting(tx, limit, now=now)
                if claimed:
                    apply_events(Batch(tx, self.flows, self.brand, self.rulebook, now), claimed)
        except Exception:  # any one of them may have spoilt the batch: each is tried by itself
            if not claimed:
                raise
            log.exception("batch of %d events not applied, going on one by one", len(claimed))
            for event in claimed:
                self._process_alone(event.id, now)
        return len(claimed)

    def _process_alone(self, event_id: int, now: datetime) -> None:
        """What fails alone, too, is put off: a mistake in one event must not hold up all the others."""
        try:
            with self.transaction() as tx:
                event = events.claim_one(tx, event_id)
                if event is not None:
                    apply_events(Batch(tx, self.flows, self.brand, self.rulebook, now), [event])
        except Exception:
            with self.transaction() as tx:
                tries = events.put_off(tx, event_id, now)
            log.exception("event %d not applied, try %s", event_id, tries or "by another worker went well")

    def wake_due(self, now: datetime, limit: int = BATCH) -> int:
        """Start what is to start, and give `TimedOut` or the end to those whose deadline has passed."""
        due: list[Enrolment] = []
        try:
            with self.transaction() as tx:
                due = enrolments.claim_due(tx, limit=limit, now=now)
                self._wake_all(tx, due, now)
        except Exception:  # as above
            if not due:
                raise
            log.exception("batch of %d enrolments not woken, going on one by one", len(due))
            for enrolment in due:
                self._wake_alone(enrolment.id, now)
        return len(due)

    def _wake_alone(self, enrolment_id: int, now: datetime) -> None:
        try:
            with self.transaction() as tx:
                locked = enrolments.lock(tx, [enrolment_id])
                still_due = [one for one in locked.values() if one.due_at is not None and one.due_at <= now]
                self._wake_all(tx, still_due, now)
        except Exception:
            with self.transaction() as tx:
                enrolments.put_off(tx, enrolment_id, now + WAKE_AGAIN)
            log.exception("enrolment %d not woken", enrolment_id)

    def _wake_all(self, tx: Tx, due: Sequence[Enrolment], now: datetime) -> None:
        if due:
            batch = Batch(tx, self.flows, self.brand, self.rulebook, now)
            for enrolment in due:
                _wake(batch, enrolment, now)
            batch.write()


def apply_events(batch: Batch, claimed: Sequence[Event]) -> None:
    matched = _note_customers(batch, _match(batch.tx, claimed))
    batch.load(
        (event.attempt_id for event in matched if event.attempt_id is not None),
        (event.enrolment_id for event in matched if event.enrolment_id is not None),
        {event.customer_id for event in matched if _for_all_runs(event) and event.customer_id is not None},
        writing={
            event.customer_id
            for event in matched
            if event.kind == "sms.inbound" and event.customer_id is not None
        },
    )
    processed = []
    for event in matched:
        outcome = interpret(batch, event)
        processed.append(Processed(event.id, outcome.said, outcome.enrolment_id, outcome.customer_id))
    batch.write()
    rounds.call(batch.tx, business.occurred(matched), batch.now)
    events.mark_processed(batch.tx, processed, batch.now)


def _note_customers(batch: Batch, matched: Sequence[Event]) -> list[Event]:
    """What has changed of customers is written first; events of those whom somebody has in hand come later."""
    changes = business.changes_of(matched)
    written = customer_facts.change(batch.tx, changes)
    changed_numbers.release(batch.tx, business.numbers_left(matched, written), batch.now)
    later = {
        event.id
        for event in matched
        if business.changes_customer(event) and event.customer_id in changes.keys() - written
    }
    events.wait(batch.tx, list(later), batch.now + SOON)
    return [event for event in matched if event.id not in later]


def _match(tx: Tx, claimed: Sequence[Event]) -> list[Event]:
    """Find the attempt by the carrier's SID where our own id was lost from the URL; and its customer."""
    sids = {_sid(event) for event in claimed if event.attempt_id is None and _sid(event)}
    by_sid = attempts.by_sids(tx, sids) if sids else {}
    by_id = attempts.by_ids(
        tx, {e.attempt_id for e in claimed if e.attempt_id is not None and _for_all_runs(e)}
    )
    matched = []
    for event in claimed:
        attempt = by_sid.get(_sid(event)) if event.attempt_id is None else by_id.get(event.attempt_id)
        if attempt is not None:
            event = replace(
                event, attempt_id=attempt.id, customer_id=event.customer_id or attempt.customer_id
            )
        matched.append(event)
    return matched


def _for_all_runs(event: Event) -> bool:
    """Whether it concerns the customer in all of the customer's runs."""
    return (
        event.kind in ("sms.inbound", "billing.topup", "opt_out", business.KIND, FLOOR_FREED)
        or event.payload.get("ErrorCode") == OPTED_OUT
    )


def _sid(event: Event) -> str:
    if not event.kind.startswith(("sms.status", "call.")):
        return ""
    return str(event.payload.get("MessageSid") or event.payload.get("CallSid") or "")


def _wake(batch: Batch, enrolment: Enrolment, now: datetime) -> None:
    run = batch.add(enrolment)
    if enrolment.expires_at is not None and enrolment.expires_at <= now and not run.being_credited:
        run.end(EXPIRED, now)
        return
    happening: Happening = Started() if run.state.step is None else TimedOut(run.state.visit)
    run.due_at = None
    run.changed = True  # even where the flow does nothing, it must not be woken again at once
    run.apply(happening, now, {"event": f"timer:{enrolment.id}:{run.state.visit}", "at": now.isoformat()})
