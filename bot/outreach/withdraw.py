"""A stopped campaign's calls are taken back from the carrier as long as nobody has picked up.

What the carrier drops it reports as any other end of a call: a try that reached nobody, from which the flow goes on
once the campaign does. An SMS cannot be taken back; its validity ends with the hours in which it may arrive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.channels.errors import Rejected, SendError
from bot.channels.messages import Accepted
from bot.store import recalls, stopped_calls
from bot.store.transaction import Transaction

ASK_AGAIN = timedelta(seconds=5)
MOST_TRIES = 5


class DropsCalls(Protocol):
    def cancel_batch(self, sids: Sequence[str]) -> list[Accepted | SendError]: ...


@dataclass(frozen=True, slots=True)
class Withdrawal:
    transaction: Transaction
    voice: DropsCalls

    def drop_stopped(self, now: datetime) -> int:
        """One pass; answers how many calls the carrier was asked to drop."""
        with self.transaction() as tx:
            found = stopped_calls.open_calls(tx, now=now, again_after=ASK_AGAIN, most_tries=MOST_TRIES)
            ids = [one.attempt_id for one in found]
            ours = recalls.claim(tx, ids, now=now, again_after=ASK_AGAIN) if ids else set()
        asked = [one for one in found if one.attempt_id in ours]
        if asked:
            answers = self.voice.cancel_batch([one.carrier_sid for one in asked])
            pairs = zip(asked, answers, strict=True)
            said = {one.attempt_id: word for one, answer in pairs if (word := _word(answer)) is not None}
            with self.transaction() as tx:
                recalls.record(tx, said)
        return len(asked)


def _word(answer: Accepted | SendError) -> str | None:
    """None where it may be asked again: nothing is lost by dropping a call twice."""
    if isinstance(answer, Accepted):
        return "taken"
    return answer.code if isinstance(answer, Rejected) else None
