"""What comes back from others: billing settles a grant, a manager closes a work order."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from bot.flow.actions import Grant, OpenWorkOrder
from bot.flow.happenings import GrantResult, GrantSettled, WorkOrderClosed
from bot.flow.simulation import conduct

if TYPE_CHECKING:
    from bot.flow.simulation.life import Life


class BackOffice:
    """Billing and the managers, as far as one customer is concerned."""

    __slots__ = ("_life", "orders_open", "settling")

    def __init__(self, life: Life) -> None:
        self._life = life
        self.orders_open = 0
        self.settling = False

    def grant(self, grant: Grant) -> None:
        self._life.watch.granted(self._life.now, grant)
        self.settling = True
        seconds, result = conduct.settlement(self._life.customer)
        self._life.after(seconds, self._settle, (result, grant.amount))

    def open_order(self, order: OpenWorkOrder) -> None:
        life = self._life
        life.mine.reached.add("work_order")
        life.tally.work_orders += 1
        self.orders_open += 1
        seconds, disposition = conduct.handling(life.customer, life.world, life.state, order)
        life.after(seconds, self._close, disposition)

    def _settle(self, settled: tuple[GrantResult, Decimal]) -> None:
        life, (result, amount) = self._life, settled
        self.settling = False
        if result is GrantResult.GRANTED:
            life.mine.reached.add("granted")
            life.tally.grants += 1
            life.tally.bonus += amount
        else:
            life.watch.granting = False
        if life.trace is not None:
            life.trace.put(life.now, "grant", result.value)
        life.give(GrantSettled(result))
        if life.now >= life.ends_at:
            life.expire()

    def _close(self, disposition: str) -> None:
        life = self._life
        self.orders_open -= 1
        if disposition == conduct.DO_NOT_CONTACT:
            if life.trace is not None:
                life.trace.put(life.now, "reply", "STOP")
            life.opt_out()  # the refusal first: it ends the run before it can go on
        if life.trace is not None:
            life.trace.put(life.now, "close", disposition)
        life.give(WorkOrderClosed(disposition))
