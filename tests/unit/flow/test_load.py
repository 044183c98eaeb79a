"""Loading a flow: what is wrong with it, each with its place, its code and a way out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.flow.load import FlowError, load_flow
from bot.flow.model import Offer, Purpose
from tests.unit.flow.flows import SOUND, shipped, small, spoilt


def problems_of(text: str) -> list[str]:
    with pytest.raises(FlowError) as caught:
        small(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_sound_flow_is_read_with_its_offer_and_its_steps() -> None:
    flow = small()
    assert flow.offer.min_recharge == Decimal(50)
    assert flow.offer.within == timedelta(days=7)
    assert flow.expires == timedelta(days=10)
    assert list(flow.steps) == ["ask", "ring", "paid", "credit", "help"]
    assert flow.purpose is Purpose.MARKETING


def test_the_shipped_flow_thanks_as_a_service_message() -> None:
    flow = shipped()
    assert flow.purpose_of("thank") is Purpose.SERVICE
    assert flow.purpose_of("invite_by_sms") is Purpose.MARKETING


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "start: ask",
            "start: aks",
            "small.yaml:7:8: error KL100: there is no step 'aks' (did you mean ask?)",
        ),
        ("undelivered: ring", "undelivered: rnig", "small.yaml:18:20: error KL100: there is no step 'rnig'"),
        ("undelivered: ring", "undeliverd: ring", "small.yaml:18:7: error KL106: step ask has no outcome"),
        (
            "{1: paid, 0: opt_out}",
            "{1: piad, 0: opt_out}",
            "KL100: there is no step 'piad' (did you mean paid?)",
        ),
        (
            "    sms:\n",
            "    smss:\n",
            "small.yaml:9:3: error KL008: step ask is of no kind (did you mean sms?)",
        ),
        ("    expires: 6h\n    then:\n      reply", "    expiers: 6h\n    then:\n      reply", "KL006"),
        (
            "wait_for: recharge",
            "wait_for: recharg",
            "KL007: there is no event 'recharg' (did you mean recharge?)",
        ),
        ("after 24h: ring", "after soon: ring", "KL007: after soon needs a duration, found 'soon'"),
        (
            "after offer.within: end",
            "after offer.withn: end",
            "KL105: the offer has no withn (did you mean within?)",
        ),
        ("after offer.within: end", "after offer.bonus: end", "KL007: offer.bonus is not a duration"),
        ("grant: offer.bonus", "grant: -3", "KL007: grant: needs an amount above 0"),
        ("due: 4h, ", "", "KL005: work_order of step help has no due:"),
        ("goal: granted", "goal: granded", "small.yaml:4:7: error KL108: no step has the outcome 'granded'"),
        ("goal: granted", "gaol: granted", "small.yaml:4:1: error KL006: the flow has no field 'gaol'"),
        ("times: 2", "times: 0", "KL007: times: needs a whole number from 1 to 10"),
        ("busy: 10m", "engaged: 10m", "KL006: retry of call of step ring has no field 'engaged'"),
        ("purpose: marketing", "purpose: fun", "KL007: purpose: needs one of marketing, service"),
        ("min_recharge: 50", "min_recharge: lots", "KL007: offer.min_recharge needs an amount"),
        ("  help:\n", "  credit:\n", "KL002: 'credit' is given twice"),
        ("reply 1: paid", "reply 1: [paid]", "KL004"),
        ("steps:\n", "steps: []\nother:\n", "KL004: steps: needs a mapping, found a list"),
        ("flow: small", "flow: [small", "KL001: this is not YAML"),
        ("script: small", "script: !!python/name:os.system x", "KL003"),
    ],
)
def test_a_mistake_is_named_with_its_place(old: str, new: str, expected: str) -> None:
    assert expected in "\n".join(problems_of(spoilt(old, new)))


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        spoilt("start: ask", "start: aks")
        .replace("due: 4h", "due: soon")
        .replace("reply 1: paid", "reply 1: no")
    )
    lines = [problem.split(":")[1] for problem in problems_of(text)]
    assert len(lines) == 3
    assert lines == sorted(lines, key=int)


def test_a_missing_file_and_an_empty_one_are_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match=r"nowhere\.yaml:1:1: error KL001: No such file"):
        load_flow(tmp_path / "nowhere.yaml")
    (tmp_path / "empty.yaml").write_text("# nothing yet\n", encoding="utf-8")
    with pytest.raises(FlowError, match="KL001: the file is empty"):
        load_flow(tmp_path / "empty.yaml")


def test_the_revision_depends_on_the_meaning_and_not_on_comments_or_order() -> None:
    revision = small().revision
    assert (
        small(
            "# a comment\n" + SOUND.replace("goal: granted\nexpires: 10d", "expires: 10d\ngoal: granted")
        ).revision
        == revision
    )
    assert small(spoilt("bonus: 10", "bonus: 11")).revision != revision
    assert small(spoilt("回1参加", "回1加入")).revision != revision


def test_words_that_older_yaml_takes_for_booleans_stay_words() -> None:
    flow = small(spoilt("queue: retention", "queue: on"))
    assert flow.steps["help"].queue == "on"  # type: ignore[attr-defined]


def test_a_campaigns_offer_replaces_the_flows_field_by_field() -> None:
    flow = small().with_offer(Offer({"bonus": Decimal(20)}))
    assert flow.offer.bonus == Decimal(20)
    assert flow.offer.min_recharge == Decimal(50)
