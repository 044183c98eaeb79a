"""The gate: decisions a second on one core by each place's rules, against a bare loop over may_contact with one policy.

Beside these, whole batches as the workers weigh them: with their statements, and all that is read of people.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.consents import CONSENTS
from bot.domain.contact import Contact, Decision, Marked, Past, Person, may_contact
from bot.domain.policy import Policy
from bot.outreach.send import BATCH
from bot.outreach.weigh import weigh
from bot.rulebook import Rulebook, open_rulebook
from bot.store import sending
from scripts.benchmarks.cost import spent
from scripts.benchmarks.due import make_due
from scripts.benchmarks.figures import Figure, Findings, Target, Want, of_rounds
from scripts.benchmarks.ground import Ground

SIZE = 20_000  # people
_BATCHES = 5  # weighed whole, a round
_PER_SECOND = 10_000
_SHARE_OF_BARE = 0.5
_MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
_CAMPAIGN = '{"hours": {"marketing": ["08:00-21:00"], "service": ["07:00-23:00"]}}'

#: Numbers with the regions, and zones, of those who have them: most in China, some elsewhere; some of unknown zone.
_PLACES = (
    (70, "+8613{:09}", ("guangdong", "beijing", None), ("Asia/Shanghai", "Asia/Shanghai", None)),
    (5, "+8613{:09}", ("xinjiang",), ("Asia/Urumqi", None)),
    (10, "+1212555{:04}", ("new_york",), ("America/New_York", None)),
    (5, "+1415555{:04}", ("california",), ("America/Los_Angeles", None)),
    (5, "+4915112{:06}", ("BY", None), ("Europe/Berlin", None)),
    (5, "+447400{:06}", (None,), ("Europe/London", None)),
)
_CONTACTS = tuple(Contact(channel, "marketing", Arm.TREATMENT) for channel in Channel)
_CONSENTS = frozenset(CONSENTS)
_MARKED = 0.05  # of the people are on a list


@dataclass(frozen=True, slots=True)
class _Someone:
    msisdn: str
    region: str | None
    time_zone: str | None
    past: Sequence[Past]
    marks: tuple[Marked, ...]


@dataclass(slots=True)
class _Side:
    """One of the two, and how many decisions a second of processor time it made, round by round."""

    work: Callable[[], None]
    rates: list[float] = field(default_factory=list)

    def take(self, size: int) -> None:
        with spent() as cost:
            self.work()
        self.rates.append(size / cost.cpu_s)


def run(size: int, rounds: int) -> Findings:
    people = _people(size)
    ready = [_person(one, ("Asia/Shanghai",)) for one in people]
    book = open_rulebook()
    policy = book.policy_for(_CAMPAIGN, "+8613900000001", "beijing")
    ours, bare = _Side(lambda: _with_rules(book, people)), _Side(lambda: _bare(ready, policy))
    for side in (ours, bare):
        side.work()  # calendars, number plan and what is remembered of hours
    for number in range(rounds):
        for side in (ours, bare) if number % 2 == 0 else (bare, ours):
            side.take(size)
    return _findings(ours, bare, _whole(rounds), size, rounds)


def _with_rules(book: Rulebook, people: Sequence[_Someone]) -> None:
    for number, one in enumerate(people):
        policy = book.policy_for(_CAMPAIGN, one.msisdn, one.region)
        person = _person(one, book.zone_guesses(one.msisdn, one.region, "Asia/Shanghai"))
        _decide(number, person, policy)


def _bare(people: Sequence[Person], policy: Policy) -> None:
    for number, person in enumerate(people):
        _decide(number, person, policy)


def _decide(number: int, person: Person, policy: Policy) -> Decision:
    now = _MONDAY + timedelta(seconds=number % 36_000)  # in the course of ten hours
    return may_contact(_CONTACTS[number % len(_CONTACTS)], person, policy, now)


def _person(one: _Someone, guesses: tuple[str, ...]) -> Person:
    return Person(
        msisdn=one.msisdn,
        time_zone=one.time_zone,
        active=True,
        consents=_CONSENTS,
        refusals=(),
        complaint_open=False,
        news_waiting=False,
        work_order_open=False,
        past=one.past,
        zone_guesses=guesses,
        marks=one.marks,
    )


def _people(size: int) -> list[_Someone]:
    chance = random.Random(1)
    places = chance.choices(_PLACES, weights=[place[0] for place in _PLACES], k=size)
    return [
        _Someone(
            msisdn=number.format(chance.randrange(10_000)),
            region=chance.choice(regions),
            time_zone=chance.choice(zones),
            past=[_past(chance) for _ in range(chance.randrange(6))],
            marks=(Marked(chance.choice(("red", "flea", "complaint"))),) if chance.random() < _MARKED else (),
        )
        for _, number, regions, zones in places
    ]


def _past(chance: random.Random) -> Past:
    at = _MONDAY - timedelta(minutes=chance.randrange(30 * 24 * 60))
    return Past(at, chance.choice(list(Channel)), "marketing", same_campaign=chance.random() < 0.5)


def _whole(rounds: int) -> Figure:
    """As it is done before each batch is sent, on the due attempts of a real campaign; claimed, and let go again."""
    with Ground() as ground:
        (moment, *_) = make_due(ground, Channel.SMS, [BATCH])
        _weigh_once(ground, moment)
        return Figure(
            "Keepline, whole batches with their statements",
            "/s",
            [
                _BATCHES * BATCH / sum(_weigh_once(ground, moment) for _ in range(_BATCHES))
                for _ in range(rounds)
            ],
        )


def _weigh_once(ground: Ground, now: datetime) -> float:
    """Seconds on the wall."""
    wired = ground.wired
    with wired.transaction() as tx:
        batch = sending.claim_due(tx, channel=Channel.SMS, limit=BATCH, now=now)
        with spent() as cost:
            weighed = weigh(tx, batch, Channel.SMS, wired.outgoing, wired.flows, now)
        tx.rollback()
    assert len(weighed) == BATCH
    return cost.wall_s


def _findings(ours: _Side, bare: _Side, whole: Figure, size: int, rounds: int) -> Findings:
    with_rules = Figure("Keepline, by each place's rules", "/cpu s", ours.rates)
    bare_loop = Figure("bare loop over may_contact, one policy", "/cpu s", bare.rates)
    targets = [
        Target("decisions a second on one core", with_rules.median, Want.AT_LEAST, _PER_SECOND, "/s"),
        Target("of the bare loop's rate", of_rounds(with_rules, bare_loop), Want.AT_LEAST, _SHARE_OF_BARE),
    ]
    people = f"{size} people of six kinds of places, five earlier contacts at most, {_MARKED:.0%} on a list"
    return Findings("gate", f"{people}; {rounds} rounds", [with_rules, bare_loop, whole], targets)
