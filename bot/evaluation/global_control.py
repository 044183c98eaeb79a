"""What all marketing together was worth: everybody else against the global control group, within its period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.global_control import ControlGroup
from bot.domain.sample_ratio import SRM_ALARM, sample_ratio_p
from bot.domain.uplift import ArmOutcome, Uplift, uplift
from bot.store import global_controls
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class GlobalReport:
    """All active customers, whether or not a campaign was for them; who recharged at all has success.

    Of the group, `served` were contacted for service alone. Those `marketed` should be none but the `carried_over`:
    treated in campaigns that had enrolled them before the group's period began.
    """

    group: ControlGroup
    until: datetime
    held: ArmOutcome
    others: ArmOutcome
    uplift: Uplift
    sample_ratio_p: float
    served: int
    marketed: int
    carried_over: int

    @property
    def uneven(self) -> bool:
        """The sizes cannot be chance: do not trust the comparison."""
        return self.sample_ratio_p < SRM_ALARM

    @property
    def leaked(self) -> int:
        """Must be 0."""
        return self.marketed - self.carried_over


def global_report(tx: Tx, now: datetime) -> GlobalReport | None:
    """None where no group is in force."""
    setting = global_controls.in_force(tx, now)
    group = setting.group_at(now) if setting else None
    if group is None:
        return None
    until = min(now, group.until)
    held, others = global_controls.standings(tx, group, until)
    share = float(group.share)
    return GlobalReport(
        group=group,
        until=until,
        held=ArmOutcome(held.customers, held.recharged),
        others=ArmOutcome(others.customers, others.recharged),
        uplift=uplift(
            ArmOutcome(others.customers, others.recharged), ArmOutcome(held.customers, held.recharged)
        ),
        sample_ratio_p=sample_ratio_p((held.customers, others.customers), (share, 1 - share)),
        served=held.served,
        marketed=held.marketed,
        carried_over=held.carried_over,
    )
