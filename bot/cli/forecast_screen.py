"""A dry run and a customer's story on the screen, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from bot.cli.flow.golden_screen import screen
from bot.config import Settings
from bot.domain.attempts import Channel
from bot.domain.numbers import masked
from bot.forecast.explain import Story
from bot.forecast.step_titles import StepTitles
from bot.forecast.story_words import Teller, zone_of
from bot.forecast.tally import LATER, Tally, outcome
from bot.forecast.verdicts import Verdict
from bot.forecast.words import in_words, why

_BAR = 40


def show_tally(campaign: str, tally: Tally, now: datetime, settings: Settings, language: str) -> None:
    console = screen()
    heading = in_words("heading", language)
    console.print(heading.format(name=campaign, people=tally.people, now=f"{now:%Y-%m-%d %H:%M}Z"))
    console.print(reach(tally, language))
    console.print(_verdicts(tally, language))
    if tally.hours:
        console.print(_hours(tally, language))
        console.print(_sums(tally, settings, language))


def show_lines(lines: Sequence[Mapping[str, Any]], language: str) -> None:
    names = ("customer", "number", "arm", "first", "length", "what", "when", "why")
    table = Table()
    for name in names:
        table.add_column(in_words(name, language), overflow="fold")
    for one in lines:
        length = one["characters"] or ""
        table.add_row(
            one["external_id"],
            one["number"],
            in_words(one["arm"], language),
            f"{one['step']} ({in_words(one['channel'], language)})" if one["step"] else "",
            f"{length}/{one['segments']}" if one["segments"] else f"{length}",
            in_words(outcome(one["verdict"], one["reason"]), language),
            f"{one['contact_local'].replace('T', ' ')} {one['time_zone']}" if one["contact_local"] else "",
            why(one["reason"], language) if one["reason"] else "",
        )
    screen().print(table)


def reach(tally: Tally, language: str) -> str:
    """Who is put off until the permitted hours is reached as well: nobody should read the first line alone."""
    contacted = tally.to_be_contacted
    said = in_words("reach", language).format(
        contacted=contacted,
        share=f"{contacted / tally.people:.1%}" if tally.people else "-",
        on_time=tally.came_to(Verdict.ALLOWED),
        later=tally.came_to(LATER),
    )
    if not tally.moments:
        return said
    first = min(first for first, _ in tally.moments.values())
    last = max(last for _, last in tally.moments.values())
    span = {"first": f"{first:%Y-%m-%d %H:%M}Z", "last": f"{last:%Y-%m-%d %H:%M}Z"}
    return said + in_words("span", language).format(**span)


def _verdicts(tally: Tally, language: str) -> Table:
    table = Table(in_words("what", language), in_words("why", language))
    for name in ("people", "share"):
        table.add_column(in_words(name, language), justify="right")
    for verdict in Verdict:
        for reason, people in tally.by_reason(verdict).items():
            words = "" if verdict is Verdict.CONTROL or not reason else why(reason, language)
            share = f"{people / tally.people:.1%}"
            table.add_row(in_words(outcome(verdict, reason), language), words, f"{people:,}", share)
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


def show_story(story: Story, language: str, steps: StepTitles) -> None:
    console = screen()
    teller = Teller(language, zone_of(story) or UTC, steps)
    console.print(Text(_subject(story, language), "bold"))
    console.print("; ".join(teller.standing(story).values()))
    if story.entries:
        console.print(_happened(story, teller))
    for chapter in story.chapters:
        console.print(Text(f"{chapter.campaign}: ", "bold").append(teller.conclusion(chapter)))
    if not story.chapters:
        console.print(in_words("no_campaign", language))


def _subject(story: Story, language: str) -> str:
    one = story.subject
    return in_words("subject", language).format(
        customer=one.external_id, id=one.id, number=masked(one.msisdn), zone=zone_of(story) or UTC
    )


def _happened(story: Story, teller: Teller) -> Table:
    table = Table()
    for name in ("at", "campaign", "happened"):
        table.add_column(in_words(name, teller.language), overflow="fold")
    for line in teller.lines(story):
        words = Text(line.sentence)
        if line.notes:
            words.append(f" {' · '.join(line.notes)}", "dim")
        if line.text:
            words.append(f"\n{line.text}", "italic")
        table.add_row(teller.moment(line.at), line.campaign or "", words)
    return table
