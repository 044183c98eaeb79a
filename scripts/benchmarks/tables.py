"""Figures and targets as tables on the screen."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from scripts.benchmarks.figures import Figure, Findings, Target


def show(screen: Console, findings: Findings) -> None:
    figures = Table(title=f"{findings.benchmark}: {findings.load}", title_justify="left", title_style="bold")
    for heading in ("", "median", "unit", "runs"):
        figures.add_column(heading, justify="right" if heading == "median" else "left")
    for figure in findings.figures:
        figures.add_row(figure.name, _number(figure.median), figure.unit, _runs(figure))
    screen.print(figures)
    targets = Table()
    for heading in ("target", "measured", "wanted", ""):
        targets.add_column(heading, justify="right" if heading == "measured" else "left")
    for target in findings.targets:
        verdict = "[green]met[/green]" if target.met else "[yellow]not met[/yellow]"
        targets.add_row(target.name, _measured(target), f"{target.want} {target.bound:g}", verdict)
    screen.print(targets)


def _runs(figure: Figure) -> str:
    return "quoted, not measured here" if figure.quoted else "  ".join(_number(run) for run in figure.runs)


def _measured(target: Target) -> str:
    return f"{_number(target.value)} {target.unit}".rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
