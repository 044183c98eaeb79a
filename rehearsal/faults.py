"""Faults on demand: how often each goes wrong, decided by seed, and how often each did."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from rehearsal.chance import Chance


class UnknownFault(ValueError):
    """A fault that does not exist, or a rate that is none."""


@dataclass(frozen=True, slots=True)
class FaultRates:
    """Rates from 0 to 1, except `slow_ms` (milliseconds) and `rate_limit_burst` (requests)."""

    lost_response: float = 0.0  # accepted, then the connection is closed without an answer
    error_after_accept: float = 0.0  # accepted, then answered with a 500 or 503
    callback_before_response: float = 0.0
    duplicate_callback: float = 0.0
    reorder_callbacks: float = 0.0
    lost_callback: float = 0.0
    duplicate_inbound: float = 0.0
    duplicate_topup: float = 0.0
    duplicate_business_event: float = 0.0
    rate_limit: float = 0.0  # 429; nothing is taken
    rate_limit_burst: int = 0  # so many further requests are refused as well
    slow: float = 0.1  # how many requests `slow_ms` slows down
    slow_ms: float = 0.0
    reject: float = 0.0  # numbers that are refused for good
    wrong_amd: float = 0.0
    billing_lost_response: float = 0.0
    billing_error: float = 0.0  # 500; nothing is credited
    billing_error_after_accept: float = 0.0

    def changed(self, changes: Mapping[str, object]) -> "FaultRates":
        names = {field.name for field in fields(self)}
        checked: dict[str, float] = {}
        for name, value in changes.items():
            if name not in names:
                raise UnknownFault(f"unknown fault {name!r}; known are {', '.join(sorted(names))}")
            checked[name] = _checked(name, value)
        return replace(self, **checked)  # type: ignore[arg-type]  # the names are this class's own


NO_FAULTS = FaultRates()


def _checked(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise UnknownFault(f"fault {name}: {value!r} is not a number from 0 up")
    if name in ("slow_ms", "rate_limit_burst"):
        return int(value) if name == "rate_limit_burst" else float(value)
    if value > 1:
        raise UnknownFault(f"fault {name}: {value!r} is not a rate from 0 to 1")
    return float(value)


def parse_faults(text: str) -> FaultRates:
    """The form of the command line: `lost_response=0.02,rate_limit=0.01`."""
    changes: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, value = part.partition("=")
        try:
            changes[name.strip()] = float(value)
        except ValueError:
            raise UnknownFault(f"fault {name}: {value!r} is not a number") from None
    return FaultRates().changed(changes)


class Faults:
    """Decides, occasion by occasion, what goes wrong."""

    def __init__(self, chance: Chance, rates: FaultRates) -> None:
        self.rates = rates
        self.applied: Counter[str] = Counter()
        self._chance = chance
        self._occasions: Counter[str] = Counter()
        self._burst_left = 0

    def strikes(self, name: str) -> bool:
        rate: float = getattr(self.rates, name)
        if not rate:
            return False
        self._occasions[name] += 1
        struck = self._chance.happens(rate, "fault", name, self._occasions[name])
        if struck:
            self.applied[name] += 1
        return struck

    def limits_rate(self) -> bool:
        """True where this request is answered with 429; one such answer may begin a burst of them."""
        if self._burst_left:
            self._burst_left -= 1
            self.applied["rate_limit"] += 1
            return True
        if self.strikes("rate_limit"):
            self._burst_left = self.rates.rate_limit_burst
            return True
        return False

    def slowness(self) -> float:
        """Seconds by which this request is answered late."""
        if not self.rates.slow_ms or not self.strikes("slow"):
            return 0.0
        return self.rates.slow_ms / 1000

    def rejects(self, number: str) -> bool:
        """Whether this number is one that is refused; the same number always is."""
        if not self._chance.happens(self.rates.reject, "fault", "reject", number):
            return False
        self.applied["reject"] += 1
        return True
