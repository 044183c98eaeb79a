"""The simulator: equal lives for equal seeds, invariants that can fail, and counterexamples that play again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli.flow.simulate import Settings, people, simulate_
from bot.domain.attempts import Channel
from bot.domain.contact import Allowed, Contact, Decision, Denied, Person, Reason, Refusal
from bot.domain.policy import Policy, read_policy
from bot.flow.actions import Dial, Finish, Grant, Hangup, Prompt, Voicemail
from bot.flow.engine import Step, step
from bot.flow.golden import load_scripts, run_conversations
from bot.flow.happenings import Happening, Replied, Started
from bot.flow.load import load_flow
from bot.flow.model import Flow
from bot.flow.replies import Meaning, understand
from bot.flow.simulation.chance import Chance
from bot.flow.simulation.counterexample import counterexample
from bot.flow.simulation.invariants import Broken, Invariant, Watch, whereabouts
from bot.flow.simulation.life import Life
from bot.flow.simulation.offered import asked_by
from bot.flow.simulation.people import START, Simulated
from bot.flow.simulation.personas import PERSONAS, PHRASES, Intent
from bot.flow.simulation.simulate import Found, Outcome, simulate
from bot.flow.simulation.summary import Prices, Summary, to_json
from bot.flow.simulation.trace import Trace
from bot.flow.simulation.world import World, weigh
from bot.flow.state import State
from tests.unit.flow.flows import FLOWS, SOUND, catalogue, shipped, small, spoilt

ROOT = FLOWS.parent
POLICY = read_policy({})
DAYS = 10
Facts = Mapping[str, object]


def world_of(flow: Flow, **changes: Any) -> World:
    return World(flow, changes.pop("policy", POLICY), START, changes.pop("days", DAYS), **changes)


def customers_of(world: World, customers: int = 60, seed: int = 7) -> list[Simulated]:
    settings = Settings(customers, world.days, seed, START, world.policy, catalogue())
    return list(people(settings, world))


def ran(flow: Flow, customers: int = 60, seed: int = 7, **changes: Any) -> Outcome:
    world = world_of(flow, **changes)
    return simulate(world, customers_of(world, customers, seed))


def figures(outcome: Outcome, flow: Flow) -> dict[str, object]:
    prices = Prices(Decimal("0.05"), Decimal("0.12"))
    return to_json(Summary(flow, 60, DAYS, 7, 0.0, outcome.tally, outcome.broken, prices))


# --- what a sound flow comes to


def test_the_shipped_flow_holds_for_hundreds_of_customers() -> None:
    outcome = ran(shipped(), customers=300)
    assert outcome.sound, outcome.first
    assert outcome.tally.funnel["enrolled"] == 300
    for stage in (
        "contacted",
        "delivered",
        "answered",
        "accepted",
        "qualified",
        "granted",
        "work_order",
        "opted_out",
    ):
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


# --- every invariant can fail

Gate = Callable[[Contact, Person, Policy, datetime, bool], Decision]


def lax(**changes: Any) -> Gate:
    """A gate that does not look at some of what it is given."""

    def gate(contact: Contact, person: Person, policy: Policy, now: datetime, standing: bool) -> Decision:
        return weigh(contact, replace(person, **changes), policy, now, standing)

    return gate


def careless(contact: Contact, person: Person, policy: Policy, now: datetime, standing: bool) -> Decision:
    return Allowed(now + timedelta(hours=1))


def deaf(contact: Contact, person: Person, policy: Policy, now: datetime, standing: bool) -> Decision:
    """Does not hear that the run has moved on."""
    return weigh(contact, person, policy, now, True)


def twice(flow: Flow, state: State, happening: Happening, now: datetime, facts: Facts) -> Step:
    result = step(flow, state, happening, now, facts)
    grants = tuple(action for action in result.actions if isinstance(action, Grant))
    return replace(result, actions=(*result.actions, *grants))


def generous(flow: Flow, state: State, happening: Happening, now: datetime, facts: Facts) -> Step:
    result = step(flow, state, happening, now, facts)
    return replace(result, actions=(*result.actions, Grant(Decimal(10)))) if state.step is None else result


def hasty(flow: Flow, state: State, happening: Happening, now: datetime, facts: Facts) -> Step:
    """Declares the run over with a contact still queued."""
    result = step(flow, state, happening, now, facts)
    if not isinstance(happening, Started):
        return result
    return Step(replace(result.state, result="over"), (*result.actions, Finish("over")))


def undying(flow: Flow, state: State, happening: Happening, now: datetime, facts: Facts) -> Step:
    return step(flow, replace(state, result=None), happening, now, facts)


def failing(flow: Flow, state: State, happening: Happening, now: datetime, facts: Facts) -> Step:
    if isinstance(happening, Replied):
        raise KeyError("unheard of")
    return step(flow, state, happening, now, facts)


def speechless(flow: Flow, state: State, happening: Happening, now: datetime, facts: Facts) -> Step:
    result = step(flow, state, happening, now, facts)
    spoken = (Prompt, Hangup, Voicemail, Dial)
    return replace(result, actions=tuple(act for act in result.actions if not isinstance(act, spoken)))


ANY_CONSENT = frozenset(f"{channel}:{purpose}" for channel in Channel for purpose in ("marketing", "service"))
EVER_ON = spoilt(
    "  help:\n",
    "  here: {switch: [{when: balance < 0, go: help}], else: there}\n"
    "  there: {switch: [{when: balance < 0, go: help}], else: here}\n"
    "  help:\n",
).replace("start: ask", "start: here")


@pytest.mark.parametrize(
    ("invariant", "flow", "changes"),
    [
        (Invariant.QUIET_HOURS, small(), {"gate": careless}),
        (Invariant.CAPS, shipped(), {"gate": lax(past=())}),
        (Invariant.NO_CONSENT, small(), {"gate": lax(consents=ANY_CONSENT)}),
        (Invariant.GRANTED_TWICE, small(), {"engine": twice}),
        (Invariant.UNEARNED_GRANT, small(), {"engine": generous}),
        (Invariant.AFTER_END, small(), {"engine": hasty, "gate": deaf}),
        (Invariant.NO_END, small(), {"engine": undying}),
        (Invariant.EXCEPTION, small(), {"engine": failing}),
        (Invariant.SILENT_LINE, small(), {"engine": speechless}),
        (Invariant.BUDGET, load_flow(EVER_ON), {}),
    ],
    ids=lambda value: value.value if isinstance(value, Invariant) else "",
)
def test_a_fault_breaks_its_invariant(invariant: Invariant, flow: Flow, changes: dict[str, Any]) -> None:
    outcome = ran(flow, customers=300, **changes)
    assert outcome.broken[invariant.value] > 0, outcome.broken
    assert outcome.first is not None


def test_a_contact_after_an_opt_out_is_found_whether_it_came_before_the_run_or_in_it() -> None:
    world = world_of(small(), gate=lax(refusals=()))
    refused = [replace(one, refusals=(Refusal("all", "all"),)) for one in customers_of(world)]
    assert simulate(world, refused).broken[Invariant.AFTER_OPT_OUT.value] > 0
    # A flow that goes on after an opt-out, as if it might still ask for a reason.
    asking = load_flow(SOUND.replace("start: ask", "then: {opted_out: ring}\nstart: ask"))
    sound = ran(asking, customers=300)
    assert sound.sound, "the gate refuses what the flow asks for"
    assert ran(asking, customers=300, gate=lax(refusals=())).broken[Invariant.AFTER_OPT_OUT.value] > 0


def test_a_name_that_is_none_is_a_hole_in_a_text() -> None:
    world = world_of(small())
    named = [replace(one, facts={**one.facts, "name": "None"}) for one in customers_of(world)]
    assert simulate(world, named).broken[Invariant.MISSING_VALUE.value] > 0


def test_a_caller_who_is_cut_off_for_want_of_a_value_is_found() -> None:
    flow = load_flow(
        spoilt("start: ask", "start: ring")
        .replace("keys: {1: paid, 0: opt_out}", "keys: {1: again, 0: opt_out}")
        .replace(
            "  paid:\n",
            '  again:\n    call: {say: {zh: "{plan}，请按1", en: "{plan}: press 1"}, keys: {1: paid, 0: opt_out}}\n'
            "    expires: 6h\n    then: {unreached: end}\n  paid:\n",
        )
    )
    world = world_of(flow)
    nameless = [replace(one, facts={**one.facts, "plan": None}) for one in customers_of(world, 120)]
    outcome = simulate(world, nameless)
    assert outcome.broken == {Invariant.MISSING_VALUE.value: outcome.broken.total()}
    assert outcome.first is not None
    assert "is cut off: plan has no value" in outcome.first.broken.detail


def test_a_fault_of_one_customer_leaves_the_others_alone() -> None:
    outcome = ran(small(), customers=100, engine=failing)
    assert 0 < outcome.broken.total() < 100
    assert outcome.tally.results.total() + outcome.tally.standing.total() == 100


# --- the watch's own reckoning


def watch(**changes: Any) -> Watch:
    given: dict[str, Any] = {
        "policy": POLICY,
        "zones": ("America/New_York",),
        "consents": ANY_CONSENT,
        "expires_at": START + timedelta(days=10),
        "asks_recharge": True,
        "yes_keys": frozenset({"1"}),
    }
    return Watch(**{**given, **changes})


def utc(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=UTC)


def test_the_hours_follow_the_clock_on_the_customers_wall_over_its_change() -> None:
    assert watch().contact(utc(13, 14), Channel.SMS, "marketing") == 9
    assert watch().contact(utc(14, 13), Channel.SMS, "marketing") == 9
    with pytest.raises(Broken, match=r"sms at Sat 08:00 in America/New_York"):
        watch().contact(utc(13, 13), Channel.SMS, "marketing")


@pytest.mark.parametrize(
    ("zones", "at", "permitted"),
    [
        (("Asia/Shanghai",), utc(10, 1), True),
        (("Asia/Shanghai",), utc(10, 0, 59), False),
        (("Asia/Shanghai",), utc(10, 4), False),
        (("Asia/Shanghai", "Asia/Urumqi"), utc(10, 1), False),
        (("Asia/Shanghai", "Asia/Urumqi"), utc(10, 3), True),
        ((), utc(10, 3), False),
    ],
)
def test_all_candidate_zones_must_permit(zones: tuple[str, ...], at: datetime, permitted: bool) -> None:
    if permitted:
        watch(zones=zones).contact(at, Channel.SMS, "marketing")
        return
    with pytest.raises(Broken) as caught:
        watch(zones=zones).contact(at, Channel.SMS, "marketing")
    assert caught.value.invariant is Invariant.QUIET_HOURS


def test_holidays_and_worked_weekends_are_known_to_the_watch() -> None:
    policy = read_policy({"holidays": ["2027-03-10"]})
    with pytest.raises(Broken, match="quiet_hours"):
        watch(policy=policy, zones=("Asia/Shanghai",)).contact(utc(10, 1), Channel.SMS, "marketing")
    watch(policy=policy, zones=("Asia/Shanghai",)).contact(utc(11, 1), Channel.SMS, "marketing")


def test_the_third_call_of_a_day_breaks_the_cap_and_one_too_soon_the_gap() -> None:
    seen = watch(zones=("Asia/Shanghai",))
    seen.contact(utc(10, 1), Channel.CALL, "marketing")
    seen.contact(utc(10, 2), Channel.CALL, "marketing")
    with pytest.raises(Broken, match="3 contacts within 1 day, 0:00:00, where 2 are permitted"):
        seen.contact(utc(10, 3), Channel.CALL, "marketing")
    hasty = watch(zones=("Asia/Shanghai",))
    hasty.contact(utc(10, 1), Channel.CALL, "marketing")
    with pytest.raises(Broken, match="call only 0:29:00 after the one before"):
        hasty.contact(utc(10, 1, 29), Channel.CALL, "marketing")


def test_a_cap_by_the_calendar_begins_anew_at_the_customers_midnight() -> None:
    policy = read_policy({"hours": {"marketing": ["00:00-24:00"], "service": ["00:00-24:00"]}, "min_gap": {},
                          "caps": [{"limit": 1, "per": "day", "channel": "sms"}]})  # fmt: skip
    seen = watch(policy=policy, zones=("Asia/Shanghai",))
    seen.contact(utc(10, 15), Channel.SMS, "marketing")
    seen.contact(utc(10, 16), Channel.SMS, "marketing")  # it is the 11th there
    with pytest.raises(Broken, match="caps"):
        seen.contact(utc(11, 15), Channel.SMS, "marketing")


def test_where_a_customer_may_be_is_reckoned_without_the_gate() -> None:
    assert whereabouts("Asia/Urumqi", "+8613900000001", POLICY) == ("Asia/Urumqi",)
    assert whereabouts(None, "+8613900000001", POLICY) == ("Asia/Shanghai", "Asia/Urumqi")
    assert whereabouts(None, "+447700900001", POLICY) == ()


# --- counterexamples


def found_in(flow: Flow, customers: int = 120, **changes: Any) -> Iterator[tuple[World, Found]]:
    world = world_of(flow, **changes)
    for customer in customers_of(world, customers):
        outcome = simulate(world, [customer])
        if outcome.first is not None:
            yield world, outcome.first


def test_a_counterexample_is_a_conversation_that_plays_again(tmp_path: Path) -> None:
    world, found = next(
        (world, found)
        for world, found in found_in(small(), gate=careless)
        if found.broken.detail.startswith("sms at ")
    )
    example = counterexample(world, found, "keepline flow simulate small.yaml")
    assert example.faithful
    assert example.text.startswith("# Broken: quiet_hours: sms at ")
    file = tmp_path / "small.test.yaml"
    file.write_text(example.text, encoding="utf-8")
    assert run_conversations(small(), file) == []
    (script,) = load_scripts(file)
    assert script.windows == ()
    expected = [line for turn in script.turns for line in turn.expected]
    assert expected, "the message that should not have been sent is expected"


def test_most_runs_replay_to_the_last_line_and_all_of_them_play(tmp_path: Path) -> None:
    """Every life, as if its end were a fault."""
    flow = shipped()
    world = world_of(flow)
    faithful = 0
    lives = customers_of(world, 60)
    for customer in lives:
        trace = Trace()
        life = Life(world, customer, trace)
        life.live()
        at = trace.lines[-1].at if trace.lines else life.now
        found = Found(customer, Broken(Invariant.NO_END, "not really", at), trace)
        example = counterexample(world, found, "test")
        file = tmp_path / "low_balance_recharge.test.yaml"
        file.write_text(example.text, encoding="utf-8")
        assert run_conversations(flow, file) == []
        faithful += example.faithful
    assert faithful >= 0.8 * len(lives)


def test_a_looping_flow_is_shown_as_the_conversation_that_loops(tmp_path: Path) -> None:
    flow = load_flow(EVER_ON)
    world, found = next(found_in(flow))
    example = counterexample(world, found, "test")
    assert "end looped" in example.text
    file = tmp_path / "small.test.yaml"
    file.write_text(example.text, encoding="utf-8")
    assert run_conversations(flow, file) == []


# --- the command


def command(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(simulate_, [*arguments, "--customers", "60"])
    return result.exit_code, result.output


def test_the_command_prints_every_table_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    path = str(FLOWS / "low_balance_recharge.yaml")
    code, said = command(path, "--json", str(file))
    assert code == 0, said
    for words in (
        "funnel",
        "contacts per person",
        "local hour",
        "how runs ended",
        "what the gate said",
        "every invariant holds",
    ):
        assert words in said
    (summary,) = json.loads(file.read_text(encoding="utf-8"))
    assert summary["funnel"]["enrolled"] == 60
    assert summary["counterexample"] is None
    code, said = command(path, "--language", "zh")
    assert code == 0
    for words in ("漏斗", "人均触达次数", "当地时间", "结束方式", "触达闸门", "所有不变量均成立"):
        assert words in said


def test_prices_are_multiplied_by_segments_and_minutes() -> None:
    path = str(FLOWS / "low_balance_recharge.yaml")
    code, said = command(path, "--price", "sms=1,minute=0")
    assert code == 0
    segments = ran(shipped()).tally.segments
    assert f"({segments:,} segments, ¥{segments:,})" in said
    code, said = command(path, "--price", "letters=1")
    assert code == 2
    assert "'letters=1' is no price; write sms=0.05,minute=0.12" in said


def test_a_broken_flow_fails_the_command_and_its_counterexample_is_written(tmp_path: Path) -> None:
    broken, sound = tmp_path / "broken.yaml", tmp_path / "sound.yaml"
    broken.write_text(EVER_ON.replace("flow: small", "flow: broken"), encoding="utf-8")
    sound.write_text(spoilt("flow: small", "flow: sound"), encoding="utf-8")
    example = tmp_path / "broken.test.yaml"
    code, said = command(str(tmp_path), "--counterexample", str(example))
    assert code == 1
    assert "1 of 2 flows did what must never happen" in said
    assert "# Broken: budget: the engine had to end the run: looped" in said
    assert run_conversations(load_flow(broken), example) == []


def test_a_policy_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    policy = tmp_path / "odd.yaml"
    policy.write_text("caps: [{limit: many}]\n", encoding="utf-8")
    code, said = command(str(FLOWS / "low_balance_recharge.yaml"), "--policy", str(policy))
    assert code == 1
    assert f"{policy}: caps[0].limit: must be a whole number of at least 1" in said
