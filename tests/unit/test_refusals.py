"""Scopes, which lines hold, and what stands in the register for an erased number."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.refusals import (
    ALL,
    EVERYTHING,
    Action,
    Line,
    Refusal,
    Scope,
    ScopeError,
    Source,
    held,
    in_force,
    read_scope,
)
from bot.domain.seals import is_sealed, make_seal

CHANNELS = ("sms", "call")
PURPOSES = ("marketing", "service")
TOPICS = ("roaming", "birthday")
CONTACTS = list(itertools.product(CHANNELS, PURPOSES, TOPICS))

scopes = st.builds(
    Scope,
    st.sampled_from((ALL, *CHANNELS)),
    st.sampled_from((ALL, *PURPOSES)),
    st.sampled_from((ALL, *TOPICS)),
)
refusals = st.builds(
    Line,
    scope=scopes,
    action=st.just(Action.SUPPRESS),
    source=st.sampled_from((Source.SMS_REPLY, Source.KEYPAD)),
    own=st.booleans(),
)
restorals = st.builds(
    Line,
    scope=scopes,
    action=st.just(Action.RESTORE),
    source=st.sampled_from((Source.SMS_REPLY, Source.MANAGER_RESTORE, Source.NUMBER_CHANGED)),
    own=st.booleans(),
)
listed = st.builds(
    Line,
    scope=scopes,
    action=st.sampled_from(Action),
    source=st.just(Source.LIST),
    own=st.just(False),
    list_id=st.sampled_from((1, 2)),
)
registers = st.lists(st.one_of(refusals, restorals, listed), max_size=8)


def refuse(scope: Scope = EVERYTHING, **over: object) -> Line:
    return _line(scope, Action.SUPPRESS, over)


def restore(scope: Scope = EVERYTHING, **over: object) -> Line:
    return _line(scope, Action.RESTORE, over)


def _line(scope: Scope, action: Action, over: dict[str, object]) -> Line:
    facts: dict[str, object] = {"scope": scope, "action": action, "source": Source.SMS_REPLY, "own": True}
    return Line(**(facts | over))  # type: ignore[arg-type]


def refused_by_hand(lines: list[Line], contact: tuple[str, str, str]) -> bool:
    """One contact at a time: of the lines that cover it, is there a refusal that nothing later takes back?"""
    covering = [line for line in lines if line.scope.contains(Scope(*contact))]
    return any(
        line.action is Action.SUPPRESS
        and not any(
            later.action is Action.RESTORE and later.takes_back(line) for later in covering[place + 1 :]
        )
        for place, line in enumerate(covering)
    )


@given(registers)
def test_for_every_contact_the_newest_word_of_equal_or_wider_scope_holds(lines: list[Line]) -> None:
    found = in_force(lines)
    for contact in CONTACTS:
        assert any(one.covers(*contact) for one in found) == refused_by_hand(lines, contact)


@given(registers)
def test_a_contact_of_unknown_topic_is_refused_when_it_might_be_one_that_is(lines: list[Line]) -> None:
    found = in_force(lines)
    for channel, purpose in itertools.product(CHANNELS, PURPOSES):
        unknown = any(one.covers(channel, purpose) for one in found)
        assert unknown >= any(
            refused_by_hand(lines, (channel, purpose, topic)) for topic in (*TOPICS, "other")
        )


@given(registers)
def test_after_a_start_for_everything_nothing_is_held(lines: list[Line]) -> None:
    assert in_force([*lines, restore()]) == ()


@given(registers)
def test_after_a_refusal_of_everything_everything_is_refused(lines: list[Line]) -> None:
    assert all(any(one.covers(*contact) for one in in_force([*lines, refuse()])) for contact in CONTACTS)


@given(registers)
def test_pieces_refuse_no_less_than_what_they_are_pieces_of(lines: list[Line]) -> None:
    for refusal in in_force(lines):
        for contact in CONTACTS:
            if refusal.covers(*contact):
                assert any(piece.contains(Scope(*contact)) for piece in refusal.pieces())


def test_a_list_takes_back_only_its_own_word() -> None:
    on_list = refuse(source=Source.LIST, own=False, list_id=1)
    off_list = restore(source=Source.LIST, own=False, list_id=1)

    assert in_force([refuse(), on_list, off_list]) == (Refusal(),)
    assert in_force([on_list, refuse(source=Source.LIST, own=False, list_id=2), off_list]) == (Refusal(),)
    assert in_force([on_list, off_list]) == ()


def test_a_customers_start_outweighs_the_lists_before_it_and_not_those_after() -> None:
    on_list = refuse(source=Source.LIST, own=False, list_id=1)

    assert in_force([on_list, restore()]) == ()
    assert in_force([restore(), on_list]) == (Refusal(),)


def test_a_new_owner_is_not_bound_by_the_last_ones_word_but_by_lists() -> None:
    changed = restore(source=Source.NUMBER_CHANGED, own=False)

    assert in_force([refuse(own=False), changed]) == ()
    assert in_force([refuse(own=True), changed]) == (Refusal(),)
    assert in_force([refuse(source=Source.LIST, own=False, list_id=1), changed]) == (Refusal(),)


def test_what_a_narrower_start_leaves_is_named() -> None:
    (left,) = in_force([refuse(), restore(Scope("sms", "service"))])

    assert left == Refusal(lifted=(Scope("sms", "service"),))
    assert not left.covers("sms", "service")
    assert left.covers("sms", "marketing")
    assert left.covers("call", "service")
    assert set(left.pieces()) == {
        Scope("sms", "marketing"), Scope("call", "marketing"), Scope("call", "service"),
    }  # fmt: skip


def test_one_topic_may_be_taken_back_alone() -> None:
    found = in_force([refuse(), restore(Scope(topic="birthday"))])

    assert [any(one.covers("sms", "marketing", topic) for one in found) for topic in ("birthday", "roaming", None)] == [
        False, True, True,
    ]  # fmt: skip


def test_held_names_the_lines_that_hold() -> None:
    lines = [refuse(Scope("sms")), refuse(Scope("call")), restore(Scope("sms"))]

    assert [one.number for one in held(lines)] == [1]


@pytest.mark.parametrize(
    ("given_", "field"),
    [(("fax", ALL, ALL), "channel"), (("sms", "fun", ALL), "purpose"), (("sms", ALL, "two words"), "topic"),
     (("sms", ALL, ""), "topic"), (("sms", ALL, "x" * 51), "topic")],
)  # fmt: skip
def test_an_odd_scope_is_refused_by_its_field(given_: tuple[str, str, str], field: str) -> None:
    with pytest.raises(ScopeError, match=f"^{field} "):
        read_scope(*given_)


def test_topics_are_one_word_in_any_script_whatever_its_case() -> None:
    assert read_scope(topic=" Roaming-5G ") == Scope(topic="roaming-5g")
    assert read_scope(topic="漫游") == Scope(topic="漫游")


def test_a_seal_hides_the_number_and_names_its_key() -> None:
    ours, theirs = make_seal("sixteen letters!"), make_seal("sixteen others !")
    number = "+8613812341234"

    assert ours(number) == make_seal("sixteen letters!")(number) != theirs(number)
    assert ours(number).startswith(ours.name)
    assert not theirs(number).startswith(ours.name)
    assert is_sealed(ours(number))
    assert not is_sealed(number)
    assert "1381234" not in ours(number)
    assert ours.key.hex() not in repr(ours) + ours(number)
