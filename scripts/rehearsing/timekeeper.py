"""The virtual clock's driver: time stands still while anybody works, and jumps when all are idle."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.store.pending import Pending, pending
from bot.tasks.names import QUEUE_OF_PENDING
from scripts.rehearsing.carrier import CarrierState
from scripts.rehearsing.stack import Stack

STALL_S = 25  # real seconds without any progress: longer than the carrier's timeout
_POLL_S, _LONGEST_POLL_S = 0.004, 0.03  # whoever looks all the time takes the time of those who work
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _leave_them(product: Pending) -> None:
    pass


@dataclass
class Timekeeper:
    """`grain` rounds each jump up, so that things seconds apart happen in one jump, in their order.

    `meanwhile` is asked again and again while somebody is at work: whoever wants to trouble them does it there.
    """

    stack: Stack
    grain: timedelta = timedelta(minutes=1)
    meanwhile: Callable[[Pending], None] = _leave_them
    patience_s: float = STALL_S
    moments: list[datetime] = field(default_factory=list, init=False)  # at which the clock has stood

    def run_until(self, end: datetime, on_jump: Callable[[datetime], bool]) -> datetime:
        """Jump from thing to thing until `end`, until nothing is left, or until `on_jump` says enough."""
        while True:
            product, carrier = self.wait_until_idle()
            now = self.stack.clock.now()
            if not on_jump(now):
                return now
            upcoming = _next(product, carrier, now)
            if upcoming is None or upcoming > end:
                if end > now:  # a lease of the dead may have taken it beyond
                    self._jump(end)
                    self.wait_until_idle()
                return self.stack.clock.now()
            self._jump(min(self._rounded(upcoming), end))

    def follow(self) -> bool:
        """One jump to the next thing that anybody waits for; False, and no jump, where nobody waits for any."""
        product, carrier = self.wait_until_idle()
        upcoming = _next(product, carrier, self.stack.clock.now())
        if upcoming is None:
            return False
        self._jump(self._rounded(upcoming))
        return True

    def wait_until_idle(self) -> tuple[Pending, CarrierState]:
        """Both books read twice with nothing between them: nobody has work, and nothing is on its way."""
        seen: object = None
        moved_at = time.monotonic()
        pause = _POLL_S
        while True:
            before = self.stack.carrier.state()
            with self.stack.wired.transaction() as tx:
                product = pending(tx, self.stack.clock.now())
            after = self.stack.carrier.state()
            quiet = before.idle and after.idle and before.requests_seen == after.requests_seen
            if quiet and product.idle and not self.stack.wired.attendance.anybody():
                # Whoever began before this look has ended, and may have left something: look once more.
                with self.stack.wired.transaction() as tx:
                    product = pending(tx, self.stack.clock.now())
                if product.idle and self.stack.carrier.state().requests_seen == after.requests_seen:
                    return product, after
            if quiet and self._held_by_the_dead(product):
                self._heal(product)
                continue
            self.meanwhile(product)
            if seen != (after.requests_seen, product):
                seen, moved_at = (after.requests_seen, product), time.monotonic()
            elif time.monotonic() - moved_at > self.patience_s:
                self._heal(product)
                moved_at = time.monotonic()
            self.stack.bell.ring({QUEUE_OF_PENDING[kind] for kind in product.due})
            time.sleep(pause)
            pause = min(pause * 1.3, _LONGEST_POLL_S)

    def _held_by_the_dead(self, product: Pending) -> bool:
        """Something is in flight, and nobody is at work who could bring it down: twice, for whoever just ended."""
        if product.due or not product.in_flight or self.stack.wired.attendance.anybody():
            return False
        with self.stack.wired.transaction() as tx:
            again = pending(tx, self.stack.clock.now())
        return again == product and not self.stack.wired.attendance.anybody()

    def _heal(self, product: Pending) -> None:
        """Whoever held a lease is gone: only time can end it. Anything else that stands still is a fault."""
        self.stack.check_alive()
        if not product.in_flight or product.next_at is None:
            due = ", ".join(sorted(product.due)) or "nothing"
            raise Stalled(f"nothing has moved for {self.patience_s:.0f} s; due: {due}")
        self._jump(product.next_at)

    def _jump(self, moment: datetime) -> None:
        # The carrier never lags behind the product: what is sent in between is taken at the new moment.
        self.stack.carrier.hold_clock(moment)
        self.stack.clock.move_to(moment)
        self.stack.carrier.set_clock(moment)
        self.moments.append(moment)

    def _rounded(self, moment: datetime) -> datetime:
        grains = -((_EPOCH - moment) // self.grain)
        return _EPOCH + grains * self.grain


def _next(product: Pending, carrier: CarrierState, now: datetime) -> datetime | None:
    return min(
        (at for at in (product.next_at, carrier.next_event_at) if at is not None and at > now), default=None
    )


class Stalled(Exception):
    """The rehearsal cannot go on; the message says what was due."""
