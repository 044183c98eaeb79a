"""Status callbacks of messages and calls, with the faults that callbacks suffer on their way."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rehearsal.chance import Chance
from rehearsal.faults import Faults
from rehearsal.schedule import Schedule
from rehearsal.sids import Mint
from rehearsal.webhooks_out import WebhooksOut


@dataclass(frozen=True, slots=True)
class StatusCallback:
    resource: str
    lane: str
    url: str
    method: str
    event: str
    params: dict[str, str]
    token: str


class StatusCallbacks:
    def __init__(
        self, webhooks: WebhooksOut, schedule: Schedule, faults: Faults, chance: Chance, mint: Mint
    ) -> None:
        self._webhooks = webhooks
        self._schedule = schedule
        self._faults = faults
        self._chance = chance
        self._mint = mint
        self._held_back: dict[str, StatusCallback] = {}

    async def report(
        self,
        resource: str,
        lane: str,
        url: str,
        event: str,
        params: dict[str, str],
        at: datetime,
        *,
        final: bool,
        method: str = "POST",
    ) -> list[str]:
        """Deliver one callback, or let a fault befall it; returns the names of the faults that did."""
        callback = StatusCallback(resource, lane, url, method, event, params, self._mint.token())
        earlier = self._held_back.pop(resource, None)
        suffered: list[str] = []
        if self._faults.strikes("lost_callback"):
            suffered.append("lost_callback")
        elif not final and earlier is None and self._faults.strikes("reorder_callbacks"):
            self._held_back[resource] = callback  # the next one overtakes it
            suffered.append("reorder_callbacks")
        else:
            await self._deliver(callback, at)
            if self._faults.strikes("duplicate_callback"):
                self._repeat_later(callback, at)
                suffered.append("duplicate_callback")
        if earlier is not None:
            await self._deliver(earlier, at)
        return suffered

    async def _deliver(self, callback: StatusCallback, at: datetime) -> None:
        await self._webhooks.post_form(
            callback.url,
            callback.params,
            kind="status",
            resource=callback.resource,
            event=callback.event,
            token=callback.token,
            at=at,
            method=callback.method,
        )

    def _repeat_later(self, callback: StatusCallback, at: datetime) -> None:
        async def deliver_again(at: datetime) -> None:
            await self._deliver(callback, at)

        seconds = self._chance.between(0, 30, "repeat", callback.lane, callback.event, at)
        self._schedule.put(at + timedelta(seconds=seconds), callback.lane, deliver_again)
