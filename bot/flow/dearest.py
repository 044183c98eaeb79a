"""The dearest way that one run can take through its flow: steps that cost something, within the policy's caps.

The walk follows the author's own exits, and once a business event that leads away from anywhere. Any contact on
it may be left out (the gate says no), so that a cap is spent on what is dear. A late reply to an earlier message is
not walked: it leads to what that message leads to anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from bot.domain.policy import KINDS, Kind, Per, Policy
from bot.flow.model import Flow
from bot.flow.steps.part import PartStep

_SHORTEST = {Per.DAY: timedelta(days=1), Per.WEEK: timedelta(days=7), Per.MONTH: timedelta(days=28)}
_MOST = 100  # contacts of one run that are counted; a run with more has no cap worth the name


@dataclass(frozen=True, slots=True)
class Item:
    """What a step may cost at one visit: its contacts one after the other, or a bonus (which has no kind)."""

    step: str
    kind: Kind | None
    costs: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """A visit with the first `times` of its costs."""

    step: str
    times: int


@dataclass(frozen=True, slots=True)
class Way:
    cost: Decimal = Decimal(0)
    taken: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most so many contacts of the kinds that it `binds`; those of `counts` use it up."""

    times: int
    counts: frozenset[Kind]
    binds: frozenset[Kind]


def allowances(policy: Policy, life: timedelta) -> tuple[Allowance, ...]:
    """What caps, gaps and hours leave of a run's life, at the very most."""
    found = [
        Allowance(
            cap.limit * _periods(cap.period, life),
            frozenset(
                kind for kind in KINDS if cap.channel in (None, kind[0]) and cap.purpose in (None, kind[1])
            ),
            frozenset(kind for kind in KINDS if cap.binds(*kind)),
        )
        for cap in policy.caps
    ]
    found += [
        Allowance(life // gap + 1, frozenset({kind}), frozenset({kind}))
        for kind, gap in policy.min_gap.items()
    ]
    never = frozenset(
        kind
        for kind, tables in policy.timetables.items()
        if not all(any((*table.week, table.worked, table.holiday)) for table in tables)
    )
    return tuple(found) + ((Allowance(0, never, never),) if never else ())


def _periods(period: timedelta | Per, life: timedelta) -> int:
    """A life touches one calendar day more than it has; a contact may be made at both ends of a rolling period."""
    if isinstance(period, Per):
        return life // _SHORTEST[period] + 2
    return life // period + 1


_Left = tuple[int, ...]  # of each allowance, and of the contacts that a run can make at all


@dataclass(slots=True)
class Search:
    flow: Flow
    items: Mapping[str, Item]
    allowed: Sequence[Allowance]
    _ahead: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _known: dict[tuple[str, _Left, bool, bool], Way] = field(default_factory=dict)

    def dearest(self) -> Way:
        """Every visit uses something up, so the search ends."""
        left = (*(one.times for one in self.allowed), _MOST)
        return self._best(self._reachable(self.flow.start), left, False, False)

    def unending(self) -> tuple[str, ...]:
        """Steps that a run may come back to, while no cap of the policy ends their contacts in time."""
        return tuple(name for name in self.items if name in self._after(name) and not self._ends(name))

    def _ends(self, name: str) -> bool:
        kind = self.items[name].kind
        return kind is None or any(kind in one.binds and one.times < _MOST for one in self.allowed)

    def _best(self, names: Sequence[str], left: _Left, granted: bool, jumped: bool) -> Way:
        ways = (self._from(name, left, granted, jumped) for name in names)
        return max(ways, key=lambda way: way.cost, default=Way())

    def _from(self, name: str, left: _Left, granted: bool, jumped: bool) -> Way:
        """Beginning with a visit that costs something."""
        key = (name, left, granted, jumped)
        best = self._known.get(key)
        if best is None:
            best = Way()
            for times, rest, cost in self._visits(self.items[name], left, granted):
                paid = granted or self.items[name].kind is None
                way = self._onward(name, rest, paid, jumped)
                if cost + way.cost > best.cost:
                    best = Way(cost + way.cost, (Taken(name, times), *way.taken))
            self._known[key] = best
        return best

    def _onward(self, name: str, left: _Left, granted: bool, jumped: bool) -> Way:
        best = self._best(self._after(name), left, granted, jumped)
        if not jumped and self.flow.steps[name].interruptible:
            for exit_ in self.flow.then.values():
                way = self._best(self._reachable(exit_.target), left, granted, True)
                best = max(best, way, key=lambda one: one.cost)
        return best

    def _visits(self, item: Item, left: _Left, granted: bool) -> Iterator[tuple[int, _Left, Decimal]]:
        """With one contact, two ...; a bonus is credited once in a run."""
        if item.kind is None:
            if not granted:
                yield 1, left, item.costs[0]
            return
        cost = Decimal(0)
        for times, price in enumerate(item.costs, start=1):
            if not self._permitted(item.kind, left):
                return
            left, cost = self._used(item.kind, left), cost + price
            yield times, left, cost

    def _permitted(self, kind: Kind, left: _Left) -> bool:
        each = zip(self.allowed, left[:-1], strict=True)
        return left[-1] > 0 and all(number > 0 for one, number in each if kind in one.binds)

    def _used(self, kind: Kind, left: _Left) -> _Left:
        each = zip(self.allowed, left[:-1], strict=True)
        return (*(max(0, number - (kind in one.counts)) for one, number in each), left[-1] - 1)

    def _after(self, name: str) -> tuple[str, ...]:
        found = self._ahead.get(name)
        if found is None:
            targets = onward(self.flow, name)
            found = tuple(dict.fromkeys(one for target in targets for one in self._reachable(target)))
            self._ahead[name] = found
        return found

    def _reachable(self, target: str) -> tuple[str, ...]:
        """The steps that cost something, from there on; whatever is on the way may be passed by."""
        found: list[str] = []
        ahead, seen = [target], set[str]()
        while ahead:
            name = ahead.pop()
            if name not in seen and name in self.flow.steps:
                seen.add(name)
                ahead += onward(self.flow, name)
                if name in self.items:
                    found.append(name)
        return tuple(found)


def onward(flow: Flow, name: str) -> Iterator[str]:
    """A part begins with its first step; where it ends, the exits of the `flow` step lead on."""
    step = flow.steps[name]
    if isinstance(step, PartStep):
        yield step.first
    else:
        yield from (edge.target for edge in step.edges())
    while step.inside:
        step = flow.steps[step.inside]
        yield from (edge.target for edge in step.edges())
