"""A refusal, or its withdrawal: the register first, then every run of the customer."""

from __future__ import annotations

from bot.domain.refusals import ALL
from bot.flow.happenings import OptedOut
from bot.inbound.batch import Batch
from bot.inbound.outcome import evidence_of
from bot.store.events import Event
from bot.store.suppressions import Entry


def opt_out(
    batch: Batch,
    event: Event,
    customer_id: int | None,
    *,
    source: str,
    registered: bool = False,
    purpose: str = ALL,
) -> None:
    """One refusal is for everything, unless the customer said otherwise: the register, and the customer's runs."""
    if not registered:
        batch.refuse(_line(event, customer_id, "suppress", source))
    for run in batch.active_of.get(customer_id, ()) if customer_id is not None else ():
        if purpose in (ALL, batch.runs[run].flow.purpose):
            batch.happen(run, OptedOut(event.key), evidence_of(event))


def _line(event: Event, customer_id: int | None, action: str, source: str) -> Entry:
    return Entry(
        customer_id=customer_id,
        msisdn=event.payload.get("From") if event.kind == "sms.inbound" else None,
        action=action,
        source=source,
        evidence=event.key,
        wording=event.payload.get("Body"),
    )


def opt_in(batch: Batch, event: Event, customer_id: int | None) -> None:
    batch.refuse(_line(event, customer_id, "restore", "sms_reply"))
