"""A stored policy that cannot be read, of another version or edited by hand, stops its own campaign and no other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.campaigns import CampaignMove
from bot.domain.notices import in_words
from bot.enrolment.policy_change import change_policy
from bot.enrolment.tend import pull_brakes
from bot.fulfilment.settle import settle_due
from bot.store import brakes, notices
from bot.store.models import CampaignRow, GrantRow, RiskListEntryRow
from bot.store.transaction import Transaction
from tests.console_app import make_app, make_person, make_readable_campaign, sign_in
from tests.db.commands import Keepline
from tests.db.factories import make_customer, make_enrolment, make_grant, make_risk_list
from tests.db.fake_billing import FakeBilling
from tests.db.parts import NOW, UNCAPPED, Parts
from tests.db.test_recall import move

OLD = UNCAPPED | {"quiet": "22:00-08:00"}
OLD_FAULT = "quiet: no such field"
BY_HAND = UNCAPPED | {"spend": {"money": "a lot"}}
BY_HAND_FAULT = "spend.money: 'a lot' is not an amount"
BROKEN = pytest.mark.parametrize(
    ("policy", "fault"), [(OLD, OLD_FAULT), (BY_HAND, BY_HAND_FAULT)], ids=["an older version", "by hand"]
)
MINUTE = timedelta(minutes=1)


def status(parts: Parts, campaign: int) -> str:
    with parts.transaction() as tx:
        return tx.get_one(CampaignRow, campaign).status


def words(parts: Parts, campaign: int) -> list[str]:
    with parts.transaction() as tx:
        found = notices.newest(tx, limit=10, campaign_id=campaign)
    return [in_words(one.kind, one.details, "en") for one in found]


@BROKEN
def test_the_others_go_on_while_its_own_contacts_wait_and_it_is_stopped(
    parts: Parts, policy: dict[str, Any], fault: str
) -> None:
    broken, sound = parts.campaign(policy=policy), parts.campaign()
    held, sent = parts.enrol(broken), parts.enrol(sound)
    assert parts.sms_outreach.send_due(NOW) == 2
    assert (parts.attempt(held).status, parts.attempt(sent).status) == ("due", "accepted")
    assert parts.decisions(parts.attempt(held).id) == [("deferred", "campaign_not_running")]
    parts.sms_outreach.send_due(NOW + 5 * MINUTE)  # told once, however often it is claimed
    pull_brakes(parts.transaction, NOW)
    assert (status(parts, broken), status(parts, sound)) == ("paused", "running")
    (said,) = words(parts, broken)
    assert said.startswith(f"Stopped: its policy cannot be read ({fault}")
    assert words(parts, sound) == []


def test_with_another_policy_it_goes_on_and_nobody_was_lost(parts: Parts) -> None:
    broken = parts.campaign(policy=OLD)
    run = parts.enrol(broken)
    parts.sms_outreach.send_due(NOW)
    pull_brakes(parts.transaction, NOW)
    with parts.transaction() as tx:
        change_policy(tx, broken, UNCAPPED, NOW)
    later = NOW + 5 * MINUTE
    move(parts, broken, CampaignMove.RESUME, later)
    parts.sms_outreach.send_due(later)
    assert parts.attempt(run).status == "accepted"


def test_resumed_as_it_is_it_is_stopped_again(parts: Parts) -> None:
    broken = parts.campaign(policy=OLD)
    parts.enrol(broken)
    parts.sms_outreach.send_due(NOW)
    pull_brakes(parts.transaction, NOW)
    later = NOW + 5 * MINUTE
    move(parts, broken, CampaignMove.RESUME, later)
    with parts.transaction() as tx:
        brakes.watch(tx, later)  # a person has let it run: that trip is over
    parts.sms_outreach.send_due(later)
    pull_brakes(parts.transaction, later)
    assert (status(parts, broken), len(words(parts, broken))) == ("paused", 2)


def test_bonuses_of_the_others_are_credited_and_its_own_wait(parts: Parts) -> None:
    broken, sound = (
        parts.campaign(policy=BY_HAND),
        parts.campaign(policy=UNCAPPED | {"spend": {"money": 100}}),
    )
    with parts.transaction() as tx:
        held, paid = (
            make_grant(tx, enrolment_id=make_enrolment(tx, campaign_id=campaign), due_at=NOW)
            for campaign in (broken, sound)
        )
    settle_due(parts.transaction, FakeBilling(), NOW)
    with parts.transaction() as tx:
        waiting = tx.get_one(GrantRow, held)
        assert (waiting.status, waiting.reserved, waiting.due_at) == ("due", False, NOW + MINUTE)
        assert tx.get_one(GrantRow, paid).status == "granted"
    pull_brakes(parts.transaction, NOW)
    assert status(parts, broken) == "paused"


def listed(tx: Any) -> int:
    risk_list = make_risk_list(tx)
    tx.add(RiskListEntryRow(risk_list_id=risk_list, customer_id=make_customer(tx), cause="low"))
    return risk_list


@BROKEN
def test_the_command_line_says_so_in_one_line(
    parts: Parts, keepline: Keepline, policy: dict[str, Any], fault: str
) -> None:
    with parts.transaction() as tx:
        risk_list = listed(tx)
    parts.campaign(name="autumn", policy=policy, risk_list_id=risk_list, status="draft", started_at=None)
    for command in (["dry-run"], ["estimate"], ["estimate", "--simulate", "0"]):
        answer = keepline("campaign", command[0], "autumn", *command[1:])
        assert answer.exit_code == 1, answer.output
        assert fault in answer.output
        assert len(answer.output.strip().splitlines()) == 1
    assert fault in keepline("campaign", "check", "autumn").output
    for command in (["policy"], ["status"]):
        assert keepline("campaign", command[0], "autumn").exit_code == 0


@BROKEN
@pytest.mark.parametrize("page", ["", "/policy", "/dry-run"])
def test_the_console_shows_its_pages(
    transaction: Transaction, now: datetime, policy: dict[str, Any], fault: str, page: str
) -> None:
    with transaction() as tx:
        make_person(tx, login="olga", role="operator")
        campaign = make_readable_campaign(tx, policy=policy, risk_list_id=listed(tx))
    client = make_app(transaction, now).test_client()
    sign_in(client, "olga")
    answer = client.get(f"/campaigns/{campaign}{page}")
    assert answer.status_code == 200, answer.text
