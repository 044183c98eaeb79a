"""What the flows asked for, carried out in the store: attempts, grants, work orders, refusals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.attempts import Channel
from bot.domain.ids import new_id
from bot.domain.marks import order_priority, precedence_of
from bot.domain.policy.marking import own_marks
from bot.flow.actions import Accept, Call, CancelQueued, Emit, Grant, OpenWorkOrder, OptOut, Qualify, Send
from bot.inbound.run import Asked, Run
from bot.store import attempts, events, grants, marks, suppressions, work_orders
from bot.store.attempts import Planned
from bot.store.events import NewEvent
from bot.store.outgoing_events import NewOutgoing
from bot.store.suppressions import Entry
from bot.store.transaction import Tx

LATE_REPLY = "late_reply"

_PRIORITY = {"high": 1, "mid": 2, "ordinary": 3}


def carry_out(tx: Tx, runs: Sequence[Run], now: datetime) -> None:
    cancelled = [
        run.enrolment.id for run in runs if any(isinstance(a.action, CancelQueued) for a in run.asked)
    ]
    attempts.cancel_queued(tx, cancelled, reason="flow_moved_on", now=now)
    attempts.plan(tx, [plan for run in runs for plan in _planned(run, now)], now)
    for run in runs:
        for asked in run.asked:
            _one(tx, run, asked, now)


def _planned(run: Run, now: datetime) -> list[Planned]:
    plans = []
    for asked in run.asked:
        action = asked.action
        if not isinstance(action, Send | Call):
            continue
        plans.append(
            Planned(
                id=new_id(now),
                enrolment_id=run.enrolment.id,
                campaign_id=run.enrolment.campaign_id,
                customer_id=run.enrolment.customer_id,
                channel=Channel.SMS if isinstance(action, Send) else Channel.CALL,
                purpose=_purpose(run, action.step),
                step=action.step,
                visit=action.visit,
                try_no=action.try_no,
                due_at=action.not_before,
                expires_at=action.expires_at,
                answer_within=action.answer_within if isinstance(action, Send) else None,
                on_denied=action.on_denied.value,
                text=action.text if isinstance(action, Send) else "sms",
                asks=isinstance(action, Call) or run.flow.steps[action.step].asks,
                answers=asked.answers,
            )
        )
    return plans


def told(runs: Sequence[Run]) -> list[NewOutgoing]:
    """What the flows tell other systems."""
    return [
        NewOutgoing(
            run.enrolment.id,
            run.enrolment.customer_id,
            run.enrolment.campaign_id,
            asked.action.event,
            asked.action.details,
        )
        for run in runs
        for asked in run.asked
        if isinstance(asked.action, Emit)
    ]


def open_late_order(tx: Tx, run: Run, now: datetime) -> None:
    """A customer has written to a run that is over: a human looks at it, once while the order is open."""
    wish = run.flow.late_replies
    order = OpenWorkOrder(queue=wish.queue, due=wish.due, script=wish.script, reason=LATE_REPLY)
    _open_order(tx, run, order, None, now)


def _purpose(run: Run, step: str) -> str:
    own = getattr(run.flow.steps[step], "purpose", None)
    return str(own or run.flow.purpose)


def _one(tx: Tx, run: Run, asked: Asked, now: datetime) -> None:
    enrolment = run.enrolment
    ids = {
        "enrolment_id": enrolment.id,
        "campaign_id": enrolment.campaign_id,
        "customer_id": enrolment.customer_id,
    }
    match asked.action:
        case Accept(_, step):
            proof = {**asked.evidence, "step": step, "revision": enrolment.flow_revision}
            grants.accept(tx, **ids, evidence=proof, now=now)
        case Qualify():
            grants.qualify(tx, **ids, evidence=asked.evidence, now=now)
        case Grant(amount):
            if not grants.make_due(tx, enrolment_id=enrolment.id, amount=amount, now=now):
                _refuse_grant(tx, run, now)
        case OpenWorkOrder() as order:
            _open_order(tx, run, order, asked.visit, now)
        case OptOut():
            _register_refusal(tx, run, asked, now)


def _open_order(tx: Tx, run: Run, order: OpenWorkOrder, visit: int | None, now: datetime) -> None:
    enrolment = run.enrolment
    work_orders.open_order(
        tx,
        enrolment_id=enrolment.id,
        visit=visit,
        campaign_id=enrolment.campaign_id,
        customer_id=enrolment.customer_id,
        queue=order.queue,
        script=order.script,
        reason=order.reason,
        priority=_priority(tx, run, now),
        owner_id=None,
        due_at=now + order.due,
        now=now,
    )


def _priority(tx: Tx, run: Run, now: datetime) -> int:
    """By tier, moved by the lists that the customer is on."""
    enrolment = run.enrolment
    one = marks.standing(tx, enrolment.customer_id, enrolment.campaign_id, now)
    precedence = precedence_of(one.marks, own_marks(one.policy))
    return order_priority(precedence, _PRIORITY.get(enrolment.tier, 3), complaint=one.complaint_open)


def _refuse_grant(tx: Tx, run: Run, now: datetime) -> None:
    refusal = NewEvent(
        key=f"grant:enrolment:{run.enrolment.id}:visit:{run.state.visit}:refused",
        kind="grant.settled",
        payload={"result": "refused", "reason": "not_earned"},
        received_at=now,
        enrolment_id=run.enrolment.id,
        customer_id=run.enrolment.customer_id,
    )
    events.leave(tx, [refusal])


def _register_refusal(tx: Tx, run: Run, asked: Asked, now: datetime) -> None:
    """The register at once; the customer's other runs by an event, because they are not under our lock."""
    enrolment = run.enrolment
    evidence = str(asked.evidence.get("event", ""))
    entry = Entry(
        customer_id=enrolment.customer_id,
        action="suppress",
        source="keypad",
        evidence=evidence,
        wording=str(asked.evidence.get("digits", "")) or None,
    )
    suppressions.add(tx, [entry], now)
    others = NewEvent(
        key=f"{evidence}:opt_out",
        kind="opt_out",
        payload={"source": "keypad", "registered": True},
        received_at=now,
        enrolment_id=enrolment.id,
        customer_id=enrolment.customer_id,
    )
    events.leave(tx, [others])
