"""Due attempts through the gate: claim, decide, render, mark as sending; all in one short transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.arbiter import Holder
from bot.domain.attempts import AttemptStatus, Channel
from bot.domain.contact import Allowed, Decision, Deferred, Denied
from bot.domain.policy.spending import longest_call_of
from bot.domain.weighing import NotMade, PutOff, TooLate, Weighed, unmade
from bot.outreach.affordable import unaffordable
from bot.outreach.outgoing import LEASE, Outgoing
from bot.outreach.weigh import weigh
from bot.published import PublishedFlows
from bot.store import events, gate, sending, unmade_contacts
from bot.store.events import NewEvent
from bot.store.sending import Claimed, Sending
from bot.store.transaction import Tx
from bot.store.unmade_contacts import Later

Render = Callable[[Tx, Claimed], Sending | Denied]


@dataclass(frozen=True, slots=True)
class Ready:
    """An attempt that is now `sending` under this fence, and may be posted until its window closes."""

    sending: Sending
    fence: int
    valid_for: timedelta
    enrolment_id: int
    customer_id: int
    longest: timedelta | None  # of a call that the carrier is to end there


@dataclass(slots=True)
class _Sorted:
    """One batch, sorted by what becomes of each attempt."""

    permitted: list[tuple[Claimed, Sending, Allowed]] = field(default_factory=list)
    ready: list[Ready] = field(default_factory=list)
    put_off: dict[UUID, Later] = field(default_factory=dict)
    closed: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    said: list[gate.Said] = field(default_factory=list)
    left: list[NewEvent] = field(default_factory=list)


def prepare(
    tx: Tx,
    channel: Channel,
    outgoing: Outgoing,
    flows: PublishedFlows,
    render: Render,
    *,
    limit: int,
    now: datetime,
) -> tuple[int, list[Ready]]:
    """How many were claimed, and those that may go out now."""
    batch = sending.claim_due(tx, channel=channel, limit=limit, now=now)
    if not batch:
        return 0, []
    sorted_ = _Sorted()
    for one, weighed in zip(batch, weigh(tx, batch, channel, outgoing, flows, now), strict=True):
        _sort(tx, one, weighed, render, sorted_, now)
    _pay(tx, channel, outgoing, sorted_, now)
    sending.start_sending(
        tx,
        [one.sending for one in sorted_.ready],
        closing={one.sending.id: now + one.valid_for for one in sorted_.ready if channel is Channel.CALL},
        now=now,
        lease_until=now + LEASE,
    )
    unmade_contacts.put_off(tx, sorted_.put_off)
    unmade_contacts.close(tx, sorted_.closed, now)
    gate.remember(tx, sorted_.said, now)
    events.leave(tx, sorted_.left)
    return len(batch), sorted_.ready


def _sort(tx: Tx, one: Claimed, weighed: Weighed, render: Render, into: _Sorted, now: datetime) -> None:
    decision = weighed.decision
    if one.expires_at <= now:
        _close(one, AttemptStatus.EXPIRED, "too_late", into, now)
        return
    if isinstance(decision, Allowed):
        rendered = render(tx, one)
        if not isinstance(rendered, Denied):
            into.permitted.append((one, rendered, decision))
            return
        decision = rendered
    into.left += [_interruption(one, holder, now) for holder in weighed.interrupts]
    _hold(one, decision, into, now)


def _pay(tx: Tx, channel: Channel, outgoing: Outgoing, into: _Sorted, now: datetime) -> None:
    """Last of all: nothing is reserved for a contact that is not made."""
    wanted = [(one, rendered) for one, rendered, _ in into.permitted]
    held = unaffordable(tx, wanted, channel, outgoing.default_time_zone or "UTC", now)
    for one, rendered, allowed in into.permitted:
        if one.id in held:
            _hold(one, held[one.id], into, now)
            continue
        valid_for = min(allowed.closes_at, one.expires_at) - now
        longest = longest_call_of(one.policy) if channel is Channel.CALL else None
        into.ready.append(
            Ready(rendered, one.fence + 1, valid_for, one.enrolment_id, one.customer_id, longest)
        )
        into.said.append(_said(one, allowed))


def _hold(one: Claimed, decision: Deferred | Denied, into: _Sorted, now: datetime) -> None:
    into.said.append(_said(one, decision))
    match unmade(decision, one.on_denied, one.expires_at):
        case PutOff(until, for_answer):
            into.put_off[one.id] = Later(until, decision.reason.value, for_answer)
        case TooLate():
            _close(one, AttemptStatus.EXPIRED, decision.reason, into, now)
        case NotMade():
            _close(one, AttemptStatus.DENIED, decision.reason, into, now)


def _interruption(one: Claimed, holder: Holder, now: datetime) -> NewEvent:
    """Inbound ends the run: here its attempts may be locked, and an enrolment comes before them. Once a hold."""
    return NewEvent(
        key=f"run:{holder.enrolment_id}:interrupt:{holder.until.isoformat()}",
        kind="run.interrupt",
        payload={"by": one.enrolment_id, "campaign": one.campaign_id},
        received_at=now,
        enrolment_id=holder.enrolment_id,
        customer_id=one.customer_id,
    )


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
