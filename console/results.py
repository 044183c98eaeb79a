"""A campaign's report as its page shows it: figures, funnel, intervals, refusals and costs, in words."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from bot.domain.uplift import ArmOutcome, Uplift, wilson
from bot.evaluation.doubts import Doubt
from bot.evaluation.doubts import doubts as found_in
from bot.evaluation.report import Report
from bot.flow.outcome_words import result_in_words
from console.labels import word
from console.language import count, money, points, selected, share

#: With fewer in an arm than this, "not proven" says more about the numbers than about the campaign.
ENOUGH = 30


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: str
    under: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One line of the funnel; `aside` are ways out of it, not steps along it."""

    name: str
    count: int
    of: int
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval; all three are shares of 1."""

    name: str
    low: float
    value: float
    high: float
    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A doubt: what was found, and what that means."""

    found: str
    means: str


@dataclass(frozen=True, slots=True)
class End:
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Drop:
    """One reason of the gate: contacts it refused, and customers whom nothing reached because of it."""

    name: str
    contacts: int
    customers: int


def figures(report: Report) -> list[Figure]:
    funnel, uplift = report.funnel, report.uplift
    known = uplift.low is not None and uplift.high is not None
    return [
        Figure(_("Enrolled"), count(report.enrolled), _arms(report)),
        Figure(_("Contacted"), count(funnel.contacted), _of(funnel.contacted, funnel.targeted)),
        Figure(_("Accepted"), count(funnel.accepted), _of(funnel.accepted, funnel.contacted)),
        Figure(_("Recharged"), count(funnel.recharged), _of(funnel.recharged, funnel.targeted)),
        Figure(_("Bonus credited"), count(funnel.granted), money(report.costs.bonus)),
        Figure(
            _("Difference in points"),
            points(uplift.difference) if known else "–",
            span(uplift),
        ),
    ]


def funnel(report: Report) -> list[Stage]:
    found = report.funnel
    of = found.targeted
    return [
        Stage(_("Targeted"), found.targeted, of),
        Stage(_("Eligible"), found.eligible, of),
        Stage(_("Contacted"), found.contacted, of),
        Stage(_("Delivered"), found.delivered, of),
        Stage(_("Replied"), found.replied, of),
        Stage(_("Accepted"), found.accepted, of),
        Stage(_("Recharged"), found.recharged, of),
        Stage(_("Granted"), found.granted, of),
        Stage(_("To a manager"), found.escalated, of, aside=True),
        Stage(_("Opted out"), found.opted_out, of, aside=True),
    ]


def verdict(report: Report) -> str:
    """What may be said about the campaign's worth, and no more than that."""
    uplift = report.uplift
    if not report.funnel.contacted:
        return _("Too early to tell: nobody has been contacted yet.")
    if uplift.low is None or uplift.high is None:
        return _("Nobody is in the control arm, so nothing can be said about what the campaign was worth.")
    by = points(uplift.difference).lstrip("+-")
    if uplift.proven:
        return _("The treated recharged more often: %(by)s points more than the control arm.", by=by)
    if report.harmful:
        return _("The treated recharged less often: %(by)s points less than the control arm.", by=by)
    if min(report.treatment.customers, report.control.customers) < ENOUGH:
        return _("Too early to tell: fewer than %(n)s customers are in one of the arms.", n=count(ENOUGH))
    return _("No difference is proven: the interval includes zero.")


def doubts(report: Report) -> list[Said]:
    """Why the comparison should not be trusted, where there is a reason."""
    return [said(one) for one in found_in(report)]


def said(doubt: Doubt) -> Said:
    return Said(doubt.found(selected()), doubt.means(selected()))


def intervals(report: Report) -> list[Interval]:
    uplift = report.uplift
    if uplift.low is None or uplift.high is None:
        return []
    held = report.global_control
    return [
        rate_of(_("Treated"), report.treatment, "one"),
        rate_of(_("Control"), report.control, "rest"),
        *([rate_of(_("Global control"), held, "rest")] if held.customers else []),
        Interval(
            _("Difference"),
            uplift.low,
            uplift.difference,
            uplift.high,
            "two",
            f"{points(uplift.difference)} ({span(uplift)})",
        ),
    ]


def drops(report: Report) -> list[Drop]:
    """The reason that kept most customers from us first."""
    found = [
        Drop(word("reason", reason), report.denied.get(reason, 0), report.never_contacted.get(reason, 0))
        for reason in {**report.denied, **report.never_contacted}
    ]
    return sorted(found, key=lambda drop: (-drop.customers, -drop.contacts, drop.name))


def ends(report: Report) -> list[End]:
    """In the same words as the ends in the flow's drawing; the most frequent first."""
    found = [End(_sentence(result_in_words(name, selected())), n) for name, n in report.results.items()]
    return sorted(found, key=lambda end: (-end.count, end.name))


def costs(report: Report) -> list[Figure]:
    made, spent = report.attempts, report.costs
    more = report.uplift.difference * report.treatment.customers
    won = money(spent.bonus / round(more)) if report.uplift.proven and round(more) > 0 else "–"
    return [
        Figure(_("SMS sent"), count(made.get("sms", 0)), _("%(n)s segments", n=count(spent.segments))),
        Figure(
            _("Calls made"), count(made.get("call", 0)), _("%(n)s minutes begun", n=count(spent.call_minutes))
        ),
        Figure(_("Bonus credited"), money(spent.bonus), _("%(n)s grants", n=count(report.funnel.granted))),
        Figure(_("Bonus for each recharge won"), won, _("recharges beyond what the control arm did unasked")),
    ]


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _arms(report: Report) -> str:
    arms = _(
        "%(treated)s treated, %(control)s control",
        treated=count(report.treatment.customers),
        control=count(report.control.customers),
    )
    held = report.global_control.customers
    return _("%(arms)s, %(held)s in the global control", arms=arms, held=count(held)) if held else arms


def _of(part: int, whole: int) -> str:
    return share(part / whole) if whole else "–"


def span(uplift: Uplift) -> str:
    """The difference's interval, in points."""
    if uplift.low is None or uplift.high is None:
        return _("no control arm")
    return _("%(low)s to %(high)s", low=points(uplift.low), high=points(uplift.high))


def rate_of(name: str, arm: ArmOutcome, tone: str) -> Interval:
    low, high = wilson(arm.successes, arm.customers)
    text = _(
        "%(share)s: %(part)s of %(whole)s",
        share=share(arm.rate),
        part=count(arm.successes),
        whole=count(arm.customers),
    )
    return Interval(name, low, arm.rate, high, tone, text)
