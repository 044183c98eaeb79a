"""A campaign's moves: one function for the command line, the console and the product itself, each in the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.campaigns import MOVES, CampaignMove, CampaignStatus
from bot.domain.checks import Finding, Point, Verdict, fit
from bot.enrolment import intake
from bot.enrolment.audience import fault
from bot.enrolment.check import Ground, look_over
from bot.enrolment.enrol import EnrolReport
from bot.enrolment.errors import CampaignError
from bot.enrolment.occasion import find_campaign as find_campaign
from bot.enrolment.rounds import first_round, next_round_at
from bot.rules.catalogue import FactorCatalogue
from bot.store import audit, campaign_policies, campaigns, intakes, move_effects
from bot.store.campaigns import Campaign
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class Mover:
    """Who asks for a move; without a role it is whoever has the machine itself, or the product."""

    user_id: int | None = None
    role: str | None = None


NOBODY = Mover()


@dataclass(frozen=True, slots=True)
class Moved:
    before: CampaignStatus
    after: CampaignStatus
    findings: tuple[Finding, ...] = ()  # of a check


@dataclass(frozen=True, slots=True)
class _Asked:
    tx: Tx
    campaign: Campaign
    by: Mover
    ground: Ground
    now: datetime


@dataclass(frozen=True, slots=True)
class _Deed:
    """What a move writes into the campaign, and what the audit keeps beside the status."""

    status: CampaignStatus
    changes: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def move_campaign(
    tx: Tx,
    campaign_id: int,
    move: CampaignMove,
    now: datetime,
    *,
    by: Mover = NOBODY,
    reason: str | None = None,
    ground: Ground | None = None,
) -> Moved:
    """Along the table of moves only. Raises CampaignError with what stands against it; then nothing was changed.

    A check that finds errors makes the campaign a draft (again), and says so in its findings.
    """
    campaign = campaigns.lock(tx, campaign_id)
    if campaign is None:
        raise CampaignError(f"there is no campaign {campaign_id}")
    _permit(tx, campaign, move, by)
    asked = _Asked(tx, campaign, by, ground or Ground(), now)
    deed = _DEEDS[move](asked)
    campaigns.write(tx, campaign.id, deed.status, **deed.changes)
    if move is CampaignMove.START:
        first_round(tx, campaign, now, asked.ground.catalogue)
    after = {"status": deed.status.value, **deed.said, **({"reason": reason} if reason else {})}
    subject = f"campaign:{campaign.id}"
    audit.record(tx, by.user_id, f"campaign.{move}", subject, {"status": campaign.status.value}, after, now)
    return Moved(campaign.status, deed.status, deed.findings)


def start_campaign(
    tx: Tx,
    campaign_id: int,
    now: datetime,
    *,
    catalogue: FactorCatalogue | None = None,
    ground: Ground | None = None,
    by: Mover = NOBODY,
    reason: str | None = None,
) -> EnrolReport:
    """Check it if it is a draft still, let it run, and enrol its audience. Raises CampaignError.

    All in one transaction, for audiences of some thousands; `begin_campaign` leaves the audience to its intake.
    """
    ground = ground or Ground(catalogue)
    begin_campaign(tx, campaign_id, now, ground=ground, by=by, reason=reason)
    return intake.take_in_at_once(tx, campaign_id, now, ground.catalogue)


def begin_campaign(
    tx: Tx,
    campaign_id: int,
    now: datetime,
    *,
    ground: Ground,
    by: Mover = NOBODY,
    reason: str | None = None,
) -> None:
    """Check it if it is a draft still, and let it run: its audience is to come in. Raises CampaignError."""
    campaign = campaigns.get(tx, campaign_id)
    if campaign is not None and campaign.status is CampaignStatus.DRAFT:
        found = move_campaign(tx, campaign_id, CampaignMove.CHECK, now, by=by, ground=ground).findings
        faults = [one.words("en") for one in found if not fit([one])]
        if faults:
            raise CampaignError(f"campaign {campaign.name!r} may not go out: " + "; ".join(faults))
    move_campaign(tx, campaign_id, CampaignMove.START, now, by=by, reason=reason, ground=ground)


def needs_approval(campaign: Campaign) -> bool:
    """By the policy as it is written: one that cannot be read any more may be looked at, and mended."""
    approval = campaign.policy.get("approval")
    return isinstance(approval, Mapping) and bool(approval.get("needed"))


def _permit(tx: Tx, campaign: Campaign, move: CampaignMove, by: Mover) -> None:
    rule = MOVES[move]
    stopped_again = move is CampaignMove.PAUSE and is_resuming(tx, campaign)
    if campaign.status not in rule.origins and not stopped_again:
        # A start checks a draft first.
        origins = rule.origins | ({CampaignStatus.DRAFT} if move is CampaignMove.START else frozenset())
        wanted = " or ".join(status for status in CampaignStatus if status in origins)
        raise CampaignError(
            f"campaign {campaign.name!r} is {campaign.status}; {move} is for campaigns that are {wanted}"
        )
    if not rule.allows(by.role):
        raise CampaignError(f"{by.role}s may not {move} a campaign")


# -- before it goes out ---------------------------------------------------------------------------------------


def _check(asked: _Asked) -> _Deed:
    findings = _findings(asked)
    changes = {
        "findings": [one.to_json() for one in findings],
        "checked_at": asked.now,
        "checked_revision": asked.campaign.flow_revision,
        "approver_id": None,
        "approved_at": None,
    }
    status = CampaignStatus.CHECKED if fit(findings) else CampaignStatus.DRAFT
    return _Deed(status, changes, {"errors": sum(not fit([one]) for one in findings)}, findings)


def _findings(asked: _Asked) -> tuple[Finding, ...]:
    try:
        return tuple(look_over(asked.tx, asked.campaign, asked.ground, asked.now))
    except CampaignError as error:
        if asked.ground.catalogue is None:  # whoever asks cannot know
            raise
        return (Finding(Point.AUDIENCE_UNREADABLE, Verdict.ERROR, {"fault": fault(error)}),)


def _approve(asked: _Asked) -> _Deed:
    campaign, by = asked.campaign, asked.by
    if by.user_id is None:
        raise CampaignError("an approval is a person's: say whose with --as LOGIN")
    if by.user_id == campaign.author_id:
        raise CampaignError(
            f"campaign {campaign.name!r} was written by the same person: an approval needs a second one"
        )
    if by.user_id in campaign_policies.unapproved_writers(asked.tx, campaign.id):
        raise CampaignError(
            f"campaign {campaign.name!r}: its policy is by the same person: an approval needs a second one"
        )
    _as_checked(campaign)
    return _Deed(CampaignStatus.APPROVED, {"approver_id": by.user_id, "approved_at": asked.now})


def _schedule(asked: _Asked) -> _Deed:
    _may_go_out(asked.campaign)
    return _Deed(CampaignStatus.SCHEDULED, said={"starts_at": asked.campaign.starts_at.isoformat()})


def _start(asked: _Asked) -> _Deed:
    campaign, now = asked.campaign, asked.now
    _may_go_out(campaign)
    return _Deed(CampaignStatus.RUNNING, {"started_at": now, "next_round_at": next_round_at(campaign, now)})


def _may_go_out(campaign: Campaign) -> None:
    _as_checked(campaign)
    if campaign.approver_id is None and needs_approval(campaign):
        raise CampaignError(f"campaign {campaign.name!r}: its policy asks for an approval by a second person")


def _as_checked(campaign: Campaign) -> None:
    if campaign.checked_revision != campaign.flow_revision:
        raise CampaignError(
            f"campaign {campaign.name!r} has got another flow since it was checked: check it again"
        )


# -- under way ------------------------------------------------------------------------------------------------


def is_resuming(tx: Tx, campaign: Campaign) -> bool:
    """Whether it will go on as soon as its runs have got the time that the pause took from them."""
    if campaign.status is not CampaignStatus.PAUSED:
        return False
    effect = move_effects.under_way(tx, campaign.id)
    return (
        effect is not None
        and effect.kind == move_effects.LENGTHEN
        and effect.afterwards != CampaignStatus.PAUSED
    )


def _pause(asked: _Asked) -> _Deed:
    campaign, now = asked.campaign, asked.now
    if campaign.status is CampaignStatus.PAUSED:  # it was about to go on
        move_effects.turn(asked.tx, campaign.id, CampaignStatus.PAUSED)
        return _Deed(CampaignStatus.PAUSED)
    return _Deed(CampaignStatus.PAUSED, {"paused_at": now, "paused_from": campaign.status.value})


def _resume(asked: _Asked) -> _Deed:
    """It goes on when the time of all its runs has been made longer by the pause: `effects` does that."""
    tx, campaign, now = asked.tx, asked.campaign, asked.now
    then = CampaignStatus(campaign.paused_from or CampaignStatus.RUNNING)
    effect = move_effects.under_way(tx, campaign.id)
    if effect is None:
        since = campaign.paused_at or now
        move_effects.begin(tx, campaign.id, move_effects.LENGTHEN, now, since=since, afterwards=then.value)
    elif effect.kind != move_effects.LENGTHEN:
        raise CampaignError(
            f"campaign {campaign.name!r}: its last move is still being worked off; once more in a moment"
        )
    else:
        move_effects.turn(tx, campaign.id, then)
    return _Deed(CampaignStatus.PAUSED, {"paused_at": now}, {"status": then.value})


def _drain(asked: _Asked) -> _Deed:
    move_effects.begin(asked.tx, asked.campaign.id, move_effects.END_UNSTARTED, asked.now)
    intakes.end(asked.tx, asked.campaign.id, asked.now)
    return _Deed(CampaignStatus.DRAINING, {"next_round_at": None})


def _finish(asked: _Asked) -> _Deed:
    return _Deed(CampaignStatus.FINISHED, {"finished_at": asked.now, "next_round_at": None})


def _abort(asked: _Asked) -> _Deed:
    move_effects.begin(asked.tx, asked.campaign.id, move_effects.END_ALL, asked.now)
    intakes.end(asked.tx, asked.campaign.id, asked.now)
    return _Deed(
        CampaignStatus.ABORTED, {"finished_at": asked.now, "next_round_at": None, "paused_from": None}
    )


_DEEDS: Mapping[CampaignMove, Callable[[_Asked], _Deed]] = {
    CampaignMove.CHECK: _check,
    CampaignMove.APPROVE: _approve,
    CampaignMove.SCHEDULE: _schedule,
    CampaignMove.START: _start,
    CampaignMove.PAUSE: _pause,
    CampaignMove.RESUME: _resume,
    CampaignMove.DRAIN: _drain,
    CampaignMove.FINISH: _finish,
    CampaignMove.ABORT: _abort,
}
