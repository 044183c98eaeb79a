"""The pretend carrier as one thing: its clock, its books, the people behind its numbers."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rehearsal.billing import Billing
from rehearsal.books import Shelf
from rehearsal.business import Business
from rehearsal.chance import Chance
from rehearsal.faults import Faults
from rehearsal.inbound import Blocklist, InboundText
from rehearsal.options import Options
from rehearsal.people import People
from rehearsal.resources import Call, Message
from rehearsal.schedule import Schedule
from rehearsal.sids import Mint
from rehearsal.signed_events import SignedEvents
from rehearsal.status_callbacks import StatusCallbacks
from rehearsal.webhooks_out import WebhooksOut


@dataclass(slots=True)
class Carrier:
    options: Options
    schedule: Schedule
    chance: Chance
    faults: Faults
    mint: Mint
    people: People
    webhooks: WebhooksOut
    callbacks: StatusCallbacks
    billing: Billing
    business: Business
    messages: Shelf[Message] = field(default_factory=Shelf)
    calls: Shelf[Call] = field(default_factory=Shelf)
    inbound: list[InboundText] = field(default_factory=list)
    blocklist: Blocklist = field(default_factory=Blocklist)
    requests_seen: int = 0
    next_call_slot: datetime | None = None

    @property
    def now(self) -> datetime:
        return self.schedule.now

    def slot_for_call(self) -> datetime:
        """When the next call is dialled: only so many a second are, the others wait in a queue."""
        slot = max(self.now, self.next_call_slot or self.now)
        if self.options.calls_per_second:
            self.next_call_slot = slot + timedelta(seconds=1 / self.options.calls_per_second)
        return slot

    async def close(self) -> None:
        await self.schedule.close()
        await self.webhooks.close()


def open_carrier(options: Options) -> Carrier:
    """Wire the carrier; call it inside a running loop."""
    chance = Chance(options.seed)
    schedule = Schedule(options.clock(), options.callback_concurrency)
    faults = Faults(chance, options.faults)
    mint = Mint()
    people = People(chance)
    webhooks = WebhooksOut(options.auth_token, options.callback_concurrency)
    events = SignedEvents(options.billing_secret, schedule, faults, webhooks)
    return Carrier(
        options=options,
        schedule=schedule,
        chance=chance,
        faults=faults,
        mint=mint,
        people=people,
        webhooks=webhooks,
        callbacks=StatusCallbacks(webhooks, schedule, faults, chance, mint),
        billing=Billing(options, schedule, mint, people, events),
        business=Business(options, schedule, chance, mint, people, events),
    )
