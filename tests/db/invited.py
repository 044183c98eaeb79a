"""A customer who has been invited: the carrier has accepted the message, and nobody has answered yet."""

from __future__ import annotations

from datetime import timedelta

from tests.db.parts import NOW, Parts

DAY = timedelta(days=1)


def invited(parts: Parts, customer: int | None = None, *, source: str | None = None) -> int:
    """An enrolment whose invitation the carrier has accepted."""
    enrolment = parts.enrol(parts.campaign(source), customer)
    parts.sms_outreach.send_due(NOW)
    assert parts.attempt(enrolment).status == "accepted"
    return enrolment
