"""The figures of a rehearsal: as JSON for scripts, as a table for people."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from bot.enrolment.enrol import EnrolReport
from bot.evaluation.report import report
from scripts.rehearsing.books import Books
from scripts.rehearsing.campaign import Login
from scripts.rehearsing.stack import Stack


def gather(
    stack: Stack, campaign_id: int, customers: int, enrolled: EnrolReport, books: Books
) -> dict[str, Any]:
    with stack.wired.transaction() as tx:
        found = report(tx, campaign_id)
    funnel = found.funnel
    uplift = found.uplift
    return {
        "customers": customers,
        "enrolled": enrolled.enrolled,
        "treatment": enrolled.treatment,
        "control": enrolled.control,
        "attempts": {"sms": found.attempts["sms"], "call": found.attempts["call"]},
        "delivered": funnel.delivered,
        "replies": found.replies,
        "keypresses": found.keypresses,
        "accepted": funnel.accepted,
        "recharged": funnel.recharged,
        "granted": funnel.granted,
        "work_orders": funnel.escalated,
        "opt_outs": funnel.opted_out,
        "denied": dict(found.denied),
        "books": {
            "carrier_accepted": books.carrier_accepted,
            "attempts_sent": books.attempts_sent,
            "doubled": books.doubled,
            "missing": books.missing,
            "billed": books.billed,
            "granted": books.granted,
            "balanced": books.balanced,
            "unsettled": books.unsettled,
            "credited_twice": books.credited_twice,
            "control_contacted": books.control_contacted,
            "outside_hours": books.outside_hours,
            "after_opt_out": books.after_opt_out,
        },
        "uplift": {
            "treated": uplift.treated,
            "control": uplift.control,
            "difference": uplift.difference,
            "low": uplift.low,
            "high": uplift.high,
        },
    }


def show(screen: Console, figures: dict[str, Any], books: Books, console_url: str, login: Login) -> None:
    screen.print(_result(figures))
    screen.print(_books(books))
    uplift = figures["uplift"]
    if uplift["low"] is None:
        screen.print("Recharged: no difference can be told, one arm is empty")
    else:
        screen.print(
            f"Recharged: treated {uplift['treated']:.1%}, control {uplift['control']:.1%}; "
            f"difference [bold]{uplift['difference']:+.1%}[/bold] "
            f"(95 % interval {uplift['low']:+.1%} to {uplift['high']:+.1%})"
        )
    screen.print(f"Console: {console_url}   login: {login.login}   password: {login.password}")


def _result(figures: dict[str, Any]) -> Table:
    table = Table(title="What came of it", title_justify="left")
    table.add_column("")
    table.add_column("people", justify="right")
    names = (
        "customers", "enrolled", "treatment", "control", "delivered", "replies", "keypresses", "accepted",
        "recharged", "granted", "work_orders", "opt_outs",
    )  # fmt: skip
    for name in names:
        table.add_row(name.replace("_", " "), f"{figures[name]:,}")
    table.add_row("SMS / calls", f"{figures['attempts']['sms']:,} / {figures['attempts']['call']:,}")
    for reason, count in sorted(figures["denied"].items()):
        table.add_row(f"denied: {reason.replace('_', ' ')}", f"{count:,}")
    return table


def _books(books: Books) -> Table:
    title = "The books balance" if books.balanced else "[red]The books do NOT balance[/red]"
    table = Table(title=title, title_justify="left")
    for column in ("", "theirs", "ours"):
        table.add_column(column, justify="right" if column else "left")
    table.add_row("carrier: accepted / sent", f"{books.carrier_accepted:,}", f"{books.attempts_sent:,}")
    table.add_row("billing: credited / granted", f"{books.billed:,}", f"{books.granted:,}")
    for name, count in books.faults.items():
        table.add_row(name.replace("_", " "), f"{count:,}" if not count else f"[red]{count:,}[/red]", "")
    return table
