"""Which language and zone a person reads in, and how numbers, money and moments are written there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from flask import Blueprint, Flask, redirect, request, session, url_for
from flask_babel import Babel, get_locale
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from console import given, wiring
from console.redirects import inside

LANGUAGES = {"en": "English", "zh": "中文"}
TRANSLATIONS = Path(__file__).parent / "translations"

blueprint = Blueprint("language", __name__)


@blueprint.post("/language/<code>")
def choose(code: str) -> Response:
    if code not in LANGUAGES:
        raise NotFound
    session["language"] = code
    return redirect(inside(given.form().get("next")) or url_for("console.home"))


def selected() -> str:
    """What this session has (the user's own from the login on, or a choice), else what the browser asks for.

    Without a look at the user on purpose: an error page must not need the database to find its words.
    """
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES), default="en") or "en"


def of(texts: Mapping[str, str]) -> str:
    """The reader's language of a text that an author wrote in several, else any of them, else nothing."""
    return texts.get(selected()) or next(iter(texts.values()), "")


def listed(words: Iterable[str]) -> str:
    return ("、" if selected() == "zh" else ", ").join(words)


def zone() -> ZoneInfo:
    return ZoneInfo(wiring.wired().settings.console_time_zone)


def install(app: Flask) -> None:
    Babel(app, locale_selector=selected, default_translation_directories=str(TRANSLATIONS))
    app.jinja_env.add_extension("jinja2.ext.i18n")
    filters = (count, share, points, money, moment, weekday, clock, span, duration)
    app.jinja_env.filters.update({write.__name__: write for write in filters}, of_reader=of)
    app.jinja_env.globals.update(LANGUAGES=LANGUAGES, language=selected, zone_name=lambda: zone().key)


def count(value: int | Decimal) -> str:
    return format_decimal(value, locale=get_locale())


def share(value: float, digits: int = 1) -> str:
    """0.1234 as 12.3 %, in the way of the language."""
    return format_percent(value, format=f"#,##0.{'0' * digits}%" if digits else None, locale=get_locale())


def points(value: float) -> str:
    """A difference between two shares, always signed: +4.2, in percentage points."""
    return format_decimal(round(value * 100, 1), format="+#,##0.0;-#,##0.0", locale=get_locale())


def money(value: Decimal | float | int) -> str:
    return format_currency(value, wiring.wired().settings.currency, locale=get_locale())


def moment(value: datetime, zone_of: str | None = None) -> str:
    """Day and minute, in the console's zone or in that of the customer."""
    local = value.astimezone(ZoneInfo(zone_of) if zone_of else zone())
    return f"{format_date(local, 'medium', locale=get_locale())} {local:%H:%M}"


def weekday(value: date) -> str:
    return format_date(value, "full", locale=get_locale())


def short_day(value: date) -> str:
    return format_skeleton("MMMd", value, locale=get_locale())


def clock(value: datetime, zone_of: str | None = None) -> str:
    return f"{value.astimezone(ZoneInfo(zone_of) if zone_of else zone()):%H:%M}"


def span(value: datetime) -> str:
    """How far from now, either way: 3 hours."""
    return format_timedelta(abs(value - wiring.now()), threshold=1.2, locale=get_locale())


def duration(value: timedelta | int) -> str:
    """A call's length: 1:05."""
    seconds = int(value.total_seconds() if isinstance(value, timedelta) else value)
    return f"{seconds // 60}:{seconds % 60:02d}"
