"""The simulator: each invariant can fail, and finds its own fault."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.contact import Refusal
from bot.flow.load import load_flow
from bot.flow.model import Flow
from bot.flow.simulation.invariants import Invariant
from bot.flow.simulation.simulate import simulate
from tests.unit.flow.faulty import (
    ANY_CONSENT,
    EVER_ON,
    careless,
    deaf,
    failing,
    generous,
    hasty,
    lax,
    speechless,
    twice,
    undying,
)
from tests.unit.flow.flows import SOUND, shipped, small, spoilt
from tests.unit.flow.simulating import customers_of, ran, world_of


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
