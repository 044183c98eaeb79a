"""Calls by hand whose customer refuses before picking up: the manager's page says so, and the carrier drops the leg.

Ask the gate again, move, ask the carrier, record: as with what campaigns have in the air, in the same pass. What no
waiting heals is asked, so that the call does not count against itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from bot.channels.errors import Rejected, SendError
from bot.channels.messages import Accepted, Found
from bot.domain.attempts import Channel
from bot.domain.campaigns import Arm
from bot.domain.contact import Contact, Reason, ruled_out
from bot.domain.manual_calls import STOPPABLE, Leg, ManualCallStatus
from bot.outreach.outgoing import ASK_AFTER, Outgoing
from bot.outreach.weigh import somebody
from bot.store import manual_calls, manual_recalls
from bot.store.manual_calls import Said
from bot.store.manual_recalls import Drop, Unanswered
from bot.store.transaction import Transaction, Tx
from bot.weighing import facts_about

_ASKED = "asked"


class DropsLegs(Protocol):
    def cancel_batch(self, sids: Sequence[str]) -> list[Found | SendError]: ...

    def hang_up_batch(self, sids: Sequence[str]) -> list[Accepted | SendError]: ...


@dataclass(frozen=True, slots=True)
class RecallByHand:
    transaction: Transaction
    voice: DropsLegs
    outgoing: Outgoing

    def take_back(self, now: datetime, *, again_after: timedelta, most_tries: int) -> int:
        """One pass; answers how many calls were stopped, or asked for once more."""
        with self.transaction() as tx:
            refused = _refused(tx, manual_recalls.unanswered(tx), self.outgoing, now)
        stopped = sum(self._stop(call_id, reason, now) for call_id, reason in refused.items())
        with self.transaction() as tx:
            drops = manual_recalls.claim(tx, now=now, again_after=again_after, most_tries=most_tries)
        self._drop(drops)
        return max(stopped, len(drops))

    def _stop(self, call_id: UUID, reason: Reason, now: datetime) -> bool:
        """False where the call has moved on meanwhile. A manager who presses the key now is told no by the gate."""
        with self.transaction() as tx:
            call = manual_calls.lock(tx, call_id)
            if call is None or call.status not in STOPPABLE or call.recall_reason is not None:
                return False
            manual_recalls.ask_back(tx, call, reason.value, now)
            # The customer's phone may be ringing: then the end of that leg says how it ended.
            if call.status is not ManualCallStatus.DIALLING:
                manual_calls.move(
                    tx,
                    call.id,
                    ManualCallStatus.TAKEN_BACK,
                    now,
                    over=True,
                    said=Said("denied", reason.value),
                    look_at=now + ASK_AFTER,  # of what was only queued, the carrier never reports the end
                )
            return True

    def _drop(self, drops: Sequence[Drop]) -> None:
        """Only what rings is canceled, of the customer's legs: one that was picked up in this moment goes on."""
        customers = [one for one in drops if one.leg is Leg.CUSTOMER]
        managers = [one for one in drops if one.leg is Leg.MANAGER]
        answers: dict[str, Found | Accepted | SendError] = {}
        if customers:
            answers |= _by_recall(customers, self.voice.cancel_batch([one.carrier_sid for one in customers]))
        if managers:
            answers |= _by_recall(managers, self.voice.hang_up_batch([one.carrier_sid for one in managers]))
        words = {sid: word for sid, answer in answers.items() if (word := _word(answer)) is not None}
        if words:
            with self.transaction() as tx:
                manual_recalls.record(tx, words)


def _refused(tx: Tx, calls: Sequence[Unanswered], outgoing: Outgoing, now: datetime) -> Mapping[UUID, Reason]:
    """By call, what rules it out now. No statement where nobody is calling, a few however many are."""
    if not calls:
        return {}
    policies = [outgoing.rulebook.policy_for(None, one.msisdn, one.region) for one in calls]
    known = facts_about(tx, calls, policies, now)
    found: dict[UUID, Reason] = {}
    for one, policy in zip(calls, policies, strict=True):
        contact = Contact(
            Channel.CALL, one.purpose, Arm.TREATMENT, at_work_order=one.order_open, by_hand=True
        )
        person = somebody(one, known, outgoing, ())
        reason = ruled_out(contact, person, policy, now, guest_list=outgoing.guest_list)
        if reason is not None:
            found[one.id] = reason
    return found


def _by_recall(
    drops: Sequence[Drop], answers: Sequence[Found | Accepted | SendError]
) -> dict[str, Found | Accepted | SendError]:
    return {one.recall_sid: answer for one, answer in zip(drops, answers, strict=True)}


def _word(answer: Found | Accepted | SendError) -> str | None:
    """None where it may be asked again: nothing is lost by dropping a leg twice."""
    if isinstance(answer, Rejected):
        return answer.code
    return None if isinstance(answer, SendError) else _ASKED
