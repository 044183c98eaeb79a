"""What the carrier holds and should not send any more is taken back: claim, ask, record.

Whose customer has refused, whose campaign was stopped, or whose hours are over. What the carrier gives back becomes
the report that it is canceled; inbound says what follows: the contact is over for good, or it is due again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

from bot.channels.errors import Rejected, SendError
from bot.channels.messages import Found
from bot.domain.attempts import Channel, RecallCause
from bot.store import events, recalls, suppressions
from bot.store.events import NewEvent
from bot.store.recalls import Held
from bot.store.transaction import Transaction, Tx

ASK_AGAIN = timedelta(seconds=5)
MOST_TRIES = 5
BATCH = 200

_CANCELED = "canceled"
_ASKED = "asked"  # of a call that was ringing: its end is reported like any other


class TakesBack(Protocol):
    def cancel_batch(self, sids: Sequence[str]) -> list[Found | SendError]: ...

    def fetch_batch(self, sids: Sequence[str]) -> list[Found | SendError]: ...


@dataclass(frozen=True, slots=True)
class Recall:
    transaction: Transaction
    sms: TakesBack
    voice: TakesBack

    def take_back(self, now: datetime, limit: int = BATCH) -> int:
        """One pass, refusals first; answers for how many messages and calls the carrier was asked."""
        return sum(self._take_back(cause, now, limit) for cause in RecallCause)

    def _take_back(self, cause: RecallCause, now: datetime, limit: int) -> int:
        with self.transaction() as tx:
            found = recalls.held(
                tx, cause, now=now, again_after=ASK_AGAIN, most_tries=MOST_TRIES, limit=limit
            )
            if cause is RecallCause.REFUSED:
                found = _refused(tx, found)
            asked = recalls.claim(tx, found, cause, now=now, again_after=ASK_AGAIN)
        by_channel = sorted(asked, key=lambda one: one.channel)
        for channel, some in groupby(by_channel, key=lambda one: one.channel):
            self._ask(self.sms if channel == Channel.SMS else self.voice, list(some), now)
        return len(asked)

    def _ask(self, carrier: TakesBack, asked: Sequence[Held], now: datetime) -> None:
        answers = dict(zip(asked, carrier.cancel_batch([one.carrier_sid for one in asked]), strict=True))
        answers |= _learned(carrier, answers)
        with self.transaction() as tx:
            recalls.record(tx, {one.carrier_sid: word for one, a in answers.items() if (word := _word(a))})
            events.leave(tx, [_canceled(one, now) for one, a in answers.items() if _word(a) == _CANCELED])


def _refused(tx: Tx, found: Sequence[Held]) -> list[Held]:
    if not found:
        return []
    held = suppressions.refusals_of(tx, [one.msisdn for one in found], [one.customer_id for one in found])
    return [
        one
        for one in found
        if any(refusal.covers(one.channel, one.purpose) for refusal in held.get(one.msisdn, ()))
    ]


def _learned(carrier: TakesBack, answers: Mapping[Held, Found | SendError]) -> dict[Held, Found | SendError]:
    """An earlier yes may have been lost on its way: then the second question is refused, and the books say why."""
    doubtful = [one for one, answer in answers.items() if one.tries and isinstance(answer, Rejected)]
    if not doubtful:
        return {}
    looked_up = carrier.fetch_batch([one.carrier_sid for one in doubtful])
    return {
        one: entry
        for one, entry in zip(doubtful, looked_up, strict=True)
        if isinstance(entry, Found) and entry.status == _CANCELED
    }


def _word(answer: Found | SendError) -> str | None:
    """None where it may be asked again: nothing is lost by taking a thing back twice."""
    if isinstance(answer, Found):
        return _CANCELED if answer.status == _CANCELED else _ASKED
    return answer.code if isinstance(answer, Rejected) else None


def _canceled(one: Held, now: datetime) -> NewEvent:
    """The same that the reconciler would leave, asking later."""
    kind, sid, status = (
        ("sms", "MessageSid", "MessageStatus")
        if one.channel == Channel.SMS
        else ("call", "CallSid", "CallStatus")
    )
    return NewEvent(
        key=f"{kind}:{one.carrier_sid}:{_CANCELED}:asked",
        kind=f"{kind}.status",
        payload={sid: one.carrier_sid, status: _CANCELED, "source": "asked"},
        received_at=now,
        attempt_id=one.attempt_id,
        enrolment_id=one.enrolment_id,
        customer_id=one.customer_id,
    )


@dataclass(slots=True)
class RefusalWatch:
    """Tells a process that works events off when to ring for the recall: somebody, anywhere, has refused since."""

    transaction: Transaction
    _seen: int | None = field(default=None)

    def news(self) -> bool:
        with self.transaction() as tx:
            newest = recalls.newest_refusal(tx)
        before, self._seen = self._seen, newest
        return before is None or newest > before
