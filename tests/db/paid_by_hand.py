"""What the campaign of a manager's calls has spent: for the tests of their spending and of its limits."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from bot.domain.attempts import Channel
from bot.domain.spend import Amounts
from bot.prices import load_prices
from bot.store import manual_call_spending, spending
from bot.store.models import (
    ManualCallRow,
)
from bot.store.spending import Spent
from tests.db.click_to_call import Desk, make_desk
from tests.db.parts import UNCAPPED, Parts

TODAY = date(2026, 11, 22)
PRICE = load_prices().of(Channel.CALL, "+86138")  # the manager's phone and the customer's cost the same here
RESERVED = 10  # two legs of the five minutes that a call may last unless the campaign says otherwise


def limited(parts: Parts, **spend: Any) -> Desk:
    return make_desk(parts, policy=UNCAPPED | {"spend": {"zone": "Asia/Shanghai"} | spend})


def settle(desk: Desk) -> int:
    with desk.parts.transaction() as tx:
        return manual_call_spending.settle(tx, limit=100)


def campaign_of(desk: Desk) -> int:
    with desk.parts.transaction() as tx:
        return tx.scalars(select(ManualCallRow.campaign_id).limit(1)).one()


def used(desk: Desk) -> Amounts:
    with desk.parts.transaction() as tx:
        return spending.used(tx, campaign_of(desk))


def days(desk: Desk) -> list[Spent]:
    with desk.parts.transaction() as tx:
        return spending.by_day(tx, campaign_of(desk))


def minutes_of(number: int) -> Amounts:
    return Amounts(minutes=number, money=number * PRICE)
