"""A contact policy as its page shows it: a week of hours, limits in words, money and brakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from babel.dates import format_timedelta
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from bot.domain.attempts import Channel
from bot.domain.holidays import NO_HOLIDAYS
from bot.domain.marks import Precedence, Treatment
from bot.domain.policy import KINDS, Cap, Kind, Per, Policy
from bot.domain.policy.braking import read_brakes
from bot.domain.policy.fields import Field
from bot.domain.policy.spending import read_spend
from bot.domain.quiet_hours import Spans, Timetable
from bot.domain.spend import Ceiling
from console import labels, language

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_END = 86_400
_Unit = Literal["day", "hour", "minute", "second"]
_UNITS: tuple[tuple[_Unit, int], ...] = (
    ("day", 86_400),
    ("hour", 3_600),
    ("minute", 60),
)


@dataclass(frozen=True, slots=True)
class Day:
    """Bars in minutes since midnight, and the same in words."""

    name: str
    bars: tuple[tuple[int, int], ...]  # start, length
    words: str


@dataclass(frozen=True, slots=True)
class Week:
    """`kinds` share these hours."""

    kinds: str
    days: tuple[Day, ...]
    holidays: str | None


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    says: str


def weeks(policy: Policy) -> list[Week]:
    """Kinds of contact with the same hours are told once."""
    by_hours: dict[tuple[Timetable, ...], list[Kind]] = {}
    for kind in KINDS:
        by_hours.setdefault(policy.timetables[kind], []).append(kind)
    return [_week(kinds, tables[0]) for tables, kinds in by_hours.items()]


def _week(kinds: Sequence[Kind], table: Timetable) -> Week:
    days = tuple(_day(name, spans) for name, spans in zip(_DAYS, table.week, strict=True))
    holidays = None if table.calendar == NO_HOLIDAYS else _spans(table.holiday)
    return Week(kinds_of(kinds), days, holidays)


def _day(name: str, spans: Spans) -> Day:
    bars = tuple((opens // 60, (closes - opens) // 60) for opens, closes in spans)
    return Day(labels.word("weekday", name), bars, _spans(spans))


def _spans(spans: Spans) -> str:
    return (
        language.listed([f"{_time(opens)}–{_time(closes)}" for opens, closes in spans])
        if spans
        else _("closed")
    )


def _time(second: int) -> str:
    return "24:00" if second == _END else f"{second // 3600:02}:{second % 3600 // 60:02}"


def limits(policy: Policy) -> list[Line]:
    """How often, and how soon again."""
    caps = [Line(_bound(one), _often(one)) for one in policy.caps]
    by_gap: dict[timedelta, list[Kind]] = {}
    for kind, gap in policy.min_gap.items():
        by_gap.setdefault(gap, []).append(kind)
    gaps = [
        Line(kinds_of(kinds), _("%(gap)s between two at least", gap=span(gap)))
        for gap, kinds in by_gap.items()
    ]
    return caps + gaps


def _bound(cap: Cap) -> str:
    channels = [cap.channel] if cap.channel else list(Channel)
    purposes = (
        [cap.purpose] if cap.purpose else [one for one in ("marketing", "service") if one not in cap.exempt]
    )
    return kinds_of([(channel, purpose) for purpose in purposes for channel in channels])


def _often(cap: Cap) -> str:
    times = ngettext("%(num)s time at most", "%(num)s times at most", cap.limit)
    period = (
        labels.word("per", cap.period)
        if isinstance(cap.period, Per)
        else _("in any %(time)s", time=span(cap.period))
    )
    where = _("all campaigns together") if cap.everywhere else _("by this campaign")
    return _(", ").join((times, period, where))


def consent(policy: Policy) -> list[Line]:
    asked = [kind for kind in KINDS if policy.asks_consent(*kind)]
    needed = _("A second person approves it before it starts") if policy.needs_approval else _("Not needed")
    return [
        Line(_("Only with consent"), kinds_of(asked) if asked else _("Nothing")),
        Line(_("Approval"), needed),
    ]


def money(stored: Mapping[str, Any]) -> list[Line]:
    limits = read_spend(Field(stored.get("spend") or {}, ("spend",), []))
    both = ((_("In all"), limits.total), (_("A day"), limits.per_day))
    return [Line(name, _ceiling(one)) for name, one in both if one.given]


def _ceiling(ceiling: Ceiling) -> str:
    said = [
        language.money(ceiling.money) if ceiling.money is not None else "",
        _("%(amount)s in bonuses", amount=language.money(ceiling.bonuses))
        if ceiling.bonuses is not None
        else "",
        ngettext("%(num)s segment", "%(num)s segments", ceiling.segments)
        if ceiling.segments is not None
        else "",
        ngettext("%(num)s minute", "%(num)s minutes", ceiling.minutes) if ceiling.minutes is not None else "",
    ]
    return language.listed([one for one in said if one])


def brakes(stored: Mapping[str, Any]) -> list[Line]:
    found = read_brakes(Field(stored.get("brakes") or {}, ("brakes",), []))
    lines = [
        Line(
            labels.word("brake", cause),
            _(
                "more than %(share)s in %(time)s, of %(n)s or more",
                share=language.share(float(rule.above)),
                time=span(rule.over),
                n=language.count(rule.sample),
            ),
        )
        for cause, rule in found.rates.items()
    ]
    if found.stale_after is not None:
        lines.append(
            Line(labels.word("brake", "stale_data"), _("older than %(time)s", time=span(found.stale_after)))
        )
    if found.harm_sample is not None:
        beyond = _(
            "beyond chance, of %(n)s customers of each arm or more", n=language.count(found.harm_sample)
        )
        lines.append(Line(labels.word("brake", "harm"), beyond))
    return lines


def marks(policy: Policy) -> list[Line]:
    return [
        Line(labels.word("mark", name), language.listed(said))
        for name, effect in policy.marks.items()
        if (said := [
            *([labels.word("treatment", effect.marketing)] if effect.marketing is not Treatment.AS_USUAL else []),
            *([labels.word("precedence", effect.priority)] if effect.priority is not Precedence.USUAL else []),
        ])
    ]  # fmt: skip


def part(name: str) -> str:
    return labels.word("policy_part", name)


def parts(names: Sequence[str]) -> str:
    return language.listed([part(name) for name in names])


def span(value: timedelta) -> str:
    """36 hours, not 1.5 days: as it was written."""
    seconds = int(value.total_seconds())
    unit: _Unit = next((unit for unit, size in _UNITS if seconds % size == 0), "second")
    return format_timedelta(value, granularity=unit, threshold=10**6, locale=get_locale())


def kinds_of(kinds: Sequence[Kind]) -> str:
    """Marketing by SMS; a purpose alone is meant on every channel."""
    if set(kinds) == set(KINDS):
        return _("Everything")
    purposes = list(dict.fromkeys(purpose for _channel, purpose in kinds))
    said = []
    for purpose in purposes:
        channels = [channel for channel, of in kinds if of == purpose]
        of = labels.word("purpose", purpose)
        said.append(
            of
            if len(channels) == len(Channel)
            else _("%(purpose)s by %(channel)s", purpose=of, channel=labels.word("by_channel", channels[0]))
        )
    return language.listed(said)
