"""Pages that ask again every two seconds: what they ask for is bounded, or was counted a moment ago."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from bot.store import deferred
from bot.store.transaction import Transaction
from tests.console_app import make_readable_campaign, operators_browser
from tests.db.crowds import crowd
from tests.db.factories import make_attempt, make_enrolment
from tests.db.parts import NOW, Parts
from tests.db.rows_read import rows_read

MANY = 500


@pytest.fixture
def client(transaction: Transaction, now: datetime) -> FlaskClient:
    return operators_browser(transaction, now)


@pytest.fixture
def campaign(transaction: Transaction) -> int:
    """Many contacts that the gate has put off, some of them more than once."""
    with transaction() as tx:
        campaign = make_readable_campaign(tx, name="November")
        crowd(tx, campaign, MANY, due_in=timedelta(hours=10))
        tx.execute(text("UPDATE attempts SET reason = 'quiet_hours'"))
        tx.execute(
            text(
                "INSERT INTO decisions (attempt_id, verdict, reason, until, at) "
                "SELECT id, 'deferred', 'quiet_hours', due_at, :now FROM attempts, generate_series(1, 3)"
            ),
            {"now": NOW},
        )
    return campaign


def test_what_is_put_off_is_counted_without_its_decisions(
    transaction: Transaction, engine: Engine, campaign: int
) -> None:
    with rows_read(engine) as read, transaction() as tx:
        [one] = deferred.put_off(tx, campaign, NOW)
    assert (one.reason, one.contacts) == ("quiet_hours", MANY)
    assert read.rows <= MANY


def test_the_page_says_as_of_when_it_has_counted_them(client: FlaskClient, campaign: int) -> None:
    page = client.get(f"/campaigns/{campaign}").text
    assert "Contacts that wait for their time" in page
    assert "as of Nov 22" in page


def test_a_campaign_that_is_watched_is_not_counted_each_time(
    client: FlaskClient, engine: Engine, campaign: int
) -> None:
    client.get(f"/campaigns/{campaign}/live")
    with rows_read(engine) as read:
        assert client.get(f"/campaigns/{campaign}/live").status_code == 200
    assert read.rows < MANY


def test_the_list_that_is_watched_is_not_counted_each_time_unless_a_campaign_was_moved(
    client: FlaskClient, transaction: Transaction, engine: Engine, campaign: int
) -> None:
    client.get("/campaigns/progress")
    with rows_read(engine) as read:
        assert f'max="{MANY}"' in client.get("/campaigns/progress").text
    assert read.rows < MANY
    with transaction() as tx:
        tx.execute(text("UPDATE campaigns SET status = 'paused'"))
    assert "Paused" in client.get("/campaigns/progress").text


def test_a_contact_says_why_it_is_put_off_until_it_is_made(parts: Parts) -> None:
    noon = {"marketing": ["12:00-13:00"], "service": ["12:00-13:00"]}
    enrolment = parts.enrol(parts.campaign(policy={"hours": noon, "caps": [], "min_gap": {}}))
    parts.sms_outreach.send_due(NOW)
    put_off = parts.attempt(enrolment)
    assert (put_off.status, put_off.reason) == ("due", "quiet_hours")
    parts.sms_outreach.send_due(put_off.due_at)
    made = parts.attempt(enrolment)
    assert (made.status, made.reason) == ("accepted", None)


def test_a_contact_that_its_flow_has_planned_for_later_was_put_off_by_nobody(
    transaction: Transaction,
) -> None:
    with transaction() as tx:
        campaign = make_readable_campaign(tx)
        make_attempt(
            tx, enrolment_id=make_enrolment(tx, campaign_id=campaign), due_at=NOW + timedelta(hours=1)
        )
        [one] = deferred.put_off(tx, campaign, NOW)
    assert (one.reason, one.contacts) == (None, 1)
