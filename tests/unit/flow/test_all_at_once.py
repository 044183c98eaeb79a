"""What is wrong with a flow is told at once: no mistake hides another, and none brings others in its wake."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from bot.flow.lint import lint
from bot.flow.load import read_flow
from bot.flow.problem_report import examine
from bot.rules.problems import Problem, in_order
from tests.unit.flow.flows import SOUND, catalogue
from tests.unit.flow.test_lint import CASES, COMPANIONS, SCRIPTS

Change = tuple[str, str]

HELP = SOUND[SOUND.index("  help:") :]

#: Each spoils what the file's form or its references are, and is one mistake.
UNREADABLE: dict[str, Change] = {
    "a start that is no step": ("start: ask", "start: aks"),
    "a way that is no step": ("undelivered: ring", "undelivered: rnig"),
    "an outcome that there is not": ("undelivered: ring", "undeliverd: ring"),
    "a step of no kind": ("    sms:\n", "    smss:\n"),
    "a step that is a list": (HELP, "  help: []\n"),
    "a field of a step mistyped": ("    expires: 6h\n    then:\n      re", "    expiers: 6h\n    then:\n      re"),
    "a deadline that is none": ("after 24h: ring", "after soon: ring"),
    "a term that the offer has not": ("after offer.within: end", "after offer.withn: end"),
    "a term of the offer that is none": ("min_recharge: 50", "min_recharge: lots"),
    "an offer that is a word": ("offer: {min_recharge: 50, bonus: 10, within: 7d}", "offer: big"),
    "a goal mistyped": ("goal: granted", "gaol: granted"),
    "a goal that no step reaches": ("goal: granted", "goal: granded"),
    "a purpose that is none": ("purpose: marketing", "purpose: fun"),
    "the steps mistyped": ("steps:\n", "stpes:\n"),
    "the start mistyped": ("start: ask", "strat: ask"),
    "a field given twice": ("  help:\n", "  credit:\n"),
    "a required field missing": ("due: 4h, ", ""),
    "a text that is a list": ('say: {zh: "参加请按1，不再接听请按0。", ', "say: {zh: [], "),
    "a tag": ("script: small", "script: !!python/name:os.system small"),
}  # fmt: skip


@cache
def said(text: str) -> list[Problem]:
    reading = read_flow(text, "small.yaml")
    found = lint(reading.flow, catalogue(), SCRIPTS, reading.gaps) if reading.flow is not None else []
    return in_order([*reading.problems, *found])


def spoilt(text: str, *changes: Change) -> str | None:
    for old, new in changes:
        if old not in text:
            return None
        text = text.replace(old, new, 1)
    return text


def meant(problems: list[Problem]) -> set[tuple[str, str]]:
    """Without their places, which another mistake may move."""
    return {(one.code, one.message) for one in problems}


@pytest.mark.parametrize("mistake", UNREADABLE)
def test_one_mistake_is_told_once_and_brings_no_other_in_its_wake(mistake: str) -> None:
    text = spoilt(SOUND, UNREADABLE[mistake])
    assert text is not None
    assert len(said(text)) == 1, [str(one) for one in said(text)]


@pytest.mark.parametrize("mistake", UNREADABLE)
def test_beside_a_mistake_of_form_nothing_is_told_that_is_not_so(mistake: str) -> None:
    form = UNREADABLE[mistake]
    for code, (changes, _) in CASES.items():
        alone, both = spoilt(SOUND, *changes), spoilt(SOUND, *changes, form)
        if alone is None or both is None:
            continue
        only_form = spoilt(SOUND, form)
        assert only_form is not None
        found, of_form = meant(said(both)), meant(said(only_form))
        strange = {one for one in found - of_form - meant(said(alone)) if one[0] != form_code(of_form)}
        assert strange == set(), f"{mistake} and {code}"
        assert found & of_form or code in COMPANIONS, f"{mistake} is hidden by {code}"


def form_code(of_form: set[tuple[str, str]]) -> str:
    """The mistake itself may name what the other change has put beside it."""
    return next(iter(of_form))[0]


def test_a_mistake_of_form_hides_no_mistake_of_another_step() -> None:
    """`help` is broken; what is wrong with references and with the meaning of the others is known all the same."""
    form = UNREADABLE["a required field missing"]
    told = {
        code
        for code, (changes, _) in CASES.items()
        if (text := spoilt(SOUND, *changes, form)) is not None and code in {one.code for one in said(text)}
    }
    assert CASES.keys() - told == {
        "KL114",  # what a run notes: `help` may note it
        "KL201",  # a step that nothing leads to: `help` may lead there
    }


def test_references_are_checked_within_a_step_whose_other_fields_are_broken() -> None:
    text = spoilt(
        SOUND, ("due: 4h, script: small", "due: soon, script: smal"), ("{closed: end}", "{closed: edn}")
    )
    assert text is not None
    assert {one.code for one in said(text)} == {"KL007", "KL118", "KL100"}


def test_terms_that_can_be_read_are_checked_beside_one_that_cannot() -> None:
    text = spoilt(SOUND, ("bonus: 10", "bonus: [10]"), ("after offer.within: end", "after offer.withn: end"))
    assert text is not None
    assert [one.code for one in said(text)] == ["KL007", "KL105"]


def test_every_two_mistakes_of_form_are_told_together() -> None:
    """At most two problems for two mistakes; fewer where one stands in what the other makes unreadable."""
    for one, other in combinations(UNREADABLE, 2):
        text = spoilt(SOUND, UNREADABLE[one], UNREADABLE[other])
        if text is not None:
            told = [str(problem) for problem in said(text)]
            assert 1 <= len(told) <= 2, (one, other, told)


def test_a_broken_part_is_told_once_for_all_flows_around_it(tmp_path: Path) -> None:
    outer = "flow: {0}\ngoal: asked\nstart: ask\nsteps:\n  ask: {{flow: inner, then: {{done: edn}}}}\n"
    (tmp_path / "inner.yaml").write_text(
        "flow: inner\npart: true\nstart: a\nsteps:\n  a: {end: }\n", encoding="utf-8"
    )
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(outer.format(name), encoding="utf-8")
    found = [str(one) for one in examine(tmp_path / "one.yaml", catalogue()).problems]
    assert len([one for one in found if "inner.yaml" in one]) == 1
    assert len([one for one in found if "there is no step 'edn'" in one]) == 1
    assert len(found) == 2
