"""What a new revision of its flow would mean for the people of a campaign; nothing is changed by looking."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.campaigns import CampaignStatus
from bot.enrolment.errors import CampaignError
from bot.flow.diff import FlowDiff, compare
from bot.flow.model import Flow
from bot.published import PublishedFlows
from bot.store import campaigns, republishing
from bot.store.campaigns import Campaign
from bot.store.republishing import Standing
from bot.store.transaction import Tx

_OVER = frozenset({CampaignStatus.FINISHED, CampaignStatus.ABORTED})


class Fate(StrEnum):
    """What the new revision makes of a step on which people stand."""

    SAME = "same"
    CHANGED = "changed"  # takes effect as they stand
    ANEW = "anew"  # waits for something else: they would enter it again
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Affected:
    """People on one step of one older revision."""

    standing: Standing
    fate: Fate
    held: int  # how many of them cannot be moved: a contact is in flight, money or a person is at work
    renamed: str | None = None  # a step of the new revision with the same content

    @property
    def movable(self) -> int:
        return self.standing.people - self.held


@dataclass(frozen=True, slots=True)
class Older:
    """A revision that people are still on, beside the new one."""

    revision: str
    flow: Flow
    diff: FlowDiff


@dataclass(frozen=True, slots=True)
class Impact:
    campaign: Campaign
    running: Flow  # what new enrolments start on as yet
    unstarted: int
    affected: tuple[Affected, ...]
    older: dict[str, Older]  # by revision

    def count(self, *fates: Fate) -> int:
        return sum(one.standing.people for one in self.affected if one.fate in fates)


def look(tx: Tx, campaign_id: int, after: Flow, flows: PublishedFlows) -> Impact:
    """Raises CampaignError where the campaign is over, or the flow cannot run by itself."""
    campaign = campaigns.get(tx, campaign_id)
    if campaign is None:
        raise CampaignError(f"there is no campaign {campaign_id}")
    if campaign.status in _OVER:
        raise CampaignError(f"campaign {campaign.name!r} is {campaign.status}: nobody is under way in it")
    if after.part:
        raise CampaignError(f"flow {after.name!r} is a part: it only runs inside other flows")
    running = flows.get(tx, campaign.flow_revision)
    if running.name != after.name:
        raise CampaignError(f"campaign {campaign.name!r} runs the flow {running.name!r}, not {after.name!r}")
    standings = republishing.standings(tx, campaign_id, after.revision)
    under_way = [one for one in standings if one.step is not None]
    older = {revision: _older(tx, revision, after, flows) for revision in {one.revision for one in under_way}}
    return Impact(
        campaign=campaign,
        running=running,
        unstarted=sum(one.people for one in standings if one.step is None),
        affected=tuple(_affected(one, older[one.revision], after) for one in under_way),
        older=older,
    )


def _older(tx: Tx, revision: str, after: Flow, flows: PublishedFlows) -> Older:
    before = flows.get(tx, revision)
    return Older(revision, before, compare(before, after))


def fate_of(step: str, diff: FlowDiff, after: Flow) -> Fate:
    if step not in after.steps:
        return Fate.GONE
    change = diff.changed.get(step)
    if change is None:
        return Fate.SAME
    return Fate.ANEW if change.anew else Fate.CHANGED


def _affected(standing: Standing, older: Older, after: Flow) -> Affected:
    step = standing.step or ""
    fate = fate_of(step, older.diff, after)
    if fate in (Fate.SAME, Fate.CHANGED):
        return Affected(standing, fate, 0)
    held = standing.in_flight if older.flow.steps[step].interruptible else standing.people
    return Affected(standing, fate, held, older.diff.renamed.get(step))
