"""What somebody has refused since it went out: found by whoever said it, in time, however much the carrier holds."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text

from bot.outreach.recall import ASK_AGAIN, IN_DOUBT, MOST_TRIES
from bot.store import refused_held, suppressions
from bot.store.models import AttemptRow
from bot.store.recalls import Asking
from bot.store.suppressions import Entry
from tests.db.parts import NOW, Parts
from tests.db.rows_read import rows_read


@pytest.fixture
def campaign(parts: Parts) -> int:
    return parts.campaign()


def by_sms(parts: Parts, campaign: int) -> int:
    """The customer of a message that waits at the carrier."""
    run = parts.enrol(campaign)
    assert parts.sms_outreach.send_due(NOW) == 1
    return parts.enrolment(run).customer_id


def refuse(parts: Parts, *customers: int) -> None:
    with parts.transaction() as tx:
        said = [Entry(one, "suppress", "sms_reply", f"sms:in:{one}") for one in customers]
        suppressions.add(tx, said, NOW)


def test_a_refusal_follows_the_number_that_was_written_to_and_the_person(parts: Parts, campaign: int) -> None:
    """The number has changed hands since: what is said by the old one is about the message, and so is the person's."""
    _, second = (by_sms(parts, campaign) for _ in range(2))
    written_to = [message.to for message in parts.sms.books]
    with parts.transaction() as tx:
        tx.execute(text("UPDATE customers SET msisdn = '+86139' || lpad(id::text, 8, '0')"))
        suppressions.add(tx, [Entry(None, "suppress", "operator", "x", written_to[0])], NOW)
    assert parts.recall.take_back(NOW) == 1
    refuse(parts, second)
    assert parts.recall.take_back(NOW) == 1
    assert [message.status for message in parts.sms.books] == ["canceled", "canceled"]


def list_numbers(parts: Parts, number: str, at: datetime, strangers: int = 0) -> None:
    with parts.transaction() as tx:
        (made,) = tx.execute(
            text(
                "INSERT INTO do_not_call_lists (name, channel, purpose, topic, created_at) "
                "VALUES ('list ' || :number, 'all', 'all', 'all', :at) RETURNING id"
            ),
            {"number": number, "at": at},
        ).one()
        tx.execute(
            text(
                "INSERT INTO do_not_call_imports (list_id, file_name, file_sha256, replacing, rows_read, "
                "rows_rejected, added, removed, at) VALUES (:id, 'x', 'x', false, 1, 0, 1, 0, :at)"
            ),
            {"id": made, "at": at},
        )
        tx.execute(
            text(
                "INSERT INTO suppressions (msisdn, action, source, list_id, at) SELECT msisdn, 'suppress', 'list', "
                ":id, :at FROM (SELECT cast(:number AS text) AS msisdn UNION ALL "
                "SELECT '+86159' || lpad(n::text, 8, '0') FROM generate_series(1, :strangers) n) AS listed"
            ),
            {"id": made, "number": number, "at": at, "strangers": strangers},
        )


def test_a_list_is_dated_when_its_import_began(parts: Parts, campaign: int) -> None:
    """The gate could not see it yet: it was in force only with the end of the import."""
    by_sms(parts, campaign)
    list_numbers(parts, parts.sms.books[0].to, NOW - timedelta(minutes=5))
    assert parts.recall.take_back(NOW) == 1


def test_lists_are_read_again_once_a_minute_and_a_new_one_at_once(parts: Parts, campaign: int) -> None:
    recall = parts.recall
    first, second, third = (by_sms(parts, campaign) and parts.sms.books[-1].to for _ in range(3))
    list_numbers(parts, first, NOW)
    assert recall.take_back(NOW) == 1

    def asked_of_late(number: str, now: datetime) -> int:
        """The line is older than the last look: as when the carrier's yes to the message came late."""
        with parts.transaction() as tx:
            tx.execute(text("UPDATE suppressions SET msisdn = :number"), {"number": number})
        return recall.take_back(now)

    assert asked_of_late(second, NOW + IN_DOUBT - ASK_AGAIN) == 1  # it may be held only now
    assert recall.take_back(NOW + IN_DOUBT) == 0
    assert asked_of_late(third, NOW + IN_DOUBT + ASK_AGAIN) == 0
    assert recall.take_back(NOW + 2 * IN_DOUBT) == 1

    late = NOW + 2 * IN_DOUBT + ASK_AGAIN
    assert recall.take_back(late) == 0
    by_sms(parts, campaign)
    list_numbers(parts, parts.sms.books[-1].to, late)
    assert recall.take_back(late) == 1


HELD = 3_000


def test_what_refusals_cost_is_theirs_and_not_the_carriers_queue_or_a_lists(
    parts: Parts, campaign: int, engine: Engine
) -> None:
    fill_the_queue(parts, campaign)
    asking = Asking(NOW, ASK_AGAIN, MOST_TRIES, 200)

    def read(found: int, lists: int = 0) -> int:
        with rows_read(engine) as counted, parts.transaction() as tx:
            oldest = refused_held.oldest_held(tx, NOW)
            assert oldest is not None
            assert len(refused_held.by_persons(tx, asking, oldest)) == found
            assert len(refused_held.many_of_late(tx, oldest)) == lists
        return counted.rows

    assert read(0) < 20
    with parts.transaction() as tx:
        some = tx.scalars(select(AttemptRow.customer_id).order_by(AttemptRow.customer_id).limit(5)).all()
    refuse(parts, *some)
    assert read(5) < 100
    list_numbers(parts, "+8615800000000", NOW, strangers=20_000)
    with parts.transaction() as tx:
        tx.execute(text("ANALYZE suppressions"))
    assert read(5, lists=1) < 100


def fill_the_queue(parts: Parts, campaign: int) -> None:
    with parts.transaction() as tx:
        for statement in (
            "INSERT INTO customers (external_id, msisdn, snapshot_at, created_at) "
            "SELECT 'Q' || n, '+86137' || lpad(n::text, 8, '0'), :now, :now FROM generate_series(1, :held) n",
            "INSERT INTO enrolments (campaign_id, customer_id, flow_revision, arm, status, enrolled_at) "
            "SELECT k.id, c.id, k.flow_revision, 'treatment', 'active', :now FROM campaigns k, customers c "
            "WHERE c.external_id LIKE 'Q%' AND k.id = :campaign",
            "INSERT INTO attempts (id, enrolment_id, campaign_id, customer_id, channel, purpose, step, visit, try_no, "
            "due_at, expires_at, on_denied, created_at, status, carrier_sid, taken_at, to_number) "
            "SELECT gen_random_uuid(), e.id, e.campaign_id, c.id, 'sms', 'marketing', 'x', 1, 1, :now, :now, 'wait', "
            ":now, 'accepted', 'SM' || c.id, cast(:now AS timestamptz) - interval '1 second' * (c.id % 3600), c.msisdn "
            "FROM enrolments e JOIN customers c ON c.id = e.customer_id WHERE c.external_id LIKE 'Q%'",
            "ANALYZE customers, enrolments, attempts, suppressions, recalls",
        ):
            tx.execute(text(statement), {"now": NOW, "campaign": campaign, "held": HELD})
