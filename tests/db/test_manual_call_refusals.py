"""Whatever the register hears takes a manager's call back; a refusal of something else does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from bot.domain.refusals import EVERYTHING, Action, Scope, Source
from bot.domain.seals import make_seal
from bot.domain.work_orders import Disposition
from bot.escalation.handling import close
from bot.register.importing import ListFile, import_list
from bot.register.marking import NamedList, mark_customer
from bot.register.patterns import add_pattern
from bot.register.record import Wish, erase, record
from bot.store import suppressions
from bot.store.models import CustomerRow
from bot.store.suppressions import Entry
from bot.store.transaction import make_transaction
from tests.db.click_to_call import Desk, S
from tests.db.factories import make_suppression
from tests.db.parts import ENVIRONMENT, NOW

SEAL = make_seal(ENVIRONMENT["SECRET_KEY"])
SECOND = timedelta(seconds=1)


def refuse(desk: Desk, **over: Any) -> None:
    with desk.parts.transaction() as tx:
        make_suppression(tx, customer_id=desk.customer, **over)


def take_back(desk: Desk, now: Any = NOW + SECOND) -> int:
    return desk.parts.recall.take_back(now)


def external_id(desk: Desk) -> str:
    with desk.parts.transaction() as tx:
        return tx.get_one(CustomerRow, desk.customer).external_id


def _stop(desk: Desk, _: Path) -> None:
    desk.parts.reply(desk.customer, "STOP")


def _key(desk: Desk, _: Path) -> None:
    with desk.parts.transaction() as tx:
        suppressions.add(tx, [Entry(desk.customer, "suppress", "keypad", "call:1:key:0")], NOW)


def _disposition(desk: Desk, _: Path) -> None:
    with desk.parts.transaction() as tx:
        close(tx, desk.order, desk.manager, Disposition.DO_NOT_CONTACT, None, NOW)
    desk.parts.inbound.process_waiting(NOW)


def _by_api(desk: Desk, _: Path) -> None:
    wish = Wish(Action.SUPPRESS, EVERYTHING, Source.API, external_id=external_id(desk), evidence="ticket 7")
    with desk.parts.transaction() as tx:
        record(tx, wish, now=NOW)


def _erasure(desk: Desk, _: Path) -> None:
    with desk.parts.transaction() as tx:
        erase(tx, external_id(desk), SEAL, now=NOW)


def _list(desk: Desk, folder: Path) -> None:
    (folder / "list.csv").write_text("number\n13812345678\n", encoding="utf-8")
    source = ListFile(folder / "list.csv", "regulator")
    import_list(desk.parts.transaction, source, now=NOW, region="CN", rejects_folder=folder, seal=SEAL)


def _pattern(desk: Desk, _: Path) -> None:
    with desk.parts.transaction() as tx:
        add_pattern(tx, "+8613812*", scope=EVERYTHING, reason="resold", now=NOW)


def _mark(desk: Desk, _: Path) -> None:
    with desk.parts.transaction() as tx:
        mark_customer(tx, NamedList("black", "operator"), external_id(desk), now=NOW)


@pytest.mark.parametrize(
    ("says_no", "reason"),
    [
        (_stop, "suppressed"),
        (_key, "suppressed"),
        (_disposition, "suppressed"),
        (_by_api, "suppressed"),
        (_erasure, "suppressed"),
        (_list, "suppressed"),
        (_pattern, "suppressed"),
        (_mark, "marked_never"),
    ],
    ids=["SMS", "key", "manager", "API", "erasure", "list", "pattern", "mark"],
)
@pytest.mark.parametrize("status", [S.DUE, S.RINGING, S.DIALLING])
def test_whatever_the_register_hears_takes_the_call_back(
    desk: Desk, engine: Engine, tmp_path: Path, says_no: Callable[[Desk, Path], None], reason: str, status: S
) -> None:
    desk.parts.transaction = make_transaction(engine, seal=SEAL)
    desk.bring(status)
    if status is S.DIALLING:
        desk.customer_leg("initiated")
        desk.parts.voice.dial("CA-c")
    assert take_back(desk) == 0
    says_no(desk, tmp_path)
    assert take_back(desk) >= 1
    desk.dialed("canceled")
    assert (desk.call.status, desk.call.reason) == (S.TAKEN_BACK, reason)


@pytest.mark.parametrize(
    ("scope", "stopped"),
    [
        (Scope(), True),
        (Scope(channel="call"), True),
        (Scope(purpose="marketing"), True),
        (Scope(channel="sms"), False),
        (Scope(purpose="service"), False),
    ],
    ids=str,
)
def test_a_refusal_of_something_else_lets_the_call_ring(desk: Desk, scope: Scope, stopped: bool) -> None:
    desk.bring(S.RINGING)  # a marketing call
    refuse(desk, channel=scope.channel, purpose=scope.purpose)
    assert take_back(desk) == stopped
    assert desk.call.status == (S.TAKEN_BACK if stopped else S.RINGING)


def test_another_customers_refusal_lets_the_call_ring(desk: Desk) -> None:
    desk.bring(S.RINGING)
    with desk.parts.transaction() as tx:
        make_suppression(tx, customer_id=desk.parts.customer())
    assert take_back(desk) == 0
    assert desk.call.status == S.RINGING


def test_what_only_time_heals_rings_on(desk: Desk) -> None:
    """Caps count this very call, and a complaint or the end of the hours is asked about at the key."""
    desk.bring(S.DIALLING)
    with desk.parts.transaction() as tx:
        tx.execute(update(CustomerRow).values(complaint_open=True))
    assert take_back(desk, NOW + timedelta(hours=13)) == 0
    assert desk.call.status == S.DIALLING
