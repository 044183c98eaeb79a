"""Click-to-call: a manager's wish to call a customer now, put to the gate and written down with its answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.contact import Allowed, Decision, Deferred, Denied
from bot.domain.ids import new_id
from bot.domain.manual_calls import OUTCOMES, ManualCallStatus, Way, purpose_of
from bot.domain.work_orders import WorkOrderStatus
from bot.outreach.affordable_by_hand import unaffordable_by_hand
from bot.outreach.call_now import OnBehalf, may_call_now
from bot.outreach.outgoing import Outgoing
from bot.published import PublishedFlows
from bot.store import manual_calls
from bot.store.manual_calls import NewManualCall, OrderToCall, Said
from bot.store.transaction import Tx


class CannotCall(Exception):
    """Nobody is called, whatever the gate would say; the message says why in one line."""


class NoPhone(CannotCall):
    """The manager has no phone on file that could be rung."""


class OrderClosed(CannotCall):
    pass


class CallUnderWay(CannotCall):
    """The customer is being called by hand already, or this manager is calling somebody."""


class NotedAlready(CannotCall):
    """The same call was written down a moment ago: a form was sent twice."""


SENT_TWICE = timedelta(minutes=1)  # two calls by one manager that end alike are further apart


@dataclass(frozen=True, slots=True)
class CallDesk:
    outgoing: Outgoing
    flows: PublishedFlows

    def ask(self, tx: Tx, order_id: int, user_id: int, now: datetime) -> Decision:
        """The gate's answer, stored; where it permits the call, the call is due. Raises CannotCall."""
        phone = manual_calls.phone_of(tx, user_id)
        if phone is None:
            raise NoPhone(f"user {user_id} has no phone on file")
        order = _open_order(tx, order_id)
        decision, wish = self._weigh(tx, order, order_id, user_id, now)
        if not manual_calls.add(tx, wish):
            raise CallUnderWay(f"work order {order_id}: a call by hand is under way")
        if not isinstance(decision, Allowed):
            return decision
        zone = self.outgoing.default_time_zone or "UTC"
        held = unaffordable_by_hand(tx, wish.id, order, phone, zone, now)
        if held is not None:
            manual_calls.move(tx, wish.id, ManualCallStatus.REFUSED, now, over=True, said=as_stored(held))
        return held or decision

    def note_own(
        self,
        tx: Tx,
        order_id: int,
        user_id: int,
        outcome: ManualCallStatus,
        lasted: timedelta | None,
        now: datetime,
    ) -> Decision:
        """A call made without us counts like any other; the answer is what the gate would have said of it.

        Raises CannotCall.
        """
        if outcome not in OUTCOMES:
            raise ValueError(f"{outcome} is no outcome of a call from one's own phone")
        decision, wish = self._weigh(tx, _open_order(tx, order_id), order_id, user_id, now)
        talked = lasted is not None and outcome is ManualCallStatus.COMPLETED
        made = replace(
            wish,
            way=Way.OWN_PHONE,
            status=outcome,
            taken_at=now,
            duration_s=int(lasted.total_seconds()) if lasted is not None and talked else None,
            ended_at=now,
        )
        # The customer is locked since the gate was asked: of two clicks at once the second sees the first's call.
        if manual_calls.noted_since(tx, made, now - SENT_TWICE):
            raise NotedAlready(f"work order {order_id}: this call is written down already")
        manual_calls.add(tx, made)
        return decision

    def _weigh(
        self, tx: Tx, order: OrderToCall, order_id: int, user_id: int, now: datetime
    ) -> tuple[Decision, NewManualCall]:
        flow = self.flows.get(tx, order.flow_revision, order.offer)
        purpose = purpose_of(order.reason, flow.purpose)
        on_behalf = OnBehalf(order.campaign_id, order.policy)
        decision = may_call_now(tx, order.customer_id, purpose, self.outgoing, now, on_behalf=on_behalf)
        answer, allowed = as_stored(decision), isinstance(decision, Allowed)
        return decision, NewManualCall(
            id=new_id(now),
            work_order_id=order_id,
            enrolment_id=order.enrolment_id,
            campaign_id=order.campaign_id,
            customer_id=order.customer_id,
            user_id=user_id,
            way=Way.BRIDGED,
            purpose=purpose,
            verdict=answer.verdict,
            reason=answer.reason,
            until=answer.until,
            status=ManualCallStatus.DUE if allowed else ManualCallStatus.REFUSED,
            asked_at=now,
            ended_at=None if allowed else now,
        )


def as_stored(decision: Decision) -> Said:
    match decision:
        case Allowed():
            return Said("allowed")
        case Deferred(reason, until):
            return Said("deferred", reason.value, until)
        case Denied(reason):
            return Said("denied", reason.value)


def _open_order(tx: Tx, order_id: int) -> OrderToCall:
    order = manual_calls.order(tx, order_id)
    if order is None or order.status is WorkOrderStatus.CLOSED:
        raise OrderClosed(f"work order {order_id} is not open")
    return order
