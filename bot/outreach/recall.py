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
from bot.outreach.recall_by_hand import RecallByHand
from bot.store import events, recalls, refused_held, suppressions
from bot.store.events import NewEvent
from bot.store.recalls import Asking, Held
from bot.store.transaction import Transaction, Tx

ASK_AGAIN = timedelta(seconds=5)
MOST_TRIES = 5
IN_DOUBT = timedelta(minutes=1)  # longer than any request to the carrier may last
BATCH = 200

_CANCELED = "canceled"
_ASKED = "asked"  # of a call that was ringing: its end is reported like any other
_HELD = "held"  # the carrier has it still: it is asked for again, where it is still not to be sent


class TakesBack(Protocol):
    def cancel_batch(self, sids: Sequence[str]) -> list[Found | SendError]: ...

    def fetch_batch(self, sids: Sequence[str]) -> list[Found | SendError]: ...


@dataclass(frozen=True, slots=True)
class Recall:
    transaction: Transaction
    sms: TakesBack
    voice: TakesBack
    by_hand: RecallByHand
    many: ManyWatch = field(default_factory=lambda: ManyWatch())

    def take_back(self, now: datetime, limit: int = BATCH) -> int:
        """One pass, refusals first; answers for how many messages and calls the carrier was asked."""
        by_hand = self.by_hand.take_back(now, again_after=ASK_AGAIN, most_tries=MOST_TRIES)
        asked = sum(self._take_back(cause, now, limit) for cause in RecallCause)
        return by_hand + asked + self._learn(now, limit)

    def _take_back(self, cause: RecallCause, now: datetime, limit: int) -> int:
        asking = Asking(now, ASK_AGAIN, MOST_TRIES, limit)
        with self.transaction() as tx:
            refused = cause is RecallCause.REFUSED
            found = self._refused(tx, asking) if refused else recalls.held(tx, cause, asking)
            asked = recalls.claim(tx, found, cause, now=now, again_after=ASK_AGAIN)
        for carrier, some in self._by_carrier(asked):
            answers = dict(zip(some, carrier.cancel_batch([one.carrier_sid for one in some]), strict=True))
            answers |= _learned(carrier, answers)
            self._record({one: _word(answer) for one, answer in answers.items()}, now)
        return len(asked)

    def _refused(self, tx: Tx, asking: Asking) -> list[Held]:
        oldest = refused_held.oldest_held(tx, asking.now)
        if oldest is None:
            return []
        found = refused_held.by_persons(tx, asking, oldest)
        if not self.many.due(refused_held.many_of_late(tx, oldest), asking.now):
            return _still_refused(tx, found)
        of_many = refused_held.by_many(tx, asking, oldest)
        refused = _still_refused(tx, list(dict.fromkeys(found + of_many)))
        self.many.looked(asking.now, found=not set(of_many).isdisjoint(refused))
        return refused

    def _learn(self, now: datetime, limit: int) -> int:
        """Who asked may have died before the answer, and the campaign may run again: the carrier's books know."""
        with self.transaction() as tx:
            doubtful = recalls.claim_doubtful(tx, now=now, silent_since=now - IN_DOUBT, limit=limit)
        for carrier, some in self._by_carrier(doubtful):
            answers = zip(some, carrier.fetch_batch([one.carrier_sid for one in some]), strict=True)
            self._record({one: _standing(answer) for one, answer in answers}, now)
        return len(doubtful)

    def _by_carrier(self, held: Sequence[Held]) -> list[tuple[TakesBack, list[Held]]]:
        by_channel = sorted(held, key=lambda one: one.channel)
        return [
            (self.sms if channel == Channel.SMS else self.voice, list(some))
            for channel, some in groupby(by_channel, key=lambda one: one.channel)
        ]

    def _record(self, words: Mapping[Held, str | None], now: datetime) -> None:
        with self.transaction() as tx:
            recalls.record(tx, {one.carrier_sid: word for one, word in words.items() if word})
            events.leave(tx, [_canceled(one, now) for one, word in words.items() if word == _CANCELED])


def _still_refused(tx: Tx, found: Sequence[Held]) -> list[Held]:
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


def _standing(answer: Found | SendError) -> str | None:
    if isinstance(answer, Found) and answer.status != _CANCELED:
        return _HELD
    return _word(answer)


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
class ManyWatch:
    """Tells when to look at lists and patterns of late again, which takes long.

    All that the gate lets pass later obeys them. What was on its way to the carrier when one came into force may be
    held only after the first look: for a minute each pass looks, and then one a minute.
    """

    _known: frozenset[str] = frozenset()
    _settled_at: datetime | None = None
    _look_at: datetime | None = None

    def due(self, of_late: frozenset[str], now: datetime) -> bool:
        new = not of_late <= self._known
        self._known = of_late
        if new or self._settled_at is None:
            self._settled_at = now + IN_DOUBT
        return bool(of_late) and (now < self._settled_at or self._look_at is None or now >= self._look_at)

    def looked(self, now: datetime, *, found: bool) -> None:
        self._look_at = None if found else now + IN_DOUBT


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
