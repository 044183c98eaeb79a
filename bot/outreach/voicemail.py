"""A machine answered: the live call is told to leave the flow's message after the tone, if the gate still agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.channels.errors import SendError
from bot.channels.twilio_voice import TwilioVoice
from bot.channels.twiml import Tell, render
from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import Contact, ruled_out
from bot.domain.people import facts_of
from bot.domain.policy import PolicyError
from bot.flow.actions import Voicemail
from bot.flow.model import Flow, Reach
from bot.flow.state import State
from bot.flow.text import MissingValue, spoken
from bot.outreach.outgoing import Outgoing
from bot.outreach.weigh import somebody
from bot.published import PublishedFlows
from bot.store import enrolments, gate, sending, voicemails
from bot.store.attempts import Attempt
from bot.store.enrolments import Enrolment
from bot.store.gate import Facts, OnTheLine
from bot.store.transaction import Transaction, Tx
from bot.weighing import as_written

_NOTHING = ("", "en")  # an empty text only hangs up


@dataclass(frozen=True, slots=True)
class VoicemailOutreach:
    transaction: Transaction
    flows: PublishedFlows
    voice: TwilioVoice
    outgoing: Outgoing

    def leave_due(self, now: datetime, limit: int = 50) -> int:
        with self.transaction() as tx:
            claimed = voicemails.claim(tx, limit)
            texts = self._texts(tx, claimed, now) if claimed else {}
        ends: dict[UUID, str] = {one.id: "failed" for one in claimed}
        live = [one for one in claimed if one.carrier_sid]
        answers = self.voice.redirect_batch(
            [(one.carrier_sid or "", render(Tell(*texts[one.id]))) for one in live]
        )
        for one, answer in zip(live, answers, strict=True):
            if texts[one.id][0] and not isinstance(answer, SendError):
                ends[one.id] = "left"
        if claimed:
            with self.transaction() as tx:
                sending.lock_enrolments(tx, [one.id for one in claimed])
                voicemails.record(tx, ends)
        return len(claimed)

    def _texts(self, tx: Tx, claimed: Sequence[Attempt], now: datetime) -> dict[UUID, tuple[str, str]]:
        """What to say and in which language; nothing, where the gate has closed for good since the call began."""
        calls = gate.on_the_line(tx, [one.id for one in claimed])
        people = enrolments.read(tx, [one.enrolment_id for one in claimed])
        known = gate.facts(
            tx,
            customers=[one.customer_id for one in claimed],
            numbers=[calls[one.id].msisdn for one in claimed],
            since=now,  # caps and gaps counted this call when it was made
            now=now,
        )
        texts = {}
        for one in claimed:
            enrolment = people[one.enrolment_id]
            flow = self.flows.get(tx, enrolment.flow_revision, enrolment.offer)
            closed = self._closed(calls[one.id], flow, known, now)
            texts[one.id] = _NOTHING if closed else self._text(one, enrolment, flow)
        return texts

    def _closed(self, one: OnTheLine, flow: Flow, known: Facts, now: datetime) -> bool:
        contact = Contact(
            Channel.CALL, one.purpose, Arm(one.arm), to_former=flow.reach_of(one.step) is Reach.FORMER
        )
        try:
            policy = self.outgoing.rulebook.policy_for(as_written(one.policy), one.msisdn, one.region)
        except PolicyError:
            return (
                True  # changed since the call began; the next claim stops its campaign and tells the operator
            )
        person = somebody(one, known, self.outgoing, past=())
        return ruled_out(contact, person, policy, now, guest_list=self.outgoing.guest_list) is not None

    def _text(self, one: Attempt, enrolment: Enrolment, flow: Flow) -> tuple[str, str]:
        facts = facts_of(
            customer_id=enrolment.customer_id,
            brand=self.outgoing.brand,
            name=enrolment.name,
            msisdn=enrolment.msisdn,
            language=enrolment.language,
            region=enrolment.region,
            time_zone=enrolment.time_zone,
            tier=enrolment.tier,
            factors=enrolment.factors,
        )
        try:
            values = {**facts, **State.from_json(enrolment.state).values()}
            words = spoken(flow, Voicemail(one.step, one.visit), enrolment.language, values)
        except (MissingValue, KeyError):
            return "", enrolment.language
        return words, enrolment.language
