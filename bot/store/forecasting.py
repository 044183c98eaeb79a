"""A campaign's audience as it is at one moment, read slice by slice; several readers may share the moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.campaigns import CampaignStatus
from bot.store.enrolling import Audience, bucket_sql


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
    paused_at: datetime | None


class Slice(NamedTuple):
    """So many people of an audience, by the first and the last of their ids."""

    first: int
    last: int
    people: int


class Candidate(NamedTuple):
    """A person of the audience, and where their run stands if they are enrolled already.

    `wanted` are the factors that were asked for, in that order, as JSON that need not be read of everybody; `due` is
    the contact that waits to be made.
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
    consents: str  # with spaces between: as a list they would cost as much to read as all the rest
    wanted: str
    bucket: int  # of the campaign's own arms
    global_bucket: int  # of the global control group
    enrolment_id: int | None
    arm: str | None
    globally_held_out: bool
    status: str | None
    flow_revision: str | None
    step: str | None
    wakes_at: datetime | None
    expires_at: datetime | None
    run_facts: Mapping[str, Any] | None
    due: Mapping[str, Any] | None


def freeze(tx: Session, snapshot: str | None = None) -> None:
    """The first statement of a transaction that sees one moment, its own or another's, and can write nothing."""
    tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    if snapshot is not None:
        tx.connection().exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{snapshot}'")  # takes no parameter


def share(tx: Session) -> str:
    """The name under which others can see this frozen transaction's moment, as long as it is open."""
    return str(tx.execute(text("SELECT pg_export_snapshot()")).scalar_one())


def terms(tx: Session, campaign_id: int) -> Terms:
    row = tx.execute(
        text(
            """
            SELECT id, name, status, flow_revision, offer, policy, control_share, salt, priority, on_conflict,
                   starts_at, CASE status WHEN 'paused' THEN paused_at END AS paused_at
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


def sampled(tx: Session, campaign: Terms, audience: Audience, people: int) -> Audience:
    """So many of them, drawn by a hash: the same ones each time."""
    drawn = text(f"SELECT a.id FROM ({audience.select}) a ORDER BY md5(:salt || a.id), a.id LIMIT :people")
    values = {**audience.parameters, "salt": f"dry-run:{campaign.salt}:", "people": people}
    ids = list(tx.execute(drawn, values).scalars())
    return Audience("SELECT c.id, c.status FROM customers c WHERE c.id = ANY(:drawn)", {"drawn": ids})


def slices(tx: Session, audience: Audience, people: int) -> list[Slice]:
    """The whole audience, `people` at a time."""
    statement = text(
        f"""
        SELECT min(id) AS first, max(id) AS last, count(*) AS people
        FROM (SELECT a.id, (row_number() OVER (ORDER BY a.id) - 1) / :people AS number
              FROM ({audience.select}) a) numbered
        GROUP BY number ORDER BY number
        """
    )
    rows = tx.execute(statement, {**audience.parameters, "people": people})
    return [Slice(row.first, row.last, row.people) for row in rows]


_CANDIDATES = """
    SELECT c.id AS customer_id, c.external_id, c.msisdn, c.name, c.language, c.time_zone, c.region, c.tier,
           c.status = 'active' AS active, c.complaint_open, array_to_string(c.consents, ' ') AS consents,
           cast({wanted} AS text) AS wanted, {bucket} AS bucket, {global_bucket} AS global_bucket,
           e.id AS enrolment_id, e.arm, e.global_control_until IS NOT NULL AS globally_held_out, e.status,
           e.flow_revision, e.step, e.due_at AS wakes_at,
           e.expires_at + least(cast(:given_back AS interval), cast(:now AS timestamptz) - e.enrolled_at) AS expires_at,
           e.state -> 'facts' AS run_facts,
           CASE WHEN d.step IS NOT NULL THEN to_jsonb(d) END AS due
    FROM (SELECT a.id FROM ({audience}) a WHERE a.id BETWEEN :first AND :last) a
    JOIN customers c ON c.id = a.id
    LEFT JOIN enrolments e ON e.campaign_id = :campaign_id AND e.customer_id = a.id
    LEFT JOIN LATERAL (
        SELECT t.step, t.channel, t.purpose, t.due_at, t.on_denied, t.text,
               t.expires_at + least(cast(:given_back AS interval), cast(:now AS timestamptz) - t.created_at)
                   AS expires_at
        FROM attempts t
        WHERE t.enrolment_id = e.id AND t.status = 'due' ORDER BY t.due_at LIMIT 1
    ) d ON e.status = 'active' AND e.step IS NOT NULL
    ORDER BY a.id
    """


def candidates(
    tx: Session,
    campaign: Terms,
    audience: Audience,
    part: Slice,
    *,
    wanted: Sequence[str],
    global_salt: str,
    now: datetime,
) -> list[Candidate]:
    """In the order of their ids. Of a paused campaign, as if it were resumed now: that gives back the pause's time."""
    names = {f"wanted_{number}": name for number, name in enumerate(wanted)}
    statement = _CANDIDATES.format(
        wanted=_array(list(names)),
        bucket=bucket_sql("salt", "c.id"),
        global_bucket=bucket_sql("global_salt", "c.id"),
        audience=audience.select,
    )
    values = {"campaign_id": campaign.id, "salt": campaign.salt, "global_salt": global_salt}
    values |= {**audience.parameters, **names, "first": part.first, "last": part.last}
    values["now"] = now
    values["given_back"] = max(now - campaign.paused_at, timedelta(0)) if campaign.paused_at else timedelta(0)
    return [Candidate._make(row) for row in tx.execute(text(statement), values)]


_MOST_ARGUMENTS = 90  # of a function of PostgreSQL


def _array(parameters: Sequence[str]) -> str:
    factors = [f"c.factors -> cast(:{parameter} AS text)" for parameter in parameters]
    parts = [factors[n : n + _MOST_ARGUMENTS] for n in range(0, len(factors), _MOST_ARGUMENTS)] or [[]]
    return " || ".join(f"jsonb_build_array({', '.join(part)})" for part in parts)
