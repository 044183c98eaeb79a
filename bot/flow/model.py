"""A flow as it was written: steps by name, their exits and texts, the offer; frozen, and free of any run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from bot.rules.parse import Condition
from bot.rules.problems import Place

if TYPE_CHECKING:
    from bot.flow.happenings import BusinessEvent, Happening, Replied
    from bot.flow.moment import Moment

END = "end"  # the target that ends the run
REPEAT = "repeat"  # key targets that are no steps
OPT_OUT = "opt_out"
OPTED_OUT = "opted_out"

NEXT = "next"  # the exit that stands for every exit without a name of its own
AFTER = "after"
RECHARGE = "recharge"

BUSINESS_EVENTS = frozenset(
    {
        RECHARGE,
        "complaint",
        "port_out",
        "number_changed",
        "package_changed",
        "contract_renewed",
        "activated",
        "reactivated",
        "disconnected",
        "call_ended",  # a call that a person or another system had with the customer
        "data_exhausted",
        "roaming_started",
        "offnet_warning",
        "disconnect_requested",
        "contacted_care",
    }
)

Texts = Mapping[str, str]  # language -> template; from a flow file each is a Template


class Template(str):
    """A text with placeholders that remembers where it was written."""

    place: Place
    inline: bool

    def __new__(cls, text: str, place: Place, inline: bool) -> Template:
        template = super().__new__(cls, text)
        template.place, template.inline = place, inline
        return template

    def inside(self, offset: int) -> Place:
        return Place(self.place.line, self.place.col + offset) if self.inline else self.place


class Purpose(StrEnum):
    """Selects consent, hours, caps and sender."""

    MARKETING = "marketing"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class OfferField:
    """`offer.within`: looked up when it is used, because a campaign may carry its own offer."""

    name: str


Duration = timedelta | OfferField
Amount = Decimal | OfferField


@dataclass(frozen=True, slots=True)
class Offer:
    """What the customer is promised; every field may stand in texts and conditions as `offer.<field>`."""

    terms: Mapping[str, Decimal | timedelta | str] = field(default_factory=dict)
    unread: frozenset[str] | None = (
        frozenset()
    )  # of a file with mistakes: terms that are there; None: any may be

    def may_have(self, name: str) -> bool:
        return name in self.terms or self.unread is None or name in self.unread

    @property
    def min_recharge(self) -> Decimal | None:
        return self._amount("min_recharge")

    @property
    def bonus(self) -> Decimal | None:
        return self._amount("bonus")

    @property
    def within(self) -> timedelta | None:
        value = self.terms.get("within")
        return value if isinstance(value, timedelta) else None

    @property
    def currency(self) -> str | None:
        value = self.terms.get("currency")
        return value if isinstance(value, str) else None

    def duration(self, term: Duration) -> timedelta:
        value = self.terms[term.name] if isinstance(term, OfferField) else term
        if not isinstance(value, timedelta):
            raise TypeError(f"offer.{term} is not a duration")
        return value

    def amount(self, term: Amount) -> Decimal:
        value = self.terms[term.name] if isinstance(term, OfferField) else term
        if not isinstance(value, Decimal):
            raise TypeError(f"offer.{term} is not an amount")
        return value

    def values(self) -> dict[str, object]:
        return {f"offer.{name}": value for name, value in self.terms.items()}

    def _amount(self, name: str) -> Decimal | None:
        value = self.terms.get(name)
        return value if isinstance(value, Decimal) else None


@dataclass(frozen=True, slots=True)
class Exit:
    """One line of `then:`. `after` is set for the exit that a deadline takes."""

    name: str
    target: str
    place: Place
    after: Duration | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """A step's answer that it is done: by the first of these exits that the author named.

    `target` is given where the way out is no exit of `then:` (a key, a branch, the end).
    """

    exits: tuple[str, ...]
    target: str | None = None
    result: str | None = None  # the name of the end, where the author gave it one

    @property
    def name(self) -> str:
        return self.exits[0]


def leave(*exits: str) -> Leave:
    return Leave(exits)


def inner(outer: str, target: str) -> str:
    """The name that a part's step has in the flow around it; `end`, `repeat` and `opt_out` mean the same everywhere."""
    return target if target in ("", END, REPEAT, OPT_OUT) else f"{outer}.{target}"


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from a step to another, as the graph and the lint see it."""

    label: str
    target: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep(ABC):
    """One step. Each kind lives in its own module and owns its parsing, its entry and its answers."""

    kind: ClassVar[str]
    waits: ClassVar[bool] = True  # whether a run can stand here (else it passes through at once)
    interruptible: ClassVar[bool] = True  # whether a late reply or a business event may lead away from here
    in_call: ClassVar[bool] = False  # whether it goes on in the live call that leads to it
    farewell: ClassVar[str] = "goodbye"  # what a caller hears when a key leads to this step

    name: str
    place: Place
    exits: Mapping[str, Exit]
    title: Texts = field(default_factory=dict)
    inside: str = ""  # the `flow` step that this one came with, where it is a part's

    @abstractmethod
    def enter(self, moment: Moment) -> Leave | None:
        """The run arrives: ask for what the step does, and stay (None) or leave at once."""

    def react(self, moment: Moment, happening: Happening) -> Leave | None:
        """Something happened to the current visit of this step."""
        return None

    @property
    def asks(self) -> bool:
        """Whether replies by SMS are meant for this step while the run stands on it."""
        return False

    @property
    def reply_keys(self) -> frozenset[str]:
        """The keys that a reply to it may name."""
        return frozenset()

    def admits(self, moment: Moment, event: BusinessEvent) -> bool | None:
        """Whether the event meets this step's own condition; None where it has none for such events."""
        return None

    def read(self, moment: Moment, reply: Replied) -> Leave | None:
        """A reply to this step, on time."""
        return None

    def read_late(self, moment: Moment, reply: Replied, current: FlowStep) -> Leave | None:
        """A reply to this step that comes when the run already stands on `current`."""
        return None

    def refuses(self, digits: str) -> bool:
        """Whether these keys are this step's opt-out."""
        return False

    def leaves_queued(self, happening: Happening) -> bool:
        """Whether an attempt or deadline of this step may still be pending when it is left so."""
        return False

    def moved_into(self, outer: str) -> Self:
        """The same step as a part's, with all its targets."""
        exits = {
            name: replace(exit_, target=inner(outer, exit_.target)) for name, exit_ in self.exits.items()
        }
        inside = f"{outer}.{self.inside}" if self.inside else outer
        return replace(self, name=inner(outer, self.name), exits=exits, inside=inside)

    def edges(self) -> Iterator[Edge]:
        for exit_ in self.exits.values():
            yield Edge(exit_.name, exit_.target, exit_.place)

    def texts(self) -> Mapping[str, Texts]:
        """Every text of its own, by name."""
        return {}

    def has(self, name: str) -> bool:
        return name in self.exits or NEXT in self.exits


class Reach(StrEnum):
    """Whom the flow may contact at all; the gate holds everybody else back."""

    CUSTOMERS = "customers"  # who is one now
    FORMER = "former"  # who was one, and left


class OnConflict(StrEnum):
    """What a run does when it wants to speak while another run awaits this customer's answer."""

    QUEUE = "queue"  # it comes afterwards
    SKIP = "skip"  # it leaves this contact out, by its `denied` exit
    INTERRUPT = "interrupt"  # it ends the other run, if its own priority is higher


@dataclass(frozen=True, slots=True)
class LateReplies:
    """Who looks at a reply that comes when the run is over."""

    queue: str = "retention"
    due: timedelta = timedelta(hours=24)
    script: str = "late_reply"


@dataclass(frozen=True, slots=True)
class About:
    """For whom the flow is, as the catalogue of flows tells it."""

    trigger: Texts = field(default_factory=dict)  # when a customer comes to it
    audience: Condition | None = None
    serves: tuple[str, ...] = ()  # lines of the requirements: H02, J01


@dataclass(frozen=True, slots=True)
class Flow:
    name: str
    title: Texts
    purpose: Purpose
    goal: str | None
    expires: timedelta
    offer: Offer
    start: str
    steps: Mapping[str, FlowStep]
    then: Mapping[str, Exit]  # business events that lead away from anywhere
    own_texts: Mapping[str, Texts]  # built-in sentences in the flow's own words
    revision: str  # hash of the content: an enrolment stays on the revision that it started on
    file: str = ""
    max_segments: int = 3
    about: About = About()
    to: Reach = Reach.CUSTOMERS
    priority: int = 5  # 0 to 9; a higher one is served first
    on_conflict: OnConflict = OnConflict.QUEUE
    late_replies: LateReplies = LateReplies()
    part: bool = False  # runs inside other flows only
    parameters: Mapping[str, str] = field(default_factory=dict)  # of a part: name -> type
    parts: Mapping[str, str] = field(default_factory=dict)  # the texts of the flows it is made of, by name

    @property
    def own_steps(self) -> Mapping[str, FlowStep]:
        """Without those that came with parts."""
        return {name: step for name, step in self.steps.items() if not step.inside}

    def purpose_of(self, step: str) -> Purpose:
        """What a contact of this step is for: the step's own `purpose:`, else the flow's.

        A step that is gone since the attempt was planned counts as the flow.
        """
        own = getattr(self.steps.get(step), "purpose", None)
        return own if isinstance(own, Purpose) else self.purpose

    def reach_of(self, step: str) -> Reach:
        """Whom a contact of this step may reach: the step's own `to:`, else the flow's."""
        own = getattr(self.steps.get(step), "to", None)
        return own if isinstance(own, Reach) else self.to

    def with_offer(self, offer: Offer) -> Flow:
        """The same flow carrying a campaign's own offer; fields that it lacks keep the flow's."""
        return replace(self, offer=Offer({**self.offer.terms, **offer.terms}))
