"""Flows that run as parts of others: their parameters, their results, and what cannot be put together."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.flow.actions import Send
from bot.flow.engine import step
from bot.flow.happenings import Happening, OptedOut, Replied, Started, TimedOut
from bot.flow.lint import lint
from bot.flow.load import FlowError, load_flow
from bot.flow.model import Flow, Purpose
from bot.flow.results import results_of
from bot.flow.state import State
from bot.flow.text import sms_text
from tests.unit.flow.stepping import NOW, stepped

SATISFACTION = """\
spec: 2
flow: satisfaction
title: {en: Satisfaction, zh: 满意度}
purpose: service
part: true
parameters: {about: text}
start: ask
steps:
  ask:
    survey:
      ask: {zh: "【{brand}】{run.about}满意吗？回复1至5", en: "{brand}: satisfied with {run.about}? Reply 1 to 5"}
      answer: 1-5
      as: mark
    expires: 6h
    then: {answered: judge, unclear: end, undelivered: end, after 1d: end}
  judge:
    switch: [{when: run.mark <= 2, go: bad}]
    else: good
  bad: {end: dissatisfied}
  good: {end: satisfied}
"""
OUTER = """\
spec: 2
flow: callback
title: {en: Callback, zh: 回访}
goal: satisfied
start: survey
steps:
  survey:
    flow: satisfaction
    with: {about: 客服}
    then: {dissatisfied: sorry, done: end}
  sorry:
    work_order: {queue: care, due: 4h, script: sorry}
    then: {closed: end}
"""


def whole(outer: str = OUTER, part: str = SATISFACTION) -> Flow:
    return load_flow(outer, "callback.yaml", parts={"satisfaction": part})


def after(flow: Flow, *happenings: Happening) -> State:
    return stepped(flow, happenings, {})[0]


def test_a_parts_steps_stand_in_the_flow_under_longer_names() -> None:
    flow = whole()
    assert list(flow.steps) == ["survey", "sorry", "survey.ask", "survey.judge", "survey.bad", "survey.good"]
    assert flow.purpose_of("survey.ask") is Purpose.SERVICE
    result = step(flow, State(), Started(), NOW, {})
    (send,) = result.actions
    assert isinstance(send, Send)
    assert (send.step, result.state.facts) == ("survey.ask", {"about": "客服"})
    text = sms_text(flow, send.step, "zh", {"brand": "长江移动", **result.state.values()})
    assert text == "【长江移动】客服满意吗？回复1至5"


def test_a_named_result_leads_on_and_any_other_is_done() -> None:
    assert after(whole(), Replied("1", "e", "1")).step == "sorry"
    assert after(whole(), Replied("5", "e", "5")).result == "satisfied"
    assert after(whole(), TimedOut(2)).result == "timed_out"


def test_the_result_of_a_part_can_be_the_goal() -> None:
    assert after(whole(), Replied("5", "e", "5")).goal_met


def test_an_opt_out_inside_a_part_ends_the_whole_run() -> None:
    assert after(whole(), OptedOut("e")).result == "opted_out"


def test_parts_within_parts_pass_their_results_outwards() -> None:
    middle = OUTER.replace("flow: callback", "flow: middle").replace("goal: satisfied", "part: true")
    outer = (
        "flow: outer\nstart: m\nsteps:\n  m: {flow: middle, then: {satisfied: glad, done: end}}\n"
        "  glad: {end: glad}\n"
    )
    flow = load_flow(outer, "outer.yaml", parts={"middle": middle, "satisfaction": SATISFACTION})
    assert "m.survey.ask" in flow.steps
    assert after(flow, Replied("5", "e", "5")).result == "glad"
    assert after(flow, Replied("1", "e", "1")).step == "m.sorry"
    assert set(flow.parts) == {"middle", "satisfaction"}


def test_a_change_to_a_part_is_a_change_to_the_flow() -> None:
    assert whole().revision != whole(part=SATISFACTION.replace("<= 2", "<= 3")).revision
    assert whole().revision == whole(part=SATISFACTION + "\n# a comment\n").revision


def test_what_a_flow_can_end_as() -> None:
    assert results_of(load_flow(SATISFACTION, "satisfaction.yaml")) == {
        "satisfied", "dissatisfied", "unclear", "undelivered", "timed_out",
    }  # fmt: skip
    assert results_of(whole()) == {"satisfied", "unclear", "undelivered", "timed_out", "closed"}


def test_parts_are_files_beside_the_flow(tmp_path: Path) -> None:
    (tmp_path / "callback.yaml").write_text(OUTER, encoding="utf-8")
    (tmp_path / "satisfaction.yaml").write_text(SATISFACTION, encoding="utf-8")
    flow = load_flow(tmp_path / "callback.yaml")
    assert flow.revision == whole().revision
    assert lint(flow, None) == []
    assert lint(load_flow(tmp_path / "satisfaction.yaml"), None) == []


def said(outer: str, parts: dict[str, str]) -> str:
    with pytest.raises(FlowError) as raised:
        load_flow(outer, "callback.yaml", parts=parts)
    return str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "flow: satisfaction",
            "flow: satisfied",
            "callback.yaml:8:11: error KL109: there is no flow 'satisfied'",
        ),
        (
            "about: 客服",
            "abuot: 客服",
            "KL115: flow satisfaction has no parameter 'abuot' (did you mean about?)",
        ),
        ("    with: {about: 客服}\n", "", "KL115: flow satisfaction needs its parameter about"),
        ("dissatisfied: sorry", "disatisfied: sorry", "KL116: flow satisfaction never ends as 'disatisfied'"),
        (", done: end", "", "KL116: step survey does not say where to go from satisfied, timed_out, unclear"),
    ],
)
def test_what_does_not_fit_is_named(old: str, new: str, message: str) -> None:
    assert old in OUTER
    assert message in said(OUTER.replace(old, new), {"satisfaction": SATISFACTION})


def test_a_flow_cannot_be_a_part_of_itself() -> None:
    ring = OUTER.replace("flow: satisfaction", "flow: callback").replace("    with: {about: 客服}\n", "")
    assert "KL109: flow callback is a part of itself" in said(ring, {"callback": ring})


def test_a_fault_inside_a_part_is_named_in_the_parts_own_file() -> None:
    broken = SATISFACTION.replace("go: bad", "go: bda")
    assert said(OUTER, {"satisfaction": broken}).startswith("satisfaction.yaml:17:")
