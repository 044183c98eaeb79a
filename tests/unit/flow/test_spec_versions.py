"""Flows of older versions of the language load as they always did, and can be rewritten for the newest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.flow import spec_versions
from bot.flow.diff import compare
from bot.flow.load import FlowError, load_flow
from bot.flow.play import Conversation, Customer
from bot.flow.spec_versions import CURRENT, upgrade_text
from bot.rules.problems import Problems
from bot.rules.yaml_source import Scalar, Table, plain, read_yaml
from tests.unit.flow.stepping import NOW

SPEC = Path(__file__).parent / "spec"
VERSIONS = range(1, CURRENT + 1)

Act = Callable[[Conversation], None]


def source(version: int) -> str:
    return (SPEC / f"recharge.{version}.yaml").read_text(encoding="utf-8")


def read(text: str) -> tuple[Table, Problems]:
    problems = Problems("flow.yaml")
    document = read_yaml(text, problems)
    assert isinstance(document, Table)
    return document, problems


def recharge(amount: int) -> Act:
    return lambda conversation: conversation.event("recharge", Decimal(amount))


def days(number: int) -> Act:
    return lambda conversation: conversation.advance(timedelta(days=number))


def played(text: str, acts: Sequence[Act]) -> tuple[list[object], str | None]:
    customer = Customer({"brand": "Keepline", "language": "en"}, language="en")
    conversation = Conversation(load_flow(text), customer, NOW)
    conversation.start()
    for act in acts:
        act(conversation)
    return list(conversation.lines), conversation.state.result


def test_there_is_a_fixture_for_every_version() -> None:
    assert sorted(SPEC.glob("recharge.*.yaml")) == [SPEC / f"recharge.{version}.yaml" for version in VERSIONS]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_comes_out_as_the_newest_one_is_written(version: int) -> None:
    document, problems = read(source(version))
    newest, _ = read(source(CURRENT))
    upgraded = spec_versions.upgrade(document, problems)
    assert upgraded is not None
    assert problems.found == []
    written = plain(newest)
    assert isinstance(written, dict)
    del written["spec"]
    assert plain(upgraded) == written


@pytest.mark.parametrize(
    ("acts", "result"),
    [
        ([recharge(20)], "recharge"),
        ([recharge(19), days(3), days(1), recharge(50)], "recharge"),
        ([days(3), days(1), recharge(49), days(8)], "timed_out"),
        ([days(25)], "timed_out"),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_the_same_flow_plays_the_same_in_every_version(
    version: int, acts: Sequence[Act], result: str
) -> None:
    lines, ended = played(source(version), acts)
    assert ended == result
    assert (lines, ended) == played(source(CURRENT), acts)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_differs_from_the_newest_in_nothing_that_counts(version: int) -> None:
    assert compare(load_flow(source(version)), load_flow(source(CURRENT))).same


def test_the_revision_is_that_of_the_flow_as_it_was_written() -> None:
    old, new = load_flow(source(1)), load_flow(source(2))
    assert old.revision != new.revision
    assert load_flow(source(1) + "\n# a remark\n").revision == old.revision


def test_what_is_rewritten_keeps_the_authors_place() -> None:
    document, problems = read(source(1))
    upgraded = spec_versions.upgrade(document, problems)
    assert upgraded is not None
    steps = upgraded.entries["steps"].value
    assert isinstance(steps, Table)
    step = steps.entries["await_small"].value
    assert isinstance(step, Table)
    where = step.entries["where"]
    line = (
        source(1)
        .splitlines()
        .index("    min_amount: 20              # less than the offer asks for, all the same")
    )
    assert (where.key_place.line, where.key_place.col) == (line + 1, 5)
    assert isinstance(where.value, Scalar)
    assert (where.value.place.line, where.value.place.col) == (line + 1, 17)


def test_a_wrong_minimum_is_named_as_its_author_wrote_it() -> None:
    text = source(1).replace("min_amount: 20 ", "min_amount: lots ")
    with pytest.raises(FlowError) as caught:
        load_flow(text, name="old.yaml")
    line = 1 + text[: text.index("min_amount: lots")].count("\n")
    assert str(caught.value) == (
        f"old.yaml:{line}:17: error KL007: min_amount: needs an amount above 0, found 'lots'"
    )


def test_a_newer_version_than_known_is_refused_with_its_place() -> None:
    text = source(2).replace("spec: 2", f"spec: {CURRENT + 1}")
    with pytest.raises(FlowError) as caught:
        load_flow(text, name="new.yaml")
    assert str(caught.value) == (
        f"new.yaml:2:7: error KL009: this flow is written for version {CURRENT + 1} of the language; "
        f"the newest known is {CURRENT} (install a newer version of the program)"
    )


@pytest.mark.parametrize("written", ["two", "0", "1.5", "[2]", "true"])
def test_a_version_that_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(FlowError, match=f"error KL007: spec: needs a whole number from 1 to {CURRENT}"):
        load_flow(source(2).replace("spec: 2", f"spec: {written}"))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_is_rewritten_line_by_line_with_its_comments(version: int) -> None:
    document, problems = read(source(version))
    rewritten = upgrade_text(source(version), document, problems)
    assert rewritten is not None
    assert problems.found == []
    assert plain(read(rewritten)[0]) == plain(read(source(CURRENT))[0])
    comments = [line.partition("#")[2] for line in source(version).splitlines() if "#" in line]
    assert [line.partition("#")[2] for line in rewritten.splitlines() if "#" in line] == comments


def test_what_no_line_can_hold_is_left_to_its_author() -> None:
    text = source(1).replace("min_amount: 20 ", "min_amount:\n      20 ")
    document, problems = read(text)
    assert upgrade_text(text, document, problems) is None
    (problem,) = problems.found
    assert problem.hint == "write by hand: where: event.amount >= 20"
