"""What all campaigns did to one customer and why, from stored rows alone: nothing is weighed anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.refusals import Refusal
from bot.forecast import happened
from bot.forecast.conclusions import Conclusion, conclude, conclude_missed
from bot.forecast.errors import ForecastError
from bot.forecast.happened import Entry
from bot.store import consents, manual_call_story, refusal_story, story, suppressions
from bot.store.story import Attempt, Decision, Run, Subject
from bot.store.transaction import Tx

#: In one moment the cause comes before its effect.
_ORDER = (
    "marked", "unmarked", "register", "consent", "enrolled", "recharge", "event", "reply", "key", "interrupt",
    "planned", "deferred", "denied", "allowed", "sent", "on_its_way", "ended", "not_made", "grant", "work_order",
    "hand_denied", "hand_deferred", "hand_call", "own_call",
    "told", "finished",
)  # fmt: skip
LONGEST_ID = 18  # digits that fit into a bigint
_RANK = {kind: number for number, kind in enumerate(_ORDER)}


@dataclass(frozen=True, slots=True)
class Chapter:
    """One campaign's part; without `run_id` it has not enrolled the customer."""

    campaign_id: int
    campaign: str
    campaign_status: str
    conclusion: Conclusion
    run_id: int | None = None
    flow: str | None = None
    revision: str | None = None
    arm: str | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    subject: Subject
    refusals: tuple[Refusal, ...]  # that hold now
    entries: tuple[Entry, ...]  # in the order of time
    chapters: tuple[Chapter, ...]

    def campaign_of(self, entry: Entry) -> str | None:
        """None for what concerns the customer and no campaign alone."""
        return next(
            (one.campaign for one in self.chapters if one.run_id and one.run_id == entry.run_id), None
        )


class How(StrEnum):
    """By what a customer is named."""

    EXTERNAL_ID = "external-id"
    NUMBER = "number"
    ID = "id"


def find(tx: Tx, written: str, number: str | None, by: str | None = None) -> Subject:
    """Whom a person means; `number` is what was written as E.164, if it can be one. Raises ForecastError."""
    found = {
        How.EXTERNAL_ID: story.by_external_id(tx, written),
        How.NUMBER: story.by_number(tx, number) if number else None,
        How.ID: story.by_id(tx, int(written)) if _is_id(written) else None,
    }
    named = {how: one for how, one in found.items() if one is not None and by in (None, how)}
    if not named:
        raise ForecastError(f"there is no customer of this {by or 'id, external id or number'}")
    if len({one.id for one in named.values()}) > 1:
        raise ForecastError(f"that is {' and '.join(named)} of different customers: say which is meant")
    return next(iter(named.values()))


def _is_id(written: str) -> bool:
    return written.isascii() and written.isdecimal() and len(written) <= LONGEST_ID


def explain(tx: Tx, subject: Subject, now: datetime) -> Story:
    runs = story.runs(tx, subject.id)
    ids = [run.id for run in runs]
    attempts, decisions = story.attempts(tx, ids), story.decisions(tx, ids)
    register = refusal_story.story(tx, subject.msisdn, subject.id)
    entries = [
        *(entry for run in runs for entry in happened.of_run(run, subject.id)),
        *happened.of_attempts(attempts),
        *happened.of_decisions(decisions, {one.id: one for one in attempts}),
        *happened.of_events(story.heard(tx, subject.id, ids)),
        *happened.of_grants(story.grants(tx, ids)),
        *happened.of_orders(story.order_moves(tx, ids)),
        *happened.of_calls_by_hand(manual_call_story.calls_by_hand(tx, ids)),
        *happened.of_outside(story.told(tx, ids)),
        *happened.of_register([*register, *refusal_story.matching_patterns(tx, subject.msisdn)]),
        *happened.of_consents(consents.story(tx, subject.id)),
        *happened.of_marks(story.marks(tx, subject.id), now),
    ]
    return Story(
        subject=subject,
        refusals=tuple(suppressions.held_against(tx, subject.msisdn)),
        entries=tuple(sorted(entries, key=lambda entry: (entry.at, _RANK[entry.kind]))),
        chapters=(*_chapters(runs, attempts, decisions), *_missed(tx, subject)),
    )


def _chapters(
    runs: Sequence[Run], attempts: Sequence[Attempt], decisions: Sequence[Decision]
) -> Iterator[Chapter]:
    of_run: defaultdict[int, list[Attempt]] = defaultdict(list)
    for one in attempts:
        of_run[one.run_id].append(one)
    for run in runs:
        yield Chapter(
            campaign_id=run.campaign_id,
            campaign=run.campaign,
            campaign_status=run.campaign_status,
            conclusion=conclude(run, of_run[run.id], decisions),
            run_id=run.id,
            flow=run.flow,
            revision=run.revision,
            arm=run.arm,
            result=run.result,
        )


def _missed(tx: Tx, subject: Subject) -> Iterator[Chapter]:
    for one in story.missed(tx, subject.id):
        conclusion = conclude_missed(one, subject.status)
        yield Chapter(one.campaign_id, one.campaign, one.campaign_status, conclusion)
