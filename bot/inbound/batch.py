"""A batch of happenings applied in memory and written back in a handful of statements, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.arbiter import A_BREATH
from bot.domain.attempts import TAKEN_BY_CARRIER, TRANSITIONS, AttemptStatus, Channel
from bot.domain.people import Brand, facts_of
from bot.flow.actions import Action
from bot.flow.happenings import Happening
from bot.flow.state import State
from bot.inbound import carry_out, questions
from bot.inbound.run import Run
from bot.published import PublishedFlows
from bot.rulebook import Rulebook
from bot.store import attempts, enrolments, events, floor, outgoing_events, recalls, suppressions
from bot.store.attempts import Attempt, Move, Question
from bot.store.enrolments import Enrolment
from bot.store.events import NewEvent
from bot.store.suppressions import Entry
from bot.store.transaction import Tx

_NOT_KNOWN_TO_BE_TAKEN = frozenset({AttemptStatus.DUE, AttemptStatus.SENDING, AttemptStatus.UNCONFIRMED})

FLOOR_FREED = "floor.freed"

LOOK_AFTER = timedelta(hours=1)  # an attempt adopted from a callback is asked about after this silence


@dataclass(slots=True)
class Batch:
    tx: Tx
    flows: PublishedFlows
    brand: Brand
    rulebook: Rulebook
    now: datetime
    runs: dict[int, Run] = field(default_factory=dict)
    attempts: dict[UUID, Attempt] = field(default_factory=dict)
    active_of: dict[int, list[int]] = field(default_factory=dict)
    questions: dict[int, list[Question]] = field(default_factory=dict)
    _moves: dict[UUID, Move] = field(default_factory=dict)
    _sids: dict[str, UUID] = field(default_factory=dict)
    _refusals: list[Entry] = field(default_factory=list)
    _late: dict[int, Run] = field(default_factory=dict)
    _released: set[int] = field(default_factory=set)
    _freed: dict[str, Enrolment] = field(default_factory=dict)  # by the key of the event that tells of it
    _given_back: set[str] = field(default_factory=set)  # SIDs

    def load(
        self,
        attempt_ids: Iterable[UUID],
        enrolment_ids: Iterable[int],
        customers: Iterable[int],
        *,
        writing: Iterable[int] = (),
    ) -> None:
        """Lock the enrolments that the events are about, always in id order; only then read the attempts.

        `customers` are concerned in all of their runs; of those who are `writing`, the one that asked last is
        wanted, too, though it be over.
        """
        about = list(attempt_ids)
        self.active_of = enrolments.active_of(self.tx, customers)
        self.questions = attempts.questions(self.tx, writing)
        wanted = set(enrolment_ids)
        last = (questions.newest(asked) for asked in self.questions.values())
        wanted.update(question.enrolment_id for question in last if question is not None)
        for ids in self.active_of.values():
            wanted.update(ids)
        for enrolment in enrolments.lock(self.tx, wanted, of_attempts=about).values():
            self.add(enrolment)
        self.attempts = attempts.by_ids(self.tx, about)

    def add(self, enrolment: Enrolment) -> Run:
        run = Run(
            enrolment=enrolment,
            flow=self.flows.get(self.tx, enrolment.flow_revision, enrolment.offer),
            facts=facts_of(
                customer_id=enrolment.customer_id,
                brand=self.brand,
                name=enrolment.name,
                msisdn=enrolment.msisdn,
                language=enrolment.language,
                region=enrolment.region,
                time_zone=enrolment.time_zone,
                tier=enrolment.tier,
                factors=enrolment.factors,
            ),
            state=State.from_json(enrolment.state),
            due_at=enrolment.due_at,
            holds_until=enrolment.holds_until,
        )
        self.runs[enrolment.id] = run
        return run

    def happen(
        self, enrolment_id: int | None, happening: Happening, evidence: Mapping[str, object]
    ) -> tuple[Action, ...]:
        """Give it to the flow, unless its run is over; answers what is to be spoken."""
        run = self.runs.get(enrolment_id) if enrolment_id is not None else None
        if run is None or run.enrolment.status != "active":
            return ()
        return run.apply(happening, self.now, evidence)

    def happen_even_if_over(
        self, run: Run, happening: Happening, evidence: Mapping[str, object]
    ) -> tuple[Action, ...]:
        """Somebody is on the line: a run that is over still says goodbye, and still takes a refusal."""
        return run.apply(happening, self.now, evidence)

    def move(
        self,
        attempt: Attempt,
        status: AttemptStatus,
        *,
        sid: str | None = None,
        error: str | None = None,
        answered_by: str | None = None,
        duration_s: int | None = None,
        voicemail: str | None = None,
    ) -> None:
        """Remember a report that the table of transitions let through (or only facts, with the same status)."""
        earlier = self._moves.get(attempt.id)
        sid = self._adopted(attempt, sid)
        self._moves[attempt.id] = Move(
            id=attempt.id,
            status=status.value,
            carrier_sid=sid or (earlier.carrier_sid if earlier else None),
            error_code=error or (earlier.error_code if earlier and earlier.status == status else None),
            answered_by=answered_by or (earlier.answered_by if earlier else None),
            duration_s=duration_s if duration_s is not None else (earlier.duration_s if earlier else None),
            voicemail=voicemail or (earlier.voicemail if earlier else None),
            settled=_final(status),
        )
        self._note_floor(attempt, status)
        self.attempts[attempt.id] = replace(
            attempt,
            status=status.value,
            carrier_sid=attempt.carrier_sid or sid,
            answered_by=answered_by or attempt.answered_by,
            voicemail=voicemail or attempt.voicemail,
        )

    def put_back(self, attempt: Attempt, sid: str) -> None:
        """The carrier has given it back unsent: it is due again, and so is all that it had started."""
        self._given_back.add(sid)
        self._moves.pop(attempt.id, None)
        run = self.runs[attempt.enrolment_id]
        run.given_back(attempt)
        if attempt.channel == Channel.CALL:
            self._freed[f"floor:call:{attempt.id}:{attempt.fence}"] = run.enrolment
        self.attempts[attempt.id] = replace(
            attempt, status=AttemptStatus.DUE.value, carrier_sid=None, fence=attempt.fence + 1
        )

    def was_given_back(self, sid: str) -> bool:
        return sid in self._given_back

    def _adopted(self, attempt: Attempt, sid: str | None) -> str | None:
        """A SID that is new to the attempt; of two attempts that one batch gives the same, the first has it."""
        if sid is None or attempt.carrier_sid is not None:
            return None
        return sid if self._sids.setdefault(sid, attempt.id) == attempt.id else None

    def _note_floor(self, attempt: Attempt, status: AttemptStatus) -> None:
        """From when the carrier has a message until it turns out to be lost, its run awaits the answer."""
        run = self.runs.get(attempt.enrolment_id)
        if run is None or attempt.channel != Channel.SMS:
            return
        if attempt.status in _NOT_KNOWN_TO_BE_TAKEN and status in TAKEN_BY_CARRIER:
            run.taken(attempt, self.now)
        if _final(status) and status is not AttemptStatus.DELIVERED:
            run.lost(attempt)

    def answered_by(self, customer_id: int) -> Run | None:
        """The run that this customer's SMS is for."""
        active = self.active_of.get(customer_id, [])
        return questions.answered_by(self.runs, active, self.questions.get(customer_id, []))

    def look_into(self, run: Run) -> None:
        """Somebody wrote to a run that is over: for a human."""
        self._late[run.enrolment.id] = run

    def release(self, customer_id: int) -> None:
        """The floor is free: whatever waited for it is due in a moment."""
        self._released.update(self.active_of.get(customer_id, ()))

    def refuse(self, entry: Entry) -> None:
        self._refusals.append(entry)

    def write(self) -> None:
        """Attempts first, so that what is cancelled below is what was really still due."""
        recalls.put_back(self.tx, self._given_back, self.now)
        attempts.move(self.tx, list(self._moves.values()), now=self.now, look_at=self.now + LOOK_AFTER)
        suppressions.add(self.tx, self._refusals, self.now)
        changed = [run for run in self.runs.values() if run.changed]
        carry_out.carry_out(self.tx, self.rulebook, changed, self.now)
        carry_out.open_late_orders(self.tx, self.rulebook, list(self._late.values()), self.now)
        enrolments.write(self.tx, [run.standing() for run in changed], self.now)
        floor.release(self.tx, self._released, self.now + A_BREATH, now=self.now)
        self._tell_who_waits(changed)
        outgoing_events.leave(self.tx, carry_out.told(changed), self.now)

    def _tell_who_waits(self, changed: Sequence[Run]) -> None:
        """By an event, because the customer's other runs are not under our lock."""
        freed = self._freed | {
            f"floor:run:{run.enrolment.id}:{run.enrolment.holds_until}": run.enrolment
            for run in changed
            if run.freed_floor(self.now)
        }
        for move in self._moves.values():
            call = self.attempts[move.id]
            if move.settled and call.channel == Channel.CALL and call.enrolment_id in self.runs:
                freed[f"floor:call:{call.id}"] = self.runs[call.enrolment_id].enrolment
        waited_for = floor.who_waits(
            self.tx,
            {one.customer_id for one in freed.values()},
            freed_by={one.id for one in freed.values()},
            now=self.now,
        )
        news = [
            NewEvent(key, FLOOR_FREED, {}, self.now, customer_id=one.customer_id)
            for key, one in freed.items()
            if one.customer_id in waited_for
        ]
        events.leave(self.tx, news)


def _final(status: AttemptStatus) -> bool:
    return not TRANSITIONS[status] or status is AttemptStatus.UNDELIVERED
