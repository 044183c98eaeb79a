"""The `sms` step: one message, and what a reply, its delivery, a recharge or silence leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.flow.actions import Send, WaitUntil
from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import Fields
from bot.flow.happenings import Delivered, Denied, Happening, Replied, TimedOut, Undelivered
from bot.flow.model import AFTER, FlowStep, Leave, Texts, leave
from bot.flow.moment import Moment
from bot.flow.steps.contact import ContactStep, read_contact

OUTCOMES = Outcomes(
    names=("delivered", "undelivered", "denied", "unclear"),
    words_after=("reply",),
    deadline=True,
    events=True,
)
RECEIPT_WITHIN = timedelta(hours=6)  # some carriers never report a delivery; a mere notice then goes on
UNCLEAR_REPLIES = 2

REPLY = "reply"
OTHER = "reply other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsStep(ContactStep):
    kind: ClassVar[str] = "sms"

    sms: Texts
    accept: frozenset[str]  # replies that mean yes to the offer

    @property
    def asks(self) -> bool:
        return any(name.startswith(REPLY) for name in self.exits)

    @property
    def reply_keys(self) -> frozenset[str]:
        return frozenset(name.removeprefix(f"{REPLY} ") for name in self.exits if name.startswith(REPLY)) - {
            "other"
        }

    def texts(self) -> Mapping[str, Texts]:
        return {"sms": self.sms}

    def enter(self, moment: Moment) -> Leave | None:
        moment.remember(try_no=1)
        if self.asks:
            moment.remember(last_sms=self.name)
        moment.do(
            Send(
                step=self.name,
                visit=moment.state.visit,
                try_no=1,
                not_before=moment.now,
                expires_at=self.expires_at(moment, moment.now),
                answer_within=self._answer_within(moment),
                on_denied=self.on_denied,
            )
        )
        return None

    def react(self, moment: Moment, happening: Happening) -> Leave | None:
        match happening:
            case Delivered() if self.has("delivered"):
                return leave("delivered")
            case Undelivered():
                return self._undelivered(moment)
            case TimedOut():
                return leave(AFTER)
            case Denied():
                return self.denied("undelivered", AFTER)
            case _:
                return None

    def leaves_queued(self, happening: Happening) -> bool:
        return not isinstance(happening, TimedOut | Undelivered | Denied)

    def read(self, moment: Moment, reply: Replied) -> Leave | None:
        exit_name = f"{REPLY} {reply.key}"
        if reply.key is not None and exit_name in self.exits:
            if reply.key in self.accept:
                moment.accept(reply.evidence, self.name)
            return leave(exit_name)
        return leave(OTHER) if OTHER in self.exits else self._unclear(moment)

    def read_late(self, moment: Moment, reply: Replied, current: FlowStep) -> Leave | None:
        exit_ = self.exits.get(f"{REPLY} {reply.key}")
        if reply.key is None or exit_ is None:
            left = self._unclear(moment)
            target = self.exits["unclear"].target if left is not None else ""
        else:
            if reply.key in self.accept:
                if moment.state.accepted_by is not None:
                    return None  # the same yes again says nothing new
                moment.accept(reply.evidence, self.name)
            left, target = leave(exit_.name), exit_.target
        if left is None or not current.interruptible or target == current.name:
            return None
        return Leave(left.exits, target)

    def _undelivered(self, moment: Moment) -> Leave | None:
        after = self.exits.get(AFTER)
        if self.has("undelivered") or after is None or after.after is None:
            return leave("undelivered")
        # The customer may still recharge or answer an earlier message: wait as if it had been sent.
        deadline = moment.now + moment.flow.offer.duration(after.after)
        moment.do(WaitUntil(moment.state.visit, deadline))
        return None

    def _unclear(self, moment: Moment) -> Leave | None:
        moment.remember(unclear=moment.state.unclear + 1)
        if moment.state.unclear >= UNCLEAR_REPLIES and "unclear" in self.exits:
            return leave("unclear")
        return None

    def _answer_within(self, moment: Moment) -> timedelta | None:
        after = self.exits.get(AFTER)
        if after is not None and after.after is not None:
            return moment.flow.offer.duration(after.after)
        return RECEIPT_WITHIN if self.has("delivered") else None


def parse(name: str, title: Texts, fields: Fields) -> SmsStep:
    texts = fields.texts("sms")
    return SmsStep(
        name=name,
        place=fields.place,
        title=title,
        sms=texts,
        accept=fields.words("accept"),
        exits=read_exits(fields, OUTCOMES),
        **read_contact(fields),
    )
