"""How a campaign's report is shown on a terminal: the funnel, the losses, the comparisons and what to doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.report_words import Words
from bot.domain.experiments import Comparison, Experiment
from bot.evaluation.doubts import Doubt, doubts, doubts_of
from bot.evaluation.global_control import GlobalReport
from bot.evaluation.report import Funnel, Report


def show(found: Report, words: Words) -> None:
    screen = _screen()
    screen.print(_funnel(found, words))
    for title, counts, name in (
        ("How enrolments ended", found.results, words.result),
        ("Contacts that the gate refused", found.denied, words.reason),
        ("Never contacted, by the gate's last word", found.never_contacted, words.reason),
    ):
        if counts:
            screen.print(_counts(words(title), counts, name))
    screen.print(_efforts(found, words))
    for line in _verdict(found, words):
        screen.print(line)
    for experiment in found.splits:
        for doubt in doubts_of(experiment):
            screen.print(_doubt(doubt, words))
        screen.print(_experiment(experiment, words))
    screen.print(_crossings(found, words))


def show_global(found: GlobalReport, words: Words) -> None:
    screen, group, uplift = _screen(), found.group, found.uplift
    days = {"since": f"{group.since:%Y-%m-%d}", "until": f"{group.until:%Y-%m-%d}"}
    screen.print(
        words(
            "Global control group {name}: {share} of all customers, {since} to {until}",
            name=group.name,
            share=f"{group.share:.2%}",
            **days,
        )
    )
    sizes = {"held": f"{found.held.customers:,}", "others": f"{found.others.customers:,}"}
    screen.print(words("{held} customers are in it, {others} are not", **sizes))
    if found.uneven:
        fault = "These sizes are not chance (p = {p}): do not trust the comparison."
        screen.print(Text(words(fault, p=f"{found.sample_ratio_p:.1g}"), style="red"))
    counts = {"served": found.served, "marketed": found.marketed, "carried": found.carried_over}
    screen.print(
        words(
            "Contacted for service only: {served}; for marketing: {marketed}, of whom {carried} by campaigns that had "
            "enrolled them before",
            **{name: f"{count:,}" for name, count in counts.items()},
        )
    )
    if found.leaked:
        fault = (
            "{leaked} customers of the group were contacted for marketing by campaigns of its own period: "
            "this is a fault."
        )
        screen.print(Text(words(fault, leaked=f"{found.leaked:,}"), style="red"))
    rates = {"others": f"{uplift.treated:.1%}", "held": f"{uplift.control:.1%}"}
    screen.print(words("Recharged since then: {others} of the others, {held} of the group", **rates))
    if uplift.low is not None and uplift.high is not None:
        by = {"by": f"{uplift.difference:+.2%}", "low": f"{uplift.low:+.2%}", "high": f"{uplift.high:+.2%}"}
        screen.print(words("All marketing together: {by} (95 % interval {low} to {high})", **by))


def _screen() -> Console:
    """Names are shown as they were written, square brackets and all."""
    return Console(markup=False, highlight=False)


def _funnel(found: Report, words: Words) -> Table:
    title = f"{found.campaign} ({found.status})"
    table = Table("", words("customers"), words("of targeted"), title=title, title_justify="left")
    for stage in fields(Funnel):
        customers = getattr(found.funnel, stage.name)
        share = f"{customers / found.funnel.targeted:.1%}" if found.funnel.targeted else ""
        table.add_row(words(stage.name.replace("_", " ")), f"{customers:,}", share)
    return table


def _counts(title: str, counts: Mapping[str, int], name: Callable[[str], str]) -> Table:
    table = Table("", "", title=title, title_justify="left", show_header=False)
    for reason, count in counts.items():
        table.add_row(name(reason), f"{count:,}")
    return table


def _efforts(found: Report, words: Words) -> str:
    costs = found.costs
    return words(
        "{sms} SMS ({segments} segments), {calls} calls ({minutes} minutes), {bonus} in bonus; "
        "{replies} replies, {keys} keypresses",
        sms=f"{found.attempts['sms']:,}",
        segments=f"{costs.segments:,}",
        calls=f"{found.attempts['call']:,}",
        minutes=f"{costs.call_minutes:,}",
        bonus=words.money(costs.bonus),
        replies=f"{found.replies:,}",
        keys=f"{found.keypresses:,}",
    )


def _verdict(found: Report, words: Words) -> Iterator[Text]:
    """The comparison, and first of all whatever forbids to trust it."""
    yield from (_doubt(doubt, words) for doubt in doubts(found))
    result = found.uplift
    yield Text(
        words(
            "Recharged at least {least}: {treated} of {n} treated, {control} of {m} control",
            least=words.money(found.min_recharge),
            treated=f"{result.treated:.1%}",
            n=f"{found.treatment.customers:,}",
            control=f"{result.control:.1%}",
            m=f"{found.control.customers:,}",
        )
    )
    held = found.global_control
    if held.customers:
        said = "Held out of all marketing: {rate} of {n}, no part of the comparison"
        yield Text(words(said, rate=f"{held.rate:.1%}", n=f"{held.customers:,}"))
    if result.low is None or result.high is None:
        yield Text(words("Difference: unknown while an arm is empty"))
    else:
        interval = {"low": f"{result.low:+.1%}", "high": f"{result.high:+.1%}"}
        p = _chance(found.arms.comparisons[0].p)
        said = "Difference {by} (95 % interval {low} to {high}, p {p})"
        yield Text(
            words(said, by=f"{result.difference:+.1%}", **interval, p=p if p.startswith("<") else f"= {p}")
        )
    if found.harmful:
        yield Text(words("The treated do worse than those left in peace: stop and look."), style="red")


def _doubt(doubt: Doubt, words: Words) -> Text:
    return Text.assemble((doubt.found(words.language), "bold red"), "\n  ", doubt.means(words.language))


def _experiment(experiment: Experiment, words: Words) -> Table:
    several = len(experiment.comparisons) > 1
    title = words("Experiment {name}", name=experiment.name)
    table = Table(title=title, title_justify="left")
    first = words("against {first}", first=experiment.ways[0].name)
    interval = words("together 95 %") if several else "95 %"
    for column in ("way", "customers", "asked", "dealt", "recharged"):
        table.add_column(words(column))
    for column in (first, interval, "p (Holm)" if several else "p", words("accepted"), words("opted out")):
        table.add_column(column)
    comparisons = {one.way: one for one in experiment.comparisons}
    for way in experiment.ways:
        customers = way.outcome.customers
        table.add_row(
            way.name,
            f"{customers:,}",
            "" if way.share is None else f"{way.share:.1%}",
            f"{customers / experiment.customers:.1%}" if experiment.customers else "",
            f"{way.outcome.rate:.1%}" if customers else "",
            *_compared(comparisons.get(way.name)),
            f"{way.accepted:,}",
            f"{way.opted_out:,}",
        )
    return table


def _compared(comparison: Comparison | None) -> tuple[Text, str, str]:
    if comparison is None or comparison.uplift.low is None or comparison.uplift.high is None:
        return Text(), "", ""
    style = "green" if comparison.better else "red" if comparison.worse else ""
    uplift = comparison.uplift
    by = Text(f"{uplift.difference:+.1%}", style=style)
    return by, f"{uplift.low:+.1%} – {uplift.high:+.1%}", _chance(comparison.p)


def _crossings(found: Report, words: Words) -> Table:
    crossed = found.contamination
    lines = [
        ("treated, contacted by other campaigns as well", crossed.treated_elsewhere),
        ("control, contacted by other campaigns", crossed.control_elsewhere),
        ("treated by another campaign at the same time", crossed.treated_twice),
        ("held out, but contacted by this campaign", crossed.control_contacted),
    ]
    if found.global_control.customers:
        lines += [
            ("global control, contacted for service only", crossed.held_globally_served),
            ("global control, contacted for marketing", crossed.held_globally_marketed),
        ]
    title = words("Beside other campaigns")
    table = Table("", words("customers"), words("share"), title=title, title_justify="left")
    for name, touched in lines:
        table.add_row(
            words(name),
            f"{touched.customers:,} / {touched.of:,}",
            f"{touched.share:.1%}" if touched.of else "",
        )
    return table


def _chance(p: float | None) -> str:
    return "" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"
