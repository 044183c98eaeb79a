"""What steps that await a reply by SMS share: the keys they understand, and one polite question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.flow.actions import OnDenied, Send
from bot.flow.happenings import Replied
from bot.flow.model import FlowStep, Leave, Texts, leave
from bot.flow.moment import Moment

REPLY = "reply"
OTHER = "reply other"
UNCLEAR = "unclear"

ASK_AGAIN = "ask_again"
ASK_AGAIN_TRY = 99  # apart from the tries of the visit's own contact
ASK_AGAIN_WITHIN = timedelta(hours=1)  # a question about a message of yesterday would puzzle
UNCLEAR_REPLIES = 2


class AskingStep(FlowStep):
    """Has no fields of its own, so that it can stand beside `ContactStep`."""

    __slots__ = ()

    accept: frozenset[str]  # replies that mean yes to the offer
    own_texts: Mapping[str, Texts]  # its own words for the polite question

    @property
    def asks(self) -> bool:
        return any(name.startswith(REPLY) for name in self.exits)

    @property
    def reply_keys(self) -> frozenset[str]:
        named = {name.removeprefix(f"{REPLY} ") for name in self.exits if name.startswith(f"{REPLY} ")}
        return frozenset(named - {"other"})

    def read(self, moment: Moment, reply: Replied) -> Leave | None:
        exit_name = f"{REPLY} {reply.key}"
        if reply.key is not None and exit_name in self.exits:
            if reply.key in self.accept:
                moment.accept(reply.evidence, self.name)
            return leave(exit_name)
        if OTHER in self.exits:
            return leave(OTHER)
        return self.unclear(moment)

    def read_late(self, moment: Moment, reply: Replied, current: FlowStep) -> Leave | None:
        exit_ = self.exits.get(f"{REPLY} {reply.key}")
        if reply.key is None or exit_ is None:
            # The keys have had their day: a thank-you is no question, and two such replies want a human.
            left = self._unclear_again(moment)
            target = self.exits[UNCLEAR].target if left is not None else ""
        else:
            if reply.key in self.accept:
                if moment.state.accepted_by is not None:
                    return None  # the same yes again says nothing new
                moment.accept(reply.evidence, self.name)
            left, target = leave(exit_.name), exit_.target
        if left is None or not current.interruptible or target == current.name:
            return None
        return Leave(left.exits, target)

    def unclear(self, moment: Moment) -> Leave | None:
        """The first time the customer is asked once more, politely; then the author's `unclear` is taken."""
        left = self._unclear_again(moment)
        if moment.state.unclear == 1 and self.reply_keys:
            moment.do(
                Send(
                    step=self.name,
                    visit=moment.state.visit,
                    try_no=ASK_AGAIN_TRY,
                    not_before=moment.now,
                    expires_at=moment.now + ASK_AGAIN_WITHIN,
                    answer_within=None,
                    on_denied=OnDenied.SKIP,
                    text=ASK_AGAIN,
                )
            )
        return left

    def _unclear_again(self, moment: Moment) -> Leave | None:
        moment.remember(unclear=moment.state.unclear + 1)
        if moment.state.unclear >= UNCLEAR_REPLIES and UNCLEAR in self.exits:
            return leave(UNCLEAR)
        return None
