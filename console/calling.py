"""Calls by hand as the page of their work order shows them: what may be done now, what is under way, what was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_login import current_user

from bot.domain.manual_calls import ManualCallStatus, Way
from bot.domain.numbers import masked
from bot.domain.roles import Right
from bot.domain.work_orders import Disposition, WorkOrderStatus
from bot.store import manual_call_story, manual_calls
from bot.store.manual_call_story import Shown
from bot.store.transaction import Tx
from bot.store.work_orders import ListedOrder, OrderPage
from console import language, wiring
from console.labels import tone, word
from console.language import duration
from console.talk import refusal, taken_back

_UNREACHED = frozenset({ManualCallStatus.BUSY, ManualCallStatus.NO_ANSWER})
_ICONS = {
    ManualCallStatus.COMPLETED: "phone-check",
    ManualCallStatus.REFUSED: "ban",
    ManualCallStatus.TAKEN_BACK: "ban",
}
_NOBODY_CALLED = frozenset({ManualCallStatus.REFUSED, ManualCallStatus.TAKEN_BACK})
_NOT_CALLED = frozenset({"too_late", "order_closed", "no_phone", "not_taken", "lost"})


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    words: str
    tone: str
    icon: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    may: bool
    phone: str | None  # of whoever looks at the page, masked
    under_way: Line | None
    past: tuple[Line, ...]
    zone: str  # of all its times
    called: bool  # somebody has tried: how the order ended can be said now
    suggested: Disposition | None


def may_call(order: ListedOrder) -> bool:
    """The order's owner, or whoever may settle it for them."""
    if order.status is WorkOrderStatus.CLOSED:
        return False
    return order.owner_id == current_user.id or bool(current_user.may(Right.SETTLE))


def panel(tx: Tx, page: OrderPage) -> Panel:
    calls = manual_call_story.of_order(tx, page.order.id)
    phone = manual_calls.phone_of(tx, current_user.id)
    tried = [one for one in calls if not one.open and one.status not in _NOBODY_CALLED]
    unreached = bool(tried) and tried[0].status in _UNREACHED
    return Panel(
        may=may_call(page.order),
        phone=masked(phone) if phone is not None else None,
        under_way=next((_line(one, page) for one in calls if one.open), None),
        past=tuple(_line(one, page) for one in calls if not one.open),
        zone=zone_of(page).key,
        called=bool(tried),
        suggested=Disposition.NOT_REACHED if unreached else None,
    )


def _line(one: Shown, page: OrderPage) -> Line:
    return Line(
        at=one.at,
        words=_words(one, page),
        tone=tone("manual_call", one.status.value),
        icon=_ICONS.get(one.status, "phone" if one.open else "phone-off"),
        notes=tuple(_notes(one)),
    )


def _words(one: Shown, page: OrderPage) -> str:
    if one.status is ManualCallStatus.TAKEN_BACK:
        return taken_back(one.reason or "")
    if one.status is ManualCallStatus.REFUSED:
        return refusal(one.reason or "", one.until, zone_of(page))
    return word("manual_call", one.status.value)


def zone_of(page: OrderPage) -> ZoneInfo:
    """The customer's; the console's where theirs is not known."""
    return ZoneInfo(page.customer_time_zone) if page.customer_time_zone else language.zone()


def _notes(one: Shown) -> Sequence[str]:
    notes = [one.by]
    if one.way is Way.OWN_PHONE:
        notes.append(_("from their own phone"))
        if one.reason is not None:
            notes.append(_("not permitted: %(reason)s", reason=word("reason", one.reason)))
    if one.status is ManualCallStatus.CONNECTED and one.connected_at is not None:
        notes.append(duration(wiring.now() - one.connected_at))
    elif one.duration_s:
        notes.append(duration(one.duration_s))
    if one.error_code is not None and one.status is ManualCallStatus.FAILED:
        known = one.error_code in _NOT_CALLED
        code = _("carrier's code %(code)s", code=one.error_code)
        notes.append(word("not_called", one.error_code) if known else code)
    return notes
