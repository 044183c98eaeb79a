"""A batch of happenings applied in memory and written back in a handful of statements, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.attempts import TAKEN_BY_CARRIER, TRANSITIONS, AttemptStatus
from bot.domain.people import Brand, facts_of
from bot.flow.actions import Action
from bot.flow.happenings import Happening
from bot.flow.state import State
from bot.inbound import carry_out
from bot.inbound.run import Run
from bot.published import PublishedFlows
from bot.store import attempts, enrolments, suppressions
from bot.store.attempts import Attempt, Move
from bot.store.enrolments import Enrolment
from bot.store.suppressions import Entry
from bot.store.transaction import Tx

_NOT_KNOWN_TO_BE_TAKEN = frozenset({AttemptStatus.DUE, AttemptStatus.SENDING, AttemptStatus.UNCONFIRMED})

LOOK_AFTER = timedelta(hours=1)  # an attempt adopted from a callback is asked about after this silence


@dataclass(slots=True)
class Batch:
    tx: Tx
    flows: PublishedFlows
    brand: Brand
    now: datetime
    runs: dict[int, Run] = field(default_factory=dict)
    attempts: dict[UUID, Attempt] = field(default_factory=dict)
    active_of: dict[int, list[int]] = field(default_factory=dict)
    _moves: dict[UUID, Move] = field(default_factory=dict)
    _sids: dict[str, UUID] = field(default_factory=dict)
    _refusals: list[Entry] = field(default_factory=list)

    def load(
        self, attempt_ids: Iterable[UUID], enrolment_ids: Iterable[int], customers: Iterable[int]
    ) -> None:
        """Lock the enrolments that the events are about, always in id order; only then read the attempts."""
        about = list(attempt_ids)
        self.active_of = enrolments.active_of(self.tx, customers)
        wanted = set(enrolment_ids)
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
        if attempt.status in _NOT_KNOWN_TO_BE_TAKEN and status in TAKEN_BY_CARRIER:
            self._start_timer(attempt)
        self.attempts[attempt.id] = replace(
            attempt,
            status=status.value,
            carrier_sid=attempt.carrier_sid or sid,
            answered_by=answered_by or attempt.answered_by,
            voicemail=voicemail or attempt.voicemail,
        )

    def _adopted(self, attempt: Attempt, sid: str | None) -> str | None:
        """A SID that is new to the attempt; of two attempts that one batch gives the same, the first has it."""
        if sid is None or attempt.carrier_sid is not None:
            return None
        return sid if self._sids.setdefault(sid, attempt.id) == attempt.id else None

    def _start_timer(self, attempt: Attempt) -> None:
        """The carrier has it: the customer's time to answer runs, unless the flow has gone on."""
        run = self.runs.get(attempt.enrolment_id)
        if run is not None and run.state.visit == attempt.visit and attempt.answer_within is not None:
            run.answer_timer(self.now + attempt.answer_within)

    def refuse(self, entry: Entry) -> None:
        self._refusals.append(entry)

    def write(self) -> None:
        """Attempts first, so that what is cancelled below is what was really still due."""
        attempts.move(self.tx, list(self._moves.values()), now=self.now, look_at=self.now + LOOK_AFTER)
        suppressions.add(self.tx, self._refusals, self.now)
        changed = [run for run in self.runs.values() if run.changed]
        carry_out.carry_out(self.tx, changed, self.now)
        enrolments.write(self.tx, [run.standing() for run in changed], self.now)


def _final(status: AttemptStatus) -> bool:
    return not TRANSITIONS[status] or status is AttemptStatus.UNDELIVERED
