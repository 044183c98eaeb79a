"""`keepline flow new`: a small whole flow to begin with, and its golden conversations."""

from __future__ import annotations

import re
from pathlib import Path

import click

from bot.cli.flow.files import CATALOGUE, golden_of
from bot.config import ROOT
from bot.flow import starters

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
_RESERVED = frozenset({CATALOGUE.stem})


@click.command("new")
@click.argument("name")
@click.option(
    "--from",
    "kind",
    type=click.Choice(starters.names()),
    default="sms",
    show_default=True,
    help="The kind of flow to begin with.",
)
@click.option(
    "--dir",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT / "flows",
    help="Where to write it; without it, the folder flows.",
)
def new(name: str, kind: str, folder: Path) -> None:
    """Write a small flow NAME to begin with, and its test conversations.

    NAME.yaml and NAME.test.yaml pass `flow check` and `flow test` as they are.
    """
    _check_name(name)
    flow = folder / f"{name}.yaml"
    golden = golden_of(flow)
    for path in (flow, golden):
        if path.exists():
            raise click.ClickException(f"{path} exists already: choose another name, or remove it first")
    made = starters.starter(kind, name)
    for path, text in ((flow, made.flow), (golden, made.golden)):
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        click.echo(f"wrote {_short(path)}")
    click.echo("Next:")
    for command, what in (("play", "be the customer"), ("check --strict", "lint it"), ("test", "prove it")):
        click.echo(f"  scripts/keepline flow {f'{command} {_short(flow)}':<44}  # {what}")


def _check_name(name: str) -> None:
    if name in _RESERVED:
        raise click.BadParameter(f"{name}.yaml is not a flow's name", param_hint="NAME")
    if not _NAME.match(name):
        better = re.sub(r"[^a-z0-9]+", "_", name.removesuffix(".yaml").lower()).strip("_")
        hint = f", for instance {better}" if _NAME.match(better) else ""
        raise click.BadParameter(
            f"{name!r}: use small letters, digits and _, beginning with a letter{hint}", param_hint="NAME"
        )


def _short(path: Path) -> Path:
    """As one would type it from the current folder."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
