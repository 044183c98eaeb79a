"""The `grant` step: the bonus is credited, once, to a customer who accepted and did what the offer asks."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from bot.flow.actions import Grant
from bot.flow.exits import Outcomes, read_exits
from bot.flow.fields import Fields
from bot.flow.happenings import GrantResult, GrantSettled, Happening
from bot.flow.model import Amount, FlowStep, Leave, Texts, leave
from bot.flow.moment import Moment
from bot.flow.reference import Field, Reference, Shape

OUTCOMES = Outcomes(names=("granted", "refused", "expired"))


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantStep(FlowStep):
    kind: ClassVar[str] = "grant"
    interruptible: ClassVar[bool] = False  # money is on its way

    amount: Amount

    def enter(self, moment: Moment) -> Leave | None:
        state = moment.state
        if state.granted:
            return leave("granted")
        needs_recharge = moment.flow.offer.min_recharge is not None
        if state.accepted_by is None or (needs_recharge and state.qualified_by is None):
            return leave("refused")
        moment.remember(last_sms=None)  # replies to the invitation have had their day
        moment.do(Grant(moment.flow.offer.amount(self.amount)))
        return None

    def react(self, moment: Moment, happening: Happening) -> Leave | None:
        if not isinstance(happening, GrantSettled):
            return None
        match happening.result:
            case GrantResult.GRANTED:
                moment.remember(granted=True)
                return leave("granted")
            case GrantResult.EXPIRED:
                return leave("expired", "refused")
            case GrantResult.REFUSED:
                return leave("refused")


def parse(name: str, title: Texts, fields: Fields) -> GrantStep:
    return GrantStep(
        name=name,
        place=fields.place,
        title=title,
        amount=fields.amount("grant") or Decimal(0),
        exits=read_exits(fields, OUTCOMES),
    )


REFERENCE = Reference(
    summary="Credits the bonus, exactly once, to a customer who accepted and did what the offer asks.",
    own=Field("grant", Shape.AMOUNT, "How much; usually `offer.bonus`.", required=True),
    outcomes=OUTCOMES,
    outcome_meanings={
        "granted": "billing has credited it",
        "refused": "billing said no, the budget is spent, or it has not been earned",
        "expired": "billing gave no answer in time; without this exit `refused` is taken",
    },
    example="""\
credit:
  grant: offer.bonus
  then: {granted: thank, refused: manager}
""",
)
