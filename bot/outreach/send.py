"""Due attempts to the carrier: claim, call, record. Two short transactions, none open while the carrier answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.channels.messages import OutboundCall, OutboundSms
from bot.channels.twilio_sms import TwilioSms
from bot.channels.twilio_voice import TwilioVoice
from bot.domain.attempts import Channel
from bot.domain.contact import Denied, Reason
from bot.domain.people import facts_of
from bot.domain.segments import count_segments
from bot.flow.actions import Prompt
from bot.flow.state import State
from bot.flow.steps.call import CallStep
from bot.flow.text import MissingValue, sms_text, spoken
from bot.outreach.outgoing import CALL_SILENCE, SMS_SILENCE, Outgoing
from bot.outreach.pacing import Pacing
from bot.outreach.prepare import Ready, prepare
from bot.outreach.record import record
from bot.published import PublishedFlows
from bot.store.sending import Claimed, Sending
from bot.store.transaction import Transaction, Tx

BATCH = 200


@dataclass(frozen=True, slots=True)
class SmsOutreach:
    transaction: Transaction
    flows: PublishedFlows
    sms: TwilioSms
    pacing: Pacing
    outgoing: Outgoing

    def send_due(self, now: datetime, limit: int = BATCH) -> int:
        """Send a batch, each at most once; answers how many due attempts were looked at."""
        allowance = self.pacing.take(limit)
        if allowance == 0:
            return 0
        with self.transaction() as tx:
            claimed, ready = prepare(
                tx, Channel.SMS, self.outgoing, self.flows, self._render, limit=allowance, now=now
            )
        self.pacing.give_back(allowance - len(ready))
        if ready:
            answers = self.sms.send_batch([_sms(one) for one in ready])
            with self.transaction() as tx:
                record(tx, ready, answers, now=now, silence=SMS_SILENCE)
        return claimed

    def _render(self, tx: Tx, one: Claimed) -> Sending | Denied:
        flow = self.flows.get(tx, one.flow_revision, one.offer)
        try:
            body = sms_text(flow, one.step, one.language, _values(self.outgoing, one), one.text)
        except MissingValue:
            return Denied(Reason.MISSING_VALUE)
        return Sending(
            one.id, one.msisdn, self.outgoing.sms_sender, body, one.language, count_segments(body).segments
        )


@dataclass(frozen=True, slots=True)
class VoiceOutreach:
    transaction: Transaction
    flows: PublishedFlows
    voice: TwilioVoice
    pacing: Pacing
    outgoing: Outgoing

    def call_due(self, now: datetime, limit: int = BATCH) -> int:
        """Place a batch of calls, each at most once; what is said is rendered when they are answered."""
        allowance = self.pacing.take(limit)
        if allowance == 0:
            return 0
        with self.transaction() as tx:
            claimed, ready = prepare(
                tx, Channel.CALL, self.outgoing, self.flows, self._address, limit=allowance, now=now
            )
        self.pacing.give_back(allowance - len(ready))
        if ready:
            answers = self.voice.send_batch(
                [
                    OutboundCall(
                        one.sending.id,
                        one.sending.to,
                        one.sending.sender,
                        longest=one.longest,
                        valid_for=one.valid_for,
                    )
                    for one in ready
                ]
            )
            with self.transaction() as tx:
                record(tx, ready, answers, now=now, silence=CALL_SILENCE)
        return claimed

    def _address(self, tx: Tx, one: Claimed) -> Sending | Denied:
        """Nobody is called whom the first words could not be said to."""
        flow = self.flows.get(tx, one.flow_revision, one.offer)
        step = flow.steps[one.step]
        question = step.question if isinstance(step, CallStep) else "say"
        first = Prompt(one.step, one.visit, 1, question, 1)
        try:
            spoken(flow, first, one.language, _values(self.outgoing, one))
        except MissingValue:
            return Denied(Reason.MISSING_VALUE)
        return Sending(one.id, one.msisdn, self.outgoing.voice_sender, None, one.language, None)


def _values(outgoing: Outgoing, one: Claimed) -> Mapping[str, object]:
    """What texts may name: the customer's facts, and what the run has noted."""
    facts = facts_of(
        customer_id=one.customer_id,
        brand=outgoing.brand,
        name=one.name,
        msisdn=one.msisdn,
        language=one.language,
        region=one.region,
        time_zone=one.time_zone,
        tier=one.tier,
        factors=one.factors,
    )
    return {**facts, **State(facts=one.facts).values()}


def _sms(one: Ready) -> OutboundSms:
    sending = one.sending
    return OutboundSms(sending.id, sending.to, sending.sender, sending.body or "", one.valid_for)
