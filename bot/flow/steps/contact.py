"""What SMS and calls share: an expiry, and what becomes of the run when the gate says no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from bot.flow.actions import OnDenied
from bot.flow.fields import Fields
from bot.flow.happenings import Denied
from bot.flow.model import END, Duration, FlowStep, Leave, Purpose, Reach, leave
from bot.flow.moment import Moment

OTHER_CONVERSATION = "other_conversation"  # the gate's reason
EXPIRES_BY_DEFAULT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactStep(FlowStep):
    expires: Duration | None
    on_denied: OnDenied
    purpose: Purpose | None  # None: the flow's
    to: Reach | None  # None: the flow's

    def expires_at(self, moment: Moment, not_before: datetime) -> datetime:
        if self.expires is None:
            return not_before + EXPIRES_BY_DEFAULT
        return not_before + moment.flow.offer.duration(self.expires)

    def denied(self, denied: Denied, *fallbacks: str) -> Leave:
        """A contact that was left out for another conversation's sake is skipped, whatever the step says."""
        match OnDenied.SKIP if denied.reason == OTHER_CONVERSATION else self.on_denied:
            case OnDenied.WAIT:
                return leave("denied")
            case OnDenied.SKIP:
                return leave("denied", *fallbacks)
            case OnDenied.EXIT:
                return Leave(("denied",), END)


class Contact(TypedDict):
    expires: Duration | None
    on_denied: OnDenied
    purpose: Purpose | None
    to: Reach | None


def read_contact(fields: Fields) -> Contact:
    purpose = fields.choice("purpose", Purpose, Purpose.MARKETING) if "purpose" in fields else None
    return Contact(
        expires=fields.duration("expires"),
        on_denied=fields.choice("on_denied", OnDenied, OnDenied.WAIT),
        purpose=purpose,
        to=fields.choice("to", Reach, Reach.CUSTOMERS) if "to" in fields else None,
    )
