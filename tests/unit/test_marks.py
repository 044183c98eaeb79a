"""Named lists of customers: what the policy's data makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.marks import DEFAULT_MARKS, Effect, Marks, Precedence, Treatment, effect_of, read_marks
from bot.domain.policy.fields import Fault, Field


def read(data: Any) -> tuple[Marks, list[str]]:
    faults: list[Fault] = []
    return read_marks(Field(data, ("marks",), faults)), [str(fault) for fault in faults]


def test_the_default_marks_are_sound() -> None:
    marks, faults = read(DEFAULT_MARKS)

    assert faults == []
    assert effect_of({"black"}, marks).marketing is Treatment.NEVER
    assert effect_of({"complaint"}, marks).marketing is Treatment.WAIT
    assert effect_of({"red"}, marks) == Effect(priority=Precedence.HIGHEST)
    assert effect_of({"flea"}, marks) == Effect(priority=Precedence.LOWEST)


def test_of_several_marks_the_strictest_contact_and_the_first_named_priority_hold() -> None:
    marks, _ = read({"red": {"marketing": "by_hand", "priority": "high"}, "flea": {"priority": "lowest"},
                     "black": {"marketing": "never"}})  # fmt: skip

    assert effect_of({"flea", "black", "red", "unheard_of"}, marks) == Effect(
        Treatment.NEVER, Precedence.HIGH
    )
    assert effect_of((), marks) == Effect()


def test_no_mark_reaches_beyond_marketing() -> None:
    effect = Effect(Treatment.NEVER, Precedence.LOWEST)

    assert effect.treatment("marketing") is Treatment.NEVER
    assert effect.treatment("service") is Treatment.AS_USUAL


@pytest.mark.parametrize(
    ("priority", "complaint", "urgency"),
    [("lowest", False, 9), ("lowest", True, 3), ("low", False, 4), ("usual", False, 3), ("high", False, 2),
     ("highest", False, 1), ("highest", True, 1)],
)  # fmt: skip
def test_a_complaint_is_never_put_back_for_a_mark(priority: str, complaint: bool, urgency: int) -> None:
    assert Effect(priority=Precedence(priority)).order_priority(3, complaint=complaint) == urgency


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (
            {"black": {"service": "never"}},
            "marks.black.service: service is everybody's due; a mark is about marketing",
        ),
        (
            {"black": {"marketing": "perhaps"}},
            "marks.black.marketing: 'perhaps' is none of as_usual, by_hand, wait, never",
        ),
        (
            {"flea": {"priority": "zero"}},
            "marks.flea.priority: 'zero' is none of highest, high, usual, low, lowest",
        ),
        (
            {"flea": {"prority": "low"}},
            "marks.flea.prority: no such field; known are marketing, priority, service",
        ),
        ({"Black List": {}}, "marks.Black List: 'Black List' is not a word in small letters"),
        ({"black": "never"}, "marks.black: must be a mapping"),
        ([], "marks: must be a mapping"),
    ],
)
def test_what_is_odd_is_named_with_its_path(data: Any, fault: str) -> None:
    assert read(data)[1] == [fault]
