"""Due attempts through the gate: claim, decide, render, mark as sending; all in one short transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.attempts import AttemptStatus, Channel
from bot.domain.contact import Allowed, Decision, Deferred, Denied, Reason
from bot.outreach.outgoing import LEASE, Outgoing
from bot.outreach.weigh import weigh
from bot.store import attempts, events, gate
from bot.store.attempts import Claimed, Sending
from bot.store.events import NewEvent
from bot.store.transaction import Tx

Render = Callable[[Tx, Claimed], Sending | Denied]


@dataclass(frozen=True, slots=True)
class Ready:
    """An attempt that is now `sending` under this fence, and may be posted until its window closes."""

    sending: Sending
    fence: int
    valid_for: timedelta
    enrolment_id: int
    customer_id: int


@dataclass(slots=True)
class _Sorted:
    """One batch, sorted by what becomes of each attempt."""

    ready: list[Ready] = field(default_factory=list)
    put_off: dict[UUID, datetime] = field(default_factory=dict)
    closed: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    said: list[gate.Said] = field(default_factory=list)
    left: list[NewEvent] = field(default_factory=list)


def prepare(
    tx: Tx, channel: Channel, outgoing: Outgoing, render: Render, *, limit: int, now: datetime
) -> tuple[int, list[Ready]]:
    """How many were claimed, and those that may go out now."""
    batch = attempts.claim_due(tx, channel=channel, limit=limit, now=now)
    if not batch:
        return 0, []
    sorted_ = _Sorted()
    for one, decision in zip(batch, weigh(tx, batch, channel, outgoing, now), strict=True):
        _sort(tx, one, decision, render, sorted_, now)
    attempts.start_sending(tx, [one.sending for one in sorted_.ready], now=now, lease_until=now + LEASE)
    attempts.put_off(tx, sorted_.put_off)
    attempts.close_unsent(tx, sorted_.closed, now)
    gate.remember(tx, sorted_.said, now)
    events.leave(tx, sorted_.left)
    return len(batch), sorted_.ready


def _sort(tx: Tx, one: Claimed, decision: Decision, render: Render, into: _Sorted, now: datetime) -> None:
    if one.expires_at <= now:
        _close(one, AttemptStatus.EXPIRED, "too_late", into, now)
        return
    if isinstance(decision, Allowed):
        rendered = render(tx, one)
        if isinstance(rendered, Denied):
            decision = rendered
        else:
            valid_for = min(decision.closes_at, one.expires_at) - now
            into.ready.append(Ready(rendered, one.fence + 1, valid_for, one.enrolment_id, one.customer_id))
    into.said.append(_said(one, decision))
    match decision:
        case Deferred(reason, until) if one.on_denied == "wait" and until >= one.expires_at:
            _close(one, AttemptStatus.EXPIRED, reason, into, now)
        case Deferred(_, until) if one.on_denied == "wait" or decision.reason is Reason.NEWS_WAITING:
            into.put_off[one.id] = until
        case Deferred(reason) | Denied(reason):
            _close(one, AttemptStatus.DENIED, reason, into, now)


def _close(one: Claimed, status: AttemptStatus, reason: str, into: _Sorted, now: datetime) -> None:
    """It will never be sent: the flow is told, unless it has moved on itself."""
    into.closed[one.id] = (status.value, str(reason))
    if one.standing:
        into.left.append(
            NewEvent(
                key=f"attempt:{one.id}:{status}",
                kind=f"attempt.{status}",
                payload={"reason": str(reason)},
                received_at=now,
                attempt_id=one.id,
                enrolment_id=one.enrolment_id,
                customer_id=one.customer_id,
            )
        )


def _said(one: Claimed, decision: Decision) -> gate.Said:
    match decision:
        case Allowed():
            return gate.Said(one.id, "allowed", None, None)
        case Deferred(reason, until):
            return gate.Said(one.id, "deferred", reason.value, until)
        case Denied(reason):
            return gate.Said(one.id, "denied", reason.value, None)
