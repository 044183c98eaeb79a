"""Every kind of step, outcome by outcome: what happens at the step, and which way it is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.flow.actions import Call, Emit, Finish, Prompt, Send, WaitUntil
from bot.flow.engine import step
from bot.flow.happenings import (
    Answered,
    BusinessEvent,
    CallEnded,
    CallOutcome,
    Delivered,
    Denied,
    GrantResult,
    GrantSettled,
    Happening,
    OptedOut,
    Pressed,
    Replied,
    Started,
    TimedOut,
    Transferred,
    Undelivered,
    WorkOrderClosed,
)
from bot.flow.load import FlowError, load_flow
from bot.flow.model import Flow, Reach
from bot.flow.state import State
from bot.flow.steps import KINDS
from bot.flow.text import sms_text
from bot.rules.problems import Problem
from tests.unit.flow.stepping import NOW, stepped

FACTS: Mapping[str, object] = {
    "customer_id": 7,
    "time_zone": "Asia/Shanghai",
    "tier": "high",
    "plan": "Free 30",
    "balance": Decimal("8.50"),
    "contract_end": datetime(2026, 12, 25, tzinfo=UTC).date(),
}

HEAD = "flow: one\nstart: s\nsteps:\n  s:\n"
SMS = 'sms: {zh: "【{brand}】回1，拒收请回T", en: "Reply 1, STOP to opt out"}'
CALL = 'call: {say: {zh: "请按1", en: "Press 1"}, keys: {1: out_1, 9: repeat, 0: opt_out}'
CONFIRM = f"{CALL}, confirm: {{key: 5, twice: false}}}}"
SURVEY = 'survey: {by: %s, ask: {zh: "满意请回1至5", en: "Satisfied? 1 to 5"}, answer: 1-5, as: mark%s}'
ORDER = "work_order: {queue: retention, due: 4h, script: small}"
GRANT = "grant: 10"
RECHARGED = BusinessEvent("recharge", "e1", NOW, Decimal(60))


def pressed(digits: str, turn: int = 1) -> list[Happening]:
    return [Answered(1), Pressed(1, turn, digits, "k")]


@dataclass(frozen=True)
class Case:
    """`outcome` is the line of `then:` that must be taken; `shown` is what the run has noted by then."""

    kind: str
    outcome: str
    written: str
    happens: Sequence[Happening] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    shown: Mapping[str, object] = field(default_factory=dict)


CASES = [
    Case("sms", "reply 1", SMS, [Replied("1", "e")]),
    Case("sms", "reply other", SMS, [Replied(None, "e", "hm")]),
    Case("sms", "delivered", SMS, [Delivered(1)]),
    Case("sms", "undelivered", SMS, [Undelivered(1, "30003")]),
    Case("sms", "denied", SMS, [Denied(1, "no_consent")]),
    Case("sms", "unclear", SMS, [Replied(None, "a"), Replied(None, "b")]),
    Case("sms", "recharge", SMS, [RECHARGED]),
    Case("sms", "after 24h", SMS, [TimedOut(1)]),
    Case("call", "confirmed", CONFIRM, pressed("5")),
    Case("call", "declined", CONFIRM, [*pressed("7"), Pressed(1, 2, "7", "k"), Pressed(1, 3, "", "k")]),
    Case("call", "gathered", f"{CALL}, gather: {{digits: 4, as: pin}}}}", pressed("0042"), shown={"pin": "0042"}),
    Case("call", "no_key", f"{CALL}}}", [Answered(1), CallEnded(1, CallOutcome.ANSWERED)]),
    Case("call", "unreached", f"{CALL}}}", [CallEnded(1, CallOutcome.BUSY)]),
    Case("call", "denied", f"{CALL}}}", [Denied(1, "no_consent")]),
    Case("call", "recharge", f"{CALL}}}", [RECHARGED]),
    Case("survey", "answered", SURVEY % ("sms", ""), [Replied("4", "e", "4")], shown={"mark": 4}),
    Case("survey", "unclear", SURVEY % ("sms", ""), [Replied(None, "a", "?"), Replied("9", "b", "9")]),
    Case("survey", "undelivered", SURVEY % ("sms", ""), [Undelivered(1, "30003")]),
    Case("survey", "denied", SURVEY % ("sms", ""), [Denied(1, "no_consent")]),
    Case("survey", "after 24h", SURVEY % ("sms", ""), [TimedOut(1)]),
    Case("survey", "answered", SURVEY % ("call", ", keys: {0: opt_out}"), pressed("2"), shown={"mark": 2}),
    Case("survey", "no_key", SURVEY % ("call", ""), [Answered(1), CallEnded(1, CallOutcome.ANSWERED)]),
    Case("survey", "unreached", SURVEY % ("call", ""), [CallEnded(1, CallOutcome.NO_ANSWER)]),
    Case("switch", "out_1", "switch: [{when: tier = 'high' and balance < 9, go: out_1}]\n    else: out_2"),
    Case("switch", "out_2", "switch: [{when: arpu < 9, go: out_1}]\n    else: out_2"),
    Case("split", "a", "split: {a: 1000000, b: 1}"),
    Case("split", "b", "split: {a: 1, b: 1000000}"),
    Case("wait", "done", "wait: 3d", [TimedOut(1)]),
    Case("wait", "past", "wait: {until: contract_end - 60d}"),
    Case("wait", "unknown", "wait: {until: activated_on + 3d}"),
    Case("wait", "complaint", "wait: 3d", [BusinessEvent("complaint", "e", NOW)]),
    Case("wait_for", "recharge", "wait_for: recharge\n    where: event.amount >= 60", [RECHARGED]),
    Case("wait_for", "reply 1", "wait_for: [recharge, reply]", [Replied("1", "e")]),
    Case("wait_for", "unclear", "wait_for: [recharge, reply]", [Replied(None, "e"), Replied(None, "e")]),
    Case("wait_for", "after 24h", "wait_for: recharge", [TimedOut(1)]),
    Case("grant", "refused", GRANT),
    Case("work_order", "closed", ORDER, [WorkOrderClosed("no_answer")]),
    Case("work_order", "closed saved", ORDER, [WorkOrderClosed("saved")]),
    Case("work_order", "after 24h", ORDER, [TimedOut(1)]),
    Case("transfer", "unanswered", "transfer: {queue: retention}"),
    Case(
        "set",
        "next",
        "set: {cause: price, asked: {add: 1}, sure: true, plan_then: {from: plan}, nothing: {from: arpu}}",
        shown={"cause": "price", "asked": 1, "sure": True, "plan_then": "Free 30"},
    ),
    Case("emit", "next", "emit: card_wanted\n    with: {months: 6}"),
    Case("end", "left", "end: left"),
]  # fmt: skip

#: Outcomes that need a longer story than one step: each has a test of its own below, or in test_parts.py.
ELSEWHERE = {("grant", "granted"), ("grant", "expired"), ("transfer", "answered"), ("flow", "done")}


def flow_of(case: Case) -> Flow:
    """One step, all of whose outcomes lead to ends that are called after them."""
    outcomes = [one.outcome for one in CASES if one.kind == case.kind]
    if case.outcome in ("reply other", "unclear", "delivered"):  # each stands in another's way
        outcomes = [one for one in outcomes if one not in ("reply other", "unclear", "delivered")] + [
            case.outcome
        ]
    if case.kind == "survey":
        by_call = "by: call" in case.written
        never = ("unclear", "undelivered", "after 24h") if by_call else ("no_key", "unreached")
        outcomes = [one for one in outcomes if one not in never]
    exits = ", ".join(f"{name}: {name.replace(' ', '_')}_" for name in dict.fromkeys(outcomes))
    ends = "\n".join(
        f"  {name.replace(' ', '_')}_: {{end: {name.replace(' ', '_')}}}" for name in dict.fromkeys(outcomes)
    )
    then = "" if case.kind in ("switch", "end") else f"\n    then: {{{exits}}}"
    return load_flow(
        f"spec: 2\nflow: one\nstart: s\nsteps:\n  s:\n    {case.written}{then}\n{ends}\n"
        "  out_1: {end: out_1}\n  out_2: {end: out_2}\n",
        "one.yaml",
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.outcome}")
def test_each_outcome_is_taken(case: Case) -> None:
    state, _ = stepped(flow_of(case), case.happens, {**FACTS, **case.facts})
    assert state.result == case.outcome.replace(" ", "_")
    assert dict(state.facts) == dict(case.shown)


def test_every_kind_of_step_has_its_cases() -> None:
    assert {case.kind for case in CASES} | {kind for kind, _ in ELSEWHERE} == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_every_outcome_of_a_kind_has_its_case(kind: str) -> None:
    outcomes = KINDS[kind].reference.outcomes
    named = set(outcomes.names) if outcomes is not None else set()
    tried = {case.outcome for case in CASES if case.kind == kind} | {one for k, one in ELSEWHERE if k == kind}
    assert named <= tried


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_the_reference_can_be_read(kind: str) -> None:
    """Its targets and its part are not there, which is all that may be wrong with it."""
    example = "\n".join(f"  {line}" for line in KINDS[kind].reference.example.splitlines())
    name = example.split(":")[0].strip()
    head = (
        f"spec: 2\nflow: example\noffer: {{min_recharge: 50, bonus: 10, within: 7d}}\nstart: {name}\nsteps:\n"
    )
    found: list[Problem] = []
    try:
        load_flow(f"{head}{example}\n", "example.yaml")
    except FlowError as error:
        found = error.problems
    assert {problem.code for problem in found} <= {"KL100", "KL109"}, found


@pytest.mark.parametrize(
    ("result", "outcome"), [(GrantResult.GRANTED, "granted"), (GrantResult.EXPIRED, "expired")]
)
def test_a_grant_is_settled_by_billing(result: GrantResult, outcome: str) -> None:
    flow = load_flow(
        f"{HEAD}    {SMS}\n    accept: [1]\n    then: {{reply 1: g, after 1d: end}}\n"
        "  g: {grant: 10, then: {granted: a, expired: b, refused: end}}\n  a: {end: granted}\n  b: {end: expired}\n",
        "one.yaml",
    )
    state, _ = stepped(flow, [Replied("1", "e"), GrantSettled(result)], FACTS)
    assert state.result == outcome


def test_a_transfer_is_answered_in_the_call_that_led_to_it() -> None:
    flow = load_flow(
        f"{HEAD}    {CALL.replace('out_1', 't')}}}\n    then: {{unreached: end}}\n"
        "  t: {transfer: {queue: q}, then: {answered: a, unanswered: end}}\n  a: {end: answered}\n",
        "one.yaml",
    )
    state, _ = stepped(flow, [*pressed("1"), Transferred(1, connected=True)], FACTS)
    assert state.result == "answered"


def test_a_survey_by_sms_understands_no_and_free_words() -> None:
    for answer, reply, noted in (
        ("yes_no", Replied("1", "e", "yes"), True),
        ("yes_no", Replied(None, "e", "不满意。"), False),
        ("text", Replied(None, "e", " 信号太差 "), "信号太差"),
    ):
        flow = flow_of(Case("survey", "answered", (SURVEY % ("sms", "")).replace("1-5", answer)))
        state, _ = stepped(flow, [reply], FACTS)
        assert (state.result, state.facts["mark"]) == ("answered", noted)


def test_a_late_answer_to_a_survey_is_noted_and_leads_nowhere() -> None:
    later = "    then: {answered: end, after 1d: later}\n  later:\n    wait: 3d\n    then: end\n"
    flow = load_flow(f"{HEAD}    {SURVEY % ('sms', '')}\n{later}", "one.yaml")
    state, _ = stepped(flow, [TimedOut(1), Replied("5", "e", "5")], FACTS)
    assert (state.step, state.facts, state.result) == ("later", {"mark": 5}, None)


@pytest.mark.parametrize(
    ("until", "moment"),
    [
        ('{until: "10:30"}', "2026-11-22T10:30+08:00"),
        ('{until: "09:30"}', "2026-11-23T09:30+08:00"),
        ("{until: sun}", "2026-11-29T09:00+08:00"),
        ('{until: sun, at: "10:01"}', "2026-11-22T10:01+08:00"),
        ('{until: contract_end - 3d, at: "10:00"}', "2026-12-22T10:00+08:00"),
        ("{until: contract_end + 1d}", "2026-12-26T09:00+08:00"),
    ],
)
def test_waiting_goes_by_the_customers_own_clock(until: str, moment: str) -> None:
    flow = load_flow(
        f"flow: one\nstart: s\nsteps:\n  s: {{wait: {until}, then: {{done: end, unknown: end}}}}\n",
        "one.yaml",
    )
    _, did = stepped(flow, [], FACTS)
    assert did == [WaitUntil(1, datetime.fromisoformat(moment).astimezone(UTC))]


def test_a_wall_clock_time_that_a_dst_change_leaves_out_comes_an_hour_later() -> None:
    flow = load_flow('flow: one\nstart: s\nsteps:\n  s: {wait: {until: "02:30"}, then: end}\n', "one.yaml")
    evening = datetime(2026, 3, 8, 3, 0, tzinfo=UTC)  # 22:00 in New York, the night of the change
    result = step(flow, State(), Started(), evening, {"time_zone": "America/New_York"})
    assert result.actions == (WaitUntil(1, datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),)


def test_a_condition_on_an_event_lets_only_those_pass_that_meet_it() -> None:
    flow = flow_of(Case("wait_for", "recharge", "wait_for: recharge\n    where: event.amount >= 60"))
    state, did = stepped(flow, [BusinessEvent("recharge", "e", NOW, Decimal(59))], FACTS)
    assert (state.step, state.qualified_by) == ("s", None)
    assert not any(isinstance(action, Finish) for action in did)


def test_an_event_carries_fields_that_conditions_ask_for() -> None:
    written = "    wait_for: offnet_warning\n    where: event.operator = 'X'\n"
    flow = load_flow(f"{HEAD}{written}    then: {{offnet_warning: end, after 1d: end}}\n", "one.yaml")
    other = BusinessEvent("offnet_warning", "e", NOW, details={"operator": "Y"})
    meant = BusinessEvent("offnet_warning", "e", NOW, details={"operator": "X"})
    assert stepped(flow, [other], FACTS)[0].result is None
    assert stepped(flow, [meant], FACTS)[0].result == "offnet_warning"


def test_shares_of_a_split_are_kept_and_a_customer_always_goes_the_same_way() -> None:
    flow = flow_of(Case("split", "a", "split: {a: 30, b: 70}"))
    ways = [stepped(flow, [], {**FACTS, "customer_id": number})[0].ways["s"] for number in range(2000)]
    assert 500 < ways.count("a") < 700
    assert ways == [
        stepped(flow, [], {**FACTS, "customer_id": number})[0].ways["s"] for number in range(2000)
    ]


def test_an_outgoing_event_carries_what_the_run_knows() -> None:
    flow = load_flow(
        "flow: one\nstart: n\nsteps:\n  n: {set: {cause: price}, then: s}\n"
        "  s: {emit: card_wanted, with: {cause: {from: run.cause}, balance: {from: balance}, gone: {from: arpu}},"
        " then: end}\n",
        "one.yaml",
    )
    _, did = stepped(flow, [], FACTS)
    assert Emit("card_wanted", {"cause": "price", "balance": 8.5}) in did


def test_a_recording_is_played_instead_of_words() -> None:
    play = 'play: {zh: "https://cdn.example/zh.mp3", en: "https://cdn.example/en.mp3"}'
    written = f"call: {{{play}, keys: {{1: out_1}}, speech: true}}"
    flow = flow_of(Case("call", "unreached", written))
    _, did = stepped(flow, [Answered(1)], FACTS)
    assert did[-1] == Prompt("s", 1, 1, "play", 1, speech=True)
    with pytest.raises(FlowError, match=r"one.yaml:6:24: error KL007: play: .* is no https:// address"):
        flow_of(
            Case("call", "unreached", written.replace("https://cdn.example/zh.mp3", "file:///etc/passwd"))
        )


def test_an_opt_out_takes_the_way_that_the_flow_names_and_cancels_what_is_queued() -> None:
    flow = load_flow(
        f"then: {{opted_out: tell}}\n{HEAD}    {SMS}\n    then: {{reply 1: end, after 1d: end}}\n"
        "  tell: {emit: refused, then: gone}\n  gone: {end: refused}\n",
        "one.yaml",
    )
    state, did = stepped(flow, [OptedOut("e"), OptedOut("e")], FACTS)
    assert state.result == "refused"
    assert [type(action).__name__ for action in did] == ["Send", "CancelQueued", "Emit", "Finish"]


def test_a_run_that_never_ends_is_ended_by_its_budget() -> None:
    flow = load_flow(
        "flow: one\nstart: s\nsteps:\n  s: {wait: 1h, then: {done: again}}\n  again: {wait: 1h, then: s}\n",
        "one.yaml",
    )
    state = State()
    for _ in range(600):
        happening: Happening = Started() if state.step is None else TimedOut(state.visit)
        state = step(flow, state, happening, NOW + timedelta(hours=1), FACTS).state
    assert (state.result, state.advances) == ("over_budget", 500)


def test_contacts_name_their_kind() -> None:
    for written, kind in ((SMS, Send), (f"{CALL}}}", Call)):
        flow = flow_of(Case("sms" if kind is Send else "call", "denied", written))
        assert isinstance(stepped(flow, [], FACTS)[1][0], kind)


def test_a_wait_asks_again_in_its_own_words() -> None:
    written = 'wait_for: [recharge, reply]\n    texts: {ask_again: {zh: "请回1", en: "Reply 1 please"}}'
    flow = flow_of(Case("wait_for", "unclear", written))
    _, did = stepped(flow, [Replied(None, "e", "?")], FACTS)
    question = did[-1]
    assert isinstance(question, Send)
    assert sms_text(flow, question.step, "en", {}, question.text) == "Reply 1 please"


@pytest.mark.parametrize(
    ("first", "busy", "free"),
    [
        (
            f"{CALL.replace('out_1', 'w')}}}\n    then: {{unreached: end}}",
            Answered(1),
            Pressed(1, 1, "1", "k"),
        ),
        (f"{ORDER}\n    then: {{closed: w}}", BusinessEvent("activated", "e", NOW), WorkOrderClosed("saved")),
    ],
    ids=["in a call", "at a work order"],
)
def test_what_comes_from_anywhere_while_nobody_may_be_interrupted_is_not_lost(
    first: str, busy: Happening, free: Happening
) -> None:
    flow = load_flow(
        f"then: {{complaint: sorry}}\n{HEAD}    {first}\n  w: {{wait: 3d, then: end}}\n  sorry: {{end: sorry}}\n",
        "one.yaml",
    )
    complaint = BusinessEvent("complaint", "e", NOW)
    state, _ = stepped(flow, [busy, complaint], FACTS)
    assert (state.result, state.missed) == (None, "complaint")
    state, _ = stepped(flow, [busy, complaint, free], FACTS)
    assert (state.result, state.missed) == ("sorry", "")


def test_an_event_that_a_later_step_waits_for_is_found_there() -> None:
    flow = load_flow(
        f"{HEAD}    {ORDER}\n    then: {{closed: w}}\n"
        "  w: {wait_for: reactivated, then: {reactivated: back, after 9d: end}}\n  back: {end: back}\n",
        "one.yaml",
    )
    state, _ = stepped(flow, [BusinessEvent("reactivated", "e", NOW), WorkOrderClosed("saved")], FACTS)
    assert state.result == "back"


def test_a_step_may_be_for_customers_in_a_flow_for_former_ones() -> None:
    flow = load_flow(
        f"to: former\n{HEAD}    {SMS}\n    to: customers\n    then: {{reply 1: end, after 1d: end}}\n",
        "one.yaml",
    )
    assert (flow.to, flow.reach_of("s")) == (Reach.FORMER, Reach.CUSTOMERS)
