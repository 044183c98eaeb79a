"""What a person does after a text or a call: answer after a while, recharge after a while, or nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log

from rehearsal.chance import Chance
from rehearsal.offers import USUAL_KEYS, Intent, Offer, read_offer
from rehearsal.people import Person
from rehearsal.personas import (
    JOIN_WORDS,
    MANAGER_WORDS,
    OPT_OUT_SENTENCES,
    OPT_OUT_WORDS,
    STRAY_WORDS,
    Phrases,
)

USUAL_MINIMUM = 50.0
DENOMINATIONS = (10, 20, 30, 50, 100, 200, 300, 500)
_WITHOUT_SMS_HABIT = 0.6  # how much rarer those answer who seldom write
_AGAIN_AFTER_JOINING = 0.9
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class Reply:
    after: timedelta
    body: str
    intent: Intent


@dataclass(frozen=True, slots=True)
class Recharge:
    after: timedelta
    amount: float
    cause: str  # spontaneous, invited or accepted


def react_to_text(chance: Chance, person: Person, text: str) -> list[Reply | Recharge]:
    person.texts += 1
    offer = read_offer(text)
    reply = _reply_to(chance, person, offer)
    reactions: list[Reply | Recharge] = [] if reply is None else [reply]
    if reply is not None and reply.intent is Intent.OPT_OUT:
        person.opted_out = True
        return reactions
    accepts = reply is not None and reply.intent is Intent.JOIN
    if recharge := consider_recharge(chance, person, offer, accepts, f"text {person.texts}"):
        later = reply.after if reply is not None else timedelta()
        reactions.append(Recharge(later + recharge.after, recharge.amount, recharge.cause))
    person.joined = person.joined or accepts
    return reactions


def _reply_to(chance: Chance, person: Person, offer: Offer) -> Reply | None:
    persona = person.persona
    intent = persona.replies
    if intent is None or person.opted_out or not _is_offered(intent, offer):
        return None
    odds = persona.reply_odds * (1.0 if person.sms_habit else _WITHOUT_SMS_HABIT)
    if person.joined and intent is Intent.JOIN:
        odds = _AGAIN_AFTER_JOINING
    name = ("reply", person.msisdn, person.texts)
    if not chance.happens(odds, *name):
        return None
    low, high = persona.reply_minutes
    minutes = low + (high - low) * chance.draw(*name, "delay") ** 2  # most are quick, some take long
    return Reply(timedelta(minutes=minutes), _wording(chance, person, offer, intent), intent)


def _is_offered(intent: Intent, offer: Offer) -> bool:
    if intent in (Intent.JOIN, Intent.MANAGER):
        return intent in offer.keys
    return True


def _wording(chance: Chance, person: Person, offer: Offer, intent: Intent) -> str:
    name = ("wording", person.msisdn, person.texts)
    if intent is Intent.OPT_OUT:
        free = chance.happens(person.persona.free_wording, *name, "free")
        return chance.pick(_phrases(OPT_OUT_SENTENCES if free else OPT_OUT_WORDS, person), *name)
    if intent is Intent.WRONG:
        return chance.pick(_phrases(STRAY_WORDS, person), *name)
    words = JOIN_WORDS if intent is Intent.JOIN else MANAGER_WORDS
    key = offer.keys.get(intent, USUAL_KEYS[intent])
    return chance.pick(_phrases(words, person), *name).format(key=key, full=key.translate(_FULL_WIDTH))


def _phrases(phrases: Phrases, person: Person) -> tuple[str, ...]:
    return phrases[person.language]


def consider_recharge(
    chance: Chance, person: Person, offer: Offer, accepts: bool, occasion: str
) -> Recharge | None:
    """Whether an offer moves a person to recharge, how much and when; a person is moved once."""
    persona = person.persona
    if person.recharge_planned or not person.registered or person.opted_out:
        return None
    if not accepts and offer.minimum is None:
        return None
    odds = persona.recharge_accepted if accepts else persona.recharge_invited
    name = ("recharge", person.msisdn, occasion)
    if not chance.happens(odds, *name):
        return None
    person.recharge_planned = True
    longest = 72 if accepts else 120
    hours = 0.3 + longest * chance.draw(*name, "delay") ** 2
    amount = _amount(chance, person, offer.minimum or USUAL_MINIMUM, name)
    return Recharge(timedelta(hours=hours), amount, "accepted" if accepts else "invited")


def _amount(chance: Chance, person: Person, minimum: float, name: tuple[str, ...]) -> float:
    if chance.happens(person.persona.recharge_below_minimum, *name, "below"):
        return float(max((d for d in DENOMINATIONS if d < minimum), default=minimum / 2))
    larger = [float(d) for d in DENOMINATIONS if d > minimum]
    if larger and chance.happens(0.3, *name, "larger"):
        return larger[0]
    return minimum


def plan_spontaneous(
    chance: Chance, person: Person, horizon_days: float, now: datetime
) -> list[tuple[datetime, float]]:
    """The recharges that a person makes unasked, whatever anyone sends: a Poisson process."""
    rate = person.persona.spontaneous_per_day
    if person.days_since_recharge >= 25:
        rate *= 1.25  # due, by the month
    planned: list[tuple[datetime, float]] = []
    day = 0.0
    while rate > 0:
        name = ("spontaneous", person.msisdn, len(planned))
        day += _exponential(chance.draw(*name), rate)
        if day > horizon_days:
            break
        wanted = person.arpu * chance.between(0.5, 2.0, *name, "amount")
        amount = min(DENOMINATIONS, key=lambda d: abs(d - wanted))
        planned.append((now + timedelta(days=day), float(amount)))
    return planned


def _exponential(draw: float, rate: float) -> float:
    return -log(1 - draw) / rate
