"""What becomes of a contact after the gate's answer, as outreach would deal with it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.contact import Allowed, Decision, Deferred, Denied, Reason
from bot.flow.actions import OnDenied


class Verdict(StrEnum):
    ALLOWED = "allowed"
    DEFERRED = "deferred"
    EXPIRED = "expired"  # put off for longer than it keeps
    DENIED = "denied"
    CONTROL = "control"
    NO_CONTACT = "no_contact"  # the run makes none now, or none at all


class Answer(NamedTuple):
    """`at` is when the contact is made, or when the gate is asked again; None where it never is."""

    verdict: Verdict
    reason: str | None = None
    at: datetime | None = None


def answer(decision: Decision, *, on_denied: str, planned: datetime, expires_at: datetime) -> Answer:
    match decision:
        case Allowed():
            return Answer(Verdict.ALLOWED, None, planned)
        case Denied(reason):
            return Answer(Verdict.DENIED, reason)
        case Deferred(Reason.OTHER_CONVERSATION as reason, until):
            return Answer(Verdict.DEFERRED, reason, min(until, expires_at))
        case Deferred(reason, until):
            waits = on_denied == OnDenied.WAIT
            if waits and until >= expires_at:
                return Answer(Verdict.EXPIRED, reason)
            if waits or reason is Reason.NEWS_WAITING:
                return Answer(Verdict.DEFERRED, reason, min(until, expires_at))
            return Answer(Verdict.DENIED, reason)
