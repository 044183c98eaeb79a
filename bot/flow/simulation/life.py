"""One customer's run, from its first moment to its last, on a clock of its own: the host of the real engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from heapq import heappop, heappush
from typing import Any

from bot.domain.contact import Refusal
from bot.flow.actions import (
    Accept,
    Action,
    Call,
    CancelQueued,
    Dial,
    Emit,
    Finish,
    Grant,
    Hangup,
    OpenWorkOrder,
    OptOut,
    Prompt,
    Qualify,
    Send,
    Voicemail,
    WaitUntil,
)
from bot.flow.happenings import (
    BusinessEvent,
    Happening,
    OptedOut,
    Replied,
    Started,
    TimedOut,
)
from bot.flow.model import RECHARGE
from bot.flow.replies import Meaning, Understood, understand
from bot.flow.simulation import conduct
from bot.flow.simulation.back_office import BackOffice
from bot.flow.simulation.invariants import Made, Watch, engine_fault, whereabouts
from bot.flow.simulation.outreach import Outreach
from bot.flow.simulation.people import Simulated
from bot.flow.simulation.personas import Intent
from bot.flow.simulation.phone import Phone
from bot.flow.simulation.tally import Mine
from bot.flow.simulation.trace import Trace
from bot.flow.simulation.world import World
from bot.flow.state import State
from bot.flow.transcript import headline

Spoken = Prompt | Voicemail | Hangup | Dial
SPOKEN = (Prompt, Voicemail, Hangup, Dial)
_ALL = (Refusal("all", "all"),)


class Life:
    """Raises Broken at the first thing that must not be. With a `trace` everything is written down besides."""

    def __init__(self, world: World, customer: Simulated, trace: Trace | None = None) -> None:
        self.world, self.customer, self.trace = world, customer, trace
        self.now = customer.starts_at
        self.state = State()
        self.tally = world.tally
        self.mine = Mine(reached={"enrolled"})
        self.refusals = customer.refusals
        self.complaint_open = customer.complaint_open
        self.active = True
        self.ends_at = self.now + world.flow.expires
        self.watch = self._watch()
        self.outreach = Outreach(self)
        self.phone = Phone(self)
        self.back_office = BackOffice(self)
        self.accepted = False
        self.wishes: set[str] = set()  # to recharge, each followed once
        self._due: list[tuple[datetime, int, Callable[[Any], None], Any]] = []
        self._entries = 0
        self._evidence = 0
        self._deadline: WaitUntil | None = None

    def live(self) -> None:
        self.at(self.now, self._start, None)
        self.at(self.ends_at, self.expire, None)
        self.at(self.world.last_moment, self._close_the_books, None)
        for planned in conduct.unasked(self.customer, self.world):
            self.at(planned.at, self._befall, planned)
        due = self._due
        while due:
            self.now, _, act, about = heappop(due)
            act(about)
        self.watch.over(self.now, self.state)

    def abandon(self) -> None:
        """Nothing more will happen; what did happen is counted."""
        if self.tally is self.world.tally:
            self._close_the_books(None)

    def at(self, moment: datetime, act: Callable[[Any], None], about: object) -> None:
        self._entries += 1
        heappush(self._due, (moment, self._entries, act, about))

    def after(self, seconds: float, act: Callable[[Any], None], about: object) -> None:
        self.at(self.now + timedelta(seconds=round(seconds)), act, about)

    def give(self, happening: Happening) -> list[Spoken]:
        """The flow hears of it, and what it asks for is done; what it has to say is returned."""
        before, world = self.state, self.world
        self.tally.happenings += 1
        with engine_fault(self.now, type(happening).__name__):
            result = world.engine(world.flow, before, happening, self.now, self.customer.facts)
        if result.state is before and not result.actions:
            return []
        self.state = result.state
        self.watch.advanced(self.now, before, result.state, result.actions)
        if result.state.visit != before.visit:
            self._deadline = None  # it belonged to the visit that is over
        spoken: list[Spoken] = []
        for action in result.actions:
            if isinstance(action, SPOKEN):
                spoken.append(action)
                if self.trace is not None:
                    self.phone.note(action)
            else:
                self._carry_out(action)
        return spoken

    def reply(self, said: conduct.Said) -> None:
        """An SMS from the customer, understood as the product understands it; a refusal counts as it is meant."""
        self.mine.reached.add("answered")
        if self.trace is not None:
            self.trace.put(self.now, "reply", said.text)
        if said.intent is Intent.OPT_OUT:
            self.watch.refusal(self.now)
        understood = _understood(said.text)
        if understood.meaning is Meaning.OPT_OUT:
            self.opt_out()
        elif understood.meaning in (Meaning.KEY, Meaning.UNCLEAR):
            self.tally.late_replies += self.state.finished
            self.watch.key(understood.key)
            self.give(Replied(understood.key, self.evidence(), said.text))

    def opt_out(self) -> None:
        """The register has it: from now on, and for everything."""
        self.mine.reached.add("opted_out")
        self.watch.refusal(self.now)
        self.refusals = _ALL
        if self.trace is not None and not self.state.finished:
            self.trace.note(self.now, "opted out")
        self.give(OptedOut(self.evidence()))

    def recharge(self, amount: Decimal) -> None:
        if self.trace is not None:
            self.trace.put(self.now, "recharge", str(amount))
        self.watch.recharged = self.watch.recharged or self._is_enough(amount)
        self.give(BusinessEvent(RECHARGE, self.evidence(), self.now, amount))

    def _is_enough(self, amount: Decimal) -> bool:
        """For the offer, or for any step that asks something else."""
        flow, minimum = self.world.flow, self.world.flow.offer.min_recharge
        if minimum is None or amount >= minimum:
            return True
        row = {**self.customer.facts, **flow.offer.values(), **self.state.values(), "event.amount": amount}
        return any(holds(row) is True for holds in self.world.asked.demands)

    def start_deadline(self, deadline: WaitUntil) -> None:
        self._deadline = deadline
        self.at(deadline.at, self._time_out, deadline)

    def evidence(self) -> str:
        self._evidence += 1
        return f"event {self._evidence}"

    def note(self, words: str, said: str = "") -> None:
        if self.trace is not None:
            self.trace.note(self.now, words, said)

    def _start(self, _: object) -> None:
        self.give(Started())

    def _time_out(self, deadline: WaitUntil) -> None:
        if deadline is self._deadline:
            self._deadline = None
            self.give(TimedOut(deadline.visit))

    def expire(self, _: object = None) -> None:
        """The flow's own time is over; billing's word is waited for, however late it is."""
        if self.state.finished or self.back_office.settling:
            return
        goal = self.world.flow.goal
        result = goal if self.state.goal_met and goal else "expired"
        before, self.state = self.state, replace(self.state, result=result)
        self._cancel()
        self.note(headline(Finish(result)))
        self.watch.advanced(self.now, before, self.state, (Finish(result),))

    def _close_the_books(self, _: object) -> None:
        """The last day is over: the run goes on to its end, uncounted."""
        self.mine.step, self.mine.result = self.state.step, self.state.result
        self.tally.close(self.mine)
        self.tally, self.mine = self.world.uncounted, Mine()

    def _befall(self, planned: conduct.Planned) -> None:
        if planned.event == RECHARGE:
            self.recharge(planned.amount or Decimal(0))
        elif planned.said is not None:
            self.reply(planned.said)
        else:
            self._business(planned)

    def _business(self, planned: conduct.Planned) -> None:
        if planned.event == "complaint":
            self.complaint_open = True
            self.after(conduct.COMPLAINT_SECONDS, self._settle_complaint, None)
        elif planned.event in conduct.LEAVES:
            self.active = False
        elif planned.event in conduct.RETURNS:
            self.active = True
        if self.trace is not None:
            amount = {"amount": planned.amount} if planned.amount is not None else {}
            self.trace.put(self.now, "event", planned.event, {**planned.details, **amount})
        event = BusinessEvent(planned.event, self.evidence(), self.now, planned.amount, planned.details)
        self.give(event)

    def _settle_complaint(self, _: object) -> None:
        self.complaint_open = False

    def _carry_out(self, action: Action) -> None:
        _CARRY_OUT[type(action)](self, action)
        if self.trace is not None and not isinstance(action, Send | Call | WaitUntil | CancelQueued):
            self.trace.note(self.now, headline(action))

    def _cancel(self, _: object = None) -> None:
        self.outreach.queued.clear()
        self._deadline = None

    def _accept(self, _: Accept) -> None:
        self.accepted = True
        self.mine.reached.add("accepted")

    def _qualify(self, _: Qualify) -> None:
        self.mine.reached.add("qualified")

    def _grant(self, grant: Grant) -> None:
        self.back_office.grant(grant)

    def _open_order(self, order: OpenWorkOrder) -> None:
        self.back_office.open_order(order)

    def _emit(self, emitted: Emit) -> None:
        self.tally.emitted[emitted.event] += 1

    def _refuse(self, _: OptOut) -> None:
        """By keypad."""
        self.mine.reached.add("opted_out")
        self.watch.refusal(self.now)
        self.refusals = _ALL

    def _nothing(self, _: Finish) -> None:
        """The state says so already."""

    def _queue(self, contact: Send | Call) -> None:
        self.outreach.queue(contact)

    def _watch(self) -> Watch:
        world, customer = self.world, self.customer
        return Watch(
            policy=world.policy,
            zones=whereabouts(customer.time_zone, customer.msisdn, world.policy),
            consents=customer.consents,
            expires_at=self.ends_at,
            asks_recharge=world.flow.offer.min_recharge is not None,
            yes_keys=world.asked.yes_keys,
            contacts=[
                Made(past.at, past.channel, past.purpose, past.same_campaign) for past in customer.past
            ],
            refused_at=self.now if customer.refusals else None,
        )


_CARRY_OUT: dict[type, Callable[[Life, Any], None]] = {
    Send: Life._queue,
    Call: Life._queue,
    WaitUntil: Life.start_deadline,
    CancelQueued: Life._cancel,
    Accept: Life._accept,
    Qualify: Life._qualify,
    Grant: Life._grant,
    OpenWorkOrder: Life._open_order,
    Emit: Life._emit,
    OptOut: Life._refuse,
    Finish: Life._nothing,
}


@lru_cache(maxsize=1024)
def _understood(text: str) -> Understood:
    """People of a simulation write the same few sentences again and again."""
    return understand(text)
