"""How golden conversations are shown in a terminal: where they departed, what was recorded, what was never tried."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.flow.golden import Failure
from bot.flow.golden.coverage import Coverage
from bot.flow.golden.difference import Mark, Pair, Piece, words_apart
from bot.flow.golden.recording import Recorded

_WIDTH_OF_A_PIPE = 140
_STYLES = {Mark.SAME: "dim", Mark.GONE: "red strike", Mark.NEW: "green"}
_SIGNS = {Mark.SAME: "{}", Mark.GONE: "[-{}-]", Mark.NEW: "{{+{}+}}"}
_CONTEXT = 24  # characters of the text on either side of a difference


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of one flow's conversations."""

    path: Path
    conversations: int
    failed: int
    coverage: Coverage | None = None


def screen() -> Console:
    return Console(
        markup=False,
        highlight=False,
        width=None if sys.stdout.isatty() else _WIDTH_OF_A_PIPE,
    )


def show_failure(console: Console, failure: Failure) -> None:
    console.print(
        Text(f"{failure.file}:{failure.line}: ", "bold").append(failure.conversation), soft_wrap=True
    )
    if failure.stuck:
        console.print(Padding(Text(failure.stuck, "red"), (0, 0, 1, 4)))
        return
    console.print(Padding(_side_by_side(failure.pairs), (0, 0, 1, 4)))


def show_recorded(console: Console, file: Path, recorded: Sequence[Recorded]) -> None:
    for one in recorded:
        for check in one.checks:
            place = check.turn.place if check.turn is not None else one.script.last_place
            console.print(Text(f"{file}:{place.line}: ", "bold").append(one.script.name), soft_wrap=True)
            console.print(
                Padding(_side_by_side(check.pairs, "expected before", "expected now"), (0, 0, 1, 4))
            )


def show_tallies(console: Console, tallies: Sequence[Tally]) -> None:
    table = Table("flow")
    for title in ("conversations", "passed", "failed", "steps", "exits"):
        table.add_column(title, justify="right")
    for one in tallies:
        failed = Text(str(one.failed), "bold red" if one.failed else "")
        passed = str(one.conversations - one.failed)
        table.add_row(one.path.name, str(one.conversations), passed, failed, *_shares(one.coverage))
    console.print(table)


def show_missed(console: Console, path: Path, found: Coverage) -> None:
    """Nothing, where everything was tried."""
    for step in found.missed_steps:
        console.print(f"{path}: no conversation comes to step {step}", soft_wrap=True)
    for step, exit_name in found.missed_exits:
        console.print(f"{path}: no conversation leaves {step} by: {exit_name}", soft_wrap=True)


def _shares(found: Coverage | None) -> tuple[str, str]:
    if found is None:
        return "", ""
    visited = len(found.steps) - len(found.missed_steps)
    return f"{visited}/{len(found.steps)}", f"{found.share_of_exits:.0%}"


def _side_by_side(pairs: Sequence[Pair], left: str = "expected", right: str = "happened") -> Table:
    table = Table("", left, right, box=None, pad_edge=False, header_style="dim")
    for pair in pairs:
        expected = pair.expected.headline if pair.expected is not None else ""
        happened = pair.happened.headline if pair.happened is not None else ""
        if pair.same_headline:
            table.add_row(Text("~", "yellow") if pair.missing else " ", expected, happened)
        else:
            sign = "!" if expected and happened else "-" if expected else "+"
            table.add_row(Text(sign, "bold"), Text(expected, "red"), Text(happened, "green"))
        for fragment in pair.missing:
            words = pair.happened.words if pair.happened is not None else ""
            table.add_row("", Text(f"  {fragment}", "red"), _inline(words_apart(fragment, words)))
    return table


def _inline(pieces: Sequence[Piece]) -> Text:
    """The difference in its surroundings; with signs, so that it is read without colours too."""
    text = Text("  ")
    for number, (mark, words) in enumerate(pieces):
        if mark is Mark.SAME:
            words = _shortened(words, first=number == 0, last=number == len(pieces) - 1)
        text.append(_SIGNS[mark].format(words), _STYLES[mark])
    return text


def _shortened(words: str, *, first: bool, last: bool) -> str:
    if first and len(words) > _CONTEXT:
        return f"…{words[-_CONTEXT:]}"
    if last and len(words) > _CONTEXT:
        return f"{words[:_CONTEXT]}…"
    return words
