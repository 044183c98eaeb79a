"""A report for a file or another program: moments in ISO 8601, money as text."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.domain.experiments import Experiment
from bot.evaluation.global_control import GlobalReport
from bot.evaluation.report import Report


def to_json(report: Report) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(asdict(report))
    return plain | {
        "enrolled": report.enrolled,
        "treatment": asdict(report.treatment),
        "control": asdict(report.control),
        "uplift": asdict(report.uplift),
        "sample_ratio_p": report.arms.sample_ratio_p,
        "harmful": report.harmful,
        "arms_uneven": report.arms_uneven,
        "control_contacted": report.control_contacted,
        "lopsided": report.contamination.lopsided,
        "arms": _experiment(report.arms),
        "splits": [_experiment(one) for one in report.splits],
    }


def global_to_json(report: GlobalReport) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(asdict(report))
    return plain | {"leaked": report.leaked, "uneven": report.uneven}


def _experiment(experiment: Experiment) -> dict[str, Any]:
    verdicts = [{"better": one.better, "worse": one.worse} for one in experiment.comparisons]
    found: dict[str, Any] = asdict(experiment)
    found["uneven"] = experiment.uneven
    found["comparisons"] = [
        one | verdict for one, verdict in zip(found["comparisons"], verdicts, strict=True)
    ]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
