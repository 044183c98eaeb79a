"""What became of an event, and the evidence that it leaves behind."""

from __future__ import annotations

from dataclasses import dataclass

from bot.inbound.batch import Batch
from bot.store.attempts import Attempt
from bot.store.events import Event

APPLIED = "applied"
STALE = "ignored:stale"
UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an event, and whom it turned out to be about."""

    said: str
    enrolment_id: int | None = None
    customer_id: int | None = None


def evidence_of(event: Event) -> dict[str, object]:
    """What proves it: enough to find the raw event and to read it without."""
    fields = ("MessageSid", "CallSid", "Digits", "Body", "amount", "topup_id", "type")
    proof: dict[str, object] = {name: event.payload[name] for name in fields if name in event.payload}
    if "Digits" in proof:
        proof["digits"] = proof.pop("Digits")
    return {"event": event.key, "at": event.received_at.isoformat(), **proof}


def attempt_of(batch: Batch, event: Event) -> Attempt | None:
    return batch.attempts.get(event.attempt_id) if event.attempt_id is not None else None


def about(attempt: Attempt, said: str) -> Outcome:
    return Outcome(said, attempt.enrolment_id, attempt.customer_id)
