"""What a campaign was worth: treatment against control, with the doubt that such a comparison has."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt

Z_95 = 1.959963984540054  # the normal distribution's 97.5 % point
_MOST_Z = 38.0  # beyond it, the chance is too small to be written as a number


@dataclass(frozen=True, slots=True)
class ArmOutcome:
    """Everyone dealt into an arm, whatever was done with them (intention to treat), and who recharged."""

    customers: int
    successes: int

    def __post_init__(self) -> None:
        if not 0 <= self.successes <= self.customers:
            raise ValueError(f"{self.successes} successes among {self.customers} customers")

    @property
    def rate(self) -> float:
        return self.successes / self.customers if self.customers else 0.0


@dataclass(frozen=True, slots=True)
class Uplift:
    """`treated` and `control` are rates; `low` to `high` is the 95 % interval of their difference.

    The interval is None while an arm is empty: nothing is then known about the difference.
    """

    treated: float
    control: float
    difference: float
    low: float | None
    high: float | None

    @property
    def harmful(self) -> bool:
        """The treated do worse than those left in peace, beyond doubt: stop and look."""
        return self.high is not None and self.high < 0

    @property
    def proven(self) -> bool:
        return self.low is not None and self.low > 0


def wilson(successes: int, customers: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval of a proportion; good for small numbers and for rates near 0 and 1."""
    if customers == 0:
        return 0.0, 1.0
    rate = successes / customers
    spread = z * z / customers
    middle = (rate + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(rate * (1 - rate) / customers + spread / (4 * customers))
    # The exact bound at either end of the scale is the end itself; rounding must not move it.
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == customers else min(1.0, middle + half)
    return low, high


def uplift(treatment: ArmOutcome, control: ArmOutcome, z: float = Z_95) -> Uplift:
    """The difference of two rates with Newcombe's hybrid score interval (1998, method 10)."""
    treated, untreated = treatment.rate, control.rate
    difference = treated - untreated
    if not treatment.customers or not control.customers:
        return Uplift(treated, untreated, difference, None, None)
    treated_low, treated_high = wilson(treatment.successes, treatment.customers, z)
    control_low, control_high = wilson(control.successes, control.customers, z)
    low = difference - sqrt((treated - treated_low) ** 2 + (control_high - untreated) ** 2)
    high = difference + sqrt((treated_high - treated) ** 2 + (untreated - control_low) ** 2)
    return Uplift(treated, untreated, difference, max(-1.0, low), min(1.0, high))


def p_of_no_difference(treatment: ArmOutcome, control: ArmOutcome) -> float | None:
    """How likely a difference at least this large is by chance: below 0.05 just where the 95 % interval leaves out 0.

    None with an empty arm.
    """
    if not treatment.customers or not control.customers:
        return None
    if treatment.rate < control.rate:
        treatment, control = control, treatment
    if treatment.rate == control.rate:
        return 1.0
    # The interval's lower end sinks as z grows; where it crosses zero is the z that the data speak for.
    least, most = 0.0, _MOST_Z
    for _ in range(60):
        z = (least + most) / 2
        low = uplift(treatment, control, z).low
        least, most = (z, most) if low is not None and low > 0 else (least, z)
    return erfc(least / sqrt(2))
