"""The carriers' words for what became of a message or call, as statuses of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.attempts import AttemptStatus
from bot.flow.happenings import CallOutcome

SMS_STATUS: dict[str, AttemptStatus] = {
    "accepted": AttemptStatus.ACCEPTED,
    "scheduled": AttemptStatus.ACCEPTED,
    "queued": AttemptStatus.ACCEPTED,
    "sending": AttemptStatus.ACCEPTED,
    "sent": AttemptStatus.SENT,
    "delivered": AttemptStatus.DELIVERED,
    "read": AttemptStatus.DELIVERED,
    "undelivered": AttemptStatus.UNDELIVERED,
    "failed": AttemptStatus.FAILED,
    "canceled": AttemptStatus.CANCELED,
}

CALL_STATUS: dict[str, AttemptStatus] = {
    "queued": AttemptStatus.ACCEPTED,
    "initiated": AttemptStatus.ACCEPTED,
    "ringing": AttemptStatus.RINGING,
    "in-progress": AttemptStatus.IN_PROGRESS,
    "answered": AttemptStatus.IN_PROGRESS,
    "completed": AttemptStatus.COMPLETED,
    "busy": AttemptStatus.BUSY,
    "no-answer": AttemptStatus.NO_ANSWER,
    "failed": AttemptStatus.FAILED,
    "canceled": AttemptStatus.CANCELED,
}

PERSON = "human"
MACHINE = "machine"

#: What the flow is told when a call has ended so; a completed one depends on who answered.
CALL_OUTCOME: dict[AttemptStatus, CallOutcome] = {
    AttemptStatus.BUSY: CallOutcome.BUSY,
    AttemptStatus.NO_ANSWER: CallOutcome.NO_ANSWER,
    AttemptStatus.FAILED: CallOutcome.FAILED,
    AttemptStatus.CANCELED: CallOutcome.FAILED,
}


def why_failed(report: Mapping[str, Any]) -> str | None:
    """The carrier's code; of a call that failed without one, the last word of the network, such as `sip:404`."""
    if report.get("ErrorCode"):
        return str(report["ErrorCode"])
    word = str(report.get("SipResponseCode", ""))
    failed = report.get("CallStatus") == "failed"
    return f"sip:{word}" if failed and word.isdecimal() and len(word) == 3 else None


def who_answered(answered_by: str) -> str:
    """Detection's verdict: a machine is any voicemail or fax; doubt counts as a person."""
    return MACHINE if answered_by.startswith("machine") or answered_by == "fax" else PERSON
