"""A person, or their answering machine, at the other end of a call."""

from dataclasses import dataclass, field

from rehearsal.answers import Name, key_by_mood, number_to_enter, take_up
from rehearsal.chance import Chance
from rehearsal.meanings import USUAL_KEYS, Intent
from rehearsal.offers import Offer, read_offer
from rehearsal.people import Person
from rehearsal.personas import Pickup
from rehearsal.phrases import (
    GREETINGS,
    MUMBLED,
    SAID_JOIN,
    SAID_KEY,
    SAID_OPT_OUT,
    SAID_STRAY,
    Phrases,
    spelt,
)
from rehearsal.reactions import Recharge, consider_recharge

_WRONG_KEY = "7"
_COMMITTED_PRESS_ODDS = 0.93
_GREETING_CONFIDENCE = 0.85  # a machine speaks clearly
_ENDS_ENTRY = ("#", "井号", "pound", "hash")


@dataclass(frozen=True, slots=True)
class Question:
    """What a gathering asks: the words heard since the last one, and how it may be answered."""

    words: str
    digits: int | None = 1  # None: as many as one likes
    takes_keys: bool = True
    listens: bool = False


@dataclass(frozen=True, slots=True)
class KeyPress:
    digits: str
    after: float  # seconds after the prompt's end; below zero: before it ended


@dataclass(frozen=True, slots=True)
class Speech:
    words: str
    confidence: float  # of the carrier's recognition, from 0 to 1
    after: float  # seconds after the prompt's end until the first word


@dataclass(frozen=True, slots=True)
class HangUp:
    after: float  # seconds after the prompt's end


Reaction = KeyPress | Speech | HangUp | None  # None is silence


@dataclass(slots=True)
class Callee:
    """Listens, presses keys or speaks, and hangs up; remembers what the call was about."""

    chance: Chance
    person: Person
    picked_up_by: Pickup
    menus: int = 0
    joined: bool = False
    heard: list[str] = field(default_factory=list)

    @property
    def is_machine(self) -> bool:
        return self.picked_up_by is Pickup.MACHINE

    @property
    def hangs_up_after(self) -> float | None:
        """Seconds after picking up, for those with little patience; a mailbox is full after two minutes."""
        if self.is_machine:
            return 120.0
        patience = self.person.persona.patience_seconds
        if patience is None:
            return None
        return self.chance.between(*patience, "patience", self.person.msisdn, self.person.calls)

    def hears(self, text: str) -> None:
        self.heard.append(text)

    def answers(self, question: Question) -> Reaction:
        self.menus += 1
        persona = self.person.persona
        name = ("keys", self.person.msisdn, self.person.calls, self.menus)
        if self.is_machine:
            greets = question.listens and self.menus == 1
            return Speech(self._pick(GREETINGS, name), _GREETING_CONFIDENCE, 0.0) if greets else None
        if not persona.presses:
            return None
        wish = persona.presses[min(self.menus, len(persona.presses)) - 1]
        after = self.chance.between(-1.0, 3.0, *name, "delay")
        speaks = question.listens and self._speaks(question, name)
        said = self._choose(wish, question, name)
        if said is None:
            if wish is not Intent.OPT_OUT:
                return None
            return self._say(Intent.OPT_OUT, "", name, after) if speaks else HangUp(abs(after))
        intent, key = said
        if (
            intent is not Intent.WRONG
            and not self.joined
            and not self.chance.happens(self._odds(intent), *name)
        ):
            return None
        self.joined = self.joined or intent is Intent.JOIN
        if speaks:
            return self._say(intent, key, name, after)
        self._has_said(intent)
        return KeyPress(key, after)

    def recharges_afterwards(self) -> Recharge | None:
        offer = read_offer("。".join(self.heard))
        occasion = f"call {self.person.calls}"
        self.person.joined = self.person.joined or self.joined
        return consider_recharge(self.chance, self.person, offer, self.joined, occasion)

    def _odds(self, intent: Intent) -> float:
        """Who joined before, or recharged for it, does not let the bonus go."""
        committed = self.person.joined or self.person.recharge_planned
        persona = self.person.persona
        odds = max(persona.press_odds, persona.answers) if intent is Intent.ANSWER else persona.press_odds
        return max(odds, _COMMITTED_PRESS_ODDS) if committed else odds

    def _choose(self, wish: Intent, question: Question, name: Name) -> tuple[Intent, str] | None:
        """What to say and its key; where the menu lacks it, those who are not leaving answer or join instead."""
        offer = read_offer(question.words)
        if _wants_number(offer, question) and wish not in offer.keys:
            return self._enter(wish, question, name)
        if wish is Intent.WRONG:
            return wish, _WRONG_KEY
        if wish in offer.keys:
            return self._take_up(offer, name) if wish is Intent.JOIN else (wish, offer.keys[wish])
        if wish is not Intent.OPT_OUT and (key := key_by_mood(self.chance, self.person, offer, name)):
            return Intent.ANSWER, key
        if not offer.keys and not offer.asks:
            return wish, USUAL_KEYS[wish]  # a recording: its words are not ours to read
        if wish is Intent.OPT_OUT or not offer.invitations:
            return None
        return self._take_up(offer, name)

    def _take_up(self, offer: Offer, name: Name) -> tuple[Intent, str]:
        committed = self.joined or self.person.joined or self.person.recharge_planned
        return take_up(self.chance, self.person, offer, name, committed=committed)

    def _enter(self, wish: Intent, question: Question, name: Name) -> tuple[Intent, str] | None:
        """A number, ended by # where that is asked for; the confused enter too little of it."""
        if wish is Intent.OPT_OUT:
            return None
        number = number_to_enter(self.chance, question.digits, name)
        ending = "#" if any(word in question.words for word in _ENDS_ENTRY) else ""
        return (wish, number[:1] + ending) if wish is Intent.WRONG else (Intent.ANSWER, number + ending)

    def _speaks(self, question: Question, name: Name) -> bool:
        return not question.takes_keys or self.chance.happens(self.person.persona.speaks, *name, "speaks")

    def _say(self, intent: Intent, key: str, name: Name, after: float) -> Speech:
        mumbles = self.chance.happens(self.person.persona.mumbles, *name, "mumbles")
        if mumbles:
            words = self._pick(MUMBLED, name)
            return Speech(words, round(self.chance.between(0.05, 0.38, *name, "confidence"), 2), abs(after))
        self._has_said(intent)
        words = self._pick(_phrases_of(intent, key), name)
        said = words.format(key=key, spelt=spelt(key.removesuffix("#"), self.person.language))
        return Speech(said, round(self.chance.between(0.55, 0.99, *name, "confidence"), 2), abs(after))

    def _has_said(self, intent: Intent) -> None:
        self.person.opted_out = self.person.opted_out or intent is Intent.OPT_OUT

    def _pick(self, phrases: Phrases, name: Name) -> str:
        return self.chance.pick(phrases[self.person.language], *name, "words")


def _wants_number(offer: Offer, question: Question) -> bool:
    return (offer.wants_number and question.digits != 1) or (question.digits or 0) > 2


def _phrases_of(intent: Intent, key: str) -> Phrases:
    if intent is Intent.OPT_OUT:
        return SAID_OPT_OUT
    if intent is Intent.WRONG:
        return SAID_STRAY
    return SAID_JOIN if intent is Intent.JOIN and key == USUAL_KEYS[Intent.JOIN] else SAID_KEY
