"""SMS by way of Twilio: send a batch; how messages are looked up and taken back is in `twilio_records`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from bot.channels.errors import SendError
from bot.channels.messages import Accepted, OutboundSms
from bot.channels.still_open import Posting
from bot.channels.twilio_client import accepted
from bot.channels.twilio_records import TwilioRecords

_LONGEST = timedelta(seconds=36_000)  # of a ValidityPeriod at Twilio


class TwilioSms(TwilioRecords):
    @property
    def _records(self) -> Any:
        return self._carrier.rest.messages

    def send_batch(self, batch: Sequence[OutboundSms]) -> list[Accepted | SendError]:
        """In the order of `batch`; each is posted at most once, and not at all once its time is over."""
        posting = Posting()
        return self._carrier.run_all(self._send(one, posting) for one in batch)

    async def _send(self, one: OutboundSms, posting: Posting) -> Accepted:
        valid_for = min(posting.left_of(one.valid_for), _LONGEST)
        message = await self._carrier.rest.messages.create_async(
            to=one.to,
            from_=one.sender,
            body=one.body,
            status_callback=self.callback_url(one.attempt_id),
            validity_period=int(valid_for.total_seconds()),
        )
        return accepted(message.sid)

    def callback_url(self, attempt_id: UUID) -> str:
        """The fragment asks the carrier to repeat a callback that we failed to take; it is not signed."""
        return f"{self._public}/twilio/sms/status?a={attempt_id}#rc=5&rp=all"
