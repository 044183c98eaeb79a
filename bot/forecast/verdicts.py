"""What becomes of a contact after the gate's answer, as outreach would deal with it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.contact import Allowed, Decision
from bot.domain.weighing import PutOff, TooLate, unmade


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
    if isinstance(decision, Allowed):
        return Answer(Verdict.ALLOWED, None, planned)
    match unmade(decision, on_denied, expires_at):
        case PutOff(until):
            return Answer(Verdict.DEFERRED, decision.reason, until)
        case TooLate():
            return Answer(Verdict.EXPIRED, decision.reason)
        case _:
            return Answer(Verdict.DENIED, decision.reason)
