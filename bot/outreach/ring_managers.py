"""Due calls by hand to the carrier, which rings the managers' own phones; and what it has been silent about.

Claim, call, record, as for every contact. The customer is only called when the manager has picked up: see `bridge`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.channels.errors import Rejected, SendError, Unavailable
from bot.channels.messages import Accepted, CallToManager, Found
from bot.domain.manual_calls import LONGEST, RING_FOR, STALE, ManualCallStatus, ended_by, is_over
from bot.outreach.outgoing import ASK_AFTER, CALL_SILENCE, LEASE
from bot.store import manager_rings, manual_calls
from bot.store.manager_rings import Claimed, Outcome
from bot.store.manual_calls import ManualCall
from bot.store.transaction import Transaction

BATCH = 20
CLOCK_SKEW = timedelta(minutes=2)  # between the carrier's clock and ours
GIVE_UP = LONGEST + timedelta(hours=1)


class RingsManagers(Protocol):
    def ring_managers(self, batch: Sequence[CallToManager]) -> list[Accepted | SendError]: ...
    def find_batch(self, numbers: Sequence[str]) -> list[list[Found] | SendError]: ...
    def fetch_batch(self, sids: Sequence[str]) -> list[Found | SendError]: ...


class Paces(Protocol):
    def take(self, wanted: int) -> int: ...
    def give_back(self, unused: int) -> None: ...


@dataclass(frozen=True, slots=True)
class ManagerCalls:
    transaction: Transaction
    voice: RingsManagers
    pacing: Paces
    sender: str

    def ring_due(self, now: datetime, limit: int = BATCH) -> int:
        """Each at most once; answers how many due calls were looked at."""
        allowance = self.pacing.take(limit)
        if allowance == 0:
            return 0
        with self.transaction() as tx:
            claimed = manager_rings.claim_due(tx, now=now, limit=allowance)
            hopeless = {one.id: why for one in claimed if (why := _hopeless(one, now)) is not None}
            for call_id, why in hopeless.items():
                manager_rings.give_up(tx, call_id, why, now)
            ready = [one for one in claimed if one.id not in hopeless]
            manager_rings.start(tx, ready, now=now, lease_until=now + LEASE)
        self.pacing.give_back(allowance - len(ready))
        if ready:
            calls = [CallToManager(one.id, one.phone or "", self.sender, RING_FOR) for one in ready]
            answers = self.voice.ring_managers(calls)
            outcomes = [_outcome(one, answer, now) for one, answer in zip(ready, answers, strict=True)]
            with self.transaction() as tx:
                manager_rings.record(tx, outcomes, now)
        return len(claimed)

    def ask_the_silent(self, now: datetime, limit: int = BATCH) -> int:
        """One pass over calls of which nothing has been heard for too long; answers how many there were."""
        with self.transaction() as tx:
            silent = manager_rings.claim_to_ask(
                tx, now=now, look_at=now + ASK_AFTER, ask_again=now + CALL_SILENCE, limit=limit
            )
        unknown = [one for one in silent if one.carrier_sid is None]
        found = self.voice.find_batch([one.to_number or "" for one in unknown]) if unknown else []
        for one, entries in zip(unknown, found, strict=True):
            if not isinstance(entries, SendError):  # else there is no proof either way; it is asked again
                self._conclude(one, entries, now)
        known = [one for one in silent if one.carrier_sid is not None]
        answers = self.voice.fetch_batch([one.carrier_sid or "" for one in known]) if known else []
        for one, answer in zip(known, answers, strict=True):
            self._heard(one, answer, now)
        return len(silent)

    def _conclude(self, one: ManualCall, found: Sequence[Found], now: datetime) -> None:
        """By the manager's number; what the carrier never took is not tried again: the manager will click."""
        with self.transaction() as tx:
            call = manual_calls.lock(tx, one.id)
            if call is None or call.fence != one.fence or call.carrier_sid is not None:
                return  # the manager has picked up meanwhile
            linked = manager_rings.linked_sids(tx, [entry.sid for entry in found])
            mine = _match(one, found, linked)
            if mine is None:
                manager_rings.give_up(tx, one.id, "not_taken", now)
                return
        self._apply(one, mine, now)

    def _heard(self, one: ManualCall, answer: Found | SendError, now: datetime) -> None:
        if not isinstance(answer, SendError):
            self._apply(one, answer, now)
        elif one.asked_at + GIVE_UP < now:
            with self.transaction() as tx:
                manager_rings.give_up(tx, one.id, "lost", now)

    def _apply(self, one: ManualCall, found: Found, now: datetime) -> None:
        with self.transaction() as tx:
            call = manual_calls.lock(tx, one.id)
            if call is None or call.fence != one.fence:
                return
            if is_over(found.status):
                manual_calls.note_legs(tx, call.id, manager_s=found.duration_s or 0)
            end = ended_by(call.status, found.status)
            if end is not None:
                manual_calls.end(tx, call, end, now, sid=found.sid)
            elif call.status is ManualCallStatus.UNCONFIRMED:
                look_at = now + CALL_SILENCE
                manual_calls.move(
                    tx, call.id, ManualCallStatus.RINGING, now, over=False, sid=found.sid, look_at=look_at
                )


def _hopeless(one: Claimed, now: datetime) -> str | None:
    if one.asked_at + STALE < now:
        return "too_late"
    if not one.order_open:
        return "order_closed"
    return None if one.phone is not None else "no_phone"


def _outcome(one: Claimed, answer: Accepted | SendError, now: datetime) -> Outcome:
    match answer:
        case Accepted(sid):
            look_at = now + CALL_SILENCE
            return Outcome(one.id, one.fence, ManualCallStatus.RINGING, carrier_sid=sid, look_at=look_at)
        case Rejected():
            return Outcome(one.id, one.fence, ManualCallStatus.FAILED, error_code=answer.code)
        case Unavailable():
            due_at = now + answer.retry_after
            return Outcome(one.id, one.fence, ManualCallStatus.DUE, error_code=answer.code, due_at=due_at)
        case _:
            look_at = now + ASK_AFTER
            return Outcome(
                one.id, one.fence, ManualCallStatus.UNCONFIRMED, error_code=answer.code, look_at=look_at
            )


def _match(one: ManualCall, found: Sequence[Found], linked: set[str]) -> Found | None:
    """The newest call to the manager's number since ours was made, which belongs to no other: one at a time."""
    if one.started_at is None:
        return None
    since = one.started_at - CLOCK_SKEW
    fitting = (
        entry
        for entry in found
        if entry.sid not in linked
        and entry.to == one.to_number
        and (entry.created_at is None or entry.created_at >= since)
    )
    return next(fitting, None)
