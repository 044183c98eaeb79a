"""The flows that the benchmark makes: sound, and different in all that a cache could keep."""

from __future__ import annotations

from pathlib import Path

from bot.cli.flow.files import CATALOGUE
from bot.flow.model import Flow
from bot.flow.problem_report import examine
from bot.flow.steps.switch import SwitchStep
from bot.rules.catalogue import load_catalogue
from scripts.benchmarks.flows import MODEL, different


def made(folder: Path, number: int) -> Flow:
    file = folder / f"{number}.yaml"
    file.write_text(different(MODEL.read_text(encoding="utf-8"), number), encoding="utf-8")
    examined = examine(file, load_catalogue(CATALOGUE))
    assert examined.problems == ()
    assert examined.flow is not None
    return examined.flow


def test_flows_share_no_name_text_condition_or_amount(tmp_path: Path) -> None:
    one, other = made(tmp_path, 7), made(tmp_path, 600)
    assert one.name != other.name
    assert one.offer.bonus != other.offer.bonus
    for name, step in one.steps.items():
        for which, texts in step.texts().items():
            for language, text in texts.items():
                assert text != other.steps[name].texts()[which][language]
        if isinstance(step, SwitchStep):
            twin = other.steps[name]
            assert isinstance(twin, SwitchStep)
            assert all(a.when.text != b.when.text for a, b in zip(step.branches, twin.branches, strict=True))
