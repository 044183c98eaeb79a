"""Who belongs to the global control group now, which campaigns it is held out of, and how an operator sets it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from bot.domain.global_control import MOST, ControlGroup, GlobalControl, Period
from bot.enrolment.errors import CampaignError
from bot.flow.model import Flow, Purpose
from bot.store import audit, global_controls
from bot.store.transaction import Tx

_SMALLEST_SHARE = Decimal("0.0001")


def group_in_force(tx: Tx, now: datetime) -> ControlGroup | None:
    setting = global_controls.in_force(tx, now)
    return setting.group_at(now) if setting else None


def markets(flow: Flow) -> bool:
    """Whether any of its contacts is marketing. A flow that only serves holds nobody out: service is owed to all."""
    return flow.purpose is Purpose.MARKETING or any(
        flow.purpose_of(step) is Purpose.MARKETING for step in flow.steps
    )


def set_global_control(
    tx: Tx, share: Decimal | float, period: Period, now: datetime, *, user_id: int | None = None
) -> GlobalControl:
    """Where a group stands, the new setting comes into force when its period is over; else at once.

    Otherwise some would be contacted for a part of the period, and the group would compare with nothing.
    Raises CampaignError.
    """
    wanted = Decimal(str(share))
    if not wanted.is_finite() or not 0 <= wanted <= MOST:
        raise CampaignError(f"share: must be at least 0 and at most {MOST}, not {share}")
    before = global_controls.in_force(tx, now)
    since = before.next_change_at(now) if before else now
    new = GlobalControl(wanted.quantize(_SMALLEST_SHARE), period, since)
    global_controls.add(tx, new, now)
    old = {"share": str(before.share), "period": before.period.value} if before else None
    said = {"share": str(new.share), "period": period.value, "in_force_from": since.isoformat()}
    audit.record(tx, user_id, "global_control.set", "global_control", old, said, now)
    return new
