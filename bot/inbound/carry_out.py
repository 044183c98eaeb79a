"""What the flows asked for, carried out in the store: attempts, grants, work orders, refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.attempts import Channel
from bot.domain.ids import new_id
from bot.domain.marks import Marks, order_priority, precedence_of
from bot.domain.policy import PolicyError
from bot.domain.policy.marking import own_marks
from bot.flow.actions import Accept, Call, CancelQueued, Emit, Grant, OpenWorkOrder, OptOut, Qualify, Send
from bot.inbound.run import Asked, Run
from bot.rulebook import Rulebook
from bot.store import attempts, events, grants, marks, suppressions, work_orders
from bot.store.attempts import Planned
from bot.store.events import NewEvent
from bot.store.marks import Standing
from bot.store.outgoing_events import NewOutgoing
from bot.store.suppressions import Entry
from bot.store.transaction import Tx
from bot.weighing import as_written

LATE_REPLY = "late_reply"

_PRIORITY = {"high": 1, "mid": 2, "ordinary": 3}


def carry_out(tx: Tx, rulebook: Rulebook, runs: Sequence[Run], now: datetime) -> None:
    cancelled = [
        run.enrolment.id for run in runs if any(isinstance(a.action, CancelQueued) for a in run.asked)
    ]
    attempts.cancel_queued(tx, cancelled, reason="flow_moved_on", now=now)
    attempts.plan(tx, [plan for run in runs for plan in _planned(run, now)], now)
    in_need = [run for run in runs if any(isinstance(a.action, OpenWorkOrder) for a in run.asked)]
    priorities = priorities_of(tx, rulebook, in_need, now)
    for run in runs:
        for asked in run.asked:
            _one(tx, run, asked, priorities, now)


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


def open_late_orders(tx: Tx, rulebook: Rulebook, runs: Sequence[Run], now: datetime) -> None:
    """Customers have written to runs that are over: a human looks at each, once while the order is open."""
    priorities = priorities_of(tx, rulebook, runs, now)
    for run in runs:
        wish = run.flow.late_replies
        order = OpenWorkOrder(queue=wish.queue, due=wish.due, script=wish.script, reason=LATE_REPLY)
        _open_order(tx, run, order, None, priorities[run.enrolment.id], now)


def _purpose(run: Run, step: str) -> str:
    own = getattr(run.flow.steps[step], "purpose", None)
    return str(own or run.flow.purpose)


def _one(tx: Tx, run: Run, asked: Asked, priorities: Mapping[int, int], now: datetime) -> None:
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
            _open_order(tx, run, order, asked.visit, priorities[enrolment.id], now)
        case OptOut():
            _register_refusal(tx, run, asked, now)


def _open_order(
    tx: Tx, run: Run, order: OpenWorkOrder, visit: int | None, priority: int, now: datetime
) -> None:
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
        priority=priority,
        owner_id=None,
        due_at=now + order.due,
        now=now,
    )


def priorities_of(tx: Tx, rulebook: Rulebook, runs: Sequence[Run], now: datetime) -> dict[int, int]:
    """Of their work orders, by enrolment: by tier, moved by the lists that the customers are on."""
    usual = {run.enrolment.id: _PRIORITY.get(run.enrolment.tier, 3) for run in runs}
    if not usual:
        return {}
    return {
        one.enrolment_id: order_priority(
            precedence_of(one.marks, _meant(rulebook, one)),
            usual[one.enrolment_id],
            complaint=one.complaint_open,
        )
        for one in marks.standings(tx, list(usual), now)
    }


def _meant(rulebook: Rulebook, one: Standing) -> Marks:
    """As at the gate: the campaign's word, and that of the place on lists of which the campaign says nothing."""
    if not one.marks:
        return {}
    try:
        return rulebook.policy_for(as_written(one.policy), one.msisdn, one.region).marks
    except PolicyError:  # the brake stops such a campaign; whoever asks for a human meanwhile gets one
        return own_marks(one.policy)


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
