"""Several runs for one customer, worked off as the workers do."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.channels.messages import OutboundSms
from bot.domain.arbiter import A_BREATH
from tests.db.parts import NOW, Parts

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def run(parts: Parts, customer: int, source: str, now: datetime = NOW, **campaign: object) -> int:
    return parts.enrol(parts.campaign(source, **campaign), customer, now)


def work(parts: Parts, now: datetime) -> None:
    """Every stage looks until nothing is left at this moment, as the workers do; and once more, a breath later."""
    for moment in (now, now + A_BREATH):
        for _ in range(10):
            done = parts.inbound.process_waiting(moment) + parts.inbound.wake_due(moment)
            done += parts.sms_outreach.send_due(moment) + parts.voice_outreach.call_due(moment)
            if not done:
                break
        else:
            raise AssertionError("the work never ends")


def said(parts: Parts) -> list[str]:
    """Which flow each message was from, in the order of sending."""
    return [one.body.partition("：")[0] for one in parts.sms.sent if isinstance(one, OutboundSms)]


def reason(parts: Parts, enrolment: int) -> str | None:
    return parts.decisions(parts.attempt(enrolment).id)[-1][1]
