"""The rehearsal's own books: what it accepted and what it did, to be held against the product's."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from rehearsal.carrier import Carrier
from rehearsal.faults import Faults
from rehearsal.resources import Call


class Entry(Protocol):
    def for_ledger(self) -> dict[str, Any]: ...


KINDS = ("messages", "calls", "adjustments", "topups", "inbound", "business", "webhooks")


def entries(carrier: Carrier, kind: str) -> Iterable[dict[str, Any]] | None:
    """Every entry of one kind, oldest first; None where there is no such kind.

    Taken from a copy of the list: while a long answer is being written, the rehearsal goes on.
    """
    found: dict[str, Iterable[Entry]] = {
        "messages": carrier.messages.by_sid.values(),
        "calls": carrier.calls.by_sid.values(),
        "adjustments": carrier.billing.adjustments.values(),
        "topups": carrier.billing.topups,
        "inbound": carrier.inbound,
        "business": carrier.business.told,
        "webhooks": carrier.webhooks.records,
    }
    if kind not in found:
        return None
    return (entry.for_ledger() for entry in tuple(found[kind]))


def fault_rates(faults: Faults) -> dict[str, Any]:
    return {"rates": asdict(faults.rates), "applied": dict(faults.applied)}


def summary(carrier: Carrier) -> dict[str, Any]:
    adjustments = list(carrier.billing.adjustments.values())
    return {
        "now": carrier.now.isoformat(),
        "requests_seen": carrier.requests_seen,
        "messages": {
            "accepted": carrier.messages.accepted,
            "by_status": _counted(message.status for message in carrier.messages.by_sid.values()),
            "by_direction": _counted(message.direction for message in carrier.messages.by_sid.values()),
            "segments": sum(message.segments for message in carrier.messages.by_sid.values()),
        },
        "calls": {"accepted": carrier.calls.accepted, **_lived(list(carrier.calls.by_sid.values()))},
        "inbound": {
            "received": len(carrier.inbound),
            "by_intent": _counted(text.intent for text in carrier.inbound),
        },
        "topups": {
            "made": len(carrier.billing.topups),
            "amount": round(sum(topup.amount for topup in carrier.billing.topups), 2),
            "by_cause": _counted(topup.cause for topup in carrier.billing.topups),
        },
        "adjustments": {
            "made": len(adjustments),
            "amount": round(sum(adjustment.amount for adjustment in adjustments), 2),
            "repeats": sum(adjustment.repeats for adjustment in adjustments),
        },
        "business": {
            "told": len(carrier.business.told),
            "by_type": _counted(told.type for told in carrier.business.told),
        },
        "webhooks": {"sent": carrier.webhooks.sent, "failed": carrier.webhooks.failed},
        "faults": dict(carrier.faults.applied),
        "personas": carrier.people.persona_counts(),
    }


def _lived(calls: Sequence[Call]) -> dict[str, Any]:
    """What became of the calls, and what was heard in them."""
    lines = [line for call in calls for line in call.transcript]
    return {
        "by_status": _counted(call.status for call in calls if call.parent_sid is None),
        "picked_up_by": _counted(call.picked_up_by for call in calls if call.picked_up_by),
        "dialled_legs": sum(call.parent_sid is not None for call in calls),
        "keypresses": sum("digits" in line for line in lines),
        "spoken": sum("said" in line for line in lines),
        "errors": sum("error" in line for line in lines),
    }


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())
