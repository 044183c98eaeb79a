"""The guide's examples: every flow in it can be loaded and is sound, every conversation in it comes true."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot.__main__ import keepline
from bot.flow.golden import run_conversations
from bot.flow.lint import lint
from bot.flow.load import load_flow
from bot.rules.catalogue import load_catalogue

ROOT = Path(__file__).resolve().parents[3]
GUIDE = (ROOT / "docs" / "flows" / "guide.md").read_text(encoding="utf-8")
SCRIPTS = frozenset(path.stem for path in (ROOT / "flows" / "scripts").glob("*.yaml"))

BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", GUIDE, flags=re.MULTILINE | re.DOTALL)
FLOWS = {re.search(r"^flow: (\w+)", block, re.MULTILINE)[1]: block for block in BLOCKS if "\nsteps:" in block}  # type: ignore[index]
CONVERSATIONS = {
    re.search(r"^flow: (\w+)", block, re.MULTILINE)[1]: block
    for block in BLOCKS
    if "\nconversations:" in block
}  # type: ignore[index]
COMMANDS = re.findall(r"^\$ scripts/keepline (.*)$", GUIDE, flags=re.MULTILINE)


def laid_out(folder: Path) -> Path:
    """The examples as a user would have them, beside the shipped part that one of them uses."""
    for name, text in FLOWS.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    for name, text in CONVERSATIONS.items():
        (folder / f"{name}.test.yaml").write_text(text, encoding="utf-8")
    part = ROOT / "flows" / "satisfaction.yaml"
    (folder / part.name).write_text(part.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def test_the_guide_has_examples_of_both_sorts() -> None:
    assert len(FLOWS) >= 7
    assert CONVERSATIONS.keys() <= FLOWS.keys()
    assert len(FLOWS) + len(CONVERSATIONS) == len(BLOCKS)


@pytest.mark.parametrize("name", FLOWS)
def test_every_flow_of_the_guide_is_sound(name: str, tmp_path: Path) -> None:
    flow = load_flow(laid_out(tmp_path) / f"{name}.yaml")
    catalogue = load_catalogue(ROOT / "flows" / "factors.yaml")
    assert [str(problem) for problem in lint(flow, catalogue, SCRIPTS)] == []


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_every_conversation_of_the_guide_comes_true(name: str, tmp_path: Path) -> None:
    folder = laid_out(tmp_path)
    failures = run_conversations(load_flow(folder / f"{name}.yaml"), folder / f"{name}.test.yaml")
    assert [str(failure) for failure in failures] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_guide_exists(command: str) -> None:
    group, name, *words = command.split()
    chosen = keepline.commands[group]
    assert isinstance(chosen, click.Group)
    known = {option for parameter in chosen.commands[name].params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_checks_of_the_guide_pass_on_its_examples(tmp_path: Path) -> None:
    folder = laid_out(tmp_path)
    for name in CONVERSATIONS:
        result = CliRunner().invoke(keepline, ["flow", "test", str(folder / f"{name}.yaml")])
        assert result.exit_code == 0, result.output
