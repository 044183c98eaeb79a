"""The people behind the numbers: who is registered, with which persona, and what they remember of us."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rehearsal.chance import Chance
from rehearsal.numbers import is_e164
from rehearsal.personas import PERSONA_BY_NAME, PERSONAS, STRANGER, Persona, Pickups


class BadCustomer(ValueError):
    """A customer's registration that cannot be read; says which one and which field."""


@dataclass(slots=True)
class Person:
    msisdn: str
    persona: Persona
    language: str = "en"
    sms_habit: bool = False
    balance: float = 0.0
    arpu: float = 30.0
    days_since_recharge: float = 15.0
    tier: str = "ordinary"
    registered: bool = False
    texts: int = 0
    calls: int = 0
    joined: bool = False
    opted_out: bool = False
    recharge_planned: bool = False
    last_question: str = ""  # what a text asked last, for when it asks again by its keys alone

    @property
    def pickup_odds(self) -> Pickups:
        """What becomes of the call that rings now, already counted in `calls`."""
        first = self.persona.first_pickups if self.calls == 1 else None
        return first or self.persona.pickups


class People:
    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._people: dict[str, Person] = {}

    def __iter__(self) -> Iterator[Person]:
        return iter(self._people.values())

    def at(self, msisdn: str) -> Person:
        """Whoever has this number; a stranger where nobody registered it."""
        person = self._people.get(msisdn)
        if person is None:
            person = self._people[msisdn] = Person(msisdn, STRANGER)
        return person

    def find(self, msisdn: str) -> Person | None:
        person = self._people.get(msisdn)
        return person if person is not None and person.registered else None

    def register(self, customer: "Customer") -> tuple[Person, bool]:
        """Take a customer in; False where the number was known and only its facts were renewed."""
        known = self.find(customer.msisdn)
        person = known or Person(customer.msisdn, self._persona_of(customer))
        person.language = customer.language
        person.sms_habit = customer.sms_habit
        person.balance = customer.balance
        person.arpu = customer.arpu
        person.days_since_recharge = customer.days_since_recharge
        person.tier = customer.tier
        person.registered = True
        if customer.persona:
            person.persona = PERSONA_BY_NAME[customer.persona]
        self._people[customer.msisdn] = person
        return person, known is None

    def persona_counts(self) -> dict[str, int]:
        return dict(Counter(person.persona.name for person in self if person.registered).most_common())

    def _persona_of(self, customer: "Customer") -> Persona:
        if customer.persona:
            return PERSONA_BY_NAME[customer.persona]
        mix = [(persona, persona.share) for persona in PERSONAS]
        return self._chance.weighted(mix, "persona", customer.msisdn)


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer as registered over HTTP."""

    msisdn: str
    language: str
    sms_habit: bool
    balance: float
    arpu: float
    days_since_recharge: float
    tier: str
    persona: str  # empty: drawn by seed and number


def parse_customer(row: object, place: str) -> Customer:
    if not isinstance(row, Mapping):
        raise BadCustomer(f"{place}: is not an object")
    msisdn = row.get("msisdn")
    if not isinstance(msisdn, str) or not is_e164(msisdn):
        raise BadCustomer(f"{place}.msisdn: {msisdn!r} is not a number in E.164")
    persona = row.get("persona") or ""
    if persona and persona not in PERSONA_BY_NAME:
        known = ", ".join(PERSONA_BY_NAME)
        raise BadCustomer(f"{place}.persona: unknown persona {persona!r}; known are {known}")
    language = row.get("language") or "en"
    return Customer(
        msisdn=msisdn,
        language="zh" if str(language).lower().startswith(("zh", "cmn")) else "en",
        sms_habit=_flag(row, "sms_habit", place),
        balance=_number(row, "balance", 0.0, place),
        arpu=_number(row, "arpu", 30.0, place),
        days_since_recharge=_number(row, "days_since_recharge", 15.0, place),
        tier=str(row.get("tier") or "ordinary"),
        persona=str(persona),
    )


def _flag(row: Mapping[str, object], name: str, place: str) -> bool:
    value = row.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise BadCustomer(f"{place}.{name}: {value!r} is not true or false")
    return value


def _number(row: Mapping[str, object], name: str, default: float, place: str) -> float:
    value = row.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadCustomer(f"{place}.{name}: {value!r} is not a number")
    return float(value)
