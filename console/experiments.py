"""A campaign's experiments and what other campaigns did to its customers, as its page shows them, in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _

from bot.domain.experiments import Comparison, Experiment, Way
from bot.domain.uplift import wilson
from bot.evaluation.contamination import Touched
from bot.evaluation.doubts import doubts_of
from bot.evaluation.report import Report
from console.language import count, listed, points, selected, share
from console.results import Said, rate_of, said, span


@dataclass(frozen=True, slots=True)
class ShownWay:
    """One line of an experiment's table; the first way has nothing to be compared with."""

    name: str
    customers: int
    dealt: str
    asked: str  # the share that it should have been dealt
    rate: str
    rate_span: str
    difference: str
    difference_span: str
    p: str
    accepted: int
    opted_out: int
    tone: str


@dataclass(frozen=True, slots=True)
class Shown:
    name: str
    verdict: str
    doubts: list[Said]
    ways: list[ShownWay]
    intervals: list[dict[str, Any]]  # for the chart
    several: bool  # so that each comparison needs more to be proven


@dataclass(frozen=True, slots=True)
class Crossing:
    name: str
    customers: int
    share: str
    alarm: bool


def experiments(report: Report) -> list[Shown]:
    return [_shown(one) for one in report.splits]


def crossings(report: Report) -> list[Crossing]:
    """Who of each arm was contacted by other campaigns; what must be nobody is an alarm otherwise."""
    found = report.contamination
    lines = [
        _crossing(_("Treated, contacted by other campaigns as well"), found.treated_elsewhere),
        _crossing(_("Control, contacted by other campaigns"), found.control_elsewhere),
        _crossing(_("Treated by another campaign at the same time"), found.treated_twice),
        _crossing(_("Held out, but contacted by this campaign"), found.control_contacted, never=True),
    ]
    if report.global_control.customers:
        lines += [
            _crossing(_("Global control, contacted for service only"), found.held_globally_served),
            _crossing(_("Global control, contacted for marketing"), found.held_globally_marketed, never=True),
        ]
    return lines


def _shown(experiment: Experiment) -> Shown:
    comparisons = {one.way: one for one in experiment.comparisons}
    return Shown(
        name=experiment.name,
        verdict=_verdict(experiment),
        doubts=[said(one) for one in doubts_of(experiment)],
        ways=[_way(one, comparisons.get(one.name), experiment.customers) for one in experiment.ways],
        intervals=[
            asdict(rate_of(one.name, one.outcome, "one")) for one in experiment.ways if one.outcome.customers
        ],
        several=len(experiment.comparisons) > 1,
    )


def _verdict(experiment: Experiment) -> str:
    """What may be said, and no more than that."""
    first = experiment.ways[0].name
    if not experiment.customers:
        return _("Nobody has come to this experiment yet.")
    better = [one.way for one in experiment.comparisons if one.better]
    worse = [one.way for one in experiment.comparisons if one.worse]
    sentences = []
    if better:
        sentences.append(
            _("More recharged with %(ways)s than with %(first)s.", ways=listed(better), first=first)
        )
    if worse:
        sentences.append(
            _("Fewer recharged with %(ways)s than with %(first)s.", ways=listed(worse), first=first)
        )
    return ("" if selected() == "zh" else " ").join(sentences) or _(
        "No way is proven to differ from %(first)s.", first=first
    )


def _way(way: Way, comparison: Comparison | None, customers: int) -> ShownWay:
    low, high = wilson(way.outcome.successes, way.outcome.customers)
    uplift = comparison.uplift if comparison else None
    known = uplift is not None and uplift.low is not None
    return ShownWay(
        name=way.name,
        customers=way.outcome.customers,
        dealt=share(way.outcome.customers / customers) if customers else "",
        asked="" if way.share is None else _("asked: %(share)s", share=share(way.share)),
        rate=share(way.outcome.rate) if way.outcome.customers else "–",
        rate_span=f"{share(low)} – {share(high)}" if way.outcome.customers else "",
        difference=points(uplift.difference) if uplift and known else "",
        difference_span=span(uplift) if uplift and known else "",
        p="" if comparison is None or comparison.p is None else _chance(comparison.p),
        accepted=way.accepted,
        opted_out=way.opted_out,
        tone="" if comparison is None else "good" if comparison.better else "bad" if comparison.worse else "",
    )


def _chance(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _crossing(name: str, touched: Touched, *, never: bool = False) -> Crossing:
    of = _("%(part)s of %(whole)s", part=share(touched.share), whole=count(touched.of)) if touched.of else "–"
    return Crossing(name, touched.customers, of, alarm=never and touched.customers > 0)
