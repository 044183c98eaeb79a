"""Messages and calls that the carrier holds and should not send any more, and what it was asked about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from bot.domain.attempts import RecallCause


@dataclass(frozen=True, slots=True)
class Held:
    """An attempt that the carrier has taken and, as far as we know, not sent or put through yet."""

    attempt_id: UUID
    enrolment_id: int
    customer_id: int
    carrier_sid: str
    channel: str
    purpose: str
    msisdn: str
    tries: int  # how often it was asked for already


_COLUMNS = """
    a.id AS attempt_id, a.enrolment_id, a.customer_id, a.carrier_sid, a.channel, a.purpose,
    coalesce(a.to_number, c.msisdn) AS msisdn,
    coalesce((SELECT r.tries FROM recalls r WHERE r.carrier_sid = a.carrier_sid), 0) AS tries
    """
_UNASKED = """
    a.status IN ('accepted', 'ringing') AND a.carrier_sid IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM recalls r WHERE r.carrier_sid = a.carrier_sid
        AND (r.asked_at <= :again AND (r.answer = 'held' OR (r.answer IS NULL AND r.tries < :most))) IS NOT TRUE)
    """
# The latest first: they are the last in the carrier's queue, and the likeliest to be there still.
HELD = f"""
    SELECT {_COLUMNS} FROM {{source}} JOIN customers c ON c.id = a.customer_id
    WHERE {{which}} AND {_UNASKED}
    ORDER BY a.taken_at DESC LIMIT :limit
    """

# The carrier's queue is ten hours long at most. A call that was silent for so long has lost its end on the way, and
# the reconciler asks for it.
LATELY = """
    a.taken_at > cast(:now AS timestamptz) - interval '10 hours'
    AND (a.channel <> 'call' OR a.taken_at > cast(:now AS timestamptz) - interval '15 minutes')
    """

_CLOSED = """
    k.status IN ('running', 'draining') AND a.channel = 'call' AND a.closes_at <= :now
    AND a.closes_at > cast(:now AS timestamptz) - interval '15 minutes'
    """

# Of each campaign by itself, the latest from the end of an index: the carrier may hold hundreds of thousands of each.
_STOPPED = f"""
    SELECT a.attempt_id, a.enrolment_id, a.customer_id, a.carrier_sid, a.channel, a.purpose, a.msisdn, a.tries
    FROM campaigns k CROSS JOIN LATERAL (
        SELECT {_COLUMNS}, a.taken_at FROM attempts a JOIN customers c ON c.id = a.customer_id
        WHERE a.campaign_id = k.id AND {_UNASKED} AND {LATELY}
        ORDER BY a.taken_at DESC LIMIT :limit) a
    WHERE k.status IN ('paused', 'aborted') ORDER BY a.taken_at DESC LIMIT :limit
    """

_WHICH: Mapping[RecallCause, TextClause] = {
    RecallCause.STOPPED: text(_STOPPED),
    RecallCause.CLOSED: text(
        HELD.format(source="campaigns k JOIN attempts a ON a.campaign_id = k.id", which=_CLOSED)
    ),
}


@dataclass(frozen=True, slots=True)
class Asking:
    """How often the carrier may be asked for one thing, and for how many at a time."""

    now: datetime
    again_after: timedelta
    most_tries: int
    limit: int

    def values(self) -> dict[str, Any]:
        again = self.now - self.again_after
        return {"now": self.now, "again": again, "most": self.most_tries, "limit": self.limit}


def held(tx: Session, cause: RecallCause, asking: Asking) -> list[Held]:
    """Those that nobody has asked the carrier for, or asked in vain. Of refusals `refused_held` answers."""
    return [Held(**row._mapping) for row in tx.execute(_WHICH[cause], asking.values())]


_CLAIM = text(
    """
    INSERT INTO recalls (carrier_sid, attempt_id, cause, asked_at, tries)
    SELECT n.sid, n.id, :cause, :now, 1 FROM unnest(cast(:sids AS text[]), cast(:ids AS uuid[])) AS n(sid, id)
    ORDER BY n.sid
    ON CONFLICT (carrier_sid) DO UPDATE SET cause = excluded.cause, asked_at = :now, answer = NULL,
            tries = CASE recalls.answer WHEN 'held' THEN 1 ELSE recalls.tries + 1 END
        WHERE recalls.asked_at <= :again AND (recalls.answer IS NULL OR recalls.answer = 'held')
    RETURNING carrier_sid
    """
)


def claim(
    tx: Session, found: Sequence[Held], cause: RecallCause, *, now: datetime, again_after: timedelta
) -> list[Held]:
    """Answers those that are ours to ask for: of two askers one has each."""
    if not found:
        return []
    values = {
        "sids": [one.carrier_sid for one in found],
        "ids": [one.attempt_id for one in found],
        "cause": cause.value,
        "now": now,
        "again": now - again_after,
    }
    ours = set(tx.execute(_CLAIM, values).scalars())
    return [one for one in found if one.carrier_sid in ours]


_DOUBTFUL = text(
    """
    WITH mine AS (
        UPDATE recalls SET asked_at = :now WHERE carrier_sid IN (
            SELECT r.carrier_sid FROM recalls r JOIN attempts a ON a.id = r.attempt_id
            WHERE r.answer IS NULL AND r.asked_at <= :silent_since
              AND a.carrier_sid = r.carrier_sid AND a.status IN ('accepted', 'ringing')
            ORDER BY r.asked_at LIMIT :limit FOR UPDATE OF r SKIP LOCKED)
        RETURNING carrier_sid, attempt_id, tries
    )
    SELECT a.id AS attempt_id, a.enrolment_id, a.customer_id, a.carrier_sid, a.channel, a.purpose,
           coalesce(a.to_number, c.msisdn) AS msisdn, mine.tries
    FROM mine JOIN attempts a ON a.id = mine.attempt_id JOIN customers c ON c.id = a.customer_id
    """
)


def claim_doubtful(tx: Session, *, now: datetime, silent_since: datetime, limit: int) -> list[Held]:
    """Those asked for whose answer nobody has written down, whether or not they are still to be taken back."""
    values = {"now": now, "silent_since": silent_since, "limit": limit}
    return [Held(**row._mapping) for row in tx.execute(_DOUBTFUL, values)]


# The carrier's own reports may be here already, and put the same contacts back: whoever locks several of these rows
# locks them in the order of their SIDs.
_IN_ORDER = "SELECT carrier_sid, attempt_id FROM recalls WHERE carrier_sid = ANY(:sids) ORDER BY carrier_sid FOR UPDATE"
_ANSWERED = text(
    f"""
    WITH locked AS MATERIALIZED ({_IN_ORDER})
    UPDATE recalls r SET answer = n.answer
    FROM locked JOIN unnest(cast(:sids AS text[]), cast(:answers AS text[])) AS n(sid, answer)
         ON n.sid = locked.carrier_sid
    WHERE r.carrier_sid = locked.carrier_sid
    """
)


def record(tx: Session, answers: Mapping[str, str]) -> None:
    """By SID: `canceled`, `asked`, `held` (it may be asked for anew), or the code of the carrier's refusal."""
    if answers:
        tx.execute(_ANSWERED, {"sids": list(answers), "answers": list(answers.values())})


@dataclass(frozen=True, slots=True)
class Recalled:
    """What became of one that was asked for. `again`: its campaign still wants it made."""

    put_back: bool
    again: bool


_RECALLED = text(
    """
    SELECT r.put_back, r.cause <> 'refused' AND k.status NOT IN ('aborted', 'finished') AS again
    FROM recalls r JOIN attempts a ON a.id = r.attempt_id JOIN campaigns k ON k.id = a.campaign_id
    WHERE r.carrier_sid = :sid
    """
)


def of(tx: Session, sid: str) -> Recalled | None:
    """None where nobody has asked for it."""
    row = tx.execute(_RECALLED, {"sid": sid}).one_or_none()
    return None if row is None else Recalled(**row._mapping)


# Under a new fence and without its SID: whatever is still told of the old one is about nothing of ours.
_PUT_BACK = text(
    f"""
    WITH locked AS MATERIALIZED ({_IN_ORDER}), theirs AS (
        UPDATE recalls r SET put_back = true FROM locked WHERE r.carrier_sid = locked.carrier_sid
        RETURNING r.attempt_id
    )
    UPDATE attempts a SET status = 'due', due_at = :now, fence = a.fence + 1, carrier_sid = NULL, taken_at = NULL,
        started_at = NULL, lease_until = NULL, closes_at = NULL, error_code = NULL
    FROM theirs WHERE a.id = theirs.attempt_id
    """
)


def put_back(tx: Session, sids: Collection[str], now: datetime) -> None:
    """Taken back unsent: due again, as if it had never been given to the carrier. The enrolments are locked."""
    if sids:
        tx.execute(_PUT_BACK, {"sids": list(sids), "now": now})


def newest_refusal(tx: Session) -> int:
    return int(tx.execute(text("SELECT coalesce(max(id), 0) FROM suppressions")).scalar_one())
