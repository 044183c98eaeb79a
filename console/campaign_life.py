"""A campaign's life on its page: the moves that this person may make, the check, the approval, and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from bot.domain.campaigns import MOVES, OVER, CampaignMove, CampaignStatus, permitted
from bot.domain.checks import Verdict, finding_of
from bot.domain.roles import Role
from bot.enrolment import effects
from bot.enrolment.errors import CampaignError
from bot.enrolment.ground import ground_of
from bot.enrolment.move import Moved, Mover, is_resuming, move_campaign, needs_approval
from bot.enrolment.tend import BRAKE, ITS_END_HAS_COME
from bot.store import audit, campaign_policies, campaigns, intakes, users
from bot.store.audit import Entry
from bot.store.campaigns import Campaign
from bot.store.intakes import Intake
from bot.store.transaction import Tx
from console import given, labels, language, wiring
from console.sign_in import OPERATORS, only

LONGEST_REASON = 500
#: What a click does to the runs at once; the rest the sweep does.
CHUNKS_AT_ONCE = 5

_ICONS = {Verdict.OK: "check", Verdict.WARNING: "alert-triangle", Verdict.ERROR: "x"}
_TONES = {Verdict.OK: "good", Verdict.WARNING: "warn", Verdict.ERROR: "bad"}


@dataclass(frozen=True, slots=True)
class Point:
    words: str
    verdict: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Done:
    """One line of its history."""

    at: datetime
    who: str | None
    what: str
    status: str | None  # what it was afterwards
    reason: str | None


@dataclass(frozen=True, slots=True)
class Life:
    moves: tuple[CampaignMove, ...]
    resuming: bool
    coming_in: Intake | None  # its audience
    points: Sequence[Point]
    checked_at: datetime | None
    stale: bool  # the flow was published again since
    awaited: str | None  # who may approve it, where it needs that
    approver: str | None
    approved_at: datetime | None
    occasion: str | None
    history: Sequence[Done]

    @property
    def may_abort(self) -> bool:
        return CampaignMove.ABORT in self.moves


def install(blueprint: Blueprint) -> None:
    blueprint.post("/<id:campaign_id>/move")(move)


@only(*OPERATORS)
def move(campaign_id: int) -> Response:
    """The move and its line in the audit are one transaction; what it does to the runs follows in others."""
    wanted = _wanted(given.form().get("move", ""))
    built, now = wiring.wired(), wiring.now()
    with built.transaction() as tx:
        if campaigns.get(tx, campaign_id) is None:
            abort(404)
    by = Mover(current_user.id, current_user.role)
    reason = given.form().get("reason", "").strip()[:LONGEST_REASON] or None
    try:
        with built.transaction() as tx:
            moved = move_campaign(
                tx, campaign_id, wanted, now, by=by, reason=reason, ground=ground_of(built.settings)
            )
    except CampaignError as error:
        flash(_("That is not possible: %(why)s", why=str(error)), "bad")
    else:
        effects.work_off(
            built.transaction, now, flows=built.flows, campaign_id=campaign_id, chunks=CHUNKS_AT_ONCE
        )
        flash(*_said(wanted, moved))
    return redirect(url_for("campaigns.page", campaign_id=campaign_id))


def _wanted(name: str) -> CampaignMove:
    if name not in set(CampaignMove) or not MOVES[CampaignMove(name)].roles:
        abort(400)
    return CampaignMove(name)


def _said(wanted: CampaignMove, moved: Moved) -> tuple[str, str]:
    if wanted is CampaignMove.CHECK and moved.after is CampaignStatus.DRAFT:
        return _("The check has found errors: it may not go out yet."), "bad"
    said = {
        CampaignMove.CHECK: _("The check has found no errors."),
        CampaignMove.APPROVE: _("The campaign is approved."),
        CampaignMove.SCHEDULE: _("The campaign starts by itself when its time has come."),
        CampaignMove.START: _("The campaign has started."),
        CampaignMove.PAUSE: _(
            "The campaign is paused: nobody new is contacted, and calls that nobody has answered yet are taken back "
            "until it goes on."
        ),
        CampaignMove.RESUME: _("The campaign goes on."),
        CampaignMove.DRAIN: _("Nobody new starts; those under way come to their end."),
        CampaignMove.ABORT: _("The campaign is ended: what was queued is cancelled."),
    }
    return said[wanted], "good"


# -- what the page shows --------------------------------------------------------------------------------------


def life_of(tx: Tx, campaign: Campaign) -> Life:
    approver = users.by_id(tx, campaign.approver_id) if campaign.approver_id is not None else None
    approval = campaign.status not in OVER and needs_approval(campaign)
    return Life(
        moves=tuple(one for one in permitted(campaign.status, current_user.role) if _offered(one, campaign)),
        resuming=is_resuming(tx, campaign),
        coming_in=intakes.under_way(tx, campaign.id),
        points=[_point(one) for one in campaign.findings or ()],
        checked_at=campaign.checked_at,
        stale=campaign.checked_at is not None and campaign.checked_revision != campaign.flow_revision,
        awaited=_awaited(tx, campaign) if approval and approver is None else None,
        approver=approver.name if approver is not None else None,
        approved_at=campaign.approved_at,
        occasion=_occasion(tx, campaign),
        history=[_done(one) for one in reversed(audit.history(tx, f"campaign:{campaign.id}"))],
    )


def _offered(one: CampaignMove, campaign: Campaign) -> bool:
    """A button that can only be refused is not shown."""
    if one is CampaignMove.APPROVE:
        return needs_approval(campaign) and campaign.author_id != current_user.id
    if one in (CampaignMove.SCHEDULE, CampaignMove.START):
        return campaign.approver_id is not None or not needs_approval(campaign)
    return True


def _awaited(tx: Tx, campaign: Campaign) -> str:
    roles = language.listed(
        labels.word("roles", one) for one in Role if one in MOVES[CampaignMove.APPROVE].roles
    )
    party = dict.fromkeys((campaign.author_id, *campaign_policies.unapproved_writers(tx, campaign.id)))
    names = [user.name for one in party if one is not None and (user := users.by_id(tx, one)) is not None]
    if not names:
        return _("It waits for the approval of a second person: %(roles)s.", roles=roles)
    return _(
        "It waits for the approval of a second person: %(roles)s other than %(names)s.",
        roles=roles,
        names=language.listed(names),
    )


def _point(stored: Any) -> Point:
    finding = finding_of(stored)
    verdict = finding.verdict
    return Point(
        finding.words(language.selected(), language.zone()),
        labels.word("verdict", verdict.value),
        _ICONS[verdict],
        _TONES[verdict],
    )


def _occasion(tx: Tx, campaign: Campaign) -> str | None:
    if campaign.rhythm is not None:
        return _("Newcomers: %(rhythm)s (%(zone)s)", rhythm=campaign.rhythm, zone=campaign.rhythm_zone)
    if campaign.on_event is not None:
        return _("On the event %(event)s", event=campaign.on_event)
    before = campaigns.get(tx, campaign.after_id) if campaign.after_id is not None else None
    if before is not None and campaign.after_share is not None:
        share = f"{campaign.after_share * 100:.0f}%"
        return _("When %(campaign)s has reached %(share)s", campaign=before.name, share=share)
    return None


def _done(entry: Entry) -> Done:
    after = entry.after or {}
    status, reason = after.get("status"), after.get("reason")
    return Done(
        entry.at,
        entry.who,
        labels.word("campaign_move", entry.action.removeprefix("campaign.")),
        str(status) if status else None,
        _reason(str(reason), by_itself=entry.who is None) if reason else None,
    )


def _reason(written: str, *, by_itself: bool) -> str:
    """What the product gave as its own is put in words; a person's own words stay."""
    if by_itself and written == ITS_END_HAS_COME:
        return _("Its end has come")
    if by_itself and written.startswith(BRAKE):
        causes = written.removeprefix(BRAKE).split(", ")
        return _("Brake: %(causes)s", causes=language.listed(labels.word("brake", one) for one in causes))
    return written
