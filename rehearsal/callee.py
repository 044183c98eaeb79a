"""A person, or their answering machine, at the other end of a call."""

from dataclasses import dataclass, field

from rehearsal.chance import Chance
from rehearsal.offers import USUAL_KEYS, Intent, Offer, read_offer
from rehearsal.people import Person
from rehearsal.personas import Pickup
from rehearsal.reactions import Recharge, consider_recharge

_WRONG_KEY = "7"
_COMMITTED_PRESS_ODDS = 0.93


@dataclass(frozen=True, slots=True)
class KeyPress:
    digits: str
    after: float  # seconds after the prompt's end; below zero: before it ended


@dataclass(frozen=True, slots=True)
class HangUp:
    after: float  # seconds after the prompt's end


@dataclass(slots=True)
class Callee:
    """Listens, presses keys and hangs up; remembers what the call was about."""

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

    def answers_menu(self, prompt: str) -> KeyPress | HangUp | None:
        """The reaction to a menu of keys; None is silence."""
        self.menus += 1
        persona = self.person.persona
        if self.is_machine or not persona.presses:
            return None
        offer = read_offer(prompt)
        name = ("keys", self.person.msisdn, self.person.calls, self.menus)
        intent = persona.presses[min(self.menus, len(persona.presses)) - 1]
        after = self.chance.between(-1.0, 3.0, *name, "delay")
        if intent is Intent.WRONG:
            return KeyPress(_WRONG_KEY, after)
        choice = self._choice_for(intent, offer)
        if choice is None:
            return HangUp(abs(after)) if intent is Intent.OPT_OUT else None
        if not self.joined and not self.chance.happens(self._press_odds(), *name):
            return None
        said, key = choice
        self.joined = self.joined or said is Intent.JOIN
        self.person.opted_out = self.person.opted_out or said is Intent.OPT_OUT
        return KeyPress(key, after)

    def recharges_afterwards(self) -> Recharge | None:
        offer = read_offer("。".join(self.heard))
        occasion = f"call {self.person.calls}"
        self.person.joined = self.person.joined or self.joined
        return consider_recharge(self.chance, self.person, offer, self.joined, occasion)

    def _press_odds(self) -> float:
        """Who joined before, or recharged for it, does not let the bonus go."""
        committed = self.person.joined or self.person.recharge_planned
        odds = self.person.persona.press_odds
        return max(odds, _COMMITTED_PRESS_ODDS) if committed else odds

    def _choice_for(self, intent: Intent, offer: Offer) -> tuple[Intent, str] | None:
        """What to say and its key; where the menu lacks it, those who are not leaving join instead."""
        if intent in offer.keys or not offer.keys:
            return intent, offer.keys.get(intent, USUAL_KEYS[intent])
        if intent is Intent.OPT_OUT or not offer.invites:
            return None
        return Intent.JOIN, offer.keys[Intent.JOIN]
