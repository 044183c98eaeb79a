"""`keepline work-order`: what waits for a human, and what the human does with it."""

from __future__ import annotations

from datetime import datetime

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.acting import acting, acting_user
from bot.cli.one_line import said_in_one_line
from bot.domain.unknown_names import there_is_no, there_is_no_number
from bot.domain.work_orders import Disposition, WorkOrderStatus
from bot.escalation import handling
from bot.store import audit, desk, work_order_moves, work_orders
from bot.store.conversation import Entry, conversation
from bot.store.desk import Filter, Viewer
from bot.store.transaction import Tx
from bot.store.users import User
from bot.store.work_orders import ListedOrder, OrderPage

_EVERYONE = Viewer(user_id=0, tiers=(), sees_all=True)


@click.group("work-order")
def group() -> None:
    """Work orders: customers for whom a person has to do something."""


@group.command("list")
@click.option("--as", "login", metavar="LOGIN", help="Only what this user sees.")
@click.option("--status", type=click.Choice([one.value for one in WorkOrderStatus]), help="Only these.")
@click.option("--queue", metavar="NAME", help="Only of this queue.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
def list_(login: str | None, status: str | None, queue: str | None, limit: int) -> None:
    """List work orders, the most urgent first."""
    from bot.bootstrap import wired

    parts = wired()
    chosen = Filter(WorkOrderStatus(status) if status else None, queue)
    with parts.transaction() as tx:
        viewer = _viewer(acting_user(tx, login)) if login else _EVERYONE
        found = desk.orders(tx, viewer, chosen, limit=limit)
        if queue is not None and not found:
            _demand_queue(tx, queue, parts.clock.now())
    _screen().print(_listed(found, parts.clock.now()))


@group.command("show")
@click.argument("order_id", type=int, metavar="ID")
def show(order_id: int) -> None:
    """Show an order with the customer's facts and the whole conversation."""
    from bot.bootstrap import wired

    with wired().transaction() as tx:
        page = work_orders.page(tx, order_id)
        if page is None:
            newest = work_order_moves.newest(tx)
            raise click.ClickException(there_is_no_number("work order", order_id, newest))
        story = conversation(tx, customer_id=page.order.customer_id)
    screen = _screen()
    screen.print(_facts(page))
    screen.print(_story(story))


@group.command("take")
@click.argument("order_id", type=int, metavar="ID")
@acting
def take(order_id: int, login: str) -> None:
    """Take an order that nobody has taken yet."""
    from bot.bootstrap import wired

    parts = wired()
    now = parts.clock.now()
    with said_in_one_line(), parts.transaction() as tx:
        user = acting_user(tx, login)
        handling.take(tx, order_id, user.id, now)
        audit.record(tx, user.id, "work_order.take", f"work_order:{order_id}", None, None, now)
    click.echo(f"work order {order_id} is {login}'s")


@group.command("close")
@click.argument("order_id", type=int, metavar="ID")
@acting
@click.option(
    "--disposition", type=click.Choice([one.value for one in Disposition]), required=True, help="The outcome."
)
@click.option("--note", help="What the next reader should know.")
def close(order_id: int, login: str, disposition: str, note: str | None) -> None:
    """Close an order with its outcome; the customer's flow goes on at once."""
    from bot.bootstrap import wired

    parts = wired()
    now = parts.clock.now()
    with said_in_one_line(), parts.transaction() as tx:
        user = acting_user(tx, login)
        handling.close(tx, order_id, user.id, Disposition(disposition), note, now)
        after = {"disposition": disposition}
        audit.record(tx, user.id, "work_order.close", f"work_order:{order_id}", None, after, now)
    click.echo(f"work order {order_id} closed: {disposition}")


def _screen() -> Console:
    """What customers and colleagues wrote is shown as written, square brackets and all."""
    return Console(markup=False, highlight=False)


def _demand_queue(tx: Tx, queue: str, now: datetime) -> None:
    """One that an order has ever come into."""
    known = desk.counts(tx, _EVERYONE, now).queues
    if queue not in known:
        raise click.ClickException(there_is_no("queue", queue, known))


def _viewer(user: User) -> Viewer:
    return Viewer(user.id, user.tiers, sees_all=user.role != "manager")


def _listed(orders: list[ListedOrder], now: datetime) -> Table:
    table = Table("id", "status", "queue", "reason", "due", "owner", "customer", "tier", "campaign")
    for order in orders:
        late = order.status is not WorkOrderStatus.CLOSED and order.due_at <= now
        due = order.due_at.isoformat(" ", "minutes")
        table.add_row(
            str(order.id),
            order.disposition or order.status,
            order.queue,
            order.reason,
            Text(due, style="red" if late else ""),
            order.owner_name or "",
            order.number,
            order.tier,
            order.campaign,
        )
    return table


def _facts(page: OrderPage) -> Table:
    order = page.order
    table = Table("", "", title=f"Work order {order.id}", show_header=False, title_justify="left")
    lines = {
        "status": order.disposition or order.status,
        "owner": order.owner_name or "nobody",
        "queue": order.queue,
        "reason": order.reason,
        "script": page.script,
        "due": order.due_at.isoformat(" ", "minutes"),
        "campaign": order.campaign,
        "note": page.note or "",
        "customer": f"{order.customer_name or ''} {order.number}".strip(),
        "tier, region": f"{order.tier}, {order.region or 'unknown'}",
        "language, zone": f"{page.customer_language}, {page.customer_time_zone or 'unknown'}",
        **{name: str(value) for name, value in sorted(page.factors.items())},
    }
    for name, value in lines.items():
        table.add_row(name, value)
    return table


def _story(entries: list[Entry]) -> Table:
    table = Table("at", "", "what", "words", "details", title="Conversation", title_justify="left")
    arrows = {"out": "→", "in": "←", "inside": ""}
    for entry in entries:
        details = ", ".join(f"{name}: {value}" for name, value in entry.detail.items())
        moment = entry.at.isoformat(" ", "minutes")
        table.add_row(moment, arrows[entry.direction], entry.kind, entry.text or "", details)
    return table
