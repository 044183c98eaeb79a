"""A manager with a phone and an open order, who calls the customer by hand: for the tests of click-to-call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

from sqlalchemy import select

from bot.domain.contact import Decision
from bot.domain.manual_calls import ManualCallStatus
from bot.rulebook import open_rulebook
from bot.store.models import ManualCallRow
from tests.db.factories import make_enrolment, make_user, make_work_order
from tests.db.parts import NOW, Parts

PHONE = "+8613900000001"
MINUTE = timedelta(minutes=1)
S = ManualCallStatus


@dataclass
class Desk:
    """A manager with a phone, and an open order of theirs."""

    parts: Parts
    manager: int
    customer: int
    order: int

    def ask(self, now: Any = NOW) -> Decision:
        with self.parts.transaction() as tx:
            return self.parts.call_desk.ask(tx, self.order, self.manager, now)

    def note_own(self, outcome: S, lasted: timedelta | None = None, now: Any = NOW) -> Decision:
        with self.parts.transaction() as tx:
            return self.parts.call_desk.note_own(tx, self.order, self.manager, outcome, lasted, now)

    @property
    def calls(self) -> list[ManualCallRow]:
        with self.parts.transaction() as tx:
            return list(tx.scalars(select(ManualCallRow).order_by(ManualCallRow.asked_at, ManualCallRow.id)))

    @property
    def call(self) -> ManualCallRow:
        """The only one."""
        (call,) = self.calls
        return call

    # -- the carrier's requests ----------------------------------------------------------------------

    def ring(self, now: Any = NOW) -> UUID:
        self.parts.manager_calls.ring_due(now)
        return self.call.id

    def pick_up(self, now: Any = NOW) -> str:
        form = {"CallSid": "CA-m", "CallStatus": "in-progress"}
        return self.parts.bridge.answered(self.call.id, form, now)

    def press(self, digits: str, now: Any = NOW) -> str:
        form = {"CallSid": "CA-m", "CallStatus": "in-progress", "Digits": digits}
        return self.parts.bridge.pressed(self.call.id, form, now)

    def customer_leg(self, word: str, seconds: str | None = None, now: Any = NOW) -> None:
        form = {"CallSid": "CA-c", "ParentCallSid": "CA-m", "CallStatus": word}
        length = {"CallDuration": seconds} if seconds else {}
        self.parts.bridge.customer_leg(self.call.id, form | length, now)

    def customer_picks_up(self, now: Any = NOW) -> None:
        self.customer_leg("in-progress", now=now)

    def dialed(self, word: str, seconds: str | None = None, now: Any = NOW) -> str:
        form = {"CallSid": "CA-m", "CallStatus": "in-progress", "DialCallStatus": word}
        return self.parts.bridge.dialed(
            self.call.id, form | ({"DialCallDuration": seconds} if seconds else {}), now
        )

    def hang_up(self, word: str = "completed", now: Any = NOW, seconds: str | None = None) -> None:
        form = {"CallSid": "CA-m", "CallStatus": word} | ({"CallDuration": seconds} if seconds else {})
        self.parts.bridge.ended(self.call.id, form, now)

    # -- the whole way -------------------------------------------------------------------------------

    def bring(self, status: S, now: Any = NOW) -> None:
        """From the click to there."""
        steps = {
            S.DUE: self.ask,
            S.RINGING: self.ring,
            S.ANSWERED: self.pick_up,
            S.DIALLING: lambda now: self.press("1", now),
            S.CONNECTED: self.customer_picks_up,
        }
        for reached, step in steps.items():
            step(now)
            if reached is status:
                break


def make_desk(parts: Parts, **over: Any) -> Desk:
    """`over` is of the campaign."""
    parts.rulebook = open_rulebook()
    parts.customer()
    campaign, customer = parts.campaign(**over), parts.customer(name="赵静", msisdn="+8613812345678")
    with parts.transaction() as tx:
        manager = make_user(tx, phone=PHONE, language="zh")
        run = make_enrolment(tx, campaign_id=campaign, customer_id=customer)
        order = make_work_order(tx, enrolment_id=run, owner_id=manager, reason="high value")
    return Desk(parts, manager, customer, order)


def numbers_in(twiml: str) -> list[str | None]:
    return [one.text for one in ElementTree.fromstring(twiml).iter("Number")]


def says(twiml: str) -> str:
    return "".join(one.text or "" for one in ElementTree.fromstring(twiml).iter("Say"))
