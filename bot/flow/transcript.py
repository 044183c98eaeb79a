"""What a played flow did, line by line, in the few words that golden conversations expect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.flow.actions import Accept, Action, Call, Emit, Finish, Grant, OpenWorkOrder, OptOut, Qualify, Send
from bot.flow.state import Plain

ORDINARY = "sms"  # the text of a message that is no second question


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that the flow did; `words` are what the customer reads or hears."""

    at: datetime
    headline: str
    words: str = ""


def of_contact(contact: Send | Call) -> str:
    if isinstance(contact, Call):
        return f"call {contact.step}"
    return f"sms {contact.step}" if contact.text == ORDINARY else f"sms {contact.step} {contact.text}"


def headline(action: Action) -> str:
    """Of the actions that are neither contacts nor words; KeyError for those."""
    return _HEADLINES[type(action)].format(action)


def details_in_words(details: Mapping[str, Plain]) -> str:
    return " ".join(f"{name}={_plain(value)}" for name, value in sorted(details.items()))


def _plain(value: Plain) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_HEADLINES: dict[type, str] = {
    Accept: "accepted {0.step}",
    Qualify: "qualified {0.amount}",
    Grant: "grant {0.amount}",
    OpenWorkOrder: "work order {0.queue}",
    Emit: "emits {0.event}",
    OptOut: "opted out",
    Finish: "end {0.result}",
}
