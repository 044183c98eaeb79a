"""What a played flow did, line by line, in the few words that golden conversations expect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.flow.actions import Accept, Action, Call, Finish, Grant, OpenWorkOrder, OptOut, Qualify, Send


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that the flow did; `words` are what the customer reads or hears."""

    at: datetime
    headline: str
    words: str = ""


def kind_of(contact: Send | Call) -> str:
    return "sms" if isinstance(contact, Send) else "call"


def headline(action: Action) -> str:
    """Of the actions that are neither contacts nor words; KeyError for those."""
    return _HEADLINES[type(action)].format(action)


_HEADLINES: dict[type, str] = {
    Accept: "accepted {0.step}",
    Qualify: "qualified {0.amount}",
    Grant: "grant {0.amount}",
    OpenWorkOrder: "work order {0.queue}",
    OptOut: "opted out",
    Finish: "end {0.result}",
}
