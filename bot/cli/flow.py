"""`keepline flow`: check, look at, prove and play a flow before a single customer hears of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from bot.config import ROOT
from bot.flow.fields import read_duration
from bot.flow.golden import run_conversations
from bot.flow.graph import to_mermaid, to_text
from bot.flow.happenings import CallOutcome
from bot.flow.lint import lint
from bot.flow.load import FlowError, load_flow
from bot.flow.model import Flow
from bot.flow.play import Conversation, Customer, NotNow
from bot.flow.svg import to_svg
from bot.flow.text import MissingValue
from bot.rules.catalogue import load_catalogue

CATALOGUE = ROOT / "flows" / "factors.yaml"
_TEST_ENDING = ".test.yaml"


@click.group("flow")
def group() -> None:
    """Campaign flows: check, show, test, play."""


@group.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Everything that is wrong with flows (files or folders), each with its place; exit 1 if anything is."""
    catalogue = load_catalogue(CATALOGUE)
    checked = found = 0
    for path in _flow_files(paths):
        checked += 1
        try:
            problems = lint(load_flow(path), catalogue)
        except FlowError as error:
            problems = error.problems
        for problem in problems:
            click.echo(str(problem))
        found += len(problems)
    if found:
        raise click.ClickException(f"{found} problems in {checked} flows")
    click.echo(f"{checked} flows, no problem")


@group.command("test")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def test(paths: tuple[Path, ...]) -> None:
    """Play the golden conversations beside the flows; a flow without any fails."""
    failed = 0
    files = list(_flow_files(paths))
    for path in files:
        golden = path.with_name(path.name.removesuffix(".yaml") + _TEST_ENDING)
        if not golden.exists():
            click.echo(f"{path}: has no golden conversations ({golden.name})")
            failed += 1
            continue
        for failure in run_conversations(_loaded(path), golden):
            click.echo(str(failure))
            failed += 1
    if failed:
        raise click.ClickException(f"{failed} failures in {len(files)} flows")
    click.echo(f"{len(files)} flows keep their promises")


@group.command("show")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["text", "svg", "mermaid"]), default="text", show_default=True
)
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
def show(path: Path, form: str, language: str) -> None:
    """The flow as a picture or as text."""
    flow = _loaded(path)
    drawn = {"text": to_text, "mermaid": to_mermaid}
    click.echo(to_svg(flow, None, language) if form == "svg" else drawn[form](flow, language))


@group.command("play")
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
    conversation = Conversation(
        _loaded(path), Customer(facts=given, language=language), datetime.now(UTC), ()
    )
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
    from bot.flow.happenings import GrantResult

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


def _flow_files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """Folders stand for the flows directly inside; maps, policies and tests are not flows."""
    for path in paths:
        if path.is_dir():
            for file in sorted(path.glob("*.yaml")):
                if not file.name.endswith(_TEST_ENDING) and file.name != CATALOGUE.name:
                    yield file
        else:
            yield path


def _loaded(path: Path) -> Flow:
    try:
        return load_flow(path)
    except FlowError as error:
        raise click.ClickException(str(error)) from None
