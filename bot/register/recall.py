"""A refusal reaches further than our own queue: calls that the carrier has but nobody has answered are dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.channels.errors import Rejected, SendError
from bot.channels.messages import Accepted
from bot.domain.attempts import Channel
from bot.store import recalls, suppressions
from bot.store.recalls import OpenCall
from bot.store.transaction import Transaction, Tx

ASK_AGAIN = timedelta(seconds=5)
MOST_TRIES = 5


class DropsCalls(Protocol):
    def cancel_batch(self, sids: Sequence[str]) -> list[Accepted | SendError]: ...


@dataclass(frozen=True, slots=True)
class Recall:
    """What it drops the carrier reports as canceled, like any other end of a call."""

    transaction: Transaction
    voice: DropsCalls

    def drop_refused(self, now: datetime) -> int:
        """One pass over the calls that are queued or ringing; answers how many the carrier was asked to drop."""
        with self.transaction() as tx:
            found = recalls.open_calls(tx, now=now, again_after=ASK_AGAIN, most_tries=MOST_TRIES)
            refused = self._refused(tx, found)
            ids = [one.attempt_id for one in refused]
            ours = recalls.claim(tx, ids, now=now, again_after=ASK_AGAIN) if ids else set()
        asked = [one for one in refused if one.attempt_id in ours]
        if asked:
            answers = self.voice.cancel_batch([one.carrier_sid for one in asked])
            said = {
                one.attempt_id: word
                for one, answer in zip(asked, answers, strict=True)
                if (word := _word(answer))
            }
            with self.transaction() as tx:
                recalls.record(tx, said)
        return len(asked)

    def _refused(self, tx: Tx, found: Sequence[OpenCall]) -> list[OpenCall]:
        if not found:
            return []
        numbers = [one.msisdn for one in found]
        held = suppressions.refusals_of(tx, numbers, [one.customer_id for one in found])
        return [
            one
            for one in found
            if any(refusal.covers(Channel.CALL, one.purpose) for refusal in held.get(one.msisdn, ()))
        ]


def _word(answer: Accepted | SendError) -> str | None:
    """None where it may be asked again: nothing is lost by dropping a call twice."""
    if isinstance(answer, Accepted):
        return "taken"
    return answer.code if isinstance(answer, Rejected) else None
