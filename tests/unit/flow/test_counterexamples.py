"""The simulator: what it found is a conversation that plays again, and the command that finds it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli.flow.simulate import simulate_
from bot.flow.golden import load_scripts, run_conversations
from bot.flow.load import load_flow
from bot.flow.model import Flow
from bot.flow.simulation.counterexample import counterexample
from bot.flow.simulation.invariants import Broken, Invariant
from bot.flow.simulation.life import Life
from bot.flow.simulation.simulate import Found, simulate
from bot.flow.simulation.trace import Trace
from bot.flow.simulation.world import World
from tests.unit.flow.faulty import (
    EVER_ON,
    careless,
)
from tests.unit.flow.flows import FLOWS, shipped, small, spoilt
from tests.unit.flow.simulating import customers_of, ran, world_of

# --- counterexamples


def found_in(flow: Flow, customers: int = 120, **changes: Any) -> Iterator[tuple[World, Found]]:
    world = world_of(flow, **changes)
    for customer in customers_of(world, customers):
        outcome = simulate(world, [customer])
        if outcome.first is not None:
            yield world, outcome.first


def test_a_counterexample_is_a_conversation_that_plays_again(tmp_path: Path) -> None:
    world, found = next(
        (world, found)
        for world, found in found_in(small(), gate=careless)
        if found.broken.detail.startswith("sms at ")
    )
    example = counterexample(world, found, "keepline flow simulate small.yaml")
    assert example.faithful
    assert example.text.startswith("# Broken: quiet_hours: sms at ")
    file = tmp_path / "small.test.yaml"
    file.write_text(example.text, encoding="utf-8")
    assert run_conversations(small(), file) == []
    (script,) = load_scripts(file)
    assert script.windows == ()
    expected = [line for turn in script.turns for line in turn.expected]
    assert expected, "the message that should not have been sent is expected"


def test_most_runs_replay_to_the_last_line_and_all_of_them_play(tmp_path: Path) -> None:
    """Every life, as if its end were a fault."""
    flow = shipped()
    world = world_of(flow)
    faithful = 0
    lives = customers_of(world, 60)
    for customer in lives:
        trace = Trace()
        life = Life(world, customer, trace)
        life.live()
        at = trace.lines[-1].at if trace.lines else life.now
        found = Found(customer, Broken(Invariant.NO_END, "not really", at), trace)
        example = counterexample(world, found, "test")
        file = tmp_path / "low_balance_recharge.test.yaml"
        file.write_text(example.text, encoding="utf-8")
        assert run_conversations(flow, file) == []
        faithful += example.faithful
    assert faithful >= 0.8 * len(lives)


def test_a_looping_flow_is_shown_as_the_conversation_that_loops(tmp_path: Path) -> None:
    flow = load_flow(EVER_ON)
    world, found = next(found_in(flow))
    example = counterexample(world, found, "test")
    assert "end looped" in example.text
    file = tmp_path / "small.test.yaml"
    file.write_text(example.text, encoding="utf-8")
    assert run_conversations(flow, file) == []


# --- the command


def command(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(simulate_, [*arguments, "--customers", "60"])
    return result.exit_code, result.output


def test_the_command_prints_every_table_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    path = str(FLOWS / "low_balance_recharge.yaml")
    code, said = command(path, "--json", str(file))
    assert code == 0, said
    for words in (
        "funnel",
        "contacts per person",
        "local hour",
        "how runs ended",
        "what the gate said",
        "every invariant holds",
    ):
        assert words in said
    (summary,) = json.loads(file.read_text(encoding="utf-8"))
    assert summary["funnel"]["enrolled"] == 60
    assert summary["counterexample"] is None
    code, said = command(path, "--language", "zh")
    assert code == 0
    for words in ("漏斗", "人均触达次数", "当地时间", "结束方式", "触达闸门", "所有不变量均成立"):
        assert words in said


def test_prices_are_multiplied_by_segments_and_minutes() -> None:
    path = str(FLOWS / "low_balance_recharge.yaml")
    code, said = command(path, "--price", "sms=1,minute=0")
    assert code == 0
    segments = ran(shipped()).tally.segments
    assert f"({segments:,} segments, ¥{segments:,})" in said
    code, said = command(path, "--price", "letters=1")
    assert code == 2
    assert "'letters=1' is no price; write sms=0.05,minute=0.12" in said


def test_a_broken_flow_fails_the_command_and_its_counterexample_is_written(tmp_path: Path) -> None:
    broken, sound = tmp_path / "broken.yaml", tmp_path / "sound.yaml"
    broken.write_text(EVER_ON.replace("flow: small", "flow: broken"), encoding="utf-8")
    sound.write_text(spoilt("flow: small", "flow: sound"), encoding="utf-8")
    example = tmp_path / "broken.test.yaml"
    code, said = command(str(tmp_path), "--counterexample", str(example))
    assert code == 1
    assert "1 of 2 flows did what must never happen" in said
    assert "# Broken: budget: the engine had to end the run: looped" in said
    assert run_conversations(load_flow(broken), example) == []


def test_a_policy_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    policy = tmp_path / "odd.yaml"
    policy.write_text("caps: [{limit: many}]\n", encoding="utf-8")
    code, said = command(str(FLOWS / "low_balance_recharge.yaml"), "--policy", str(policy))
    assert code == 1
    assert f"{policy}:1:16: error" in said
    assert "caps[0].limit: must be a whole number of at least 1" in said


@pytest.mark.parametrize("policy", sorted((FLOWS / "policies").glob("??.yaml"), key=str))
def test_every_places_policy_can_be_simulated(policy: Path) -> None:
    code, said = command(
        str(FLOWS / "low_balance_recharge.yaml"), "--customers", "5", "--policy", str(policy)
    )
    assert code == 0, said
