"""Messages and calls that the carrier holds and should not send any more, and what it was asked about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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


# The latest first: they are the last in the carrier's queue, and the likeliest to be there still.
_HELD = """
    SELECT a.id AS attempt_id, a.enrolment_id, a.customer_id, a.carrier_sid, a.channel, a.purpose,
           coalesce(a.to_number, c.msisdn) AS msisdn, coalesce(r.tries, 0) AS tries
    FROM campaigns k
    JOIN attempts a ON a.campaign_id = k.id AND a.status IN ('accepted', 'ringing')
    JOIN customers c ON c.id = a.customer_id
    LEFT JOIN recalls r ON r.carrier_sid = a.carrier_sid
    WHERE {which} AND a.carrier_sid IS NOT NULL
      AND (r.carrier_sid IS NULL OR (r.answer IS NULL AND r.tries < :most AND r.asked_at <= :again))
    ORDER BY a.taken_at DESC LIMIT :limit
    """

# The carrier's queue is ten hours long at most. A call that was silent for so long has lost its end on the way, and
# the reconciler asks for it.
_LATELY = """
    a.taken_at > cast(:now AS timestamptz) - CASE a.channel WHEN 'call' THEN interval '15 minutes'
                                                            ELSE interval '10 hours' END
    """

# The gate has asked the register when it let the attempt pass: only what was said since then can be news. What
# cannot be about this contact must not take the place of what is.
_SAID_SINCE = """
    (EXISTS (SELECT FROM suppressions s WHERE s.customer_id = a.customer_id AND s.action = 'suppress' AND {news})
     OR EXISTS (SELECT FROM suppressions s WHERE s.msisdn = coalesce(a.to_number, c.msisdn)
                AND s.action = 'suppress' AND {news})
     OR EXISTS (SELECT FROM suppression_patterns s WHERE s.ended_at IS NULL AND {news}
                AND starts_with(coalesce(a.to_number, c.msisdn), s.prefix)))
    """.format(
    news="s.at >= a.taken_at - interval '1 minute'"
    " AND s.channel IN ('all', a.channel) AND s.purpose IN ('all', a.purpose)"
)

_CLOSED = """
    k.status IN ('running', 'draining') AND a.channel = 'call' AND a.closes_at <= :now
    AND a.closes_at > cast(:now AS timestamptz) - interval '15 minutes'
    """

_WHICH: Mapping[RecallCause, TextClause] = {
    RecallCause.REFUSED: text(_HELD.format(which=f"k.status <> 'draft' AND {_LATELY} AND {_SAID_SINCE}")),
    RecallCause.STOPPED: text(_HELD.format(which=f"k.status IN ('paused', 'aborted') AND {_LATELY}")),
    RecallCause.CLOSED: text(_HELD.format(which=_CLOSED)),
}


def held(
    tx: Session, cause: RecallCause, *, now: datetime, again_after: timedelta, most_tries: int, limit: int
) -> list[Held]:
    """Those that nobody has asked the carrier for, or asked in vain. For a refusal: where something was said since."""
    values = {"now": now, "again": now - again_after, "most": most_tries, "limit": limit}
    return [Held(**row._mapping) for row in tx.execute(_WHICH[cause], values)]


_CLAIM = text(
    """
    INSERT INTO recalls (carrier_sid, attempt_id, cause, asked_at, tries)
    SELECT n.sid, n.id, :cause, :now, 1 FROM unnest(cast(:sids AS text[]), cast(:ids AS uuid[])) AS n(sid, id)
    ORDER BY n.sid
    ON CONFLICT (carrier_sid) DO UPDATE SET asked_at = :now, tries = recalls.tries + 1
        WHERE recalls.answer IS NULL AND recalls.asked_at <= :again
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
    """By SID: `canceled`, `asked`, or the code of the carrier's refusal."""
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
