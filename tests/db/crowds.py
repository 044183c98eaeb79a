"""Crowds of customers, made at a stroke: their runs, and what is due in them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from bot.store.transaction import Tx
from tests.db.parts import NOW

_PEOPLE = """
    WITH people AS (
        INSERT INTO customers (external_id, msisdn, name, time_zone, region, consents, snapshot_at, created_at)
        SELECT 'crowd ' || :campaign || ' ' || n, '+8613' || (:campaign * 10000000 + n), '客户', 'Asia/Shanghai',
               'beijing', '{sms:marketing,call:marketing}', :now, :now
        FROM generate_series(1, :size) n RETURNING id
    )
    """
_WAITING_TO_BE_SENT = f"""
    {_PEOPLE}, runs AS (
        INSERT INTO enrolments (campaign_id, customer_id, flow_revision, arm, status, step, visit, enrolled_at,
                                expires_at)
        SELECT k.id, people.id, k.flow_revision, 'treatment', 'active', 'ask', 1, :now, :until
        FROM people JOIN campaigns k ON k.id = :campaign RETURNING id, customer_id
    )
    INSERT INTO attempts (id, enrolment_id, campaign_id, customer_id, channel, purpose, step, visit, try_no, due_at,
                          expires_at, on_denied, asks, created_at)
    SELECT gen_random_uuid(), id, :campaign, customer_id, 'sms', 'marketing', 'ask', 1, 1, :due_at, :until, 'wait',
           true, :now
    FROM runs
    """
_WAITING_TO_START = f"""
    {_PEOPLE}
    INSERT INTO enrolments (campaign_id, customer_id, flow_revision, arm, status, enrolled_at, due_at, expires_at)
    SELECT k.id, people.id, k.flow_revision, 'treatment', 'active', :now, :due_at, :until
    FROM people JOIN campaigns k ON k.id = :campaign
    """
_OVER = f"""
    {_PEOPLE}
    INSERT INTO enrolments (campaign_id, customer_id, flow_revision, arm, status, result, enrolled_at)
    SELECT k.id, people.id, k.flow_revision, 'treatment', 'finished', 'x', :now
    FROM people JOIN campaigns k ON k.id = :campaign
    """


def crowd(tx: Tx, campaign: int, size: int, *, due_in: timedelta = timedelta(hours=-1)) -> None:
    """So many customers whose first message has been due for an hour."""
    _make(tx, _WAITING_TO_BE_SENT, campaign, size, due_in)


def crowd_to_start(tx: Tx, campaign: int, size: int, *, due_in: timedelta = timedelta(hours=-1)) -> None:
    """So many customers whose run was to start an hour ago."""
    _make(tx, _WAITING_TO_START, campaign, size, due_in)


def crowd_over(tx: Tx, campaign: int, size: int) -> None:
    """So many customers whose run has ended."""
    _make(tx, _OVER, campaign, size, timedelta(0))


def _make(tx: Tx, statement: str, campaign: int, size: int, due_in: timedelta) -> None:
    """Without checking each foreign key."""
    tx.execute(text("SET LOCAL session_replication_role = replica"))
    moments = {"now": NOW, "due_at": NOW + due_in, "until": NOW + timedelta(days=9)}
    tx.execute(text(statement), {"campaign": campaign, "size": size, **moments})
    tx.execute(text("ANALYZE customers, enrolments, attempts"))
