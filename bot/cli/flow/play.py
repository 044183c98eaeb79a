"""`keepline flow play`: a conversation in the terminal, where you are the customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from bot.cli.flow.files import loaded
from bot.flow.fields import read_duration
from bot.flow.happenings import CallOutcome, GrantResult
from bot.flow.play import Conversation, Customer, NotNow
from bot.flow.text import MissingValue


@click.command("play")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option(
    "--fact", "facts", multiple=True, metavar="NAME=VALUE", help="A fact of the customer; repeatable."
)
def play(path: Path, language: str, facts: tuple[str, ...]) -> None:
    """You are the customer: reply, press keys, recharge, hang up, let time pass."""
    given: dict[str, object] = {
        "name": "王芳" if language == "zh" else "Ada",
        "brand": "畅联通信" if language == "zh" else "Clearline",
        "language": language,
        "tier": "ordinary",
        "balance": Decimal("8.50"),
        "arpu": Decimal(45),
        "sms_habit": True,
        "days_since_recharge": 25,
    }
    given.update(_fact(text) for text in facts)
    conversation = Conversation(loaded(path), Customer(facts=given, language=language), datetime.now(UTC), ())
    conversation.start()
    seen = 0
    click.echo(_HELP)
    while True:
        for line in conversation.lines[seen:]:
            click.echo(
                f"{line.at:%a %H:%M}  {line.headline}" + (f"\n           {line.words}" if line.words else "")
            )
        seen = len(conversation.lines)
        if conversation.state.finished:
            click.echo(f"the run is over: {conversation.state.result}")
            return
        typed = str(click.prompt("you", default="", show_default=False))
        if typed.strip() in ("quit", "exit"):
            return
        _act(conversation, typed)


_HELP = (
    "reply TEXT · pick up · press KEY · hang up · busy · no answer · "
    "recharge AMOUNT · wait 25h · granted · quit"
)


def _act(conversation: Conversation, line: str) -> None:
    verb, _, rest = line.strip().partition(" ")
    acts: dict[str, Callable[[], None]] = {
        "reply": lambda: conversation.reply(rest),
        "pick": conversation.answer,
        "press": lambda: conversation.press(rest),
        "hang": lambda: conversation.end_call(CallOutcome.ANSWERED),
        "busy": lambda: conversation.end_call(CallOutcome.BUSY),
        "no": lambda: conversation.end_call(CallOutcome.NO_ANSWER),
        "recharge": lambda: conversation.event("recharge", Decimal(rest)),
        "wait": lambda: conversation.advance(_span(rest)),
        "granted": lambda: _grant(conversation),
    }
    if verb not in acts:
        click.echo(_HELP)
        return
    try:
        acts[verb]()
    except (NotNow, MissingValue, click.UsageError) as error:
        click.echo(f"not now: {error}")
    except InvalidOperation:
        click.echo(f"not an amount: {rest!r}")


def _grant(conversation: Conversation) -> None:
    conversation.settle(GrantResult.GRANTED)


def _span(text: str) -> timedelta:
    span = read_duration(text.strip())
    if span is None:
        raise click.UsageError(f"{text!r} is not a duration such as 25h")
    return span


def _fact(text: str) -> tuple[str, object]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise click.UsageError(f"--fact {text!r}: write NAME=VALUE")
    if value in ("true", "false"):
        return name, value == "true"
    try:
        return name, Decimal(value)
    except InvalidOperation:
        return name, value
