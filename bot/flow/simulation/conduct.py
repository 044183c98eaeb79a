"""What people do: customers answer, recharge, complain and leave; billing settles; managers close their orders."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.domain.work_orders import Disposition
from bot.flow.actions import OpenWorkOrder, Prompt, Send
from bot.flow.happenings import CallOutcome, GrantResult
from bot.flow.model import RECHARGE
from bot.flow.simulation.offered import Offered, Sample
from bot.flow.simulation.people import Simulated
from bot.flow.simulation.personas import Intent, phrases_in
from bot.flow.state import State
from bot.flow.steps.asking import ASK_AGAIN

if TYPE_CHECKING:
    from bot.flow.simulation.life import Life
    from bot.flow.simulation.world import World

HANGS_UP = "hangs up"
DO_NOT_CONTACT = Disposition.DO_NOT_CONTACT.value
COMPLAINT_SECONDS = 2 * 24 * 3600
LEAVES = frozenset({"port_out", "disconnected"})
RETURNS = frozenset({"reactivated"})

_DENOMINATIONS = (10, 20, 30, 50, 100, 200, 300, 500)
_USUAL_MINIMUM = Decimal(50)
_ODDS = {"complaint": 0.02, "port_out": 0.015}
_ODDS_LISTENED_FOR = 0.25  # of each other event that the flow waits for
_OUT_OF_THE_BLUE = 0.02  # refusals that nothing of ours provoked
_WITHOUT_SMS_HABIT = 0.6
_UNDERSTOOD_THE_QUESTION = 0.6
_KEEPS_THE_BONUS = 0.93  # of those who have joined: at each later question
_DISPOSITIONS = tuple(one.value for one in Disposition)


@dataclass(frozen=True, slots=True)
class Said:
    intent: Intent
    text: str


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that a customer does unasked."""

    at: datetime
    event: str
    amount: Decimal | None = None
    said: Said | None = None
    details: Mapping[str, str | int | Decimal | bool] = field(default_factory=dict)


def unasked(customer: Simulated, world: World) -> Iterator[Planned]:
    yield from _spontaneous(customer, world)
    chance, first = customer.chance, customer.starts_at
    span = (world.last_moment - first).total_seconds()
    for event in sorted(world.asked.events - {RECHARGE}):
        if chance.happens(_ODDS.get(event, _ODDS_LISTENED_FOR), event):
            at = first + timedelta(seconds=int(chance.between(0, span, f"{event} at")))
            yield Planned(at, event, _amount(customer, event), details=_details(customer, world))
    if chance.happens(_OUT_OF_THE_BLUE, "refuses"):
        at = first + timedelta(seconds=int(chance.between(0, span, "refuses at")))
        yield Planned(at, "", said=_say(customer, Intent.OPT_OUT, "", 0))


def _spontaneous(customer: Simulated, world: World) -> Iterator[Planned]:
    """Recharges that come whatever anyone sends: a Poisson process."""
    chance, rate = customer.chance, customer.persona.spontaneous_per_day
    day, n = 0.0, 0
    while True:
        n += 1
        day += -math.log(1 - chance.draw("spontaneous", n)) / rate
        at = customer.starts_at + timedelta(minutes=int(day * 24 * 60))
        if at >= world.last_moment:
            return
        yield Planned(at, RECHARGE, Decimal(chance.pick(_DENOMINATIONS, "spontaneous amount", n)))


def _details(customer: Simulated, world: World) -> dict[str, str | int | Decimal | bool]:
    def drawn(name: str, samples: tuple[Sample, ...]) -> Sample:
        return customer.chance.pick(samples, f"detail {name}")

    return {name: drawn(name, samples) for name, samples in world.asked.details.items()}


def arrives(customer: Simulated, n: int) -> bool:
    return not customer.chance.happens(customer.persona.undelivered, "undelivered", n)


def read(life: Life, message: Send) -> None:
    """A text has arrived: it is answered after a while, or moves the customer to recharge, or nothing."""
    customer, n = life.customer, life.mine.sms
    offered = life.world.asked.offered[message.step]
    intent = _reply(life, offered, message, n)
    if intent is None:
        think_over(life, f"text {n}")
        return
    low, high = customer.persona.reply_minutes
    delay = 60 * (low + (high - low) * customer.chance.draw("reply after", n) ** 2)  # most are quick
    said = _answer(life, offered, intent, n)
    life.after(delay, life.reply, said)
    if customer.chance.happens(customer.persona.writes_again, "writes again", n):
        life.after(delay + 90, life.reply, _second_thought(life, offered, said, n))
    if intent is Intent.JOIN:
        _consider(life, f"text {n}", delay, joined=True)


def _reply(life: Life, offered: Offered, message: Send, n: int) -> Intent | None:
    customer, chance = life.customer, life.customer.chance
    if message.text == ASK_AGAIN and chance.happens(_UNDERSTOOD_THE_QUESTION, "asked again", n):
        return Intent.JOIN
    if life.accepted and offered.of(Intent.JOIN) and chance.happens(_KEEPS_THE_BONUS, "goes on", n):
        return Intent.JOIN
    if not customer.facts.get("sms_habit", True) and not chance.happens(_WITHOUT_SMS_HABIT, "habit", n):
        return None
    intent = chance.weighted(customer.persona.replies, "reply", n)
    wanted = intent in (Intent.JOIN, Intent.MANAGER, Intent.OTHER)
    return None if intent is None or (wanted and not offered.asks) else intent


def _answer(life: Life, offered: Offered, intent: Intent, n: int) -> Said:
    customer = life.customer
    if offered.free_text and intent is not Intent.OPT_OUT:
        return Said(intent, customer.chance.pick(phrases_in(customer.language).free_text, "free text", n))
    keys = offered.of(intent)
    key = customer.chance.pick(keys, "reply key", n) if keys else "1"
    return _say(customer, intent, key, n)


def _second_thought(life: Life, offered: Offered, said: Said, n: int) -> Said:
    if life.customer.chance.happens(0.1, "changes the mind", n):
        return _say(life.customer, Intent.OPT_OUT, "", n)
    if life.customer.chance.happens(0.5, "says it again", n):
        return said
    return _answer(life, offered, Intent.OTHER, n)


def _say(customer: Simulated, intent: Intent, key: str, n: int) -> Said:
    phrases = phrases_in(customer.language)
    chance = customer.chance
    if intent is Intent.OPT_OUT and chance.happens(customer.persona.free_wording, "free wording", n):
        return Said(intent, chance.pick(phrases.refusals, "wording", n))
    return Said(intent, chance.pick(phrases.of[intent], "wording", n).format(key=key))


def think_over(life: Life, occasion: str) -> None:
    """After a contact without an answer by SMS."""
    _consider(life, occasion, 0, joined=life.accepted)


def _consider(life: Life, occasion: str, seconds: float, *, joined: bool) -> None:
    """Whether a contact moves the customer to recharge; each is moved once by an invitation, once by joining."""
    customer = life.customer
    chance, persona = customer.chance, customer.persona
    odds = persona.recharge_accepted if joined else persona.recharge_invited
    wish = "joined" if joined else "invited"
    if wish in life.wishes or not chance.happens(odds, f"recharges {wish}"):
        return
    life.wishes.add(wish)
    hours = 0.3 + (72 if joined else 120) * chance.draw(f"recharges after {wish}") ** 2
    minimum = life.world.flow.offer.min_recharge or _USUAL_MINIMUM
    amount = minimum
    if chance.happens(persona.below_minimum, f"too little {wish}"):
        amount = Decimal(max((one for one in _DENOMINATIONS if one < minimum), default=1))
    elif chance.happens(0.3, f"more {wish}"):
        amount = Decimal(min((one for one in _DENOMINATIONS if one > minimum), default=minimum))
    life.after(seconds + hours * 3600, life.recharge, amount)


def _amount(customer: Simulated, event: str) -> Decimal:
    return Decimal(customer.chance.pick(_DENOMINATIONS, f"{event} amount"))


def pickup(customer: Simulated, n: int) -> CallOutcome:
    return customer.chance.weighted(customer.persona.pickups, "pickup", n) or CallOutcome.NO_ANSWER


def press(life: Life, prompt: Prompt, call: int, n: int) -> str | None:
    """The keys in answer to a prompt, HANGS_UP, or None for silence."""
    customer, chance = life.customer, life.customer.chance
    n = call * 100 + n
    if chance.happens(customer.persona.hangs_up, "hangs up", n):
        return HANGS_UP
    offered = life.world.asked.offered[prompt.step]
    committed = life.accepted and chance.happens(_KEEPS_THE_BONUS, "takes it", n)
    intent = Intent.JOIN if committed else chance.weighted(customer.persona.presses, "presses", n)
    if intent is None:
        return None
    if offered.gathers and intent is not Intent.OPT_OUT:
        return "".join(str(int(10 * chance.draw(f"digit {n}", place))) for place in range(offered.gathers))
    if intent is Intent.UNCLEAR:
        return chance.pick(("7", "77", "*", "#"), "wrong key", n)
    keys = offered.of(intent)
    if keys:
        return chance.pick(keys, "key", n)
    return HANGS_UP if intent is Intent.OPT_OUT else None


def transfer(customer: Simulated, n: int) -> tuple[bool, float]:
    """Whether a human was free, and for how many seconds it rang or they spoke."""
    if customer.chance.happens(0.6, "connected", n):
        return True, customer.chance.between(30, 400, "spoke", n)
    return False, 25


def settlement(customer: Simulated) -> tuple[float, GrantResult]:
    chance = customer.chance
    result = chance.weighted(((GrantResult.GRANTED, 0.95), (GrantResult.REFUSED, 0.04)), "settled")
    return 5 + 7200 * chance.draw("settled after") ** 3, result or GrantResult.EXPIRED


def handling(customer: Simulated, world: World, state: State, order: OpenWorkOrder) -> tuple[float, str]:
    """How long a manager takes, and how it ended; a few orders lie for days."""
    chance, n = customer.chance, state.visit
    hours = chance.between(0.2, 2 * order.due.total_seconds() / 3600, "handled after", n)
    if chance.happens(0.05, "forgotten", n):
        hours += 72
    named = world.asked.offered[state.step].dispositions if state.step else ()
    choices = named if named and chance.happens(0.7, "as the flow knows", n) else _DISPOSITIONS
    return hours * 3600, chance.pick(choices, "disposition", n)
