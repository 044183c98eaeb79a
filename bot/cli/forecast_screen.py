"""A dry run and a customer's story on the screen, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table

from bot.cli.flow.golden_screen import screen
from bot.config import Settings
from bot.domain.attempts import Channel
from bot.forecast.tally import Tally
from bot.forecast.verdicts import Verdict
from bot.forecast.words import in_words, why

_BAR = 40


def show_tally(campaign: str, tally: Tally, now: datetime, settings: Settings, language: str) -> None:
    console = screen()
    heading = in_words("heading", language)
    console.print(heading.format(name=campaign, people=tally.people, now=f"{now:%Y-%m-%d %H:%M}Z"))
    console.print(_verdicts(tally, language))
    if tally.hours:
        console.print(_hours(tally, language))
        console.print(_sums(tally, settings, language))


def show_lines(lines: Sequence[Mapping[str, Any]], language: str) -> None:
    names = ("customer", "number", "arm", "first", "length", "what", "when", "why")
    table = Table(*(in_words(name, language) for name in names))
    for one in lines:
        length = one["characters"] or ""
        table.add_row(
            one["external_id"],
            one["number"],
            in_words(one["arm"], language),
            f"{one['step']} ({in_words(one['channel'], language)})" if one["step"] else "",
            f"{length}/{one['segments']}" if one["segments"] else f"{length}",
            in_words(one["verdict"], language),
            f"{one['contact_local']} {one['time_zone']}" if one["contact_local"] else "",
            why(one["reason"], language) if one["reason"] else "",
        )
    screen().print(table)


def _verdicts(tally: Tally, language: str) -> Table:
    table = Table(in_words("what", language), in_words("why", language))
    for name in ("people", "share"):
        table.add_column(in_words(name, language), justify="right")
    for verdict in Verdict:
        for reason, people in tally.by_reason(verdict).items():
            words = "" if verdict is Verdict.CONTROL or not reason else why(reason, language)
            share = f"{people / tally.people:.1%}"
            table.add_row(in_words(verdict, language), words, f"{people:,}", share)
    return table


def _hours(tally: Tally, language: str) -> Table:
    table = Table(in_words("hour", language))
    channels = {channel: tally.by_hour(channel) for channel in Channel}
    for channel in channels:
        table.add_column(in_words(channel, language), justify="right")
    table.add_column("")
    totals = {hour: sum(counts.get(hour, 0) for counts in channels.values()) for hour in range(24)}
    most = max(totals.values())
    for hour, total in totals.items():
        if total:
            bar = "█" * max(1, round(_BAR * total / most))
            table.add_row(f"{hour:02}:00", *(f"{counts.get(hour, 0):,}" for counts in channels.values()), bar)
    return table


def _sums(tally: Tally, settings: Settings, language: str) -> str:
    sms, calls = (sum(tally.by_hour(channel).values()) for channel in Channel)
    seconds = max(sms / float(settings.sms_per_second), calls / float(settings.calls_per_second))
    return in_words("sums", language).format(
        sms=sms,
        segments=tally.segments,
        calls=calls,
        sms_rate=settings.sms_per_second,
        call_rate=settings.calls_per_second,
        time=_time(seconds, language),
    )


def _time(seconds: float, language: str) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return in_words("time", language).format(hours=hours, minutes=minutes)
