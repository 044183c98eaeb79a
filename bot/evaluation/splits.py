"""The experiments that flows make with their `split` steps: each way's customers, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.arms import shares_of
from bot.domain.campaigns import Arm
from bot.domain.experiments import Experiment, Way, evaluate
from bot.domain.uplift import ArmOutcome
from bot.flow.model import Flow
from bot.flow.steps.split import SplitStep
from bot.store.evaluation import Fact, Tally

_Shares = Mapping[str, float]  # by way, in the author's order


def experiments(flows: Sequence[Flow], tallies: Sequence[Tally]) -> tuple[Experiment, ...]:
    """Of the treated who came to a split. `flows`: all revisions that they are on, the campaign's own first."""
    treated = [one for one in tallies if one.arm == Arm.TREATMENT]
    asked = _asked(flows)
    met = sorted({name for one in treated for name in one.ways} - set(asked))
    return tuple(
        evaluate(name, _ways(name, asked.get(name, ()), [one for one in treated if name in one.ways]))
        for name in (*asked, *met)
    )


def _asked(flows: Iterable[Flow]) -> dict[str, list[_Shares]]:
    """What each experiment was to be dealt in; more than once, where steps or revisions differ."""
    found: dict[str, list[_Shares]] = {}
    for flow in flows:
        for step in flow.steps.values():
            if isinstance(step, SplitStep):
                names = [way for way, _ in step.ways]
                shares = dict(zip(names, shares_of([weight for _, weight in step.ways]), strict=True))
                known = found.setdefault(step.experiment, [])
                if shares not in known:
                    known.append(shares)
    return found


def _ways(experiment: str, asked: Sequence[_Shares], tallies: Sequence[Tally]) -> list[Way]:
    """In the author's order, the newest first; then those that only earlier revisions had."""
    dealt = {one.ways[experiment] for one in tallies}
    names = dict.fromkeys(name for shares in asked for name in shares)
    shares = asked[0] if len(asked) == 1 else None
    return [
        _way(
            name,
            None if shares is None else shares.get(name, 0.0),
            [one for one in tallies if one.ways[experiment] == name],
        )
        for name in (*names, *sorted(dealt - set(names)))
    ]


def _way(name: str, share: float | None, tallies: Sequence[Tally]) -> Way:
    return Way(
        name=name,
        share=share,
        outcome=ArmOutcome(sum(one.customers for one in tallies), counted(tallies, Fact.RECHARGED)),
        accepted=counted(tallies, Fact.ACCEPTED),
        granted=counted(tallies, Fact.GRANTED),
        opted_out=counted(tallies, Fact.OPTED_OUT),
    )


def counted(tallies: Iterable[Tally], fact: Fact) -> int:
    """Customers of whom this is on record."""
    return sum(one.customers for one in tallies if fact in one.facts)
