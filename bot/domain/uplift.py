"""What a campaign was worth: treatment against control, with the doubt that such a comparison has."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt

Z_95 = 1.959963984540054  # the normal distribution's 97.5 % point

#: Below this an arm's size is not chance but a fault in dealing or in counting.
SRM_ALARM = 0.001


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


def sample_ratio_p(treatment: int, control: int, control_share: float) -> float:
    """How likely arms at least this uneven are by chance alone (chi-square, one degree of freedom)."""
    total = treatment + control
    expected_control = total * control_share
    expected_treatment = total - expected_control
    if expected_control == 0 or expected_treatment == 0:
        return 1.0 if control == round(expected_control) else 0.0
    chi_square = (control - expected_control) ** 2 * (1 / expected_control + 1 / expected_treatment)
    return erfc(sqrt(chi_square / 2))
