"""Flows: 200 different ones parsed and linted, against PyYAML's composer in C alone over the same files."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from bot.cli.flow.files import CATALOGUE
from bot.flow.problem_report import examine
from bot.rules.catalogue import FactorCatalogue, load_catalogue
from scripts.benchmarks.cost import Cost, spent
from scripts.benchmarks.figures import Figure, Findings, Target, Want, of_rounds

MODEL = CATALOGUE.with_name("low_balance_recharge.yaml")
SIZE = 200  # flows
_WITHIN_S = 3.0  # for so many
_TIMES_THE_COMPOSER = 10


class FaultyFlow(Exception):
    """A flow made for the benchmark has problems: its time says nothing about sound ones."""


@dataclass(slots=True)
class _Side:
    """One of the two: what it does with a file, and what its rounds have cost."""

    work: Callable[[Path], object]
    costs: list[Cost] = field(default_factory=list)

    def take(self, files: Sequence[Path]) -> None:
        with spent() as cost:
            for file in files:
                self.work(file)
        self.costs.append(cost)

    def wall(self, name: str) -> Figure:
        return Figure(name, "s", [cost.wall_s for cost in self.costs])

    def cpu(self, name: str) -> Figure:
        return Figure(name, "cpu s", [cost.cpu_s for cost in self.costs])


def run(size: int, rounds: int) -> Findings:
    catalogue = load_catalogue(CATALOGUE)
    ours, bare = _Side(lambda file: _sound(file, catalogue)), _Side(_compose)
    source, numbers = MODEL.read_text(encoding="utf-8"), count(1)
    with TemporaryDirectory() as folder:
        _sound(
            _written(Path(folder), source, next(numbers)), catalogue
        )  # Babel and sqlglot load their tables
        for number in range(rounds):
            files = [_written(Path(folder), source, next(numbers)) for _ in range(size)]
            for side in (ours, bare) if number % 2 == 0 else (bare, ours):
                side.take(files)
    return _findings(ours, bare, size, rounds)


def different(source: str, number: int) -> str:
    """The flow with a name, terms, conditions and texts that no other number has, so that no cache knows them."""
    word = _word(number)
    text = re.sub(r"(?m)^flow: (\w+)", rf"flow: \1_{word}", source)
    text = re.sub(r"\b(bonus|min_recharge): (\d+)", lambda term: f"{term[1]}: {int(term[2]) + number}", text)
    text = re.sub(r"(?m)\bwhen: (.+)$", rf"when: (\1) and arpu <> {number}.5", text)
    return re.sub(r'(?m)\b(en|zh): "(.+)"$', rf'\1: "\2 {word}"', text)


def _word(number: int) -> str:
    """In letters: a digit in a text would be taken for a key."""
    return str(number).translate(str.maketrans("0123456789", "abcdefghij"))


def _written(folder: Path, source: str, number: int) -> Path:
    file = folder / f"flow_{number}.yaml"
    file.write_text(different(source, number), encoding="utf-8")
    return file


def _sound(file: Path, catalogue: FactorCatalogue) -> None:
    examined = examine(file, catalogue)
    if examined.problems:
        raise FaultyFlow(str(examined.problems[0]))


def _compose(file: Path) -> None:
    yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _findings(ours: _Side, bare: _Side, size: int, rounds: int) -> Findings:
    figures = [
        ours.wall("Keepline, parsed and linted"),
        bare.wall("yaml.compose in C"),
        ours.cpu("Keepline, parsed and linted"),
        bare.cpu("yaml.compose in C"),
    ]
    targets = [
        Target(f"{size} flows", figures[0].median, Want.AT_MOST, _WITHIN_S * size / SIZE, "s"),
        Target(
            "processor time against yaml.compose alone",
            of_rounds(figures[2], figures[3]),
            Want.AT_MOST,
            _TIMES_THE_COMPOSER,
        ),
    ]
    load_words = f"{size} flows, each the size of {MODEL.name} and different in every text, {rounds} rounds"
    return Findings("flows", load_words, figures, targets)
