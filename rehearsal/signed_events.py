"""What the operator's own systems tell the product of: one event at a time, signed, and at times told twice."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rehearsal.faults import Faults
from rehearsal.resources import json_bytes
from rehearsal.schedule import Schedule
from rehearsal.webhooks_out import WebhooksOut


class SignedEvents:
    def __init__(self, secret: str, schedule: Schedule, faults: Faults, webhooks: WebhooksOut) -> None:
        self._secret = secret
        self._schedule = schedule
        self._faults = faults
        self._webhooks = webhooks

    async def tell(
        self,
        url: str,
        event: Mapping[str, Any],
        *,
        event_id: str,
        kind: str,
        resource: str,
        at: datetime,
        told_twice: str,
    ) -> int | str:
        """How it ended: the HTTP status or the kind of failure. `told_twice` names the fault that repeats it."""
        body = json_bytes(event)
        times = 2 if self._faults.strikes(told_twice) else 1
        for _ in range(times):
            answer = await self._webhooks.post_json(
                url,
                body,
                {"X-Keepline-Signature": sign(self._secret, body, self._schedule.now)},
                kind=kind,
                resource=resource,
                event=event_id,
                at=at,
            )
        return answer.outcome


def sign(secret: str, body: bytes, now: datetime) -> str:
    """`t` is the moment of sending: in a jump of the clock that is where it jumped to."""
    seconds = int(now.timestamp())
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    return f"t={seconds},v1={digest.hexdigest()}"
