"""`keepline flow play`: a conversation in the terminal, where you are the customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from bot.cli.factors import known_factors
from bot.cli.flow.files import flow_path, loaded
from bot.cli.flow.playing.customer import Question, in_words, questions, read_fact
from bot.cli.flow.playing.loop import converse
from bot.cli.flow.playing.screen import Screen
from bot.cli.flow.playing.session import Session
from bot.cli.options import language_option, time_zone
from bot.domain.quiet_hours import Window
from bot.domain.wall_clock import zone
from bot.flow.golden.script import ZONE_BY_DEFAULT
from bot.flow.golden.source import read_window
from bot.flow.host import Customer
from bot.flow.lint import lint
from bot.flow.model import Flow
from bot.rules.problems import Severity

_PROBLEMS_SHOWN = 3


@click.command("play")
@click.argument("path", type=flow_path)
@language_option
@click.option(
    "--fact", "given", multiple=True, metavar="NAME=VALUE", help="A fact of the customer; repeatable."
)
@click.option(
    "--at", metavar='"2026-03-02 09:58"', help="The customer's clock at the start; without it, now."
)
@click.option(
    "--zone",
    "zone_name",
    type=time_zone,
    default=ZONE_BY_DEFAULT,
    show_default=True,
    metavar="ZONE",
    help="The customer's time zone.",
)
@click.option(
    "--hours", multiple=True, metavar="09:00-12:00", help="Hours of marketing contacts; repeatable."
)
@click.option(
    "--ask/--no-ask", default=None, help="Ask for the facts that the flow needs; in a terminal, yes."
)
def play(
    path: Path,
    language: str,
    given: tuple[str, ...],
    at: str | None,
    zone_name: str,
    hours: tuple[str, ...],
    ask: bool | None,
) -> None:
    """Try a flow as its customer: reply, press keys, recharge, hang up, let time pass. Type help for all of it."""
    flow = loaded(path)
    starts_at = _moment(at, zone_name)
    windows = tuple(_window(text) for text in hours)
    screen = Screen(zone_name)
    _show_problems(screen, flow)
    try:
        needed = questions(flow, known_factors(), language, starts_at.astimezone(zone(zone_name)).date())
        facts = {"language": language, **_given(given, needed)}
        facts |= _others(screen, needed, facts, screen.for_people if ask is None else ask)
        customer = Customer(facts, str(facts["language"]), zone_name)
        converse(screen, Session(flow, customer, starts_at, windows), path)
    except (EOFError, KeyboardInterrupt):
        screen.note("bye")
    except (KeyError, ValueError) as error:
        raise click.ClickException(
            f"{path} cannot be played: {error}; see scripts/keepline flow check"
        ) from error


def _others(
    screen: Screen, needed: list[Question], facts: Mapping[str, object], asks: bool
) -> dict[str, object]:
    """What the flow asks about and no option has given."""
    missing = [question for question in needed if question.name not in facts]
    if asks and missing:
        screen.note("Who is the customer? Enter takes what is offered.", "")
    return {question.name: _answer(screen, question) if asks else question.default for question in missing}


def _show_problems(screen: Screen, flow: Flow) -> None:
    problems = [one for one in lint(flow, known_factors()) if one.severity is Severity.ERROR]
    for problem in problems[:_PROBLEMS_SHOWN]:
        screen.wrong(str(problem))
    if len(problems) > _PROBLEMS_SHOWN:
        screen.wrong(f"and {len(problems) - _PROBLEMS_SHOWN} more: see scripts/keepline flow check")


def _answer(screen: Screen, question: Question) -> object:
    """Enter takes what is offered."""
    looked_for = f"the flow looks for {', '.join(question.compared)}" if question.compared else ""
    name = question.name if question.name != question.title else ""
    about = "; ".join(filter(None, (name, looked_for)))
    asked = f"{question.title}{f' ({about})' if about else ''} [{in_words(question.default)}]: "
    while True:
        typed = screen.ask(asked)
        if not typed.strip():
            return question.default
        try:
            return read_fact(typed, question.type)
        except ValueError:
            screen.wrong(f"{typed.strip()!r} is not {question.wants}")


def _given(texts: tuple[str, ...], needed: list[Question]) -> dict[str, object]:
    types = {question.name: question for question in needed}
    catalogue = known_factors()
    facts: dict[str, object] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        factor = catalogue.get(name)
        if not separator or not name:
            raise click.BadParameter(f"{text!r}: write NAME=VALUE", param_hint="--fact")
        try:
            facts[name] = read_fact(value, factor.type if factor is not None else None)
        except ValueError:
            wants = types[name].wants if name in types else f"a {factor.type if factor else 'value'}"
            raise click.BadParameter(f"{name} needs {wants}, not {value!r}", param_hint="--fact") from None
    return facts


def _moment(text: str | None, zone_name: str) -> datetime:
    if text is None:
        now = datetime.now(UTC)
        return now - timedelta(seconds=now.second, microseconds=now.microsecond)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone(zone_name)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"cannot read {text!r}, write 2026-03-02 09:58", param_hint="--at") from None


def _window(text: str) -> Window:
    window = read_window(text)
    if window is None:
        raise click.BadParameter(f"cannot read {text!r}, write 09:00-12:00", param_hint="--hours")
    return window
