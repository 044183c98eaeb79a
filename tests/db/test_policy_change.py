"""Another policy for a campaign: at once, by whom it may be, with its history; and what waited is weighed anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from bot.channels.twilio_sms import TwilioSms
from bot.channels.twilio_voice import TwilioVoice
from bot.domain.campaigns import CampaignMove, CampaignStatus
from bot.domain.policy import PolicyError
from bot.enrolment.check import Ground
from bot.enrolment.create import ConditionAudience, create_campaign
from bot.enrolment.effects import work_off
from bot.enrolment.errors import CampaignError
from bot.enrolment.move import NOBODY, Mover, move_campaign
from bot.enrolment.policy_change import PolicyChange, change_policy
from bot.flow.load import load_flow
from bot.outreach.recall import Recall
from bot.rules.catalogue import load_catalogue
from bot.store import audit, campaign_policies, campaigns, gate, sending, spending, unmade_contacts
from bot.store.models import AttemptRow, CampaignRow, DecisionRow, MoveEffectRow
from bot.store.pending import pending
from bot.store.rounds import next_edition
from bot.store.unmade_contacts import Later
from tests.db.commands import Keepline
from tests.db.factories import make_attempt, make_customer, make_enrolment, make_user
from tests.db.parts import FLOW, NOW, UNCAPPED, Parts

HOUR = timedelta(hours=1)
GROUND = Ground(load_catalogue(FLOW.parent / "factors.yaml"))
MOVE, STATUS = CampaignMove, CampaignStatus
NEEDED: dict[str, Any] = UNCAPPED | {"approval": {"needed": True}}
FREE = NEEDED | {"approval": {}}


def from_(start: str, end: str) -> dict[str, Any]:
    return UNCAPPED | {"hours": {"marketing": [f"{start}-{end}"], "service": ["08:00-22:00"]}}


def change(
    parts: Parts, campaign: int, policy: dict[str, Any], now: datetime = NOW, **more: Any
) -> PolicyChange:
    with parts.transaction() as tx:
        return change_policy(tx, campaign, policy, now, **more)


def worked_off(parts: Parts, now: datetime, chunk_size: int = 1) -> None:
    work_off(parts.transaction, now, flows=parts.flows, chunk_size=chunk_size)


def waiting(parts: Parts, campaign: int, due_at: datetime = NOW) -> int:
    """The enrolment of a customer with an SMS that is due then."""
    with parts.transaction() as tx:
        enrolment = make_enrolment(tx, campaign_id=campaign)
        make_attempt(tx, enrolment_id=enrolment, due_at=due_at, expires_at=NOW + timedelta(days=3))
    return enrolment


def due_at(parts: Parts, enrolment: int) -> datetime:
    return parts.attempt(enrolment).due_at


# -- in force at once -----------------------------------------------------------------------------------------


def test_a_tightened_window_holds_for_the_next_claim_of_workers_that_know_the_former(parts: Parts) -> None:
    campaign = parts.campaign(policy=from_("09:00", "12:00"))
    outreach = parts.sms_outreach
    waiting(parts, campaign)
    outreach.send_due(NOW)  # its caches are warm now
    later = waiting(parts, campaign)
    change(parts, campaign, from_("15:00", "16:00"))
    outreach.send_due(NOW)
    assert len(parts.sms.sent) == 1
    assert due_at(parts, later) == NOW + 5 * HOUR


def test_a_loosened_window_brings_what_the_gate_put_off_before_it_again(parts: Parts) -> None:
    campaign, other = (parts.campaign(policy=from_("15:00", "16:00")) for _ in range(2))
    ours, theirs = waiting(parts, campaign), waiting(parts, other)
    parts.sms_outreach.send_due(NOW)
    assert due_at(parts, ours) == due_at(parts, theirs) == NOW + 5 * HOUR
    change(parts, campaign, from_("09:00", "16:00"), NOW + HOUR)
    worked_off(parts, NOW + HOUR)
    parts.sms_outreach.send_due(NOW + HOUR)
    assert parts.attempt(ours).status == "accepted"
    assert (parts.attempt(theirs).status, due_at(parts, theirs)) == ("due", NOW + 5 * HOUR)


def test_with_other_hours_calls_that_wait_at_the_carrier_are_asked_back_and_weighed_anew(
    parts: Parts,
) -> None:
    campaign = parts.campaign(policy=from_("09:00", "12:00"))
    enrolment = parts.enrol(campaign, parts.customer(factors={"sms_habit": False}))
    parts.voice_outreach.call_due(NOW)
    recall = Recall(
        parts.transaction, cast(TwilioSms, parts.sms), cast(TwilioVoice, parts.voice), parts.recall.by_hand
    )
    change(parts, campaign, from_("09:00", "12:00") | {"exempt": ["service"]})
    assert recall.take_back(NOW) == 0
    change(parts, campaign, from_("15:00", "16:00"))
    assert recall.take_back(NOW) == 1
    parts.inbound.process_waiting(NOW)
    parts.voice_outreach.call_due(NOW)
    assert (parts.attempt(enrolment).status, due_at(parts, enrolment)) == ("due", NOW + 5 * HOUR)


def test_a_tightened_window_says_anew_until_when_a_contact_waits(parts: Parts) -> None:
    campaign = parts.campaign(policy=from_("15:00", "16:00"))
    enrolment = waiting(parts, campaign)
    parts.sms_outreach.send_due(NOW)
    change(parts, campaign, from_("18:00", "19:00"))
    worked_off(parts, NOW)
    parts.sms_outreach.send_due(NOW)
    with parts.transaction() as tx:
        said = tx.scalars(select(DecisionRow.until).order_by(DecisionRow.id)).all()
    assert said == [NOW + 5 * HOUR, NOW + 8 * HOUR]
    assert due_at(parts, enrolment) == NOW + 8 * HOUR


def test_a_raised_limit_lets_contacts_go_that_wait_for_money(parts: Parts) -> None:
    campaign = parts.campaign(policy=UNCAPPED | {"spend": {"per_day": {"segments": 1}}})
    with parts.transaction() as tx:
        for _ in range(2):
            enrolment = make_enrolment(tx, campaign_id=campaign)
            make_attempt(tx, enrolment_id=enrolment, due_at=NOW, expires_at=NOW + timedelta(days=3))
    parts.sms_outreach.send_due(NOW)
    with parts.transaction() as tx:
        spending.settle(tx, limit=10)
    parts.sms_outreach.send_due(NOW + timedelta(minutes=1))  # it waits for tomorrow now
    change(parts, campaign, UNCAPPED | {"spend": {"per_day": {"segments": 2}}}, NOW + HOUR)
    worked_off(parts, NOW + HOUR)
    parts.sms_outreach.send_due(NOW + HOUR)
    assert len(parts.sms.sent) == 2


def test_moments_that_flow_and_carrier_gave_stay(parts: Parts) -> None:
    """Planned for later by the flow; asked for later by the carrier, after the gate had put it off and let it pass."""
    campaign = parts.campaign(policy=from_("15:00", "16:00"))
    planned, retried = waiting(parts, campaign, NOW + 2 * HOUR), waiting(parts, campaign)
    parts.sms_outreach.send_due(NOW)
    with parts.transaction() as tx:
        attempt = parts.attempt(retried).id
        tx.add(DecisionRow(attempt_id=attempt, verdict="allowed", at=NOW + 5 * HOUR))
    change(parts, campaign, from_("09:00", "16:00"))
    worked_off(parts, NOW)
    assert (due_at(parts, planned), due_at(parts, retried)) == (NOW + 2 * HOUR, NOW + 5 * HOUR)


def test_a_deferral_that_somebody_else_has_moved_since_is_not_the_gates_any_more(parts: Parts) -> None:
    campaign = parts.campaign(policy=from_("15:00", "16:00"))
    enrolment = waiting(parts, campaign)
    parts.sms_outreach.send_due(NOW)
    with parts.transaction() as tx:
        tx.execute(update(AttemptRow).values(due_at=NOW + 6 * HOUR))
    change(parts, campaign, from_("09:00", "16:00"))
    worked_off(parts, NOW)
    assert due_at(parts, enrolment) == NOW + 6 * HOUR


def test_a_contact_that_is_just_being_put_off_is_not_forgotten(parts: Parts) -> None:
    """The gate of a worker decides by the former policy while the new one is committed and worked off."""
    campaign = parts.campaign(policy=from_("15:00", "16:00"))
    enrolment, until = waiting(parts, campaign), NOW + 5 * HOUR
    with ThreadPoolExecutor(1) as pool:
        with parts.transaction() as worker:
            (claimed,) = sending.claim_due(worker, channel="sms", limit=10, now=NOW)
            change(parts, campaign, from_("09:00", "16:00"))
            working = pool.submit(worked_off, parts, NOW)
            while not (working.done() or somebody_waits(parts)):
                pass
            unmade_contacts.put_off(worker, {claimed.id: Later(until, "quiet_hours", waiting=False)})
            gate.remember(worker, [gate.Said(claimed.id, "deferred", "quiet_hours", until)], NOW)
        working.result()
    assert due_at(parts, enrolment) == NOW


def somebody_waits(parts: Parts) -> bool:
    with parts.transaction() as tx:
        return bool(tx.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())


@pytest.mark.parametrize("chunk_size", [1, 2, 100])
def test_what_waits_is_brought_forward_in_chunks_and_all_of_it(parts: Parts, chunk_size: int) -> None:
    campaign = parts.campaign(policy=from_("15:00", "16:00"))
    enrolments = [waiting(parts, campaign) for _ in range(5)]
    parts.sms_outreach.send_due(NOW)
    change(parts, campaign, from_("09:00", "16:00"))
    with parts.transaction() as tx:
        assert "campaigns" in pending(tx, NOW).due  # nobody may jump over it
    worked_off(parts, NOW, chunk_size)
    assert {due_at(parts, one) for one in enrolments} == {NOW}
    with parts.transaction() as tx:
        assert [row.ended_at for row in tx.scalars(select(MoveEffectRow))] == [NOW]


def test_another_policy_and_a_move_do_not_end_each_others_work(parts: Parts) -> None:
    """Resumed and changed at once: the campaign goes on, and what waited is weighed anew."""
    campaign = parts.campaign(policy=from_("15:00", "16:00"))
    enrolment = waiting(parts, campaign)
    parts.sms_outreach.send_due(NOW)
    with parts.transaction() as tx:
        move_campaign(tx, campaign, MOVE.PAUSE, NOW)
    change(parts, campaign, from_("09:00", "16:00"), NOW)
    with parts.transaction() as tx:
        move_campaign(tx, campaign, MOVE.RESUME, NOW + HOUR)
    change(parts, campaign, from_("09:00", "17:00"), NOW + HOUR)
    worked_off(parts, NOW + HOUR)
    with parts.transaction() as tx:
        assert tx.get_one(CampaignRow, campaign).status == "running"
    assert due_at(parts, enrolment) == NOW + HOUR


# -- what is kept ---------------------------------------------------------------------------------------------


def test_each_policy_is_kept_with_since_when_and_by_whom(parts: Parts) -> None:
    campaign = parts.campaign(policy=from_("15:00", "16:00"))
    with parts.transaction() as tx:
        olga = make_user(tx, name="Olga", role="operator")
    found = change(parts, campaign, from_("09:00", "16:00"), by=Mover(olga, "operator"), reason="complaints")
    assert (found.before, found.after, found.changed) == (STATUS.RUNNING, STATUS.RUNNING, ("hours",))
    with parts.transaction() as tx:
        lines = campaign_policies.history(tx, campaign)
        (entry,) = audit.history(tx, f"campaign:{campaign}")
    assert [(line.who, line.since, line.policy) for line in lines[1:]] == [
        ("Olga", NOW, from_("09:00", "16:00"))
    ]
    assert lines[0].policy == from_("15:00", "16:00")
    assert (entry.who, entry.action, entry.at) == ("Olga", "campaign.policy", NOW)
    assert entry.before == {"status": "running", "policy": {"hours": from_("15:00", "16:00")["hours"]}}
    assert entry.after == {
        "status": "running",
        "policy": {"hours": from_("09:00", "16:00")["hours"]},
        "reason": "complaints",
    }


def test_of_two_changes_at_one_moment_the_later_is_in_force(parts: Parts) -> None:
    campaign = parts.campaign()
    change(parts, campaign, from_("09:00", "16:00"))
    change(parts, campaign, from_("10:00", "16:00"))
    with parts.transaction() as tx:
        assert campaign_policies.history(tx, campaign)[-1].policy == from_("10:00", "16:00")
        assert len(audit.history(tx, f"campaign:{campaign}")) == 2


def test_the_next_edition_begins_with_the_policy_in_force_and_its_writer(parts: Parts) -> None:
    campaign = parts.campaign()
    with parts.transaction() as tx:
        olga = make_user(tx, name="Olga", role="operator")
    change(parts, campaign, from_("10:00", "16:00"), by=Mover(olga, "operator"))
    with parts.transaction() as tx:
        found = campaigns.get(tx, campaign)
        assert found is not None
        lines = campaign_policies.history(tx, next_edition(tx, found, NOW + HOUR))
    assert [(line.who, line.since, line.policy) for line in lines] == [
        ("Olga", NOW + HOUR, from_("10:00", "16:00"))
    ]


# -- what is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["finished", "aborted"])
def test_a_campaign_that_is_over_keeps_its_policy(parts: Parts, status: str) -> None:
    campaign = parts.campaign(status=status)
    with pytest.raises(CampaignError, match=f"is {status}: nothing is done by its policy"):
        change(parts, campaign, from_("09:00", "16:00"))


def test_a_policy_that_is_the_same_in_effect_is_no_change(parts: Parts) -> None:
    campaign = parts.campaign(policy=from_("09:00", "16:00"))
    with pytest.raises(CampaignError, match="has this policy already"):
        change(parts, campaign, from_("09:00", "16:00") | {"exempt": [], "approval": {}})


def test_an_odd_policy_changes_nothing(parts: Parts) -> None:
    campaign = parts.campaign(policy=from_("09:00", "16:00"))
    with pytest.raises(PolicyError, match=r"hours\.marketing"):
        change(parts, campaign, from_("16:00", "09:00"))
    with parts.transaction() as tx:
        assert tx.get_one(CampaignRow, campaign).policy == from_("09:00", "16:00")
        assert len(campaign_policies.history(tx, campaign)) == 1


def test_a_policy_that_cannot_be_read_any_more_may_be_mended(parts: Parts) -> None:
    campaign = parts.campaign(policy={"hours": {}})
    assert change(parts, campaign, UNCAPPED).changed == ("hours", "caps", "min_gap")


@pytest.mark.parametrize("role", ["manager", "supervisor"])
def test_only_who_prepares_campaigns_changes_their_policies(parts: Parts, role: str) -> None:
    campaign = parts.campaign()
    with pytest.raises(CampaignError, match=f"{role}s may not change a campaign's policy"):
        change(parts, campaign, from_("09:00", "16:00"), by=Mover(None, role))


# -- check and approval ---------------------------------------------------------------------------------------


def drafted(tx: Session, policy: dict[str, Any], author: Mover = NOBODY) -> int:
    make_customer(tx, factors={"balance": 5, "days_since_recharge": 30, "arpu": 60, "sms_habit": True})
    return create_campaign(
        tx,
        name="november",
        flow=load_flow(FLOW),
        flow_source=FLOW.read_text(encoding="utf-8"),
        audience=ConditionAudience("balance < 10"),
        control_share=0,
        starts_at=NOW,
        now=NOW,
        policy=policy,
        bonus_budget=Decimal(100),
        user_id=author.user_id,
    )


def moved(parts: Parts, campaign: int, *moves: CampaignMove, by: Mover = NOBODY) -> CampaignStatus:
    for move in moves:
        with parts.transaction() as tx:
            after = move_campaign(tx, campaign, move, NOW, by=by, ground=GROUND).after
    return after


@pytest.fixture
def people(parts: Parts) -> tuple[Mover, Mover]:
    with parts.transaction() as tx:
        ids = [make_user(tx, role="operator") for _ in range(2)]
    return Mover(ids[0], "operator"), Mover(ids[1], "operator")


@pytest.mark.parametrize("moves", [(MOVE.CHECK,), (MOVE.CHECK, MOVE.SCHEDULE)])
def test_before_its_start_a_campaign_with_another_policy_is_a_draft_again(
    parts: Parts, moves: tuple[CampaignMove, ...]
) -> None:
    with parts.transaction() as tx:
        campaign = drafted(tx, UNCAPPED)
    before = moved(parts, campaign, *moves)
    found = change(parts, campaign, from_("09:00", "16:00"))
    assert (found.before, found.after) == (before, STATUS.DRAFT)
    with pytest.raises(CampaignError, match="is draft"):
        moved(parts, campaign, MOVE.START)
    assert moved(parts, campaign, MOVE.CHECK, MOVE.START) is STATUS.RUNNING


def test_another_policy_takes_the_approval_away(parts: Parts, people: tuple[Mover, Mover]) -> None:
    author, second = people
    with parts.transaction() as tx:
        campaign = drafted(tx, NEEDED, author)
    moved(parts, campaign, MOVE.CHECK, MOVE.APPROVE, by=second)
    change(parts, campaign, NEEDED | {"exempt": ["service"]}, by=author)
    moved(parts, campaign, MOVE.CHECK)
    with pytest.raises(CampaignError, match="asks for an approval by a second person"):
        moved(parts, campaign, MOVE.START)
    moved(parts, campaign, MOVE.APPROVE, by=second)
    assert moved(parts, campaign, MOVE.START) is STATUS.RUNNING


def test_nobody_approves_their_own_policy(parts: Parts, people: tuple[Mover, Mover]) -> None:
    author, second = people
    with parts.transaction() as tx:
        campaign = drafted(tx, NEEDED, author)
    change(parts, campaign, NEEDED | {"exempt": ["service"]}, by=second)
    moved(parts, campaign, MOVE.CHECK)
    for one, why in (
        (author, "was written by the same person"),
        (second, "its policy is by the same person"),
    ):
        with pytest.raises(CampaignError, match=why):
            moved(parts, campaign, MOVE.APPROVE, by=one)


def test_a_change_by_another_does_not_make_an_approver_of_the_one_before(
    parts: Parts, people: tuple[Mover, Mover]
) -> None:
    """Of the policy that is approved, part is theirs still."""
    author, second = people
    with parts.transaction() as tx:
        campaign = drafted(tx, NEEDED, author)
        third = Mover(make_user(tx, role="admin"), "admin")
    change(parts, campaign, NEEDED | {"exempt": ["service"]}, by=second)
    change(parts, campaign, NEEDED | {"exempt": ["service"], "keep": {"contacts": "90d"}}, by=author)
    moved(parts, campaign, MOVE.CHECK)
    with pytest.raises(CampaignError, match="its policy is by the same person"):
        moved(parts, campaign, MOVE.APPROVE, by=second)
    moved(parts, campaign, MOVE.APPROVE, by=third)

    change(parts, campaign, NEEDED | {"exempt": ["service"]}, by=author)  # what they wrote has been approved
    moved(parts, campaign, MOVE.CHECK)
    assert moved(parts, campaign, MOVE.APPROVE, by=second) is STATUS.APPROVED


def test_the_author_does_not_get_round_the_approval_by_another_policy(
    parts: Parts, people: tuple[Mover, Mover]
) -> None:
    """Neither at once nor in two steps."""
    author, second = people
    with parts.transaction() as tx:
        campaign = drafted(tx, NEEDED, author)
    moved(parts, campaign, MOVE.CHECK, MOVE.APPROVE, by=second)
    for _ in range(2):
        with pytest.raises(CampaignError, match="this change of its policy needs a second one"):
            change(parts, campaign, FREE, by=author)
        change(parts, campaign, NEEDED | {"exempt": ["service"]}, by=author)
        with pytest.raises(CampaignError, match="say whose it is with --as LOGIN"):
            change(parts, campaign, FREE)
        change(parts, campaign, NEEDED, by=author)
    assert change(parts, campaign, FREE, by=second).after is STATUS.DRAFT


@pytest.mark.parametrize(("before", "after"), [(NEEDED, NEEDED), (NEEDED, FREE), (FREE, NEEDED)])
def test_under_way_a_policy_with_approval_is_a_second_persons(
    parts: Parts, people: tuple[Mover, Mover], before: dict[str, Any], after: dict[str, Any]
) -> None:
    author, second = people
    campaign = parts.campaign(policy=before, author_id=author.user_id)
    wanted = after | {"exempt": ["service"]}
    for by in (NOBODY, author):
        with pytest.raises(CampaignError, match="second"):
            change(parts, campaign, wanted, by=by)
    change(parts, campaign, wanted, by=second)
    with parts.transaction() as tx:
        assert tx.get_one(CampaignRow, campaign).policy == wanted


def test_where_nobody_knows_the_author_there_is_no_second_person(
    parts: Parts, people: tuple[Mover, Mover]
) -> None:
    campaign = parts.campaign()
    with pytest.raises(CampaignError, match="nobody knows who wrote it"):
        change(parts, campaign, NEEDED, by=people[1])


# -- the command ----------------------------------------------------------------------------------------------


@pytest.fixture
def tighter(tmp_path: Path) -> Path:
    path = tmp_path / "tighter.yaml"
    path.write_text("extends: default\nhours: {marketing: ['15:00-16:00']}\n", encoding="utf-8")
    return path


def cells_of(lines: list[str]) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "│" in line]


def test_the_command_shows_the_policy_and_its_history(
    parts: Parts, keepline: Keepline, tighter: Path
) -> None:
    parts.campaign(name="november", policy={})
    with parts.transaction() as tx:
        make_user(tx, login="olga", name="Olga", role="operator")
    said = keepline(
        "campaign", "policy", "november", "--set", str(tighter), "--as", "olga", "--reason", "rest"
    )
    assert said.exit_code == 0, said.output
    lines = said.stdout.splitlines()
    assert cells_of(lines) == [
        ["hours, marketing, every day", "09:00-12:00, 14:00-20:30", "15:00-16:00", "tighter"],
    ]
    written = lines.index("- hours: # the default")
    assert lines[written + 1] == "+ hours:"
    assert "+   - 15:00-16:00" in lines
    assert lines[-1] == "campaign november: running, its new policy is in force"
    shown = keepline("campaign", "policy", "november")
    assert "  marketing:\n  - 15:00-16:00\n" in shown.stdout
    assert [cells[1:] for cells in cells_of(shown.stdout.splitlines())] == [["-", "-"], ["Olga", "hours"]]


def test_the_command_names_what_is_odd_by_file_line_and_column(
    parts: Parts, keepline: Keepline, tmp_path: Path
) -> None:
    parts.campaign(name="november")
    odd = tmp_path / "odd.yaml"
    odd.write_text("extends: default\nhours:\n  marketing: ['16:00-09:00']\n", encoding="utf-8")
    said = keepline("campaign", "policy", "november", "--set", str(odd))
    assert said.exit_code == 1
    assert said.stderr.startswith(f"Error: {odd}:3:16: ")
    chinese = keepline("campaign", "policy", "november", "--set", str(odd), "--language", "zh")
    assert "hours.marketing[0]：'16:00-09:00' 的结束早于开始" in chinese.stderr
    assert keepline("campaign", "policy", "octobre").exit_code == 1


def test_the_command_compares_and_changes_nothing(parts: Parts, keepline: Keepline, tmp_path: Path) -> None:
    campaign = parts.campaign(name="november", policy={})
    looser = tmp_path / "looser.yaml"
    looser.write_text("caps: []\nbrakes: {opt_outs: off, complaints: {above: 1%}}\n", encoding="utf-8")
    said = keepline("campaign", "policy", "november", "--compare", str(looser))
    assert said.exit_code == 0, said.output
    assert [(cells[0], cells[3]) for cells in cells_of(said.stdout.splitlines())] == [
        ("limit, marketing, in any 30 days, all campaigns together", "looser"),
        ("limit, marketing by phone, in any 1 day, all campaigns together", "looser"),
        ("limit, marketing by SMS, in any 7 days, all campaigns together", "looser"),
        ("it stops by itself: customers complain", "tighter"),
        ("it stops by itself: customers opt out", "looser"),
    ]
    chinese = keepline("campaign", "policy", "november", "--compare", str(looser), "--language", "zh")
    assert ["自动停止：客户退订", "1 天内超过 10%（至少 200 次）", "不停止", "更宽"] in cells_of(
        chinese.stdout.splitlines()
    )
    with parts.transaction() as tx:
        assert tx.get_one(CampaignRow, campaign).policy == {}
    both = keepline("campaign", "policy", "november", "--set", str(looser), "--compare", str(looser))
    assert both.exit_code == 2


def test_the_command_says_where_nothing_is_looser_or_tighter(
    parts: Parts, keepline: Keepline, tmp_path: Path
) -> None:
    parts.campaign(name="november", policy={})
    same = tmp_path / "same.yaml"
    same.write_text("extends: default\n", encoding="utf-8")
    told = keepline("campaign", "policy", "november", "--compare", str(same))
    assert told.stdout == "no rule is looser or tighter than before\n"
    refused = keepline("campaign", "policy", "november", "--set", str(same))
    assert refused.stdout == ""
    assert "has this policy already" in refused.stderr


def test_the_command_says_that_a_checked_campaign_is_a_draft_again(
    parts: Parts, keepline: Keepline, tighter: Path
) -> None:
    parts.campaign(name="november", status="checked")
    said = keepline("campaign", "policy", "november", "--set", str(tighter))
    assert said.stdout.splitlines()[-1] == "campaign november: draft, its new policy is to be checked again"
