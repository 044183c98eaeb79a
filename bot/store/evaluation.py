"""What a campaign came to, counted by the database over the journals: never a row per customer in Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntFlag
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
    control: int  # without the global control group, whom the other campaigns leave in peace as well


_CAMPAIGN = text(
    """
    SELECT k.id, k.name, k.status, k.flow_revision, k.offer, cast(k.control_share AS float) AS control_share,
           coalesce(k.started_at, k.starts_at) AS since, coalesce(k.ends_at, k.finished_at) AS until,
           count(*) FILTER (WHERE e.arm = 'treatment') AS treatment,
           count(*) FILTER (WHERE e.arm = 'control' AND e.global_control_until IS NULL) AS control
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


class Fact(IntFlag):
    """What is on record about one enrolled customer; a customer has any number of these."""

    REFUSED = 1  # the gate refused a contact
    PLANNED = 2  # there was a contact that it did not refuse
    CONTACTED = 4  # taken by the carrier
    DELIVERED = 8
    ANSWERED = 16  # by text or key
    ACCEPTED = 32
    GRANTED = 64
    ESCALATED = 128
    RECHARGED = 256
    OPTED_OUT = 512
    MARKETED_ELSEWHERE = 1024  # contacted by another campaign
    SERVED_ELSEWHERE = 2048
    TREATED_ELSEWHERE = 4096  # in the treatment arm of a campaign that ran at the same time


@dataclass(frozen=True, slots=True)
class Tally:
    """How many enrolled customers are alike in all of this."""

    arm: str
    held_globally: bool
    flow_revision: str
    ways: Mapping[str, str]  # experiment -> way
    dealt: Mapping[str, Mapping[str, int]]  # experiment -> the weights by which it was dealt
    result: str | None
    facts: Fact
    customers: int
    replies: int
    keypresses: int


#: A top-up event `v` that counts; a failed one does not, nor one whose amount cannot be read.
_ENOUGH = """
    CASE WHEN v.payload ->> 'status' IN ('failed', 'cancelled') THEN false
         WHEN v.payload ->> 'amount' ~ '^[0-9]+([.][0-9]+)?(E[+-]?[0-9]{1,2})?$'
         THEN cast(v.payload ->> 'amount' AS numeric) >= :minimum ELSE false END"""

# One pass: each journal is read once and gives (customer, fact) lines, of which each customer's are put together
# and laid beside the enrolments. The joins with `mine` let the planner go by index for a small campaign in a large
# house. A call has arrived when somebody listened or the voicemail was left; a reply that no flow had asked for (a
# refusal, a word of thanks) names only the customer; recharges count alike for both arms, whatever was done with
# the customer: intention to treat. A global control's period may end before the campaign does: from then on that
# customer is like any other.
_TALLIES = text(
    f"""
    WITH mine AS NOT MATERIALIZED (
        SELECT id, customer_id, arm, global_control_until FROM enrolments WHERE campaign_id = :campaign_id
    ), found (customer_id, fact, reply, keypress) AS (
        SELECT customer_id,
               CASE WHEN status = 'denied' AND reason IS DISTINCT FROM :moved_on THEN {Fact.REFUSED:d}
                    ELSE {Fact.PLANNED:d} END
               + CASE WHEN taken_at IS NOT NULL THEN {Fact.CONTACTED:d} ELSE 0 END
               + CASE WHEN CASE channel WHEN 'sms' THEN status = 'delivered'
                           ELSE status IN ('in_progress', 'completed')
                                AND (answered_by IS DISTINCT FROM 'machine' OR voicemail = 'left') END
                      THEN {Fact.DELIVERED:d} ELSE 0 END,
               NULL::boolean, NULL::boolean
        FROM attempts WHERE campaign_id = :campaign_id
        UNION ALL
        SELECT m.customer_id,
               CASE WHEN v.kind <> 'billing.topup' THEN {Fact.ANSWERED:d}
                    WHEN {_ENOUGH} THEN {Fact.RECHARGED:d} ELSE 0 END,
               CASE v.kind WHEN 'sms.inbound' THEN true END, CASE v.kind WHEN 'call.key' THEN true END
        FROM events v JOIN mine m ON m.customer_id = v.customer_id
        WHERE v.kind IN ('sms.inbound', 'call.key', 'billing.topup') AND CASE v.kind
              WHEN 'call.key' THEN v.enrolment_id = m.id AND v.payload ->> 'Digits' <> ''
              WHEN 'sms.inbound' THEN v.enrolment_id = m.id OR (v.enrolment_id IS NULL AND m.arm = 'treatment'
                                      AND v.received_at >= :since AND v.received_at < :until)
              WHEN 'billing.topup' THEN v.received_at >= :since AND v.received_at < :until END
        UNION ALL
        SELECT customer_id, CASE WHEN accepted_at IS NOT NULL THEN {Fact.ACCEPTED:d} ELSE 0 END
               + CASE status WHEN 'granted' THEN {Fact.GRANTED:d} ELSE 0 END, NULL, NULL
        FROM grants WHERE campaign_id = :campaign_id
        UNION ALL
        SELECT customer_id, {Fact.ESCALATED:d}, NULL, NULL FROM work_orders WHERE campaign_id = :campaign_id
        UNION ALL
        SELECT m.customer_id, {Fact.OPTED_OUT:d}, NULL, NULL
        FROM suppressions s JOIN mine m ON m.customer_id = s.customer_id
        WHERE s.action = 'suppress' AND s.source NOT IN ('list', 'number_changed', 'erasure')
          AND s.at >= :since AND s.at < :until
        UNION ALL
        SELECT m.customer_id,
               CASE a.purpose WHEN 'marketing' THEN {Fact.MARKETED_ELSEWHERE:d}
                    ELSE {Fact.SERVED_ELSEWHERE:d} END, NULL, NULL
        FROM attempts a JOIN mine m ON m.customer_id = a.customer_id
        WHERE a.campaign_id <> :campaign_id
          AND a.taken_at >= :since AND a.taken_at < :until
          AND (m.global_control_until IS NULL OR a.taken_at < m.global_control_until)
        UNION ALL
        SELECT o.customer_id, {Fact.TREATED_ELSEWHERE:d}, NULL, NULL
        FROM enrolments o JOIN campaigns k ON k.id = o.campaign_id JOIN mine m ON m.customer_id = o.customer_id
        WHERE k.id <> :campaign_id AND o.arm = 'treatment'
          AND k.started_at < :until AND coalesce(k.finished_at, k.ends_at, 'infinity') > :since
    ), told AS (
        SELECT customer_id, bit_or(fact) AS facts, count(reply) AS replies, count(keypress) AS keypresses
        FROM found GROUP BY customer_id
    )
    SELECT e.arm, e.global_control_until IS NOT NULL AS held_globally, e.flow_revision,
           e.state -> 'ways' AS ways, e.state -> 'dealt' AS dealt, e.result,
           coalesce(t.facts, 0) AS facts, count(*) AS customers,
           cast(coalesce(sum(t.replies), 0) AS bigint) AS replies,
           cast(coalesce(sum(t.keypresses), 0) AS bigint) AS keypresses
    FROM enrolments e LEFT JOIN told t ON t.customer_id = e.customer_id
    WHERE e.campaign_id = :campaign_id GROUP BY 1, 2, 3, 4, 5, 6, 7
    """
)

# A million customers are put together in memory instead of on the disk.
_MEMORY = text("SELECT set_config('work_mem', '64MB', true)")


def tallies(tx: Tx, facts: CampaignFacts, minimum: Decimal) -> list[Tally]:
    """Every enrolled customer once; a recharge counts from `minimum` at once on."""
    tx.execute(_MEMORY)
    values = _window(facts) | {"minimum": minimum, "moved_on": Reason.FLOW_MOVED_ON.value}
    return [
        Tally(**{**row._mapping, "ways": row.ways or {}, "dealt": row.dealt or {}, "facts": Fact(row.facts)})
        for row in tx.execute(_TALLIES, values)
    ]


_RECHARGED = text(
    f"""
    SELECT e.arm, count(DISTINCT e.id) AS customers
    FROM enrolments e JOIN events v ON v.customer_id = e.customer_id
    WHERE e.campaign_id = :campaign_id AND e.global_control_until IS NULL
      AND v.kind = 'billing.topup' AND v.received_at >= :since AND v.received_at < :until AND {_ENOUGH}
    GROUP BY e.arm
    """
)


def recharged(tx: Tx, facts: CampaignFacts, minimum: Decimal) -> dict[Arm, int]:
    """Customers per arm who recharged at least `minimum` at once: the comparison alone, for who looks often."""
    rows = tx.execute(_RECHARGED, _window(facts) | {"minimum": minimum})
    return dict.fromkeys(Arm, 0) | {Arm(row.arm): row.customers for row in rows}


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
           coalesce(sum((duration_s + 59) / 60), 0) AS call_minutes
    FROM attempts WHERE campaign_id = :campaign_id AND taken_at IS NOT NULL
    """
)


def effort(tx: Tx, campaign_id: int) -> Effort:
    return Effort(**tx.execute(_EFFORT, {"campaign_id": campaign_id}).one()._mapping)


_BONUS = text(
    "SELECT coalesce(sum(amount), 0) FROM grants WHERE campaign_id = :campaign_id AND status = 'granted'"
)


def bonus(tx: Tx, campaign_id: int) -> Decimal:
    """Credited."""
    return Decimal(tx.execute(_BONUS, {"campaign_id": campaign_id}).scalar_one())


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
        WHERE a.campaign_id = :campaign_id AND a.taken_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM attempts taken
            WHERE taken.enrolment_id = a.enrolment_id AND taken.taken_at IS NOT NULL)
        ORDER BY a.enrolment_id, d.id DESC
    )
    SELECT reason, count(*) AS n FROM latest WHERE verdict <> 'allowed' GROUP BY reason
    """
)


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
