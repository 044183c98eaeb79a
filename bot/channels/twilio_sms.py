"""SMS by way of Twilio: send a batch, look messages up, take them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from bot.channels.errors import SendError
from bot.channels.messages import Accepted, Found, OutboundSms
from bot.channels.twilio_client import Carrier, accepted

_SHORTEST, _LONGEST = timedelta(seconds=5), timedelta(seconds=36_000)  # Twilio's limits of ValidityPeriod


class TwilioSms:
    def __init__(self, carrier: Carrier, public_base_url: str) -> None:
        self._carrier = carrier
        self._public = public_base_url

    def send_batch(self, batch: Sequence[OutboundSms]) -> list[Accepted | SendError]:
        """In the order of `batch`; each is posted at most once."""
        return self._carrier.run_all(self._send(one) for one in batch)

    async def _send(self, one: OutboundSms) -> Accepted:
        message = await self._carrier.rest.messages.create_async(
            to=one.to,
            from_=one.sender,
            body=one.body,
            status_callback=self.callback_url(one.attempt_id),
            validity_period=int(min(max(one.valid_for, _SHORTEST), _LONGEST).total_seconds()),
        )
        return accepted(message.sid)

    def callback_url(self, attempt_id: UUID) -> str:
        """The fragment asks the carrier to repeat a callback that we failed to take; it is not signed."""
        return f"{self._public}/twilio/sms/status?a={attempt_id}#rc=5&rp=all"

    def find(self, to: str, limit: int = 200) -> list[Found]:
        """The newest messages to a number. Raises SendError."""
        (found,) = self._carrier.run_all([self._find(to, limit)])
        if isinstance(found, SendError):
            raise found
        return found

    async def _find(self, to: str, limit: int) -> list[Found]:
        listed = await self._carrier.rest.messages.list_async(to=to, limit=limit, page_size=limit)
        return [_found(message) for message in listed]

    def fetch_batch(self, sids: Sequence[str]) -> list[Found | SendError]:
        return self._carrier.run_all(self._fetch(sid) for sid in sids)

    async def _fetch(self, sid: str) -> Found:
        return _found(await self._carrier.rest.messages(sid).fetch_async())

    def cancel_batch(self, sids: Sequence[str]) -> list[Found | SendError]:
        """Take messages back that have not been sent.

        Twilio gives back what is `scheduled`; anything further on it refuses with 30409. Other carriers behind the
        same API give back what is queued as well.
        """
        return self._carrier.run_all(self._cancel(sid) for sid in sids)

    async def _cancel(self, sid: str) -> Found:
        message = await self._carrier.rest.messages(sid).update_async(status="canceled")
        accepted(message.sid)
        return _found(message)


def _found(message: object) -> Found:
    error = getattr(message, "error_code", None)
    return Found(
        sid=str(message.sid),  # type: ignore[attr-defined]
        status=str(message.status),  # type: ignore[attr-defined]
        created_at=message.date_created,  # type: ignore[attr-defined]
        to=str(message.to),  # type: ignore[attr-defined]
        body=message.body,  # type: ignore[attr-defined]
        error_code=str(error) if error is not None else None,
        duration_s=None,
    )
