"""What one campaign came to for one customer, said plainly: contacted so often, or why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from bot.domain.attempts import AttemptStatus
from bot.domain.campaigns import LIVE, OVER, Arm, CampaignStatus, EnrolmentStatus
from bot.domain.contact import Reason
from bot.forecast.reasons import Beside
from bot.store.story import Attempt, Decision, Missed, Run


@dataclass(frozen=True, slots=True)
class Conclusion:
    """`why` is empty where the customer was contacted; else a reason of the gate's, or one of ours.

    `facts` are what its sentence needs.
    """

    contacts: int
    why: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def conclude(run: Run, attempts: Sequence[Attempt], decisions: Iterable[Decision]) -> Conclusion:
    """From the run's own attempts, and the decisions about them in their order."""
    contacts = sum(one.taken_at is not None for one in attempts)
    if contacts:
        return Conclusion(contacts)
    if run.arm == Arm.CONTROL:
        return Conclusion(0, Beside.GLOBAL_CONTROL if run.globally_until else Reason.CONTROL_ARM)
    if attempts:
        last_words = {one.attempt_id: one for one in decisions}
        return _of_attempt(attempts[-1], last_words, run)
    if run.status == EnrolmentStatus.FINISHED:
        return Conclusion(0, "ended_before", {"result": run.result or ""})
    return _not_running(run) or _waiting(run)


def _of_attempt(last: Attempt, decisions: Mapping[UUID, Decision], run: Run) -> Conclusion:
    """Why the newest of the attempts was not made, by the gate's last word about it."""
    said = decisions.get(last.id)
    if last.status == AttemptStatus.FAILED:
        return Conclusion(0, "carrier_refused", {"code": last.error_code or "-"})
    if last.status != AttemptStatus.DUE:
        reason = last.reason or (said.reason if said else None) or last.status
        return Conclusion(0, "too_late_after" if _waited(last, said) else reason, {"reason": reason})
    stopped = _not_running(run)
    if stopped is not None:
        return stopped
    if said is not None and said.verdict == "deferred" and said.until is not None:
        return Conclusion(0, "put_off", {"reason": said.reason or "", "until": said.until.isoformat()})
    return Conclusion(0, "due", {"due": last.due_at.isoformat()})


def _waited(last: Attempt, said: Decision | None) -> bool:
    """It was put off until it was too late: what put it off is the reason."""
    return last.status == AttemptStatus.EXPIRED and last.reason != Beside.TOO_LATE and said is not None


def _not_running(run: Run) -> Conclusion | None:
    status = CampaignStatus(run.campaign_status)
    return None if status in LIVE else Conclusion(0, "campaign_stands", {"status": status})


def _waiting(run: Run) -> Conclusion:
    due = run.due_at.isoformat() if run.due_at else ""
    if run.step is None:
        return Conclusion(0, "not_started", {"due": due})
    return Conclusion(0, "stands_on", {"step": run.step, "due": due})


def conclude_missed(one: Missed, customer_status: str) -> Conclusion:
    """The customer is on its risk list, and was not enrolled."""
    status = CampaignStatus(one.campaign_status)
    if one.started_at is None:
        return Conclusion(0, "campaign_stands", {"status": status})
    if status in OVER:
        return Conclusion(0, "never_enrolled", {"status": status})
    return Conclusion(0, Reason.LEFT if customer_status == "left" else "never_enrolled", {"status": status})
