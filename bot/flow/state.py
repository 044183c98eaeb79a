"""Where one enrolment stands in its flow: all that `step()` remembers, stored as JSON with the enrolment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

Plain = str | int | float | bool  # what a run remembers and tells, as JSON knows it


@dataclass(frozen=True, slots=True)
class State:
    """`visit` grows by one with each step entered: it names the visit in attempts, timers and happenings."""

    step: str | None = None
    visit: int = 0
    try_no: int = 0
    turn: int = 0  # number of the prompt that the live call is waiting on
    mistakes: int = 0  # wrong or missing keys in the live call
    confirming: bool = False  # the first of two confirmations has been pressed
    last_sms: str | None = None  # the SMS step whose keys a late reply still means
    last_call: str | None = None  # the step that the live call began with (its texts stay in use)
    accepted_by: str | None = None  # evidence of the acceptance
    qualified_by: str | None = None  # evidence of the recharge
    call_visit: int = 0  # visit of the attempt behind the live call; 0 while no call is being spoken
    proven_person: bool = False  # a key was pressed in the live call, so no machine answered it
    goal_met: bool = False  # from here on the run is a success, however it ends
    granted: bool = False  # the bonus has been credited; a second visit to a grant passes through
    unclear: int = 0  # replies that could not be understood, for the polite question and then a human
    advances: int = 0  # happenings that moved the run; a run that takes too many is ended
    facts: Mapping[str, Plain] = field(default_factory=dict)  # what `set` and `survey` noted: `run.<name>`
    ways: Mapping[str, str] = field(default_factory=dict)  # experiment -> the way that the hash chose
    dealt: Mapping[str, Mapping[str, int]] = field(
        default_factory=dict
    )  # experiment -> the weights of that moment
    missed: str = ""  # a business event that came while nobody could go its way: in a call, at a work order
    refused: bool = False  # the customer opted out, and the flow's own ending of that has begun
    result: str | None = None

    @property
    def finished(self) -> bool:
        return self.result is not None

    def values(self) -> dict[str, object]:
        """What the run itself knows, as conditions and texts name it."""
        return {f"run.{name}": value for name, value in self.facts.items()}

    def to_json(self) -> dict[str, Any]:
        """Only what differs from a fresh state, to keep a million rows small."""
        fresh = State()
        return {name: value for name, value in asdict(self).items() if value != getattr(fresh, name)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> State:
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})
