"""A campaign's audience as one moment's snapshot, read in batches by a cursor on the server; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.campaigns import CampaignStatus
from bot.store.enrolling import Audience

BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What a campaign says to everybody in its audience."""

    id: int
    name: str
    status: CampaignStatus
    flow_revision: str
    offer: Mapping[str, Any]
    policy: Mapping[str, Any]
    control_share: Decimal
    salt: str
    priority: int
    on_conflict: str
    starts_at: datetime


class Candidate(NamedTuple):
    """A person of the audience, and where their run stands if they are enrolled already.

    `wanted` are the factors that were asked for, in that order; `due_*` is the contact that waits to be made.
    """

    customer_id: int
    external_id: str
    msisdn: str
    name: str | None
    language: str
    time_zone: str | None
    region: str | None
    tier: str
    active: bool
    complaint_open: bool
    consents: str  # by spaces: a list would cost more to read than all the rest
    wanted: Sequence[Any]
    enrolment_id: int | None
    arm: str | None
    status: str | None
    flow_revision: str | None
    step: str | None
    wakes_at: datetime | None
    expires_at: datetime | None
    run_facts: Mapping[str, Any] | None
    due_step: str | None
    due_channel: str | None
    due_purpose: str | None
    due_at: datetime | None
    due_expires_at: datetime | None
    due_on_denied: str | None
    due_text: str | None


def freeze(tx: Session) -> None:
    """The first statement of a transaction that sees one moment only, and that the database lets write nothing."""
    tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    tx.execute(text("SET LOCAL cursor_tuple_fraction = 1"))  # all rows are wanted, not the first ones soon


def terms(tx: Session, campaign_id: int) -> Terms:
    row = tx.execute(
        text(
            """
            SELECT id, name, status, flow_revision, offer, policy, control_share, salt, priority, on_conflict,
                   starts_at
            FROM campaigns WHERE id = :id
            """
        ),
        {"id": campaign_id},
    ).one()
    return Terms(**{**row._mapping, "status": CampaignStatus(row.status)})


def revisions(tx: Session, campaign: Terms) -> frozenset[str]:
    """Of the flow that its customers are on, or will start on."""
    found = tx.execute(
        text("SELECT DISTINCT flow_revision FROM enrolments WHERE campaign_id = :id AND status = 'active'"),
        {"id": campaign.id},
    )
    return frozenset(found.scalars()) | {campaign.flow_revision}


def size(tx: Session, audience: Audience) -> int:
    counted = text(f"SELECT count(*) FROM ({audience.select}) a")
    return int(tx.execute(counted, dict(audience.parameters)).scalar_one())


_CANDIDATES = """
    SELECT c.id AS customer_id, c.external_id, c.msisdn, c.name, c.language, c.time_zone, c.region, c.tier,
           c.status = 'active' AS active, c.complaint_open, array_to_string(c.consents, ' ') AS consents,
           {wanted} AS wanted,
           e.id AS enrolment_id, e.arm, e.status, e.flow_revision, e.step, e.due_at AS wakes_at, e.expires_at,
           e.state -> 'facts' AS run_facts,
           d.step, d.channel, d.purpose, d.due_at, d.expires_at, d.on_denied, d.text
    FROM ({drawn}) a
    JOIN customers c ON c.id = a.id
    LEFT JOIN enrolments e ON e.campaign_id = :campaign_id AND e.customer_id = a.id
    LEFT JOIN LATERAL (
        SELECT t.step, t.channel, t.purpose, t.due_at, t.expires_at, t.on_denied, t.text FROM attempts t
        WHERE t.enrolment_id = e.id AND t.status = 'due' ORDER BY t.due_at LIMIT 1
    ) d ON e.status = 'active' AND e.step IS NOT NULL
    ORDER BY a.id
    """
_DRAWN = "SELECT a.id FROM ({select}) a ORDER BY md5(:salt || ':dry-run:' || a.id), a.id LIMIT :sample"


def candidates(
    tx: Session, campaign: Terms, audience: Audience, *, wanted: Sequence[str], sample: int | None
) -> Iterator[list[Candidate]]:
    """In the order of their ids; a `sample` is drawn by a hash, so it is the same people each time."""
    drawn = audience.select if sample is None else _DRAWN.format(select=audience.select)
    names = {f"wanted_{number}": name for number, name in enumerate(wanted)}
    statement = text(_CANDIDATES.format(wanted=_array(list(names)), drawn=drawn))
    values = {**audience.parameters, **names, "campaign_id": campaign.id}
    if sample is not None:
        values |= {"salt": campaign.salt, "sample": sample}
    streamed = {"stream_results": True, "max_row_buffer": BATCH}
    for part in tx.execute(statement, values, execution_options=streamed).partitions(BATCH):
        yield [Candidate._make(row) for row in part]


def _array(parameters: Sequence[str]) -> str:
    """A function takes a hundred arguments at most."""
    factors = [f"c.factors -> cast(:{parameter} AS text)" for parameter in parameters]
    parts = [factors[start : start + 90] for start in range(0, len(factors), 90)] or [[]]
    return " || ".join(f"jsonb_build_array({', '.join(part)})" for part in parts)
