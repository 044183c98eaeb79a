"""What is counted for pages that ask again every two seconds, for each viewer: kept for a moment."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flask import current_app

from bot.domain.campaigns import CampaignStatus
from bot.evaluation.report import Report, report
from bot.store import deferred, progress
from bot.store.campaigns import Campaign
from bot.store.deferred import PutOff
from bot.store.progress import Day, Progress, StepCount
from console import language, wiring
from console.kept import Kept

#: How old the figures may be, at the least.
KEPT_SECONDS = 3.0

_Figures = TypeVar("_Figures")


@dataclass(frozen=True, slots=True)
class Counted:
    report: Report
    steps: Mapping[str, StepCount]
    days: Sequence[Day]
    taken_back: int  # contacts that the carrier gave back to a paused campaign


@dataclass(frozen=True, slots=True)
class Waiting:
    """Contacts that wait for their time, as of a moment ago."""

    at: datetime
    put_off: Sequence[PutOff]


def counted(campaign: Campaign) -> Counted:
    """Of a moment ago, but never from before the campaign's last move."""
    built, zone = wiring.wired(), language.zone().key
    paused = campaign.status is CampaignStatus.PAUSED

    def count() -> Counted:
        with built.transaction() as tx:
            return Counted(
                report(tx, campaign.id, built.flows),
                progress.step_counts(tx, campaign.id),
                progress.timeline(tx, campaign.id, zone=zone),
                deferred.taken_back(tx, campaign.id) if paused else 0,
            )

    return _kept("counted", (campaign.id, campaign.status), count)


def counted_all() -> Sequence[Progress]:
    """How far each campaign is, as of a moment ago, but never from before any campaign's last move."""
    built = wiring.wired()
    with built.transaction() as tx:
        standing = progress.standing(tx)

    def count() -> Sequence[Progress]:
        with built.transaction() as tx:
            return progress.progress(tx)

    return _kept("counted_all", standing, count)


def waiting(campaign: Campaign) -> Waiting:
    built, now = wiring.wired(), wiring.now()

    def count() -> Waiting:
        with built.transaction() as tx:
            return Waiting(now, deferred.put_off(tx, campaign.id, now))

    return _kept("waiting", (campaign.id, campaign.status), count)


def _kept(what: str, key: Hashable, count: Callable[[], _Figures]) -> _Figures:
    kept: Kept[_Figures] = current_app.extensions.setdefault(f"keepline_{what}", Kept(KEPT_SECONDS))
    return kept.get(key, count)
