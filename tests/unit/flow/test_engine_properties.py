"""Whatever happens, in whatever order: the promises that no flow and no carrier can break."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flow import happenings as told
from bot.flow.actions import Accept, Call, Dial, Finish, Grant, Hangup, Prompt, Qualify, Send, Voicemail
from bot.flow.engine import step
from bot.flow.state import State
from tests.unit.flow.flows import shipped
from tests.unit.flow.stepping import NOW

FLOW = shipped()
SPOKEN = (Prompt, Voicemail, Dial, Hangup)

back = st.integers(0, 2)  # how many visits ago the happening's attempt was made


def draw_happening(draw: Callable[[st.SearchStrategy[Any]], Any], state: State) -> told.Happening:
    visit = max(0, state.visit - draw(back))
    evidence = f"e{draw(st.integers(0, 9))}"
    choices = {
        "delivered": lambda: told.Delivered(visit),
        "undelivered": lambda: told.Undelivered(visit, "30005"),
        "replied": lambda: told.Replied(draw(st.sampled_from(["1", "2", "7", None])), evidence),
        "answered": lambda: told.Answered(visit, draw(st.booleans())),
        "pressed": lambda: told.Pressed(
            visit, max(0, state.turn - draw(back)), draw(st.sampled_from("1290") | st.just("")), evidence
        ),
        "transferred": lambda: told.Transferred(visit, draw(st.booleans())),
        "ended": lambda: told.CallEnded(visit, draw(st.sampled_from(told.CallOutcome))),
        "recharge": lambda: told.BusinessEvent(
            "recharge", evidence, NOW, Decimal(draw(st.sampled_from([20, 50])))
        ),
        "complaint": lambda: told.BusinessEvent("complaint", evidence, NOW),
        "timed_out": lambda: told.TimedOut(visit),
        "denied": lambda: told.Denied(visit, "cap"),
        "settled": lambda: told.GrantSettled(draw(st.sampled_from(told.GrantResult))),
        "closed": lambda: told.WorkOrderClosed("saved"),
        "opted_out": lambda: told.OptedOut(evidence),
        "started": lambda: told.Started(),
    }
    weighted = [*choices, *["pressed", "answered", "recharge", "replied", "settled"] * 3]
    return choices[draw(st.sampled_from(weighted))]()


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_order_of_events_breaks_a_promise(data: st.DataObject) -> None:
    facts = data.draw(
        st.sampled_from([{"sms_habit": True}, {"sms_habit": False}, {"tier": "high", "arpu": 200}])
    )
    state, now = State(), NOW
    actions = []
    given_happening: told.Happening = told.Started()
    for _ in range(data.draw(st.integers(1, 30))):
        result = step(FLOW, state, given_happening, now, facts)
        _check_one(state, given_happening, result.state, result.actions)
        actions += result.actions
        state, now = State.from_json(result.state.to_json()), now + timedelta(minutes=7)
        given_happening = draw_happening(data.draw, state)
    for once in (Grant, Accept, Qualify, Finish):
        assert sum(isinstance(action, once) for action in actions) <= 1
    kinds = [type(action) for action in actions]
    if Grant in kinds:
        assert Accept in kinds[: kinds.index(Grant)]
        assert Qualify in kinds[: kinds.index(Grant)]


def _check_one(before: State, happened: told.Happening, after: State, actions: tuple[object, ...]) -> None:
    assert after.visit >= before.visit
    assert after.finished or after.step is not None
    spoken = [action for action in actions if isinstance(action, SPOKEN)]
    waiting_for_words = isinstance(happened, told.Answered | told.Pressed | told.Transferred)
    assert len(spoken) == (1 if waiting_for_words else 0)
    contacts = [action for action in actions if isinstance(action, Send | Call)]
    assert len(contacts) <= 1
    if before.finished:
        assert after == before
        assert not contacts
    for contact in contacts:
        assert (contact.visit, contact.step) == (after.visit, after.step)
        assert contact.expires_at > contact.not_before
