"""The dry run in the console: the same answers as on the command line, nobody's number whole, and nothing contacted."""

from __future__ import annotations

import html
import io
import re
import shlex
from datetime import datetime

import pyarrow.csv
import pyarrow.parquet
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from bot.store.models import AttemptRow, AuditRow, CampaignRow, EnrolmentRow, RiskListEntryRow
from bot.store.transaction import Transaction
from console import dry_run
from tests.console_app import make_app, make_person, make_readable_campaign, operators_browser, post, sign_in
from tests.db.factories import make_customer, make_risk_list


@pytest.fixture
def client(transaction: Transaction, now: datetime) -> FlaskClient:
    return operators_browser(transaction, now)


@pytest.fixture
def campaign(transaction: Transaction) -> int:
    """Checked; twelve people in Shanghai at 10:00, five of them without consent; eight in Karachi, at 7:00."""
    with transaction() as tx:
        risk_list = make_risk_list(tx)
        for number in range(20):
            abroad = number >= 12
            customer = make_customer(
                tx,
                consents=[] if number < 5 else ["sms:marketing", "call:marketing"],
                time_zone="Asia/Karachi" if abroad else "Asia/Shanghai",
            )
            tx.add(RiskListEntryRow(risk_list_id=risk_list, customer_id=customer, cause="low", score=0.5))
        return make_readable_campaign(
            tx, name="December", status="checked", risk_list_id=risk_list, control_share=0, started_at=None
        )


def figures(page: str) -> dict[str, int]:
    found = re.findall(r'<div class="figure"><dt>([^<]+)</dt><dd class="big">([\d,]+)<', page)
    return {name: int(value) for name, value in found}


def test_the_page_says_how_many_when_and_why_not(client: FlaskClient, campaign: int) -> None:
    page = client.get(f"/campaigns/{campaign}/dry-run").text
    assert figures(page) == {"Will be contacted": 15, "On time": 7, "Later": 8, "Not contacted": 5}
    assert "when hours and limits permit: Nov 22, 2026 04:00" in page
    assert "The customer has not consented to this purpose on this channel." in page
    assert "It is not a permitted hour where the customer is, or may be." in page
    assert 'data-kind="days"' in page
    assert "20 people" in page


def test_each_person_has_a_line_with_a_masked_number_and_both_times(
    client: FlaskClient, campaign: int
) -> None:
    page = client.get(f"/campaigns/{campaign}/dry-run?verdict=later").text
    assert page.count('data-verdict="later"') == 8
    assert 'data-verdict="allowed"' not in page
    assert not re.search(r"1380{4}\d{4}", page)
    assert re.search(r"138\*{4}\d{4}", page)
    assert re.search(r"09:00</time><span class=\"under\">Asia/Karachi · 04:00 UTC", page)


def test_a_long_list_is_shown_page_by_page(
    client: FlaskClient, campaign: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_run, "PAGE", 8)
    lines = [
        client.get(f"/campaigns/{campaign}/dry-run?page={n}").text.count("<tr data-verdict=")
        for n in (1, 2, 3, 4)
    ]
    assert lines == [8, 8, 4, 0]


def test_of_a_great_audience_only_some_are_asked_and_the_page_names_the_command(
    client: FlaskClient, campaign: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_run, "MOST", 6)
    page = client.get(f"/campaigns/{campaign}/dry-run").text
    assert "6 of 20 people, drawn by a hash" in page
    found = figures(page)
    assert found.pop("Will be contacted") + found["Not contacted"] == sum(found.values()) == 6
    assert "scripts/keepline campaign dry-run December --out people.parquet" in page


def test_a_name_is_copied_to_the_command_line_as_one_harmless_word(
    client: FlaskClient, transaction: Transaction, campaign: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_run, "MOST", 6)
    name = 'Olga\'s "best" $(id) `id`'
    with transaction() as tx:
        tx.execute(update(CampaignRow).values(name=name))
    page = client.get(f"/campaigns/{campaign}/dry-run").text
    (command,) = re.findall(r'<code class="condition">(scripts/keepline [^<]*)<', page)
    assert shlex.split(html.unescape(command))[3:5] == [name, "--out"]


def test_the_same_lines_can_be_taken_as_a_file_and_that_is_written_down(
    client: FlaskClient, transaction: Transaction, campaign: int
) -> None:
    path = f"/campaigns/{campaign}/dry-run"
    as_csv = pyarrow.csv.read_csv(io.BytesIO(post(client, f"{path}.csv").data))
    as_parquet = pyarrow.parquet.read_table(io.BytesIO(post(client, f"{path}.parquet").data))
    assert as_csv.num_rows == as_parquet.num_rows == 20
    assert sorted(set(as_parquet["verdict"].to_pylist())) == ["allowed", "deferred", "denied"]
    assert all("****" in number for number in as_parquet["number"].to_pylist())
    assert client.get(f"{path}.csv").status_code == 405
    assert post(client, f"{path}.xlsx").status_code == 404
    with transaction() as tx:
        notes = tx.scalars(select(AuditRow.after).where(AuditRow.action == "campaign.dry_run")).all()
    assert notes == [{"people": 20, "kind": "csv"}, {"people": 20, "kind": "parquet"}]


def test_a_dry_run_writes_nobody_down(client: FlaskClient, transaction: Transaction, campaign: int) -> None:
    assert client.get(f"/campaigns/{campaign}/dry-run").status_code == 200
    with transaction() as tx:
        for row in (EnrolmentRow, AttemptRow):
            assert tx.scalar(select(func.count()).select_from(row)) == 0


def test_other_rules_are_not_told_by_the_former_answers(
    client: FlaskClient, transaction: Transaction, campaign: int
) -> None:
    client.get(f"/campaigns/{campaign}/dry-run")
    with transaction() as tx:
        tx.get_one(CampaignRow, campaign).policy = {"caps": [{"never": True}]}
    assert figures(client.get(f"/campaigns/{campaign}/dry-run").text) == {
        "Will be contacted": 0,
        "Not contacted": 20,
    }


def test_a_campaign_that_is_over_has_nothing_to_foretell(
    client: FlaskClient, transaction: Transaction, campaign: int
) -> None:
    with transaction() as tx:
        tx.get_one(CampaignRow, campaign).status = "finished"
    page = client.get(f"/campaigns/{campaign}/dry-run")
    assert page.status_code == 200
    assert "Nothing to foretell" in page.text
    assert post(client, f"/campaigns/{campaign}/dry-run.csv").status_code == 404


def test_a_supervisor_may_look_but_takes_no_file_and_a_manager_sees_nothing(
    transaction: Transaction, now: datetime, campaign: int
) -> None:
    with transaction() as tx:
        make_person(tx, login="sue", role="supervisor")
        make_person(tx, login="max", role="manager")
    path, client = f"/campaigns/{campaign}/dry-run", make_app(transaction, now).test_client()
    sign_in(client, "sue")
    page = client.get(path)
    assert page.status_code == 200
    assert "Parquet" not in page.text
    assert post(client, f"{path}.csv").status_code == 403
    post(client, "/logout")
    sign_in(client, "max")
    assert client.get(path).status_code == 403


def test_what_nobody_has_is_not_found(client: FlaskClient, campaign: int) -> None:
    assert client.get("/campaigns/999999/dry-run").status_code == 404
    assert client.get(f"/campaigns/{campaign}/dry-run?verdict=perhaps").status_code == 404
