"""`keepline flow replies`: how well replies are understood, by the labelled replies of the installation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from bot.cli.options import as_json
from bot.config import ROOT
from bot.flow.labelled_replies import HELD_OUT, TUNING, BadLabels, load_labelled
from bot.flow.replies import Meaning
from bot.flow.reply_scores import Misread, Scores, percent, score

LABELLED = ROOT / "flows" / "replies"


@click.command("replies")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--misread", is_flag=True, help="List misread replies: of the tuning half, or of FILES if named."
)
@as_json
def replies(files: tuple[Path, ...], misread: bool, as_json: bool) -> None:
    """Measure how well replies are understood, by replies whose meaning is known.

    Without FILES, by both halves of flows/replies. Rules are tuned on the tuning half alone. Exit 1 if opt-outs are
    missed or made up in the held-out half.
    """
    found = {file: _scored(file) for file in files or (LABELLED / TUNING, LABELLED / HELD_OUT)}
    # what has been looked at is no longer held out: nobody sees that half's misreadings by accident
    listed = [file for file in found if misread and (files or file.name == TUNING)]
    if as_json:
        rows = [_as_json(file, scores, file in listed) for file, scores in found.items()]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        _show(found, listed)
    short = [line for file, scores in found.items() if file.name == HELD_OUT for line in scores.shortfalls()]
    if short:
        raise click.ClickException(f"on the held-out half {' and '.join(short)}")


def _scored(file: Path) -> Scores:
    try:
        return score(load_labelled(file))
    except BadLabels as error:
        raise click.ClickException(str(error)) from None


def _show(found: dict[Path, Scores], listed: Sequence[Path]) -> None:
    screen = Console(markup=False, highlight=False, soft_wrap=True)
    for file, scores in found.items():
        screen.print(_table(file, scores))
        screen.print(
            f"opt-out recall {percent(scores.opt_out_recall)}, false opt-outs {percent(scores.false_opt_outs)}, "
            f"keys right {percent(scores.key_accuracy)}\n"
        )
    for file in listed:
        for misread in found[file].misread:
            screen.print(f"{_shown(file)}:{misread.reply.line}: {_said(misread)}")


def _table(file: Path, scores: Scores) -> Table:
    title = f"{_shown(file)}: {scores.replies} replies, {len(scores.misread)} misread"
    table = Table("meaning", title=title, title_justify="left")
    for heading in ("labelled", "taken for it", "rightly", "precision", "recall"):
        table.add_column(heading, justify="right")
    for meaning, counts in scores.meanings.items():
        table.add_row(
            meaning.replace("_", "-"),
            *(str(count) for count in (counts.labelled, counts.taken, counts.right)),
            percent(counts.precision),
            percent(counts.recall),
        )
    return table


def _said(misread: Misread) -> str:
    reply = misread.reply
    note = f" ({reply.note})" if reply.note else ""
    meant, taken = _reading(reply.meaning, reply.key), _reading(misread.meaning, misread.key)
    return f"{reply.text!r} is {meant}, taken for {taken}{note}"


def _reading(meaning: Meaning, key: str | None) -> str:
    return f"{meaning} {key}" if key else meaning


def _as_json(file: Path, scores: Scores, with_misread: bool) -> dict[str, object]:
    summary: dict[str, object] = {
        "file": _shown(file),
        "replies": scores.replies,
        "opt_out_recall": scores.opt_out_recall,
        "false_opt_outs": scores.false_opt_outs,
        "key_accuracy": scores.key_accuracy,
        "meanings": {
            meaning: {
                "labelled": counts.labelled,
                "taken": counts.taken,
                "right": counts.right,
                "precision": counts.precision,
                "recall": counts.recall,
            }
            for meaning, counts in scores.meanings.items()
        },
        "misread_count": len(scores.misread),
    }
    if with_misread:
        summary["misread"] = [
            {
                "line": misread.reply.line,
                "text": misread.reply.text,
                "meaning": misread.reply.meaning,
                "key": misread.reply.key,
                "taken_for": misread.meaning,
                "taken_key": misread.key,
                "note": misread.reply.note,
            }
            for misread in scores.misread
        ]
    return summary


def _shown(file: Path) -> str:
    return str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file)
