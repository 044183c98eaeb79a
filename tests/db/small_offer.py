"""A small campaign on its first revision, and the revisions that may follow, for tests of republishing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.enrolment.impact import Impact, look
from bot.enrolment.republish import Existing, Publishing, Republished, republish
from bot.flow.load import load_flow
from bot.store.flow_revisions import FlowText
from bot.store.models import CampaignRow
from tests.db.factories import make_enrolment
from tests.db.parts import NOW, Parts

BEFORE = """\
spec: 2
flow: small_offer
title: {en: Small offer, zh: 小活动}
purpose: service
expires: 10d
start: invite

steps:
  invite:
    sms: {zh: "【{brand}】回1参加，回2请客户经理联系", en: "{brand}: reply 1 to join, 2 for a manager"}
    expires: 6h
    then: {reply 1: pause, reply 2: manager, undelivered: phone, after 24h: phone}

  pause:
    wait: 3d
    then: remind

  phone:
    call:
      say: {zh: "参加请按1，不参加请按2。", en: "Press 1 to join, 2 if you do not want to."}
      keys: {1: pause, 2: end}
    expires: 6h
    then: {unreached: end}

  remind:
    sms: {zh: "【{brand}】谢谢您。", en: "{brand}: thank you."}
    expires: 6h
    then: end

  manager:
    work_order: {queue: retention, due: 4h, script: low_balance}
    then: {closed: end}
"""
NEW_WORDS = BEFORE.replace("回1参加，", "想参加请回1，").replace("reply 1 to join", "to join, reply 1")
LONGER = BEFORE.replace("wait: 3d", "wait: 5d").replace("expires: 10d", "expires: 20d")
MORE_KEYS = BEFORE.replace("reply 2: manager,", "reply 2: manager, reply 3: end,")
WITHOUT_PHONE = BEFORE.replace("after 24h: phone", "after 24h: end").replace(
    "undelivered: phone", "undelivered: end"
)
WITHOUT_PHONE = (
    WITHOUT_PHONE[: WITHOUT_PHONE.index("  phone:")] + WITHOUT_PHONE[WITHOUT_PHONE.index("  remind:") :]
)
RENAMED = BEFORE.replace("invite", "welcome")
NEW_KEYS = BEFORE.replace("keys: {1: pause, 2: end}", "keys: {1: pause, 3: end}")


class Campaign:
    """A campaign on the first revision, and what is done to it."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.id = parts.campaign(BEFORE)

    def invited(self) -> int:
        """The invitation is due."""
        return self.parts.enrol(self.id)

    def asked(self) -> int:
        """The invitation was sent, and awaits its reply."""
        enrolment = self.invited()
        self.parts.sms_outreach.send_due(NOW)
        assert self.parts.attempt(enrolment).status == "accepted"
        return enrolment

    def pausing(self) -> int:
        enrolment = self.asked()
        self.reply(enrolment, "1")
        assert self.step(enrolment) == "pause"
        return enrolment

    def called(self) -> int:
        """The phone is ringing."""
        enrolment = self.invited()
        attempt = self.parts.attempt(enrolment)
        self.parts.hear(
            "attempt.expired", {"reason": "too_late"}, attempt_id=attempt.id, enrolment_id=enrolment
        )
        self.parts.voice_outreach.call_due(NOW)
        assert (self.step(enrolment), self.parts.attempt(enrolment).status) == ("phone", "accepted")
        return enrolment

    def waiting(self) -> int:
        """Enrolled, and not started."""
        with self.parts.transaction() as tx:
            return make_enrolment(
                tx,
                campaign_id=self.id,
                customer_id=self.parts.customer(),
                step=None,
                visit=0,
                due_at=NOW,
                expires_at=NOW + timedelta(days=10),
            )

    def reply(self, enrolment: int, body: str, *, at: timedelta = timedelta()) -> None:
        customer = self.parts.enrolment(enrolment).customer_id
        self.parts.reply(customer, body, NOW + at, sid=f"SM-in-{enrolment}-{body}-{at}")

    def step(self, enrolment: int) -> str | None:
        return self.parts.enrolment(enrolment).step

    def look(self, source: str) -> Impact:
        with self.parts.transaction() as tx:
            return look(tx, self.id, load_flow(source), self.parts.flows)

    def publish(
        self,
        source: str,
        existing: Existing,
        mapping: Mapping[str, str] | None = None,
        *,
        chunk_size: int = 1000,
        progress: list[int] | None = None,
    ) -> Republished:
        flow = load_flow(source)
        return republish(
            self.parts.transaction,
            Publishing(self.id, flow, FlowText(flow.name, source, flow.parts), existing, mapping or {}),
            flows=self.parts.flows,
            now=NOW,
            chunk_size=chunk_size,
            progress=(progress if progress is not None else []).append,
        )

    @property
    def revision(self) -> str:
        with self.parts.transaction() as tx:
            return tx.get_one(CampaignRow, self.id).flow_revision

    def on(self, enrolment: int, source: str) -> bool:
        return self.parts.enrolment(enrolment).flow_revision == load_flow(source).revision

    def snapshot(self, enrolment: int) -> tuple[object, ...]:
        """All that must stay as it is when nobody is disturbed."""
        row = self.parts.enrolment(enrolment)
        attempts = [
            (one.id, one.step, one.visit, one.status, one.due_at) for one in self.parts.attempts(enrolment)
        ]
        return (
            row.step,
            row.visit,
            row.state,
            row.due_at,
            row.expires_at,
            row.holds_until,
            row.status,
            attempts,
        )
