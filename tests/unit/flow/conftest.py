"""Runs of the shipped flow at the places where its tests begin."""

from __future__ import annotations

import pytest

from bot.flow.happenings import Answered
from tests.unit.flow.flows import shipped
from tests.unit.flow.stepping import BY_CALL, BY_SMS, Run


@pytest.fixture
def by_sms() -> Run:
    return Run(shipped(), dict(BY_SMS))


@pytest.fixture
def by_call() -> Run:
    return Run(shipped(), dict(BY_CALL))


@pytest.fixture
def on_the_phone(by_call: Run) -> Run:
    by_call.give(Answered(by_call.visit))
    return by_call


@pytest.fixture
def confirming(by_sms: Run) -> Run:
    by_sms.recharge()
    by_sms.give(Answered(by_sms.visit))
    return by_sms
