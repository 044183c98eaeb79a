"""Whether other campaigns have blurred the comparison: who of each arm was contacted by them in the meantime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.campaigns import Arm
from bot.domain.uplift import ArmOutcome, Uplift, uplift
from bot.store.evaluation import Fact, Tally

_ELSEWHERE = Fact.MARKETED_ELSEWHERE | Fact.SERVED_ELSEWHERE


@dataclass(frozen=True, slots=True)
class Touched:
    """How many `of` these customers."""

    customers: int
    of: int

    @property
    def share(self) -> float:
        return self.customers / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Contamination:
    """Contacts by other campaigns between the campaign's start and end, each customer counted once a line."""

    treated_elsewhere: Touched  # the treated whom another campaign contacted
    control_elsewhere: Touched  # the campaign's own control whom another campaign contacted
    treated_twice: Touched  # the treated who were treated by a campaign at the same time as well
    control_contacted: Touched  # anybody held out whom this very campaign contacted: must be 0
    held_globally_served: Touched  # the global control, contacted for service alone: as it should be
    held_globally_marketed: Touched  # the global control, contacted for marketing: must be 0

    @property
    def exposure(self) -> Uplift:
        """By how much more the treated were contacted by others than the control was."""
        treated, control = self.treated_elsewhere, self.control_elsewhere
        return uplift(ArmOutcome(treated.of, treated.customers), ArmOutcome(control.of, control.customers))

    @property
    def lopsided(self) -> bool:
        """Other campaigns treated the arms differently, beyond doubt: the difference is not this campaign's alone."""
        return self.exposure.proven or self.exposure.harmful


def contamination(tallies: Sequence[Tally]) -> Contamination:
    treated = [one for one in tallies if one.arm == Arm.TREATMENT]
    control = [one for one in tallies if one.arm == Arm.CONTROL and not one.held_globally]
    held = [one for one in tallies if one.held_globally]
    return Contamination(
        treated_elsewhere=_touched(treated, any_of=_ELSEWHERE),
        control_elsewhere=_touched(control, any_of=_ELSEWHERE),
        treated_twice=_touched(treated, any_of=Fact.TREATED_ELSEWHERE),
        control_contacted=_touched(control + held, any_of=Fact.CONTACTED),
        held_globally_served=_touched(held, any_of=Fact.SERVED_ELSEWHERE, none_of=Fact.MARKETED_ELSEWHERE),
        held_globally_marketed=_touched(held, any_of=Fact.MARKETED_ELSEWHERE),
    )


def _touched(tallies: Sequence[Tally], *, any_of: Fact, none_of: Fact = Fact(0)) -> Touched:  # noqa: B008 - a constant
    return Touched(
        sum(one.customers for one in tallies if one.facts & any_of and not one.facts & none_of),
        sum(one.customers for one in tallies),
    )
