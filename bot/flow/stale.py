"""What a caller hears when the flow has already moved on: a goodbye, and a refusal that still counts."""

from __future__ import annotations

from bot.flow.actions import CancelQueued, Hangup, OptOut
from bot.flow.happenings import Answered, Happening, Pressed, Transferred
from bot.flow.moment import Moment


def answer(moment: Moment, happening: Happening) -> None:
    if not isinstance(happening, Answered | Pressed | Transferred):
        return
    spoken = moment.flow.steps.get(moment.state.last_call or "")
    name = spoken.name if spoken is not None else ""
    if isinstance(happening, Pressed) and spoken is not None and spoken.refuses(happening.digits):
        moment.do(OptOut(happening.evidence, "call"), Hangup(name, "opted_out"))
        if not moment.state.finished:
            moment.do(CancelQueued())
            moment.finish("opted_out")
        return
    moment.do(Hangup(name, "" if isinstance(happening, Answered) and happening.machine else "goodbye"))
