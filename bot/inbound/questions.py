"""Whose question an SMS from a customer answers, among all the runs that ever asked this customer something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.inbound.run import Run
from bot.store.attempts import Question

LATE_WITHIN = timedelta(days=30)  # after the end of a run a human still looks at what the customer writes

_NEVER = datetime.min.replace(tzinfo=UTC)


def newest(questions: Iterable[Question]) -> Question | None:
    return max(questions, key=lambda one: (one.taken_at, one.enrolment_id), default=None)


def answered_by(runs: Mapping[int, Run], active: Sequence[int], questions: Sequence[Question]) -> Run | None:
    """The run that awaits the answer, the newest question first; else the one that asked last, over or not.

    A run whose question is still queued comes last: nobody can have read it.
    """
    asked = {one.enrolment_id: one for one in questions}
    candidates = [runs[id_] for id_ in {*asked, *active} if id_ in runs]

    def rank(run: Run) -> tuple[bool, datetime, int]:
        question = asked.get(run.enrolment.id)
        awaited = question is not None and run.asks and run.state.visit == question.visit
        return awaited, question.taken_at if question is not None else _NEVER, run.enrolment.id

    asking = [run for run in candidates if run.enrolment.id in asked or run.state.last_sms is not None]
    return max(asking, key=rank, default=None)


def is_late(run: Run, now: datetime) -> bool:
    """Whether a human should look at what is written to a run that is over."""
    finished_at = run.enrolment.finished_at or now
    return run.over and finished_at + LATE_WITHIN >= now
