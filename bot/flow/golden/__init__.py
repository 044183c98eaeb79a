"""Golden conversations: a flow's promises, written beside it as `flows/x.test.yaml` and played in CI."""

from __future__ import annotations

from pathlib import Path

from bot.flow.fields import WRONG_VALUE
from bot.flow.golden.playing import Failure, Played, play_inputs, play_script
from bot.flow.golden.script import Expected, GoldenFile, Input, Script, Turn
from bot.flow.golden.source import load_golden, load_scripts, parse_golden, read_golden
from bot.flow.load import FlowError
from bot.flow.model import Flow
from bot.rules.problems import Problem


def run_conversations(flow: Flow, file: Path) -> list[Failure]:
    """Every conversation of the file that went otherwise than promised. FlowError when it cannot be read."""
    failures = (played.failure(str(file)) for played in play_all(flow, file))
    return [failure for failure in failures if failure is not None]


def play_all(flow: Flow, file: Path, only: str = "") -> list[Played]:
    """`only`: the conversations whose name holds these words."""
    golden = load_golden(file)
    if golden.flow != flow.name:
        message = f"these are conversations of {golden.flow!r}, not of {flow.name!r}"
        raise FlowError([Problem(str(file), 1, 1, WRONG_VALUE, message)])
    chosen = (script for script in golden.scripts if only.casefold() in script.name.casefold())
    return [play_script(flow, script) for script in chosen]


__all__ = [
    "Expected",
    "Failure",
    "GoldenFile",
    "Input",
    "Played",
    "Script",
    "Turn",
    "load_golden",
    "load_scripts",
    "parse_golden",
    "play_all",
    "play_inputs",
    "play_script",
    "read_golden",
    "run_conversations",
]
