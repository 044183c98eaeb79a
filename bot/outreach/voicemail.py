"""A machine answered: the live call is told to leave the flow's message after the tone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.channels.errors import SendError
from bot.channels.twilio_voice import TwilioVoice
from bot.channels.twiml import Tell, render
from bot.domain.attempts import Channel
from bot.domain.people import Brand, facts_of
from bot.flow.actions import Voicemail
from bot.flow.state import State
from bot.flow.text import MissingValue, spoken
from bot.published import PublishedFlows
from bot.store import enrolments, sending, suppressions, voicemails
from bot.store.attempts import Attempt
from bot.store.enrolments import Enrolment
from bot.store.transaction import Transaction, Tx


@dataclass(frozen=True, slots=True)
class VoicemailOutreach:
    transaction: Transaction
    flows: PublishedFlows
    voice: TwilioVoice
    brand: Brand

    def leave_due(self, now: datetime, limit: int = 50) -> int:
        with self.transaction() as tx:
            claimed = voicemails.claim(tx, limit)
            people = enrolments.read(tx, [one.enrolment_id for one in claimed])
            texts = {one.id: self._text(tx, one, people.get(one.enrolment_id)) for one in claimed}
        ends: dict[UUID, str] = {one.id: "failed" for one in claimed}
        live = [one for one in claimed if one.carrier_sid]
        answers = self.voice.redirect_batch(
            [(one.carrier_sid or "", render(Tell(*texts[one.id]))) for one in live]
        )
        for one, answer in zip(live, answers, strict=True):
            # An empty text only hangs up: nothing was left.
            if texts[one.id][0] and not isinstance(answer, SendError):
                ends[one.id] = "left"
        if claimed:
            with self.transaction() as tx:
                sending.lock_enrolments(tx, [one.id for one in claimed])
                voicemails.record(tx, ends)
        return len(claimed)

    def _text(self, tx: Tx, one: Attempt, enrolment: Enrolment | None) -> tuple[str, str]:
        """What to say and in which language; nothing, where the person has refused meanwhile."""
        if enrolment is None:
            return "", "en"
        flow = self.flows.get(tx, enrolment.flow_revision, enrolment.offer)
        purpose = flow.purpose_of(one.step)
        if suppressions.refused(tx, enrolment.msisdn, channel=Channel.CALL, purpose=purpose):
            return "", "en"
        facts = facts_of(
            customer_id=enrolment.customer_id,
            brand=self.brand,
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
