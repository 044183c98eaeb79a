"""The simulator: equal lives for equal seeds, and the same gate as everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.attempts import Channel
from bot.domain.contact import Contact, Decision, Denied, Person, Reason
from bot.domain.policy import Policy
from bot.flow.load import load_flow
from bot.flow.replies import Meaning, understand
from bot.flow.simulation.chance import Chance
from bot.flow.simulation.life import Life
from bot.flow.simulation.offered import asked_by
from bot.flow.simulation.personas import PERSONAS, PHRASES, Intent
from bot.flow.simulation.simulate import simulate
from bot.flow.simulation.tally import FUNNEL
from bot.flow.simulation.world import weigh
from tests.unit.flow.flows import shipped, small, spoilt
from tests.unit.flow.simulating import ROOT, customers_of, figures, ran, world_of

# --- what a sound flow comes to


def test_the_shipped_flow_holds_for_hundreds_of_customers() -> None:
    outcome = ran(shipped(), customers=300)
    assert outcome.sound, outcome.first
    assert outcome.tally.funnel["enrolled"] == 300
    for stage in FUNNEL[1:]:
        assert 0 < outcome.tally.funnel[stage] < 300, stage


def test_every_customer_is_counted_once_in_every_table() -> None:
    tally = ran(small(), customers=100).tally
    assert tally.results.total() + tally.standing.total() == 100
    for counts in tally.per_person.values():
        assert counts.total() == 100
    assert (
        sum(number * people for number, people in tally.per_person["all"].items()) == tally.contacts.total()
    )
    assert sum(counts.total() for counts in tally.hours.values()) == tally.contacts.total()


def test_every_run_ends_also_after_the_last_day() -> None:
    world = world_of(shipped(), days=2)
    for customer in customers_of(world):
        life = Life(world, customer)
        life.live()
        assert life.state.finished
        assert life.now <= life.ends_at + timedelta(days=5)
    assert world.tally.standing, "two days are too short for all"


def test_after_the_last_day_nothing_is_counted() -> None:
    short, long = ran(shipped(), days=1).tally, ran(shipped(), days=9).tally
    assert short.contacts.total() < long.contacts.total()
    assert short.results.total() < long.results.total()


def test_a_longer_simulation_of_fewer_customers_leaves_their_first_contacts_as_they_were() -> None:
    world = world_of(small())
    few, many = customers_of(world, 5), customers_of(world, 20)
    assert [one.facts for one in few] == [one.facts for one in many[:5]]


# --- chance


def test_equal_seeds_give_equal_figures_and_other_seeds_others() -> None:
    flow = shipped()
    assert figures(ran(flow), flow) == figures(ran(flow), flow)
    assert figures(ran(flow, seed=8), flow) != figures(ran(flow), flow)


def test_the_order_of_customers_changes_nothing() -> None:
    flow = shipped()
    forwards, backwards = world_of(flow), world_of(flow)
    one = simulate(forwards, customers_of(forwards))
    other = simulate(backwards, reversed(customers_of(backwards)))
    assert figures(one, flow) == figures(other, flow)


def test_the_hash_seed_of_python_changes_nothing() -> None:
    """In processes that load no more than they need."""
    program = """
from itertools import islice
from pathlib import Path
from bot.audience.prepaid_base import subscribers
from bot.domain.policy import read_policy
from bot.flow.load import load_flow
from bot.flow.simulation.people import Known, START, simulated
from bot.flow.simulation.simulate import simulate
from bot.flow.simulation.world import World
from bot.rules.catalogue import load_catalogue

world = World(load_flow(Path("flows/low_balance_recharge.yaml")), read_policy({}), START, 10)
catalogue = load_catalogue(Path("flows/factors.yaml"))
base = enumerate(islice(subscribers(7, START.date()), 60))
known = (
    Known(n, f"+{int(one.number_range) + n}", one.name, one.place.language, one.place.region,
          one.time_zone, one.tier, one.complaint_open, one.factors())
    for n, one in base
)
print(simulate(world, (simulated(one, world.asked, catalogue, 7, START) for one in known)))
"""

    def printed(hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=environment,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    one, other = printed("1"), printed("2")
    assert "'enrolled': 60" in one
    assert one == other


def test_a_draw_depends_on_its_name_alone() -> None:
    chance = Chance(7, 1)
    first = chance.draw("x", 1)
    chance.draw("y")
    assert chance.draw("x", 1) == first
    assert len({chance.draw("x", 2), Chance(8, 1).draw("x", 1), Chance(7, 2).draw("x", 1), first}) == 4
    assert abs(sum(Chance(7, n).draw("x") for n in range(2000)) / 2000 - 0.5) < 0.03


def test_the_personas_are_everybody() -> None:
    assert sum(persona.share for persona in PERSONAS) == pytest.approx(1)
    for persona in PERSONAS:
        for odds in (persona.replies, persona.presses, persona.pickups):
            assert sum(weight for _, weight in odds) <= 1 + 1e-9, persona.name


@pytest.mark.parametrize("language", PHRASES)
def test_people_write_what_the_product_understands_as_they_mean_it(language: str) -> None:
    phrases = PHRASES[language]
    for wording in phrases.of[Intent.JOIN]:
        assert understand(wording.format(key="2")).key == "2", wording
    for wording in (*phrases.of[Intent.OPT_OUT], *phrases.refusals):
        assert understand(wording).meaning is Meaning.OPT_OUT, wording
    for wording in (*phrases.of[Intent.UNCLEAR], *phrases.free_text):
        assert understand(wording).meaning is not Meaning.OPT_OUT, wording


# --- what is asked about customers


def test_customers_lie_on_both_sides_of_every_bound_and_lack_some_values() -> None:
    world = world_of(shipped())
    found = customers_of(world, 300)
    assert {True, False, None} <= {one.facts["sms_habit"] for one in found}
    assert {"high", "mid", "ordinary"} <= {one.facts["tier"] for one in found}
    assert any(one.facts["name"] is None for one in found)
    zones = {one.time_zone for one in found}
    assert {"Asia/Shanghai", "Asia/Urumqi", "America/New_York", None} <= zones


def test_a_flow_is_read_for_its_keys_facts_and_events() -> None:
    asked = asked_by(shipped())
    invitation, call = asked.offered["invite_by_sms"], asked.offered["invite_by_call"]
    assert (invitation.of(Intent.JOIN), invitation.of(Intent.MANAGER)) == (("1",), ("2",))
    assert (call.of(Intent.JOIN), call.of(Intent.OPT_OUT), call.of(Intent.REPEAT)) == (("1",), ("0",), ("9",))
    assert {"balance", "arpu", "tier", "sms_habit", "name"} <= asked.facts
    assert {"recharge", "complaint", "port_out"} <= asked.events
    assert asked.yes_keys == {"1"}


# --- the gate


def test_whoever_may_be_anywhere_is_contacted_where_all_zones_permit_and_a_stranger_never() -> None:
    world = world_of(small())
    (customer,) = customers_of(world, 1)
    nowhere = replace(customer, time_zone=None, msisdn="+447700900001", refusals=(), complaint_open=False)
    outcome = simulate(world, [nowhere])
    assert outcome.sound
    assert outcome.tally.contacts.total() == 0
    assert outcome.tally.gate["denied zone_unknown"] > 0


def test_denials_go_the_way_that_the_flow_names() -> None:
    skipping = load_flow(
        spoilt(
            "    accept: [1]\n    expires: 6h\n", "    accept: [1]\n    expires: 6h\n    on_denied: skip\n"
        )
    )

    def no_sms(contact: Contact, person: Person, policy: Policy, now: datetime, standing: bool) -> Decision:
        if contact.channel is Channel.SMS:
            return Denied(Reason.NO_CONSENT)
        return weigh(contact, person, policy, now, standing)

    waiting = ran(small(), gate=no_sms).tally
    assert waiting.contacts["call"] == 0, "a denial ends a step that waits"
    assert waiting.results["denied"] > 0
    assert ran(skipping, gate=no_sms).tally.contacts["call"] > 0, (
        "the fallback of a step that skips is the call"
    )
