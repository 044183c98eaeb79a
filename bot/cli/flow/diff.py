"""`keepline flow diff`: what differs between two versions of a flow, step by step."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from difflib import SequenceMatcher
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from bot.cli.flow.files import loaded
from bot.domain.unknown_names import there_is_no
from bot.flow.diff import Change, FlowDiff, StepChange, compare, compare_steps
from bot.flow.model import Flow
from bot.flow.traits import Aspect

DIFFERENT = 1
_WIDTH_OF_A_PIPE = 200

_IN_LANGUAGES = (Aspect.TEXT, Aspect.TITLE)
_OLD, _NEW = "red", "green"


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Texts in this language only.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print it.",
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 where they differ, as git diff does.")
def diff(before: str, after: str, language: str | None, form: str, exit_code: bool) -> None:
    """Show what differs between two versions of a flow, A and B.

    Each is a file, the name of a campaign, or a revision. Meaning counts; comments, spacing and the order of fields
    do not.
    """
    old, new = _flow(before), _flow(after)
    found = compare(old, new)
    if form == "json":
        click.echo(json.dumps(_plain(old, new, found), ensure_ascii=False, indent=2))
    else:
        width = None if sys.stdout.isatty() else _WIDTH_OF_A_PIPE
        console = Console(markup=False, highlight=False, soft_wrap=True, width=width)
        for line in lines(old, new, found, language):
            console.print(line)
    if exit_code and not found.same:
        sys.exit(DIFFERENT)


def lines(old: Flow, new: Flow, found: FlowDiff, language: str | None = None) -> Iterable[Text]:
    """The difference as it is read in a terminal."""
    if found.same:
        yield Text(f"{new.name}: no difference")
        return
    yield Text(f"{new.name}  {old.revision} → {new.revision}", style="bold")
    yield from _changes(found.flow, language)
    for name, step in found.removed.items():
        if name not in found.renamed:
            yield _headline("-", step, "", _OLD)
            yield from _changes(step.changes, language, whole=True)
    for name, step in found.added.items():
        if name not in found.renamed.values():
            yield _headline("+", step, "", _NEW)
            yield from _changes(step.changes, language, whole=True)
    for before, after in found.renamed.items():
        step = compare_steps(old.steps[before], new.steps[after])
        yield _headline("~", step, f"was {before}, it seems", "yellow")
        yield from _changes(step.changes, language)
    for step in found.changed.values():
        yield _headline("~", step, "whoever stands here would enter it anew" if step.anew else "", "yellow")
        yield from _changes(step.changes, language)


def _headline(sign: str, step: StepChange, remark: str, style: str) -> Text:
    line = Text(f"{sign} {step.name}", style=f"bold {style}").append(f"  {step.kind}", style="not bold dim")
    return line.append(f"  ({remark})", style="not bold dim") if remark else line


def _changes(changes: Iterable[Change], language: str | None, *, whole: bool = False) -> Iterable[Text]:
    """`whole`: of a step that is new or gone, whose kind the headline names."""
    for change in changes:
        if whole and change.aspect is Aspect.KIND:
            continue
        if language and change.aspect in _IN_LANGUAGES and not change.name.endswith(language):
            continue
        yield from _change(change, whole)


def _change(change: Change, whole: bool) -> Iterable[Text]:
    label = Text("    ").append(f"{change.aspect:<9} ", style="dim").append(change.name)
    if change.aspect is Aspect.TEXT or "\n" in (change.before or "") + (change.after or ""):
        yield label
        yield from _lines_of_text(change.before, change.after)
        return
    label.append("  ")
    if whole:
        yield label.append(change.before or change.after or "")
    else:
        label.append(change.before or "none", _OLD).append(" → ")
        yield label.append(change.after or "none", _NEW)


def _lines_of_text(before: str | None, after: str | None) -> Iterable[Text]:
    """What was and what is, the differing letters standing out."""
    old, new = before or "", after or ""
    same = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks() if old and new else []
    for sign, words, style, starts in (
        ("-", old, _OLD, [(block.a, block.size) for block in same]),
        ("+", new, _NEW, [(block.b, block.size) for block in same]),
    ):
        if words:
            line = Text(words, style=f"{style} bold" if same else style)
            for start, size in starts:
                line.stylize("not bold", start, start + size)
            for part in line.split("\n"):
                yield Text(f"      {sign} ", style=style).append_text(part)


def _plain(old: Flow, new: Flow, found: FlowDiff) -> dict[str, object]:
    return {
        "before": {"flow": old.name, "revision": old.revision},
        "after": {"flow": new.name, "revision": new.revision},
        "same": found.same,
        **asdict(found),
    }


def _flow(named: str) -> Flow:
    path = Path(named)
    if path.is_file() or path.suffix in (".yaml", ".yml") or "/" in named:
        return loaded(path)
    return _published(named)


def _published(named: str) -> Flow:
    from bot.bootstrap import wired
    from bot.store import campaigns

    parts = wired()
    with parts.transaction() as tx:
        campaign_id = campaigns.id_of(tx, named)
        campaign = campaigns.get(tx, campaign_id) if campaign_id is not None else None
        try:
            return parts.flows.get(tx, campaign.flow_revision if campaign is not None else named)
        except KeyError:
            known = campaigns.names(tx)
            raise click.ClickException(there_is_no("file, campaign or revision", named, known)) from None
