"""Turns the journal's entries into a conversation as people read one: bubbles, calls, and what happened between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from bot.domain.attempts import AttemptStatus
from bot.domain.contact import Reason
from bot.domain.grants import GrantStatus
from bot.domain.manual_calls import ManualCallStatus, Way
from bot.store.conversation import Entry
from bot.store.spoken import Line
from console.labels import word
from console.language import duration, moment, money

#: These put an attempt off for a moment of housekeeping; nobody reads a conversation for them.
_NOT_WORTH_TELLING = {Reason.NEWS_WAITING, Reason.FLOW_MOVED_ON}
_WITHIN_A_MOMENT = {
    "recharge": 0,
    "grant": 1,
    "denied": 2,
    "deferred": 2,
    "sms": 3,
    "call": 3,
    "by_hand": 3,
    "reply": 4,
    "keypress": 4,
    "accepted": 5,
    "opt_out": 6,
    "work_order": 7,
}
_TROUBLE = {AttemptStatus.UNDELIVERED, AttemptStatus.FAILED, AttemptStatus.EXPIRED}
_ICONS_BY_HAND = {
    ManualCallStatus.DIALLING: "phone",
    ManualCallStatus.CONNECTED: "phone-check",
    ManualCallStatus.COMPLETED: "phone-check",
}
_GRANT_TONES = {
    GrantStatus.GRANTED: ("good", "gift"),
    GrantStatus.ACCEPTED: ("", "check"),
    GrantStatus.REFUSED: ("bad", "alert-triangle"),
    GrantStatus.REVERSED: ("bad", "alert-triangle"),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """`look` chooses the shape: ours or theirs (bubbles), call, happened (a pill between them)."""

    look: str
    at: datetime
    text: str
    icon: str = ""
    tone: str = ""
    notes: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    turns: tuple[Turn, ...]


def days(
    entries: Iterable[Entry], lines: Sequence[Line], steps: Mapping[str, str], zone: ZoneInfo
) -> list[Day]:
    """By calendar day where the customer lives; `lines` go into their calls, `steps` are the flow's titles."""
    turns = _turns(sorted(entries, key=_order), steps, zone)
    turns = _with_lines(turns, lines)
    by_day = groupby(turns, key=lambda turn: turn.at.astimezone(zone).date())
    return [Day(day, tuple(of_day)) for day, of_day in by_day]


def _order(entry: Entry) -> tuple[datetime, int]:
    """By time; in one moment the cause before its effect."""
    accepted = entry.detail.get("status") == GrantStatus.ACCEPTED
    return entry.at, _WITHIN_A_MOMENT["accepted" if entry.kind == "grant" and accepted else entry.kind]


def _turns(entries: Iterable[Entry], steps: Mapping[str, str], zone: ZoneInfo) -> list[Turn]:
    turns = []
    put_off: str | None = None  # the reason of a deferral just told: its repeats say nothing new
    for entry in entries:
        turn = _turn(entry, steps, zone)
        reason = entry.detail.get("reason") if entry.kind == "deferred" else None
        if turn is None or (reason is not None and reason == put_off):
            continue
        put_off = reason
        turns.append(turn)
    return turns


def _with_lines(turns: Sequence[Turn], lines: Sequence[Line]) -> list[Turn]:
    """Each line in the last call that had begun by then."""
    told = list(turns)
    calls = [n for n, turn in enumerate(told) if turn.look == "call"]
    for line in lines:
        begun = [n for n in calls if told[n].at <= line.at]
        if begun:
            told[begun[-1]] = replace(told[begun[-1]], lines=(*told[begun[-1]].lines, line))
    return told


def _turn(entry: Entry, steps: Mapping[str, str], zone: ZoneInfo) -> Turn | None:
    detail = entry.detail
    match entry.kind:  # key presses are told with what they answered, in their call
        case "sms":
            return _sms(entry, steps)
        case "call":
            return _call(entry, steps)
        case "by_hand":
            return _by_hand(entry, zone)
        case "reply":
            return Turn("theirs", entry.at, entry.text or "")
        case "denied" | "deferred":
            return _gate(entry, zone)
        case "recharge":
            amount = money(Decimal(detail["amount"])) if "amount" in detail else ""
            return Turn("happened", entry.at, _("Recharged %(amount)s", amount=amount), "wallet", "good")
        case "opt_out":
            return Turn("happened", entry.at, _("Opted out: no more contact"), "hand-stop", "bad")
        case "grant":
            return _grant(entry)
        case "work_order":
            return _work_order(entry)
    return None


def _sms(entry: Entry, steps: Mapping[str, str]) -> Turn:
    status = entry.detail.get("status", "")
    tone = "bad" if status in _TROUBLE else ""
    return Turn("ours", entry.at, entry.text or _step(entry, steps), "", tone, _outcome(entry))


def _call(entry: Entry, steps: Mapping[str, str]) -> Turn:
    notes = _outcome(entry)
    if "answered_by" in entry.detail:
        notes += (word("answered_by", entry.detail["answered_by"]),)
    if int(entry.detail.get("seconds", "0")) > 0:
        notes += (duration(int(entry.detail["seconds"])),)
    if entry.detail.get("voicemail") == "left":
        notes += (_("Message left on the voicemail"),)
    answered = entry.detail.get("status") in (AttemptStatus.COMPLETED, AttemptStatus.IN_PROGRESS)
    return Turn("call", entry.at, _step(entry, steps), "phone-check" if answered else "phone-off", "", notes)


def _by_hand(entry: Entry, zone: ZoneInfo) -> Turn:
    detail = entry.detail
    if detail["status"] == ManualCallStatus.TAKEN_BACK:
        why = taken_back(detail.get("reason", ""))
        return Turn("happened", entry.at, why, "ban", "warn", (detail["by"],))
    if detail["status"] == ManualCallStatus.REFUSED:
        why = refusal(detail.get("reason", ""), _until(detail), zone)
        return Turn("happened", entry.at, why, "ban", "warn", (detail["by"],))
    notes: tuple[str, ...] = (detail["by"], word("manual_call", detail["status"]))
    if detail["way"] == Way.OWN_PHONE:
        notes += (_("from their own phone"),)
    if "seconds" in detail:
        notes += (duration(int(detail["seconds"])),)
    icon = _ICONS_BY_HAND.get(ManualCallStatus(detail["status"]), "phone-off")
    return Turn("call", entry.at, _("Call by the manager"), icon, "", notes)


def _until(detail: Mapping[str, str]) -> datetime | None:
    return datetime.fromisoformat(detail["until"]) if "until" in detail else None


def refusal(reason: str, until: datetime | None, zone: ZoneInfo) -> str:
    """What the gate said to a manager who wanted to call."""
    said = word("reason", reason)
    if until is None:
        return _("Call not permitted: %(reason)s", reason=said)
    return _("Call not permitted before %(until)s: %(reason)s", until=moment(until, zone.key), reason=said)


def taken_back(reason: str) -> str:
    """Why a call that was permitted did not reach the customer."""
    if reason == Reason.SUPPRESSED:
        return _("The customer has refused meanwhile: the call was taken back")
    return _("Not permitted any more: %(reason)s. The call was taken back", reason=word("reason", reason))


def _gate(entry: Entry, zone: ZoneInfo) -> Turn | None:
    reason = entry.detail.get("reason", "")
    if reason in _NOT_WORTH_TELLING:
        return None
    words = word("reason", reason)
    if entry.kind == "denied":
        return Turn("happened", entry.at, _("Not contacted: %(reason)s", reason=words), "ban", "warn")
    until = moment(datetime.fromisoformat(entry.detail["until"]), zone.key)
    text = _("Put off until %(until)s: %(reason)s", until=until, reason=words)
    return Turn("happened", entry.at, text, "clock", "faint")


def _grant(entry: Entry) -> Turn:
    status = entry.detail.get("status", "")
    tone, icon = _GRANT_TONES.get(GrantStatus(status), ("", "info-circle"))
    text = word("grant", status)
    if "amount" in entry.detail:
        text = f"{text}: {money(Decimal(entry.detail['amount']))}"
    notes = (entry.detail["reason"],) if "reason" in entry.detail else ()
    return Turn("happened", entry.at, text, icon, tone, notes)


def _work_order(entry: Entry) -> Turn:
    text = word("move", entry.detail.get("what", ""))
    if "disposition" in entry.detail:
        text = f"{text}: {word('disposition', entry.detail['disposition'])}"
    notes = tuple(note for note in (entry.detail.get("by"), entry.text) if note)
    return Turn("happened", entry.at, text, "clipboard-list", "", notes)


def _outcome(entry: Entry) -> tuple[str, ...]:
    """The status in words, with the carrier's code where it explains a failure."""
    status = word("attempt", entry.detail["status"]) if "status" in entry.detail else ""
    error = _("carrier's code %(code)s", code=entry.detail["error"]) if "error" in entry.detail else ""
    return tuple(note for note in (status, error) if note)


def _step(entry: Entry, steps: Mapping[str, str]) -> str:
    name = entry.detail.get("step", "")
    return steps.get(name) or name.replace("_", " ")
