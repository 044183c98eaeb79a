"""What a person does after a text or a call: answer after a while, recharge after a while, or nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rehearsal.answers import Name, key_by_mood, opinion, take_up
from rehearsal.chance import Chance
from rehearsal.meanings import USUAL_KEYS, Intent
from rehearsal.offers import Offer, read_offer
from rehearsal.people import Person
from rehearsal.phrases import (
    ANSWER_WORDS,
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
_AGAIN = 0.9  # once they have joined, or have written already
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
    offer, asked_again = _understood(person, text)
    reply = _reply_to(chance, person, offer, asked_again)
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


def _understood(person: Person, text: str) -> tuple[Offer, bool]:
    """A text that names keys alone is read as the question before it."""
    offer = read_offer(text)
    asks_again = offer.repeats_keys_alone and bool(person.last_question)
    if asks_again:
        return read_offer(person.last_question), True
    if offer.choices or offer.scale:
        person.last_question = text
    return offer, False


def _reply_to(chance: Chance, person: Person, offer: Offer, asked_again: bool) -> Reply | None:
    persona = person.persona
    name = ("reply", person.msisdn, person.texts)
    wish = None if person.opted_out else _wish(chance, person, offer, asked_again, name)
    if wish is None:
        return None
    intent, key = wish
    odds = persona.answers if intent is Intent.ANSWER else persona.reply_odds
    odds *= 1.0 if person.sms_habit else _WITHOUT_SMS_HABIT
    if asked_again or (person.joined and intent is Intent.JOIN):
        odds = _AGAIN
    if not chance.happens(odds, *name):
        return None
    low, high = persona.reply_minutes
    minutes = low + (high - low) * chance.draw(*name, "delay") ** 2  # most are quick, some take long
    return Reply(timedelta(minutes=minutes), _wording(chance, person, intent, key), intent)


def _wish(
    chance: Chance, person: Person, offer: Offer, asked_again: bool, name: Name
) -> tuple[Intent, str] | None:
    """What the person would like to say, of what can be said, and its key; none where words are wanted."""
    persona = person.persona
    wish = persona.replies
    if wish is Intent.OPT_OUT:
        return wish, ""
    if wish is Intent.WRONG:
        if not (asked_again and chance.happens(persona.second_thoughts, *name, "second thoughts")):
            return wish, ""
        wish = Intent.JOIN
    if wish is Intent.JOIN and wish in offer.keys:
        return take_up(chance, person, offer, name, committed=person.joined or person.recharge_planned)
    if wish in offer.keys:
        return wish, offer.keys[wish]
    if offer.asks or offer.wants_words:
        return Intent.ANSWER, key_by_mood(chance, person, offer, name) or ""
    return None


def _wording(chance: Chance, person: Person, intent: Intent, key: str) -> str:
    name = ("wording", person.msisdn, person.texts)
    if intent is Intent.OPT_OUT:
        free = chance.happens(person.persona.free_wording, *name, "free")
        return chance.pick(_phrases(OPT_OUT_SENTENCES if free else OPT_OUT_WORDS, person), *name)
    if intent is Intent.WRONG:
        return chance.pick(_phrases(STRAY_WORDS, person), *name)
    if not key:
        return opinion(chance, person, name)
    words = _phrases(_words_around(intent, key), person)
    return chance.pick(words, *name).format(key=key, full=key.translate(_FULL_WIDTH))


def _words_around(intent: Intent, key: str) -> Phrases:
    """A bare yes stands for the first key alone."""
    if intent is Intent.MANAGER:
        return MANAGER_WORDS
    return JOIN_WORDS if intent is Intent.JOIN and key == USUAL_KEYS[Intent.JOIN] else ANSWER_WORDS


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
    for day in chance.arrivals(rate, horizon_days, "spontaneous", person.msisdn):
        name = ("spontaneous", person.msisdn, len(planned))
        wanted = person.arpu * chance.between(0.5, 2.0, *name, "amount")
        amount = min(DENOMINATIONS, key=lambda d: abs(d - wanted))
        planned.append((now + timedelta(days=day), float(amount)))
    return planned
