"""The `sms` step: one message, and what a reply, its delivery, a recharge or silence leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.flow.actions import Send, WaitUntil
from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import Fields
from bot.flow.happenings import Delivered, Denied, Happening, TimedOut, Undelivered
from bot.flow.model import AFTER, Leave, Texts, leave
from bot.flow.moment import Moment
from bot.flow.reference import CONTACT_FIELDS, Field, Reference, Shape
from bot.flow.steps.asking import ASK_AGAIN, AskingStep
from bot.flow.steps.contact import ContactStep, read_contact
from bot.flow.steps.own_texts import read_own_texts

OUTCOMES = Outcomes(
    names=("delivered", "undelivered", "denied", "unclear"),
    words_after=("reply",),
    deadline=True,
    events=True,
)
RECEIPT_WITHIN = timedelta(hours=6)  # some carriers never report a delivery; a mere notice then goes on


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsStep(AskingStep, ContactStep):
    kind: ClassVar[str] = "sms"

    sms: Texts
    accept: frozenset[str]
    own_texts: Mapping[str, Texts]

    def texts(self) -> Mapping[str, Texts]:
        return {"sms": self.sms, **self.own_texts}

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
                return self.denied(happening, "undelivered", AFTER)
            case _:
                return None

    def leaves_queued(self, happening: Happening) -> bool:
        return not isinstance(happening, TimedOut | Undelivered | Denied)

    def _undelivered(self, moment: Moment) -> Leave | None:
        after = self.exits.get(AFTER)
        if self.has("undelivered") or after is None or after.after is None:
            return leave("undelivered")
        # The customer may still recharge or answer an earlier message: wait as if it had been sent.
        deadline = moment.now + moment.flow.offer.duration(after.after)
        moment.do(WaitUntil(moment.state.visit, deadline))
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
        own_texts=read_own_texts(fields, ASK_AGAIN),
        exits=read_exits(fields, OUTCOMES),
        **read_contact(fields),
    )


REFERENCE = Reference(
    summary="Sends one message. A reply, its delivery, a business event or silence leads on.",
    own=Field("sms", Shape.TEXTS, "What is written, one text per language.", required=True),
    fields=(
        Field("accept", Shape.WORDS, "Replies that mean yes to the offer: `accept: [1]`."),
        Field("texts", Shape.MAPPING, "Own words for the polite question `ask_again`."),
        *CONTACT_FIELDS,
    ),
    outcomes=OUTCOMES,
    outcome_meanings={
        "reply 1": "the customer answered 1 (or yes, where 1 is the yes); any key may be named",
        "reply other": "an answer that names none of the keys",
        "unclear": "a second answer that could not be understood; the first is met with a polite question",
        "delivered": "the phone has it; for messages that ask nothing",
        "undelivered": "the carrier gave it up, or it expired",
        "denied": "the gate refused it",
        "after 24h": "no answer for so long, counted from when the carrier took it",
    },
    example="""\
invite:
  sms:
    zh: "【{brand}】{name}您好，充值满50元送10元。回1参加，回2请客户经理联系，拒收请回T"
    en: "{brand}: {name}, top up 50 and get 10 free. Reply 1 to join, 2 for a manager, STOP to opt out"
  accept: [1]
  expires: 6h
  then: {reply 1: joined, reply 2: manager, unclear: manager, undelivered: end, after 24h: end}
""",
)
