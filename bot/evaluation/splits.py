"""The experiments that flows make with their `split` steps: each way's customers, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.arms import shares_of
from bot.domain.campaigns import Arm
from bot.domain.experiments import Experiment, Way, evaluate
from bot.domain.sample_ratio import Dealing
from bot.domain.uplift import ArmOutcome
from bot.flow.model import Flow
from bot.flow.steps.split import SplitStep
from bot.store.evaluation import Fact, Tally

_Shares = Mapping[str, float]  # by way


def experiments(flows: Mapping[str, Flow], tallies: Sequence[Tally]) -> tuple[Experiment, ...]:
    """Of the treated who came to a split. `flows`: by the revisions that they are on, the campaign's own first."""
    treated = [one for one in tallies if one.arm == Arm.TREATMENT]
    asked = {revision: _asked(flow) for revision, flow in flows.items()}
    names = dict.fromkeys(name for shares in asked.values() for name in shares)
    met = sorted({name for one in treated for name in one.ways} - set(names))
    return tuple(
        _experiment(name, asked, [one for one in treated if name in one.ways]) for name in (*names, *met)
    )


def _asked(flow: Flow) -> dict[str, list[_Shares]]:
    """What each experiment of the flow is dealt in; more than once, where its steps differ."""
    found: dict[str, list[_Shares]] = {}
    for step in flow.steps.values():
        if isinstance(step, SplitStep):
            known = found.setdefault(step.experiment, [])
            shares = _shares(dict(step.ways))
            if shares not in known:
                known.append(shares)
    return found


def _shares(weights: Mapping[str, int]) -> _Shares:
    return dict(zip(weights, shares_of(list(weights.values())), strict=True))


def _experiment(
    name: str, asked: Mapping[str, Mapping[str, Sequence[_Shares]]], tallies: Sequence[Tally]
) -> Experiment:
    """In the author's order of the ways, the newest first; then those that only earlier revisions had."""
    known = [shares for of_flow in asked.values() for shares in of_flow.get(name, ())]
    dealt = {one.ways[name] for one in tallies}
    ways = dict.fromkeys(way for shares in known for way in shares)
    ways |= dict.fromkeys(sorted(dealt - set(ways)))
    if not tallies:
        shares = known[0] if len(known) == 1 else None
        return evaluate(
            name, [_way(name, way, None if shares is None else shares.get(way), ()) for way in ways]
        )
    groups = _groups(name, asked, tallies)
    dealings = [
        Dealing([_customers(name, way, some) for way in ways], [shares.get(way, 0.0) for way in ways])
        for shares, some in groups or ()
    ]
    return evaluate(
        name, [_way(name, way, _share(dealings, n), tallies) for n, way in enumerate(ways)], dealings
    )


def _groups(
    name: str, asked: Mapping[str, Mapping[str, Sequence[_Shares]]], tallies: Sequence[Tally]
) -> list[tuple[_Shares, list[Tally]]] | None:
    """Those dealt by the same shares together. None where somebody's are not known any more."""
    groups: list[tuple[_Shares, list[Tally]]] = []
    for one in tallies:
        shares = _dealt_by(name, asked, one)
        if shares is None:
            return None
        known = next((some for other, some in groups if other == shares), None)
        if known is None:
            groups.append((shares, [one]))
        else:
            known.append(one)
    return groups


def _dealt_by(name: str, asked: Mapping[str, Mapping[str, Sequence[_Shares]]], one: Tally) -> _Shares | None:
    """By what the run itself has noted: it may have been put on another revision since. Older runs noted nothing."""
    if name in one.dealt:
        return _shares(one.dealt[name])
    of_flow = asked.get(one.flow_revision, {}).get(name, ())
    return of_flow[0] if len(of_flow) == 1 else None


def _share(dealings: Sequence[Dealing], way: int) -> float | None:
    """Of all that were dealt, however often the weights were changed."""
    if not dealings:
        return None
    wanted = sum(sum(one.counts) * one.shares[way] for one in dealings)
    return wanted / sum(sum(one.counts) for one in dealings)


def _customers(experiment: str, way: str, tallies: Iterable[Tally]) -> int:
    return sum(one.customers for one in tallies if one.ways[experiment] == way)


def _way(experiment: str, name: str, share: float | None, tallies: Sequence[Tally]) -> Way:
    its = [one for one in tallies if one.ways[experiment] == name]
    return Way(
        name=name,
        share=share,
        outcome=ArmOutcome(sum(one.customers for one in its), counted(its, Fact.RECHARGED)),
        accepted=counted(its, Fact.ACCEPTED),
        granted=counted(its, Fact.GRANTED),
        opted_out=counted(its, Fact.OPTED_OUT),
    )


def counted(tallies: Iterable[Tally], fact: Fact) -> int:
    """Customers of whom this is on record."""
    return sum(one.customers for one in tallies if fact in one.facts)
