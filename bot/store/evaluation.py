"""What a campaign came to, counted by the database over the journals: never a row per customer in Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import TextClause, text

from bot.domain.campaigns import Arm
from bot.domain.contact import Reason
from bot.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """A recharge counts from `since` to `until`; that is None while the campaign runs without an end."""

    id: int
    name: str
    status: str
    flow_revision: str
    offer: Mapping[str, Any]
    control_share: float
    since: datetime
    until: datetime | None
    treatment: int
    control: int


_CAMPAIGN = text(
    """
    SELECT k.id, k.name, k.status, k.flow_revision, k.offer, cast(k.control_share AS float) AS control_share,
           coalesce(k.started_at, k.starts_at) AS since, coalesce(k.ends_at, k.finished_at) AS until,
           count(e.id) FILTER (WHERE e.arm = 'treatment') AS treatment,
           count(e.id) FILTER (WHERE e.arm = 'control') AS control
    FROM campaigns k LEFT JOIN enrolments e ON e.campaign_id = k.id
    WHERE k.id = :campaign_id GROUP BY k.id
    """
)


def campaign(tx: Tx, campaign_id: int) -> CampaignFacts:
    """Raises KeyError for an unknown campaign."""
    row = tx.execute(_CAMPAIGN, {"campaign_id": campaign_id}).first()
    if row is None:
        raise KeyError(campaign_id)
    return CampaignFacts(**row._mapping)


@dataclass(frozen=True, slots=True)
class Reached:
    """Treatment customers: wholly refused by the gate, taken by the carrier, arrived; and what must be 0."""

    barred: int
    contacted: int
    delivered: int
    control_contacted: int


# A call has arrived when somebody listened or the voicemail was left.
_REACHED = text(
    """
    WITH contacts AS (
        SELECT enrolment_id,
               bool_and(status = 'denied' AND reason IS DISTINCT FROM :moved_on) AS barred,
               bool_or(taken_at IS NOT NULL) AS contacted,
               bool_or(CASE channel WHEN 'sms' THEN status = 'delivered'
                       ELSE status IN ('in_progress', 'completed')
                            AND (answered_by IS DISTINCT FROM 'machine' OR voicemail = 'left') END
               ) AS delivered
        FROM attempts WHERE campaign_id = :campaign_id GROUP BY enrolment_id
    )
    SELECT count(*) FILTER (WHERE e.arm = 'treatment' AND c.barred) AS barred,
           count(*) FILTER (WHERE e.arm = 'treatment' AND c.contacted) AS contacted,
           count(*) FILTER (WHERE e.arm = 'treatment' AND c.delivered) AS delivered,
           count(*) FILTER (WHERE e.arm = 'control' AND c.contacted) AS control_contacted
    FROM contacts c JOIN enrolments e ON e.id = c.enrolment_id
    """
)


def reached(tx: Tx, campaign_id: int) -> Reached:
    return Reached(
        **tx.execute(_REACHED, {"campaign_id": campaign_id, "moved_on": Reason.FLOW_MOVED_ON.value})
        .one()
        ._mapping
    )


@dataclass(frozen=True, slots=True)
class Effort:
    """What was handed to the carrier, and what it costs by."""

    sms: int
    call: int
    segments: int
    call_minutes: int  # each begun minute counts


_EFFORT = text(
    """
    SELECT count(*) FILTER (WHERE channel = 'sms') AS sms,
           count(*) FILTER (WHERE channel = 'call') AS call,
           coalesce(sum(segments), 0) AS segments,
           cast(coalesce(sum(ceil(duration_s / 60.0)), 0) AS bigint) AS call_minutes
    FROM attempts WHERE campaign_id = :campaign_id AND taken_at IS NOT NULL
    """
)


def effort(tx: Tx, campaign_id: int) -> Effort:
    return Effort(**tx.execute(_EFFORT, {"campaign_id": campaign_id}).one()._mapping)


@dataclass(frozen=True, slots=True)
class Heard:
    replied: int  # customers
    replies: int
    keypresses: int


# A reply that no flow had asked for (a refusal, a word of thanks) names only the customer.
_HEARD = text(
    """
    WITH heard AS (
        SELECT e.id, v.kind FROM events v JOIN enrolments e ON e.id = v.enrolment_id
        WHERE e.campaign_id = :campaign_id
          AND (v.kind = 'sms.inbound' OR (v.kind = 'call.key' AND v.payload ->> 'Digits' <> ''))
        UNION ALL
        SELECT e.id, v.kind FROM events v JOIN enrolments e ON e.customer_id = v.customer_id
        WHERE e.campaign_id = :campaign_id AND e.arm = 'treatment'
          AND v.kind = 'sms.inbound' AND v.enrolment_id IS NULL
          AND v.received_at >= :since AND v.received_at < :until
    )
    SELECT count(DISTINCT id) AS replied,
           count(*) FILTER (WHERE kind = 'sms.inbound') AS replies,
           count(*) FILTER (WHERE kind = 'call.key') AS keypresses
    FROM heard
    """
)


def heard(tx: Tx, facts: CampaignFacts) -> Heard:
    return Heard(**tx.execute(_HEARD, _window(facts)).one()._mapping)


@dataclass(frozen=True, slots=True)
class Promises:
    accepted: int
    granted: int
    bonus: Decimal


_PROMISES = text(
    """
    SELECT count(accepted_at) AS accepted,
           count(*) FILTER (WHERE status = 'granted') AS granted,
           coalesce(sum(amount) FILTER (WHERE status = 'granted'), 0) AS bonus
    FROM grants WHERE campaign_id = :campaign_id
    """
)


def promises(tx: Tx, campaign_id: int) -> Promises:
    return Promises(**tx.execute(_PROMISES, {"campaign_id": campaign_id}).one()._mapping)


_ESCALATED = text(
    "SELECT count(DISTINCT enrolment_id) FROM work_orders WHERE campaign_id = :campaign_id",
)
_OPTED_OUT = text(
    """
    SELECT count(DISTINCT s.customer_id)
    FROM suppressions s JOIN enrolments e ON e.customer_id = s.customer_id
    WHERE e.campaign_id = :campaign_id AND e.arm = 'treatment'
      AND s.action = 'suppress' AND s.at >= :since AND s.at < :until
    """
)


def escalated(tx: Tx, campaign_id: int) -> int:
    return tx.scalar(_ESCALATED, {"campaign_id": campaign_id}) or 0


def opted_out(tx: Tx, facts: CampaignFacts) -> int:
    return tx.scalar(_OPTED_OUT, _window(facts)) or 0


# Counted alike for both arms, whatever was done with the customer: intention to treat.
_RECHARGED = text(
    """
    WITH enough AS (
        SELECT DISTINCT customer_id FROM (
            SELECT customer_id, payload ->> 'amount' AS amount FROM events
            WHERE kind = 'billing.topup' AND customer_id IS NOT NULL
              AND payload ->> 'status' IS DISTINCT FROM 'failed'
              AND payload ->> 'status' IS DISTINCT FROM 'cancelled'
              AND received_at >= :since AND received_at < :until
        ) topup
        WHERE CASE WHEN amount ~ '^[0-9]+([.][0-9]+)?(E[+-]?[0-9]{1,2})?$'
              THEN amount::numeric >= :minimum ELSE false END
    )
    SELECT e.arm, count(*) AS customers
    FROM enough JOIN enrolments e ON e.customer_id = enough.customer_id
    WHERE e.campaign_id = :campaign_id GROUP BY e.arm
    """
)


def recharged(tx: Tx, facts: CampaignFacts, minimum: Decimal) -> dict[Arm, int]:
    """Customers per arm who recharged at least `minimum` at once while the campaign ran."""
    rows = tx.execute(_RECHARGED, {**_window(facts), "minimum": minimum})
    return dict.fromkeys(Arm, 0) | {Arm(row.arm): row.customers for row in rows}


_RESULTS = text(
    """
    SELECT result AS reason, count(*) AS n FROM enrolments
    WHERE campaign_id = :campaign_id AND arm = 'treatment' AND result IS NOT NULL GROUP BY result
    """
)
_DENIED = text(
    """
    SELECT coalesce(reason, 'unknown') AS reason, count(*) AS n FROM attempts
    WHERE campaign_id = :campaign_id AND status = 'denied' GROUP BY 1
    """
)
_NEVER_CONTACTED = text(
    """
    WITH latest AS (
        SELECT DISTINCT ON (a.enrolment_id) d.verdict, d.reason
        FROM attempts a JOIN decisions d ON d.attempt_id = a.id
        WHERE a.campaign_id = :campaign_id AND NOT EXISTS (
            SELECT 1 FROM attempts taken
            WHERE taken.enrolment_id = a.enrolment_id AND taken.taken_at IS NOT NULL)
        ORDER BY a.enrolment_id, d.id DESC
    )
    SELECT reason, count(*) AS n FROM latest WHERE verdict <> 'allowed' GROUP BY reason
    """
)


def results(tx: Tx, campaign_id: int) -> dict[str, int]:
    """How the treated enrolments ended, by the name of the end."""
    return _counts(tx, _RESULTS, campaign_id)


def denied(tx: Tx, campaign_id: int) -> dict[str, int]:
    """Contacts that the gate refused, by reason."""
    return _counts(tx, _DENIED, campaign_id)


def never_contacted(tx: Tx, campaign_id: int) -> dict[str, int]:
    """Customers whom nothing reached the carrier for, by what the gate last said."""
    return _counts(tx, _NEVER_CONTACTED, campaign_id)


def _counts(tx: Tx, query: TextClause, campaign_id: int) -> dict[str, int]:
    rows = tx.execute(query, {"campaign_id": campaign_id})
    return dict(sorted(((row.reason, row.n) for row in rows), key=lambda pair: (-pair[1], pair[0])))


def _window(facts: CampaignFacts) -> dict[str, object]:
    return {"campaign_id": facts.id, "since": facts.since, "until": facts.until or "infinity"}
