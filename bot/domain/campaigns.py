"""A campaign, its statuses, and the arms its customers are dealt into."""

from __future__ import annotations

from enum import StrEnum


class CampaignStatus(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    ABORTED = "aborted"


class Arm(StrEnum):
    TREATMENT = "treatment"
    CONTROL = "control"  # enrolled, never contacted, evaluated by intention to treat


class EnrolmentStatus(StrEnum):
    ACTIVE = "active"
    HELD_OUT = "held_out"  # the control arm's only status: no step is ever due
    FINISHED = "finished"


CAMPAIGN_MOVES: dict[CampaignStatus, frozenset[CampaignStatus]] = {
    CampaignStatus.DRAFT: frozenset({CampaignStatus.RUNNING, CampaignStatus.ABORTED}),
    CampaignStatus.RUNNING: frozenset(
        {CampaignStatus.PAUSED, CampaignStatus.FINISHED, CampaignStatus.ABORTED}
    ),
    CampaignStatus.PAUSED: frozenset({CampaignStatus.RUNNING, CampaignStatus.ABORTED}),
    CampaignStatus.FINISHED: frozenset(),
    CampaignStatus.ABORTED: frozenset(),
}
