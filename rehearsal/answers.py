"""Which key a person gives: yes or no to an offer; to a question that sells nothing, one by their mood."""

from rehearsal.chance import Chance
from rehearsal.meanings import Intent
from rehearsal.offers import Offer
from rehearsal.people import Person
from rehearsal.phrases import OPINIONS

Name = tuple[object, ...]

_SPREAD = 0.5  # moods of one persona differ by so much, from the worst day to the best
_LATEST_DIGITS = 4  # what is entered where nobody says how much


def mood_of(chance: Chance, person: Person, name: Name) -> float:
    drift = (chance.draw("mood", *name) - 0.5) * _SPREAD
    return min(1.0, max(0.0, person.persona.mood + drift))


def take_up(
    chance: Chance, person: Person, offer: Offer, name: Name, *, committed: bool
) -> tuple[Intent, str]:
    """Yes, by one of the keys that say so; some say no, where a key does and nothing binds them."""
    may_decline = Intent.DECLINE in offer.keys and not committed
    if may_decline and chance.happens(person.persona.declines, *name, "declines"):
        return Intent.DECLINE, offer.keys[Intent.DECLINE]
    if len(offer.invitations) == 1:
        return Intent.JOIN, offer.invitations[0]
    return Intent.JOIN, chance.pick(offer.invitations, *name, "which")


def key_by_mood(chance: Chance, person: Person, offer: Offer, name: Name) -> str | None:
    """The point on the scale, the label that comes nearest to how they feel, or one of the causes."""
    mood = mood_of(chance, person, name)
    if offer.scale is not None:
        return str(offer.scale.point(mood))
    tastes = offer.matters_of_taste
    if not tastes:
        return None
    felt = [(choice.feeling, choice.key) for choice in tastes if choice.feeling is not None]
    if len(felt) < len(tastes):
        return chance.pick(tastes, "taste", *name).key
    wanted = 4 * mood - 2
    return min(felt, key=lambda one: abs(one[0] - wanted))[1]


def opinion(chance: Chance, person: Person, name: Name) -> str:
    kinds = OPINIONS[person.language]
    kind = kinds[min(len(kinds) - 1, int(mood_of(chance, person, name) * len(kinds)))]
    return chance.pick(kind, "opinion", *name)


def number_to_enter(chance: Chance, digits: int | None, name: Name) -> str:
    """The last digits of a document: any will do here."""
    count = digits or _LATEST_DIGITS
    return "".join(str(int(chance.draw("digit", place, *name) * 10)) for place in range(count))
