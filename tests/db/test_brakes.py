"""Brakes: a campaign that harms is stopped once, by the same move as people use, until a person lets it run again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from bot.domain.brakes import COMPARE_EVERY, COUNT_CALLS_EVERY, COUNT_EVERY
from bot.domain.campaigns import CampaignMove
from bot.domain.ids import new_id
from bot.domain.profiles import Profiles
from bot.enrolment.move import move_campaign
from bot.enrolment.tend import pull_brakes
from bot.rulebook import Rulebook
from bot.store import brakes, notices
from bot.store.models import AuditRow, BrakeTripRow, CampaignRow, CustomerRow, ImportRow
from bot.store.transaction import Tx
from bot.tasks.braking import brake
from tests.db.factories import (
    make_attempt,
    make_campaign,
    make_customer,
    make_enrolment,
    make_event,
    make_suppression,
    make_topup,
)
from tests.db.parts import NOW, UNCAPPED, Parts

OFF = dict.fromkeys(("carrier_errors", "spam_filter", "opt_outs", "complaints", "abandonment", "harm"), "off")
LATER = NOW + COUNT_EVERY
NEXT = NOW + COUNT_CALLS_EVERY


def braked(**brakes_: Any) -> dict[str, Any]:
    return {"policy": UNCAPPED | {"brakes": OFF | brakes_}}


def settled(
    tx: Tx, campaign: int, number: int, at: datetime = NOW, *, arm: str = "treatment", **over: Any
) -> list[int]:
    """So many customers with one contact each that has come to an end; answers the customers."""
    facts = {"status": "delivered", "started_at": at, "taken_at": at, "settled_at": at} | over
    customers = [make_customer(tx) for _ in range(number)]
    for customer in customers:
        enrolment = make_enrolment(tx, campaign_id=campaign, customer_id=customer, arm=arm)
        make_attempt(tx, enrolment_id=enrolment, **facts)
    return customers


def look(parts: Parts, now: datetime = NOW) -> int:
    pulled = brake(parts.transaction, parts.flows, parts.rulebook, now)
    pull_brakes(parts.transaction, now)
    return pulled


def trips(parts: Parts) -> list[tuple[str, dict[str, Any]]]:
    with parts.transaction() as tx:
        rows = tx.scalars(select(BrakeTripRow).order_by(BrakeTripRow.id))
        return [(row.cause, row.details) for row in rows]


def status(parts: Parts, campaign: int) -> str:
    with parts.transaction() as tx:
        return tx.get_one(CampaignRow, campaign).status


def resume(parts: Parts, campaign: int, now: datetime) -> None:
    """A person's move; its effects on the runs are worked off elsewhere, and the campaign is then running."""
    with parts.transaction() as tx:
        move_campaign(tx, campaign, CampaignMove.RESUME, now)
        tx.execute(update(CampaignRow).where(CampaignRow.id == campaign).values(status="running"))


ERRORS = {"above": "30%", "sample": 10, "over": "1h"}


def test_too_many_carrier_errors_stop_the_campaign_and_tell_the_operator(parts: Parts) -> None:
    campaign = parts.campaign(**braked(carrier_errors=ERRORS))
    with parts.transaction() as tx:
        settled(tx, campaign, 6)
        settled(tx, campaign, 4, status="failed", error_code="30008")
    assert look(parts) == 1
    assert status(parts, campaign) == "paused"
    figures = {"bad": 4, "all": 10, "share": "40.0%", "above": "30.0%", "minutes": 60}
    assert trips(parts) == [("carrier_errors", figures)]
    with parts.transaction() as tx:
        (notice,) = notices.newest(tx, limit=10)
        (written,) = tx.scalars(select(AuditRow).where(AuditRow.action == "campaign.pause"))
    assert (notice.kind, notice.campaign_id, notice.at) == ("brake.carrier_errors", campaign, NOW)
    assert (written.user_id, written.before) == (None, {"status": "running"})
    assert written.after == {"status": "paused", "reason": "brake: carrier_errors"}


OUTAGE = [
    {"status": "unconfirmed", "error_code": "500", "lease_until": LATER},
    {"status": "due", "error_code": "20003"},
    {"status": "due", "error_code": "connect"},
]


@pytest.mark.parametrize("standing", OUTAGE, ids=lambda one: one["error_code"])
def test_a_carrier_that_takes_nothing_stops_the_campaign_although_nothing_comes_to_an_end(
    parts: Parts, standing: dict[str, Any]
) -> None:
    campaign = parts.campaign(**braked(carrier_errors=ERRORS))
    with parts.transaction() as tx:
        settled(tx, campaign, 4)
        settled(tx, campaign, 6, settled_at=None, **standing)
    assert look(parts) == 1
    assert status(parts, campaign) == "paused"
    ((_, figures),) = trips(parts)
    assert (figures["bad"], figures["all"]) == (6, 10)


@pytest.mark.parametrize(
    "standing",
    [
        {"error_code": "20429"},
        {"error_code": "hours_over"},
        {"error_code": None},
        {"error_code": "connect", "started_at": NOW - timedelta(hours=2)},
        {"error_code": "not_taken"},
        {"error_code": None, "status": "unconfirmed", "lease_until": LATER},
    ],
    ids=["too many at once", "hours over", "due", "before the window", "not taken", "of a worker that died"],
)
def test_what_waits_its_turn_stops_nothing(parts: Parts, standing: dict[str, Any]) -> None:
    campaign = parts.campaign(**braked(carrier_errors=ERRORS))
    with parts.transaction() as tx:
        settled(tx, campaign, 4)
        settled(tx, campaign, 20, **{"status": "due", "settled_at": None} | standing)
    assert look(parts) == 0
    assert status(parts, campaign) == "running"


def test_a_small_sample_and_a_handset_that_is_off_stop_nothing(parts: Parts) -> None:
    small = parts.campaign(**braked(carrier_errors=ERRORS))
    handsets = parts.campaign(**braked(carrier_errors=ERRORS))
    with parts.transaction() as tx:
        settled(tx, small, 9, status="failed", error_code="30008")
        settled(tx, handsets, 20, status="undelivered", error_code="30003")
    assert look(parts) == 0


@pytest.mark.parametrize(
    "code", ["21211", "21610", "21614", "21635", "30003", "30005", "30006", "13224", "sip:404", "sip:480"]
)
def test_what_the_number_is_to_blame_for_says_nothing_of_the_carrier(parts: Parts, code: str) -> None:
    """Neither that it is ill nor that it is well: what is left is told of fewer contacts."""
    landlines, hidden = (parts.campaign(**braked(carrier_errors=ERRORS)) for _ in range(2))
    with parts.transaction() as tx:
        settled(tx, landlines, 40, status="failed", error_code=code)
        settled(tx, landlines, 20)
        settled(tx, hidden, 40, status="failed", error_code=code)
        settled(tx, hidden, 6)
        settled(tx, hidden, 4, status="failed", error_code="30008")
    look(parts)
    assert (status(parts, landlines), status(parts, hidden)) == ("running", "paused")
    ((_, figures),) = trips(parts)
    assert (figures["bad"], figures["all"]) == (4, 10)


@pytest.mark.parametrize(
    "code",
    ["20003", "21408", "21612", "30001", "30002", "30004", "30008", "30034", "sip:403", "sip:503", "sip:608", None],
)  # fmt: skip
def test_what_is_wrong_with_sender_account_or_route_or_not_known_counts(
    parts: Parts, code: str | None
) -> None:
    campaign = parts.campaign(**braked(carrier_errors=ERRORS))
    with parts.transaction() as tx:
        settled(tx, campaign, 6)
        settled(tx, campaign, 4, status="failed", error_code=code)
    assert look(parts) == 1


def test_a_call_that_fails_keeps_the_last_word_of_the_network(parts: Parts) -> None:
    campaign = parts.campaign(**braked(carrier_errors={"above": "30%", "sample": 1, "over": "1h"}))
    wrong_number, bad_route, coded = (
        parts.enrol(campaign, parts.customer(factors={"sms_habit": False})) for _ in range(3)
    )
    parts.voice_outreach.call_due(NOW)
    for enrolment, sid, more in (
        (wrong_number, "CA1", {"SipResponseCode": "404"}),
        (bad_route, "CA2", {"SipResponseCode": "503"}),
        (coded, "CA3", {"SipResponseCode": "404", "ErrorCode": "13224"}),
    ):
        parts.call_status(parts.attempts(enrolment)[0].id, "failed", sid=sid, **more)

    kept = [parts.attempts(one)[0].error_code for one in (wrong_number, bad_route, coded)]

    assert kept == ["sip:404", "sip:503", "13224"]
    assert look(parts) == 1
    assert trips(parts)[0][1]["all"] == 1


def test_what_is_older_than_the_window_or_was_never_sent_does_not_count(parts: Parts) -> None:
    campaign = parts.campaign(**braked(carrier_errors=ERRORS))
    with parts.transaction() as tx:
        settled(tx, campaign, 20, NOW - timedelta(minutes=61), status="failed", error_code="30008")
        settled(tx, campaign, 20, status="denied", started_at=None, taken_at=None)
    assert look(parts) == 0


def test_one_campaigns_errors_stop_no_other(parts: Parts) -> None:
    bad, good = (parts.campaign(**braked(carrier_errors=ERRORS)) for _ in range(2))
    with parts.transaction() as tx:
        settled(tx, bad, 10, status="failed", error_code="30008")
        settled(tx, good, 10)
    look(parts)
    assert (status(parts, bad), status(parts, good)) == ("paused", "running")


def test_the_spam_filter_has_a_brake_of_its_own(parts: Parts) -> None:
    campaign = parts.campaign(**braked(spam_filter={"above": "5%", "sample": 20}, carrier_errors=ERRORS))
    with parts.transaction() as tx:
        settled(tx, campaign, 18)
        settled(tx, campaign, 2, status="undelivered", error_code="30007")
        settled(tx, campaign, 50, channel="call", status="completed")  # calls pass no such filter
    look(parts)
    ((cause, figures),) = trips(parts)
    assert (cause, figures["bad"], figures["all"]) == ("spam_filter", 2, 20)


def test_refusals_count_by_customer_and_only_in_their_own_words(parts: Parts) -> None:
    campaign = parts.campaign(**braked(opt_outs={"above": "10%", "sample": 10}))
    with parts.transaction() as tx:
        customers = settled(tx, campaign, 10)
        for customer in customers[:2]:
            make_suppression(tx, customer_id=customer)
            make_suppression(tx, customer_id=customer)
        make_suppression(tx, customer_id=customers[3], source="number_changed")
        make_suppression(tx, customer_id=customers[4], at=NOW - timedelta(days=3))
    look(parts)
    ((cause, figures),) = trips(parts)
    assert (cause, figures["bad"], figures["all"]) == ("opt_outs", 2, 10)


def test_complaints_stop_a_campaign(parts: Parts) -> None:
    campaign = parts.campaign(**braked(complaints={"above": "2%", "sample": 10}))
    with parts.transaction() as tx:
        customers = settled(tx, campaign, 10)
        make_event(tx, customer_id=customers[0], kind="business.event", payload={"type": "complaint"})
        make_event(tx, customer_id=customers[1], kind="business.event", payload={"type": "activated"})
    look(parts)
    ((cause, figures),) = trips(parts)
    assert (cause, figures["bad"]) == ("complaints", 1)


def test_a_feed_that_has_stopped_stops_the_campaign_and_a_fresh_import_mends_it(parts: Parts) -> None:
    campaign = parts.campaign(**braked(stale_data={"after": "2d"}))
    assert look(parts) == 0  # nothing was ever imported: there is no feed that could have stopped
    imported(parts, NOW - timedelta(days=2, hours=5))
    assert look(parts, LATER) == 1
    assert trips(parts) == [("stale_data", {"hours": 53, "above": 48})]
    imported(parts, LATER)
    resume(parts, campaign, LATER)
    assert look(parts, LATER + COUNT_EVERY) == 0
    assert status(parts, campaign) == "running"


def imported(parts: Parts, at: datetime) -> None:
    with parts.transaction() as tx:
        tx.add(
            ImportRow(
                file_name="base.csv",
                file_sha256="0",
                map_name="m",
                rows_read=9,
                rows_taken=9,
                rows_rejected=0,
                at=at,
            )
        )


def test_a_campaign_that_does_harm_beyond_chance_is_stopped(parts: Parts) -> None:
    campaign = parts.campaign(**braked(harm={"sample": 60}))
    with parts.transaction() as tx:
        settled(tx, campaign, 60)
        for number in range(60):
            customer = make_customer(tx)
            make_enrolment(tx, campaign_id=campaign, customer_id=customer, arm="control")
            if number < 30:
                make_topup(tx, customer, "50")
    assert look(parts) == 1
    ((cause, figures),) = trips(parts)
    assert (cause, figures) == ("harm", {"treated": "0.0%", "control": "50.0%", "customers": 120})


def test_arms_are_compared_only_now_and_then(parts: Parts) -> None:
    campaign = parts.campaign(**braked(harm={"sample": 30}))
    assert look(parts) == 0
    with parts.transaction() as tx:
        settled(tx, campaign, 30)
        for _ in range(30):
            customer = make_customer(tx)
            make_enrolment(tx, campaign_id=campaign, customer_id=customer, arm="control")
            make_topup(tx, customer, "50")
    assert look(parts, LATER) == 0
    assert look(parts, NOW + COMPARE_EVERY) == 1


def test_a_brake_is_pulled_once_until_a_person_lets_the_campaign_run_again(parts: Parts) -> None:
    campaign = parts.campaign(**braked(carrier_errors=ERRORS))
    with parts.transaction() as tx:
        settled(tx, campaign, 10, status="failed", error_code="30008")
    assert look(parts) == 1
    assert look(parts, LATER) == 0
    resume(parts, campaign, LATER)
    assert look(parts, LATER + COUNT_EVERY) == 0  # what the person has seen counts no more
    again = LATER + 2 * COUNT_EVERY
    with parts.transaction() as tx:
        settled(tx, campaign, 10, again, status="failed", error_code="30008")
    assert look(parts, again) == 1
    assert [cause for cause, _ in trips(parts)] == ["carrier_errors", "carrier_errors"]
    assert status(parts, campaign) == "paused"


def test_two_lookers_at_once_pull_one_brake(parts: Parts) -> None:
    campaign = parts.campaign(**braked(carrier_errors=ERRORS))
    with parts.transaction() as tx:
        settled(tx, campaign, 10, status="failed", error_code="30008")
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: look(parts), range(4))) == 1
    assert len(trips(parts)) == 1


def test_figures_are_looked_at_every_few_seconds_not_every_time(parts: Parts) -> None:
    campaign = parts.campaign(**braked(carrier_errors=ERRORS))
    look(parts)
    with parts.transaction() as tx:
        settled(tx, campaign, 10, status="failed", error_code="30008")
    assert look(parts, NOW + timedelta(seconds=1)) == 0
    assert look(parts, LATER) == 1


def test_a_campaign_that_a_person_has_paused_meanwhile_stays_so_without_a_fuss(parts: Parts) -> None:
    campaign = parts.campaign(**braked(carrier_errors=ERRORS))
    with parts.transaction() as tx:
        settled(tx, campaign, 10, status="failed", error_code="30008")
    with parts.transaction() as tx:
        assert brakes.watch(tx, NOW) != []
        move_campaign(tx, campaign, CampaignMove.PAUSE, NOW)
    with parts.transaction() as tx:
        tx.add(BrakeTripRow(campaign_id=campaign, cause="carrier_errors", details={}, at=NOW))
    look(parts, LATER)
    with parts.transaction() as tx:
        (trip,) = tx.scalars(select(BrakeTripRow))
        assert (trip.carried_out_at, trip.lifted_at) == (LATER, None)
    assert status(parts, campaign) == "paused"


def test_a_spent_limit_pauses_the_campaign_and_a_higher_one_lets_it_go_on(parts: Parts) -> None:
    policy = UNCAPPED | {"spend": {"segments": 1}}
    campaign = parts.campaign(policy=policy)
    for _ in range(2):
        parts.enrol(campaign)
    parts.sms_outreach.send_due(NOW)
    parts.all_sent()
    look(parts)
    parts.sms_outreach.send_due(NOW + timedelta(minutes=1))
    look(parts, NOW + timedelta(minutes=1))
    assert (status(parts, campaign), len(parts.sms.sent)) == ("paused", 1)
    with parts.transaction() as tx:
        higher = UNCAPPED | {"spend": {"segments": 2}}
        tx.execute(update(CampaignRow).where(CampaignRow.id == campaign).values(policy=higher))
    resume(parts, campaign, NOW + timedelta(minutes=3))
    parts.sms_outreach.send_due(NOW + timedelta(minutes=3))
    assert len(parts.sms.sent) == 2


@pytest.mark.parametrize("state", ["draft", "paused", "finished"])
def test_only_campaigns_under_way_are_looked_at(parts: Parts, state: str) -> None:
    with parts.transaction() as tx:
        make_campaign(tx, status=state)
        assert brakes.watch(tx, NOW) == []


# -- calls that find nobody -----------------------------------------------------------------------------

FEW = {"above": "10%", "sample": 10, "over": "1d"}
WORDS = "<Response><Gather><Say>Hello</Say></Gather></Response>"


def picked_up(
    tx: Tx,
    campaign: int,
    number: int,
    *,
    twiml: str | None = WORDS,
    dialed: str | None = None,
    at: datetime = NOW,
    **over: Any,
) -> None:
    """So many calls that were picked up: what was said then, and how a transfer to a manager ended."""
    facts = {"channel": "call", "status": "completed", "answered_by": "human"} | over
    for _ in range(number):
        sid = f"CA{new_id(at).hex}"
        settled(tx, campaign, 1, at, carrier_sid=sid, **facts)
        if twiml is not None:
            make_event(tx, key=f"call:{sid}:answer", kind="call.answer", payload={"twiml": twiml})
        if dialed is not None:
            payload = {"DialCallStatus": dialed}
            make_event(tx, key=f"call:{sid}:dialed", kind="call.dialed", payload=payload)


@pytest.mark.parametrize(
    "abandoned",
    [
        {"dialed": "no-answer"},
        {"dialed": "busy"},
        {"dialed": "failed"},
        {"twiml": "<Response><Hangup /></Response>"},
        {"twiml": None},
        {"twiml": None, "answered_by": None},
    ],
)
def test_too_many_people_who_find_nobody_stop_the_campaign(parts: Parts, abandoned: dict[str, Any]) -> None:
    campaign = parts.campaign(**braked(abandonment=FEW))
    with parts.transaction() as tx:
        picked_up(tx, campaign, 9, dialed="completed")
        picked_up(tx, campaign, 1, **abandoned)
    assert look(parts) == 0
    with parts.transaction() as tx:
        picked_up(tx, campaign, 1, **abandoned)
    assert look(parts, NEXT) == 1
    assert status(parts, campaign) == "paused"
    ((cause, figures),) = trips(parts)
    assert (cause, figures["bad"], figures["all"], figures["share"]) == ("abandonment", 2, 11, "18.2%")


@pytest.mark.parametrize(
    "harmless",
    [
        {"dialed": "completed"},
        {"dialed": "answered"},
        {"dialed": "canceled"},  # the customer hung up first
        {"dialed": "no-answer", "answered_by": "machine"},
        {"twiml": None, "status": "no_answer"},
        {"dialed": "no-answer", "at": NOW - timedelta(days=1, minutes=1)},
        {"twiml": None, "status": "delivered", "channel": "sms"},
    ],
)
def test_machines_calls_that_nobody_took_and_old_ones_abandon_nobody(
    parts: Parts, harmless: dict[str, Any]
) -> None:
    campaign = parts.campaign(**braked(abandonment=FEW))
    with parts.transaction() as tx:
        picked_up(tx, campaign, 20)
        picked_up(tx, campaign, 20, **harmless)
    assert look(parts) == 0


def test_the_share_is_that_of_the_policys_own_rules(parts: Parts) -> None:
    voice = {"abandoned": {"at_most": "50%", "over": "30d"}}
    campaign = parts.campaign(
        policy=UNCAPPED | {"voice": voice, "brakes": OFF | {"abandonment": {"sample": 10}}}
    )
    with parts.transaction() as tx:
        picked_up(tx, campaign, 10, dialed="busy", at=NOW - timedelta(days=20))
        picked_up(tx, campaign, 10)
    assert look(parts) == 0
    with parts.transaction() as tx:
        picked_up(tx, campaign, 1, dialed="busy")
    assert look(parts, NEXT) == 1


# -- by the rule of each place ---------------------------------------------------------------------------

SILENT = {"twiml": None}
DAY, MONTH = ({"abandoned": {"at_most": "10%", "over": over, "of_at_least": 10}} for over in ("1d", "30d"))
RULES = Rulebook(
    Profiles("elsewhere", {"US": "month", "GB": "day"}, {("US", "ohio"): "day"}, {}),
    {"month": {"voice": MONTH}, "day": {"voice": DAY}, "elsewhere": {"brakes": {"abandonment": "off"}}},
)
ONLY_PLACES = {
    "policy": UNCAPPED | {"brakes": {name: word for name, word in OFF.items() if name != "abandonment"}}
}
LONG_AGO = NOW - timedelta(days=20)
AMERICAN, BRITISH, CHINESE = "+121255", "+4420794", "+86138120"


def called(
    parts: Parts, campaign: int, number: int, begins: str, region: str | None = None, **over: Any
) -> None:
    """So many calls to people with such numbers that were picked up."""
    with parts.transaction() as tx:
        before = set(tx.scalars(select(CustomerRow.id)))
        picked_up(tx, campaign, number, **over)
        new = CustomerRow.id.not_in(before)
        for row in tx.scalars(select(CustomerRow).where(new)):
            row.msisdn, row.region = f"{begins}{row.id:05d}", region


def test_each_place_has_its_own_time_for_calls_that_find_nobody(parts: Parts) -> None:
    """In Britain those of a day count, in America those of a month, and neither dilute the other's."""
    parts.rulebook = RULES
    campaign = parts.campaign(**ONLY_PLACES)
    called(parts, campaign, 8, BRITISH)
    called(parts, campaign, 2, BRITISH, at=LONG_AGO, **SILENT)  # not in this day
    called(parts, campaign, 30, AMERICAN)
    called(parts, campaign, 2, AMERICAN, at=LONG_AGO, **SILENT)
    assert look(parts) == 0
    called(parts, campaign, 2, AMERICAN, at=LONG_AGO, **SILENT)
    assert look(parts, NEXT) == 1
    ((cause, figures),) = trips(parts)
    assert cause == "abandonment"
    assert figures == {
        "bad": 4,
        "all": 34,
        "share": "11.8%",
        "above": "10.0%",
        "minutes": 43200,
        "place": "month",
    }


def test_a_place_that_is_a_small_part_of_a_campaign_stops_it_all_the_same(parts: Parts) -> None:
    parts.rulebook = RULES
    campaign, other = parts.campaign(**ONLY_PLACES), parts.campaign(**ONLY_PLACES)
    called(parts, campaign, 90, AMERICAN)
    called(parts, campaign, 8, BRITISH)
    called(parts, campaign, 2, BRITISH, **SILENT)
    called(parts, other, 9, BRITISH)
    called(parts, other, 1, BRITISH, **SILENT)  # as many as are allowed
    assert look(parts) == 1
    ((_, figures),) = trips(parts)
    assert (figures["place"], figures["bad"], figures["all"]) == ("day", 2, 10)
    assert (status(parts, campaign), status(parts, other)) == ("paused", "running")


def test_a_region_goes_before_its_country_and_a_place_without_a_rule_brakes_nothing(parts: Parts) -> None:
    parts.rulebook = RULES
    ohio, nowhere = parts.campaign(**ONLY_PLACES), parts.campaign(**ONLY_PLACES)
    called(parts, ohio, 10, AMERICAN, "Ohio", at=LONG_AGO, **SILENT)
    called(parts, ohio, 9, AMERICAN, "Ohio")
    called(parts, nowhere, 20, CHINESE, **SILENT)
    assert look(parts) == 0
    called(parts, ohio, 2, AMERICAN, "Ohio", **SILENT)
    assert look(parts, NEXT) == 1
    assert trips(parts)[0][1]["place"] == "day"


def test_a_campaigns_own_rule_holds_over_all_its_calls_beside_those_of_the_places(parts: Parts) -> None:
    parts.rulebook = RULES
    own = {
        "policy": UNCAPPED | {"brakes": OFF | {"abandonment": {"above": "5%", "sample": 10, "over": "2d"}}}
    }
    campaign = parts.campaign(**own)
    called(parts, campaign, 9, CHINESE)
    called(parts, campaign, 9, BRITISH)
    assert look(parts) == 0
    called(parts, campaign, 1, BRITISH, **SILENT)  # a tenth of the British, as they may; but 5.3 % of all
    assert look(parts, NEXT) == 1
    figures = trips(parts)[0][1]
    assert (figures["all"], figures["minutes"], figures.get("place")) == (19, 2880, None)


def test_a_campaign_that_turns_the_brake_off_is_stopped_by_no_places_rule(parts: Parts) -> None:
    parts.rulebook = RULES
    campaign = parts.campaign(policy=UNCAPPED | {"brakes": OFF})
    called(parts, campaign, 20, BRITISH, **SILENT)
    assert look(parts) == 0


def test_all_campaigns_and_places_are_counted_in_one_statement(parts: Parts) -> None:
    parts.rulebook = RULES
    for begins in (BRITISH, AMERICAN):
        called(parts, parts.campaign(**ONLY_PLACES), 3, begins)
    asked: list[str] = []

    def note(*said: Any) -> None:
        asked.append(said[2])

    with parts.transaction() as tx:
        engine = tx.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        look(parts)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len([statement for statement in asked if "WITH spans" in statement]) == 1


def test_calls_are_judged_at_the_first_look_of_a_minute(parts: Parts) -> None:
    campaign = parts.campaign(**braked(abandonment=FEW))
    look(parts)
    with parts.transaction() as tx:
        picked_up(tx, campaign, 10, **SILENT)
    assert [look(parts, NOW + timedelta(seconds=seconds)) for seconds in (5, 30, 59)] == [0, 0, 0]
    assert look(parts, NOW + timedelta(seconds=64)) == 1


@pytest.mark.parametrize("source", ["erasure", "operator", "list", "number_changed", "api"])
def test_what_the_customer_did_not_do_is_no_opt_out(parts: Parts, source: str) -> None:
    campaign = parts.campaign(**braked(opt_outs={"above": "10%", "sample": 10, "over": "1d"}))
    with parts.transaction() as tx:
        for customer in settled(tx, campaign, 20, NOW - timedelta(hours=1)):
            more = {"list_id": 1} if source == "list" else {}
            make_suppression(tx, customer_id=customer, source=source, evidence=f"e{customer}", **more)
    assert look(parts) == 0
