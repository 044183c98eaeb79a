"""Stored rows as what happened, one thing at a time: when, in which campaign, and its facts under fixed names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bot.domain.arms import BUCKETS, bucket
from bot.domain.attempts import AttemptStatus
from bot.domain.campaigns import Arm
from bot.domain.manual_calls import ManualCallStatus, Way
from bot.domain.retelling import facts_told, told
from bot.store.consents import Told as ConsentLine
from bot.store.manual_call_story import CallByHand
from bot.store.refusal_story import Told as RefusalLine
from bot.store.story import Attempt, Decision, Grant, Heard, Marked, OrderMove, Run, Told

_NEVER_SENT = frozenset({AttemptStatus.DENIED, AttemptStatus.EXPIRED, AttemptStatus.CANCELED})
_ON_ITS_WAY = frozenset(
    {
        AttemptStatus.SENDING,
        AttemptStatus.UNCONFIRMED,
        AttemptStatus.ACCEPTED,
        AttemptStatus.SENT,
        AttemptStatus.RINGING,
        AttemptStatus.IN_PROGRESS,
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """`kind` and `facts` are the machine's; `story_words` makes a sentence of them."""

    at: datetime
    kind: str
    run_id: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def of_run(run: Run, customer_id: int) -> Iterator[Entry]:
    yield Entry(run.enrolled_at, "enrolled", run.id, _arm(run, customer_id))
    if run.finished_at is not None:
        yield Entry(run.finished_at, "finished", run.id, facts_told(result=run.result))


def _arm(run: Run, customer_id: int) -> dict[str, str]:
    """By the hash, unless the global control group came first. A hash that says otherwise is no reason."""
    if run.globally_until is not None:
        return facts_told(arm=Arm.CONTROL, globally_until=run.globally_until.isoformat())
    own, below = bucket(run.salt, customer_id), round(float(run.control_share) * BUCKETS)
    if (own < below) is not (run.arm == Arm.CONTROL):
        return facts_told(arm=run.arm)
    return facts_told(arm=run.arm, bucket=own, below=below, of=BUCKETS)


def of_attempts(attempts: Iterable[Attempt]) -> Iterator[Entry]:
    for one in attempts:
        about = facts_told(attempt=one.id, channel=one.channel, step=one.step, purpose=one.purpose)
        again = facts_told(try_no=one.try_no if one.try_no > 1 else None, due=one.due_at.isoformat())
        yield Entry(one.created_at, "planned", one.run_id, about | again)
        if one.taken_at is not None:
            sent = facts_told(segments=one.segments, text=told(one.body), sid=one.carrier_sid)
            yield Entry(one.taken_at, "sent", one.run_id, about | sent)
        if one.settled_at is not None:
            kind = "not_made" if one.status in _NEVER_SENT and one.taken_at is None else "ended"
            yield Entry(one.settled_at, kind, one.run_id, about | _end(one))
        elif one.taken_at is not None:
            kind = "on_its_way" if one.status in _ON_ITS_WAY else "ended"
            yield Entry(one.taken_at, kind, one.run_id, about | _end(one))


def _end(one: Attempt) -> dict[str, str]:
    return facts_told(
        status=one.status,
        reason=one.reason,
        error=one.error_code,
        answered_by=one.answered_by,
        seconds=one.duration_s or None,
        voicemail=one.voicemail,
    )


def of_decisions(decisions: Iterable[Decision], attempts: Mapping[UUID, Attempt]) -> Iterator[Entry]:
    for one in decisions:
        about = attempts[one.attempt_id]
        facts = facts_told(
            attempt=about.id,
            channel=about.channel,
            step=about.step,
            reason=one.reason,
            until=one.until.isoformat() if one.until else None,
        )
        yield Entry(one.at, one.verdict, about.run_id, facts)


def of_events(heard: Iterable[Heard]) -> Iterator[Entry]:
    for one in heard:
        payload = one.payload
        match one.kind:
            case "sms.inbound":
                facts = facts_told(text=told(payload.get("Body")), understood=one.outcome)
                yield Entry(one.at, "reply", one.run_id, facts)
            case "call.key" if payload.get("Digits"):
                yield Entry(one.at, "key", one.run_id, facts_told(keys=told(str(payload["Digits"]))))
            case "billing.topup":
                yield Entry(one.at, "recharge", one.run_id, facts_told(amount=payload.get("amount")))
            case "business.event":
                yield Entry(one.at, "event", one.run_id, facts_told(event=payload.get("type")))
            case "run.interrupt":
                yield Entry(one.at, "interrupt", one.run_id, facts_told(by=payload.get("by")))
            case "grant.settled" if payload.get("result") != "granted":  # that one has its row
                facts = facts_told(status=payload.get("result"), reason=payload.get("reason"))
                yield Entry(one.at, "grant", one.run_id, facts)


def of_grants(grants: Iterable[Grant]) -> Iterator[Entry]:
    for one in grants:
        moments = {"accepted": one.accepted_at, "qualified": one.qualified_at, "granted": one.granted_at}
        for status, at in moments.items():
            if at is not None:
                amount = one.amount if status == "granted" else None
                yield Entry(at, "grant", one.run_id, facts_told(status=status, amount=amount))


def of_orders(moves: Iterable[OrderMove]) -> Iterator[Entry]:
    for one in moves:
        facts = facts_told(
            order=one.order_id,
            what=one.what,
            queue=one.queue,
            by=one.by,
            note=told(one.note),
            disposition=one.disposition if one.what == "closed" else None,
        )
        yield Entry(one.at, "work_order", one.run_id, facts)


def of_calls_by_hand(calls: Iterable[CallByHand]) -> Iterator[Entry]:
    for one in calls:
        facts = facts_told(purpose=one.purpose, by=one.by)
        if one.status in (ManualCallStatus.REFUSED, ManualCallStatus.TAKEN_BACK):
            until = one.until.isoformat() if one.until else None
            kind = "hand_denied" if until is None else "hand_deferred"
            yield Entry(one.at, kind, one.run_id, facts | facts_told(reason=one.reason, until=until))
        else:
            kind = "own_call" if one.way == Way.OWN_PHONE else "hand_call"
            yield Entry(
                one.at, kind, one.run_id, facts | facts_told(status=one.status, seconds=one.duration_s)
            )


def of_register(lines: Iterable[RefusalLine]) -> Iterator[Entry]:
    for one in lines:
        holds = "yes" if one.holds is not None else None
        facts = _word_given(one) | facts_told(list=one.list_name, by=one.user, holds=holds)
        yield Entry(one.at, "register", None, facts)


def of_consents(lines: Iterable[ConsentLine]) -> Iterator[Entry]:
    for one in lines:
        yield Entry(one.at, "consent", None, _word_given(one))


def _word_given(line: RefusalLine | ConsentLine) -> dict[str, str]:
    """A refusal and a consent are told alike: about what, by whose word, on what evidence."""
    return facts_told(
        action=line.action,
        channel=line.channel,
        purpose=line.purpose,
        topic=line.topic,
        source=line.source,
        wording=told(line.wording),
        evidence=line.evidence,
    )


def of_marks(marks: Iterable[Marked], now: datetime) -> Iterator[Entry]:
    for one in marks:
        facts = facts_told(
            mark=one.mark, source=one.source, until=one.until.isoformat() if one.until else None
        )
        yield Entry(one.since, "marked", None, facts)
        if one.until is not None and one.until <= now:
            yield Entry(one.until, "unmarked", None, facts_told(mark=one.mark, source=one.source))


def of_outside(lines: Iterable[Told]) -> Iterator[Entry]:
    for one in lines:
        yield Entry(one.at, "told", one.run_id, facts_told(event=one.name))
