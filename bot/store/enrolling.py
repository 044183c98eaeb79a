"""Enrolling: people of an audience in one statement, arms dealt in SQL as `bot.domain.arms` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from bot.domain.global_control import ControlGroup


def bucket_sql(salt: str, customer_id: str) -> str:
    """`bot.domain.arms.bucket` of a parameter and a column, in SQL."""
    return f"(('x' || substr(md5(:{salt} || ':' || {customer_id}), 1, 8))::bit(32)::bigint * 10000 >> 32)"


@dataclass(frozen=True, slots=True)
class Audience:
    """A SELECT of customers' id and status, and its parameters; made by `bot.store`, never typed in.

    `members` is a SELECT of ids alone, in which all of them are: whoever goes through them piece by piece goes by it.
    """

    select: str
    parameters: Mapping[str, Any]
    members: str = "SELECT id FROM customers"


@dataclass(frozen=True, slots=True)
class Placed:
    """An audience whose SELECT has `place` as well: whoever has a lower one comes earlier.

    With `one_by_one` each has a moment of their own; else only the place's first number, a rank, moves anybody.
    """

    select: str
    parameters: Mapping[str, Any]
    one_by_one: bool


@dataclass(frozen=True, slots=True)
class Dealt:
    """`global_control` of the `control` are held out by the global control group."""

    audience: int
    treatment: int
    control: int
    global_control: int


def on_risk_list(risk_list_id: int) -> Audience:
    return Audience(
        """
        SELECT r.customer_id AS id, c.status FROM risk_list_entries r JOIN customers c ON c.id = r.customer_id
        WHERE r.risk_list_id = :risk_list_id
        """,
        {"risk_list_id": risk_list_id},
        "SELECT customer_id AS id FROM risk_list_entries WHERE risk_list_id = :risk_list_id",
    )


def where(condition: str) -> Audience:
    """`condition` is compiled SQL over the table `c` of customers, with every literal in it already."""
    literal = condition.replace(":", "\\:")  # a colon is no parameter
    return Audience(f"SELECT c.id, c.status FROM customers c WHERE {literal}", {})


def enrol(
    tx: Session,
    campaign_id: int,
    people: Placed,
    *,
    flow_revision: str,
    salt: str,
    control_below: int,
    global_control: ControlGroup | None,
    status: str,
    due_at: datetime,
    expires_at: datetime | None,
    enrolled_at: datetime,
    before: int = 0,
) -> Dealt:
    """Everybody of that status (active, or left) who is not enrolled yet; `before` are in the order before them.

    The order is in microseconds between their due moments, so that the first are served first. Those with a bucket
    under `control_below` are held out, and so is the global control group, whatever the campaign's own hash says of
    them.
    """
    row = tx.execute(
        _enrol(people),
        {
            **people.parameters,
            "campaign_id": campaign_id,
            "flow_revision": flow_revision,
            "salt": salt,
            "control_below": control_below,
            "global_salt": global_control.salt if global_control else "",
            "global_below": global_control.below if global_control else 0,
            "global_until": global_control.until if global_control else None,
            "status": status,
            "due_at": due_at,
            "expires_at": expires_at,
            "enrolled_at": enrolled_at,
            "before": before,
        },
    ).one()
    return Dealt(**row._mapping)


def _enrol(people: Placed) -> TextClause:
    shift = ":before + row_number() OVER (ORDER BY place, id) - 1" if people.one_by_one else "place[1]"
    return text(
        f"""
        WITH audience AS MATERIALIZED ({people.select}),
        known AS (
            SELECT id, {shift} AS shift,
                   CASE WHEN :global_below > 0 AND {bucket_sql("global_salt", "id")} < :global_below
                        THEN cast(:global_until AS timestamptz) END AS held_until
            FROM audience WHERE status = :status
        ), dealt AS (
            SELECT id, shift, held_until,
                   held_until IS NOT NULL OR {bucket_sql("salt", "id")} < :control_below AS held_out
            FROM known
        ), added AS (
            INSERT INTO enrolments
                (campaign_id, customer_id, flow_revision, arm, global_control_until, status, due_at, expires_at,
                 enrolled_at)
            SELECT :campaign_id, d.id, :flow_revision,
                   CASE WHEN d.held_out THEN 'control' ELSE 'treatment' END, d.held_until,
                   CASE WHEN d.held_out THEN 'held_out' ELSE 'active' END,
                   CASE WHEN d.held_out THEN NULL
                        ELSE cast(:due_at AS timestamptz) + d.shift * interval '1 microsecond' END,
                   cast(:expires_at AS timestamptz), :enrolled_at
            FROM dealt d ORDER BY d.id
            ON CONFLICT (campaign_id, customer_id) DO NOTHING
            RETURNING arm, global_control_until
        )
        SELECT (SELECT count(*) FROM audience) AS audience,
               count(*) FILTER (WHERE arm = 'treatment') AS treatment,
               count(*) FILTER (WHERE arm = 'control') AS control,
               count(global_control_until) AS global_control
        FROM added
        """
    )
