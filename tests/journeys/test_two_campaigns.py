"""Two campaigns over the same customers in three zones, a clock change and much trouble: what did each one get?"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from bot.domain.campaigns import CampaignMove
from bot.enrolment.create import ConditionAudience, create_campaign
from bot.enrolment.ground import ground_of
from bot.enrolment.move import move_campaign
from bot.flow.load import load_flow
from bot.policies import policy_data
from scripts.rehearsing import campaign
from scripts.rehearsing.stack import Stack
from tests.journeys import written_rules
from tests.journeys.checked_tables import Evidence, Refusal, RuledBy, Subject
from tests.journeys.checker import look_into
from tests.journeys.conftest import ROOT, own_folder
from tests.journeys.three_zones import Person, draw, settle
from tests.journeys.troubles import Course, Trouble, command

pytestmark = pytest.mark.journey

# Friday, 08:30 in Shanghai. On Sunday at 06:00 UTC New York's clocks go back an hour.
START = datetime(2026, 10, 30, 0, 30, tzinfo=UTC)
CLOCKS_GO_BACK = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
# Saturday, 10:00 in Shanghai: in the midst of the morning.
TIGHTENED_AT = datetime(2026, 10, 31, 2, 0, tzinfo=UTC)
# Over the clock change, while the first is under way.
SECOND_STARTS = datetime(2026, 10, 31, 12, 30, tzinfo=UTC)
DAYS = 4.5
AFTERWARDS = 0.5  # for what is on its way when the campaigns have ended
TOP_UP, SAVE = "Top up", "Save"
ENOUGH_TO_MEET = 1_000  # among fewer, two campaigns hardly ever want the same customer at the same time
FAULTS = {
    "lost_response": 0.02,
    "error_after_accept": 0.02,
    "callback_before_response": 0.05,
    "duplicate_callback": 0.05,
    "reorder_callbacks": 0.05,
    "lost_callback": 0.03,
    "duplicate_inbound": 0.05,
    "duplicate_topup": 0.05,
    "rate_limit": 0.02,
    "billing_lost_response": 0.1,
}


@dataclass(frozen=True, slots=True)
class Refused:
    """Who had refused before it all began, and how."""

    listed: list[Person]
    erased: list[Person]


def test_two_campaigns_with_much_trouble_do_right_by_everybody(journey_size: int, journey_seed: int) -> None:
    logging.getLogger("tests.journeys").setLevel(logging.INFO)
    people = draw(journey_size, journey_seed)
    with Stack(own_folder("two_campaigns"), START, seed=journey_seed) as stack:
        stack.carrier.set_faults(FAULTS)
        campaign.add_people(stack)
        settle(stack, people, DAYS)
        refused = refuse_beforehand(stack, people)
        launch(stack)
        course = Course(stack, grain=timedelta(minutes=10))
        course.record.refusals += [
            Refusal(person.number, START - timedelta(seconds=1), how)
            for how, some in (("on a list", refused.listed), ("erased", refused.erased))
            for person in some
        ]
        course.run(troubles(course, Random(journey_seed)), START + timedelta(days=DAYS + AFTERWARDS))
        found = look_into(stack.wired.engine, evidence(course, people))
        assert not found, f"seed {journey_seed}\n{found}"
        it_was_a_real_journey(stack, course, journey_size)


def refuse_beforehand(stack: Stack, people: list[Person]) -> Refused:
    """A list of numbers from elsewhere, and customers who asked to be erased."""
    listed, erased = people[3::50], people[7:8]
    numbers = stack.folder / "do_not_call.txt"
    numbers.write_text("".join(f"{person.number}\n" for person in listed), encoding="utf-8")
    command(stack, "register", "import", str(numbers), "--list", "national")
    for person in erased:
        command(stack, "register", "erase", person.external_id, "--as", "admin")
    return Refused(listed, erased)


def launch(stack: Stack) -> None:
    flows = ROOT / "flows"
    careful = written(stack, "careful", written_rules.CAREFUL)
    usual = written(stack, "usual", written_rules.DEFAULT)
    for name, flow, policy, priority, starts_at in (
        (TOP_UP, "low_balance_recharge", usual, 5, START),
        (SAVE, "offnet_warning", careful, 8, SECOND_STARTS),
    ):
        path = flows / f"{flow}.yaml"
        with stack.wired.transaction() as tx:
            campaign_id = create_campaign(
                tx,
                name=name,
                flow=load_flow(path),
                flow_source=path.read_text(encoding="utf-8"),
                audience=ConditionAudience("churn_score >= 0.7"),  # all of them, at any time
                policy=policy_data(policy),
                control_share=0.15,
                priority=priority,
                starts_at=starts_at,
                ends_at=START + timedelta(days=DAYS),
                bonus_budget=Decimal(1_000_000),
                now=START,
            )
            move_campaign(tx, campaign_id, CampaignMove.CHECK, START, ground=ground_of(stack.wired.settings))
            move_campaign(tx, campaign_id, CampaignMove.SCHEDULE, START)


def written(stack: Stack, name: str, policy: str) -> Path:
    file = stack.folder / f"{name}.yaml"
    file.write_text(policy, encoding="utf-8")
    return file


def troubles(course: Course, chance: Random) -> list[Trouble]:
    """At fixed openings, when there is much to do, and at any other moment."""
    stack = course.stack
    tightened = written(stack, "tightened", written_rules.TIGHTENED)

    def after(hours: float, spread: float) -> datetime:
        minutes = round(60 * (hours + spread * chance.random()))
        return START + timedelta(minutes=minutes - minutes % 5)

    # Just before the hours open in Shanghai, London and New York, on several days.
    openings = (0.4, 8.4, 12.4, 24.4, 37.4, 49.4)
    kills = [
        Trouble(START + timedelta(hours=hours), "a worker is killed", course.kill_worker, in_flight=True)
        for hours in (*chance.sample(openings, 2), 60 * chance.random(), 60 * chance.random())
    ]
    paused, since = chance.choice(((TOP_UP, after(1, 24)), (SAVE, after(37, 20))))
    length = timedelta(hours=chance.randint(4, 26))
    return [
        *kills,
        Trouble(since, f"{paused} is paused", lambda: course.pause(paused, length), in_flight=True),
        Trouble(
            TIGHTENED_AT,
            f"{TOP_UP} is tightened",
            lambda: course.tighten(TOP_UP, tightened),
        ),
        *(Trouble(after(0, 9), "a refusal", course.refuse_at_the_counter) for _ in range(2)),
    ]


def evidence(course: Course, people: list[Person]) -> Evidence:
    stack, carrier = course.stack, course.stack.carrier
    return Evidence(
        now=stack.clock.now(),
        subjects=[
            Subject(one.external_id, one.number, one.rules, one.zones, one.consents, one.former)
            for one in people
        ],
        ruled=[
            RuledBy(TOP_UP, "default", until=course.record.tightened_at),
            RuledBy(TOP_UP, "tightened", since=course.record.tightened_at),
            RuledBy(SAVE, "careful"),
        ],
        pauses=course.record.pauses,
        refusals=course.record.refusals,
        jumps=course.timekeeper.moments,
        messages=list(carrier.ledger("messages")),
        calls=list(carrier.ledger("calls")),
        inbound=list(carrier.ledger("inbound")),
        topups=list(carrier.ledger("topups")),
        adjustments=list(carrier.ledger("adjustments")),
    )


def it_was_a_real_journey(stack: Stack, course: Course, size: int) -> None:
    """A check finds nothing where nothing happened, either: so much must have."""
    assert course.record.kills == 4
    assert course.record.kills_in_flight > 0
    counted = {
        "contacts after New York's clocks went back": f"""
            SELECT count(*) FROM checked.made WHERE 'America/New_York' = ANY(zones) AND at > '{CLOCKS_GO_BACK}'""",
        "changes of a policy as the product keeps them": f"""
            SELECT count(*) FROM campaign_policies WHERE since = '{course.record.tightened_at}'""",
        "contacts by the tightened rules": "SELECT count(*) FROM checked.bound WHERE rules = 'tightened'",
        "contacts of both campaigns to one customer": """
            SELECT count(*) FROM (
                SELECT FROM checked.made GROUP BY number HAVING count(DISTINCT campaign) > 1) AS shared
            """,
        "customers who refused": "SELECT count(*) FROM checked.sayings WHERE refuses",
        "contacts put off for the hours": "SELECT count(*) FROM decisions WHERE reason = 'quiet_hours'",
        "contacts put off for a cap": "SELECT count(*) FROM decisions WHERE reason = 'cap'",
        "contacts denied for a refusal": "SELECT count(*) FROM decisions WHERE reason = 'suppressed'",
        "contacts denied for want of consent": "SELECT count(*) FROM decisions WHERE reason = 'no_consent'",
        "credits": "SELECT count(*) FROM checked.credits",
    }
    if size >= ENOUGH_TO_MEET:
        counted["contacts put off for another conversation"] = (
            "SELECT count(*) FROM decisions WHERE reason = 'other_conversation'"
        )
    with stack.wired.engine.connect() as connection:
        found = {what: connection.execute(text(sql)).scalar_one() for what, sql in counted.items()}
    logging.getLogger(__name__).warning("%s", found)
    assert all(found.values()), found
