"""What a simulation counts: the funnel, contacts and their hours, segments and minutes, and how runs end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from bot.domain.attempts import Channel
from bot.domain.contact import Allowed, Decision


@dataclass(slots=True)
class Tally:
    """Customers are counted once for each thing that happened to them, contacts as often as they were made."""

    funnel: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    standing: Counter[str] = field(default_factory=Counter)  # by step, of runs that go on after the last day
    contacts: Counter[str] = field(default_factory=Counter)
    per_person: dict[str, Counter[int]] = field(
        default_factory=lambda: {
            "all": Counter(),
            Channel.SMS.value: Counter(),
            Channel.CALL.value: Counter(),
        }
    )
    gate: Counter[str] = field(default_factory=Counter)
    hours: dict[str, Counter[int]] = field(
        default_factory=lambda: {Channel.SMS.value: Counter(), Channel.CALL.value: Counter()}
    )
    emitted: Counter[str] = field(default_factory=Counter)
    segments: int = 0
    minutes: int = 0
    grants: int = 0
    bonus: Decimal = Decimal(0)
    work_orders: int = 0
    late_replies: int = 0
    happenings: int = 0

    def close(self, mine: Mine) -> None:
        """One customer's last day is over."""
        for stage in mine.reached:
            self.funnel[stage] += 1
        sms, calls = mine.contacts
        self.per_person[Channel.SMS.value][sms] += 1
        self.per_person[Channel.CALL.value][calls] += 1
        self.per_person["all"][sms + calls] += 1
        if mine.result is not None:
            self.results[mine.result] += 1
        else:
            self.standing[mine.step or ""] += 1

    def decided(self, decision: Decision) -> None:
        if isinstance(decision, Allowed):
            self.gate["allowed"] += 1
        else:
            self.gate[f"{type(decision).__name__.lower()} {decision.reason}"] += 1


@dataclass(slots=True)
class Mine:
    """One customer's own part of the tally."""

    reached: set[str] = field(default_factory=set)
    sms: int = 0
    calls: int = 0
    step: str | None = None
    result: str | None = None

    @property
    def contacts(self) -> tuple[int, int]:
        return self.sms, self.calls


FUNNEL = (
    "enrolled",
    "contacted",
    "delivered",
    "answered",
    "accepted",
    "qualified",
    "granted",
    "work_order",
    "opted_out",
)
