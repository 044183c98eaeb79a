"""What is counted for a campaign's page: kept for a moment, because the page asks every two seconds for each viewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import current_app

from bot.evaluation.report import Report, report
from bot.store import progress
from bot.store.campaigns import Campaign
from bot.store.progress import Day, StepCount
from console import language, wiring
from console.kept import Kept

#: How old the figures may be, at the least.
KEPT_SECONDS = 3.0
_KEY = "keepline_counted"


@dataclass(frozen=True, slots=True)
class Counted:
    report: Report
    steps: Mapping[str, StepCount]
    days: Sequence[Day]


def counted(campaign: Campaign) -> Counted:
    """Of a moment ago, but never from before the campaign's last move."""
    built, zone = wiring.wired(), language.zone().key

    def count() -> Counted:
        with built.transaction() as tx:
            return Counted(
                report(tx, campaign.id, built.flows),
                progress.step_counts(tx, campaign.id),
                progress.timeline(tx, campaign.id, zone=zone),
            )

    kept: Kept[Counted] = current_app.extensions.setdefault(_KEY, Kept(KEPT_SECONDS))
    return kept.get((campaign.id, campaign.status), count)
