"""Several runs want to speak to one customer: one pure answer to "whose turn is it?", after the gate's own.

A run holds the floor while it awaits the customer's answer: to a message that asks, once the carrier has taken
it, until the answer or its deadline; and in a call, until it ends. The customer then knows what a "1" is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SKIP = "skip"
INTERRUPT = "interrupt"

ANSWER_WITHIN = timedelta(hours=24)  # a question without a deadline of its own holds the floor so long
A_BREATH = timedelta(seconds=1)  # whoever was answered may say thank you before the next run asks
LOOK_AGAIN = timedelta(minutes=2)  # where the floor will be free soon, and nobody can say when


@dataclass(frozen=True, slots=True)
class Wanting:
    """A run that wants to make a contact now; `on_conflict` is its campaign's: queue, skip or interrupt."""

    enrolment_id: int
    priority: int
    on_conflict: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Holder:
    """A run that holds the floor until then, unless it is answered before."""

    enrolment_id: int
    priority: int
    until: datetime
    interruptible: bool = True  # not while its message or call is in the air, nor once its offer was accepted


@dataclass(frozen=True, slots=True)
class Go:
    pass


@dataclass(frozen=True, slots=True)
class Later:
    until: datetime


@dataclass(frozen=True, slots=True)
class LeaveOut:
    pass


@dataclass(frozen=True, slots=True)
class Interrupt:
    """These runs end; until they have, the contact waits."""

    enrolment_ids: tuple[int, ...]


Turn = Go | Later | LeaveOut | Interrupt


def arbitrate(wanting: Wanting, holders: Sequence[Holder], now: datetime) -> Turn:
    """A service message never waits for others' questions, and no run waits for its own."""
    if wanting.purpose == "service":
        return Go()
    others = [one for one in holders if one.enrolment_id != wanting.enrolment_id and one.until > now]
    if not others:
        return Go()
    if wanting.on_conflict == SKIP:
        return LeaveOut()
    if wanting.on_conflict == INTERRUPT and all(_yields(one, wanting) for one in others):
        return Interrupt(tuple(sorted({one.enrolment_id for one in others})))
    return Later(max(one.until for one in others))


def _yields(holder: Holder, wanting: Wanting) -> bool:
    return holder.interruptible and holder.priority < wanting.priority
