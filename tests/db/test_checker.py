"""The journey's independent checker: each of its checks can fail, and an honest journal passes them all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from bot.domain.ids import new_id
from bot.store.transaction import Transaction
from tests.db.checked_world import DAY, HOUR, LATER, TEN, World
from tests.db.factories import (
    make_attempt,
    make_campaign,
    make_event,
    make_grant,
    make_suppression,
)
from tests.journeys.checked_tables import Pause, Refusal, RuledBy
from tests.journeys.checker import CHECKS, look_into


def an_hour_too_late(world: World) -> None:
    """New York's clocks go back: 20:30 there is 00:30 UTC before it and 01:30 after it."""
    run = world.run(world.campaign("A", "us"), world.customer("us", ("America/New_York",)))
    world.contact(run, datetime(2026, 11, 1, 0, 30, tzinfo=UTC))  # 20:30 of summer time
    world.contact(run, datetime(2026, 11, 2, 1, 30, tzinfo=UTC))  # 20:30 of winter time
    world.contact(run, datetime(2026, 11, 3, 2, 30, tzinfo=UTC))  # 21:30 of winter time


def on_a_day_off(world: World) -> None:
    run = world.run(world.campaign("A", "us"), world.customer("us_tight", ("America/New_York",)))
    world.contact(run, datetime(2026, 11, 3, 17, 0, tzinfo=UTC))


def where_one_candidate_forbids(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer("cn", ("Asia/Shanghai", "Asia/Urumqi")))
    world.contact(run, TEN - HOUR)  # 09:00 there, 07:00 here


def after_the_hours_were_tightened(world: World) -> None:
    world.evidence.ruled = [
        RuledBy("A", "default", until=TEN + HOUR),
        RuledBy("A", "tightened", since=TEN + HOUR),
    ]
    campaign = make_campaign(world.tx, name="A")
    world.contact(world.run(campaign, world.customer()), TEN + HOUR)
    world.contact(world.run(campaign, world.customer()), TEN + 1.75 * HOUR)


def one_more_than_the_cap(world: World) -> None:
    """Of two campaigns together: two SMS on one day in China."""
    customer = world.customer()
    world.contact(world.run(world.campaign("A"), customer), TEN)
    world.contact(world.run(world.campaign("B"), customer), TEN + HOUR)


def one_more_in_the_rolling_time(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer())
    for days in (0, 1, 2, 3):
        world.contact(run, TEN + days * DAY)


def too_soon_after_a_call(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer())
    world.contact(run, TEN, channel="call", step="a")
    world.contact(run, TEN + timedelta(minutes=29), channel="call", step="b")


def after_a_stop(world: World) -> None:
    """Ten seconds before the end of a jump it was still on its way; an hour later it was not."""
    run = world.run(world.campaign("A"), world.customer())
    world.evidence.jumps = [TEN, TEN + HOUR]
    world.said(world.number(run), TEN - timedelta(seconds=10))
    world.contact(run, TEN)
    world.contact(run, TEN + DAY)


def after_a_refusal_in_the_register(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer())
    make_suppression(world.tx, msisdn=world.number(run), at=TEN)
    world.contact(run, TEN + HOUR)


def after_a_refusal_at_the_counter(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer())
    world.evidence.refusals = [Refusal(world.number(run), TEN, "at the counter")]
    world.contact(run, TEN + HOUR)


def to_the_control_group(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer(), arm="control", due_at=None, expires_at=None)
    world.contact(run, TEN)


def without_consent(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer(consents=("call:marketing",)))
    world.contact(run, TEN)


def to_a_former_customer(world: World) -> None:
    world.contact(world.run(world.campaign("A"), world.customer(former=True)), TEN)


def while_paused(world: World) -> None:
    """What was taken in the moment of the pause was on its way; what is taken when it ends is resumed."""
    campaign = world.campaign("A")
    world.evidence.pauses = [Pause("A", TEN, TEN + HOUR)]
    for minutes in (0, 30, 60):
        world.contact(world.run(campaign, world.customer()), TEN + timedelta(minutes=minutes))


def without_permission(world: World) -> None:
    attempt = world.contact(world.run(world.campaign("A"), world.customer()), TEN)
    world.tx.execute(
        text("UPDATE decisions SET verdict = 'denied', reason = 'cap' WHERE attempt_id = :id"),
        {"id": attempt},
    )


def one_attempt_twice(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer("uk", ("Asia/Shanghai",)))
    attempt = world.contact(run, TEN)
    world.took(attempt, "S1 again", world.number(run), TEN)


def one_text_twice(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer())
    world.contact(run, TEN)
    world.contact(run, TEN + DAY)
    world.evidence.messages[1] = {**world.evidence.messages[1], "body": world.evidence.messages[0]["body"]}


def one_call_after_an_answer(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer())
    for number in (1, 2):
        world.contact(run, TEN + number * DAY, channel="call", visit=1, try_no=number)
    world.evidence.calls[0] = {**world.evidence.calls[0], "picked_up_by": "human"}


def a_run_left_behind(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer(), due_at=TEN)
    world.contact(run, TEN)


def an_attempt_in_the_air(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer())
    world.contact(run, TEN)
    make_attempt(world.tx, enrolment_id=run, status="unconfirmed", lease_until=LATER, visit=9)


def an_end_never_heard_of(world: World) -> None:
    world.contact(world.run(world.campaign("A"), world.customer()), TEN, status="accepted")


def an_event_unread(world: World) -> None:
    make_event(world.tx)


def a_grant_stuck(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer())
    world.contact(run, TEN)
    make_grant(world.tx, enrolment_id=run, status="due", due_at=TEN)


def a_customer_without_a_run(world: World) -> None:
    world.campaign("A")
    world.customer()


def a_customer_nobody_wrote_to(world: World) -> None:
    world.run(world.campaign("A"), world.customer())


def a_contact_unknown_to_us(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer())
    world.contact(run, TEN)
    world.took(new_id(TEN), "S9", world.number(run), TEN)


def a_contact_unknown_to_the_carrier(world: World) -> None:
    run = world.run(world.campaign("A"), world.customer())
    world.contact(run, TEN)
    make_attempt(world.tx, enrolment_id=run, status="delivered", carrier_sid="S9", visit=9)


def a_text_not_heard(world: World) -> None:
    world.said("+8613800000000", TEN, heard=False)


def a_recharge_not_heard(world: World) -> None:
    world.evidence.topups = [{"id": "T1", "msisdn": "+8613800000000", "amount": 50, "at": TEN.isoformat()}]


def a_credit_nobody_granted(world: World) -> None:
    world.evidence.adjustments = [
        {"id": "B1", "key": str(new_id(TEN)), "msisdn": "+8613800000000", "amount": 10, "repeats": 0}
    ]


def a_bonus_withheld(world: World) -> None:
    run = world.run(
        world.campaign("A"), world.customer(), status="finished", result="ended", due_at=None, finished_at=TEN
    )
    world.contact(run, TEN)
    make_grant(world.tx, enrolment_id=run, status="expired")


def over_another_conversation(world: World) -> None:
    customer = world.customer("us", ("Asia/Shanghai",))
    world.contact(world.run(world.campaign("A"), customer), TEN, asks=True, answer_within=DAY)
    world.contact(world.run(world.campaign("B"), customer), TEN + HOUR)


PLANTED: dict[Callable[[World], None], tuple[str, ...]] = {
    an_hour_too_late: ("outside hours",),
    on_a_day_off: ("outside hours",),
    where_one_candidate_forbids: ("outside hours",),
    after_the_hours_were_tightened: ("outside hours",),
    one_more_than_the_cap: ("over a cap",),
    one_more_in_the_rolling_time: ("over a cap",),
    too_soon_after_a_call: ("too soon",),
    after_a_stop: ("after a refusal",),
    after_a_refusal_in_the_register: ("after a refusal",),
    after_a_refusal_at_the_counter: ("after a refusal",),
    to_the_control_group: ("control contacted",),
    without_consent: ("not agreed to",),
    to_a_former_customer: ("not agreed to",),
    while_paused: ("in a pause",),
    without_permission: ("not allowed",),
    one_attempt_twice: ("doubled", "books differ"),  # the second SID is nobody's
    one_text_twice: ("doubled",),
    one_call_after_an_answer: ("doubled",),
    a_run_left_behind: ("forgotten",),
    an_attempt_in_the_air: ("forgotten",),
    an_end_never_heard_of: ("forgotten",),
    an_event_unread: ("forgotten",),
    a_grant_stuck: ("forgotten",),
    a_customer_without_a_run: ("forgotten",),
    a_customer_nobody_wrote_to: ("unexplained",),
    a_contact_unknown_to_us: ("books differ",),
    a_contact_unknown_to_the_carrier: ("books differ",),
    a_text_not_heard: ("books differ",),
    a_recharge_not_heard: ("books differ",),
    a_credit_nobody_granted: ("books differ",),
    a_bonus_withheld: ("unpaid",),
    over_another_conversation: ("talked over",),
}


@pytest.mark.parametrize("offence", PLANTED, ids=lambda one: one.__name__)
def test_an_offence_is_found_by_its_check_alone(
    transaction: Transaction, engine: Engine, offence: Callable[[World], None]
) -> None:
    with transaction() as tx:
        world = World(tx)
        offence(world)
    found = look_into(engine, world.evidence)
    assert tuple(found.offences) == PLANTED[offence], str(found)
    # Two rules may forbid the same contact.
    assert len({one.get("sid", str(one)) for one in found.offences[PLANTED[offence][0]]}) == 1, str(found)


def test_every_check_has_an_offence_that_it_finds() -> None:
    assert {check for checks in PLANTED.values() for check in checks} == set(CHECKS)


def test_an_honest_journal_passes(transaction: Transaction, engine: Engine) -> None:
    with transaction() as tx:
        world = World(tx)
        one, other = world.campaign("A"), world.campaign("B", "careful")
        customer = world.customer()
        world.contact(world.run(one, customer), TEN)
        run = world.run(other, customer)
        world.contact(run, TEN + 2 * DAY, channel="call")
        world.said(world.number(run), TEN + 2 * DAY + HOUR)
    found = look_into(engine, world.evidence)
    assert not found, str(found)
